"""Another driver under the conformance kit: what it does wrong is told, and it cannot hang the suite."""

import asyncio
from pathlib import Path
from typing import Any

from rewoo_dsl.interpreter import Result, run
from rewoo_dsl.testing.conformance import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parents[2] / "specs" / "conformance" / "steps.json")
CASE = Case("one_call", "A step calls its tool.", '#E1 = f(x="a")\nreturn #E1\n', {"status": "succeeded"},
            tools={"f": {"parameters": {"x": "string"}}})  # fmt: skip


async def another(*args: Any, **options: Any) -> Result:
    return await run(*args, **options)


def test_any_driver_can_be_put_under_it() -> None:
    assert [told for case in CASES[:20] for told in run_case(case, another)] == []


def test_a_driver_that_never_ends_fails() -> None:
    async def never(*_: Any, **__: Any) -> Result:
        await asyncio.Event().wait()
        raise AssertionError

    assert run_case(CASE, never)[0].startswith("the run has no end")


def test_so_does_one_that_polls_for_ever() -> None:
    async def polls(*_: Any, **__: Any) -> Result:
        while True:  # noqa: ASYNC110  # the driver that must not hang anybody
            await asyncio.sleep(3600)

    assert run_case(CASE, polls)[0].startswith("the run has no end")
