"""`rewoo lsp`: the language server, speaking with an editor over standard input and output."""

import sys

from ..arguments import Options
from ..exits import FINE, FOUND, WrongUse
from ..terminal import Terminal


def execute(options: Options, terminal: Terminal) -> int:
    try:
        from ...lsp.server import serve
    except ModuleNotFoundError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        raise WrongUse("`rewoo lsp` needs pygls: install `rewoo-dsl[lsp]`") from None
    if terminal.out_is_terminal:
        terminal.say("rewoo lsp is started by an editor; it speaks the Language Server Protocol, not with people")
    return FINE if serve(options.tools, sys.stdin.buffer, terminal.out.buffer) else FOUND
