from collections.abc import Iterator
from functools import partial

from ...diag.diagnostic import Diagnostic
from ...ir.policy import unsaid
from ...ir.types import Answer
from ..policy import Guarded, Verdict, guarded, of_input, verdict
from ..scope import Scope
from .forbidden_argument import unproven


def not_in_request(scope: Scope) -> Iterator[Diagnostic]:
    """RW408, RW404: a protected value that the plan writes down and that nobody asked for.

    A sub-plan's own words are the host's, and what it is given for its inputs is its caller's.
    """
    for one in guarded(scope):
        if not one.rule.from_request:
            continue
        found = _verdict(scope, one)
        if found.answer is Answer.NO:
            yield Diagnostic(
                code="RW408",
                message=f"`{one.name}` of `{one.site.call.tool}` is protected: {found.why}",
                at=one.at,
                hint="take it from the request word for word, or make it an `input` that a person fills in",
            )
        elif found.answer is Answer.MAYBE:
            yield unproven(one, found.why)


def _verdict(scope: Scope, one: Guarded) -> Verdict:
    if scope.is_subplan:
        return verdict(lambda _: None, one.value, one.type)
    if scope.request is None:
        found = verdict(lambda _: "no request was given to look it up in", one.value, one.type)
        is_literal = found.answer is Answer.NO
        return Verdict(Answer.MAYBE, found.why) if is_literal else found
    check = partial(unsaid, scope.request)
    return verdict(check, one.value, one.type, partial(of_input, scope, check))
