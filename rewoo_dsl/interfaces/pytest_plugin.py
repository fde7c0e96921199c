"""pytest, taught to check plans: `assert_plan` in any test, and `*.rewoo` files as tests of their own.

```python
from rewoo_dsl.interfaces.pytest_plugin import assert_plan

def test_the_planner_writes_sound_plans():
    assert_plan(planner.plan("Who is exposed?"), registry)
```

Fixtures, for tests of tools and plans (`docs/testing.md`): `scripted_tools`, `check_run`, `verify_tool`,
`run_virtual` and `model_server`. Each imports what it gives when a test asks for it.

`pytest --rewoo` collects the plans under `specs/`; the ini option `rewoo_specs` names other folders and needs no flag.
`rewoo_tools` (or `--rewoo-tools`) says what they may call, as `--tools` of `rewoo check` does, and `[tool.rewoo]` of
`pyproject.toml` holds here, too. Every run of pytest loads this module, so it imports nothing until it has to.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..checker import Report
    from ..checker.subplans import Library, Load
    from ..interpreter import Result
    from ..ir.plan import Plan
    from ..testing.model_server import ModelServer
    from ..testing.scripted_tools import ScriptedTools

FOLDER = "specs"
ENDING = ".rewoo"


def assert_plan(
    plan: str | Plan | Mapping[str, Any],
    tools: object = None,
    *,
    strict: bool = False,
    load: Load | None = None,
    library: Library | None = None,
) -> Report:
    """Fails the test with the findings, each at its line, when a check of the plan finds an error.

    Args:
        plan: as text, as JSON data or as a `Plan`.
        tools: what it may call, as for `rewoo_dsl.check`. Without any, what tools would say is not checked.
        strict: warnings fail the test, too.
        load: gives the text of a sub-plan by its path.
        library: sub-plans that can be called by name.
    """
    __tracebackhide__ = True
    from ..checker import check

    report = check(plan, tools, load=load, library=library, strict=strict)
    if not report.ok or (strict and any(one.severity == "warning" for one in report.diagnostics)):
        pytest.fail(f"the plan is not sound\n\n{report.render()}".rstrip(), pytrace=False)
    return report


@pytest.fixture
def scripted_tools() -> type[ScriptedTools]:
    """`ScriptedTools`: makes tools whose answers are written down, and records what they were called with."""
    from ..testing.scripted_tools import ScriptedTools

    return ScriptedTools


@pytest.fixture
def run_virtual() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """`run_virtual`: runs a coroutine on virtual time, on which an hour takes a millisecond."""
    from ..testing.clock import run_virtual

    return run_virtual


@pytest.fixture
def check_run(tmp_path: Path) -> Callable[..., Result]:
    """`check_run`: a plan on virtual time, held against what is expected. Failures are written to `tmp_path`."""
    from functools import partial

    from ..testing.runs import check_run

    return partial(check_run, save=tmp_path / "failure.json")


@pytest.fixture
def verify_tool() -> Callable[..., tuple[str, ...]]:
    """`verify_tool`: a tool held to what it says of itself. Skips the test where hypothesis is not installed."""
    pytest.importorskip("hypothesis", reason="verify_tool needs hypothesis: pip install rewoo-dsl[testing]")
    from ..testing.contracts import verify_tool

    return verify_tool


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """A scripted model behind real HTTP; add rules with `model_server.rules`."""
    from ..testing.model_server import ModelServer

    with ModelServer() as server:
        yield server


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rewoo", "plans as tests")
    group.addoption("--rewoo", action="store_true", help=f"collect the plans (*{ENDING}) under {FOLDER}/ as tests")
    group.addoption("--rewoo-tools", metavar="TOOLS", help="what these plans may call, as for `rewoo check --tools`")
    parser.addini("rewoo_specs", "folders whose plans are tests", type="args", default=[])
    parser.addini("rewoo_tools", "what these plans may call, as for `rewoo check --tools`", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Where nobody named files or folders, those with plans are looked through beside the others."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args += [str(folder) for folder in _folders(config) if folder.is_dir() and not _is_below(folder, config)]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PlanFile | None:
    if file_path.suffix != ENDING or not any(file_path.is_relative_to(one) for one in _folders(parent.config)):
        return None
    return PlanFile.from_parent(parent, path=file_path)


def _folders(config: pytest.Config) -> list[Path]:
    named = config.getini("rewoo_specs") or ([FOLDER] if config.getoption("--rewoo") else [])
    return [config.rootpath / one for one in named]


def _is_below(folder: Path, config: pytest.Config) -> bool:
    """Whether pytest looks there anyway."""
    return any(folder.is_relative_to(config.invocation_params.dir / one) for one in config.args)


class PlanFile(pytest.File):
    """One plan."""

    def collect(self) -> Iterator[pytest.Item]:
        yield PlanItem.from_parent(self, name="check")


class PlanItem(pytest.Item):
    """Passes when `rewoo check` of the plan would."""

    def runtest(self) -> None:
        from .cli.exits import WrongUse

        try:
            found = self._failures()
        except WrongUse as error:
            pytest.fail(str(error), pytrace=False)
        if found:
            pytest.fail(found, pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"plan {self.path.name}"

    def _failures(self) -> str:
        """The findings, as a person reads them; empty when none of them fails the check."""
        from ..diag.severities import at_levels, is_failure
        from ..diag.text import render_text
        from .cli.arguments import Options
        from .cli.plans import check_source
        from .cli.project import Projects
        from .cli.sources import read_source
        from .cli.toolset import named_tools

        source = read_source(str(self.path))
        project = Projects().of(source)
        named = self.config.getoption("--rewoo-tools") or self.config.getini("rewoo_tools") or None
        options = project.options(Options(tools=named))
        tools = named_tools(options)
        checked = check_source(source, None if tools is None else tools.signatures, strict=options.strict)
        found = at_levels(checked.diagnostics, project.levels)
        if not any(is_failure(one, options.fail_on or "error") for one in found):
            return ""
        return render_text(found, checked.text, file=source.name, sources=checked.texts).rstrip()
