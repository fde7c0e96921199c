"""`check`: everything that can be known of a plan before its first call, at once."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..ir.plan import Plan
from .callables import signatures_of
from .reading import as_reading
from .report import Report
from .session import Session
from .subplans import Library, Load

if TYPE_CHECKING:
    from ..ir.costs import Ceilings
    from ..ir.policy import Policy
    from ..lowering.dialects.imported import Imported


def check(
    source: str | Plan | Mapping[str, Any] | Imported,
    tools: object = None,
    *,
    load: Load | None = None,
    library: Library | None = None,
    from_model: bool = False,
    lenient: bool = False,
    strict: bool = False,
    path: str | None = None,
    policy: Policy | None = None,
    request: str | None = None,
    ceilings: Ceilings | None = None,
) -> Report:
    """Everything that can be said of a plan before its first call. Raises for no text and no JSON whatever.

    Args:
        source: the plan as text, as JSON data, as a `Plan`, or as it was read from another format.
        tools: a registry, or signatures (several, or by name). Without any, what tools would say is not checked.
        load: gives the text of a sub-plan by its path relative to the plan's own folder.
        library: sub-plans that can be called by name without `use`.
        from_model: a model wrote the plan: stricter sizes, and no `use` of files.
        lenient: reads over what models put around a plan (fences, prose), with a finding for each.
        strict: reports each place where a value of type `any` stops the checking.
        path: what the plan is called in a circle of sub-plans, such as its file name.
        policy: what the host lets any plan do.
        request: what the plan is to answer, in the words of the person who asked: where protected values must occur.
        ceilings: what the host allows one run; those of the policy unless said. Without any, bounds are computed and
            held against the plan's own limit.
    """
    session = Session(
        tools=signatures_of(tools),
        load=load,
        library=library or {},
        strict=strict,
        lenient=lenient,
        policy=policy,
        request=request,
        ceilings=policy.ceilings if ceilings is None and policy is not None else ceilings,
    )
    if path is not None:
        session.chain.append(posixpath.basename(path))
    reading = as_reading(source, from_model=from_model, lenient=lenient, strict=strict)
    report = session.check(reading, name="", file="", from_model=from_model).report
    return report.with_sub_plans({file: outcome.report for file, outcome in session.outcomes.items()})
