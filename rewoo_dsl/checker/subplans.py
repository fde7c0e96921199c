"""Where sub-plans come from: files that the plan names with `use`, and the host's library by name.

A path is relative to the file that names it and stays under the root, which is the folder of the plan that was asked
for. This module only works with such paths as text: reading a file is the caller's `load`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from ..diag.diagnostic import Diagnostic
from ..ir.costs import Bounds, Ceilings, within
from ..ir.expr import Call
from ..ir.linked import LinkedPlan
from ..ir.part import made
from ..ir.plan import Plan
from ..ir.signature import Effect, Signature
from ..ir.types import ANY, to_schema
from .bounds import most_asked
from .callables import Target
from .scope import Scope

if TYPE_CHECKING:
    from ..ir.policy import Policy

Load: TypeAlias = Callable[[str], "str | Plan"]
"""A sub-plan, as a rule its text, by its path relative to the root. Raises `OSError`, `LookupError` or `ValueError`."""

Library: TypeAlias = Mapping[str, "Plan | LinkedPlan | str"]

MAX_DEPTH = 16
"""How deep sub-plans may call sub-plans."""


def called(plan: Plan) -> Iterator[tuple[str, str]]:
    """The pointer of every call of the plan, and the name it calls."""
    for index, step in enumerate(plan.steps):
        for role, action in (("do", step.do), ("otherwise", step.otherwise), ("fallback", step.fallback)):
            if isinstance(action, Call):
                yield f"/steps/{index}/{role}", action.tool


def resolve(path: str, file: str) -> str | None:
    """`path` as `file` means it, relative to the root; None when it leaves the root or is no relative path.

    >>> resolve("b.rewoo", "lib/a.rewoo")
    'lib/b.rewoo'
    >>> resolve("../../etc/passwd", "lib/a.rewoo") is None
    True
    """
    if not path or path.startswith("/") or "\\" in path or ":" in path or "\0" in path:
        return None
    found = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
    return None if found == ".." or found.startswith("../") else found


def as_target(scope: Scope, name: str, *, linked: LinkedPlan | None) -> Target:
    """A checked sub-plan as its caller sees it: inputs for parameters, `return` for the result."""
    targets = [site.target for site in scope.calls]
    known = [one for one in targets if one is not None]
    writes = [one for one in known if one.signature.effect is Effect.WRITE]
    plan = scope.plan
    signature = made(
        Signature,
        name=name,
        description=plan.goal or "",
        parameters={
            "type": "object",
            "properties": {one.name: to_schema(one.type or ANY) for one in plan.inputs},
            "required": [one.name for one in plan.inputs if not one.has_default],
            "additionalProperties": False,
        },
        returns=to_schema(scope.types.result),
        effect=Effect.WRITE if writes else Effect.READ,
        idempotent=all(one.signature.idempotent for one in writes),
        calls_model=any(one.signature.calls_model for one in known),
    )
    certain = len(known) == len(targets) and all(one.is_certain for one in known)
    may_write = bool(writes) or not certain
    cost = within(scope.bounds.total, plan.limit, writes=may_write, asked=most_asked(scope))
    return Target(
        signature,
        is_subplan=True,
        subplan=linked,
        cost=cost,
        counted=_counted(scope),
        is_certain=certain,
    )


def _counted(scope: Scope) -> Mapping[str, Bounds]:
    if scope.policy is None:
        return {}
    from .policy import counted  # imported late: most checks have no policy

    return counted(scope)


def linked_target(
    linked: LinkedPlan, name: str, *, policy: Policy | None = None, ceilings: Ceilings | None = None
) -> Target | None:
    """A plan that was linked before, as its caller sees it; None when it has no `return`."""
    if linked.plan.result is None:
        return None
    return as_target(linked_scope(linked, policy, ceilings), name, linked=linked)


def linked_scope(linked: LinkedPlan, policy: Policy | None, ceilings: Ceilings | None) -> Scope:
    """A plan that was linked before, as something to look at; the rules that made it sound need not look again."""
    inner = {
        name: linked_target(plan, name, policy=policy, ceilings=ceilings) for name, plan in linked.subplans.items()
    }
    return Scope(
        plan=linked.plan, tools=linked.tools, subplans=inner, is_subplan=True, policy=policy, ceilings=ceilings
    )


# --- what can be wrong with them -----------------------------------------------------------------------------------


def refused(index: int, name: str) -> Diagnostic:
    return Diagnostic(
        code="RW311",
        message=f"a plan that a model wrote must not read files: `use … as {name}`",
        at=f"/uses/{index}",
        hint="call a sub-plan of the host's library by its name, without `use`",
    )


def outside(index: int, path: str) -> Diagnostic:
    return Diagnostic(
        code="RW311",
        message=f"`{path}` does not stay under the folder of the plan",
        at=f"/uses/{index}/path",
        hint="write a path relative to this file, with `/`, that does not leave the plan's own folder",
    )


def missing(index: int, path: str, why: str) -> Diagnostic:
    return Diagnostic(
        code="RW310",
        message=f"the sub-plan `{path}` cannot be read: {why}",
        at=f"/uses/{index}/path",
        hint="paths are relative to the file that names them",
    )


def no_loader(index: int, path: str) -> Diagnostic:
    return Diagnostic(
        code="RW310",
        message=f"the sub-plan `{path}` cannot be read: nothing was given to load sub-plans with",
        at=f"/uses/{index}/path",
        hint="say how with `load`, or check the plan without tools",
    )


def circular(at: str, chain: list[str]) -> Diagnostic:
    return Diagnostic(
        code="RW312",
        message=f"sub-plans call each other in a circle: {' -> '.join(chain)}",
        at=at,
        hint="a sub-plan must come to an end; take one of these calls out",
    )


def too_deep(at: str) -> Diagnostic:
    return Diagnostic(
        code="RW312",
        message=f"sub-plans call sub-plans more than {MAX_DEPTH} deep",
        at=at,
        hint="join some of them into one plan",
    )


def without_return(at: str, name: str) -> Diagnostic:
    return Diagnostic(
        code="RW313",
        message=f"the sub-plan `{name}` has no `return`, so a call of it would give nothing",
        at=at,
        hint="end it with `return` and the value that its callers are to get",
    )
