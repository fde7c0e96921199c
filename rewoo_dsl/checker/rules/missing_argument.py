from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ...ir.types import told
from ..scope import Scope


def missing_argument(scope: Scope) -> Iterator[Diagnostic]:
    """RW110: a required argument that the call does not give. A misspelt one is reported as such, and only so."""
    for site in scope.calls:
        if site.binding is None or site.target is None or site.binding.stray:
            continue
        for name in site.binding.missing:
            wanted = site.target.parameters.get(name)
            yield Diagnostic(
                code="RW110",
                message=f"`{site.call.tool}` needs the argument `{name}`",
                at=site.at,
                hint=f"add `{name}=…`" + (f" of type {told(wanted)}" if wanted is not None else ""),
                allowed=(name,),
            )
