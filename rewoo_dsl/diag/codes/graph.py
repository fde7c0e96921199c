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
made for nothing. The same holds for a step that only such steps read. Steps that write are left alone, and so is every
step of a plan whose `Solve:` names no evidence.
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

WRITE_BEFORE_READ = Code(
    number="RW307",
    slug="write-before-read",
    summary="a write that cannot be taken back, before a read that may fail and could come first",
    explanation="""
When the read fails there is no answer, and the write has happened all the same. A read that needs nothing of the write
can come first: `after` makes the write wait for it. A `fallback` on the read or `approve` on the write settles it too.
""",
    wrong=(
        '#E1 = send_email(to=["a@example.org"], subject="News", body="Soon.")\n'
        '#E2 = search(query="rewoo")\nreturn [#E1, #E2]\n'
    ),
    right=(
        '#E1 = search(query="rewoo")\n'
        '#E2 = send_email(to=["a@example.org"], subject="News", body="Soon.") after #E1\nreturn [#E1, #E2]\n'
    ),
    severity=Severity.WARNING,
)

UNORDERED_CALLS = Code(
    number="RW308",
    slug="unordered-calls",
    summary="a write and another call on the same thing, in no order",
    explanation="""
Steps run side by side unless one reads the other. Two calls on the same thing (the same tool, or tools of one family,
with the same first argument), one of which writes, then meet in an order that changes from run to run. No data says
which comes first, so `after` has to.
""",
    wrong='#E1 = save(key="a", text="one")\n#E2 = save(key="a", text="two")\nreturn [#E1, #E2]\n',
    right='#E1 = save(key="a", text="one")\n#E2 = save(key="a", text="two") after #E1\nreturn [#E1, #E2]\n',
    severity=Severity.WARNING,
)

DUPLICATE_CALL = Code(
    number="RW309",
    slug="duplicate-call",
    summary="a reading call that an earlier step makes with the same arguments",
    explanation="""
Evidence can be read as often as one likes, so the same question need not be asked twice. Where something has changed in
between, say so with `after`; calls of models are left alone.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = search(query="rewoo")\nreturn [#E1, #E2]\n',
    right='#E1 = search(query="rewoo")\nreturn [#E1, #E1[0].title]\n',
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

FRAGILE_FALLBACK = Code(
    number="RW314",
    slug="fragile-fallback",
    summary="a fallback that reads a step which may fail itself",
    explanation="""
A step needs whatever it names, in its fallback too, and is blocked when one of its needs has failed. A fallback that
reads another call's evidence therefore makes the step weaker: if that call fails, this one is never made. A call that
is written right after `fallback` is made only when it is needed.
""",
    wrong=(
        '#E1 = Wikipedia[Milhouse]\n#E2 = search(query="Milhouse") fallback [{title: "", url: "", text: #E1}]\n'
        "return #E2\n"
    ),
    right='#E1 = search(query="Milhouse") fallback Wikipedia[Milhouse]\nreturn #E1\n',
    severity=Severity.WARNING,
)

UNGUARDED_ANSWER = Code(
    number="RW315",
    slug="unguarded-answer",
    summary="calls whose failure leaves the plan without an answer",
    explanation="""
`return` needs these calls, and nothing stands in when one of them fails. Most plans are like that, so this is a note,
and only `--strict` shows it; which is why there is no example here.
""",
    severity=Severity.NOTE,
)

BROAD_SOLVE = Code(
    number="RW316",
    slug="broad-solve",
    summary="a `Solve:` that names no evidence where there is much of it",
    explanation="""
Such a `Solve:` is shown all evidence. With more than 12 steps, or with lists of more than 20 results, that costs many
tokens and hides what matters; a field of the evidence (`#E3.summary`) is often all that is needed.
""",
    wrong=(
        "input topics: list[str]\n#E1 = search(query=#t) for #t in #topics max 50\nSolve: What do these pages say?\n"
    ),
    right=(
        "input topics: list[str]\n#E1 = search(query=#t) for #t in #topics max 50\n"
        "Solve: What do these pages say? #{E1[*][0].title}\n"
    ),
    severity=Severity.WARNING,
)

NEVER_RUN = Code(
    number="RW317",
    slug="never-run",
    summary="a step that never does its work",
    explanation="""
Its condition is the word `false`, or its list is always empty. Such a step is often left over from trying things out.
""",
    wrong='#E1 = search(query="rewoo") if false\nreturn #E1\n',
    right='input deep: bool\n#E1 = search(query="rewoo") if #deep\nreturn #E1\n',
    severity=Severity.WARNING,
)

CODES: tuple[Code, ...] = (
    DEPENDENCY_CYCLE,
    UNUSED_EVIDENCE,
    UNUSED_SUBPLAN,
    RETRIED_WRITE,
    REPEATED_WRITE,
    WRITE_IN_LOOP,
    WRITE_BEFORE_READ,
    UNORDERED_CALLS,
    DUPLICATE_CALL,
    SUBPLAN_MISSING,
    SUBPLAN_PATH,
    SUBPLAN_CYCLE,
    SUBPLAN_WITHOUT_RETURN,
    FRAGILE_FALLBACK,
    UNGUARDED_ANSWER,
    BROAD_SOLVE,
    NEVER_RUN,
)
