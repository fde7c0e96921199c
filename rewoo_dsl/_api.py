"""The short public verbs. Each imports what it needs when it is called, so that importing the package costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checker import Report
    from .checker.subplans import Library, Load
    from .interpreter import Approve, Limits, Result
    from .ir.costs import Ceilings
    from .ir.linked import LinkedPlan
    from .ir.plan import Plan
    from .ir.policy import Policy
    from .tools.registry import Registry
    from .trace.events import Event


def check(
    source: str | Plan | Mapping[str, Any],
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
        source: the plan as text, as JSON data, or as a `Plan`.
        tools: a registry, or signatures (several, or by name). Without any, what tools would say is not checked.
        load: gives the text of a sub-plan by its path relative to the plan's own folder.
        library: sub-plans that can be called by name without `use`.
        from_model: a model wrote the plan: stricter sizes, and no `use` of files.
        lenient: reads over what models put around a plan (fences, prose), with a finding for each.
        strict: reports each place where a value of type `any` stops the checking.
        path: what the plan is called in a circle of sub-plans, such as its file name.
        policy: what the host lets any plan do (`rewoo_dsl.ir.policy`).
        request: what the plan is to answer, in the words of the person who asked: where protected values must occur.
        ceilings: what the host allows one run; without any, bounds are computed and held against the plan's own limit.
    """
    from .checker import check

    return check(
        source,
        tools,
        load=load,
        library=library,
        from_model=from_model,
        lenient=lenient,
        strict=strict,
        path=path,
        policy=policy,
        request=request,
        ceilings=ceilings,
    )


def parse(text: str, *, lenient: bool = False) -> Plan:
    """The plan of a text, as far as it can be told without tools.

    Raises:
        PlanError: when there is an error in it; `diagnostics` has them all.
    """
    from .checker import check
    from .diag.errors import PlanError

    report = check(text, lenient=lenient)
    if report.plan is None or not report.ok:
        raise PlanError(report.diagnostics)
    return report.plan


def format_source(text: str) -> str:
    """The text in its one canonical form, comments and blank lines kept; broken statements stay as they are."""
    from .syntax.parser import parse
    from .syntax.printer import print_document

    return print_document(parse(text).document)


def explain(code: str) -> str:
    """What a code such as `RW101` means, with a wrong and a right plan.

    Raises:
        LookupError: when there is no such code.
    """
    from .diag.explain import explain, near

    found = explain(code)
    if found is None:
        raise LookupError(f"there is no code {code!r}; near ones: {', '.join(near(code)) or 'none'}")
    return found


async def run(
    source: str | Plan | Mapping[str, Any] | LinkedPlan,
    registry: Registry,
    *,
    inputs: Mapping[str, Any] | None = None,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    limits: Limits | None = None,
    load: Load | None = None,
    library: Library | None = None,
    policy: Policy | None = None,
    request: str | None = None,
) -> Result:
    """Checks a plan and runs it to its end, whatever its tools do.

    Args:
        source: the plan as text, as JSON data, as a `Plan`, or checked already.
        registry: the tools that it may call.
        inputs: values for its inputs.
        approve: asks a person; without it, a plan that asks is refused.
        on_event: hears every event of the trace as it happens. It must not block.
        limits: the host's ceilings.
        load: as in `check`.
        library: as in `check`.
        policy: what the host lets plans do: held against the plan first, and again against every call.
        request: as in `check`.

    Raises:
        PlanError: the plan has errors, or the run cannot start: its inputs are wrong, nobody can be asked.
    """
    from . import interpreter
    from .ir.linked import LinkedPlan

    if not isinstance(registry, Mapping):
        raise TypeError(f"registry: expected a Registry, got {registry!r:.80}")
    if isinstance(source, LinkedPlan):
        linked = source
    else:
        report = check(source, registry, load=load, library=library, policy=policy, request=request)
        linked = report.require()
    return await interpreter.run(
        linked,
        registry,
        inputs=inputs,
        approve=approve,
        on_event=on_event,
        limits=limits,
        policy=policy,
        request=request,
    )


def run_sync(
    source: str | Plan | Mapping[str, Any] | LinkedPlan,
    registry: Registry,
    *,
    inputs: Mapping[str, Any] | None = None,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    limits: Limits | None = None,
    load: Load | None = None,
    library: Library | None = None,
    policy: Policy | None = None,
    request: str | None = None,
) -> Result:
    """`run`, for callers without an event loop. Raises `RuntimeError` where one is running."""
    import asyncio

    whole = run(
        source,
        registry,
        inputs=inputs,
        approve=approve,
        on_event=on_event,
        limits=limits,
        load=load,
        library=library,
        policy=policy,
        request=request,
    )
    try:
        return asyncio.run(whole)
    finally:
        whole.close()  # only where it never began, inside a running loop
