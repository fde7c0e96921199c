"""`is_bare` lets a run skip every question about a step's clauses, so one clause that it forgets would be ignored."""

import pytest

from rewoo_dsl import Registry, check
from rewoo_dsl.ir.plan import Step

CLAUSES = {
    "type": "#E2: int = echo()",
    "otherwise": "#E2 = echo() if #E1 > 0 else 1",
    "condition": "#E2 = echo() if #E1 > 0",
    "each": "#E2 = echo() for #x in [1, 2]",
    "retry": "#E2 = echo() retry 2",
    "timeout": "#E2 = echo() timeout 2s",
    "fallback": "#E2 = echo() fallback 1",
    "approve": '#E2 = echo() approve "Go on?"',
}
NO_CLAUSE = {"name", "do", "after", "rationale"}


def linked(step: str):
    tools = Registry()

    @tools.tool(effect="read")
    def echo() -> int:
        return 1

    report = check(f"#E1 = echo()\n{step}\n", tools)
    assert report.linked is not None, report.diagnostics
    return report.linked.steps[-1]


@pytest.mark.parametrize("field", CLAUSES)
def test_a_step_with_a_clause_is_not_bare(field) -> None:
    step = linked(CLAUSES[field])
    assert getattr(step.step, field)
    assert not step.is_bare


def test_order_alone_is_no_clause() -> None:
    assert linked("#E2 = echo() after #E1").is_bare


def test_every_field_of_a_step_is_known_here() -> None:
    assert set(Step.model_fields) == CLAUSES.keys() | NO_CLAUSE
