"""Plans full of clauses, and worlds for them: denser than what people write, and made by the thousand a second.

    plan = dense_plan(Seeded(7))
    linked = check(plan, SIGNATURES, library=LIBRARY).require()
    world = World(7)
    assert differences(reference(linked, world.oracle), Schedule(linked, world.oracle).to_the_end(...)) == []

Every construct of the language meets every other one within a few steps, over tools that answer with anything and fail
in every way. Expressions are plain here; `strategies/` writes rich ones, at a hundredth of the speed. What happens is a
`World`: a function of the attempt, as an oracle has to be, and yet data, for it writes down every answer that it gave.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from ..checker import check
from ..ir.expr import Action, Binary, Call, Constant, Expr, ListOf, ObjectOf, Ref, Text
from ..ir.linked import LinkedPlan
from ..ir.plan import Approval, Each, Input, Limit, Plan, Step
from ..ir.signature import Signature
from ..ir.types import STR, ListType, Type
from .drawing import Draw, Seeded
from .reference import Answer, Attempt, Ending, Oracle, Question
from .reference.scripted import ending_of
from .scripted_tools import ScriptedTools

_ASKED = {"x": {"type": ["string", "array", "null"]}}
DESCRIBED: Mapping[str, Mapping[str, Any]] = {
    "find": {"parameters": _ASKED},
    "texts": {"parameters": _ASKED, "returns": {"type": ["string", "array"]}},
    "think": {"parameters": _ASKED, "calls_model": True},
    "save": {"parameters": _ASKED, "effect": "write", "idempotent": True},
    "send": {"parameters": _ASKED, "effect": "write"},
}
"""The tools: reads, one that asks a model, a write that may be repeated, and one that may not."""

SIGNATURES: Mapping[str, Signature] = ScriptedTools(DESCRIBED).signatures

_DONE = {"value": "done"}
_LINES: Sequence[Mapping[str, Any]] = (
    *[_DONE] * 5,
    {"value": ["a", "b", "c"], "usage": {"input_tokens": 7}},
    {"value": []},
    {"value": 12},
    {"raise": "down"},
    {"raise": "down", "usage": {"input_tokens": 3, "calls": 2}},
    {"raise": "no use", "error": "final"},
    {"raise": "lost", "error": "connection"},
    {"raise": "refused", "error": "argument"},
    {"hang": True},
)
"""How attempts end in a world."""

_ANSWERS = ("yes", "yes", "no", 100.0)
_TIMES = (None, 60.0, 1000.0)
_AttemptName: TypeAlias = tuple[str, int | None, str, int]
"""Step, item, branch and number."""


class World:
    """What every attempt comes to and every person says, drawn from a seed and the name of the attempt.

    Attributes:
        oracle: asks the world.
        answers: what people said so far, by step.
    """

    def __init__(self, seed: int, *, calm: bool = False) -> None:
        self._seed = seed
        self._lines: dict[tuple[str, _AttemptName], Mapping[str, Any]] = {}
        self._drawn: Sequence[Mapping[str, Any]] = (_DONE,) if calm else _LINES
        self.answers: dict[str, Any] = {}
        self.oracle = Oracle(self._ends, self._answer)

    def _ends(self, attempt: Attempt) -> Ending:
        name = (attempt.step, attempt.item, attempt.branch, attempt.attempt)
        line = self._drawn[zlib.crc32(f"{self._seed} {name}".encode()) % len(self._drawn)]
        self._lines[attempt.tool, name] = line
        return ending_of(line, attempt)

    def _answer(self, question: Question) -> Answer:
        said = _ANSWERS[zlib.crc32(f"{self._seed} {question.step}".encode()) % len(_ANSWERS)]
        self.answers[question.step] = said
        return Answer(seconds=said) if isinstance(said, float) else Answer(yes=said == "yes")

    def described(self) -> dict[str, dict[str, Any]]:
        """The tools with all that they were asked for so far, as `ScriptedTools` takes them: data for a file."""
        found = {name: {**one, "script": [dict(_DONE)]} for name, one in json.loads(json.dumps(DESCRIBED)).items()}
        for (tool, (step, item, branch, attempt)), line in sorted(self._lines.items(), key=str):
            where = {"step": step, "item": item, "branch": branch, "attempt": attempt}
            found[tool]["script"].insert(-1, {**where, **line})
        return found


@cache
def library(count: int = 24) -> Mapping[str, LinkedPlan]:
    """Sub-plans that dense plans call by name, the same ones always."""
    return {f"part{place}": part for place, part in enumerate(_parts(count))}


def _parts(count: int) -> list[LinkedPlan]:
    found: list[LinkedPlan] = []
    seed = 0
    while len(found) < count:
        seed += 1
        report = check(_plan(Seeded(seed), most=3, parts=(), must_return=True), SIGNATURES)
        if report.linked is not None:
            found.append(report.linked)
    return found


def linked_plan(draw: Draw, *, most: int = 6) -> LinkedPlan:
    """A dense plan, checked. Draws again until the check finds no error: nine in ten drawn plans have none."""
    while True:
        linked = check(dense_plan(draw, most=most), SIGNATURES, library=library()).linked
        if linked is not None:
            return linked


def dense_plan(draw: Draw, *, most: int = 6) -> Plan:
    """A plan of at most so many steps over `SIGNATURES` and `library()`. A check may find errors in it."""
    return _plan(draw, most=most, parts=tuple(library()), must_return=False)


def _plan(draw: Draw, *, most: int, parts: Sequence[str], must_return: bool) -> Plan:
    inputs = (Input(name="x"),) if must_return else ()
    steps: list[Step] = []
    for place in range(draw.number(1, most)):
        steps.append(_Writer(draw, inputs, steps, parts).step(f"E{place + 1}"))
    result = None
    if must_return or draw.chance(2):
        kept = [one.name for one in steps if draw.chance(2) or one is steps[-1]]
        result = ListOf(items=tuple(Ref(name=one) for one in kept))
        if _is_open(steps[-1]) and draw.chance(4):
            result = ListOf(items=(Ref(name=kept[-1], path=(0,)),))
    limit = Limit(calls=draw.number(3, 12)) if draw.chance(12) else None
    return Plan(inputs=inputs, steps=tuple(steps), result=result, limit=limit)


class _Writer:
    """Writes one step behind others. `open` are names of which a check knows nothing, so that anything goes there."""

    def __init__(self, draw: Draw, inputs: Sequence[Input], steps: Sequence[Step], parts: Sequence[str]) -> None:
        self.draw, self.parts, self.before = draw, parts, steps
        names = [*(one.name for one in inputs), *(one.name for one in steps)]
        self.known = names if len(names) < 3 else [draw.pick(names), draw.pick(names)]
        self.open = {one.name for one in inputs} | {one.name for one in steps if _is_open(one)}

    def step(self, name: str) -> Step:
        draw = self.draw
        each = self._each() if draw.chance(3) else None
        inside = self.known if each is None else ["s", *self.known]
        extra: dict[str, Any] = {"each": each}
        if draw.chance(5):
            do: Action = self._value(inside)
        else:
            do = self._call(inside, self._tools())
            repeats = do.tool not in ("send", *self.parts)
            extra["retry"] = draw.pick((0, 0, 1, 2)) if repeats else 0
            extra["timeout"] = draw.pick((None, None, 5.0))
            if draw.chance(5):
                extra["approve"] = self._approval()
        if draw.chance(3):
            extra["condition"] = self._condition(inside if draw.chance(2) else self.known)
            if draw.chance(2):
                extra["otherwise"] = self._instead(_is_final(do))
        if draw.chance(3):
            extra["fallback"] = self._instead(_is_final(do))
        if self.before and draw.chance(4):
            extra["after"] = (draw.pick(self.before).name,)
        if isinstance(do, Call) and do.tool not in self.parts and draw.chance(5):
            extra["type"] = STR if "fallback" in extra or "otherwise" in extra else draw.pick(_TYPES)
        return Step(name=name, do=do, **extra)

    def _tools(self) -> Sequence[str]:
        if self.parts and self.draw.chance(5):
            return (self.draw.pick(self.parts),)
        return ("find", "texts", "think", "save", "send")

    def _call(self, names: Sequence[str], tools: Sequence[str]) -> Call:
        return Call(tool=self.draw.pick(tools), args={"x": self._value(names)})

    def _each(self) -> Each:
        draw = self.draw
        found = [one for one in self.known if one in self.open]
        parallel = draw.pick((None, 1, 2))
        if found and draw.chance(2):
            self.open.add("s")
            return Each(variable="s", source=Ref(name=draw.pick(found)), max=draw.pick((2, 5)), parallel=parallel)
        return Each(variable="s", source=draw.pick(_LISTS), max=draw.pick((None, 3)), parallel=parallel)

    def _approval(self) -> Approval:
        text = Constant(value="go on?") if self.draw.chance(2) else None
        if self.known and self.draw.chance(3):
            text = Text(parts=("about ", Ref(name=self.draw.pick(self.known))))  # type: ignore[assignment]
        return Approval(text=text, within=self.draw.pick(_TIMES))

    def _value(self, names: Sequence[str]) -> Expr:
        draw = self.draw
        if not names or draw.chance(4):
            return draw.pick(_VALUES)
        ref = Ref(name=draw.pick(names))
        match draw.number(0, 6):
            case 0 | 1 | 2 if ref.name in self.open:
                return ref
            case 3 if ref.name in self.open:
                return Ref(name=ref.name, path=(0,))
            case 4:
                return Text(parts=("of ", ref))
            case 5:
                return ListOf(items=(ObjectOf(fields={"a": ref}),))
            case _:
                return ListOf(items=(ref, draw.pick(_VALUES)))

    def _condition(self, names: Sequence[str]) -> Expr:
        draw = self.draw
        if not names or draw.chance(4):
            return Constant(value=draw.chance(2))
        name = draw.pick(names)
        left = Ref(name=name)
        match draw.number(0, 2) if name in self.open else 0:
            case 0:
                return Binary(op="!=", left=left, right=Constant(value=None))
            case 1:
                return Binary(op="==", left=left, right=Constant(value="done"))
            case _:
                return Binary(op="in", left=Constant(value="a"), right=left)

    def _instead(self, only_reads: bool) -> Action:
        if self.draw.chance(2):
            return self._call(self.known, ("find", "texts") if only_reads else ("find", "texts", "save"))
        return self.draw.pick(_VALUES[:1])


def _is_open(step: Step) -> bool:
    """Whether a check takes what the step gives for anything."""
    return (
        isinstance(step.do, Call) and step.do.tool in ("find", "think", "save", "send") and not (step.each or step.type)
    )


def _is_final(do: Action) -> bool:
    """Whether the call may have written what cannot be written again, so that nothing may write after it."""
    return isinstance(do, Call) and do.tool not in ("find", "texts", "think", "save")


_TYPES: tuple[Type, ...] = (STR, ListType(STR))
_VALUES: tuple[Expr, ...] = (Constant(value="text"), Constant(value=None), ListOf(items=(Constant(value="a"),)))
_LISTS: tuple[Expr, ...] = tuple(
    ListOf(items=tuple(Constant(value=one) for one in items)) for items in (["a"], ["a", "b"], ["a", None, "c"])
)

__all__ = ["DESCRIBED", "SIGNATURES", "World", "dense_plan", "library", "linked_plan"]
