"""What a code means, as text for a terminal: the answer of `rewoo explain RW101`."""

from .codes import CODES, Code
from .spell import nearest


def explain(number: str) -> str | None:
    """The explanation of a code by number or slug, in any case; None when there is no such code."""
    code = find(number)
    if code is None:
        return None
    parts = [f"{code.number} {code.slug} ({code.severity})", capital(code.summary) + ".", code.explanation.strip()]
    if code.wrong:
        parts += ["Wrong:", _indented(code.wrong), "Right:", _indented(code.right)]
    return "\n\n".join(parts) + "\n"


def find(number: str) -> Code | None:
    """The code of that number or slug."""
    wanted = number.strip()
    by_slug = (code for code in CODES.values() if code.slug == wanted.lower())
    return CODES.get(wanted.upper()) or next(by_slug, None)


def near(number: str) -> list[str]:
    """Numbers and slugs that may have been meant."""
    return nearest(number.strip(), [*CODES, *(code.slug for code in CODES.values())])


def capital(sentence: str) -> str:
    """The sentence as it begins a line; what begins with code stays."""
    return sentence if sentence.startswith("`") else sentence[:1].upper() + sentence[1:]


def _indented(plan: str) -> str:
    return "\n".join(f"    {line}" for line in plan.rstrip("\n").split("\n"))
