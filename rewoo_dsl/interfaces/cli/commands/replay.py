"""`rewoo replay`: run a failure of a test again, on virtual time, and say whether it still fails and how."""

import json
from pathlib import Path

from ....diag.snippet import printable
from ....testing.reproducer import BadReproducer, Failure
from ....tools.registry import Registry
from ..arguments import Options
from ..exits import FINE, FOUND, WrongUse
from ..terminal import Terminal
from ..toolset import load_tools


def execute(options: Options, terminal: Terminal) -> int:
    try:
        failure = Failure.read(Path(options.spec))
        told = failure.replay(_code(failure, options))
    except BadReproducer as error:
        raise WrongUse(f"{options.spec}: {printable(str(error))}") from None
    except OSError as error:
        raise WrongUse(f"{options.spec}: {error.strerror or error}") from None
    if options.format == "json":
        data = {"version": 1, "fails": bool(told), "law": failure.law, "found": told}
        terminal.give(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    else:
        _show(failure, told, options, terminal)
    return FOUND if told else FINE


def _code(failure: Failure, options: Options) -> Registry | None:
    """The real tools, where somebody named them here: what a file names is never run by itself."""
    if failure.kind == "laws":
        if options.tools is not None:
            raise WrongUse(f"--tools {options.tools}: this failure is with scripted tools, which are in its file")
        return None
    if options.tools is None:
        if failure.code is None:
            return None
        named = f"--tools {printable(failure.code)}" if failure.code else "--tools package.module:attribute"
        raise WrongUse(f"{options.spec}: this failure was with real tools; to run their code, say {named}")
    registry = load_tools(options.tools, options).registry
    if registry is None:
        raise WrongUse(f"--tools {options.tools} only describes tools; the code of them is needed here")
    return registry


def _show(failure: Failure, told: list[str], options: Options, terminal: Terminal) -> None:
    law = f"law {failure.law}" if failure.kind == "laws" else failure.law
    if not told:
        if not options.quiet:
            terminal.say(f"it does not fail any more: {printable(law)} holds")
        return
    same = " as it did" if tuple(told) == failure.found else ", in another way than it did"
    if not options.quiet:
        terminal.say(f"it still fails{same}: {printable(law)}")
    terminal.give("".join(f"{printable(one)}\n" for one in told))
