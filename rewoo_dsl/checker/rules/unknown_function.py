from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def unknown_function(scope: Scope) -> Iterator[Diagnostic]:
    """RW210: a built-in that does not exist."""
    return as_diagnostics(scope, "RW210", "function")
