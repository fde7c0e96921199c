from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def operand_type(scope: Scope) -> Iterator[Diagnostic]:
    """RW208: a value of the wrong type for an operator, a built-in or a path."""
    return as_diagnostics(scope, "RW208", "type")
