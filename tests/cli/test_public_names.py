"""`import rewoo_dsl`: the names that it promises, and the verbs behind them."""

import ast
import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import rewoo_dsl as rw

TEXT = 'input n: int = 2\nPlan: look\n#E1 = search(query="a", k=#n)\nreturn #E1\n'


def registry() -> rw.Registry:
    found = rw.Registry()

    @found.tool(effect="read")
    async def search(query: str, k: int) -> list[str]:
        return [query] * k

    return found


def test_every_promised_name_is_there() -> None:
    assert len(set(rw.__all__)) == len(rw.__all__)
    for name in rw.__all__:
        assert getattr(rw, name).__name__.split(".")[-1] == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rw.nothing  # type: ignore[attr-defined]


def test_type_checkers_are_promised_the_same_names() -> None:
    tree = ast.parse(Path(rw.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    promised = [alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(promised) == sorted(rw.__all__)


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys; import rewoo_dsl; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = [name for name in done.stdout.split() if name.split(".")[0] in ("rewoo_dsl", "pydantic", "lark")]
    assert found == ["rewoo_dsl"]


def test_run_takes_a_plan_in_every_form() -> None:
    tools = registry()
    plan = rw.parse(TEXT)
    for source in (TEXT, plan, plan.model_dump(mode="json"), rw.check(TEXT, tools).require()):
        assert rw.run_sync(source, tools, inputs={"n": 1}).value == ["a"]


def test_run_refuses_a_plan_with_errors() -> None:
    with pytest.raises(rw.PlanError, match="RW1"):
        rw.run_sync("#E1 = serch(1)\n", registry())


def test_run_says_which_argument_is_wrong() -> None:
    with pytest.raises(TypeError, match="registry: expected a Registry, got 7"):
        rw.run_sync(TEXT, 7)  # type: ignore[arg-type]


def test_run_sync_inside_a_loop_says_so() -> None:
    async def inside() -> None:
        with pytest.raises(RuntimeError, match="running event loop"):
            rw.run_sync(TEXT, registry())

    asyncio.run(inside())


def test_run_hears_events_and_asks() -> None:
    heard: list[str] = []
    text = 'Plan: look\n#E1 = search("a", k=1) approve "Ok?"\nreturn #E1\n'
    result = rw.run_sync(text, registry(), approve=lambda _: False, on_event=lambda event: heard.append(event.type))
    assert result["E1"].reason == "refused"
    assert (heard[0], heard[-1]) == ("run_started", "run_finished")
    with pytest.raises(rw.PlanError, match="RW604"):
        rw.run_sync(text, registry())
