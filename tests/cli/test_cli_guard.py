"""Whatever happens, a user sees a sentence and an exit code, never our traceback."""

import io

import pytest

from rewoo_dsl.diag.errors import ModelError
from rewoo_dsl.interfaces.cli.exits import WrongUse
from rewoo_dsl.interfaces.cli.main import guarded
from rewoo_dsl.interfaces.cli.terminal import Terminal


def ended(error: BaseException) -> tuple[int, str]:
    err = io.StringIO()
    terminal = Terminal(
        out=io.StringIO(), err=err, out_is_terminal=False, out_colour=False, err_colour=False,
        is_live=False, can_ask=False, columns=80,
    )  # fmt: skip

    def work() -> int:
        raise error

    return guarded(work, terminal), err.getvalue()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (WrongUse("no such file"), 2, "error: no such file\n"),
        (ModelError("it declined"), 1, "error: it declined\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (SystemExit(2), 2, ""),
    ],
)
def test_what_is_expected_has_its_own_code(error: BaseException, code: int, said: str) -> None:
    assert ended(error) == (code, said)


def test_our_own_bug_says_so_with_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REWOO_DEBUG", raising=False)
    code, said = ended(ZeroDivisionError("secret value 42"))
    assert code == 3
    assert "internal error (ZeroDivisionError at test_cli_guard.py:" in said
    assert "Traceback" not in said
    assert "42" not in said.replace(str(_line_of_raise()), "")
    assert ended(ZeroDivisionError())[1] == said


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWOO_DEBUG", "1")
    code, said = ended(ZeroDivisionError("secret value 42"))
    assert code == 3
    assert "Traceback" in said


def _line_of_raise() -> int:
    work = next(c for c in ended.__code__.co_consts if getattr(c, "co_name", "") == "work")
    return int(work.co_firstlineno) + 1
