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
        source = path.relative_to(base).as_posix()
        if any(part.startswith(".") for part in path.relative_to(base).parts) or path.is_dir():
            continue
        reason = _reason_to_skip(path, base)
        if reason is None:
            try:
                documents.append(Document(source, path.read_bytes().decode("utf-8-sig")))
                continue
            except UnicodeDecodeError as error:
                reason = f"no UTF-8 text (byte {error.start})"
            except OSError as error:
                reason = f"cannot be read ({error.strerror})"
        skipped.append(f"{source}: {reason}")
    return Folder(tuple(documents), tuple(skipped))


def _reason_to_skip(path: Path, base: Path) -> str | None:
    if path.suffix.lower() not in SUFFIXES:
        return f"only {' and '.join(SUFFIXES)} are read"
    if not path.resolve().is_relative_to(base):
        return "leads out of the folder"
    if not path.is_file():
        return "no file"
    return f"larger than {MAX_BYTES >> 20} MiB" if path.stat().st_size > MAX_BYTES else None
