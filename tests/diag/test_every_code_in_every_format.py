"""A plan of each fault that a check can find, in every format for machines: each as its published schema says."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from xmlschema import XMLSchema10

from rewoo_dsl._resources import resource
from rewoo_dsl.diag.findings import render_json
from rewoo_dsl.diag.github import render_github
from rewoo_dsl.diag.junit import render_junit
from rewoo_dsl.diag.pages import Page
from rewoo_dsl.diag.sarif import render_sarif
from rewoo_dsl.testing.strategies.broken import CHECKABLE, BrokenPlan, broken_plans

DATA = Path(__file__).parents[1] / "data"
JSON = Draft202012Validator(json.loads(resource("schemas", "diagnostics.schema.json").read_text("utf-8")))
SARIF = Draft202012Validator(json.loads((DATA / "sarif/sarif-2.1.0.json").read_text("utf-8")))
JUNIT = XMLSchema10(str(DATA / "junit/junit-10.xsd"))


@pytest.mark.parametrize("code", CHECKABLE)
def test_a_plan_with_this_fault_is_told_in_every_format(code: str) -> None:
    @settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(broken_plans(code))
    def told(broken: BrokenPlan) -> None:
        text = broken.source if isinstance(broken.source, str) else None
        found = broken.check().diagnostics
        page = Page("plan.rewoo", found, text, broken.files)

        data = json.loads(render_json(found, text=text))
        JSON.validate(data)
        assert [one["code"] for one in data["diagnostics"]] == [one.code for one in found]

        log = json.loads(render_sarif([page], version="1"))
        SARIF.validate(log)
        assert [one["ruleId"] for one in log["runs"][0]["results"]] == [one.code for one in found]

        document = render_junit([(page, lambda one: one.is_error)])
        JUNIT.validate(document)
        assert document.count("<testcase ") == len(found)

        lines = render_github([page]).splitlines()
        assert len(lines) == len(found)
        assert all(f"title={one.code} " in line for one, line in zip(found, lines, strict=True))

    told()
