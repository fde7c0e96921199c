"""What a project makes of a check: its configuration, what fails it, what is known already, formats for machines."""

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from cli_process import Rewoo

WARNED = '#E1 = search(query="a")\n#E2 = search(query="b")\nreturn #E1\n'
WRONG = '#E1 = search(query="a")\nreturn #E7\n'
SOUND = '#E1 = search(query="a")\nreturn #E1\n'
TOOLS = ("--tools", "my_tools:registry")
MANIFEST = (
    '{"version": 1, "tools": [{"name": "search", "effect": "read", "parameters": {"properties": {"query": {}}}}]}'
)


@pytest.fixture
def plans(folder: Path) -> Path:
    """A folder `plans` below the current one, with a plan that is warned of."""
    (folder / "plans").mkdir()
    (folder / "plans" / "warned.rewoo").write_text(WARNED)
    return folder / "plans"


def configure(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.rewoo]\n{text}\n")


# --- --fail-on -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)])
def test_what_fails_is_chosen(rewoo: Rewoo, plans: Path, fail_on: str, code: int) -> None:
    assert rewoo("check", "plans/warned.rewoo", "--fail-on", fail_on, *TOOLS).code == code


def test_never_means_errors_too(rewoo: Rewoo, plans: Path) -> None:
    (plans / "wrong.rewoo").write_text(WRONG)
    assert rewoo("check", "plans/wrong.rewoo", "--fail-on", "never").code == 0


# --- configuration -------------------------------------------------------------------------------------------------


def test_severities_are_those_of_the_project_above_the_plan(process: Rewoo, plans: Path, folder: Path) -> None:
    configure(folder, 'severity = {RW302 = "error"}')
    ended = process("check", "plans/warned.rewoo", *TOOLS)
    assert ended.code == 1
    assert "error[RW302]" in ended.out
    configure(folder, 'severity = {unused-evidence = "off"}')
    ended = process("check", "plans/warned.rewoo", *TOOLS)
    assert (ended.code, ended.out) == (0, "")


