"""The one canonical text of a tree: what `rewoo fmt` writes.

One statement a line, however long: that is the very language of `plan.lark`, so canonical text can be decoded
under the grammar, compared line by line, and streamed. Texts stand in `"`, those that span lines in `\"""`;
arguments have `=`; clauses come as `if/else, for, retry, timeout, fallback, after, approve`; brackets stand only
where they are needed. Comments and blank lines are kept (at most one blank line in a row), broken statements stay as
they are.
"""

import re
from collections.abc import Callable
from typing import Any, assert_never

from . import ast
from .builder import RESERVED
from .grammar import pattern
from .parser import parse
from .text import NOT_TEXT, raw_parts

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_EVIDENCE = re.compile(r"E[0-9]+\Z")
_WORD_CHARACTER = re.compile(r"[A-Za-z0-9_]")
_LIKE_REF = re.compile(r"#(?=E[0-9]|\{[A-Za-z_])")
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}
_TO_ESCAPE = re.compile(r'["\\\n\r\t\b\f]')
_BLOCK_TO_ESCAPE = re.compile(r'\\|\r|\x08|\x0c|"{3,}|"+\Z')
_RAW_BACKSLASH = re.compile(r"\\(?=[\[\]\\#]|\Z)")

# How tightly an expression binds: a place that wants at least some level puts brackets around what binds less.
_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _TERM, _FACTOR, _ATOM = range(9)
_LEVELS = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _TERM, "/": _TERM, "%": _TERM}


def format_source(text: str) -> str:
    """The text in canonical form. What cannot be read stays as it is; a text beyond all limits comes back unchanged."""
    parsed = parse(text)
    if not parsed.document.items and parsed.errors:
        return text
    return print_document(parsed.document)


def print_document(document: ast.Document) -> str:
    """All items, each ending its line."""
    lines: list[str] = []
    for item in document.items:
        if isinstance(item, ast.Comment) and item.trailing and lines:
            lines[-1] += f" {item.text}"
        else:
            lines.append("" if isinstance(item, ast.Blank) else print_item(item))
    return "".join(f"{line}\n" for line in lines)


def print_item(item: ast.Statement | ast.Comment) -> str:
    """One statement or comment, without the end of its line."""
    match item:
        case ast.Step():
            return _step(item)
        case ast.Plan():
            return f"Plan: {item.text}".rstrip(" ")
        case ast.Goal():
            return f"Goal: {item.text}".rstrip(" ")
        case ast.Solve():
            return _solve(item.text)
        case ast.Return():
            return f"return {print_value(item.value)}"
        case ast.Input():
            kind = f": {print_type(item.type)}" if item.type else ""
            default = f" = {print_value(item.default)}" if item.default else ""
            return f"input {item.name.text}{kind}{default}"
        case ast.Use():
            return f"use {_quoted(item.path.text)} as {item.name.text}"
        case ast.Limit():
            return "limit " + ", ".join(f"{bound.kind} {_amount(bound.amount)}" for bound in item.bounds)
        case ast.Version():
            return f"rewoo {item.number}"
        case ast.Broken() | ast.Comment():
            return item.text
        case _:
            assert_never(item)


def _amount(amount: ast.Count | ast.Duration | ast.Number) -> str:
    return str(amount.value) if isinstance(amount, ast.Count) else amount.text


def _step(step: ast.Step) -> str:
    kind = f": {print_type(step.type)}" if step.type else ""
    clauses = "".join(f" {print_clause(clause)}" for clause in step.clauses)
    return f"#{step.name.text}{kind} = {_rhs(step.value)}{clauses}"


def _rhs(value: ast.CallOrValue) -> str:
    return _raw_call(value) if isinstance(value, ast.RawCall) else _value(value, _OR)


def print_clause(clause: ast.Clause) -> str:
    """One clause of a step."""
    match clause:
        case ast.If():
            otherwise = f" else {_rhs(clause.otherwise)}" if clause.otherwise else ""
            return f"if {_value(clause.condition, _OR)}{otherwise}"
        case ast.For():
            most = f" max {clause.max.value}" if clause.max else ""
            parallel = f" parallel {clause.parallel.value}" if clause.parallel else ""
            return f"for #{clause.variable.text} in {_value(clause.source, _OR)}{most}{parallel}"
        case ast.Retry():
            return f"retry {clause.times.value}"
        case ast.Timeout():
            return f"timeout {clause.duration.text}"
        case ast.Fallback():
            return f"fallback {_rhs(clause.value)}"
        case ast.After():
            return "after " + ", ".join(f"#{name.text}" for name in clause.names)
        case ast.Approve():
            text = f" {_string(clause.text)}" if clause.text else ""
            within = f" within {clause.within.text}" if clause.within else ""
            return f"approve{text}{within}"
        case _:
            assert_never(clause)


