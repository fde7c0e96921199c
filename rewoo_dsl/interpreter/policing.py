"""The host's policy while a plan runs: what the checker could not tell beforehand.

The checker and this hold a call to the same lines of the same `ir.policy.Policy`. What is forbidden fails its step for
the reason `policy`, before anything is asked or tried, and neither `retry` nor `fallback` helps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..ir.policy import ArgumentRule, Policy, unsaid


@dataclass(frozen=True, slots=True)
class Lines:
    """What a policy says of one tool or sub-plan. `at_most` is by the name of the line, which may fit several tools."""

    tool: str
    refusal: str | None
    arguments: tuple[tuple[str, ArgumentRule], ...]
    at_most: tuple[tuple[str, int], ...]
    request: str | None

    def problem(self, arguments: Mapping[str, Any]) -> str | None:
        """Why the policy forbids a call with these arguments, or None."""
        if self.refusal is not None:
            return f"{self.tool}: {self.refusal}"
        for name, rule in self.arguments:
            if name not in arguments:
                continue
            why = rule.problem(arguments[name])
            if why is None and rule.from_request and self.request is not None:
                why = unsaid(self.request, arguments[name])
            if why is not None:
                return f"{self.tool}: the policy does not allow this `{name}`: {why}"
        return None

    def admit(self, made: dict[str, int]) -> str | None:
        """Counts one more call in `made`, by line. Why it is one too many instead, when it is."""
        for line, ceiling in self.at_most:
            if made.get(line, 0) >= ceiling:
                return f"the policy allows {ceiling} calls of `{line}`"
        for line, _ in self.at_most:
            made[line] = made.get(line, 0) + 1
        return None


def lines_of(policy: Policy | None, tool: str, request: str | None, *, is_subplan: bool = False) -> Lines | None:
    """What a policy says of a tool, None when it says nothing. `request` is what values are to be found in."""
    if policy is None:
        return None
    rules = list(policy.rules(tool))
    lines = Lines(
        tool,
        policy.refusal(tool, is_subplan=is_subplan),
        tuple(one for _, rule in rules for one in rule.arguments.items()),
        () if is_subplan else tuple((glob, rule.at_most) for glob, rule in rules if rule.at_most is not None),
        request,
    )
    return lines if lines.refusal or lines.arguments or lines.at_most else None
