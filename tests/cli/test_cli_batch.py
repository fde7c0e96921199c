"""`rewoo check --jsonl`: a line for each plan, in order and byte for byte the same, and a summary beside it."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_process import COMMAND, Ended, Rewoo, environment

SAMPLE = Path(__file__).parents[1] / "data" / "corpus"
COMPILED = '1. search(query="a")\n2. math(problem="twice $1")\n3. join()<END_OF_PLAN>'
BROKEN = COMPILED.replace("$1", "$7")


def lines(*rows: Any) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def reports(ended: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.out.splitlines()]


def sample(most: int | None = None) -> str:
    """The sample of the corpus, so many plans in each format, with some lines in it that are none."""
    texts = [path.read_text(encoding="utf-8").splitlines(keepends=True) for path in sorted(SAMPLE.glob("*.jsonl"))]
    plans = [line for text in texts for line in text[:most]]
    return "".join([*plans[:3], "\n", "no line\n", *plans[3:], lines({"id": "x"}, {"id": "y", "plan": "?"})])


def test_every_line_gives_one_in_order(process: Rewoo, folder: Path) -> None:
    text = lines(
        {"id": "a", "plan": COMPILED}, "oh", {"id": 3, "plan": BROKEN}, {"id": "d", "plan": "", "dialect": "x"}
    )
    (folder / "plans.jsonl").write_text(text)
    ended = process("check", "--jsonl", "plans.jsonl")
    assert ended.code == 1
    found = reports(ended)
    assert [(one["line"], one["id"], one["ok"], one["steps"]) for one in found] == [
        (1, "a", True, 2),
        (2, None, False, 0),
        (3, 3, False, 2),
        (4, "d", False, 0),
    ]
    assert [[each["code"] for each in one["diagnostics"]] for one in found] == [[], ["RW070"], ["RW101"], ["RW071"]]
    assert "4 plans: 1 sound (25.0%), 3 with errors" in ended.err


def test_sound_plans_are_fine_and_quiet_says_nothing(rewoo: Rewoo) -> None:
    ended = rewoo("check", "-q", "--jsonl", "-", stdin=lines({"id": "a", "plan": COMPILED}))
    assert (ended.code, ended.err) == (0, "")
    assert rewoo("check", "-q", "--jsonl", "-", stdin="").code == 0


def test_the_report_and_its_summary_do_not_change_unseen(
    rewoo: Rewoo, folder: Path, golden: Callable[[str, str], None]
) -> None:
    (folder / "plans.jsonl").write_text(sample(2), encoding="utf-8")
    ended = rewoo("check", "--jsonl", "plans.jsonl", "--jobs", "1")
    golden("cli/batch.jsonl", ended.out)
    golden("cli/batch.txt", ended.err)


def test_it_is_the_same_on_every_run_and_with_any_number_of_processes(process: Rewoo, folder: Path) -> None:
    (folder / "plans.jsonl").write_text(sample() * 3, encoding="utf-8")
    first, *others = (process("check", "--jsonl", "plans.jsonl", "--jobs", jobs) for jobs in "1223")
    assert all(other == first for other in others)
    assert len(first.out.splitlines()) > 200


ODD = [
    b'{"id": 7, "plan"',
    b"\x00",
    b'{"id": "a\xff", "plan": "x"}',
    b'{"id": "nul", "plan": "1. f(\\u0000)\\n2. join()"}',
    b'{"id": "half", "plan": "\\ud800"}',
    b'{"id": "\\ud800", "plan": "x"}',
    b'{"id": "long", "plan": "' + b"x" * (17 << 20) + b'"}',
    b'{"id": "deep", "plan": "1. f(' + b"[" * 100_000 + b')"}',
    b"[" * 100_000,
    b'{"id": ' + b"9" * 5_000 + b', "plan": "x"}',
    b'{"id": 1e999, "plan": "x"}',
    b"",
    b"  \r",
    b"null",
    b'{"id": "twice", "id": "again", "plan": "x", "plan": "y"}',
    b'{"id": 1, "plan": "", "tools": [{"name": "f", "parameters": {"$ref": "#/x"}}]}',
]
"""Lines that are broken, odd or huge."""


def test_odd_lines_give_the_same_bytes_however_they_come(process: Rewoo, folder: Path) -> None:
    sound = [json.dumps({"id": number % 40, "plan": COMPILED}).encode() for number in range(250)]
    batch = b"\n".join([*sound[:120], *ODD, *sound[120:]])
    (folder / "plans.jsonl").write_bytes(batch)
    (folder / "gold.jsonl").write_text(lines(*({"id": name, "gold": COMPILED} for name in [*range(20), 999, "none"])))
    gold = ("--gold", "gold.jsonl")
    first, *others = (process("check", "--jsonl", "plans.jsonl", "--jobs", jobs, *gold) for jobs in "123")
    others.append(process("check", "--jsonl", "-", "--jobs", "2", *gold, stdin=batch))
    assert all(other == first for other in others)
    found = reports(first)
    assert len(found) == 250 + len(ODD) - 2
    odd = [121 + at for at, one in enumerate(ODD) if one.strip() and b"u0000" not in one]
    assert [one["line"] for one in found if not one["ok"]] == odd
    assert "2 of 22 reference plans have no plan here" in first.err
    assert sum(one["score"] is not None for one in found) == sum(one["id"] in range(20) for one in found)


def test_an_empty_batch_has_an_empty_report(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plans.jsonl").write_bytes(b"")
    ended = rewoo("check", "--jsonl", "plans.jsonl", "--jobs", "2")
    assert (ended.code, ended.out, ended.err) == (0, "", "0 plans: 0 sound, 0 with errors\n")


def test_tools_may_stand_beside_the_batch_or_above_it(rewoo: Rewoo, folder: Path) -> None:
    (folder / "tools").mkdir()
    (folder / "plans").mkdir()
    (folder / "tools" / "list.json").write_text('[{"name": "search"}]')
    rows = [
        {"id": at, "plan": COMPILED, "tools_ref": at} for at in ("tools/list.json", "../tools/list.json", "no.json")
    ]
    for where in ("plans/plans.jsonl", "plans.jsonl"):
        (folder / where).write_text(lines(*rows))
        known, outside, missing = reports(rewoo("check", "--jsonl", where))
        assert [one["code"] for one in known["diagnostics"]] == ["RW108"]
        assert [one["code"] for one in outside["diagnostics"]] == ["RW072"]
        assert "leads out of" in outside["diagnostics"][0]["message"]
        assert [one["code"] for one in missing["diagnostics"]] == ["RW072"]


def test_tools_of_the_command_line_are_for_lines_without(rewoo: Rewoo) -> None:
    rows = [
        {"id": "a", "plan": COMPILED},
        {"id": "b", "plan": COMPILED, "tools": [{"name": "search"}, {"name": "math"}]},
    ]
    ended = rewoo("check", "--jsonl", "-", "--tools", "my_tools:registry", stdin=lines(*rows))
    assert [one["ok"] for one in reports(ended)] == [False, True]
    assert "math                                  1 of 2 calls" in ended.err


def test_plans_are_compared_with_reference_plans(rewoo: Rewoo, folder: Path) -> None:
    (folder / "gold.jsonl").write_text(
        lines(
            {"id": "a", "plan": '#S = search(query="a")\n#M = math(problem="twice #{S}")\n'},
            {"id": "b", "gold": COMPILED},
            {"id": "c", "expected": {"steps": 2}},
        )
    )
    rows = [{"id": "a", "plan": COMPILED}, {"id": "b", "plan": BROKEN}, {"id": "z", "plan": COMPILED}]
    ended = rewoo("check", "--jsonl", "-", "--gold", "gold.jsonl", stdin=lines(*rows))
    same, broken, without = (one["score"] for one in reports(ended))
    assert same == {"nodes": 1.0, "edges": 1.0, "arguments": 1.0, "total": 1.0}
    assert broken == {"nodes": 1.0, "edges": 0.0, "arguments": 0.5, "total": 0.6667}
    assert without is None
    assert "F1 against 2 reference plans, mean: nodes 1.0000, edges 0.5000, arguments 0.7500, total 0.8334" in ended.err
    assert "1 of 3 reference plans have no plan here" in ended.err


def test_a_policy_is_held_against_every_plan(rewoo: Rewoo, folder: Path) -> None:
    (folder / "policy.json").write_text('{"deny": ["math"]}')
    ended = rewoo("check", "--jsonl", "-", "--policy", "policy.json", stdin=lines({"id": "a", "plan": COMPILED}))
    assert (ended.code, reports(ended)[0]["ok"]) == (1, False)
    assert "no policy was given" not in ended.err


def test_warnings_fail_when_strict(rewoo: Rewoo) -> None:
    text = lines({"id": "a", "plan": COMPILED, "gold": 7})
    assert rewoo("check", "--jsonl", "-", stdin=text).code == 0
    assert rewoo("check", "--strict", "--jsonl", "-", stdin=text).code == 1
    assert rewoo("check", "--fail-on", "warning", "--jsonl", "-", stdin=text).code == 1
    assert rewoo("check", "--fail-on", "never", "--jsonl", "-", stdin="oh\n").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check",), "which plan?"),
        (("check", "a.rewoo", "--gold", "g"), "--gold goes with --jsonl FILE"),
        (("check", "a.rewoo", "--jobs", "2"), "--jobs goes with --jsonl FILE"),
        (("check", "--jsonl", "plans.jsonl", "a.rewoo"), "no other files"),
        (("check", "--jsonl", "plans.jsonl", "--json"), "a format of its own"),
        (("check", "--jsonl", "plans.jsonl", "--bounds"), "--bounds is for files"),
        (("check", "--jsonl", "plans.jsonl", "--baseline", "b"), "a baseline is for files"),
        (("check", "--jsonl", "plans.jsonl", "--jobs", "0"), "at least one process"),
        (("check", "--jsonl", "plans.jsonl", "--from", "latin"), "there is no such format"),
        (("check", "--jsonl", "none.jsonl"), "none.jsonl: no such file"),
        (("check", "--jsonl", "plans.jsonl", "--gold", "none.jsonl"), "none.jsonl: no such file"),
        (("check", "--jsonl", "plans.jsonl", "--gold", "bad.jsonl"), "bad.jsonl:2: the line has no `gold`"),
        (
            ("check", "--jsonl", "plans.jsonl", "--gold", "twice.jsonl"),
            "twice.jsonl:2: there is another reference plan",
        ),
    ],
)
def test_wrong_use(rewoo: Rewoo, folder: Path, words: tuple[str, ...], said: str) -> None:
    row = {"id": "a", "plan": COMPILED}
    (folder / "plans.jsonl").write_text(lines(row))
    (folder / "bad.jsonl").write_text(lines(row, {"id": "b"}))
    (folder / "twice.jsonl").write_text(lines(row, row))
    ended = rewoo(*words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_a_line_that_is_too_long_is_one_line(rewoo: Rewoo) -> None:
    text = lines({"id": "a", "plan": COMPILED}, {"id": "b", "plan": "x" * (33 << 20)}, {"id": "c", "plan": COMPILED})
    found = reports(rewoo("check", "--jsonl", "-", "--jobs", "1", stdin=text))
    assert [(one["line"], one["id"], one["ok"]) for one in found] == [(1, "a", True), (2, None, False), (3, "c", True)]


def test_odd_bytes_and_a_byte_order_mark(rewoo: Rewoo) -> None:
    text = b"\xef\xbb\xbf" + lines({"id": "a", "plan": COMPILED}).encode() + b'{"id": "\xff"}\r\n\x00\n'
    found = reports(rewoo("check", "--jsonl", "-", stdin=text))
    assert [(one["id"], one["ok"]) for one in found] == [("a", True), (None, False), (None, False)]


def test_no_process_outlives_the_one_that_was_killed(folder: Path) -> None:
    """Whoever holds standard output keeps it open: it ends when all of them have."""
    words = (*COMMAND, "check", "--jsonl", "-", "--jobs", "2")
    with subprocess.Popen(
        words, cwd=folder, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(lines(*({"id": number, "plan": "1. a()"} for number in range(2_000))).encode())
        running.stdin.flush()
        assert running.stdout.readline()
        running.kill()
        running.communicate(timeout=20)  # raises when one still holds it
    assert running.returncode == -signal.SIGKILL
