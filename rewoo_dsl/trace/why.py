"""Where a value comes from: back from `return`, or from any step, to tools, people and inputs.

    found = why(plan, events)              # from `return`
    found = why(linked, events, "E7")      # from a step; a linked plan also tells versions, and what sub-plans did

The answer is a graph, for one value may be read at many places: `nodes` by name, each with what it read (`needs`) and
the calls that it rests on. It says what *was* read, not what could have been: the branch that was taken, the items
that were asked for (`#E4[2]` rests on the third item of E4 only), the fallback that stood in. A condition that let a
step run counts, mere order (`after`) does not. Of what has no value, it tells what kept it from having one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from ..ir.expr import Call, Expr, Ref, references
from ..ir.linked import LinkedPlan
from ..ir.plan import Plan, Step
from ..ir.signature import canonical_name
from .events import Branch, Event, ItemFinished, Origin, Reason, RunStarted, State
from .places import Path, inside, path_text, split_way
from .summary import AttemptTrace, StepTrace, Trace

Kind: TypeAlias = Literal["step", "return", "input", "now", "answer"]
Role: TypeAlias = Literal["value", "condition", "missing"]
"""Why one rests on the other: it read its value; its condition did; or it waits for it in vain."""

_HAS_VALUE = ("succeeded", "skipped")


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a node rests on, and which places of it were read; `` is the whole."""

    name: str
    places: tuple[str, ...]
    role: Role = "value"


@dataclass(frozen=True, slots=True)
class CallMade:
    """The call that gave a value, or failed to: the last of `attempts`. `failures` are the reasons of those before.

    `version` is None where nobody said which tools there were.
    """

    tool: str
    version: str | None
    arguments: Mapping[str, Any]
    item: int | None
    branch: Branch
    attempts: int
    failures: tuple[str, ...]
    origin: Origin
    reason: Reason | None
    seconds: float | None
    subplan: bool


