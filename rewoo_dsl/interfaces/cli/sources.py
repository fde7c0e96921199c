"""Plans as they come: from files, or from standard input as `-`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..._record import record
from .exits import WrongUse

MAX_BYTES = 16 << 20
STDIN = "-"
STDIN_NAME = "<stdin>"
_MARK = b"\xef\xbb\xbf"


@record
class Source:
    """A text and what to call it in findings. `path` is None for standard input."""

    name: str
    text: str
    path: Path | None


def read_source(name: str) -> Source:
    """The text of the file `name`, or of standard input.

    Raises:
        WrongUse: it cannot be read, is too large, or is not UTF-8; says where it stops being.
    """
    shown = STDIN_NAME if name == STDIN else name
    text = _decoded(_bytes(name, shown), shown)
    return Source(shown, text, None if name == STDIN else Path(name))


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The bytes of the file `name`, or of standard input. Raises `WrongUse` when it cannot be opened."""
    if name == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = open(name, "rb")  # noqa: SIM115  # closed below, where errors are those of whoever reads
    except OSError as error:
        raise WrongUse(f"{name}: {_reason(error)}") from None
    except ValueError as error:  # a NUL byte in the name
        raise WrongUse(f"{name!r}: {error}") from None
    with stream:
        yield stream


def _bytes(name: str, shown: str) -> bytes:
    with opened(name) as stream:
        try:
            data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise WrongUse(f"{shown}: {_reason(error)}") from None
    if len(data) > MAX_BYTES:
        raise WrongUse(f"{shown}: larger than {MAX_BYTES >> 20} MiB")
    return data


def _reason(error: OSError) -> str:
    known = {IsADirectoryError: "is a folder", FileNotFoundError: "no such file", PermissionError: "may not be read"}
    return known.get(type(error)) or (error.strerror or str(error)).lower()


def _decoded(data: bytes, shown: str) -> str:
    try:
        return data.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        byte = error.object[error.start]
        raise WrongUse(f"{shown}:{line}:{column}: byte 0x{byte:02X} is not UTF-8 ({error.reason})") from None


def folder_of(source: Source) -> Path:
    """The folder that the plan's relative paths begin in: its own, or the current one for standard input."""
    return source.path.parent if source.path is not None else Path()


class Folder:
    """Reads sub-plans by their path relative to a folder, and nothing outside of it, links included.

    `texts` holds what was read, by path, for showing findings about it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.texts: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        inside = self.root.resolve()
        file = (inside / path).resolve()
        if not file.is_relative_to(inside):
            raise ValueError("it leads out of the plan's folder")
        if not file.is_file():
            raise FileNotFoundError("there is no such file")
        with open(file, "rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES >> 20} MiB")
        self.texts[path] = data.removeprefix(_MARK).decode("utf-8")
        return self.texts[path]


def write_atomically(path: Path, text: str) -> None:
    """Replace the content of `path` in one go, keeping its permissions and following links.

    What is no file (a pipe, `/dev/stdout`) has no content to replace, and is written to.

    Raises:
        WrongUse: it cannot be written; the old content is then still there.
    """
    target = path.resolve()
    if target.exists() and not target.stat().st_mode & 0o222:
        raise WrongUse(f"{path}: cannot be written: it is read-only")
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", newline="")
        else:
            _replace(target, text)
    except OSError as error:
        raise WrongUse(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None


def _replace(target: Path, text: str) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o7777)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
