from collections.abc import Hashable, Iterator

from ...diag.diagnostic import Diagnostic, Related, Severity
from ...ir.expr import Call, Constant, Expr, Ref, Text
from ..scope import CallSite, Scope


def duplicate_call(scope: Scope) -> Iterator[Diagnostic]:
    """RW309: a call of a reading tool that an earlier step makes with the same arguments.

    Models are left alone, who asks twice may want two answers; and so is a later call that waits for something that the
    earlier one does not, since what it reads may have changed by then.
    """
    seen: dict[Hashable, CallSite] = {}
    for site in scope.calls:
        if not _reads(site):
            continue
        first = seen.setdefault(_key(site.call), site)
        if first is not site and _is_same(first, site):
            yield _diagnostic(first, site)


def _diagnostic(first: CallSite, site: CallSite) -> Diagnostic:
    step = first.statement.step
    assert step is not None, "calls stand in steps"
    return Diagnostic(
        code="RW309",
        severity=Severity.WARNING,
        message=f"#{step.name} makes the same call of `{site.call.tool}`",
        at=site.at,
        hint=f"read #{step.name} instead, and take this step out",
        related=(Related(message="the same call", at=first.at),),
    )


def _reads(site: CallSite) -> bool:
    target, step = site.target, site.statement.step
    return (
        site.role == "do"
        and target is not None
        and target.is_certain
        and not target.writes
        and not target.signature.calls_model
        and step is not None
        and step.each is None
    )


def _is_same(first: CallSite, other: CallSite) -> bool:
    """Whether the calls have the same arguments, the same clauses around them, and nothing happens between them."""
    one, two = first.statement.step, other.statement.step
    if one is None or two is None or first.call != other.call:
        return False
    if one.type != two.type or one.condition != two.condition or one.otherwise != two.otherwise:
        return False
    return not two.after and two.approve is None and other.statement.names.keys() <= first.statement.names.keys()


def _key(call: Call) -> Hashable:
    """What equal calls have in common, cheap to compute: whole calls are compared only where this is the same."""
    args = ((name, _part(call.args[name])) for name in sorted(call.args))
    return (call.tool, call.first and _part(call.first), *args)


def _part(node: Expr) -> Hashable:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Ref):
        return (node.name, node.path)
    if isinstance(node, Text):
        return tuple(one if isinstance(one, str) else (one.name, one.path) for one in node.parts)
    return node.kind
