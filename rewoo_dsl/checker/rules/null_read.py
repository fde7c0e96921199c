from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def null_read(scope: Scope) -> Iterator[Diagnostic]:
    """RW206: null, or what may be null, where a value is needed."""
    return as_diagnostics(scope, "RW206", "null")
