"""`approve` at a terminal: the exact calls are shown, a person answers, and only a clear yes is a yes."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from ...diag.snippet import printable
from ...trace.events import ApprovalAsked
from ..graph.diagram import duration
from .terminal import Terminal

Approve = Callable[[ApprovalAsked], Awaitable[bool]]
_YES = ("y", "yes")


async def yes_to_all(_: ApprovalAsked) -> bool:
    """`--yes`."""
    return True


def ask_at(terminal: Terminal, paused: Callable[[], AbstractContextManager[None]]) -> Approve:
    """Asks at the terminal, one question at a time; `paused` keeps the progress out of the way meanwhile."""
    keyboard, one_at_a_time = _Keyboard(), asyncio.Lock()

    async def ask(asked: ApprovalAsked) -> bool:
        async with one_at_a_time:
            with paused():
                answer = keyboard.next_line()
                terminal.say(question(asked))
                terminal.err.write("Approve? [y/N] ")
                terminal.err.flush()
                try:
                    return (await answer).strip().lower() in _YES
                except asyncio.CancelledError:
                    terminal.say("(no answer is needed any more)")
                    raise

    return ask


def question(asked: ApprovalAsked) -> str:
    """What is to be approved, with every argument exactly as it would be sent."""
    lines = [f"#{asked.step} asks: {asked.text}" if asked.text else f"#{asked.step} asks to be approved"]
    for call in asked.calls:
        item = "" if call["item"] is None else f"[{call['item']}] "
        instead = "if that fails: " if call["branch"] == "fallback" else ""
        lines.append(f"  {item}{instead}{call['tool']}")
        for name, value in (call["arguments"] or {}).items():
            lines.append(f"      {name} = {json.dumps(value, ensure_ascii=False)}")
    if asked.within is not None:
        lines.append(f"  (no answer within {duration(asked.within)} counts as no)")
    return printable("\n".join(lines))


class _Keyboard:
    """Lines from standard input, for one question at a time.

    Reading blocks, so it happens in a thread; a daemon, so that an unanswered question keeps no process alive, and by
    `os.read`, since a daemon must not hold the lock of `sys.stdin` when the interpreter ends.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.Future[str] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False

    def next_line(self) -> asyncio.Future[str]:
        """The next line that is typed from now on; empty at the end of input."""
        _forget_what_was_typed()
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        if self._loop is None:
            self._loop = loop
            threading.Thread(target=self._read, name="keyboard", daemon=True).start()
        if self._ended:
            self._waiting.set_result("")
        return self._waiting

    def _read(self) -> None:
        assert self._loop is not None
        held = b""
        while True:
            try:
                piece = os.read(sys.stdin.fileno(), 4096)
            except OSError:  # the terminal has gone
                piece = b""
            held += piece
            if not piece or held.endswith(b"\n"):
                text, held = held.decode("utf-8", "replace"), b""
                try:
                    self._loop.call_soon_threadsafe(self._give, text, not piece)
                except RuntimeError:  # the run is over
                    return
            if not piece:
                return

    def _give(self, text: str, ended: bool) -> None:
        self._ended = self._ended or ended
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(text)


def _forget_what_was_typed() -> None:
    """A yes that was typed before the question was shown is no answer to it."""
    try:
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    except (ImportError, OSError, ValueError):
        return
