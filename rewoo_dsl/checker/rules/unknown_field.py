from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def unknown_field(scope: Scope) -> Iterator[Diagnostic]:
    """RW207: a field that the value does not have, does not declare, or may lack."""
    return as_diagnostics(scope, "RW207", "field")
