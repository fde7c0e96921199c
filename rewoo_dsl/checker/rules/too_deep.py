from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def too_deep(scope: Scope) -> Iterator[Diagnostic]:
    """RW506: an expression nested deeper than it may be."""
    return as_diagnostics(scope, "RW506", "depth")
