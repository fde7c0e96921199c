"""RW401 to RW419: what the host's policy lets a plan do. Found by `checker`, and only where a policy is given.

A plan alone cannot show these, so none has examples; `specs/conformance/policy` holds plans with the policy they break.
"""

from ..diagnostic import Severity
from ._code import Code, FoundBy

UNUSABLE_POLICY = Code(
    number="RW401",
    slug="unusable-policy",
    found_by=FoundBy.POLICY,
    summary="a policy file that cannot be used",
    explanation="""
The place is a JSON pointer into the policy; `schemas/policy.schema.json` says what may stand there. A policy with a
fault in it is not used in part: nothing is checked by it until it is whole.
""",
)

FORBIDDEN_TOOL = Code(
    number="RW402",
    slug="forbidden-tool",
    summary="a call of a tool that the policy does not allow",
    explanation="""
The policy lists what may be called (`allow`) or what may not (`deny`, which wins). Names may hold `*` and `?`. A call
counts wherever it stands: in `else`, after `fallback`, in a sub-plan.
""",
)

FORBIDDEN_ARGUMENT = Code(
    number="RW403",
    slug="forbidden-argument",
    summary="an argument that the policy does not allow, whatever the run brings",
    explanation="""
The policy gives this argument a range, a pattern or a list of values, and the plan writes one that lies outside. Values
are followed through pure steps, `else` and lists, so that writing it elsewhere first makes no difference.
""",
)

UNPROVEN_ARGUMENT = Code(
    number="RW404",
    slug="unproven-argument",
    summary="an argument of which only the run can tell whether the policy allows it",
    explanation="""
The value comes from a tool, a model or an input, and its type admits values that the policy does not. A declared type
with literals (`"low" | "high"`) often proves it; so does picking the value from a list that the plan writes out.
""",
    severity=Severity.WARNING,
)

TOO_MANY_CALLS = Code(
    number="RW405",
    slug="too-many-calls",
    summary="even the best case calls a tool more often than the policy allows",
    explanation="""
In the best case every call succeeds at once and every condition saves a call. Calls of sub-plans count with those that
the sub-plan makes.
""",
)

MAY_CALL_TOO_OFTEN = Code(
    number="RW406",
    slug="may-call-too-often",
    summary="the worst case calls a tool more often than the policy allows",
    explanation="""
In the worst case every retry is needed, every fallback is called and every list is as long as its `max`. A smaller
`max`, fewer retries or fewer calls make it fit.
""",
    severity=Severity.WARNING,
)

MISSING_APPROVAL = Code(
    number="RW407",
    slug="missing-approval",
    summary="a call that a person must approve, in a step without `approve`",
    explanation="""
The policy wants a person to see the exact arguments of this tool before it is called. `approve` on the step that makes
the call does that; on a step that calls a sub-plan it does not, because there nobody sees the inner arguments.
""",
)

NOT_IN_REQUEST = Code(
    number="RW408",
    slug="not-in-request",
    summary="a protected value that the plan makes up: it does not occur in the request",
    explanation="""
An address, an account or an amount that a plan writes down must come from the person who asked. Text occurs in the
request as whole words, whatever its case; numbers occur however they are written. An `input` is the person's own word,
unless its default stands in.
""",
)

CODES: tuple[Code, ...] = (
    UNUSABLE_POLICY,
    FORBIDDEN_TOOL,
    FORBIDDEN_ARGUMENT,
    UNPROVEN_ARGUMENT,
    TOO_MANY_CALLS,
    MAY_CALL_TOO_OFTEN,
    MISSING_APPROVAL,
    NOT_IN_REQUEST,
)
