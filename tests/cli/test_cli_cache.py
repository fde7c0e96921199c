"""`rewoo run --cache`: a second run calls nothing that is known."""

from pathlib import Path

from cli_process import Rewoo

TOOLS = """
import math
import rewoo_dsl as rw

registry = rw.Registry()

@registry.tool(effect="read", cache=math.inf)
def search(query: str) -> str:
    with open("calls.txt", "a") as calls:
        calls.write(query + "\\n")
    return query.upper()

@registry.tool(effect="read")
def other(query: str) -> str:
    return query
"""


def test_a_second_run_calls_nothing_that_is_known(folder: Path, rewoo: Rewoo) -> None:
    (folder / "cached_tools.py").write_text(TOOLS, "utf-8")
    (folder / "p.rewoo").write_text('#E1 = search("x")\nreturn #E1\n', "utf-8")
    for _ in range(2):
        done = rewoo("run", "p.rewoo", "--tools", "cached_tools:registry", "--cache", "cache.db", "-q")
        assert (done.code, done.out) == (0, "X\n"), done.err
    assert (folder / "calls.txt").read_text("utf-8") == "x\n"


def test_what_is_no_cache_is_wrong_use(folder: Path, rewoo: Rewoo) -> None:
    (folder / "other_tools.py").write_text(TOOLS, "utf-8")
    (folder / "p.rewoo").write_text('#E1 = other("x")\n', "utf-8")
    (folder / "cache.db").write_text("something else " * 100, "utf-8")
    done = rewoo("run", "p.rewoo", "--tools", "other_tools:registry", "--cache", "cache.db")
    assert done.code == 2
    assert "--cache:" in done.err
    assert "is not a cache" in done.err
