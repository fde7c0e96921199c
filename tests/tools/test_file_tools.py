"""Files under a root: what is there is read, and nothing leads out."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.tools.builtin import files
from rewoo_dsl.tools.context import CallContext


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("outside")
    root = tmp_path / "root"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "a.txt").write_text("alpha")
    (root / "sub" / "b.md").write_text("\ufeffbeta ä\r\n", encoding="utf-8", newline="")
    (root / "sub" / "deep" / "c.bin").write_bytes(b"ok \xff")
    (root / ".hidden").write_text("h")
    (root / "link_in").symlink_to(root / "a.txt")
    (root / "link_out").symlink_to(tmp_path / "secret.txt")
    (root / "folder_out").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")
    return root


def call(root: Path, tool: str, **arguments: Any) -> Any:
    tools = {one.name: one for one in files.file_tools(root)}
    return asyncio.run(tools[tool].call(arguments, CallContext()))


def test_files_are_read_as_text(root: Path):
    assert call(root, "read_file", path="a.txt") == "alpha"
    assert call(root, "read_file", path="sub/../sub/b.md") == "beta ä\r\n"
    assert call(root, "read_file", path="link_in") == "alpha"


def test_files_are_listed_below_a_folder(root: Path):
    assert call(root, "list_files") == ["a.txt", "sub/b.md", "sub/deep/c.bin"]
    assert call(root, "list_files", folder="sub") == ["sub/b.md", "sub/deep/c.bin"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("../secret.txt", "leads out of the root folder"),
        ("sub/../../secret.txt", "leads out"),
        ("link_out", "leads out"),
        ("folder_out/secret.txt", "leads out"),
        ("/etc/passwd", "is absolute"),
        ("~/x", "there is no"),
        ("loop", "there is no"),
        ("nothing.txt", "there is no"),
        ("a.txt/b", "there is no"),
        ("x" * 5_000, "there is no"),
        ("a\0.txt", "no NUL"),
        ("sub", "is no file"),
        ("", "is no file"),
        ("sub/deep/c.bin", r"is no UTF-8 text \(byte 3\)"),
    ],
)
def test_what_cannot_be_read_is_said(root: Path, path: str, sentence: str):
    with pytest.raises(ToolError, match=sentence):
        call(root, "read_file", path=path)


def test_a_folder_outside_is_not_listed(root: Path):
    for folder, sentence in (("..", "leads out"), ("folder_out", "leads out"), ("a.txt", "is no folder")):
        with pytest.raises(ToolError, match=sentence):
            call(root, "list_files", folder=folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are a Unix thing")
def test_a_pipe_is_not_waited_for(root: Path):
    os.mkfifo(root / "pipe")
    with pytest.raises(ToolError, match="is no file"):
        call(root, "read_file", path="pipe")
    assert "pipe" not in call(root, "list_files")


def test_sizes_are_limited(root: Path):
    (root / "fits.txt").write_bytes(b"x" * (files.MAX_BYTES - 2))
    (root / "large.txt").write_bytes(b"x" * (files.MAX_BYTES + 1))
    assert len(call(root, "read_file", path="fits.txt")) == files.MAX_BYTES - 2
    with pytest.raises(ToolError, match="is larger than"):
        call(root, "read_file", path="large.txt")
    for i in range(files.MAX_FILES):
        (root / "sub" / f"{i}.txt").touch()
    with pytest.raises(ToolError, match="more than 1000 files"):
        call(root, "list_files")


def test_the_root_must_be_a_folder(root: Path):
    with pytest.raises(ToolError, match="is no folder"):
        files.file_tools(root / "a.txt")


def test_both_only_read(root: Path):
    assert [(one.name, one.signature.effect) for one in files.file_tools(root)] == [
        ("read_file", "read"),
        ("list_files", "read"),
    ]
