"""What the machine is given: calls bound by name, needs, order, and who may make it."""

import subprocess
import sys

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.diag.codes import EXAMPLE_TOOLS
from rewoo_dsl.ir.expr import Constant
from rewoo_dsl.ir.linked import LinkedCall, LinkedPlan, LinkedStep
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.ir.signature import Signature

TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}


def linked(text: str) -> LinkedPlan:
    return check(text, TOOLS).require()


def step(text: str) -> LinkedStep:
    return linked(text).steps[-1]


def call(text: str) -> LinkedCall:
    do = step(text).do
    assert isinstance(do, LinkedCall)
    return do


@pytest.mark.parametrize("text", ['search("a", k=3)', 'search(k=3, query="a")', 'search(query="a")', "search[a]"])
def test_arguments_are_bound_by_name(text: str) -> None:
    args = dict(call(f"#E1 = {text}\n").args)
    assert args["query"] == Constant(value="a")
    assert args.keys() <= {"query", "k"}


def test_an_empty_short_form_is_no_argument_where_none_is_required() -> None:
    assert call("#E1 = Location[]\n").args == {}
    assert call("#E1 = Wikipedia[]\n").args == {"query": Constant(value="")}


def test_the_second_name_of_a_tool_leads_to_it() -> None:
    assert call("#E1 = LLM[hello]\n").target is TOOLS["llm"]
    assert list(linked("#E1 = LLM[hello]\n").tools) == ["llm"]


def test_needs_are_the_steps_named_anywhere_in_order_of_first_mention() -> None:
    text = "".join(f'#E{i} = search(query="a")\n' for i in range(1, 7))
    last = step(
        text + '#E7 = search(query="#E3 #E1", k=len(#E3)) if len(#E2) > 0 for #t in take(#E4, 2) '
        "fallback (#E5[0].title) after #E6\n"
    )
    assert last.needs == ("E3", "E1", "E2", "E4", "E5", "E6")


def test_needs_of_the_end_are_those_it_names() -> None:
    text = '#E1 = search(query="a")\n#E2 = search(query="b")\nreturn len(#E2)\nSolve: Compare #E1 and #E2.\n'
    assert linked(text).result_needs == ("E2",)
    assert linked(text).solve_needs == ("E1", "E2")


@pytest.mark.parametrize(
    ("condition", "per_item"), [('#t == "a"', True), ("#deep", False), ("[#u for #u in [#t]] == []", True)]
)
def test_a_condition_that_names_the_item_is_the_items(condition: str, per_item: bool) -> None:
    text = f'input deep: bool\n#E1 = search(query=#t) if {condition} for #t in ["a", "b"]\n'
    assert step(text).item_condition is per_item


def test_a_declared_type_is_closed_where_a_model_is_asked_for_it() -> None:
    asked = step('#E1: {a: str} = llm(prompt="a")\n').declared
    assert asked is not None
    assert asked["additionalProperties"] is False
    told = step('#E1: {temp: float} = weather(city="a")\n').declared
    assert told is not None
    assert "additionalProperties" not in told
    both = step('#E1: {temp: float} = llm(prompt="a") fallback weather(city="a")\n').declared
    assert both == told
    assert step('#E1 = llm(prompt="a")\n').declared is None


def test_whether_a_person_is_asked() -> None:
    assert linked('#E1 = search(query="a") approve "May we?"\n').asks
    assert not linked('#E1 = search(query="a")\n').asks
    inner = {"part": '#E1 = search(query="a") approve "May we?"\nreturn 1\n'}
    assert check("#E1 = part()\n", TOOLS, library=inner).require().asks


def test_only_the_checker_makes_a_linked_plan() -> None:
    with pytest.raises(TypeError, match="made by"):
        LinkedPlan(Plan(), (), {}, {}, (), (), asks=False, seal=object())


def test_a_plan_whose_references_point_backwards_needs_no_graph_library() -> None:
    code = (
        "import sys\nfrom rewoo_dsl import check\n"
        "r = check('#E1 = f(a=1)\\n#E2 = f(a=#E1, b=[1, 2])\\nreturn #E2\\n')\nassert r.ok\n"
        "print([m for m in ('networkx', 'jsonschema', 'openai', 'asyncio', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
