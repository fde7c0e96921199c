"""What the Planner's model is told: the language, the tools, examples, the task.

`LANGUAGE` is a product: every word costs in each question, so it says what a model needs to write good plans and
nothing else. Its order makes the part that never changes a common prefix, which endpoints cache. The examples are
plans that the checker accepts; a test holds them, and the names of the built-ins, to that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..diag.snippet import printable
from ..ir.signature import Effect, Signature
from ..ir.types import ANY, ListType, Member, ObjectType, Scalar, Type, from_schema, show, union
from ..ir.values import Value, kind
from ..llm import Message

MAX_DESCRIPTION = 200
MAX_TYPE = 400

LANGUAGE = """\
You write the plan for a task: a short program of tool calls. It is checked and then run once, exactly as written; you
see no result while you write. Steps that do not need each other run in parallel. Answer with the plan only.

Plan: why the next step is needed
#E1 = tool(arg="text", k=3)

- Every step has a `Plan:` line before it and is one line. A tool call stands alone right of `=`, never inside another
  expression.
- Later steps use a result by reference: #E1, #E1.field, #E1["odd key"], #E1[0], #E1[-1], #E1[*].field (that field of
  every item). In text: "about #E1" or "about #{E1[0].name}"; inputs in text are written #{name}. Only a name and its
  path stand in the braces, no computation.
- `#E1: {name: str, year: int, note: str?, risk: "low" | "high"} = llm(prompt="…")` makes llm answer in that type (also
  list[T], dict[T], float, bool); without a type it answers text. llm knows only its prompt: put the evidence in.
- A step may be a value, without a tool: `#E2 = sorted([#x for #x in #E1 if #x.age >= 18], by=.age, desc=true)`. There
  are + - * / % == != < <= > >= and or not in, (a if condition else b), [value for #x in list if condition],
  {key: value}, and {BUILTINS}. There are no methods, lambdas or slices. Conditions are bool; nothing is converted
  silently; what may be null (`str?`, a step with `if`) goes through default(value, other).
- Clauses behind a step, each at most once:
  for #x in #E1 max 10: once per item, which is #x; the result is the list of results
  if #E1.found: only then, else the result is null; `if … else value` gives a value instead
  retry 2, timeout 10s, fallback other_tool(…): for tools that may fail; never retry a tool that [writes]
  after #E2: order without data
  approve "text": a person is asked first; put it on steps that [write]
- The last line is `Solve:` and what to answer from which results; a model writes the answer from those.
- Call only the tools listed. Take facts from tools, not from memory; leave arithmetic, filters, sorting to values."""

BUILTINS = (
    "len sum min max sorted(list, by=.key, desc=true) take(list, n) unique flatten keys values all any join(list, sep) "
    "split(text, sep) lower upper strip replace contains number lines between match round floor abs date add_days "
    "days_between weekday format get(value, key, default) default(value, other)"
)


@dataclass(frozen=True, slots=True)
class Example:
    """A task and a good plan for it, over tools of its own."""

    task: str
    plan: str


EXAMPLES = (
    Example(
        "Which is higher, Mont Blanc or Mount Elbrus, and by how much?",
        """\
Plan: Find the height of the first mountain.
#E1 = search(query="height of Mont Blanc in metres") retry 2 timeout 10s fallback wikipedia("Mont Blanc")
Plan: Find the height of the second; this does not need the first.
#E2 = search(query="height of Mount Elbrus in metres") retry 2 timeout 10s fallback wikipedia("Mount Elbrus")
Plan: Read both numbers from the texts found.
#E3: {blanc: float, elbrus: float} = llm(prompt="Heights in metres of Mont Blanc and Mount Elbrus. Sources: #E1 #E2")
Plan: The difference is arithmetic and needs no tool.
#E4 = abs(#E3.elbrus - #E3.blanc)
Solve: Say which mountain is higher (#E3) and by how many metres (#E4).
""",
    ),
    Example(
        "Remind the owners of overdue invoices above 1000 EUR.",
        """\
Plan: Get the overdue invoices.
#E1 = invoices(status="overdue")
Plan: Keep the large ones, the largest first.
#E2 = sorted([#i for #i in #E1 if #i.amount > 1000], by=.amount, desc=true)
Plan: Mail each owner; this writes, so a person approves it.
#E3 = send_email(to=#i.email, subject="Overdue: #{i.number}", body="Pay #{i.amount} EUR.") for #i in #E2 max 20 approve
Solve: List the invoices (#E2) and say whether the reminders were sent (#E3).
""",
    ),
)


def planner_messages(
    task: str, signatures: Iterable[Signature], *, inputs: Mapping[str, Value] | None = None
) -> list[Message]:
    """The messages that ask for a plan. What changes from task to task comes last."""
    tools = "\n".join(tool_line(one) for one in signatures)
    examples = "\n".join(f"Task: {one.task}\n{one.plan}" for one in EXAMPLES)
    system = (
        f"{LANGUAGE.replace('{BUILTINS}', BUILTINS)}\n\nExamples (their tools are not yours):\n\n{examples}\n"
        f"Tools (`?` marks what may be left out):\n{tools or '(none: pure values only)'}"
    )
    given = "".join(f"\n#{name}: {type_of(value)}" for name, value in (inputs or {}).items())
    return [
        Message("system", system),
        Message("user", f"Task: {task}" + (f"\n\nThese inputs exist; use them by reference:{given}" if given else "")),
    ]


def tool_line(signature: Signature) -> str:
    """A tool on one line: `search(query: str, k?: int) -> list[str] — Finds pages.`

    Descriptions may come from strangers (an MCP server): one line, short, nothing but visible characters.
    """
    params = ", ".join(_parameter(signature, name, schema) for name, schema in signature.properties.items())
    if signature.is_open:
        params = "…"
    returns = "the step's type, else str" if signature.result_is_declared else _type(from_schema(signature.returns))
    writes = " [writes]" if signature.effect is Effect.WRITE else ""
    said = _one_line(signature.description)
    return f"{signature.name}({params}) -> {returns}{writes}{f' — {said}' if said else ''}"


def type_of(value: Value) -> str:
    """The short type to declare for an input with this value: `str` for `"EU"`."""
    return show(_wide(value))


def _wide(value: Value) -> Type:
    match value:
        case None:
            return ANY
        case list():
            return ListType(union(*map(_wide, value)) if value else ANY)
        case dict():
            return ObjectType(tuple(Member(key, _wide(one)) for key, one in value.items()))
    return Scalar(kind(value))


def _parameter(signature: Signature, name: str, schema: object) -> str:
    optional = "" if name in signature.required else "?"
    return f"{name}{optional}: {_type(from_schema(schema, signature.parameters))}"


def _type(one: Type) -> str:
    said = show(one)
    return said if len(said) <= MAX_TYPE else f"{said[:MAX_TYPE]}…"


def _one_line(text: str) -> str:
    flat = " ".join(printable(text.replace("\n", " ")).split())
    return flat if len(flat) <= MAX_DESCRIPTION else f"{flat[: MAX_DESCRIPTION - 1]}…"
