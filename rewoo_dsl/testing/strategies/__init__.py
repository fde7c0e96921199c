"""Hypothesis strategies for tests of tools, plans and drivers. Needs the extra `testing` (hypothesis)."""

from .broken import BrokenPlan, broken_plans
from .expressions import expressions
from .faults import fault_schedules
from .plans import inputs, plan_text, plans, sub_plans
from .registries import descriptions, registries, scripted_tools
from .types import schemas, types
from .values import SchemaError, values

__all__ = [
    "BrokenPlan",
    "SchemaError",
    "broken_plans",
    "descriptions",
    "expressions",
    "fault_schedules",
    "inputs",
    "plan_text",
    "plans",
    "registries",
    "schemas",
    "scripted_tools",
    "sub_plans",
    "types",
    "values",
]
