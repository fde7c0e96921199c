"""`rewoo fix`: what it changes, what it leaves, and what it says of both."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cli_process import Rewoo

BROKEN = '// Kept.\nPlan: look\nE1 = serach(qeury="a", k=None\n#E2 = wait("1") if #E9\nreturn #E1\n'
MENDED = '// Kept.\nPlan: look\n#E1 = search(query="a", k=null)\n#E2 = wait("1") if #E9\nreturn #E1\n'
TOOLS = ("--tools", "my_tools:registry")


def test_safe_fixes_are_applied_in_place_and_the_rest_is_shown(process: Rewoo, folder: Path) -> None:
    plan = folder / "plan.rewoo"
    plan.write_text(BROKEN)
    plan.chmod(0o640)
    ended = process("fix", "plan.rewoo", *TOOLS)
    assert (ended.code, ended.out) == (1, "")
    assert plan.read_text() == MENDED
    assert plan.stat().st_mode & 0o777 == 0o640
    assert "plan.rewoo: RW108 there is no tool called `serach`: write `search`" in ended.err
    assert "error[RW201]" in ended.err
    assert "plan.rewoo:4:" in ended.err
    assert [path.name for path in folder.glob("*.tmp")] == []


def test_a_plan_without_errors_left_is_fine(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text("return [True, None]\n")
    ended = rewoo("fix", "plan.rewoo")
    assert (ended.code, (folder / "plan.rewoo").read_text()) == (0, "return [true, null]\n")
    assert "2 fixes" in ended.err
    again = rewoo("fix", "plan.rewoo")
    assert (again.code, again.err) == (0, "plan.rewoo: nothing to fix, no findings left\n")


def test_diff_shows_and_changes_nothing(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text("return True\n")
    ended = rewoo("fix", "--diff", "plan.rewoo")
    assert ended.code == 1
    assert "-return True\n+return true\n" in ended.out
    assert "1 fix to make" in ended.err
    assert (folder / "plan.rewoo").read_text() == "return True\n"
    (folder / "plan.rewoo").write_text("return true\n")
    assert rewoo("fix", "--diff", "plan.rewoo").code == 0


def test_standard_input_is_printed_as_fixed(rewoo: Rewoo) -> None:
    ended = rewoo("fix", "-q", "-", stdin="return True\n")
    assert (ended.code, ended.out, ended.err) == (0, "return true\n", "")


def test_unsafe_fixes_are_asked_for(rewoo: Rewoo) -> None:
    text = '#E1 = f(a="b") if 1 = 2\nreturn [#E1]\n'
    assert rewoo("fix", "-", stdin=text).out == text
    assert rewoo("fix", "--unsafe", "-", stdin=text).out == text.replace("1 = 2", "1 == 2")


def test_sub_plans_stay_as_they_are(rewoo: Rewoo, folder: Path) -> None:
    (folder / "part.rewoo").write_text("return True\n")
    (folder / "plan.rewoo").write_text('use "part.rewoo" as part\n#E1 = part()\nreturn [#E1, True]\n')
    rewoo("fix", "plan.rewoo")
    assert (folder / "part.rewoo").read_text() == "return True\n"
    assert (folder / "plan.rewoo").read_text().endswith("return [#E1, true]\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_stay(rewoo: Rewoo, folder: Path, newline: str) -> None:
    (folder / "plan.rewoo").write_bytes(f"// One.{newline}return True // two{newline}".encode())
    rewoo("fix", "plan.rewoo")
    assert (folder / "plan.rewoo").read_bytes().count(newline.encode()) == 2


def test_a_read_only_plan_is_left_as_it_is(rewoo: Rewoo, folder: Path) -> None:
    plan = folder / "plan.rewoo"
    plan.write_text("return True\n")
    plan.chmod(0o444)
    ended = rewoo("fix", "plan.rewoo")
    assert (ended.code, plan.read_text()) == (2, "return True\n")
    assert "plan.rewoo: cannot be written: it is read-only" in ended.err


def test_a_link_stays_a_link_and_what_it_leads_to_is_fixed(rewoo: Rewoo, folder: Path) -> None:
    (folder / "real.rewoo").write_text("return True\n")
    (folder / "link.rewoo").symlink_to("real.rewoo")
    assert rewoo("fix", "link.rewoo").code == 0
    assert (folder / "link.rewoo").is_symlink()
    assert (folder / "real.rewoo").read_text() == "return true\n"


def test_nothing_is_written_where_nothing_changes(rewoo: Rewoo, folder: Path) -> None:
    plan = folder / "plan.rewoo"
    plan.write_text("return true\n")
    before = plan.stat()
    rewoo("fix", "plan.rewoo")
    assert (plan.stat().st_mtime_ns, plan.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize(
    "text",
    [
        BROKEN,
        "return True",
        "return [True,\n None]\n\n\n",
        "#E1 = 1\r\n#E2 = None\r\nreturn [#E1, #E2, True]\r\n",
        "#E1 = 1\n" + "#E2 = 2\n" * 20 + "return [True, None]",
        "// a\u2028b\x0cc\nreturn True\n",
    ],
    ids=["several", "no end of line", "brackets", "CRLF", "far apart", "odd ends of lines"],
)
@pytest.mark.skipif(shutil.which("patch") is None, reason="a diff is applied by `patch`")
def test_diff_is_exactly_what_fix_writes(rewoo: Rewoo, folder: Path, text: str) -> None:
    plan, copy = folder / "plan.rewoo", folder / "copy.rewoo"
    for path in (plan, copy):
        path.write_bytes(text.encode())
    shown = rewoo("fix", "-q", "--diff", "plan.rewoo").out
    assert plan.read_bytes() == text.encode()
    subprocess.run(["patch", "--binary", "-s", "-F0", str(copy)], input=shown.encode(), check=True)
    rewoo("fix", "-q", "plan.rewoo")
    assert plan.read_bytes() != text.encode()
    assert copy.read_bytes() == plan.read_bytes()
