"""What the Solver may see of a run."""

import pytest

from rewoo_dsl.agent.evidence import exhibit
from rewoo_dsl.agent.gather import gather, instruction
from rewoo_dsl.ir.expr import Constant, Ref, Text
from rewoo_dsl.ir.plan import Plan, Step

HITS = [{"title": "Strike", "odd key": 1}, {"title": "Talks", "odd key": 2}]
VALUES = {"E1": HITS, "E2": {"summary": "ok", "names": ["a"]}, "region": "EU"}


def plan(solve=None):
    steps = tuple(Step(name=name, do=Constant(value=1)) for name in ("E1", "E2", "E3"))
    return Plan(steps=steps, solve=solve)


def shown(solve=None):
    found = gather(plan(solve), VALUES, {"E3": "timeout"})
    return [line for one in exhibit(found, limit=10_000) for line in one.lines]


def test_all_evidence_when_none_is_named():
    assert [line.split()[0] for line in shown()] == ["[E1]", "[E1.0]", "[E1.1]", "[E2]", "[E3]"]
    assert shown(Constant(value="Answer in one sentence.")) == shown()


@pytest.mark.parametrize(
    ("ref", "lines"),
    [
        (Ref(name="E2", path=("summary",)), ['[E2.summary] "ok"']),
        (Ref(name="E1", path=(-1, "title")), ['[E1.1.title] "Talks"']),
        (
            Ref(name="E1", path=(None, "title")),
            ["[E1] list of 2, [*].title of each", '[E1.0] "Strike"', '[E1.1] "Talks"'],
        ),
        (Ref(name="E2", path=("names",)), ["[E2.names] list of 1", '[E2.names.0] "a"']),
        (Ref(name="region"), ['[region] "EU"']),
        (Ref(name="E3", path=("x",)), ["[E3] missing (timeout)"]),
        (Ref(name="E1", path=(7, "title")), ["[E1.7.title] missing (no such place)"]),
        (Ref(name="E2", path=(0,)), ["[E2.0] missing (no such place)"]),
    ],
)
def test_only_what_is_named(ref, lines):
    assert shown(Text(parts=("Say ", ref))) == lines


def test_what_is_named_twice_is_shown_once():
    ref = Ref(name="region")
    assert shown(Text(parts=(ref, " and ", ref))) == ['[region] "EU"']


def test_the_instruction_holds_references_and_no_evidence():
    solve = Text(parts=("Say ", Ref(name="E1", path=(0, "odd key")), " of ", Ref(name="E1", path=(None, "title")), "."))
    assert instruction(plan(solve)) == 'Say #E1[0]["odd key"] of #E1[*].title.'
    assert instruction(plan(Ref(name="E2", path=("summary",)))) == "#E2.summary"
    assert instruction(plan(Constant(value="Briefly."))) == "Briefly."
    assert instruction(plan()) == ""
