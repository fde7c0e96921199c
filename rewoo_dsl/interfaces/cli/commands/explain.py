"""`rewoo explain RW101`: what a code means, with a wrong and a right plan; without a code, a line for each.

`--all` prints the reference page, `docs/codes.md`.
"""

from ....diag.codes import CODES
from ....diag.explain import explain, near
from ..arguments import Options
from ..exits import FINE, WrongUse
from ..terminal import Terminal


def execute(options: Options, terminal: Terminal) -> int:
    if options.all:
        from ....diag.reference import reference

        terminal.give(reference())
        return FINE
    if options.code is None:
        wide = max(len(code.slug) for code in CODES.values())
        for code in sorted(CODES.values(), key=lambda code: code.number):
            terminal.give(f"{code.number}  {code.severity:7}  {code.slug:{wide}}  {code.summary}\n")
        return FINE
    text = explain(options.code)
    if text is None:
        close = near(options.code)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; `rewoo explain` lists them all"
        raise WrongUse(f"there is no code {options.code!r}{hint}")
    terminal.give(text)
    return FINE
