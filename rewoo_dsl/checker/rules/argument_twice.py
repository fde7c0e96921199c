from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ...ir.expr import escape
from ..scope import Scope


def argument_twice(scope: Scope) -> Iterator[Diagnostic]:
    """RW111: an argument given by position and by name."""
    for site in scope.calls:
        if site.binding is None:
            continue
        for name in site.binding.twice:
            yield Diagnostic(
                code="RW111",
                message=f"`{name}` is given twice: by position and by name",
                at=f"{site.at}/args/{escape(name)}",
                hint="the argument without a name is the tool's first one; keep one of the two",
                related=(Related(message=f"this is `{name}` too", at=f"{site.at}/first"),),
            )
