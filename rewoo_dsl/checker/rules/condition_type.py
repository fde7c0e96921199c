from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def condition_type(scope: Scope) -> Iterator[Diagnostic]:
    """RW202: something else than a bool where yes or no is decided."""
    return as_diagnostics(scope, "RW202", "condition")
