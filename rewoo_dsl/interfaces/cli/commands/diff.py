"""`rewoo diff`: two runs held against each other. Exit code 1 when their states or values differ."""

import json

from ....trace.diff import Side, diff
from ..arguments import Options
from ..comparing import told
from ..exits import FINE, FOUND
from ..recorded import open_journal, recorded
from ..terminal import Terminal


def execute(options: Options, terminal: Terminal) -> int:
    with open_journal(options) as journal:
        before, after = recorded(journal, options.run), recorded(journal, options.other)
    found = diff(Side(before.plan, before.events, before.tools), Side(after.plan, after.events, after.tools))
    if options.format == "json":
        terminal.give(json.dumps({"version": 1, **found.as_data()}, ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.give(told(found, before.plan, after.plan, columns=terminal.columns))
    return FOUND if found.differs else FINE
