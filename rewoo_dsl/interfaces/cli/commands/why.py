"""`rewoo why`: what the answer of a run, or one of its values, rests on."""

import json

from ....diag.spell import nearest
from ....trace.why import NoSuchStep, why
from ..arguments import Options
from ..exits import FINE, WrongUse
from ..provenance import tree
from ..recorded import open_journal, recorded
from ..terminal import Terminal


def execute(options: Options, terminal: Terminal) -> int:
    with open_journal(options) as journal:
        one = recorded(journal, options.run)
    try:
        found = why(one.linked or one.plan, one.events, options.step)
    except NoSuchStep as error:
        near = nearest(error.name.removeprefix("#"), [name for name in error.known if "/" not in name])
        raise WrongUse(f"{error}" + (f"; did you mean {near[0]}?" if near else "")) from None
    if options.format == "json":
        data = {"version": 1, "run": one.run, **found.as_data()}
        terminal.give(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.give(tree(found, columns=terminal.columns, ascii_only=terminal.out_ascii))
    return FINE
