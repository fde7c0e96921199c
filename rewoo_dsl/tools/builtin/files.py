"""`read_file` and `list_files`: files below one folder, and nothing else of the machine.

A path is relative to the root. It is resolved, symbolic links and all, before it is opened, and must still lie below
the root then; what is no regular file (a pipe, a device) is never opened for reading. Whoever can change the folder
while a plan runs is trusted.
"""

import os
import stat
from pathlib import Path

from ...diag.errors import ToolError
from ..tool import Tool, tool

MAX_BYTES = 1 << 20
MAX_FILES = 1_000


def file_tools(root: str | Path) -> tuple[Tool, Tool]:
    """`read_file` and `list_files` below `root`. Raises `ToolError` when that is no folder."""
    base = Path(root).resolve()
    if not base.is_dir():
        raise ToolError(f"{root} is no folder", retryable=False)

    def read_file(path: str) -> str:
        """Read a UTF-8 text file.

        Args:
            path: relative to the root folder, as `list_files` gives it.
        """
        return _read(_inside(base, path), path)

    def list_files(folder: str = ".") -> list[str]:
        """List all files below a folder, as paths for `read_file`; hidden ones are left out.

        Args:
            folder: relative to the root folder.
        """
        start = _inside(base, folder)
        if not start.is_dir():
            raise ToolError(f"`{folder}` is no folder", retryable=False)
        return sorted(one.relative_to(base).as_posix() for one in _files(start))

    return tool(read_file, effect="read"), tool(list_files, effect="read")


def _inside(base: Path, path: str) -> Path:
    if "\0" in path:
        raise ToolError("a path holds no NUL", retryable=False)
    if Path(path).is_absolute() or Path(path).drive:
        raise ToolError(f"`{path}` is absolute; paths are relative to the root folder", retryable=False)
    try:
        found = (base / path).resolve(strict=True)
    except (OSError, RuntimeError):  # missing, unreadable, too long, a loop of links
        found = None
    if found is None:
        raise ToolError(f"there is no `{path}` in the root folder", retryable=False)
    if not found.is_relative_to(base):
        raise ToolError(f"`{path}` leads out of the root folder", retryable=False)
    return found


def _read(file: Path, path: str) -> str:
    if not stat.S_ISREG(file.stat().st_mode):
        raise ToolError(f"`{path}` is no file", retryable=False)
    with open(file, "rb", opener=_open_once_resolved) as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ToolError(f"`{path}` is larger than {MAX_BYTES} bytes", retryable=False)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ToolError(f"`{path}` is no UTF-8 text (byte {error.start})", retryable=False) from None


def _open_once_resolved(path: str, flags: int) -> int:
    """The path has no link in it any more; if its end has become one since, or a pipe, do not follow or wait."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    found.append(Path(entry.path))
                if len(found) > MAX_FILES:
                    raise ToolError(
                        f"there are more than {MAX_FILES} files; name a folder further down", retryable=False
                    )
    return found
