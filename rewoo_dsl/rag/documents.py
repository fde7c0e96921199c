"""Documents out of a folder: which files are read, which are not and why."""

from dataclasses import dataclass
from pathlib import Path

from ..diag.errors import ToolError

SUFFIXES = (".txt", ".md")
MAX_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Document:
    """A text and where it came from: the path below the folder, with `/`."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds. `skipped` has one sentence for each file that was not read."""

    documents: tuple[Document, ...]
    skipped: tuple[str, ...]


def read_folder(folder: str | Path) -> Folder:
    """The documents below a folder, in order of their path. Links that lead out of it and hidden files are left out.

    Raises `ToolError` when it is no folder.
    """
    base = Path(folder).resolve()
    if not base.is_dir():
        raise ToolError(f"{folder} is no folder of documents", retryable=False)
    documents: list[Document] = []
    skipped: list[str] = []
    for path in sorted(base.rglob("*")):
        below = path.relative_to(base)
        if any(part.startswith(".") for part in below.parts) or path.is_dir():
            continue
        read = _read(path, base)
        if isinstance(read, _Skipped):
            skipped.append(f"{below.as_posix()}: {read.reason}")
        else:
            documents.append(Document(below.as_posix(), read))
    return Folder(tuple(documents), tuple(skipped))


@dataclass(frozen=True, slots=True)
class _Skipped:
    reason: str


def _read(path: Path, base: Path) -> str | _Skipped:
    if path.suffix.lower() not in SUFFIXES:
        return _Skipped(f"only {' and '.join(SUFFIXES)} are read")
    try:
        if not path.resolve().is_relative_to(base):
            return _Skipped("leads out of the folder")
        if not path.is_file():
            return _Skipped("is no file")
        if path.stat().st_size > MAX_BYTES:
            return _Skipped(f"larger than {MAX_BYTES >> 20} MiB")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _Skipped(f"no UTF-8 text (byte {error.start})")
    except (OSError, RuntimeError):  # no permission, gone meanwhile, a loop of links
        return _Skipped("cannot be read")
