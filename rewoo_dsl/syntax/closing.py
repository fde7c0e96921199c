"""The edits that close what a statement leaves open, each marked safe only when the statement reads with it.

A bracket is closed at the statement's end, together with those around it, or in front of the closing bracket of
another kind. A quote is closed behind the last of its text, in front of the brackets at the line's end; where that
text holds anything that may have been meant as code, nobody can say where it ends, and the edit is not safe.
"""

import re
from collections.abc import Callable

from ..diag.diagnostic import Fix, Span
from .cutter import CLOSING, Cutter, Piece, Trouble
from .failure import replacing
from .limits import Limits

_MOST_CLOSED = 4
_LINE_END = re.compile(r"[)\]},\s]*\Z")
_PLAIN = re.compile(r"[^\"'=()\[\]{}]*")


def closing_fixes(
    text: str, piece: Piece, trouble: Trouble, *, limits: Limits, reads: Callable[[str], bool]
) -> tuple[Fix, ...]:
    """What would close the piece. `reads` says whether a text on one line is a statement."""

    def proved(message: str, at: int, inserted: str, end: int, *, plain: bool = True) -> Fix:
        closed = text[piece.start : at] + inserted + text[at:end]
        safe = plain and _is_statement(closed, limits, reads)
        return replacing(message, Span(at, at), inserted, safe=safe)

    match trouble.kind:
        case "bracket":
            end = _end_of_code(text, piece)
            closing = _missing_at_the_end(text[piece.start : end], limits) or CLOSING[text[trouble.opened]]
            return (proved("close it at the end of the statement", end, closing, end),)
        case "wrong-bracket":
            closing = CLOSING[text[trouble.opened]]
            return (proved(f"put `{closing}` before it", trouble.at, closing, piece.end),)
        case "string":
            line_end = text.find("\n", trouble.opened)
            end = piece.end if line_end < 0 else min(piece.end, line_end)
            inside = text[trouble.opened + 1 : end]
            said = _LINE_END.sub("", inside)
            if not said:
                return ()
            quote, at = text[trouble.opened], trouble.opened + 1 + len(said)
            plain = _PLAIN.fullmatch(said) is not None
            return (proved("close it at the end of its text", at, quote, piece.end, plain=plain),)
    return ()


def _end_of_code(text: str, piece: Piece) -> int:
    """Where the piece ends without the comments at its end, which its open bracket has taken in."""
    end = piece.end
    for remark in reversed(piece.remarks):
        if remark.end < end:
            break
        end = piece.start + len(text[piece.start : remark.start].rstrip())
    return end


def _missing_at_the_end(statement: str, limits: Limits) -> str | None:
    """The brackets to close at the end, innermost first; None when that alone does not close it."""
    closing = ""
    for _ in range(_MOST_CLOSED + 1):
        trouble = _only_piece(statement + closing, limits).trouble
        if trouble is None:
            return closing
        if trouble.kind != "bracket" or len(closing) == _MOST_CLOSED:
            return None
        closing += CLOSING[statement[trouble.opened]]
    return None


def _is_statement(statement: str, limits: Limits, reads: Callable[[str], bool]) -> bool:
    piece = _only_piece(statement, limits)
    return piece.trouble is None and piece.end == len(statement) and reads(piece.flat(statement))


def _only_piece(statement: str, limits: Limits) -> Piece:
    """The first piece of the text: the whole of it, unless a bracket too many or a line end cuts it."""
    first = next(iter(Cutter(statement, limits)))
    assert isinstance(first, Piece)  # a statement begins with its head, neither with a comment nor with a blank line
    return first
