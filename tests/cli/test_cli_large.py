"""A megabyte of evidence, wherever people or models see it: a part, a mark, and how much is missing."""

import json
import re
from pathlib import Path

import pytest
from cli_process import Rewoo

import rewoo_dsl as rw
from rewoo_dsl.interpreter.recall import NotRecorded

SIZE = 1_000_000
PLAN = "#E1 = big(letter={letter!r})\n#E2 = use(text=#E1)\nreturn #E1\n"
TOOLS = f"""
from rewoo_dsl import Registry, ToolError

registry = Registry()


@registry.tool(effect="read")
def big(letter: str) -> str:
    return letter * {SIZE}


@registry.tool(effect="read")
def use(text: str) -> str:
    raise ToolError("cannot use " + text, retryable=False)
"""
MARK = re.compile(r"… \(([\d,]+) more characters\)")


@pytest.fixture
def kept(rewoo: Rewoo, folder: Path) -> dict[str, str]:
    """What each command shows of two runs."""
    (folder / "large.py").write_text(TOOLS)
    ids = []
    shown = {}
    for letter in "xy":
        (folder / "plan.rewoo").write_text(PLAN.format(letter=letter).replace("'", '"'))
        shown["run"] = rewoo("run", "plan.rewoo", "--tools", "large:registry", "--journal", "runs.db").err
        runs = json.loads(rewoo("runs", "--json", "--journal", "runs.db").out)["runs"]
        ids.append(next(one["run"] for one in runs if one["run"] not in ids))
    for words in (("show", ids[0]), ("why", ids[0]), ("why", ids[0], "E1"), ("diff", *ids), ("show", ids[0], "--html")):
        shown[" ".join(word for word in words if word not in ids)] = rewoo(*words, "--journal", "runs.db").out
    return shown


def test_what_is_shown_is_small_and_says_what_is_missing(kept: dict[str, str]) -> None:
    assert {name for name, text in kept.items() if not text} == set()
    assert {name: len(text) for name, text in kept.items() if len(text) > SIZE / 10} == {}
    assert {name for name, text in kept.items() if not ("…" in text or MARK.search(text))} == set()
    for name in ("show", "show --html"):
        missing = [int(found.replace(",", "")) for found in MARK.findall(kept[name])]
        assert max(missing) > SIZE * 0.99, name


def test_errors_show_a_part() -> None:
    scope: dict[str, rw.Registry] = {}
    exec(TOOLS, scope)
    result = rw.run_sync(PLAN.format(letter="x").replace("'", '"'), scope["registry"])
    said = result["E2"].message
    assert (len(said) < 500, len(MARK.findall(said))) == (True, 1)
    with pytest.raises(NotRecorded) as caught:
        rw.replay('#E2 = use(text="y")\n', scope["registry"], result.trace)
    assert MARK.search(str(caught.value))
    assert len(str(caught.value)) < 1_000
