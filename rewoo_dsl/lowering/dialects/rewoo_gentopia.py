"""The form of Gentopia and kotaemon: `#Plan1: why`, then `#E1: Tool[input]`; the two come in pairs."""

import re

from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .rewoo import Form, read_form

_FORM = Form(
    head=re.compile(r"^[ \t]*(#E\d+)[ \t]*:[ \t]*", re.MULTILINE),
    line=re.compile(r"^[ \t]*(?:#Plan\d*[ \t]*:|#E\d+[ \t]*:)", re.MULTILINE),
    why=re.compile(r"^[ \t]*#Plan\d*[ \t]*:[ \t]*", re.MULTILINE),
    is_paired=True,
)

EXAMPLE = """\
#Plan1: Find the 4th root of 64
#E1: Calculator[64^(1/4)]
#Plan2: Raise it to the power of 3
#E2: Calculator[#E1^3]
"""


def read(reading: Reading) -> Imported:
    return read_form(reading, _FORM)


def marks(sample: Sample) -> int:
    return 85 if sample.count(r"^[ \t]*#(?:E|Plan)\d+[ \t]*:") else 0


REWOO_GENTOPIA = Dialect(
    "rewoo_gentopia",
    "ReWOO of Gentopia",
    "`#Plan1: why`, then `#E1: Tool[input]`, in pairs",
    EXAMPLE,
    read,
    marks,
)
