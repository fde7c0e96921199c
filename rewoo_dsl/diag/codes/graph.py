"""RW301 to RW319: how steps hang together: order, effects, sub-plans, evidence nobody reads. Found by `checker`."""

from ..diagnostic import Severity
from ._code import Code

DEPENDENCY_CYCLE = Code(
    number="RW301",
    slug="dependency-cycle",
    summary="steps that wait for each other",
    explanation="""
Every step of a circle needs the result of the next one, so none of them can start. The path shows the way round; take
one of its references out. In a plan whose references all point backwards there is no circle.
""",
    wrong='#E1 = llm(prompt="#E2")\n#E2 = llm(prompt="#E1")\nreturn #E2\n',
    right='#E1 = llm(prompt="A rhyme.")\n#E2 = llm(prompt="#E1")\nreturn #E2\n',
)

UNUSED_EVIDENCE = Code(
    number="RW302",
    slug="unused-evidence",
    summary="nobody reads the evidence of a step that has no other effect",
    explanation="""
The plan says what it gives (`return`, or a `Solve:` that names evidence), and this step is no part of it: its calls are
made for nothing. Steps that write are left alone, and so is every step of a plan whose `Solve:` names no evidence.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = search(query="react")\nreturn #E1\n',
    right='#E1 = search(query="rewoo")\n#E2 = search(query="react")\nreturn [#E1, #E2]\n',
    severity=Severity.WARNING,
)

UNUSED_SUBPLAN = Code(
    number="RW303",
    slug="unused-subplan",
    summary="a `use` that no step calls",
    explanation="""
The sub-plan is read and checked, and then nobody calls it. What it takes to show this is a second file, so there is no
example here.
""",
    severity=Severity.WARNING,
)

RETRIED_WRITE = Code(
    number="RW304",
    slug="retried-write",
    summary="`retry` on a write that is not idempotent",
    explanation="""
An attempt that seems to have failed (a time-out, a lost connection) may have done its work, and a second one would do
it twice. Reads may be repeated, and so may writes that the registry declares idempotent: with the same idempotency key
they happen once.
""",
    wrong='#E1 = send_email(to=["a@example.org"], subject="Hello", body="Hi.") retry 2\nreturn #E1\n',
    right='#E1 = save(key="greeting", text="Hi.") retry 2\nreturn #E1\n',
)

REPEATED_WRITE = Code(
    number="RW305",
    slug="repeated-write",
    summary="a fallback call that writes after a write that is not idempotent",
    explanation="""
When the first write seems to have failed it may still have happened, and the fallback would then write as well. A value
or a call that only reads may stand in for a write.
""",
    wrong=(
        '#E1 = send_email(to=["a@example.org"], subject="Hello", body="Hi.") fallback save(key="mail", text="Hi.")\n'
        "return #E1\n"
    ),
    right='#E1 = send_email(to=["a@example.org"], subject="Hello", body="Hi.") fallback null\nreturn #E1\n',
)

WRITE_IN_LOOP = Code(
    number="RW306",
    slug="write-in-loop",
    summary="a write once per item that no person approves",
    explanation="""
What a list holds is often known only at run time, and so is then what is written, and how often (at most `max` times).
`approve` shows a person all items, with their exact arguments, before the first one is written.
""",
    wrong='#E1 = save(key=#t, text="seen") for #t in ["a", "b"]\nreturn #E1\n',
    right='#E1 = save(key=#t, text="seen") for #t in ["a", "b"] approve "Keep both?"\nreturn #E1\n',
    severity=Severity.WARNING,
)

SUBPLAN_MISSING = Code(
    number="RW310",
    slug="subplan-missing",
    summary="a sub-plan that cannot be read",
    explanation="""
The path after `use` is relative to the file that holds it.
""",
    wrong='use "lib/missing.rewoo" as missing\n#E1 = missing()\nreturn #E1\n',
    right='#E1 = search(query="rewoo")\nreturn #E1\n',
)

SUBPLAN_PATH = Code(
    number="RW311",
    slug="subplan-path",
    summary="a sub-plan that this plan may not use",
    explanation="""
Paths stay under the folder of the plan, so that a plan cannot read what lies elsewhere. A plan that a model wrote names
no files at all: it calls sub-plans of the host's library by their names.
""",
    wrong='use "../../secret.rewoo" as secret\n#E1 = secret()\nreturn #E1\n',
    right='#E1 = search(query="rewoo")\nreturn #E1\n',
)

SUBPLAN_CYCLE = Code(
    number="RW312",
    slug="subplan-cycle",
    summary="sub-plans that call each other in a circle, or too deep",
    explanation="""
A sub-plan may call others, at most 16 deep, but not itself, directly or through others: there is no recursion, so that
every plan comes to an end and its cost has a bound. Two files are needed to show this, so there is no example here.
""",
)

SUBPLAN_WITHOUT_RETURN = Code(
    number="RW313",
    slug="subplan-without-return",
    summary="a sub-plan that gives nothing",
    explanation="""
What a sub-plan gives its caller is what it returns; its `Goal:` and `Solve:` are ignored there. A second file is needed
to show this, so there is no example here.
""",
)

CODES: tuple[Code, ...] = (
    DEPENDENCY_CYCLE,
    UNUSED_EVIDENCE,
    UNUSED_SUBPLAN,
    RETRIED_WRITE,
    REPEATED_WRITE,
    WRITE_IN_LOOP,
    SUBPLAN_MISSING,
    SUBPLAN_PATH,
    SUBPLAN_CYCLE,
    SUBPLAN_WITHOUT_RETURN,
)
