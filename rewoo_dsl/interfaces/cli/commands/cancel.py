"""`rewoo cancel`: a run of a journal is ended, whoever drives it."""

import asyncio

from ...._api import cancel
from ..arguments import Options
from ..exits import FINE, FOUND
from ..recorded import open_journal, recorded, status_words
from ..terminal import Terminal


def execute(options: Options, terminal: Terminal) -> int:
    with open_journal(options) as journal:
        one = recorded(journal, options.run)
        if one.summary.is_over:
            terminal.complain(f"run {one.short} has ended already: {status_words(one.summary.status)}")
            return FOUND
        result = asyncio.run(cancel(one.run, journal=journal))
    if result is None:
        terminal.say(f"run {one.short} is asked to stop; the process that runs it does so in a moment")
    else:
        terminal.say(f"run {one.short} is cancelled")
        for write in one.undecided:
            terminal.say(f"#{write.step} ({write.tool}) was under way, and nobody knows whether it happened")
    return FINE
