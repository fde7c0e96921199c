"""On a real (pseudo) terminal: live progress, colour, the question of `approve`, Ctrl-C."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import COMMAND, environment

pty = pytest.importorskip("pty", reason="needs a Unix terminal")

ASKING = """\
#E1 = wait(seconds=0.3)
#E2 = mail(to=["a@example.com"], text="hello \\u001b[31m") after #E1 approve "Really?" within 2h
return #E2
"""


class Session:
    """A process on a terminal of its own, and everything it has shown."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=folder,
            env=environment(TERM="xterm-256color"),
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=_own_terminal if sys.platform != "darwin" else None,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""

    def until(self, text: str, seconds: float = 30) -> str:
        """Everything shown so far, once `text` is in it."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < deadline, f"{text!r} is not shown, but:\n{self.shown}"
            self._read()
        return self.shown

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def end(self) -> int:
        deadline = time.monotonic() + 30
        while self._read() and time.monotonic() < deadline:
            pass
        return self.process.wait(30)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # the process has closed its end
            return False
        self.shown += piece.decode("utf-8", "replace")
        return bool(piece)


def _own_terminal() -> None:
    """Make the terminal the session's own, so that Ctrl-C typed there becomes a signal."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def sessions(folder: Path) -> Iterator[list[Session]]:
    (folder / "plan.rewoo").write_text(ASKING)
    started: list[Session] = []
    yield started
    for one in started:
        one.close()


def begin(sessions: list[Session], folder: Path) -> Session:
    sessions.append(Session(folder, "run", "plan.rewoo", "--tools", "my_tools:registry"))
    return sessions[-1]


def test_progress_lives_and_a_yes_lets_the_step_run(sessions: list[Session], folder: Path) -> None:
    session = begin(sessions, folder)
    shown = session.until("Approve? [y/N]")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert "running E1" in plain
    assert "#E2 asks: Really?" in plain
    assert 'to = ["a@example.com"]' in plain
    assert 'text = "hello \\u001b[31m"' in plain
    assert "\x1b[31m" not in shown.split("asks:")[1]
    session.type("y\n")
    assert session.end() == 0
    assert '"sent": 1' in session.shown
    assert (folder / "outbox").exists()


def test_anything_but_yes_is_a_no(sessions: list[Session], folder: Path) -> None:
    session = begin(sessions, folder)
    session.until("Approve? [y/N]")
    session.type("\n")
    assert session.end() == 0
    assert "skipped: refused" in re.sub(r"\x1b\[[0-9;]*m", "", session.shown)
    assert not (folder / "outbox").exists()


def test_a_yes_typed_before_the_question_is_no_answer_to_it(sessions: list[Session], folder: Path) -> None:
    session = begin(sessions, folder)
    session.until("running E1")
    session.type("y\n")
    session.until("Approve? [y/N]")
    time.sleep(0.3)
    assert session.process.poll() is None
    session.type("no\n")
    assert session.end() == 0
    assert not (folder / "outbox").exists()


def test_ctrl_c_at_the_question_ends_the_run(sessions: list[Session], folder: Path) -> None:
    session = begin(sessions, folder)
    session.until("Approve? [y/N]")
    session.type("\x03")
    assert session.end() == 130
    assert "interrupted" in session.shown
    assert "Traceback" not in session.shown
    assert not (folder / "outbox").exists()


def test_a_question_that_nobody_answers_in_time_is_over(sessions: list[Session], folder: Path) -> None:
    (folder / "plan.rewoo").write_text(
        '#E1 = mail(to=["a@example.com"], text="x") approve within 300ms\n'
        '#E2 = mail(to=["b@example.com"], text="y") after #E1 approve\nreturn [#E1, #E2]\n'
    )
    session = begin(sessions, folder)
    session.until("(no answer is needed any more)")
    session.until("#E2 asks")
    session.type("yes\n")
    assert session.end() == 0
    assert "skipped: expired" in re.sub(r"\x1b\[[0-9;]*m", "", session.shown)
    assert (folder / "outbox").read_text() == "y\n"
