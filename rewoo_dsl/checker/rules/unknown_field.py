from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..findings import as_diagnostics
from ..scope import Scope


def unknown_field(scope: Scope) -> Iterator[Diagnostic]:
    """RW207: a field that the value does not have, does not declare, or may lack.

    An open object may have more fields than it declares, but nobody promised them: to read one is an error, and
    declaring it (or `get`) says that it is meant.
    """
    yield from as_diagnostics(scope, "RW207", "field")
    yield from as_diagnostics(scope, "RW207", "undeclared", always_error=True)
