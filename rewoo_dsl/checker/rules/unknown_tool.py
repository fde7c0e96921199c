from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ...diag.spell import nearest
from ...ir.builtins import BUILTINS
from ...syntax.builder import RESERVED
from ..messages import MAX_EXPLAINED, alternatives, did_you_mean, rename
from ..scope import Scope


def unknown_tool(scope: Scope) -> Iterator[Diagnostic]:
    """RW108: a call of something that is neither a tool nor a sub-plan. Silent when no tools were given."""
    if scope.tools is None:
        return
    known = [*scope.subplans, *scope.tools]
    near: dict[str, list[str]] = {}
    for site in scope.calls:
        name = site.call.tool
        if site.target is not None or scope.is_callable(name):
            continue
        if scope.in_text_order and name in RESERVED:  # the parser has said so
            continue
        if name not in near and len(near) < MAX_EXPLAINED:
            near[name] = nearest(name, [*known, *BUILTINS])
        close = near.get(name, [])
        at = f"{site.at}/tool"
        yield Diagnostic(
            code="RW108",
            message=f"there is no tool called `{name}`",
            at=at,
            hint=did_you_mean(close),
            allowed=alternatives(close, known),
            fixes=rename(scope.source, at, name, close[0]) if len(close) == 1 else (),
        )
