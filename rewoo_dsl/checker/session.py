"""One call of `check`: the plan that was asked for and the sub-plans it leads to, each checked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..diag.diagnostic import Diagnostic, located
from ..ir.linked import LinkedPlan
from ..ir.plan import Plan, Use
from ..ir.signature import Signature
from . import subplans
from .callables import Target
from .ignoring import MARK, Outlook, without_ignored
from .link import link
from .naming import with_names
from .reading import Reading, as_reading
from .report import Report
from .rules import MEANING, STRICT, STRUCTURE, Rule, host_rules
from .scope import Scope, Source
from .subplans import Library, Load

if TYPE_CHECKING:
    from ..ir.costs import Ceilings
    from ..ir.policy import Policy

NO_TOOLS = "no tools were given: names, arguments, results and effects of tools were not checked"
NO_SUB_PLANS = "nothing was given to load sub-plans with: what the plan calls by `use` was not checked"
SHOWN_NAMES = 8
NO_FLOW = "the policy says what may be called, how often and with what; where data may flow was not checked"
NO_POLICY = "no policy was given: where data may flow was not checked"


@dataclass(slots=True)
class Outcome:
    """What checking one plan came to. `target` is the plan as a callable; None when it cannot be called."""

    report: Report
    target: Target | None = None


@dataclass(slots=True)
class Session:
    """Tools, sources of sub-plans and what is known of them so far. `chain` are the sub-plans being checked now."""

    tools: Mapping[str, Signature] | None
    load: Load | None
    library: Library
    strict: bool
    lenient: bool
    policy: Policy | None = None
    request: str | None = None
    ceilings: Ceilings | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    chain: list[str] = field(default_factory=list)

    def check(self, reading: Reading, *, name: str, file: str, from_model: bool = False) -> Outcome:
        """Findings, and the linked plan where there are no errors. `use` paths are relative to `file`."""
        plan = reading.plan
        if plan is None:
            return Outcome(self._report(reading, (), from_model=from_model))
        found: list[Diagnostic] = []
        scope = Scope(
            plan=plan,
            tools=self.tools,
            subplans=self._sub_plans(plan, file, found, from_model=from_model),
            source=None if reading.text is None or reading.is_foreign else Source(reading.text, reading.find),
            unknown=reading.broken,
            unknown_callables=reading.broken_callables,
            is_whole=reading.is_whole,
            is_subplan=bool(name),
            ceilings=self.ceilings,
            policy=self.policy,
            request=self.request,
        )
        for rule in (*STRUCTURE, *MEANING, *(STRICT if self.strict else ()), *self._host_rules()):
            found.extend(rule(scope))
        reading = replace(reading, diagnostics=tuple(with_names(reading, scope.target)))
        sound = not any(one.is_error for one in (*reading.diagnostics, *found))
        report = self._report(reading, found, link(scope) if sound else None, scope, from_model=from_model)
        if not sound or plan.result is None or not name:  # nobody calls the plan that was asked about
            return Outcome(report)
        target = subplans.as_target(scope, name, linked=report.linked)
        return Outcome(report, target)

    def _report(
        self,
        reading: Reading,
        found: Iterable[Diagnostic],
        linked: LinkedPlan | None = None,
        scope: Scope | None = None,
        *,
        from_model: bool,
    ) -> Report:
        has_calls = scope is not None and any(True for _ in scope.calls)
        if reading.words is not None:
            found = map(reading.words.told, found)
        diagnostics = located([*reading.diagnostics, *found], reading.find)
        if reading.document is not None and reading.text is not None and MARK in reading.text:
            is_whole = scope is not None and scope.is_whole and (self.tools is not None or not has_calls)
            outlook = Outlook(is_whole, self.strict, from_model)
            diagnostics = located(without_ignored(diagnostics, reading.text, reading.document, outlook), reading.find)
        return Report(
            diagnostics=tuple(diagnostics),
            plan=reading.plan,
            linked=linked,
            text=reading.text,
            source_map=reading.source_map,
            scope=scope,
            unchecked=tuple(self._unchecked(reading.plan, scope, has_calls=has_calls)),
        )

    def _unchecked(self, plan: Plan | None, scope: Scope | None, *, has_calls: bool) -> Iterator[str]:
        if self.tools is None and has_calls:
            yield NO_TOOLS
        if self._is_alone and plan is not None and plan.uses:
            yield NO_SUB_PLANS
        if scope is not None and scope.types.too_large:
            shown = ", ".join(f"#{name}" for name in list(scope.types.too_large)[:SHOWN_NAMES])
            more = ", …" if len(scope.types.too_large) > SHOWN_NAMES else ""
            yield f"types too large to look at: what is made of {shown}{more} was not checked"
        if self.policy is None:
            yield NO_POLICY
        else:
            yield NO_FLOW
            yield from self._idle_lines(self.policy)

    def _idle_lines(self, policy: Policy) -> Iterator[str]:
        from .policy import idle_lines  # imported late: most checks have no policy

        if self.tools is not None:
            yield from idle_lines(policy, self.tools)

    def _host_rules(self) -> tuple[Rule, ...]:
        return () if self.policy is None and self.ceilings is None else host_rules()

    @property
    def _is_alone(self) -> bool:
        """Whether the plan is all there is: nobody means to run it from here, so its sub-plans are not missed."""
        return self.tools is None and self.load is None

    # --- sub-plans -------------------------------------------------------------------------------------------------

    def _sub_plans(
        self, plan: Plan, file: str, found: list[Diagnostic], *, from_model: bool
    ) -> dict[str, Target | None]:
        """The sub-plans that can be called by name; None stands for one that is there and cannot be used."""
        targets: dict[str, Target | None] = {}
        for index, use in enumerate(plan.uses):
            if from_model:
                found.append(subplans.refused(index, use.name))
                targets.setdefault(use.name, None)
            else:
                targets.setdefault(use.name, self._used(index, use, file, found))
        if self.library:
            for at, name in subplans.called(plan):
                if name in self.library and name not in targets:
                    targets[name] = self._of_library(at, name, found)
        return targets

    def _used(self, index: int, use: Use, file: str, found: list[Diagnostic]) -> Target | None:
        path = subplans.resolve(use.path, file)
        if path is None:
            found.append(subplans.outside(index, use.path))
            return None
        if path not in self.outcomes:
            if self._is_alone:
                return None
            if self.load is None:
                found.append(subplans.no_loader(index, use.path))
                return None
            try:
                text = self.load(path)
            except (OSError, LookupError, ValueError) as error:
                why = "there is none" if isinstance(error, LookupError) else str(error) or type(error).__name__
                found.append(subplans.missing(index, use.path, why))
                return None
            return self._enter(path, use.name, text, f"/uses/{index}", found)
        return self._enter(path, use.name, "", f"/uses/{index}", found)

    def _of_library(self, at: str, name: str, found: list[Diagnostic]) -> Target | None:
        return self._enter(name, name, self.library[name], at, found)

    def _enter(
        self, key: str, name: str, source: str | Plan | LinkedPlan, at: str, found: list[Diagnostic]
    ) -> Target | None:
        """Checks a sub-plan unless that is done or under way, and says what is wrong with it as a sub-plan."""
        if key in self.chain:
            found.append(subplans.circular(at, [*self.chain[self.chain.index(key) :], key]))
            return None
        if len(self.chain) >= subplans.MAX_DEPTH:
            found.append(subplans.too_deep(at))
            return None
        if key not in self.outcomes:
            self.outcomes[key] = self._outcome(key, name, source)
        outcome = self.outcomes[key]
        if outcome.report.ok and outcome.target is None:
            found.append(subplans.without_return(at, name))
        return outcome.target

    def _linked(self, source: LinkedPlan, name: str) -> Outcome:
        """A plan that was linked before: nothing is left to check in it but what this host says of it."""
        target = subplans.linked_target(source, name, policy=self.policy, ceilings=self.ceilings)
        found: list[Diagnostic] = []
        rules, plans = self._host_rules(), {id(source): source}
        while rules and plans:
            _, plan = plans.popitem()
            scope = subplans.linked_scope(plan, self.policy, self.ceilings)
            found.extend(one for rule in rules for one in rule(scope))
            plans.update((id(one), one) for one in plan.subplans.values())
        return Outcome(Report(tuple(found)), target)

    def _outcome(self, key: str, name: str, source: str | Plan | LinkedPlan) -> Outcome:
        if isinstance(source, LinkedPlan):
            return self._linked(source, name)
        self.chain.append(key)
        outcome = self.check(as_reading(source, lenient=self.lenient, strict=self.strict), name=name, file=key)
        self.chain.pop()
        return outcome
