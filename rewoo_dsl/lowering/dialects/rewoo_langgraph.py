"""The one-line form of the LangGraph tutorial: `Plan: <text> #E1 = Tool[input]`."""

from ._dialect import Dialect, Sample
from .rewoo import read

EXAMPLE = """\
Plan: Find the winner. #E1 = Google[2024 Australian Open winner]
Plan: Find the hometown. #E2 = Google[hometown of #E1]
"""


def marks(sample: Sample) -> int:
    steps = sample.count(r"#E\d+[ \t]*=")
    one_line = sample.count(r"^[ \t]*Plan:.*#E\d+[ \t]*=")
    return 70 if steps and 2 * one_line >= steps else 0


REWOO_LANGGRAPH = Dialect(
    "rewoo_langgraph",
    "ReWOO of LangGraph",
    "the one-line form: `Plan: why #E1 = Tool[input]`",
    EXAMPLE,
    read,
    marks,
)