# --- values ---


def print_value(value: ast.CallOrValue) -> str:
    """A value as it stands inside brackets or after `return`."""
    return _raw_call(value) if isinstance(value, ast.RawCall) else _value(value, _CHOICE)


def _value(value: ast.Value, wanted: int) -> str:
    text = _bare(value)
    return f"({text})" if _level(value) < wanted else text


def _level(value: ast.Value) -> int:
    match value:
        case ast.Conditional():
            return _CHOICE
        case ast.Binary():
            return _LEVELS.get(value.op, _COMPARISON)
        case ast.Unary():
            return _NOT if value.op == "not" else _FACTOR
        case ast.Number():
            return _FACTOR if value.text.startswith("-") else _ATOM
    return _ATOM


def _bare(value: ast.Value) -> str:
    match value:
        case ast.Str():
            return _string(value)
        case ast.Ref():
            return f"#{value.name}{_path(value.path)}"
        case ast.Number():
            return value.text
        case ast.Call():
            named = [f"{print_key(arg.name.text)}={print_value(arg.value)}" for arg in value.named]
            return f"{value.name.text}({', '.join([*map(print_value, value.args), *named])})"
        case ast.Bool():
            return "true" if value.value else "false"
        case ast.Null():
            return "null"
        case ast.List():
            return f"[{', '.join(map(print_value, value.items))}]"
        case ast.Object():
            return f"{{{', '.join(f'{print_key(pair.key.text)}: {print_value(pair.value)}' for pair in value.pairs)}}}"
        case ast.Path():
            base = _bare(value.base) if isinstance(value.base, ast.Call) else f"({print_value(value.base)})"
            return base + _path(value.path)
        case ast.Selector():
            return "".join(f".{name}" for name in value.path)
        case ast.Unary():
            return f"not {_value(value.operand, _NOT)}" if value.op == "not" else f"-{_value(value.operand, _FACTOR)}"
        case ast.Binary():
            level = _level(value)
            left = _value(value.left, level + 1 if level == _COMPARISON else level)
            return f"{left} {value.op} {_value(value.right, level + 1)}"
        case ast.Conditional():
            condition = f"{_value(value.value, _OR)} if {_value(value.condition, _OR)}"
            return f"{condition} else {_value(value.otherwise, _CHOICE)}"
        case ast.Comprehension():
            condition = f" if {_value(value.condition, _OR)}" if value.condition else ""
            source = _value(value.source, _OR)
            return f"[{print_value(value.item)} for #{value.variable.text} in {source}{condition}]"
        case _:
            assert_never(value)


def _path(path: tuple[ast.Segment, ...]) -> str:
    return "".join(_segment(segment, _quoted) for segment in path)


def _segment(segment: ast.Segment, quoted: Callable[[str], str]) -> str:
    match segment:
        case ast.Field():
            return f".{segment.name}" if _NAME.match(segment.name) else f"[{quoted(segment.name)}]"
        case ast.Index():
            return f"[{segment.value}]"
        case ast.Each():
            return "[*]"
        case _:
            assert_never(segment)


def print_key(text: str) -> str:
    """The name of an argument or a member: bare where it can be."""
    return text if _NAME.match(text) and text not in RESERVED else _quoted(text)


# --- types ---


def print_type(kind: ast.Type) -> str:
    """A type as it is declared."""
    match kind:
        case ast.ScalarType():
            return kind.name
        case ast.LiteralType():
            return _quoted(kind.value) if isinstance(kind.value, str) else kind.value.text
        case ast.ListType():
            return f"list[{print_type(kind.item)}]"
        case ast.DictType():
            return f"dict[{print_type(kind.value)}]"
        case ast.ObjectType():
            return f"{{{', '.join(map(_member, kind.members))}}}"
        case ast.UnionType():
            return " | ".join(map(print_type, kind.options))
        case ast.OptionalType():
            inner = print_type(kind.type)
            return f"({inner})?" if isinstance(kind.type, ast.UnionType | ast.OptionalType) else f"{inner}?"
        case _:
            assert_never(kind)