@dataclass(frozen=True, slots=True)
class Node:
    """One value, or the lack of it.

    Attributes:
        items: those that were asked for, of a `for`; None where the whole was.
        given: the value was set from outside, so the step did not run.
        answer: what a person said who was asked to approve it.
    """

    name: str
    kind: Kind
    state: State
    value: Any
    reason: Reason | None = None
    message: str = ""
    branch: Branch = "do"
    items: tuple[int, ...] | None = None
    given: bool = False
    answer: str | None = None
    calls: tuple[CallMade, ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def has_value(self) -> bool:
        return self.state in _HAS_VALUE


@dataclass(frozen=True, slots=True)
class Provenance:
    """What `start` rests on: every node that can be reached from it."""

    start: str
    nodes: Mapping[str, Node]

    def as_data(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"start": self.start, "nodes": [asdict(node) for node in self.nodes.values()]}


class NoSuchStep(LookupError):
    """The trace has no step of that name; `known` are those that it has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"the run has no step {name!r}")


def why(plan: Plan | LinkedPlan, events: Iterable[Event], step: str | None = None) -> Provenance:
    """What a step's value rests on; without `step`, that of `return`, or all evidence where the plan has none.

    Raises:
        NoSuchStep: there is no step of that name.
    """
    trace = Trace(events)
    reader = _Reader(plan, trace)
    start, items = reader.start(step)
    return Provenance(start, reader.reached(start, items))


@dataclass(frozen=True, slots=True)
class _Home:
    """The plan that a name belongs to, and the way there. `call` and `caller` are what called it."""

    plan: Plan
    linked: LinkedPlan | None
    way: str = ""
    caller: "_Home | None" = None
    caller_step: Step | None = None
    item: int | None = None
    branch: str = "do"


ANSWER = "answer"
"""The start where a plan has no `return`: all of its evidence."""


class _Reader:
    def __init__(self, plan: Plan | LinkedPlan, trace: Trace) -> None:
        linked = plan if isinstance(plan, LinkedPlan) else None
        self._root = _Home(plan.plan if isinstance(plan, LinkedPlan) else plan, linked)
        self._trace = trace
        self._started = trace.started or RunStarted("", "", {}, "", ())
        self._homes: dict[str, _Home | None] = {"": self._root}

    def start(self, step: str | None) -> tuple[str, set[int] | None]:
        """Where to begin: a name, and the item of it that was asked for."""
        if step is None:
            return ("return" if self._root.plan.result is not None else ANSWER), None
        name = step.removeprefix("#")
        if name in self._trace.steps or name in self._started.inputs:
            return name, None
        whole, _, item = name.removesuffix("]").rpartition("[")
        found = self._trace.steps.get(whole)
        if found is None or not item.isdigit() or int(item) >= (found.items or 0):
            raise NoSuchStep(step, self._trace.steps)
        return whole, {int(item)}

    def reached(self, start: str, items: set[int] | None) -> dict[str, Node]:
        """All nodes that can be reached, in the order in which they are come upon."""
        found: dict[str, Node] = {}
        wanted: dict[str, set[int] | None] = {start: items}
        agenda = [start]
        while agenda:
            name = agenda.pop()
            node = found[name] = self._node(name, wanted[name])
            for need in reversed(node.needs):
                if self._wants_more(wanted, need, found):
                    agenda.append(need.name)
        return found

    def _wants_more(self, wanted: dict[str, set[int] | None], need: Need, found: Mapping[str, Node]) -> bool:
        """Notes which items of it are asked for; True when it has to be looked at, again or for the first time."""
        items = self._items_in(need)
        if need.name not in wanted:
            wanted[need.name] = items
            return True
        before = wanted[need.name]
        if before is None or (items is not None and items <= before):
            return need.name not in found
        wanted[need.name] = None if items is None else before | items
        return True

    def _items_in(self, need: Need) -> set[int] | None:
        """The items of a `for` that the places name; None for all of them, and where there is no `for`."""
        step = self._trace.steps.get(need.name)
        if step is None or step.items is None or need.role == "missing":
            return None
        found = set()
        for place in need.places:
            first = place[1:].split("]", 1)[0] if place.startswith("[") else ""
            if not first.removeprefix("-").isdigit():
                return None
            found.add(int(first) % step.items if step.items else 0)
        return found

    # --- nodes ---

    def _node(self, name: str, items: set[int] | None) -> Node:
        if name == ANSWER:
            return self._whole_evidence()
        _, own = split_way(name)
        home = self._home(name[: len(name) - len(own)])
        step = self._trace.steps.get(name)
        if step is None:
            return self._from_outside(name, own, home)
        if own == "return":
            return self._return(step, home)
        return self._step(step, own, home, items)

    def _whole_evidence(self) -> Node:
        names = [one.name for one in self._trace.top_level if one.state == "succeeded"]
        evidence = {name: self._trace.steps[name].value for name in names}
        return Node(ANSWER, "answer", "succeeded", evidence, needs=tuple(Need(name, ("",)) for name in names))

    def _from_outside(self, name: str, own: str, home: _Home | None) -> Node:
        """An input, `#now`, or a step that never began."""
        if own == "now":
            return Node(name, "now", "succeeded", self._started.now)
        if own == "return":
            return self._return(StepTrace(name), home)
        if home is not None and own in home.plan.by_name:
            return Node(name, "step", "waiting", None)
        if home is None or home.caller is None or home.caller_step is None:
            inputs = self._started.inputs
            return Node(name, "input", "succeeded" if own in inputs else "waiting", inputs.get(own))
        return self._inner_input(name, own, home)

    def _inner_input(self, name: str, own: str, home: _Home) -> Node:
        """An input of a sub-plan: what its caller's argument was made of."""
        assert home.caller is not None  # the caller of this looked
        assert home.caller_step is not None
        caller, step = home.caller, home.caller_step
        outer = self._trace.steps[caller.way + step.name]
        made = next(reversed([a for a in outer.attempts if _is_of(a, home.item, home.branch)]), None)
        argument = _argument(caller.linked, step, home.branch, own)
        items = None if home.item is None else {home.item}
        needs = () if argument is None else tuple(self._needs([(argument, "value")], step, caller, items))
        value = None if made is None else made.started.arguments.get(own)
        return Node(name, "input", "succeeded", value, needs=needs)

    def _return(self, step: StepTrace, home: _Home | None) -> Node:
        needs: tuple[Need, ...] = ()
        if home is not None and home.plan.result is not None:
            needs = tuple(self._needs([(home.plan.result, "value")], None, home, None))
            if step.state not in _HAS_VALUE:
                needs = self._lacking(needs)
        return Node(step.name, "return", step.state, step.value, step.reason, step.message, needs=needs)

    def _step(self, step: StepTrace, own: str, home: _Home | None, items: set[int] | None) -> Node:
        given = not home.way and own in self._started.given if home is not None else False
        declared = None if home is None else home.plan.by_name.get(own)
        calls = tuple(self._calls(step, home, items))
        needs: tuple[Need, ...] = ()
        if declared is not None and home is not None and not given:
            needs = self._step_needs(step, declared, home, items, calls)
        return Node(
            step.name,
            "step",
            step.state,
            step.value if items is None else _some(step, items),
            step.reason,
            step.message,
            step.branch,
            None if items is None else tuple(sorted(items)),
            given,
            step.answer,
            calls,
            needs,
        )

    # --- what was called ---

    def _calls(self, step: StepTrace, home: _Home | None, items: set[int] | None) -> Iterator[CallMade]:
        """For each item the last call of the branch that ended it, with what was tried before."""
        by_item: dict[int | None, list[AttemptTrace]] = {}
        for attempt in step.attempts:
            item = attempt.started.item
            if items is None or item is None or item in items:
                by_item.setdefault(item, []).append(attempt)
        for tried in by_item.values():
            branch = _branch_of(step, tried[-1].started.item)
            last = next((one for one in reversed(tried) if one.started.branch == branch), tried[-1])
            yield self._call(last, [one for one in tried if one is not last], home)

    def _call(self, last: AttemptTrace, before: list[AttemptTrace], home: _Home | None) -> CallMade:
        started, finished = last.started, last.finished
        linked = None if home is None else home.linked
        signature = None if linked is None else linked.tools.get(canonical_name(started.tool))
        return CallMade(
            started.tool,
            None if signature is None else signature.version,
            started.arguments,
            started.item,
            started.branch,
            len(before) + 1,
            tuple(f"{one.started.tool}: {one.reason}" for one in before if one.reason is not None),
            "tool" if finished is None else finished.origin,
            last.reason,
            last.seconds,
            started.subplan,
        )

    # --- what was read ---

    def _step_needs(
        self, step: StepTrace, declared: Step, home: _Home, items: set[int] | None, calls: Iterable[CallMade]
    ) -> tuple[Need, ...]:
        parts = _parts(step, declared, items)
        inner, replaced = self._inner_needs(step, calls)
        parts = [(part, role) for part, role in parts if id(part) not in {id(_clause(declared, b)) for b in replaced}]
        found = (*self._needs(parts, declared, home, items), *inner)
        if step.state in _HAS_VALUE:
            return found
        every: list[tuple[Expr | Call, Role]] = [(part, "value") for part in _all_parts(declared)]
        waited = (*self._needs(every, declared, home, None), *(Need(home.way + n, ("",)) for n in declared.after))
        return self._lacking((*waited, *inner)) or found

    def _inner_needs(self, step: StepTrace, calls: Iterable[CallMade]) -> tuple[list[Need], set[str]]:
        """The `return` of each sub-plan that was called, and the clauses whose arguments are told there."""
        needs: list[Need] = []
        branches: set[str] = set()
        for call in calls:
            way = inside(step.name, call.item, call.branch)
            if call.subplan and f"{way}return" in self._trace.steps and self._home(way) is not None:
                needs.append(Need(f"{way}return", ("",)))
                branches.add(call.branch)
        return needs, branches

    def _needs(
        self, parts: Iterable[tuple[Expr | Call, Role]], step: Step | None, home: _Home, items: set[int] | None
    ) -> Iterator[Need]:
        """Every name that the parts read, with the places. A loop variable stands for the list it goes over."""
        places: dict[tuple[str, Role], dict[str, None]] = {}
        for part, role in parts:
            for _, ref in references(part):
                for name, path in _read(ref, step, items):
                    if self._is_name(name, home):
                        places.setdefault((home.way + name, role), {})[path_text(path)] = None
        for (name, role), found in places.items():
            yield Need(name, ("",) if "" in found else tuple(found), role)

    def _is_name(self, name: str, home: _Home) -> bool:
        return name == "now" or name in home.plan.by_name or any(one.name == name for one in home.plan.inputs)

    def _lacking(self, needs: Iterable[Need]) -> tuple[Need, ...]:
        """Those without a value, each once."""
        found = {}
        for need in needs:
            step = self._trace.steps.get(need.name)
            if step is not None and step.state not in _HAS_VALUE:
                found[need.name] = Need(need.name, ("",), "missing")
        return tuple(found.values())

    # --- sub-plans ---

    def _home(self, way: str) -> _Home | None:
        """The plan of the steps whose names begin with `way`; None where nobody said what it is."""
        if way not in self._homes:
            self._homes[way] = self._find_home(way)
        return self._homes[way]

    def _find_home(self, way: str) -> _Home | None:
        calls, _ = split_way(way)
        last = calls[-1]
        before = way[: way[:-1].rfind("/") + 1]
        outer = self._home(before)
        step = None if outer is None else outer.plan.by_name.get(last.step)
        action = None if step is None else _clause(step, last.branch)
        if outer is None or outer.linked is None or not isinstance(action, Call):
            return None
        linked = outer.linked.subplans.get(action.tool)
        return None if linked is None else _Home(linked.plan, linked, way, outer, step, last.item, last.branch)


# --- a step's own text ---------------------------------------------------------------------------------------------


def _clause(step: Step, branch: str) -> Expr | Call | None:
    return {"do": step.do, "otherwise": step.otherwise, "fallback": step.fallback}[branch]


def _all_parts(step: Step) -> list[Expr | Call]:
    source = None if step.each is None else step.each.source
    parts = (step.condition, source, step.do, step.otherwise, step.fallback)
    return [part for part in parts if part is not None]


def _parts(step: StepTrace, declared: Step, items: set[int] | None) -> list[tuple[Expr | Call, Role]]:
    """The clauses that had a say: the condition, and the branches that were taken."""
    found: list[tuple[Expr | Call, Role]] = []
    for branch in _branches(step, items):
        action = _clause(declared, branch)
        if action is not None:
            found.append((action, "value"))
    if declared.condition is not None:
        found.append((declared.condition, "condition"))
    each = declared.each
    if each is not None and not any(ref.name == each.variable for part, _ in found for _, ref in references(part)):
        found.append((each.source, "value"))  # only its length is in the value
    return found


def _branches(step: StepTrace, items: set[int] | None) -> dict[Branch, None]:
    """The branches that gave values, or tried to."""
    ended = [one for one in step.ended if items is None or one.item in items]
    if not ended:
        return {} if step.state == "skipped" else {step.branch: None}
    return dict.fromkeys(one.branch for one in ended if one.state != "skipped")


def _branch_of(step: StepTrace, item: int | None) -> Branch:
    ended = next((one for one in step.ended if one.item == item), None)
    return step.branch if ended is None else ended.branch


def _is_of(attempt: AttemptTrace, item: int | None, branch: str) -> bool:
    return attempt.started.item == item and attempt.started.branch == branch


def _read(ref: Ref, step: Step | None, items: set[int] | None) -> Iterator[tuple[str, Path]]:
    """What a reference reads: itself, or, of a loop variable, its places in the list."""
    each = None if step is None else step.each
    if each is None or ref.name != each.variable:
        yield ref.name, ref.path
    elif isinstance(each.source, Ref):
        for item in (None,) if items is None else sorted(items):
            yield each.source.name, (*each.source.path, item, *ref.path)
    else:
        for _, inner in references(each.source):
            yield inner.name, inner.path


def _argument(linked: LinkedPlan | None, step: Step, branch: str, name: str) -> Expr | None:
    """What a call gives for the input `name` of its sub-plan."""
    action = _clause(step, branch)
    if not isinstance(action, Call):
        return None
    if name in action.args:
        return action.args[name]
    target = None if linked is None else linked.subplans.get(action.tool)
    first = None if target is None else next((one.name for one in target.plan.inputs), None)
    return action.first if name == first else None


def _some(step: StepTrace, items: set[int]) -> dict[str, Any]:
    """The values of some items, by their index."""
    ended: dict[int, ItemFinished] = {one.item: one for one in step.ended}
    return {f"[{item}]": ended[item].value for item in sorted(items) if item in ended}
