"""A plan that is ready to run: every call bound to its signature or sub-plan, every need known.

Only the checker makes a `LinkedPlan` (`rewoo_dsl.checker.link`), and the interpreter takes nothing else: what runs
has been checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from .._record import record
from .expr import Expr
from .plan import Plan, Step
from .signature import Schema, Signature

CHECKED = object()
"""The checker's seal. Nothing but `rewoo_dsl.checker` may use it; a test reads the imports."""


@record
class LinkedCall:
    """A call whose target and argument names are known; arguments by name, in the order they are written."""

    name: str
    target: Signature | LinkedPlan
    args: Mapping[str, Expr]

    @property
    def is_subplan(self) -> bool:
        return isinstance(self.target, LinkedPlan)


LinkedAction: TypeAlias = LinkedCall | Expr


@record
class LinkedStep:
    """One step and what it waits for.

    `needs` are the steps named anywhere in it or after `after`, in order of first mention. `item_condition` says
    that the condition names the loop variable and is decided per item. `declared` is the declared type as JSON
    Schema, closed where a model is asked for it; None when the step declares none. `is_bare` says that there is nothing
    but the action, and perhaps `after`: most steps are so, and a run asks it of every one.
    """

    step: Step
    do: LinkedAction
    otherwise: LinkedAction | None
    fallback: LinkedAction | None
    needs: tuple[str, ...]
    item_condition: bool
    declared: Schema | None
    is_bare: bool = False

    @property
    def name(self) -> str:
        return self.step.name


@record
class LinkedPlan:
    """A checked plan with everything resolved. `steps` are in an order in which every need comes first.

    `result_needs` and `solve_needs` are the steps that `return` and `Solve:` name; `asks` says whether a person is
    asked somewhere, sub-plans included.
    """

    plan: Plan
    steps: tuple[LinkedStep, ...]
    tools: Mapping[str, Signature]
    subplans: Mapping[str, LinkedPlan]
    result_needs: tuple[str, ...]
    solve_needs: tuple[str, ...]
    asks: bool
    seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not CHECKED:
            raise TypeError("a LinkedPlan is made by rewoo_dsl.checker.link, never by hand")

    def __hash__(self) -> int:
        return hash(self.plan)
