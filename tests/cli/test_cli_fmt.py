"""`rewoo fmt`: the canonical form in place, and nothing lost when a plan cannot be read."""

from pathlib import Path

from cli_process import Rewoo

MESSY = 'Plan:   look\n#E1 =  search( query = "a" ,k=2 )   // two\n\n\nreturn  #E1\n'
NEAT = 'Plan: look\n#E1 = search(query="a", k=2) // two\n\nreturn #E1\n'
BROKEN = '#E1 = search(query="a"\n#E2   =  1\n'


def test_files_are_formatted_in_place(process: Rewoo, folder: Path) -> None:
    plan = folder / "plan.rewoo"
    plan.write_text(MESSY)
    plan.chmod(0o640)
    ended = process("fmt", "plan.rewoo")
    assert (ended.code, ended.out, ended.err) == (0, "", "plan.rewoo: formatted\n")
    assert plan.read_text() == NEAT
    assert plan.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in folder.iterdir() if one.suffix == ".tmp"] == []


def test_a_file_in_order_is_not_written(rewoo: Rewoo, folder: Path) -> None:
    plan = folder / "plan.rewoo"
    plan.write_text(NEAT)
    before = plan.stat()
    assert rewoo("fmt", "plan.rewoo").err == ""
    assert (plan.stat().st_ino, plan.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_stays_a_link(rewoo: Rewoo, folder: Path) -> None:
    (folder / "real.rewoo").write_text(MESSY)
    (folder / "link.rewoo").symlink_to("real.rewoo")
    assert rewoo("fmt", "link.rewoo").code == 0
    assert (folder / "link.rewoo").is_symlink()
    assert (folder / "real.rewoo").read_text() == NEAT


def test_check_changes_nothing_and_fails(rewoo: Rewoo, folder: Path) -> None:
    (folder / "messy.rewoo").write_text(MESSY)
    (folder / "neat.rewoo").write_text(NEAT)
    ended = rewoo("fmt", "--check", "messy.rewoo", "neat.rewoo")
    assert (ended.code, ended.err) == (1, "messy.rewoo: would change\n")
    assert (folder / "messy.rewoo").read_text() == MESSY
    assert rewoo("fmt", "--check", "neat.rewoo").code == 0


def test_diff_shows_what_would_change(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(MESSY)
    ended = rewoo("fmt", "--diff", "-q", "plan.rewoo")
    assert ended.code == 0
    assert "--- plan.rewoo\n+++ plan.rewoo (formatted)\n" in ended.out
    assert "-Plan:   look\n" in ended.out
    assert (folder / "plan.rewoo").read_text() == MESSY


def test_standard_input_is_printed(rewoo: Rewoo) -> None:
    ended = rewoo("fmt", "-", stdin=MESSY)
    assert (ended.code, ended.out) == (0, NEAT)


def test_a_broken_plan_is_refused_and_the_others_are_done(rewoo: Rewoo, folder: Path) -> None:
    (folder / "broken.rewoo").write_text(BROKEN)
    (folder / "messy.rewoo").write_text(MESSY)
    ended = rewoo("fmt", "broken.rewoo", "messy.rewoo")
    assert ended.code == 1
    assert "broken.rewoo:1:" in ended.err
    assert (folder / "broken.rewoo").read_text() == BROKEN
    assert (folder / "messy.rewoo").read_text() == NEAT
