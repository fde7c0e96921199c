"""The smallest plan that still fails: `shrink(plan, still_fails, tools)`.

    less = shrink(plan, lambda one: my_driver(one) is wrong, registry)

Steps go, then clauses, inputs and arguments; expressions give way to their parts and to constants, names of values to
the values. Every plan that is tried has been checked, so what is left is a plan, too. The order of tries is fixed, and
each plan that is kept is shorter than the one before it: the same failure shrinks to the same plan, in a bounded time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..checker import check
from ..checker.subplans import Library, Load
from ..ir.linked import LinkedPlan
from ..ir.plan import Plan
from ..ir.values import canonical
from ..lowering.plan_json import plan_from_json
from .faults import FaultError, all_tools, read_faults

if TYPE_CHECKING:
    from .laws import Trial

T = TypeVar("T")
Data = dict[str, Any]

_NULL: Data = {"kind": "constant", "value": None}
_CONSTANTS: tuple[Data, ...] = (
    _NULL,
    {"kind": "constant", "value": 0},
    {"kind": "constant", "value": ""},
    {"kind": "constant", "value": True},
    {"kind": "list", "items": []},
)
_CLAUSES = ("fallback", "otherwise", "condition", "each", "approve", "timeout", "type")
_ACTIONS = ("do", "otherwise", "fallback")


def shrink(
    plan: Plan,
    still_fails: Callable[[Plan], bool],
    tools: object = None,
    *,
    load: Load | None = None,
    library: Library | None = None,
    tries: int = 2_000,
) -> Plan:
    """The smallest plan found for which `still_fails`, and that checks without an error.

    Args:
        plan: one that fails.
        still_fails: whether a plan fails as this one does. It is only asked about plans that check.
        tools: what plans may call, as for `check`.
        load: gives the text of a sub-plan by its path.
        library: sub-plans that can be called by name.
        tries: how many plans are checked at most.
    """

    def fails(one: Plan) -> bool:
        report = check(one, tools, load=load, library=library)
        return report.ok and report.plan is not None and still_fails(one)

    return _Shrinker(fails, tries).shrink(plan)


def shrink_trial(trial: "Trial", tries: int = 2_000) -> "Trial":
    """The smallest trial found that still breaks its law: fewer crashes, faults and ceilings, then a smaller plan."""
    trial = _simpler(trial)
    tools, library = all_tools(trial.linked), trial.linked.subplans

    def with_plan(plan: Plan) -> "Trial | None":
        linked = check(plan, tools, library=library).linked
        return None if linked is None or not _suits(trial, linked) else replace(trial, linked=linked)

    def fails(plan: Plan) -> bool:
        other = with_plan(plan)
        return other is not None and bool(other.breaks())

    plan = Plan(**{name: getattr(trial.linked.plan, name) for name in Plan.model_fields} | {"uses": ()})
    less = with_plan(_Shrinker(fails, tries).shrink(plan)) if fails(plan) else None
    return _simpler(trial if less is None else less)


def _suits(trial: "Trial", linked: LinkedPlan) -> bool:
    try:
        read_faults(trial.faults, linked)
    except FaultError:
        return False
    return True


def _simpler(trial: "Trial") -> "Trial":
    """Fewer things that happen to the same plan."""
    while True:
        found = next((one for one in _simpler_trials(trial) if one.breaks()), None)
        if found is None:
            return trial
        trial = found


def _simpler_trials(trial: "Trial") -> Iterator["Trial"]:
    yield from (replace(trial, crashes=some) for some in _without_one(trial.crashes))
    yield from (replace(trial, faults=some) for some in _without_one(trial.faults))
    if trial.cancel_at is not None:
        yield replace(trial, cancel_at=None)
        if trial.cancel_at > 0:
            yield replace(trial, cancel_at=trial.cancel_at - 1)
    if trial.order:
        yield replace(trial, order=0)


def _without_one(items: tuple[T, ...]) -> Iterator[tuple[T, ...]]:
    return ((*items[:place], *items[place + 1 :]) for place in range(len(items)))


class _Shrinker:
    def __init__(self, fails: Callable[[Plan], bool], tries: int) -> None:
        self._fails, self._left = fails, tries

    def shrink(self, plan: Plan) -> Plan:
        data = plan.model_dump(mode="json")
        while self._left > 0:
            smaller = self._smaller(data)
            if smaller is None:
                break
            data = smaller
        found = plan_from_json(data).plan
        assert found is not None, "only plans are kept"
        return found

    def _smaller(self, data: Data) -> Data | None:
        weight = _weight(data)
        seen = set()
        for one in _reductions(data):
            told = canonical(one)
            if told in seen or _weight(one) >= weight:
                continue
            seen.add(told)
            read = plan_from_json(one)
            if read.plan is None or any(fault.is_error for fault in read.diagnostics):
                continue
            self._left -= 1
            if self._left < 0:
                return None
            if self._fails(read.plan):
                return one
        return None


def _weight(data: Data) -> tuple[int, float]:
    """What is said, without what is empty; then the numbers."""
    numbers: list[float] = []
    return len(canonical(_said(data, numbers))), sum(numbers)


def _said(node: Any, numbers: list[float]) -> Any:
    if isinstance(node, list):
        return [_said(one, numbers) for one in node]
    if isinstance(node, dict):
        return {key: _said(one, numbers) for key, one in node.items() if one is not None and one != []}
    if isinstance(node, int | float) and not isinstance(node, bool):
        numbers.append(abs(node))
    return node


def _reductions(data: Data) -> Iterator[Data]:
    """Smaller plans, those that take most away first. Not all are plans, let alone sound ones."""
    yield from _without_steps(data)
    yield from _without_header(data)
    yield from _without_clauses(data)
    yield from _inlined(data)
    yield from _smaller_expressions(data)


def _without_steps(data: Data) -> Iterator[Data]:
    """Half of the steps, then one at a time, the last ones first; who read them reads null."""
    names = [step["name"] for step in data["steps"]]
    if len(names) > 3:
        half = len(names) // 2
        yield _without(data, set(names[half:]))
        yield _without(data, set(names[:half]))
    for name in reversed(names):
        yield _without(data, {name})


def _without(data: Data, names: set[str]) -> Data:
    steps = [
        {**step, "after": [one for one in step["after"] if one not in names]}
        for step in data["steps"]
        if step["name"] not in names
    ]
    return cast(Data, _with_values({**data, "steps": steps}, dict.fromkeys(names, _NULL)))


def _with_values(node: Any, values: Mapping[str, Data]) -> Any:
    """The same with values where there are references to some names."""
    if isinstance(node, list):
        return [_with_values(one, values) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("kind") == "ref" and node["name"] in values:
        value = values[node["name"]]
        return value if not node["path"] or value == _NULL else {"kind": "select", "of": value, "path": node["path"]}
    if node.get("kind") == "text":
        return _text([_with_values(part, values) for part in node["parts"]])
    return {key: _with_values(one, values) for key, one in node.items()}


def _text(parts: list[Any]) -> Data:
    """A text whose parts are references and pieces again, in the one form that there is for it."""
    joined: list[Any] = []
    for part in parts:
        one = part if isinstance(part, str) or part.get("kind") == "ref" else ""
        if isinstance(one, str) and joined and isinstance(joined[-1], str):
            joined[-1] += one
        elif one:
            joined.append(one)
    if not joined or joined == [one for one in joined if isinstance(one, str)]:
        return {"kind": "constant", "value": "".join(joined)}
    return joined[0] if len(joined) == 1 else {"kind": "text", "parts": joined}


def _without_header(data: Data) -> Iterator[Data]:
    for name in ("goal", "limit", "solve", "result"):
        if data[name] is not None:
            yield {**data, name: None}
    for name in ("inputs", "uses"):
        for place, one in enumerate(data[name]):
            left = {**data, name: data[name][:place] + data[name][place + 1 :]}
            yield _with_values(left, {one["name"]: _NULL}) if name == "inputs" else left


def _without_clauses(data: Data) -> Iterator[Data]:
    for place, step in enumerate(data["steps"]):
        for other in _plainer(step):
            yield {**data, "steps": [*data["steps"][:place], other, *data["steps"][place + 1 :]]}


def _plainer(step: Data) -> Iterator[Data]:
    if step["rationale"]:
        yield {**step, "rationale": ""}
    if step["after"]:
        yield {**step, "after": []}
    if step["retry"]:
        yield {**step, "retry": 0}
        yield {**step, "retry": 1}
    for clause in _CLAUSES:
        if step[clause] is None:
            continue
        less = {**step, clause: None}
        if clause == "condition":
            less["otherwise"] = None
        if clause == "each":
            less = _with_values(less, {step["each"]["variable"]: _NULL})
        yield less
    if step["approve"] is not None:
        yield {**step, "approve": {"text": None, "within": None}}
    if step["each"] is not None:
        yield {**step, "each": {**step["each"], "parallel": None}}
    for role in _ACTIONS:
        if step[role] is not None and step[role]["kind"] == "call":
            yield {**step, role: _NULL}
            for name in step[role]["args"]:
                args = {key: one for key, one in step[role]["args"].items() if key != name}
                yield {**step, role: {**step[role], "args": args}}


def _inlined(data: Data) -> Iterator[Data]:
    """A pure step gone, and its expression where it was read."""
    for place, step in enumerate(data["steps"]):
        if step["do"]["kind"] != "call" and step["each"] is None and step["condition"] is None:
            rest = {**data, "steps": data["steps"][:place] + data["steps"][place + 1 :]}
            yield _with_values(rest, {step["name"]: step["do"]})


def _smaller_expressions(node: Any) -> Iterator[Any]:
    """The plan with one expression smaller, from the outside to the inside."""
    if isinstance(node, list):
        for place, one in enumerate(node):
            yield from ([*node[:place], other, *node[place + 1 :]] for other in _smaller_expressions(one))
        return
    if not isinstance(node, dict):
        return
    if "kind" in node and node["kind"] != "call":
        yield from _instead_of(node)
    for key, one in node.items():
        if key != "type":
            yield from ({**node, key: other} for other in _smaller_expressions(one))


def _instead_of(node: Data) -> Iterator[Data]:
    if node not in _CONSTANTS:
        yield from _CONSTANTS
    yield from _parts(node.values())
    if node["kind"] == "list":
        yield from ({**node, "items": list(some)} for some in _without_one(tuple(node["items"])))
    if node["kind"] == "object":
        for name in node["fields"]:
            yield {**node, "fields": {key: one for key, one in node["fields"].items() if key != name}}
    if node["kind"] == "text":
        yield from (_text(list(some)) for some in _without_one(tuple(node["parts"])))
    if node["kind"] == "ref" and node["path"]:
        yield {**node, "path": node["path"][:-1]}


def _parts(values: Iterable[Any]) -> Iterator[Data]:
    """The expressions that an expression is made of."""
    for one in values:
        if isinstance(one, dict) and "kind" in one:
            yield one
        elif isinstance(one, dict | list):
            yield from _parts(one.values() if isinstance(one, dict) else one)


__all__ = ["shrink", "shrink_trial"]
