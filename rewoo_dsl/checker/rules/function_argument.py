from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def function_argument(scope: Scope) -> Iterator[Diagnostic]:
    """RW209: arguments that a built-in does not take."""
    return as_diagnostics(scope, "RW209", "argument", "value")
