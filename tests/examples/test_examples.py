"""The plans under specs/examples/ check without a finding, run, and together use every construct of the language."""

import json
from pathlib import Path

import pytest

import rewoo_dsl as rw
from rewoo_dsl.agent import llm_tool
from rewoo_dsl.ir.expr import Call, Expr, children
from rewoo_dsl.testing.model_server import ModelServer, Rule, data, text
from specs.examples import tools as example_tools

FOLDER = Path(__file__).parents[2] / "specs" / "examples"
PLANS = sorted(FOLDER.rglob("*.rewoo"))

SUPPLIERS = {
    "exposed": [{"name": "Hanse Metall", "owner": "jens@example.com", "port": "Hamburg", "risk": "high"}],
    "summary": "Hamburg is struck.",
}
FACTS = {
    "facts": [
        {"claim": "Unemployment is low.", "number": "3.4%", "quote": "Unemployment rate at 3.4%, a 50-year low."},
        {"claim": "Invented.", "number": None, "quote": "This sentence is not in the address."},
    ]
}


def load(path: str) -> str:
    return (FOLDER / path).read_text(encoding="utf-8")


@pytest.fixture
def model_server():
    def asks(words: str):
        return lambda request: words in request.text

    rules = [
        Rule(asks("Who is exposed?"), data(SUPPLIERS)),
        Rule(asks("List the facts"), data(FACTS)),
        Rule(asks("Milhouse"), text("Richard Nixon, whose middle name was Milhous.")),
    ]
    with ModelServer(rules) as server:
        yield server


@pytest.fixture
def registry(model_server: ModelServer) -> rw.Registry:
    """The example tools, and a model behind real HTTP."""
    tools = rw.Registry(*example_tools.registry.values())
    tools.add(llm_tool(rw.Endpoint(base_url=model_server.base_url, api_key="scripted").model("scripted")))
    return tools


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_an_example_checks_without_a_finding(path: Path, registry: rw.Registry) -> None:
    report = rw.check(path.read_text(encoding="utf-8"), registry, load=load)
    assert report.diagnostics == ()
    assert report.linked is not None


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_an_example_is_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert rw.format_source(text) == text


GIVEN = {
    "order_refund": {"order": "12347", "today": "2026-03-10"},
    "supplier_alert": {"mode": "send"},
    "best_passage": {"topic": "insulin"},
    "port_profile": {"port": "Hamburg"},
}

GIVES = {
    "milhouse": None,
    "order_refund": {"days_late": 18, "refund": {"order": "12347", "amount": 24.0}, "told": True},
    "sales_report": {
        "by region": [{"region": "north", "turnover": 3565.5}, {"region": "south", "turnover": 3778.0}],
        "best": {"month": "2026-03", "region": "south"},
        "text": "south: 3778.0\nnorth: 3565.5",
    },
    "sotu_brief": {"facts": FACTS["facts"][:1], "dropped": 1},
    "supplier_alert": {"exposed": SUPPLIERS["exposed"], "mailed": {"sent": 1}},
    "trenches": {"shallower": "Mariana Trench", "metres": {"mariana": 8748, "puerto_rico": 10051.2}},
}


def run(name: str, registry: rw.Registry) -> rw.Result:
    text = load(f"{name}.rewoo")
    return rw.run_sync(text, registry, inputs=GIVEN.get(Path(name).name), approve=lambda _: True, load=load)


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(example_tools, "OUTBOX", tmp_path / "outbox.jsonl")
    return example_tools.OUTBOX


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_an_example_runs(path: Path, registry: rw.Registry) -> None:
    result = run(path.relative_to(FOLDER).with_suffix("").as_posix(), registry)
    assert result.status == "succeeded", result.missing
    assert result.value == GIVES.get(path.stem, result.value)


def test_every_quote_on_jobs_stands_where_it_says(registry: rw.Registry) -> None:
    address = (FOLDER / "data" / "state_of_the_union.txt").read_text(encoding="utf-8")
    quotes = run("sotu_jobs", registry).value
    assert len(quotes) == 4
    for one in quotes:
        start, end = map(int, one["from"].split(":")[1].split("-"))
        assert one["quote"] in address[start:end]


def test_prices_come_from_the_address(registry: rw.Registry) -> None:
    value = run("sotu_prices", registry).value
    assert value["per_month"] == 35
    assert value["over_all_months"] == 420
    assert value["vials_made_for_that"] == 42


def test_topics_without_a_passage_are_named(registry: rw.Registry) -> None:
    value = run("sotu_topics", registry).value
    assert value["not_found"] == ["quidditch"]
    assert value["share"] == 0.75


def test_an_approved_mail_is_in_the_outbox(registry: rw.Registry, outbox: Path) -> None:
    run("supplier_alert", registry)
    mails = [json.loads(line) for line in outbox.read_text(encoding="utf-8").splitlines()]
    assert mails == [{"to": ["jens@example.com"], "subject": "Port strike: EU", "body": "Hamburg is struck."}]


def test_a_refused_mail_is_not_sent(registry: rw.Registry, outbox: Path) -> None:
    plan = load("supplier_alert.rewoo")
    result = rw.run_sync(plan, registry, inputs={"mode": "send"}, approve=lambda _: False, load=load)
    assert result.status == "succeeded"
    assert result["E6"].state == "skipped"
    assert not outbox.exists()


CLAUSES = ("condition", "otherwise", "each", "retry", "timeout", "fallback", "after", "approve", "type")


def test_the_examples_use_every_construct_together() -> None:
    plans = [rw.check(path.read_text(encoding="utf-8"), load=load).plan for path in PLANS]
    steps = [step for plan in plans for step in plan.steps]
    for clause in CLAUSES:
        assert any(getattr(step, clause) for step in steps), clause
    assert any(step.each and step.each.max and step.each.parallel for step in steps)
    assert any(step.approve and step.approve.within and step.approve.text for step in steps)
    assert {kind for step in steps for kind in _kinds(step.do)} >= EXPRESSIONS
    calls = [step.do for step in steps if isinstance(step.do, Call)]
    assert any(call.short for call in calls)
    assert any(call.first is not None and not call.short for call in calls)
    assert any(isinstance(step.fallback, Call) for step in steps)
    assert any(step.fallback is not None and not isinstance(step.fallback, Call) for step in steps)
    for part in ("goal", "uses", "inputs", "limit", "result", "solve"):
        assert any(getattr(plan, part) for plan in plans), part
    limits = [plan.limit for plan in plans if plan.limit]
    for ceiling in ("calls", "tokens", "time", "cost"):
        assert any(getattr(limit, ceiling) for limit in limits), ceiling


EXPRESSIONS = {
    "call", "constant", "ref", "text", "list", "object", "binary", "conditional", "comprehension", "apply", "selector",
}  # fmt: skip


def _kinds(node: Expr | Call) -> set[str]:
    return {node.kind}.union(*(_kinds(child) for _, child in children(node)))
