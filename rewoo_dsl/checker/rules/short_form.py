from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ...ir.types import told
from ..callables import Target
from ..scope import Scope


def short_form(scope: Scope) -> Iterator[Diagnostic]:
    """RW112: `Tool[text]` for a tool that does not take just one text."""
    for site in scope.calls:
        if site.binding is None or site.target is None or not site.binding.short:
            continue
        tool, target = site.call.tool, site.target
        wanted = target.signature.required or tuple(target.parameters)[:1]
        example = ", ".join(f"{name}=…" for name in wanted)
        yield Diagnostic(
            code="RW112",
            message=f"`{tool}[…]` gives `{tool}` one text, but {_reason(target)}",
            at=site.at,
            hint=f"write `{tool}({example})`",
            allowed=tuple(target.parameters),
        )


def _reason(target: Target) -> str:
    if not target.parameters:
        return "it takes no arguments"
    name = target.signature.text_parameter
    if name is None:
        return "it needs " + " and ".join(f"`{one}`" for one in target.signature.required)
    return f"`{name}` is {told(target.parameters[name])}"
