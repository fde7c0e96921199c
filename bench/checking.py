"""Text to checked plan, per step, against the bare Lark parse of the same text with the same grammar."""

from lark import Lark

from rewoo_dsl import Registry, check
from rewoo_dsl._resources import resource

from .measure import Row, clock, compare
from .shapes import as_text, layered

STEPS = 1000

WORDY = """\
Plan: Search for what was said about topic {i}.
#E{a} = search(query="topic {i} in the news", k=5) retry 2 timeout 10s
Plan: Summarise what was found.
#E{b}: {{summary: str, sure: bool}} = llm(prompt="Summarise #E{a} for a reader", style="short") if len(#E{a}) > 0
"""


def wordy(n: int) -> str:
    """Steps as models write them: text arguments with references, clauses, a declared type."""
    return "".join(WORDY.format(i=i, a=2 * i + 1, b=2 * i + 2) for i in range(n // 2))


def registry() -> Registry:
    tools = Registry()

    @tools.tool(effect="read")
    def echo(a: int = 0, b: int = 0) -> int:
        return a + b

    @tools.tool(effect="read")
    def search(query: str, k: int = 5) -> list[str]:
        return [query] * k

    @tools.tool(effect="read")
    def llm(prompt: str, style: str = "long") -> dict[str, str | bool]:
        return {"summary": prompt, "sure": style == "short"}

    return tools


def rows() -> list[Row]:
    tools = registry()
    bare = Lark(resource("grammar", "plan.lark").read_text(encoding="utf-8"), parser="lalr", start="start")
    found = []
    for name, text in (("short steps", as_text(layered(STEPS))), ("as models write", wordy(STEPS))):
        report = check(text, tools)
        assert report.ok, report.diagnostics[:3]
        found.append(
            compare(
                f"text to checked plan, {name}",
                lambda text=text: clock(lambda: check(text, tools)),
                "bare Lark parse",
                lambda text=text: clock(lambda: bare.parse(text)),
                units=STEPS,
                goal="≤ 2.5x",
            )
        )
    return found
