"""What a plan may call, and how a call meets it.

A tool and a sub-plan look alike from outside: a signature. A `Target` is a signature with its types read once, so that
a plan of thousands of calls reads each tool's schemas once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .._record import record
from ..ir.costs import FREE, Bounds, Cost
from ..ir.expr import Call, Constant, Expr, Text, escape
from ..ir.linked import LinkedPlan
from ..ir.signature import Effect, Signature
from ..ir.types import ANY, STR, Answer, Type, fits, from_schema
from ..ir.validation import Validator

MODEL_ALIAS = {"LLM": "llm"}
"""Tools with a second name in plans."""


@dataclass(slots=True)
class Target:
    """One callable with its types. `cost` is what one use of a sub-plan takes; that of a tool depends on the step.
    `counted` is how often it calls the tools that a policy limits, by the name of the policy's line.

    A sub-plan that calls what nobody knows is not `is_certain`: its effect is anyone's guess, and rules about effects
    say nothing. Its `subplan` is None as long as it cannot run.
    """

    signature: Signature
    is_subplan: bool = False
    subplan: LinkedPlan | None = None
    cost: Cost = FREE
    counted: Mapping[str, Bounds] = field(default_factory=dict)
    is_certain: bool = True
    parameters: dict[str, Type] = field(init=False)
    returns: Type = field(init=False)
    takes_more: bool = field(init=False)
    validators: dict[str, Validator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        schema = self.signature.parameters
        self.parameters = {name: from_schema(one, schema) for name, one in self.signature.properties.items()}
        self.returns = from_schema(self.signature.returns)
        self.takes_more = self.signature.is_open or schema.get("additionalProperties", False) is not False

    @property
    def writes(self) -> bool:
        return self.is_certain and self.signature.effect is Effect.WRITE

    @property
    def surely_writes(self) -> bool:
        return self.is_certain and self.signature.surely_writes

    @property
    def may_retry(self) -> bool:
        return not self.is_certain or self.signature.may_retry

    @property
    def can_run(self) -> bool:
        return self.subplan is not None or not self.is_subplan


@record
class Argument:
    """One argument of a call under its name; `at` is its pointer inside the call."""

    name: str
    value: Expr
    at: str


@record
class Binding:
    """A call's arguments by name, and what keeps it from being made.

    `stray` are arguments that the target does not take, `missing` the required ones not given, `twice` names given
    both by position and by name; `short` says that `Tool[text]` does not suit the target.
    """

    args: tuple[Argument, ...]
    stray: tuple[Argument, ...] = ()
    missing: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    short: bool = False

    @property
    def is_sound(self) -> bool:
        return not (self.stray or self.missing or self.twice or self.short)


def bind(call: Call, target: Target) -> Binding:
    """The call's arguments as the target knows them, in the order they are written."""
    if call.short:
        return _bind_short(call, target)
    args: list[Argument] = []
    stray: list[Argument] = []
    first = target.signature.positional
    if call.first is not None:
        (args if first is not None else stray).append(Argument(first or "", call.first, "/first"))
    for name, value in call.args.items():
        one = Argument(name, value, f"/args/{escape(name)}")
        (args if name in target.parameters or target.takes_more else stray).append(one)
    twice = (first,) if call.first is not None and first is not None and first in call.args else ()
    return Binding(tuple(args), tuple(stray), _missing(target, args), twice)


def _bind_short(call: Call, target: Target) -> Binding:
    """`Tool[text]`; an empty text is no argument at all for a tool that requires none."""
    name = target.signature.text_parameter
    if call.first is None or (_is_empty(call.first) and not target.signature.required):
        return Binding((), missing=_missing(target, ()))
    if name is None or fits(STR, target.parameters.get(name, ANY)).answer is Answer.NO:
        return Binding((), short=True)
    args = (Argument(name, call.first, "/first"),)
    return Binding(args, missing=_missing(target, args))


def _missing(target: Target, args: Iterable[Argument]) -> tuple[str, ...]:
    required = target.signature.required
    if not required:
        return ()
    given = {one.name for one in args}
    return tuple(name for name in required if name not in given)


def _is_empty(value: Expr) -> bool:
    return (isinstance(value, Text) and not value.parts) or (isinstance(value, Constant) and value.value == "")


def signatures_of(tools: object) -> Mapping[str, Signature] | None:
    """The signatures by name of a registry, a mapping, or several signatures; None stays None."""
    found = getattr(tools, "signatures", tools)
    if found is None:
        return None
    if isinstance(found, Mapping):
        pairs = list(found.items())
    elif isinstance(found, Iterable):
        pairs = [(getattr(one, "name", None), one) for one in found]
    else:
        raise TypeError(f"tools: expected a registry or signatures, got {type(tools).__name__}")
    for name, one in pairs:
        if not isinstance(one, Signature):
            raise TypeError(f"tools: expected a Signature for {name!r}, got {type(one).__name__}")
    return dict(pairs)
