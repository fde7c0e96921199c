"""From words on a command line to an exit code. No traceback of ours ever reaches a user.

Every command is a module of `commands/` with one function `execute(options, terminal) -> int`. It is imported here,
by name, when it is asked for, and nowhere else: `rewoo check` pays for nothing that only `rewoo ask` needs. Inside a
command, imports stand where they stand everywhere.
"""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from ...diag.errors import RewooError
from .arguments import Options, read_arguments
from .exits import FOUND, INTERRUPTED, NOBODY_READS, OUR_BUG, WRONG_USE, WrongUse
from .terminal import Terminal, prints_beside_results

PATIENCE = 3.0
"""Seconds that threads of tools may go on when everything else is done."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code (see `exits.py`). Without `argv` the process ends with it."""
    terminal = Terminal.of_process()
    words = sys.argv[1:] if argv is None else argv
    code = guarded(lambda: _execute(words, terminal), terminal)
    if argv is not None:
        terminal.close()
    else:
        _leave_threads_behind(code, terminal)
        gc.freeze()  # all that is left goes with the process; looking through it once more is a tenth of `rewoo check`
    return code


def _leave_threads_behind(code: int, terminal: Terminal) -> None:
    """A process ends when its last thread does, so threads that tools have started get a moment, and no more."""
    threading = sys.modules.get("threading")
    if threading is None or threading.active_count() == 1:
        return

    def leave() -> None:
        terminal.say("a tool has left a thread behind that does not end; leaving without it")
        os._exit(code)

    watch = threading.Timer(PATIENCE, leave)
    watch.daemon = True
    watch.start()


def _execute(words: Sequence[str], terminal: Terminal) -> int:
    options = read_arguments(words)
    with prints_beside_results(), options.at_end:
        return _command(options.command)(options, terminal)


def _command(name: str) -> Callable[[Options, Terminal], int]:
    """The function of a command. What its imports make stays: nobody looks for garbage in it, now or later."""
    gc.disable()
    try:
        command: Callable[[Options, Terminal], int] = import_module(f".commands.{name}", __package__).execute
    finally:
        gc.freeze()
        gc.enable()
    return command


def guarded(work: Callable[[], int], terminal: Terminal) -> int:
    """What `work` gives, or the exit code of what it raised, once that has been said in plain words."""
    try:
        code = work()
    except SystemExit as exit_:  # argparse has said what there is to say
        return exit_.code if isinstance(exit_.code, int) else WRONG_USE
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`). What is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), terminal.out.fileno())
        return NOBODY_READS
    except WrongUse as error:
        terminal.complain(str(error))
        return WRONG_USE
    except RewooError as error:
        terminal.complain(str(error))
        return FOUND
    except KeyboardInterrupt:
        terminal.say("interrupted")
        return INTERRUPTED
    except Exception as error:
        return _our_bug(error, terminal)
    return code


def _our_bug(error: Exception, terminal: Terminal) -> int:
    """Say that it is our bug, with a reference that is the same whenever the same line fails in the same way."""
    if os.environ.get("REWOO_DEBUG") == "1":
        import traceback

        terminal.err.write(traceback.format_exc())
        return OUR_BUG
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    reference = f"{type(error).__name__} at {places[-1]}"
    terminal.complain(
        f"internal error ({reference}). This is our bug, not yours: please report it with this line.\n"
        "REWOO_DEBUG=1 shows the traceback."
    )
    return OUR_BUG
