"""Where a value comes from: exactly what was read, through branches, items and sub-plans, and nothing else."""

import json

import pytest

import rewoo_dsl as rw
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.trace.events import ApprovalAsked, StepFinished
from rewoo_dsl.trace.places import inside, own_step, path_text, split_way
from rewoo_dsl.trace.why import NoSuchStep, Provenance, why


def registry() -> rw.Registry:
    tools = rw.Registry()

    @tools.tool(effect="read", version="7")
    async def look(n: int) -> dict[str, int]:
        if n < 0:
            raise ValueError("negative")
        return {"n": n}

    @tools.tool()
    async def mail(to: int) -> int:
        return to

    return tools


INNER = "input n: int\ninput m: int = 0\n#E1 = look(n=#n)\n#E2 = look(n=#m)\nreturn #E1.n\n"


async def yes(_: ApprovalAsked) -> bool:
    return True


def asked(text: str, step: str | None = None, **inputs: object) -> tuple[Provenance, LinkedPlan, rw.Result]:
    linked = rw.check(text, registry(), library={"inner": INNER}).require()
    result = run_virtual(rw.run(linked, registry(), inputs=inputs, approve=yes))
    return why(linked, result.trace, step), linked, result


def needs(found: Provenance) -> dict[str, list[tuple[str, tuple[str, ...], str]]]:
    return {name: [(one.name, one.places, one.role) for one in node.needs] for name, node in found.nodes.items()}


def test_only_what_was_read_counts_and_order_does_not() -> None:
    found, _, _ = asked(
        "input a: int = 1\n#E1 = look(n=#a)\n#E2 = look(n=2)\n#E3 = #E1.n + 1 after #E2\nreturn {x: #E3}\n"
    )
    assert needs(found) == {
        "return": [("E3", ("",), "value")],
        "E3": [("E1", (".n",), "value")],
        "E1": [("a", ("",), "value")],
        "a": [],
    }
    (call,) = found.nodes["E1"].calls
    assert (call.tool, call.version, call.arguments, call.origin) == ("look", "7", {"n": 1}, "tool")


def test_the_branch_that_was_not_taken_is_no_reason_but_the_condition_is() -> None:
    text = "#E1 = look(n=1)\n#E2 = look(n=2)\n#E3 = #E1.n if #E2.n > 5 else 0\n#E4 = look(n=-1) fallback #E2\n"
    text += "return [#E3, #E4]\n"
    found, _, _ = asked(text)
    assert needs(found)["E3"] == [("E2", (".n",), "condition")]
    assert needs(found)["E4"] == [("E2", ("",), "value")]
    assert found.nodes["E4"].calls[0].reason == "tool_error"
    assert "E1" not in found.nodes


def test_an_item_rests_on_its_place_in_the_list_alone() -> None:
    text = "input xs: list[int] = [5, 6, 7]\n#E1 = look(n=#x) for #x in #xs max 5\n"
    text += "#E2 = #y.n for #y in #E1\nreturn #E2[1]\n"
    found, _, _ = asked(text)
    assert needs(found)["E2"] == [("E1", ("[1].n",), "value")]
    assert needs(found)["E1"] == [("xs", ("[1]",), "value")]
    assert found.nodes["E1"].items == (1,)
    assert [call.arguments for call in found.nodes["E1"].calls] == [{"n": 6}]
    again, _, _ = asked(text, "E1[2]")
    assert (again.start, again.nodes["E1"].items, needs(again)["E1"]) == ("E1", (2,), [("xs", ("[2]",), "value")])


def test_two_readers_of_different_items_want_both() -> None:
    text = "#E1 = look(n=#x) for #x in [5, 6, 7] max 5\n#E2 = #E1[0].n\n#E3 = #E1[-1].n\nreturn #E2 + #E3\n"
    found, _, _ = asked(text)
    assert found.nodes["E1"].items == (0, 2)


def test_a_sub_plan_is_looked_into_and_its_inputs_lead_out_again() -> None:
    found, linked, result = asked("input a: int = 1\n#E1 = look(n=#a)\n#E2 = inner(n=#E1.n, m=9)\nreturn #E2\n")
    assert needs(found) == {
        "return": [("E2", ("",), "value")],
        "E2": [("E2/return", ("",), "value")],
        "E2/return": [("E2/E1", (".n",), "value")],
        "E2/E1": [("E2/n", ("",), "value")],
        "E2/n": [("E1", (".n",), "value")],
        "E1": [("a", ("",), "value")],
        "a": [],
    }
    bare = why(linked.plan, result.trace)
    assert "E2/return" not in bare.nodes
    assert bare.nodes["E2"].needs[0].name == "E1"


def test_of_what_is_missing_it_tells_what_kept_it() -> None:
    found, _, _ = asked("#E1 = look(n=-1)\n#E2 = #E1.n + 1\n#E3 = look(n=1)\nreturn [#E2, #E3]\n")
    assert needs(found) == {"return": [("E2", ("",), "missing")], "E2": [("E1", ("",), "missing")], "E1": []}
    assert (found.nodes["E1"].reason, found.nodes["E1"].message) == ("tool_error", "ValueError: negative")


def test_a_person_and_the_clock_are_named() -> None:
    found, _, _ = asked('#E1 = mail(to=1) approve "Go?"\n#E2 = #now\nreturn [#E1, #E2]\n')
    assert found.nodes["E1"].answer == "yes"
    assert found.nodes["now"].kind == "now"


def test_without_return_all_evidence_is_the_answer() -> None:
    found, _, _ = asked("#E1 = look(n=1)\n#E2 = look(n=-1)\n")
    assert (found.start, [one.name for one in found.nodes["answer"].needs]) == ("answer", ["E1"])


def test_an_unfinished_run_lacks_what_it_lacks() -> None:
    _, linked, result = asked("#E1 = look(n=1)\n#E2 = look(n=#E1.n)\nreturn #E2\n")
    cut = next(i for i, event in enumerate(result.trace) if isinstance(event, StepFinished))
    found = why(linked, result.trace[: cut + 1])
    states = {node.name: node.state for node in found.nodes.values()}
    assert states == {"return": "waiting", "E2": "waiting", "E1": "succeeded"}


def test_it_is_plain_data_and_names_what_is_not_there() -> None:
    found, linked, result = asked("#E1 = look(n=1)\nreturn #E1\n")
    assert json.loads(json.dumps(found.as_data()))["nodes"][1]["calls"][0]["tool"] == "look"
    for unknown in ("E9", "E1[0]"):
        with pytest.raises(NoSuchStep):
            why(linked, result.trace, unknown)


def test_a_long_chain_and_a_wide_fan_are_no_matter() -> None:
    steps = ["#E1 = 1", *(f"#E{i} = #E{i - 1} + #E1" for i in range(2, 2000))]
    found, _, _ = asked("\n".join([*steps, "return #E1999\n"]))
    assert len(found.nodes) == 2000


def test_names_in_a_trace_are_taken_apart_and_put_together() -> None:
    for item, branch in ((None, "do"), (2, "do"), (None, "fallback"), (3, "otherwise")):
        (call,), own = split_way(f"{inside('E4', item, branch)}E1")
        assert (call.step, call.item, call.branch, own) == ("E4", item, branch, "E1")
    assert own_step("E4[2]/E5.fallback/E1") == "E4"
    assert path_text(("rows", None, -1, "odd key")) == '.rows[*][-1]["odd key"]'
