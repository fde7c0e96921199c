"""What a code is: number, slug, severity, summary, explanation, a wrong and a right plan."""

from dataclasses import field

from ..._record import record
from ..diagnostic import Severity


@record
class Code:
    """One kind of finding, declared once. `rewoo explain`, the reference page and a test are made from it.

    `wrong` must give exactly this code (and nothing else of its severity or worse), `right` must give silence.
    Both are checked against the example tools of `codes/__init__.py`. Where a plan cannot show the code
    (a run's failure, a host's limit), both are empty and `explanation` says so.
    """

    number: str
    slug: str
    summary: str
    explanation: str
    wrong: str = ""
    right: str = ""
    severity: Severity = field(default=Severity.ERROR)
