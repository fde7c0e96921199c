"""What the rules look at: a plan with its names, its statements and its calls looked up once.

Building it is one pass over the plan. Pointers are not kept: a sound plan needs none, so `Statement.places` walks its
statement again when there is something to report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from .._record import record
from ..diag.diagnostic import Span
from ..ir.costs import Ceilings, Table
from ..ir.expr import Action, Call, Comprehension, Expr, children, references
from ..ir.plan import Plan, Step
from ..ir.signature import Signature
from .bounds import measure
from .callables import MODEL_ALIAS, Binding, Target, bind
from .flow import Types, types_of
from .order import Order, order_of
from .walk import NOTHING, Found, condition_is_per_item, pieces

if TYPE_CHECKING:
    from ..ir.policy import Policy

CLOCK = "now"
"""`#now`, the recorded start of the run."""

USUAL = Ceilings()

MOST_PLACES = 50
"""Nobody looks at more places of one name in one statement; a text of a megabyte may hold a hundred thousand."""

Role: TypeAlias = Literal["do", "otherwise", "fallback"]
Kind: TypeAlias = Literal["input", "step"]


@record
class Source:
    """The text a plan was read from, and where in it a JSON pointer into the plan stands."""

    text: str
    find: Callable[[str], Span | None]


@record
class Definition:
    """Where a `#name` is bound: the place of its step or input among its kind."""

    kind: Kind
    index: int

    @property
    def at(self) -> str:
        return f"/{self.kind}s/{self.index}"


@record
class CallSite:
    """One call of the plan. `target` is None when nothing is known of it, `binding` when there is no target."""

    statement: Statement
    role: Role
    call: Call
    target: Target | None
    binding: Binding | None

    @property
    def at(self) -> str:
        return f"{self.statement.at}/{self.role}"


@dataclass(slots=True)
class Statement:
    """A step, `return` or `Solve:` with the names it reads, in order of first mention and without its loop variables.

    `index` is the step's place; `return` and `Solve:` come after all steps.
    """

    at: str
    index: int
    step: Step | None
    names: dict[str, None]
    loops: list[tuple[Comprehension, frozenset[str]]]
    has_hash: bool
    item_condition: bool = False
    value: Expr | None = None
    calls: list[CallSite] = field(default_factory=list)

    def places(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        """The pointers at which the statement reads one of `names`, and which, in one walk; `MOST_PLACES` of each."""
        seen: Counter[str] = Counter()
        for at, name in self._reads():
            if name in names and seen[name] < MOST_PLACES:
                seen[name] += 1
                yield at, name

    def _reads(self) -> Iterator[tuple[str, str]]:
        for at, node, bound in self.pieces():
            yield from ((pointer, ref.name) for pointer, ref in references(node, at, bound))
        if self.step is not None:
            yield from ((f"{self.at}/after/{i}", name) for i, name in enumerate(self.step.after))

    def loop_pointers(self) -> dict[int, str]:
        """Where the statement's comprehensions stand, by the identity of the node."""
        found: dict[int, str] = {}
        stack = [(at, node) for at, node, _ in self.pieces()]
        while stack:
            at, node = stack.pop()
            if isinstance(node, Comprehension):
                found[id(node)] = at
            stack.extend((at + suffix, child) for suffix, child in children(node))
        return found

    def pieces(self) -> Iterator[tuple[str, Expr | Call, frozenset[str]]]:
        """The statement's expressions with their pointers and the loop variable bound there."""
        if self.step is not None:
            for suffix, node, bound in pieces(self.step, item_condition=self.item_condition):
                yield self.at + suffix, node, bound
        elif self.value is not None:
            yield self.at, self.value, NOTHING


