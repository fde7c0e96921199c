"""docs/checking.md: the policy on the page can be used."""

import re
from pathlib import Path

from rewoo_dsl.ir.policy import read_policy

PAGE = Path(__file__).parents[2] / "docs" / "checking.md"


def test_the_policy_of_the_page_is_one() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    policy = read_policy(shown)
    assert policy.limits is not None
    assert policy.refusal("erp.delete_all") == "the policy denies `erp.delete_*`"
