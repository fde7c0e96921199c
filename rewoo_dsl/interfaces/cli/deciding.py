"""What a person says about a run that is to go on: on the command line, or at the terminal when asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...diag.snippet import printable
from ...interpreter.resume import label
from ...trace.events import AttemptStarted
from .exits import WrongUse
from .terminal import Terminal


@dataclass(frozen=True, slots=True)
class Decided:
    """What is said so far. `answers` are bound to the questions that were shown."""

    done: Mapping[str, Any]
    again: tuple[str, ...]
    failed: tuple[str, ...]
    answers: Mapping[str, tuple[bool, str]]

    @property
    def names(self) -> set[str]:
        """The calls of which something is said."""
        return {*self.done, *self.again, *self.failed}


def decide_at(terminal: Terminal, writes: Sequence[AttemptStarted], decided: Decided) -> Decided:
    """Asks what became of each write. Raises `WrongUse` when nobody says: nothing has been called then."""
    for write in writes:
        decided = _decide(terminal, write, decided)
    return decided


def _decide(terminal: Terminal, write: AttemptStarted, decided: Decided) -> Decided:
    name = label(write)
    terminal.say(printable(f"#{name} was writing when the run was interrupted, and nobody knows whether it happened:"))
    terminal.say(printable(f"  {write.tool}"))
    for argument, value in write.arguments.items():
        terminal.say(printable(f"      {argument} = {json.dumps(value, ensure_ascii=False)}"))
    match _typed(terminal, "Did it happen? [d]one, call it [a]gain, or [f]ailed: "):
        case "d" | "done":
            return replace(decided, done={**decided.done, name: _value(terminal)})
        case "a" | "again":
            return replace(decided, again=(*decided.again, name))
        case "f" | "failed":
            return replace(decided, failed=(*decided.failed, name))
    raise WrongUse(f"#{name} is undecided, so the run does not go on")


def _value(terminal: Terminal) -> Any:
    text = _typed(terminal, "What did it give? (JSON, or text) ", lower=False)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _typed(terminal: Terminal, prompt: str, *, lower: bool = True) -> str:
    terminal.err.write(prompt)
    terminal.err.flush()
    try:
        text = input().strip()
    except EOFError:
        text = ""
    return text.lower() if lower else text
