"""What a code is: number, slug, severity, summary, explanation, a wrong and a right plan."""

from dataclasses import field
from enum import StrEnum

from ..._record import record
from ..diagnostic import Severity


class FoundBy(StrEnum):
    """Who looks for it: `check` for what is wrong with a plan, and others for what stands around one."""

    CHECK = "check"
    IMPORT = "import"
    BATCH = "batch"
    POLICY = "policy"
    TOOLS = "tools"
    RUN = "run"
    MODEL = "model"


@record
class Code:
    """One kind of finding, declared once. `rewoo explain`, the reference page and a test are made from it.

    `wrong` must give exactly this code (and nothing else of its severity or worse), `right` must give silence.
    Both are checked against the example tools of `codes/__init__.py`. Where a plan cannot show the code
    (a run's failure, a host's limit), both are empty and `explanation` says so. `found_by` tells who reports it: for
    the codes of `CHECK` there is a plan, with tools, a policy or ceilings where needed, that `check` finds it in.
    """

    number: str
    slug: str
    summary: str
    explanation: str
    wrong: str = ""
    right: str = ""
    severity: Severity = field(default=Severity.ERROR)
    found_by: FoundBy = field(default=FoundBy.CHECK)