def _member(member: ast.Member) -> str:
    return f"{print_key(member.name.text)}{'?' if member.optional else ''}: {print_type(member.type)}"


# --- text ---


def _quoted(text: str) -> str:
    """Text in which nothing is a reference."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return _unseen(_TO_ESCAPE.sub(lambda match: _ESCAPES[match[0]], text))


def _unseen(text: str) -> str:
    """With escapes for the characters that no plan's text may hold."""
    return NOT_TEXT.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _string(string: ast.Str) -> str:
    if string.block and any("\n" in part for part in string.parts if isinstance(part, str)):
        return f'"""{_joined(string.parts, _escaped_in_block)}"""'
    return f'"{_joined(string.parts, _escaped)}"'


def _escaped_in_block(text: str) -> str:
    """A block keeps its lines, tabs and single quotes; a run of three quotes, or one at the end, would close it."""

    def escape(match: re.Match[str]) -> str:
        found = match[0]
        return '\\"' * len(found) if found[0] == '"' else _ESCAPES[found]

    return _unseen(_BLOCK_TO_ESCAPE.sub(escape, text))


def _joined(parts: tuple[str | ast.Ref, ...], escaped: Callable[[str], str], key: Any = None) -> str:
    """The source of a text: plain parts escaped, `\\#` where one would read as a reference."""
    pieces: list[str] = []
    for place, part in enumerate(parts):
        if isinstance(part, str):
            pieces.append(_LIKE_REF.sub(r"\\#", escaped(part)))
        else:
            after = parts[place + 1] if place + 1 < len(parts) else ""
            pieces.append(_ref_in_text(part, after if isinstance(after, str) else "", key or _single_quoted))
    return "".join(pieces)


def _ref_in_text(ref: ast.Ref, after: str, key: Callable[[str], str]) -> str:
    """`#E1.path` where that reads back as just this, else `#{name.path}`."""
    path = "".join(_segment(segment, key) for segment in ref.path)
    if not _EVIDENCE.match(ref.name) or _goes_on(ref, after):
        return f"#{{{ref.name}{path}}}"
    return f"#{ref.name}{path}"


def _goes_on(ref: ast.Ref, after: str) -> bool:
    """Whether the text behind a bare reference would be read as part of it."""
    if not ref.path and after[:1].isdigit():
        return True
    if ref.path and isinstance(ref.path[-1], ast.Field) and _WORD_CHARACTER.match(after):
        return True
    return pattern("FIELD", "AT", "EACH", "KEY").match(after) is not None


def _single_quoted(text: str) -> str:
    """A key of a path inside text: single quotes, because the text's own are double."""
    return "'" + _escaped(text).replace("'", "\\'") + "'"


def _single_quoted_in_raw(text: str) -> str:
    return _single_quoted(text).replace("[", "\\u005b").replace("]", "\\u005d")


def _raw_call(call: ast.RawCall) -> str:
    parts = call.text.parts
    text = _raw(parts, brackets=False)
    if pattern("RAW").fullmatch(f"[{text}]") is None or raw_parts(text, 0) != parts:
        text = _raw(parts, brackets=True)
    if pattern("RAW").fullmatch(f"[{text}]") and text.strip(" \t") == text:
        return f"{call.name.text}[{text}]"
    return f"{call.name.text}({_string(call.text)})"  # a text with lines, built and not read


def _raw(parts: tuple[str | ast.Ref, ...], *, brackets: bool) -> str:
    def escaped(text: str) -> str:
        text = _RAW_BACKSLASH.sub(r"\\\\", text)
        return re.sub(r"[\[\]]", r"\\\g<0>", text) if brackets else text

    return _joined(parts, escaped, _single_quoted_in_raw)


def _solve(text: ast.Str) -> str:
    line = _raw(text.parts, brackets=False)
    if line == line.strip(" \t") and pattern("SOLVE").fullmatch(f"Solve: {line}") and not NOT_TEXT.search(line):
        return f"Solve: {line}".rstrip(" ")
    return f'Solve: """{_joined(text.parts, _escaped_in_block)}"""'
