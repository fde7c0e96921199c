"""What the rules about order and failure leave alone, beyond what their case files show."""

import time

from rewoo_dsl.checker import Report, check
from rewoo_dsl.diag.codes import EXAMPLE_TOOLS
from rewoo_dsl.ir.signature import Signature
from rewoo_dsl.lowering.dialects import read
from rewoo_dsl.tools.manifest import dump_manifest, load_manifest

TOOLS = [Signature.model_validate(one) for one in EXAMPLE_TOOLS]
PATH = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}


def codes(report: Report) -> list[str]:
    return [one.code for one in report.diagnostics]


def file_tools(**effect: str) -> list[Signature]:
    reads = Signature(name="read_file", parameters=PATH, effect="read")
    return [reads, Signature.model_validate({"name": "write_file", "parameters": PATH, **effect})]


def test_a_tool_that_says_nothing_of_its_effect_is_taken_for_a_write_and_gives_no_warning() -> None:
    """Lists of tools that others wrote say nothing of effects, and most of what they hold reads."""
    plan = '#E1 = write_file(path="a")\n#E2 = read_file(path="a")\nreturn [#E1, #E2]\n'
    assert codes(check(plan, file_tools())) == []
    assert codes(check(plan, file_tools(effect="write"))) == ["RW307", "RW308"]


def test_a_manifest_keeps_what_was_said_of_effects() -> None:
    for tools in (file_tools(), file_tools(effect="write")):
        again = load_manifest(dump_manifest(tools))
        assert list(again.values()) == tools
        assert [one.surely_writes for one in again.values()] == [one.surely_writes for one in tools]


def test_tools_of_one_family_meet_at_one_thing() -> None:
    tools = [
        Signature(name="erp.orders.get", parameters=PATH, effect="read"),
        Signature(name="erp.orders.drop", parameters=PATH, effect="write", idempotent=True),
        Signature(name="erp.prices.get", parameters=PATH, effect="read"),
    ]
    plan = '#E1 = erp.orders.drop(path="7")\n#E2 = erp.{}.get(path="7")\nreturn [#E1, #E2]\n'
    assert codes(check(plan.format("orders"), tools)) == ["RW308"]
    assert codes(check(plan.format("prices"), tools)) == []


def test_plans_that_were_not_written_in_an_order_are_not_blamed_for_it() -> None:
    text = '#E1 = send_email(to=["a@b.c"], subject="a", body="b")\n#E2 = search(query="a")\nreturn [#E1, #E2]\n'
    assert codes(check(text, TOOLS)) == ["RW307"]
    plan = check(text, TOOLS).plan
    assert plan is not None
    assert codes(check(plan, TOOLS)) == []


def test_every_step_that_leads_nowhere_is_named_at_once() -> None:
    chain = [f"#E{n} = llm(prompt=#E{n - 1})" for n in range(2, 6)]
    plan = "\n".join(["#E1 = Wikipedia[a]", *chain, '#E9 = search(query="a")', "return #E9"])
    report = check(plan, TOOLS)
    assert codes(report) == ["RW302"] * 5
    assert [one.message.startswith("nobody") for one in report.diagnostics] == [False] * 4 + [True]


def test_the_calls_that_an_answer_hangs_on_are_told_when_asked_for() -> None:
    plan = "#E1 = Wikipedia[a]\n#E2 = llm(prompt=#E1) fallback #E1\nreturn #E2\n"
    assert codes(check(plan, TOOLS)) == []
    (one,) = check(plan, TOOLS, strict=True).diagnostics
    assert (one.code, one.severity) == ("RW315", "note")
    assert one.message == "there is no answer when one of these fails: #E1"


def test_a_plan_in_another_format_is_looked_at_as_well() -> None:
    text = '[{"name": "search", "arguments": {"query": "a"}}, {"name": "search", "arguments": {"query": "a"}}]'
    found = read(text, "json_calls")
    assert codes(check(found, TOOLS)) == ["RW309"]


def test_a_hostile_plan_costs_no_time() -> None:
    """Thousands of writes of the same thing, in no order and at the end of long chains."""
    count = 3_000
    lines = [f'#A{n} = llm(prompt="#A{n - 1}")' if n else '#A0 = llm(prompt="a")' for n in range(count)]
    lines = [line.replace('"#A', '"#{A').replace(f'{n - 1}"', f'{n - 1}}}"') for n, line in enumerate(lines)]
    writes = [f'#B{n} = save(key="a", text="#{{A{count - 1}}} {n}")' for n in range(count)]
    began = time.process_time()
    report = check("\n".join([*lines, *writes, "return 1\n"]), TOOLS)
    assert set(codes(report)) <= {"RW308"}
    assert time.process_time() - began < 30
