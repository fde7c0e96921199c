from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related, Severity
from ...ir.expr import Binary, Expr, Ref, Text, Unary, references
from ...ir.signature import canonical_name
from ..reach import Sequence
from ..scope import CallSite, Scope

_VERBS = frozenset(
    {
        "add", "append", "create", "delete", "drop", "edit", "get", "insert", "list", "load", "move", "put", "read",
        "remove", "rename", "save", "send", "set", "update", "upsert", "write",
    }
)  # fmt: skip
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def unordered_calls(scope: Scope) -> Iterator[Diagnostic]:
    """RW308: a write and another call on the same thing, with neither data nor `after` to say which comes first.

    The same thing: the same tool or family of tools (`erp.orders.…`, `read_file` and `write_file`), and the same first
    argument.
    """
    if not any(map(_writes, scope.calls)):
        return
    groups: dict[tuple[object, ...], list[CallSite]] = {}
    for site in scope.calls:
        key = _thing(site)
        if key is not None:
            groups.setdefault(key, []).append(site)
    crowded = [group for group in groups.values() if len(group) > 1 and any(map(_writes, group))]
    if not crowded:
        return
    sequence = Sequence(scope)
    for group in crowded:
        yield from _in_group(sequence, group)


def _in_group(sequence: Sequence, group: list[CallSite]) -> Iterator[Diagnostic]:
    """Each write against the calls since the write before it, and each read against that write."""
    since: list[CallSite] = []
    for site in sorted(group, key=lambda one: sequence.ranks[one.statement.index]):
        if _writes(site):
            against, since = since, [site]
        else:
            against = [one for one in since[:1] if _writes(one)]
            since.append(site)
        yield from (_diagnostic(one, site) for one in against if not _is_settled(sequence, one, site))


def _is_settled(sequence: Sequence, one: CallSite, other: CallSite) -> bool:
    if _is_in_one_step(one, other) or _exclude_each_other(one, other) or _is_one_call(one, other):
        return True
    return sequence.follows(other.statement.index, one.statement.index)


def _is_in_one_step(one: CallSite, other: CallSite) -> bool:
    """Whether the steps are one, or have one name, which is another finding."""
    first, then = one.statement.step, other.statement.step
    return first is not None and then is not None and first.name == then.name


def _diagnostic(one: CallSite, other: CallSite) -> Diagnostic:
    first, then = one.statement.step, other.statement.step
    assert first is not None, "calls stand in steps"
    assert then is not None, "calls stand in steps"
    what = "two writes" if _writes(one) and _writes(other) else "a write and a read"
    return Diagnostic(
        code="RW308",
        severity=Severity.WARNING,
        message=f"{what} of the same thing, and nothing says whether #{first.name} or #{then.name} comes first",
        at=other.at,
        hint=f"add `after #{first.name}` here, or `after #{then.name}` there",
        related=(Related(message=f"`{one.call.tool}` is called here", at=one.at),),
    )


def _writes(site: CallSite) -> bool:
    return site.target is not None and site.target.surely_writes


def _thing(site: CallSite) -> tuple[object, ...] | None:
    """What the call is about, as something to compare; None when that is not known before the run."""
    step, target = site.statement.step, site.target
    if target is None or target.is_subplan or target.signature.calls_model or site.binding is None or step is None:
        return None
    name = target.signature.positional
    first = next((one.value for one in site.binding.args if one.name == name), None)
    if first is None:
        return None
    each = step.each.variable if step.each is not None else None
    written = _written(first)
    if written is None or any(ref.name == each for _, ref in references(first)):
        return None
    return (_family(site.call.tool), name, written)


def _family(tool: str) -> str:
    name = canonical_name(tool)
    if "." in name:
        return name.rpartition(".")[0]
    verb, _, rest = name.partition("_")
    return f"_{rest}" if rest and verb.lower() in _VERBS else name


def _written(node: Expr) -> object:
    """An argument as something to compare: a literal, a reference or a text with references; None for all else."""
    if isinstance(node, Ref):
        return ("ref", node.name, node.path)
    if isinstance(node, Text):
        return ("text", *(one if isinstance(one, str) else (one.name, one.path) for one in node.parts))
    value = getattr(node, "value", None)
    return ("value", type(value) is bool, value) if value is not None else None


def _exclude_each_other(one: CallSite, other: CallSite) -> bool:
    """Whether only one of the two steps can run: the condition of one is the opposite of the other's."""
    a = one.statement.step.condition if one.statement.step is not None and one.role == "do" else None
    b = other.statement.step.condition if other.statement.step is not None and other.role == "do" else None
    return a is not None and b is not None and (_is_opposite(a, b) or _is_opposite(b, a))


def _is_opposite(one: Expr, other: Expr) -> bool:
    if isinstance(one, Unary):
        return one.op == "not" and one.operand == other
    if isinstance(one, Binary) and isinstance(other, Binary):
        return _OPPOSITE.get(one.op) == other.op and one.left == other.left and one.right == other.right
    return False


def _is_one_call(one: CallSite, other: CallSite) -> bool:
    """Whether both do the very same, and doing it twice changes nothing: then their order does not matter."""
    target = one.target
    return target is not None and target.may_retry and one.call == other.call