def test_the_nearest_project_counts_and_others_files_are_passed_by(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    configure(folder, 'severity = {RW302 = "error"}')
    (plans / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert rewoo("check", "plans/warned.rewoo", *TOOLS).code == 1
    configure(plans, 'severity = {RW302 = "note"}')
    assert rewoo("check", "plans/warned.rewoo", *TOOLS).code == 0
    assert "note[RW302]" in rewoo("check", "plans/warned.rewoo", *TOOLS).out


def test_an_error_stays_one(rewoo: Rewoo, folder: Path) -> None:
    (folder / "wrong.rewoo").write_text(WRONG)
    configure(folder, 'severity = {RW101 = "off"}')
    assert rewoo("check", "wrong.rewoo").code == 1


def test_the_command_line_goes_before_the_project(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    configure(folder, 'fail-on = "warning"')
    assert rewoo("check", "plans/warned.rewoo", *TOOLS).code == 1
    assert rewoo("check", "plans/warned.rewoo", "--fail-on", "error", *TOOLS).code == 0
    configure(folder, "strict = true")
    assert rewoo("check", "plans/warned.rewoo", *TOOLS).code == 1


def test_tools_of_the_project_lie_beside_its_file(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    (folder / "tools.json").write_text(rewoo("tools", *TOOLS, "--json").out)
    (plans / "wrong.rewoo").write_text('#E1 = serach(query="a")\nreturn #E1\n')
    assert rewoo("check", "plans/wrong.rewoo").code == 0
    configure(folder, 'tools = "tools.json"')
    ended = rewoo("check", "plans/wrong.rewoo")
    assert ended.code == 1
    assert "did you mean `search`?" in ended.out
    rewoo("fix", "plans/wrong.rewoo")
    assert (plans / "wrong.rewoo").read_text() == SOUND


def test_a_project_runs_no_code(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    (folder / "evil.py").write_text("open('ran', 'w')\n")
    configure(folder, 'tools = "evil:registry"')
    ended = rewoo("check", "plans/warned.rewoo")
    assert ended.code == 2
    assert "what has to be run is named with --tools" in ended.err
    assert not (folder / "ran").exists()
    assert rewoo("check", "plans/warned.rewoo", *TOOLS).code == 0


def test_what_is_excluded_is_not_checked(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    (plans / "wrong.rewoo").write_text(WRONG)
    configure(folder, 'exclude = ["plans/wr*"]')
    ended = rewoo("check", "plans/wrong.rewoo", "plans/warned.rewoo")
    assert ended.code == 0
    assert "plans/wrong.rewoo: excluded" in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stict = true", "there is no setting `stict`"),
        ('strict = "yes"', "`strict` is true or false, not 'yes'"),
        ('severity = {RW999 = "off"}', "there is no code `RW999`"),
        ('severity = {RW302 = "fatal"}', "the severity of `RW302` is one of error, warning, note, off"),
        ("severity = 1", "`severity` is a table"),
        ('fail-on = "maybe"', "`fail-on` is one of"),
        ("exclude = [1]", "`exclude` is a list of patterns"),
        ('tools = "nowhere.json"', "`tools` is `nowhere.json`, which is no file"),
        ("strict = ", "this is no TOML"),
    ],
)
def test_a_project_that_makes_no_sense_is_wrong_use(rewoo: Rewoo, plans: Path, text: str, said: str) -> None:
    configure(plans, text)
    ended = rewoo("check", "plans/warned.rewoo")
    assert ended.code == 2
    assert "pyproject.toml" in ended.err
    assert said in ended.err


COMMANDS = (
    ("check", "plans/warned.rewoo"),
    ("check", "--jsonl", "plans/warned.jsonl"),
    ("run", "plans/warned.rewoo"),
    ("run", "--dry-run", "plans/warned.rewoo"),
    ("graph", "plans/warned.rewoo"),
    ("fix", "plans/warned.rewoo"),
)
"""Every command that judges a plan."""


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", 0),
        ('severity = {RW302 = "error"}', 1),
        ('fail-on = "warning"', 1),
        ("strict = true", 1),
        ('fail-on = "warning"\nseverity = {RW302 = "off"}', 0),
        ('fail-on = "warning"\nseverity = {unused-evidence = "note"}', 0),
    ],
)
def test_what_a_project_says_holds_for_every_command(
    rewoo: Rewoo, plans: Path, folder: Path, words: tuple[str, ...], said: str, code: int
) -> None:
    configure(folder, said)
    (plans / "warned.jsonl").write_text(json.dumps({"id": 1, "plan": WARNED}) + "\n")
    ended = rewoo(*words, *TOOLS)
    assert ended.code == code, ended
    if code and words[0] != "check":
        assert "RW302" in ended.err


def test_a_batch_tells_findings_at_the_levels_of_its_project(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    text = json.dumps({"id": 1, "plan": WARNED}) + "\n"
    (plans / "warned.jsonl").write_text(text)
    (folder / "tools.json").write_text(MANIFEST)
    configure(folder, 'tools = "tools.json"\nseverity = {RW302 = "error"}')
    for ended in (rewoo("check", "--jsonl", "plans/warned.jsonl"), rewoo("check", "--jsonl", "-", stdin=text)):
        report = json.loads(ended.out)
        assert (ended.code, report["ok"]) == (1, False)
        assert [(one["code"], one["severity"]) for one in report["diagnostics"]] == [("RW302", "error")]
        assert not any("no tools were given" in one for one in report["unchecked"])


def test_a_dry_run_knows_the_tools_of_the_project_and_a_run_wants_their_code(
    rewoo: Rewoo, plans: Path, folder: Path
) -> None:
    (folder / "tools.json").write_text(MANIFEST)
    configure(folder, 'tools = "tools.json"')
    assert rewoo("run", "--dry-run", "plans/warned.rewoo").code == 0
    assert "RW108" in rewoo("run", "plans/warned.rewoo").err


def test_what_is_excluded_is_not_mended(rewoo: Rewoo, folder: Path) -> None:
    (folder / "draft.rewoo").write_text("return True\n")
    configure(folder, 'exclude = ["draft*"]')
    ended = rewoo("fix", "draft.rewoo")
    assert (ended.code, (folder / "draft.rewoo").read_text()) == (0, "return True\n")
    assert "excluded by" in ended.err


# --- --baseline ----------------------------------------------------------------------------------------------------


def test_only_new_findings_count(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    (plans / "wrong.rewoo").write_text(WRONG)
    files = ("plans/wrong.rewoo", "plans/warned.rewoo")
    kept = rewoo("check", *files, "--baseline", "known.json", "--write-baseline", *TOOLS)
    assert kept.code == 0
    known = json.loads((folder / "known.json").read_text())
    assert [one["file"] for one in known["findings"]] == [
        "plans/warned.rewoo",
        "plans/wrong.rewoo",
        "plans/wrong.rewoo",
    ]

    again = rewoo("check", *files, "--baseline", "known.json", *TOOLS)
    assert (again.code, again.out) == (0, "")
    assert "3 known findings not shown" in again.err

    (plans / "wrong.rewoo").write_text("// A line more.\n" + WRONG.replace("return", "#E2 = #E7\nreturn"))
    more = rewoo("check", *files, "--baseline", "known.json", *TOOLS)
    assert more.code == 1
    assert more.out.count("RW101") == 1


def test_a_baseline_that_is_none_is_wrong_use(rewoo: Rewoo, plans: Path, folder: Path) -> None:
    for text in ("{", "[]", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{"file": "a"}]}'):
        (folder / "known.json").write_text(text)
        ended = rewoo("check", "plans/warned.rewoo", "--baseline", "known.json")
        assert ended.code == 2
        assert ended.err.startswith("error: known.json: ")
    assert rewoo("check", "plans/warned.rewoo", "--baseline", "nowhere.json").code == 2
    assert rewoo("check", "plans/warned.rewoo", "--write-baseline").code == 2


# --- formats for machines ------------------------------------------------------------------------------------------


def test_formats_for_machines_are_one_document_for_all_files(process: Rewoo, plans: Path) -> None:
    (plans / "wrong.rewoo").write_text(WRONG)
    words = ("check", "plans/wrong.rewoo", "plans/warned.rewoo", *TOOLS, "--format")
    sarif = process(*words, "sarif")
    assert sarif.code == 1
    log = json.loads(sarif.out)
    assert log["version"] == "2.1.0"
    assert {one["ruleId"] for one in log["runs"][0]["results"]} == {"RW101", "RW302"}
    github = process(*words, "github").out.splitlines()
    assert [line.split(" ")[0] for line in github] == ["::warning", "::error", "::warning"]
    junit = Xml.fromstring(process(*words, "junit").out)
    assert (junit.attrib["tests"], junit.attrib["failures"]) == ("3", "1")
    stricter = Xml.fromstring(process(*words, "junit", "--fail-on", "warning").out)
    assert stricter.attrib["failures"] == "3"


def test_all_codes_are_explained_as_one_page(rewoo: Rewoo) -> None:
    page = rewoo("explain", "--all").out
    assert page.startswith("# Codes\n")
    assert "\n### RW101 undefined-evidence\n" in page
