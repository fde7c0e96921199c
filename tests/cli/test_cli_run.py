"""`rewoo run`: what it gives, what it says, what it asks, and how it ends."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import COMMAND, Rewoo, environment

from rewoo_dsl.testing.model_server import ModelServer, refusal
from rewoo_dsl.testing.model_server import text as scripted

TOOLS = ("--tools", "my_tools:registry")
ASKING = """\
Plan: Tell them.
#E1 = mail(to=["a@example.com"], text="hello") approve "Send it?" within 2h
return #E1
"""


def write(folder: Path, text: str) -> str:
    (folder / "plan.rewoo").write_text(text)
    return "plan.rewoo"


def test_the_value_goes_to_standard_output_and_the_progress_beside_it(process: Rewoo, folder: Path) -> None:
    plan = write(folder, 'Plan: look\n#E1 = search(query="a", k=2)\nreturn #E1\n')
    ended = process("run", plan, *TOOLS)
    assert (ended.code, json.loads(ended.out)) == (0, ["a 0", "a 1"])
    assert "#E1 search ok" in ended.err
    assert "succeeded in" in ended.err


def test_quiet_leaves_the_value_alone(rewoo: Rewoo, folder: Path) -> None:
    plan = write(folder, 'Plan: look\n#E1 = search(query="a", k=1)\nreturn join(#E1, "")\n')
    ended = rewoo("run", "-q", plan, *TOOLS)
    assert (ended.code, ended.out, ended.err) == (0, "a 0\n", "")


def test_without_return_the_evidence_is_the_result(rewoo: Rewoo, folder: Path) -> None:
    plan = write(folder, '#E1 = search(query="a", k=1)\n#E2 = len(#E1)\n')
    assert json.loads(rewoo("run", "-q", plan, *TOOLS).out) == {"E1": ["a 0"], "E2": 1}


def test_json_is_the_whole_result(rewoo: Rewoo, folder: Path) -> None:
    text = '#E1 = search(query="broken")\n#E2 = len(#E1)\n#E3 = search(query="a", k=1)\nreturn #E3\n'
    ended = rewoo("run", "--json", write(folder, text), *TOOLS)
    found = json.loads(ended.out)
    assert ended.code == 1
    assert (found["status"], found["value"], found["evidence"]) == ("partial", ["a 0"], {"E3": ["a 0"]})
    assert found["missing"] == {"E1": "tool_error", "E2": "needs"}
    assert found["steps"]["E1"] == {
        "state": "failed",
        "reason": "tool_error",
        "message": "ValueError: no such index",
        "branch": "do",
    }
    assert " ".join(found) == "version run status value has_value evidence steps missing usage seconds"
    assert "#E1 search failed: tool error: ValueError: no such index" in ended.err


def test_a_quiet_failure_still_says_what_failed(rewoo: Rewoo, folder: Path) -> None:
    ended = rewoo("run", "-q", write(folder, '#E1 = search(query="broken")\nreturn #E1\n'), *TOOLS)
    assert (ended.code, ended.out) == (1, "")
    assert "error: #E1 has no value: tool error: ValueError: no such index" in ended.err


def test_what_is_blocked_says_by_what(rewoo: Rewoo, folder: Path) -> None:
    text = '#E1 = search(query="broken")\n#E2 = len(#E1)\n#E3 = #E2 + 1\nreturn #E3\n'
    ended = rewoo("run", write(folder, text), *TOOLS)
    assert "#E2 blocked: #E1 failed\n" in ended.err
    assert "#E3 blocked: #E2 is blocked\n" in ended.err
    assert "`return` has no value: something that it needs has none\n" in ended.err


def test_a_plan_with_errors_does_not_run(rewoo: Rewoo, folder: Path) -> None:
    ended = rewoo("run", write(folder, '#E1 = wait(seconds=0)\n#E2 = wait(seconds="x")\n'), *TOOLS)
    assert ended.code == 1
    assert "plan.rewoo:2:" in ended.err
    assert not (folder / "started").exists()


def test_tools_that_are_only_described_cannot_run(rewoo: Rewoo, folder: Path) -> None:
    (folder / "tools.json").write_text(rewoo("tools", *TOOLS, "--json").out)
    ended = rewoo("run", write(folder, '#E1 = search(query="a")\n'), "--tools", "tools.json")
    assert ended.code == 2
    assert "only describes tools" in ended.err


def test_built_in_tools_need_no_tools(rewoo: Rewoo, folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "a.txt").write_text("The port of Hamburg lies on the Elbe.")
    plan = write(
        folder, '#E1 = retrieve(query="port", k=1)\n#E2 = calculator("6 * 7")\nreturn {p: #E1[*].source, n: #E2}\n'
    )
    assert json.loads(rewoo("run", "-q", plan, "--docs", "docs").out) == {"p": ["a.txt"], "n": 42}


# --- inputs --------------------------------------------------------------------------------------------------------

INPUTS = """\
input text: str
input count: int = 1
input mode: "a" | "b" = "a"
input either: int | str = 0
input list: list[str] = []
input free = null
return {t: #text, c: #count, m: #mode, e: #either, l: #list, f: #free}
"""


def test_inputs_are_read_by_their_types(rewoo: Rewoo, folder: Path) -> None:
    (folder / "text.txt").write_text("from a file\n")
    plan = write(folder, INPUTS)
    words = ["text=5", "count=7", "mode=b", "either=8", 'list=["x"]', 'free={"k": 1}']
    given = [word for one in words for word in ("-i", one)]
    first = json.loads(rewoo("run", "-q", plan, *given).out)
    assert first == {"t": "5", "c": 7, "m": "b", "e": 8, "l": ["x"], "f": {"k": 1}}
    words = ["text=@text.txt", "either=x=y", "free=plain text"]
    second = json.loads(rewoo("run", "-q", plan, *[word for one in words for word in ("-i", one)]).out)
    assert second == {"t": "from a file\n", "c": 1, "m": "a", "e": "x=y", "l": [], "f": "plain text"}
    third = json.loads(rewoo("run", "-q", plan, "-i", "text=@@home", "-i", 'either="q"').out)
    assert (third["t"], third["e"]) == ("@home", '"q"')


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "input `text` (str) is not given"),
        (["-i", "text=x", "-i", "conut=3"], "did you mean `count`?"),
        (["-i", "text=x", "-i", "count=three"], "input `count`"),
        (["-i", "text"], "NAME=VALUE is wanted"),
        (["-i", "text=a", "-i", "text=b"], "text is given twice"),
        (["-i", "text=@nowhere.txt"], "nowhere.txt: no such file"),
    ],
)
def test_inputs_that_do_not_suit_are_wrong_use(rewoo: Rewoo, folder: Path, given: list[str], said: str) -> None:
    ended = rewoo("run", write(folder, INPUTS), *given)
    assert ended.code == 2
    assert said in ended.err


# --- asking --------------------------------------------------------------------------------------------------------


def test_a_plan_that_asks_is_refused_where_nobody_is(process: Rewoo, folder: Path) -> None:
    for words in ((), ("--no-ask",)):
        ended = process("run", write(folder, ASKING), *TOOLS, *words)
        assert ended.code == 2
        assert "#E1 asks a person" in ended.err
        assert not (folder / "outbox").exists()


def test_yes_approves_unseen(rewoo: Rewoo, folder: Path) -> None:
    ended = rewoo("run", "-q", "--yes", write(folder, ASKING), *TOOLS)
    assert (ended.code, json.loads(ended.out)) == (0, {"sent": 1})
    assert (folder / "outbox").read_text() == "hello\n"


def test_dry_run_calls_nothing(rewoo: Rewoo, folder: Path, golden: Callable[[str, str], None]) -> None:
    text = """\
input n: int = 3
limit calls 9, time 1m
Plan: Look.
#E1 = search(query="a", k=#n) retry 2 timeout 10s fallback search("b")
#E2 = wait(seconds=0.5) for #x in #E1 max 4
#E3 = len(#E2)
#E4 = mail(to=#E1, text="All: #E1") if #E3 > 0 after #E2 approve "Send it?" within 2h
return #E4
"""
    ended = rewoo("run", "--dry-run", write(folder, text), *TOOLS)
    assert ended.code == 0
    assert not (folder / "outbox").exists()
    assert not (folder / "started").exists()
    golden("cli/dry_run.txt", ended.out)


def test_a_dry_run_as_data(rewoo: Rewoo, folder: Path) -> None:
    text = '#E1 = search(query="a") retry 1\n#E2 = mail(to=#E1, text="x") approve\n'
    found = json.loads(rewoo("run", "--dry-run", "--json", write(folder, text), *TOOLS).out)
    assert found["steps"][0] == {
        "name": "E1",
        "text": '#E1 = search(query="a") retry 1',
        "calls": [{"tool": "search", "effect": "read"}],
        "asks": False,
    }
    assert (found["steps"][1]["calls"][0]["effect"], found["steps"][1]["asks"]) == ("write", True)
    assert found["bounds"]["total"]["calls"] == {"least": 1, "most": 3}


# --- models --------------------------------------------------------------------------------------------------------

WITH_MODEL = 'Plan: ask\n#E1: {n: int} = llm(prompt="How many?")\nreturn #E1.n\nSolve: Say it (#E1).\n'


def test_a_plan_that_asks_a_model_says_what_is_missing(rewoo: Rewoo, folder: Path) -> None:
    plan = write(folder, WITH_MODEL)
    unnamed = rewoo("run", plan)
    assert unnamed.code == 2
    assert "the plan calls `llm`: name a model with --model NAME" in unnamed.err
    unreachable = rewoo("run", plan, "--model", "any")
    assert unreachable.code == 2
    assert "OPENAI_BASE_URL" in unreachable.err
    assert rewoo("run", "--dry-run", plan).code == 0


def test_solve_answers_with_citations(rewoo: Rewoo, folder: Path) -> None:
    plan = write(folder, WITH_MODEL)
    with ModelServer(['{"n": 12}', "Twelve [E1.n]."]) as server:
        ended = rewoo("run", "--solve", plan, "--model", "any", "--base-url", server.base_url)
    assert (ended.code, ended.out) == (0, "Twelve [E1.n].\n")
    assert "[E1.n] 12" in ended.err
    with ModelServer(['{"n": 12}', "Twelve [E1]."]) as server:
        ended = rewoo("run", "--solve", "--json", plan, "--model", "any", "--base-url", server.base_url)
    found = json.loads(ended.out)
    assert (found["value"], found["answer"]["text"]) == (12, "Twelve [E1].")
    assert found["answer"]["citations"] == [{"label": "E1", "value": {"n": 12}}]


def test_the_solvers_usage_is_told(rewoo: Rewoo, folder: Path) -> None:
    answer = scripted("Twelve [E1].").costing(input_tokens=1000, output_tokens=5, cached_tokens=900)
    with ModelServer(['{"n": 12}', answer]) as server:
        words = ("run", "--solve", write(folder, WITH_MODEL), "--model", "any", "--base-url", server.base_url)
        ended = rewoo(*words, "--json")
    usage = json.loads(ended.out)["answer"]["usage"]
    assert usage == {"calls": 1, "input_tokens": 1000, "output_tokens": 5, "cached_tokens": 900}
    assert "solver 1 call, 1,005 tokens" in ended.err


def test_a_solver_that_fails_does_not_take_the_result_with_it(rewoo: Rewoo, folder: Path) -> None:
    with ModelServer(['{"n": 12}', refusal()]) as server:
        ended = rewoo("run", "--solve", write(folder, WITH_MODEL), "--model", "any", "--base-url", server.base_url)
    assert (ended.code, ended.out) == (1, "12\n")
    assert "error: the plan has run, but there is no answer" in ended.err


def test_a_plan_that_asks_nothing_is_not_solved(rewoo: Rewoo, folder: Path) -> None:
    ended = rewoo("run", "--solve", write(folder, "return 1\n"))
    assert (ended.code, ended.out) == (2, "")
    assert "the plan asks nothing" in ended.err


def test_without_solve_no_model_is_asked_for_an_answer(rewoo: Rewoo, folder: Path) -> None:
    with ModelServer(['{"n": 12}']) as server:
        ended = rewoo("run", "-q", write(folder, WITH_MODEL), "--model", "any", "--base-url", server.base_url)
        assert (ended.code, ended.out, len(server.requests)) == (0, "12\n", 1)


# --- interruption --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_cancels_the_tools_and_tells_what_there_is(
    folder: Path, sent: signal.Signals, code: int, said: str
) -> None:
    write(folder, '#E1 = search(query="a", k=1)\n#E2 = wait(seconds=60)\nreturn #E2\n')
    process = subprocess.Popen(
        [*COMMAND, "run", "plan.rewoo", "--json", *TOOLS],
        cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not (folder / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(sent)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert (folder / "cancelled").exists()
    assert "Traceback" not in err
    assert said in err
    found = json.loads(out)
    assert (found["status"], found["evidence"]) == ("cancelled", {"E1": ["a 0"]})


LEAVES_A_THREAD = """
import threading, time
import rewoo_dsl


@rewoo_dsl.tool(effect="read")
async def leaves_a_thread() -> int:
    threading.Thread(target=lambda: time.sleep(60)).start()
    return 1
"""


def test_a_thread_that_a_tool_leaves_behind_does_not_keep_the_process(process: Rewoo, folder: Path) -> None:
    (folder / "thready.py").write_text(LEAVES_A_THREAD)
    began = time.monotonic()
    ended = process("run", write(folder, "#E1 = leaves_a_thread()\nreturn #E1\n"), "--tools", "thready:leaves_a_thread")
    assert (ended.code, ended.out) == (0, "1\n")
    assert "a tool has left a thread behind" in ended.err
    assert time.monotonic() - began < 30


def test_an_error_of_several_lines_is_one_line_of_progress(rewoo: Rewoo, folder: Path) -> None:
    (folder / "wordy.py").write_text(
        "import rewoo_dsl\n\n@rewoo_dsl.tool(effect='read')\ndef wordy() -> int:\n    raise ValueError('one\\n  two')\n"
    )
    ended = rewoo("run", write(folder, "#E1 = wordy()\n"), "--tools", "wordy:wordy")
    assert ended.code == 1
    assert "#E1 wordy failed: tool error: ValueError: one two\n" in ended.err