@dataclass
class Scope:
    """One plan under check.

    `tools` is None when no tools were given; `targets` resolves callable names, sub-plans first. `unknown` are names
    of broken statements: they are defined, with a type that fits everything, and rules say nothing about them.
    `is_whole` is False when a statement could not be read, so that nobody can say what it would have named.
    `ceilings` and `policy` are the host's, where it gave any to hold the plan against; `request` is what the plan is to
    answer, in the words of the person who asked.
    """

    plan: Plan
    tools: Mapping[str, Signature] | None
    subplans: Mapping[str, Target | None]
    source: Source | None = None
    unknown: frozenset[str] = frozenset()
    unknown_callables: frozenset[str] = frozenset()
    is_whole: bool = True
    is_subplan: bool = False
    ceilings: Ceilings | None = None
    policy: Policy | None = None
    request: str | None = None
    statements: list[Statement] = field(default_factory=list)
    names: dict[str, Definition] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    targets: dict[str, Target | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, one in enumerate(self.plan.inputs):
            self.names.setdefault(one.name, Definition("input", index))
        for index, step in enumerate(self.plan.steps):
            self.names.setdefault(step.name, Definition("step", index))
        self.statements.extend(self._statements())

    def target(self, name: str) -> Target | None:
        """What `name` calls; None when it is not known or could not be read."""
        if name not in self.targets:
            self.targets[name] = self._look_up(name)
        return self.targets[name]

    def is_callable(self, name: str) -> bool:
        """Whether something answers to `name`, be it broken."""
        return name in self.subplans or name in self.unknown_callables or self.target(name) is not None

    @property
    def calls(self) -> Iterator[CallSite]:
        for statement in self.statements:
            yield from statement.calls

    def step_index(self, name: str) -> int | None:
        """The place of the step called `name`; None for inputs, the clock, and what is not defined."""
        found = self.names.get(name)
        return found.index if found is not None and found.kind == "step" else None

    @property
    def in_text_order(self) -> bool:
        """Whether references must point backwards: in text they do, plans from elsewhere are sorted."""
        return self.source is not None

    @cached_property
    def order(self) -> Order:
        """In which order the steps can run, and the cycles that leave none."""
        return order_of(self._needs)

    @cached_property
    def types(self) -> Types:
        """The types of all names, arguments and results, and what was found on the way."""
        return types_of(self)

    @property
    def host(self) -> Ceilings:
        """The host's ceilings, or what they are where nobody says."""
        return self.ceilings or USUAL

    @cached_property
    def bounds(self) -> Table:
        """What the plan may cost, step by step and in all."""
        return measure(self)

    def needs(self, place: int) -> list[int]:
        """The places of the steps that a step names, itself left out, ascending."""
        return self._needs[place]

    @cached_property
    def _needs(self) -> list[list[int]]:
        return [self._needs_of(place) for place in range(len(self.plan.steps))]

    def _needs_of(self, place: int) -> list[int]:
        found = (self.step_index(name) for name in self.statements[place].names)
        return sorted(one for one in found if one is not None and one != place)

    def _look_up(self, name: str) -> Target | None:
        if name in self.subplans:
            return self.subplans[name]
        tools = self.tools or {}
        signature = tools.get(name) or tools.get(MODEL_ALIAS.get(name, name))
        return Target(signature) if signature is not None else None

    def _statements(self) -> Iterator[Statement]:
        for index, step in enumerate(self.plan.steps):
            yield self._step(index, step)
        last = len(self.plan.steps)
        for at, value in (("/result", self.plan.result), ("/solve", self.plan.solve)):
            if value is not None:
                found = Found()
                found.walk(value)
                self.variables.update(loop.variable for loop, _ in found.loops)
                yield Statement(at, last, None, found.names, found.loops, found.has_hash, value=value)

    def _step(self, index: int, step: Step) -> Statement:
        item_condition = condition_is_per_item(step)
        found = Found()
        for _, node, bound in pieces(step, item_condition=item_condition):
            found.walk(node, bound)
        for name in step.after:
            found.names[name] = None
        self.variables.update(loop.variable for loop, _ in found.loops)
        if step.each is not None:
            self.variables.add(step.each.variable)
        one = Statement(f"/steps/{index}", index, step, found.names, found.loops, found.has_hash, item_condition)
        self._add_call(one, "do", step.do)
        self._add_call(one, "otherwise", step.otherwise)
        self._add_call(one, "fallback", step.fallback)
        return one

    def _add_call(self, statement: Statement, role: Role, action: Action | None) -> None:
        if not isinstance(action, Call):
            return
        target = self.target(action.tool)
        binding = bind(action, target) if target is not None else None
        statement.calls.append(CallSite(statement, role, action, target, binding))
