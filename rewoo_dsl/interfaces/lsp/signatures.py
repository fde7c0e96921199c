"""Tools, sub-plans and built-ins in the words of a plan: one line of signature, and what there is to say about it."""

import json

from ...checker.callables import Target
from ...diag.snippet import printable
from ...ir.builtins import BUILTINS
from ...ir.signature import Effect
from ...ir.types import ANY, Type, base, members_of, show

MAX_TYPE = 300
MAX_DESCRIPTION = 2_000


def shown(one: Type, limit: int = MAX_TYPE) -> str:
    """A type as a plan writes it, cut where it gets long."""
    text = printable(show(one))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def line(name: str, target: Target) -> str:
    """`search(query: str, k?: int) -> list[str]`."""
    parameters = [*(parameter(target, one) for one in target.parameters), *(["…"] if target.signature.is_open else [])]
    return f"{name}({', '.join(parameters)}) -> {result(target)}"


def parameter(target: Target, name: str) -> str:
    """One parameter as the line of its tool has it."""
    optional = "" if name in target.signature.required else "?"
    return printable(f"{name}{optional}: {shown(base(target.parameters[name]), 80)}")


def result(target: Target) -> str:
    """The type of what a call gives."""
    return "the declared type, else str" if target.signature.result_is_declared else shown(target.returns)


def effect(target: Target) -> str:
    """What calling it does to the world, in a few words."""
    kind = "sub-plan" if target.is_subplan else "tool"
    if not target.is_certain:
        return f"{kind}; nobody knows what it does"
    if target.signature.effect is Effect.READ:
        return f"{kind}, reads"
    return f"{kind}, writes; may be repeated" if target.signature.idempotent else f"{kind}, writes"


def about(target: Target) -> str:
    """What its maker says of it, made safe to show: the words may be anybody's."""
    return plain(target.signature.description)


def argument(target: Target, name: str) -> tuple[str, str] | None:
    """One parameter as a line, and what is said of it; None when there is no such parameter."""
    one = target.parameters.get(name)
    if one is None:
        return None
    schema = target.signature.properties.get(name)
    schema = schema if isinstance(schema, dict) else {}
    default = f" = {printable(json.dumps(schema['default'], ensure_ascii=False))[:80]}" if "default" in schema else ""
    needed = "" if name in target.signature.required else "  (optional)"
    description = schema.get("description")
    return f"{name}: {shown(base(one))}{default}{needed}", plain(description) if isinstance(description, str) else ""


def literals(one: Type) -> list[str]:
    """The values that a type lists, as a plan writes them; none for a type that lists no value."""
    found = []
    for member in map(base, members_of(one)):
        if hasattr(member, "value") and not hasattr(member.value, "__dataclass_fields__"):
            found.append(json.dumps(member.value, ensure_ascii=False))
        elif getattr(member, "name", "") == "bool":
            found += ["true", "false"]
    return found


def builtin(name: str) -> tuple[str, str] | None:
    """A built-in's signature and what it does."""
    one = BUILTINS.get(name)
    return None if one is None else (one.signature, one.doc)


def plain(text: str) -> str:
    """Foreign words as text for Markdown: nothing in them is a link, a picture or a heading."""
    cut = text.strip() if len(text) <= MAX_DESCRIPTION else text[:MAX_DESCRIPTION].strip() + "…"
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+-!|~" else char for char in printable(cut))


def is_unknown(one: Type) -> bool:
    """Whether nothing is known of a type."""
    return one == ANY
