"""Plans that others wrote, read into ours and, where the format can hold it, written back."""

from ...diag.codes.dialects import REPAIRS
from ._dialect import Dialect, Written
from .catalogue import AUTO, DIALECTS, WRITABLE, read, recognise, write
from .imported import SUBTASK, Imported, SourceMap

__all__ = [
    "AUTO",
    "DIALECTS",
    "REPAIRS",
    "SUBTASK",
    "WRITABLE",
    "Dialect",
    "Imported",
    "SourceMap",
    "Written",
    "read",
    "recognise",
    "write",
]
