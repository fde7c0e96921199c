"""What each role's model is told, as files to be read: `tests/golden/agent/`. The first line says how long it is."""

from rewoo_dsl.agent.evidence import Evidence, exhibit
from rewoo_dsl.agent.llm_tool import SYSTEM as WORKER
from rewoo_dsl.agent.planner import Draft, repair_request
from rewoo_dsl.agent.prompt import planner_messages
from rewoo_dsl.agent.solver import solver_messages
from rewoo_dsl.checker import Report
from rewoo_dsl.diag.diagnostic import Diagnostic, Span
from rewoo_dsl.ir.signature import Effect, Signature
from rewoo_dsl.llm import Message

PARAMETERS = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "k": {"type": "integer"}},
    "required": ["query"],
}
TOOLS = [
    Signature(name="search", description="Find pages.", parameters=PARAMETERS, returns={"type": "array", "items": {}}),
    Signature(name="llm", parameters=PARAMETERS, effect=Effect.READ, result_is_declared=True),
]
TASK = "Which port is on strike, and what is the weather there?"
BROKEN = """\
Plan: Find pages.
#E1 = serch(query="port strike", k="3")
Plan: Read them.
#E2: {port: str} = llm(prompt="Which port? #E1")
Plan: The weather there.
#E3 = weather(town=#E2.prot) if #E9 retry two
Solve: Name the port (#E2.port) and its weather (#E3.sky).
"""


def shown(messages):
    size = sum(len(one.text) for one in messages)
    said = "\n".join(f"--- {one.role}\n{one.text.rstrip()}" for one in messages)
    return f"{size} characters, about {round(size / 4, -1):.0f} tokens\n{said}\n"


def test_planner(golden):
    golden("agent/planner.txt", shown(planner_messages(TASK, TOOLS, inputs={"region": "EU"})))


def test_repair(golden):
    report = Report((found("RW108", "there is no tool called `serch`", "serch", allowed=("search",)),), text=BROKEN)
    golden("agent/repair.txt", shown([Message("user", repair_request(Draft(1, BROKEN, report)))]))


def found(code, message, part, **more):
    start = BROKEN.index(part)
    return Diagnostic(code=code, message=message, span=Span(start, start + len(part)), **more)


def test_worker(golden):
    golden("agent/worker.txt", shown([Message("system", WORKER)]))


def test_solver(golden):
    evidence = [
        Evidence(
            "E1",
            [{"title": "Strike in Hamburg", "text": "Line one.\nLine two."}, {"title": "Talks", "text": "x" * 999}],
        ),
        Evidence("E2", "Hamburg", place=("port",)),
        Evidence("E3", missing="timeout"),
    ]
    plan = BROKEN.replace("serch", "search")
    golden(
        "agent/solver.txt",
        shown(solver_messages(TASK, plan, exhibit(evidence, limit=400), "Name the port (#E2.port).")),
    )
