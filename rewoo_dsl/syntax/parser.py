"""Text to `Document`: whatever the text, a tree of its good statements and a diagnostic for each other one.

Statement by statement: the cutter gives a piece, the engine builds its node, and what does not parse is repaired where
its meaning is plain (`lenience`), else explained (`complaints`) and kept as `Broken`. Time is linear in the text: every
size is checked before anything recurses, and a piece is read again at most a fixed number of times.
"""

import re
from bisect import bisect_left
from dataclasses import replace
from typing import Any

from .._record import record
from ..diag.codes import syntax as codes
from ..diag.diagnostic import Diagnostic, Severity, Span
from . import ast
from .builder import Builder, Complaint
from .closing import closing_fixes
from .complaints import explain, meaning, unclosed
from .cutter import Cutter, Gap, Piece, Remark, Trouble
from .engine import Stuck
from .failure import KEYWORDS, Failure, found, replacing
from .grammar import engine
from .lenience import FENCE, FORGIVEN, NAMELESS, Repaired, broken, glued_behind_word, repair
from .limits import FILE, Limits
from .text import NOT_TEXT

_MOST_CHARACTERS_TOLD = 20
_MOST_SPLITS = 16
_STATEMENT = re.compile(r"\#|(?:Plan|Goal|Solve):|(?:use|input|limit|return|rewoo)\b")
_STEP_IN_LINE = re.compile(r"\#[A-Za-z_][A-Za-z0-9_]*[ \t]*(?::[^=\n]{1,200})?=(?!=)[ \t]*")
_CALL = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*[ \t]*[\[(]")
_STEP_IN_COMMENT = re.compile(
    r"(?://+|\#!?)[ \t]*(?:\#[A-Za-z_]\w*|E[0-9]+)[ \t]*(?::[^=]*)?=(?!=)[ \t]*[A-Za-z_][\w.]*[ \t]*[\[(]"
)
_DIVISOR = re.compile(r"//[ \t]*(?=[0-9]|\#[A-Za-z_]|\()")
_ALMOST_HEAD = re.compile(r"[-*\d. \t]*(plan|goal|solve)[\d* \t]*:", re.IGNORECASE)
_LONE_HEADS = {
    "use": 'use "lib/a.rewoo" as a',
    "input": "input name: str",
    "limit": "limit calls 20",
    "return": "return #E1",
}
_SHOWN_PROSE = 40


@record
class Parsed:
    """What a text is: its statements, and everything there is to say about it, in order of place."""

    text: str
    document: ast.Document
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.diagnostics if one.is_error)


def parse(text: str, *, limits: Limits = FILE, lenient: bool = False, strict: bool = False) -> Parsed:
    """The statements of a text and its syntax findings. Never raises on any text.

    Args:
        limits: how large the text may be.
        lenient: for plans taken out of a model's reply: fences, prose around the plan, `True`/`None` and lost blanks
            are notes, not errors.
        strict: the one-line form (`Plan: why #E1 = Tool[x]`) is an error too.
    """
    return _Parser(text, limits, lenient, strict).run()


class _Parser:
    """One reading of one text."""

    def __init__(self, text: str, limits: Limits, lenient: bool, strict: bool) -> None:
        self.source, self.limits, self.lenient, self.strict = text, limits, lenient, strict
        self.text = text
        self.diagnostics: list[Diagnostic] = []
        self.items: list[ast.Item] = []
        self.engine = engine()
        self.builder = Builder(limits)
        self.bound = self.engine.bind(self.builder.methods({rule.name for rule in self.engine.rules}))
        self._prose: list[Span] = []
        self._unseen: list[int] = []
        self._splits, self._split_at = 0, -1

    def run(self) -> Parsed:
        if self._too_large():
            return Parsed(self.source, ast.Document(()), tuple(self.diagnostics))
        self._clean()
        self._statements()
        self._tell_prose()
        self._nothing_to_run()
        self.diagnostics.sort(key=lambda one: (one.span or Span(0, 0), one.code))
        while self.items and isinstance(self.items[-1], ast.Blank):
            self.items.pop()
        document = ast.Document(tuple(self.items), Span(0, len(self.source)))
        return Parsed(self.source, document, tuple(self.diagnostics))

    def tell(self, diagnostic: Diagnostic) -> None:
        """Report, as severe as this reading wants it."""
        if self.lenient and diagnostic.code in FORGIVEN:
            diagnostic = diagnostic.model_copy(update={"severity": Severity.NOTE})
        elif self.strict and diagnostic.code == codes.ONE_LINE_FORM.number:
            diagnostic = diagnostic.model_copy(update={"severity": Severity.ERROR})
        self.diagnostics.append(diagnostic)

    # --- the text as a whole ---

    def _too_large(self) -> bool:
        size = len(self.source)
        if size <= self.limits.size and not self.source.isascii():
            size = len(self.source.encode("utf-8", "surrogatepass"))
        if size <= self.limits.size:
            return False
        message = f"the plan has {size:,} bytes, at most {self.limits.size:,} are read"
        self.tell(found(codes.TOO_LARGE, message, Span(0, 0)))
        return True

    def _clean(self) -> None:
        """Take out what is no text: each such character is told and then read as a blank."""
        if NOT_TEXT.search(self.text) is None:
            return
        start = 1 if self.text.startswith("\ufeff") else 0
        bad = list(NOT_TEXT.finditer(self.text, start))
        for match in bad[:_MOST_CHARACTERS_TOLD]:
            number = ord(match[0])
            name = f"U+{number:04X}"
            fixes = [replacing("remove it", Span(*match.span()), "")]
            if number < 0xD800 or number > 0xDFFF:
                fixes.append(replacing("write its escape (in a text)", Span(*match.span()), f"\\u{number:04x}"))
            more = len(bad) - _MOST_CHARACTERS_TOLD
            last = match is bad[:_MOST_CHARACTERS_TOLD][-1]
            hint = f"{more:,} more such characters follow" if last and more > 0 else None
            message = f"the character {name} cannot be seen and does not belong here"
            self.tell(found(codes.CONTROL_CHARACTER, message, Span(*match.span()), hint=hint, fixes=fixes))
        self.text = NOT_TEXT.sub(" ", self.text)
        self._unseen = [match.start() for match in bad]

    def _nothing_to_run(self) -> None:
        if any(isinstance(item, ast.Step | ast.Return) for item in self.items):
            return
        if any(one.is_error for one in self.diagnostics):
            return
        hint = 'a step is written `#E1 = tool(name="value")`'
        self.tell(found(codes.NO_STEP, "this plan has no step and no `return`", Span(0, 0), hint=hint))

    # --- statement by statement ---

    def _statements(self) -> None:
        self.cutter = Cutter(self.text, self.limits)
        count = 0
        for cut in self.cutter:
            before = len(self.items)
            match cut:
                case Gap():
                    if self.items and not isinstance(self.items[-1], ast.Blank):
                        self.items.append(ast.Blank(cut.span))
                    continue
                case Remark():
                    self._remark(cut.span)
                case Piece():
                    self._piece(cut)
            count += sum(isinstance(one, ast.Step | ast.Broken) for one in self.items[before:])
            if count > self.limits.steps:
                message = f"the plan has more than {self.limits.steps:,} steps"
                self.tell(found(codes.TOO_LARGE, message, self.items[before].span))
                return

    def _remark(self, span: Span, *, trailing: bool = False) -> None:
        text = self.source[span.start : span.end]
        self.items.append(ast.Comment(text, trailing, span))
        if _STEP_IN_COMMENT.match(text):
            message = "this comment looks like a step; it does nothing"
            self.tell(found(codes.COMMENT_LIKE_STEP, message, span))

    def _piece(self, piece: Piece) -> None:
        text = self.text
        if text.startswith("Plan:", piece.start) and "#" in text[piece.start : piece.end]:
            self._one_line(piece)
        if not _STATEMENT.match(text, piece.start) and not NAMELESS.match(text, piece.start):
            self._no_statement(piece)
            return
        statement = self._read(piece)
        if statement is None:
            self._no_statement(piece)
            return
        self._tell_prose()
        if isinstance(statement, ast.Broken):
            end = piece.trailing.end if piece.trailing else statement.span.end
            whole = Span(statement.span.start, end)  # kept as it stands, with its comments
            self.items.append(replace(statement, text=self.source[whole.start : whole.end], span=whole))
            return
        for span in piece.remarks:
            self._remark(span)
        self.items.append(statement)
        if piece.trailing:
            self._remark(piece.trailing, trailing=True)
            self._division(statement, piece.trailing)

    def _one_line(self, piece: Piece) -> None:
        """Cut `Plan: why #E1 = Tool[x]` in two: the piece becomes the rationale, the cutter goes on at the step."""
        text = self.text
        seen = None
        for match in _STEP_IN_LINE.finditer(text, piece.start, piece.end):
            seen = seen or match
            if _CALL.match(text, match.end()) or self._parses(text[match.start() : piece.end]):
                self.cutter.back_to(match.start())
                piece.end = len(text[piece.start : match.start()].rstrip(" \t")) + piece.start
                place = Span(match.start(), match.start())
                fix = replacing("give the step a line of its own", place, "\n", safe=True)
                name = Span(match.start(), match.start() + len(match[0].split("=")[0].rstrip(" \t")))
                self.tell(found(codes.ONE_LINE_FORM, "a step on the line of its `Plan:`", name, fixes=[fix]))
                return
        if seen:
            span = Span(seen.start(), seen.start() + len(seen[0].rstrip(" \t")))
            self.tell(found(codes.RATIONALE_LIKE_STEP, "this looks like a step, and is not read as one", span))

    def _parses(self, text: str) -> bool:
        try:
            self.engine.parse("piece", text, self.bound, 0, len(text))
        except Stuck:
            return False
        finally:
            self.builder.complaints.clear()
        return True

    def _would_read(self, text: str) -> bool:
        """Whether the text is a statement, or is one once it has been repaired where its meaning is plain."""
        repaired = Repaired(text, 0, [])
        while True:
            try:
                self._parsed(repaired.text, 0, len(repaired.text), 0)
            except Stuck as stuck:
                fix = repair(Failure.of(stuck, repaired.text, 0)) if repaired.may_go_on else None
            else:
                return True
            finally:
                self.builder.complaints.clear()
            if fix is None:
                return False
            repaired.add(fix)

    def _read(self, piece: Piece) -> ast.Statement | None:
        """The statement of a piece; None when it is none at all."""
        span = Span(piece.start, piece.end)
        if piece.trouble:
            if NAMELESS.match(self.text, piece.start) or _STATEMENT.match(self.text, piece.start):
                return self._recut(piece) or self._unclosed(piece, piece.trouble)
            return None
        try:
            if piece.blanks:
                flat = piece.flat(self.text)
                statement = self._parsed(flat, 0, len(flat), piece.start)
            else:
                statement = self._parsed(self.text, piece.start, piece.end, 0)
        except Stuck as stuck:
            flat = piece.flat(self.text)
            shift = 0 if piece.blanks else piece.start
            failure = Failure(flat, piece.start, stuck.position - shift, stuck.expected, stuck.last)
            return self._recut(piece) or self._second_try(piece, failure)
        if any(complaint.about == "reserved-call" and complaint.text == "not" for complaint in self.builder.complaints):
            return self._glued_not(piece)
        return self._checked(statement, span)

    def _parsed(self, text: str, start: int, end: int, shift: int) -> Any:
        self.builder.operators = 0
        return self.engine.parse("piece", text, self.bound, start, end, shift)

    def _checked(self, statement: Any, span: Span) -> ast.Statement:
        """What the grammar let through and the language does not."""
        for complaint in tuple(self.builder.complaints):
            if not (isinstance(statement, ast.Step) and self._second_if(statement, complaint)):
                self.tell(meaning(complaint))
        self.builder.complaints.clear()
        if self.builder.operators > self.limits.expression and _is_deep(statement, self.limits.expression):
            self.tell(found(codes.TOO_LARGE, "this expression is nested too deep", span))
            return self._broken(span)
        if self._unseen and self._holds_unseen(span):
            return self._broken(span)
        if isinstance(statement, ast.Step):
            self._ambiguous_if(statement)
        return statement  # type: ignore[no-any-return]  # the start rule `piece` gives statements

    def _unclosed(self, piece: Piece, trouble: Trouble) -> ast.Broken:
        fixes = closing_fixes(self.text, piece, trouble, limits=self.limits, reads=self._would_read)
        self.tell(unclosed(trouble, self.text).model_copy(update={"fixes": fixes}))
        return self._broken(Span(piece.start, piece.end))

    def _recut(self, piece: Piece) -> ast.Statement | None:
        """A piece that fails and holds a head in a block string was cut too late: that string was never closed."""
        if not piece.holds_block:
            return None
        head = self.cutter.head_after(piece.start + 1, piece.indent)
        if head >= piece.end:
            return None
        self.cutter.back_to(head, fence=piece.end)
        self.builder.complaints.clear()
        piece.trailing = None
        opened = self.text.rfind('"""', piece.start, head)
        cut = Piece(piece.start, len(self.text[piece.start : head].rstrip()) + piece.start)
        return self._unclosed(cut, Trouble("block", max(opened, piece.start), piece.end))

    def _broken(self, span: Span) -> ast.Broken:
        return broken(self.source[span.start : span.end], span)

    def _holds_unseen(self, span: Span) -> bool:
        place = bisect_left(self._unseen, span.start)
        return place < len(self._unseen) and self._unseen[place] < span.end

    # --- what does not parse ---

    def _second_try(self, piece: Piece, failure: Failure) -> ast.Statement | None:
        """Repair and read again, or explain."""
        repaired = Repaired(failure.text, piece.start, [])
        fix = repair(failure)
        if fix is None:
            return self._explained(piece, repaired, failure)
        repaired.add(fix)
        return self._again(piece, repaired)

    def _glued_not(self, piece: Piece) -> ast.Statement | None:
        """`not(…)` reads as the call of a tool; it is read again with the blank it wants."""
        repaired = Repaired(piece.flat(self.text), piece.start, [])
        for complaint in reversed(self.builder.complaints):
            if complaint.about == "reserved-call" and complaint.text == "not":
                repaired.add(glued_behind_word("not", complaint.span))
        self.builder.complaints.clear()
        return self._again(piece, repaired)

    def _again(self, piece: Piece, repaired: Repaired) -> ast.Statement | None:
        """Read a repaired piece, repairing it further as long as the meaning of what is wrong is plain."""
        while True:
            self.builder.complaints.clear()
            try:
                statement = self._parsed(repaired.text, 0, len(repaired.text), piece.start)
            except Stuck as stuck:
                failure = Failure.of(stuck, repaired.text, piece.start)
            else:
                return self._repaired(statement, repaired, Span(piece.start, piece.end))
            fix = repair(failure) if repaired.may_go_on else None
            if fix is None:
                return self._explained(piece, repaired, failure)
            repaired.add(fix)

    def _explained(self, piece: Piece, repaired: Repaired, failure: Failure) -> ast.Statement | None:
        """What no repair helped: told, and kept as it stands; None when it is no statement at all."""
        self.builder.complaints.clear()
        if failure.position == 0 and failure.last is None:
            return None
        diagnostic = explain(failure)
        self.tell(repaired.moved_diagnostic(diagnostic) if repaired.repairs else diagnostic)
        if diagnostic.code == codes.TWO_STATEMENTS.number:
            return self._split(piece, repaired.original(failure.position + piece.start))
        return self._broken(Span(piece.start, piece.end))

    def _repaired(self, statement: Any, repaired: Repaired, span: Span) -> ast.Statement:
        for position, one in enumerate(repaired.repairs):
            earlier = Repaired(repaired.text, repaired.shift, repaired.repairs[:position])
            self.tell(earlier.moved_diagnostic(one.diagnostic))
        return self._checked(repaired.moved(statement), span)

    def _split(self, piece: Piece, end: int) -> ast.Statement:
        """Two statements on one line: read the first, and let the cutter go on at the second."""
        self._splits = self._splits + 1 if piece.start == self._split_at else 1
        self._split_at = end
        if self._splits >= _MOST_SPLITS:
            return self._broken(Span(piece.start, piece.end))
        self.cutter.back_to(end)
        piece.trailing = None
        blanks = [one for one in piece.blanks if one[1] <= end]
        first = Piece(piece.start, len(self.text[piece.start : end].rstrip()) + piece.start, blanks=blanks)
        return self._read(first) or self._broken(Span(first.start, first.end))

    def _no_statement(self, piece: Piece) -> None:
        """A fence, or prose; prose is told once for all lines that follow each other."""
        span = Span(piece.start, piece.end)
        fence = FENCE.match(self.text, piece.start, piece.end)
        if fence:
            self._tell_prose()
            line_end = self.text.find("\n", piece.end)
            whole = Span(self.text.rfind("\n", 0, span.start) + 1, line_end + 1 if line_end >= 0 else len(self.text))
            fix = replacing("remove the line", whole, "", safe=True)
            self.tell(found(codes.FENCE, "a markdown fence is no part of a plan", span, fixes=[fix]))
        else:
            self._prose.append(span)
        if not self.lenient:
            self.items.append(ast.Broken(self.source[span.start : span.end], span=span))

    def _tell_prose(self) -> None:
        if not self._prose:
            return
        first, count = self._prose[0], len(self._prose)
        line = Span(first.start, min(first.end, (self.text.find("\n", first.start) + 1 or len(self.text) + 1) - 1))
        begins = self.text[line.start : min(line.end, line.start + _SHOWN_PROSE)]
        message = (
            f"`{begins}` is no statement" if count == 1 else f"{count} lines are no statements, from `{begins}` on"
        )
        hint = _prose_hint(self.text[first.start : first.end])
        starts = ["Plan: …", "#E1 = …", "return …", "Solve: …"]
        edits = tuple(replacing("", Span(span.start, span.start), "// ").edits[0] for span in self._prose[:100])
        fix = replacing("make it a comment", first, "").model_copy(update={"edits": edits})
        self.tell(found(codes.PROSE, message, line, hint=hint, allowed=starts, fixes=[fix]))
        self._prose.clear()

    # --- what parses and may not be meant ---

    def _ambiguous_if(self, step: ast.Step) -> None:
        """`fallback 0 if #ok`: the condition could be the step's, or choose the fallback."""
        if step.fallback is None or step.condition is None:
            return
        if not isinstance(step.fallback.value, ast.Call | ast.RawCall) and self._follows(step.fallback, step.condition):
            self._tell_ambiguous(step.fallback.value, step.condition, "fallback")

    def _second_if(self, step: ast.Step, complaint: Complaint) -> bool:
        """`… else 2 if #b else 3`: the second `if` is told here when it stands behind a bare value."""
        first = step.condition
        if complaint.text != "if" or complaint.about != "twice" or first is None or first.otherwise is None:
            return False
        if (
            isinstance(first.otherwise, ast.Call | ast.RawCall)
            or self.text[first.span.end : complaint.span.start].strip()
        ):
            return False
        whole = Span(first.otherwise.span.start, complaint.span.end)
        chosen = self.text[whole.start : whole.end]
        chosen += "" if self._parses(f"return {chosen}") else " else null"
        fix = replacing("a choice of what `else` gives", whole, f"({chosen})")
        message = "a second `if`, behind the bare value of `else`; a choice stands in brackets"
        self.tell(found(codes.AMBIGUOUS_IF, message, complaint.span, fixes=[fix]))
        return True

    def _follows(self, clause: ast.Clause, condition: ast.If) -> bool:
        if condition.span.start < clause.span.end:
            return False
        return not self.text[clause.span.end : condition.span.start].strip(" \t\r\n\\")

    def _tell_ambiguous(self, value: ast.CallOrValue, condition: ast.If, word: str) -> None:
        if self._is_bracketed(value.span):
            return
        own = replacing("the step's own condition", value.span, f"({self.text[value.span.start : value.span.end]})")
        whole = Span(value.span.start, condition.span.end)
        chosen = self.text[whole.start : whole.end]
        if condition.otherwise is None:
            chosen += " else null"
        fixes = [own, replacing(f"a choice of what `{word}` gives", whole, f"({chosen})")]
        message = f"`if` behind the bare value of `{word}` can be read in two ways"
        self.tell(found(codes.AMBIGUOUS_IF, message, condition.span, fixes=fixes))

    def _is_bracketed(self, span: Span) -> bool:
        text = self.text[span.start : span.end]
        return text.startswith("(") and text.endswith(")") and self._parses(f"return {text[1:-1]}")

    def _division(self, statement: ast.Statement, remark: Span) -> None:
        text = self.text[remark.start : remark.end]
        match = _DIVISOR.match(text)
        if match is None or not isinstance(statement, ast.Step | ast.Return):
            return
        if self._parses(f"#x = {text[match.end() :]}"):
            fix = replacing("divide with `/`", Span(remark.start, remark.start + 2), "/")
            message = "`//` begins a comment; it does not divide"
            self.tell(found(codes.COMMENT_LIKE_DIVISION, message, remark, fixes=[fix]))


def _prose_hint(text: str) -> str:
    word = text.split(maxsplit=1)[0] if text.split(maxsplit=1) else ""
    if word in _LONE_HEADS:
        return f"something is missing behind `{word}`, as in `{_LONE_HEADS[word]}`"
    if word in KEYWORDS.values():
        return "end the line above with `\\` to go on here"
    if word[:1] == "#":
        return "a name begins with a letter: `#E1`"
    head = _ALMOST_HEAD.match(text)
    if head:
        return f"did you mean `{head[1].capitalize()}:`?"
    return "a comment begins with `//`"


def _is_deep(statement: Any, most: int) -> bool:
    """Whether operators are nested more than `most` deep, found without recursion."""
    todo = [(statement, 0)]
    while todo:
        node, depth = todo.pop()
        if isinstance(node, ast.Unary | ast.Binary | ast.Conditional):
            depth += 1
        if depth > most:
            return True
        todo += [(child, depth) for child in ast.children(node)]
    return False
