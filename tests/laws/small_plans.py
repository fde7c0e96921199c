"""Small plans full of clauses, and oracles for them: denser than what people write, and made without a checker."""

import random
from math import inf
from typing import Any

from hypothesis import strategies as st

from rewoo_dsl.ir.expr import Binary, Constant, Expr, Ref
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.ir.plan import Approval, Input, Step
from rewoo_dsl.ir.signature import Effect, Signature
from rewoo_dsl.testing.reference import Answer, Attempt, Ending, Oracle, Question
from tests.interpreter.hand_linked import call, each, linked, ref, step

ASKED = {"type": "object", "properties": {"x": {"type": ["string", "array", "null"]}}, "required": ["x"]}
GIVEN = {"type": ["string", "array"]}
TOOLS = {
    "read": Signature(name="read", parameters=ASKED, returns=GIVEN, effect=Effect.READ),
    "think": Signature(name="think", parameters=ASKED, effect=Effect.READ, calls_model=True),
    "safe": Signature(name="safe", parameters=ASKED, returns=GIVEN, effect=Effect.WRITE, idempotent=True),
    "write": Signature(name="write", parameters=ASKED, returns=GIVEN, effect=Effect.WRITE),
}
WRITING = frozenset({"safe", "write"})

ENDINGS = (
    *[Ending(value="done")] * 4,
    Ending(value=["a", "b", "c"], usage={"input_tokens": 7}),
    Ending(value=[]),
    Ending(value=12),
    Ending(reason="tool_error", message="down"),
    Ending(reason="tool_error", message="down", usage={"input_tokens": 3, "calls": 2}),
    Ending(reason="tool_error", message="no use", retryable=False),
    Ending(reason="tool_error", message="lost", lost=True),
    Ending(reason="bad_argument", message="refused"),
    Ending(seconds=inf),
)
ANSWERS = (Answer(), Answer(), Answer(yes=False), Answer(seconds=100.0))


def oracle_of(seed: int) -> Oracle:
    """What happens is drawn from the seed and the name of the attempt: a function, as an oracle has to be."""

    def ends(one: Attempt) -> Ending:
        return random.Random(f"{seed} {one.step} {one.item} {one.branch} {one.attempt}").choice(ENDINGS)

    def answers(one: Question) -> Answer:
        return random.Random(f"{seed} {one.step}").choice(ANSWERS)

    return Oracle(ends, answers)


@st.composite
def small_plans(draw: st.DrawFn, *, most: int = 6, sub_plans: bool = True) -> LinkedPlan:
    """A plan of a few steps, over the `TOOLS` and one sub-plan."""
    parts = (
        {"part": draw(small_plans(most=3, sub_plans=False).filter(lambda one: one.plan.result))} if sub_plans else {}
    )
    found: list[Step] = []
    for place in range(draw(st.integers(1, most))):
        found.append(_step(draw, f"E{place}", [one.name for one in found], [*TOOLS, *parts]))
    result: Any = (
        [ref(one.name) for one in found if draw(st.booleans())] if draw(st.booleans()) or not sub_plans else ...
    )
    inputs = () if sub_plans else (Input(name="x"),)
    return linked(*found, tools=TOOLS, subplans=parts, inputs=inputs, result=result)


def _step(draw: st.DrawFn, name: str, before: list[str], tools: list[str]) -> Step:
    known = draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else []
    inside = ["s", *known] if draw(st.booleans()) else known
    if draw(st.integers(0, 3)) == 0:
        return step(name, _value(draw, inside), **_common(draw, known, inside, []))
    clauses: dict[str, Any] = {
        "retry": draw(st.sampled_from([0, 0, 1, 2])),
        "timeout": draw(st.sampled_from([None, None, 5.0])),
    }
    if draw(st.integers(0, 4)) == 0:
        clauses["approve"] = Approval(within=draw(st.sampled_from([None, 60.0, 1000.0])))
    calls = [one for one in tools if one != "part"] if clauses["timeout"] is not None else tools
    do = call(draw(st.sampled_from(calls)), x=_value(draw, inside))
    return step(name, do, **clauses, **_common(draw, known, inside, calls))


def _common(draw: st.DrawFn, known: list[str], inside: list[str], tools: list[str]) -> dict[str, Any]:
    """`for`, `if`, `else`, `fallback`, `after` and the declared type."""
    found: dict[str, Any] = {}
    if "s" in inside:
        source = draw(st.sampled_from([["a"], ["a", "b"], [], ["a", None, "c"], *([f"#{one}" for one in known])]))
        found["each"] = each("s", source, draw(st.sampled_from([None, 2, 5])), draw(st.sampled_from([None, 1, 2])))
    if draw(st.integers(0, 2)) == 0:
        found["condition"] = _condition(draw, inside if draw(st.booleans()) else known)
        if draw(st.booleans()):
            found["otherwise"] = _instead(draw, known, tools)
    if draw(st.integers(0, 2)) == 0:
        found["fallback"] = _instead(draw, known, tools)
    if known and draw(st.integers(0, 3)) == 0:
        found["after"] = (known[0],)
    if draw(st.integers(0, 3)) == 0:
        found["type"] = {"type": "string"}
    return found


def _value(draw: st.DrawFn, names: list[str]) -> Any:
    whole = [f"#{name}" for name in names]
    items: list[Any] = [ref(name, 0) for name in names]
    return draw(st.sampled_from(["text", None, ["a"], *whole, *[[one] for one in whole], *items]))


def _condition(draw: st.DrawFn, names: list[str]) -> Expr:
    compared: list[Expr] = [
        Binary(op=op, left=Ref(name=name), right=Constant(value=value))
        for name in names
        for op, value in (("==", "done"), ("!=", None), ("in", "a"))
    ]
    literals = [Constant(value=value) for value in (True, False, False, None)]
    return draw(st.sampled_from([*compared, *compared, *literals]))


def _instead(draw: st.DrawFn, names: list[str], tools: list[str]) -> Any:
    if tools and draw(st.booleans()):
        return call(draw(st.sampled_from(tools)), x=_value(draw, names))
    return _value(draw, names)
