from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Fix, Span
from ...diag.spell import nearest
from ..callables import Argument
from ..messages import MAX_EXPLAINED, alternatives, did_you_mean, name_before, rewrite
from ..scope import CallSite, Scope, Source


def unknown_argument(scope: Scope) -> Iterator[Diagnostic]:
    """RW109: an argument that the tool or sub-plan does not take."""
    explained = 0
    for site in scope.calls:
        if site.binding is not None and site.target is not None:
            given = {other.name for other in site.binding.args}
            free = [name for name in site.target.parameters if name not in given]
            for one in site.binding.stray:
                explained += 1
                near = nearest(one.name, free) if explained <= MAX_EXPLAINED else []
                yield _stray(scope, site, one, free, near)


def _stray(scope: Scope, site: CallSite, one: Argument, free: list[str], near: list[str]) -> Diagnostic:
    tool = site.call.tool
    if not one.name:
        return Diagnostic(code="RW109", message=f"`{tool}` takes no arguments", at=site.at + one.at)
    at = site.at + one.at
    span = name_before(scope.source, at, one.name)
    return Diagnostic(
        code="RW109",
        message=f"`{tool}` takes no argument `{one.name}`",
        at=at,
        span=span,
        hint=did_you_mean(near) or (f"it takes {', '.join(f'`{p}`' for p in free[:8])} too" if free else None),
        allowed=alternatives(near, free),
        fixes=_renamed(scope.source, span, one.name, near[0]) if len(near) == 1 else (),
    )


def _renamed(source: Source | None, span: Span | None, old: str, new: str) -> tuple[Fix, ...]:
    """The fix that writes the parameter's name, in quotes where the language has no such name."""
    from ...syntax.printer import print_key  # imported late: a plan without faults is not printed

    if source is None or span is None:
        return ()
    is_quoted = source.text[span.start - 1] in "\"'"
    return (rewrite(span, old, new, written=new if is_quoted else print_key(new)),)
