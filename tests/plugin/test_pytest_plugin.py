"""The pytest plugin, in runs of pytest of its own."""

from pathlib import Path

import pytest

from rewoo_dsl.interfaces.pytest_plugin import assert_plan

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
SOUND = '#E1 = search(query="a")\nreturn #E1\n'
WRONG = '#E1 = serach(query="a")\nreturn #E1\n'
TOOLS = """
from rewoo_dsl import Registry

registry = Registry()

@registry.tool(effect="read")
def search(query: str) -> list[str]:
    "Find pages."
    return []
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with a test and two plans, one of them wrong once its tools are known."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "120")
    pytester.makepyfile(my_tools=TOOLS, test_one="def test_one(): pass")
    specs = pytester.mkdir("specs")
    (specs / "sound.rewoo").write_text(SOUND)
    (specs / "wrong.rewoo").write_text(WRONG)
    (pytester.mkdir("elsewhere") / "other.rewoo").write_text(WRONG)
    return pytester


def test_nothing_is_collected_unasked(project: pytest.Pytester) -> None:
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_plans_under_specs_are_tests_when_asked_for(project: pytest.Pytester) -> None:
    ended = project.runpytest_subprocess("--rewoo", "--rewoo-tools", "my_tools:registry")
    ended.assert_outcomes(passed=2, failed=1)
    ended.stdout.fnmatch_lines(["*error*RW108*serach*", "*wrong.rewoo:1:7", "*did you mean `search`*"])
    ended.stdout.fnmatch_lines(["FAILED specs/wrong.rewoo::check*"])
    ended.stdout.no_fnmatch_line("*Traceback*")


def test_a_plan_is_checked_once_wherever_pytest_looks(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\ntestpaths = .\nrewoo_specs = specs elsewhere nowhere\nrewoo_tools = my_tools:registry\n")
    project.runpytest().assert_outcomes(passed=2, failed=2)
    project.runpytest("test_one.py").assert_outcomes(passed=1)
    project.runpytest("specs/wrong.rewoo").assert_outcomes(failed=1)


def test_folders_beside_the_test_paths_are_looked_through(project: pytest.Pytester) -> None:
    project.mkdir("tests")
    project.makeini("[pytest]\ntestpaths = tests\nrewoo_specs = specs\n")
    project.runpytest().assert_outcomes(passed=2)


def test_the_settings_of_the_project_hold(project: pytest.Pytester) -> None:
    project.makepyprojecttoml('[tool.rewoo]\nfail-on = "warning"\n')
    (project.path / "specs" / "warned.rewoo").write_text("#E1 = 1\nreturn 2\n")
    project.runpytest("--rewoo", "specs").assert_outcomes(passed=2, failed=1)


def test_tools_that_cannot_be_loaded_fail_the_plans(project: pytest.Pytester) -> None:
    ended = project.runpytest("--rewoo", "--rewoo-tools", "nowhere:registry", "specs")
    ended.assert_outcomes(failed=2)
    ended.stdout.fnmatch_lines(["*No module named 'nowhere'*"])


def test_the_plugin_costs_a_run_of_pytest_nothing(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_one="import sys\ndef test_one(): assert not {'pydantic', 'rewoo_dsl.checker', 'lark'} & set(sys.modules)"
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)


# --- assert_plan ---------------------------------------------------------------------------------------------------


def test_a_sound_plan_gives_its_report() -> None:
    assert assert_plan("return 1\n", ()).linked is not None


def test_findings_fail_the_test_with_their_places() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"RW101.*\n --> plan.rewoo:1:8"):
        assert_plan("return #E7\n")
    assert_plan("#E1 = 1\nreturn 2\n")
    with pytest.raises(pytest.fail.Exception, match="RW302"):
        assert_plan("#E1 = 1\nreturn 2\n", strict=True)
    assert_plan('use "part.rewoo" as part\n#E1 = part()\nreturn #E1\n', (), load=lambda _: "return 1\n")


FIXTURES = """
import asyncio

from rewoo_dsl import Limits, tool
from rewoo_dsl.interfaces.pytest_plugin import assert_plan

PLAN = '#E1 = find(x="a") retry 1 fallback "none"\\nreturn #E1\\n'
DESCRIBED = {"find": {"parameters": {"x": "string"}, "script": [{"value": "b"}]}}


def test_runs(check_run, scripted_tools):
    tools = scripted_tools(DESCRIBED)
    assert check_run(PLAN, tools, faults=["E1:hang"], expect={"value": "none"}).status == "succeeded"
    check_run(PLAN, tools, expect={"value": "b"})


def test_a_failure_leaves_a_file(check_run, scripted_tools, tmp_path):
    try:
        check_run(PLAN, scripted_tools(DESCRIBED), expect={"value": "c"})
    except AssertionError:
        assert (tmp_path / "failure.json").exists()


def test_time(run_virtual):
    async def whole():
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert run_virtual(whole()) == 3600


def test_a_tool(verify_tool):
    @tool(effect="read")
    async def double(n: int) -> float:
        return n * 2.0

    assert "result" in verify_tool(double, examples=5)


def test_a_model(model_server):
    model_server.answers.append("hello")
    assert model_server.base_url.startswith("http://127.0.0.1:")
"""


def test_fixtures(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_mine=FIXTURES)
    pytester.runpytest_subprocess().assert_outcomes(passed=5)


def test_without_hypothesis_the_rest_works(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("import sys\nsys.modules['hypothesis'] = None\n")
    pytester.makepyfile(test_mine=FIXTURES)
    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=4, skipped=1)
