from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def pointless_comparison(scope: Scope) -> Iterator[Diagnostic]:
    """RW211: a comparison of two values that can never be equal."""
    return as_diagnostics(scope, "RW211", "comparison")
