"""Says what is wrong with a statement that does not parse, in the author's terms: one diagnostic for each statement.

`EXPLANATIONS` is a tuple of small functions, each of which recognises one mistake by the text around the place where
the engine got stuck and by what could have come there; the first that answers is taken. The last one always answers.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from ..diag.codes import syntax as codes
from ..diag.diagnostic import Diagnostic, Fix, Related, Span
from ..diag.spell import nearest
from .builder import Complaint
from .cutter import CLOSING, HEAD, Trouble
from .failure import KEYWORDS, TOKEN, Failure, found, outside, replacing, shown
from .grammar import pattern
from .misplaced import after_names, keyword_alone, misplaced, second_in_list, unknown_clause

_TYPES = ("str", "int", "float", "bool", "null", "any", "list[any]", "dict[any]")
_FOREIGN_TYPES = {
    "string": "str",
    "text": "str",
    "integer": "int",
    "number": "float",
    "double": "float",
    "boolean": "bool",
    "none": "null",
    "array": "list[any]",
    "list": "list[any]",
    "object": "dict[any]",
    "dict": "dict[any]",
    "map": "dict[any]",
}
_NEEDS_DURATION = {"TIMEOUT": "timeout", "WITHIN": "within", "TIME": "time"}
_NEEDS_COUNT = {"RETRY": "retry", "MAX": "max", "PARALLEL": "parallel", "CALLS": "calls", "TOKENS": "tokens"}
_COUNTED = re.compile(r"\b(?P<word>retry|max|parallel|calls|tokens|cost)[ \t]+(?P<given>\d[\d.]*)\Z")
_AMOUNT = re.compile(r"[^\s,)\]}]+(?:[ \t]*(?:ms|s|m|h|sec(?:onds?)?|min(?:utes?)?|hours?)\b)?")
_UNITS = {"sec": "s", "second": "s", "seconds": "s", "min": "m", "minute": "m", "minutes": "m"}
_UNITS |= {"hour": "h", "hours": "h"}
_OPERATORS = {"&&": "and", "||": "or", "!": "not", "<>": "!=", "===": "==", "is": "==", "is not": "!=", "mod": "%"}
_FOREIGN_OPERATOR = re.compile(r"&&|\|\||<>|===|!|is[ \t]+not\b|is\b|mod\b")
_DOTTED_BEFORE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?=[ \t]*\Z)")
_METHOD_BEFORE = re.compile(r"(?P<value>#[A-Za-z_][\w.\[\]*-]*)\.(?P<name>[A-Za-z_]\w*)(?=[ \t]*\Z)")
_NAME_AND_SIGN = re.compile(r"#\w+[ \t]*[:=][ \t]*")
_ESCAPED = re.compile(r"\\(?s:.)?")


# --- what the engine stumbled over, most telling first ---


def _two_statements(at: Failure) -> Diagnostic | None:
    if at.position == 0 or not HEAD.match(at.text, at.position) or outside(at.text)[at.position] != at.rest[0]:
        return None
    place = at.span(at.position, at.position)
    fix = replacing("begin a new line", place, "\n", safe=True)
    return found(codes.TWO_STATEMENTS, "a second statement begins on the same line", at.here(), fixes=[fix])


def _escape(at: Failure) -> Diagnostic | None:
    quote = at.rest[:1]
    if quote not in ("'", '"') or "STRING" not in at.expected:
        return None
    allowed = pattern("ESCAPE")
    for match in _ESCAPED.finditer(at.text, at.position):
        if allowed.match(match[0] + at.text[match.end() : match.end() + 4]):
            continue
        span = at.span(*match.span())
        fix = replacing("write the backslash itself", at.span(match.start(), match.start()), "\\", safe=True)
        message = f"`{match[0].strip()}` is no escape"
        return found(codes.UNKNOWN_ESCAPE, message, span, fixes=[fix], hint="write `\\\\` for a backslash")
    return None


def _glued_amount(at: Failure) -> Diagnostic | None:
    """`retry 2s`, `max 2.5`, `cost 3usd`: a number that goes on as something else."""
    match = _COUNTED.search(at.text, max(0, at.position - 128), at.position)
    tail = re.match(r"[\w.%]+", at.rest)
    if match is None or tail is None or at.last not in ("COUNT", "NUMBER"):
        return None
    word, given = match["word"], match["given"] + tail[0]
    span = at.span(match.start("given"), at.position + tail.end())
    what = "a number (of US dollars)" if word == "cost" else "a whole number"
    fixes = [replacing(f"write `{match['given']}`", span, match["given"])]
    return found(codes.BAD_AMOUNT, f"`{word}` wants {what}, not `{given}`", span, fixes=fixes)


def _amount(at: Failure) -> Diagnostic | None:
    span = at.here()
    match = _AMOUNT.match(at.text, at.position)
    given = match[0] if match else ""
    if match:
        span = at.span(*match.span())
    if at.last == "DURATION" and at.word() and at.text[at.position - 1 : at.position].isalnum():
        start = at.text.rfind(" ", 0, at.position) + 1
        span, given = at.span(start, at.position + len(at.word())), at.text[start : at.position] + at.word()
        message = f"a time span is written like `10s`, not `{given}`"
        return found(codes.BAD_AMOUNT, message, span, fixes=_durations(given, span), allowed=["ms", "s", "m", "h"])
    if at.last in _NEEDS_DURATION:
        word = _NEEDS_DURATION[at.last]
        message = f"`{word}` wants a time span such as `10s`" + (f", not `{given}`" if given else "")
        return found(codes.BAD_AMOUNT, message, span, fixes=_durations(given, span), allowed=["ms", "s", "m", "h"])
    if at.last in _NEEDS_COUNT:
        word = _NEEDS_COUNT[at.last]
        message = f"`{word}` wants a whole number" + (f", not `{given}`" if given else "")
        return found(codes.BAD_AMOUNT, message, span)
    if at.last == "COST":
        return found(codes.BAD_AMOUNT, "`cost` wants a number (of US dollars)", span)
    return None


def _durations(given: str, span: Span) -> list[Fix]:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)[ \t]*([a-z]*)", given)
    if match is None:
        return []
    unit = _UNITS.get(match[2], match[2])
    if unit in ("ms", "s", "m", "h"):
        return [replacing(f"write `{match[1]}{unit}`", span, match[1] + unit, safe=True)]
    return [replacing(f"write `{match[1]}{u}`", span, match[1] + u) for u in ("s", "m")] if not unit else []


def _left_side(at: Failure) -> Diagnostic | None:
    if at.last != "EVID" or at.text[:1] != "#" or "EQ" not in at.expected or "COLON" not in at.expected:
        return None
    if at.rest[:1] in (".", "["):
        path = re.compile(r"[^\s=:]+").match(at.text, at.position)
        span = at.span(0, path.end() if path else at.position)
        return found(codes.PATH_ON_THE_LEFT, "a step defines a name, not a path", span, hint="write only the name")
    called = re.match(r"[A-Za-z_][\w.]*[ \t]*[(\[]", at.rest)
    fixes = [replacing("put `=` there", at.span(at.position, at.position), "= ", safe=True)] if called else []
    return found(
        codes.MISSING_EQUALS, "`=` is missing behind the step's name", at.here(), fixes=fixes, allowed=["=", ":"]
    )


def _two_signs(at: Failure) -> Diagnostic | None:
    """`#E1 := …` and `#E1 == …`."""
    if at.rest[:1] != "=" or at.last not in ("COLON", "EQ") or not _NAME_AND_SIGN.fullmatch(at.text, 0, at.position):
        return None
    sign = at.text[: at.position].rstrip(" \t")[-1]
    span = at.span(at.text.rindex(sign, 0, at.position), at.position)
    fix = replacing("write `=`", span, "", safe=True)
    whole = at.span(at.position - 1, at.position + 1)
    return found(codes.UNEXPECTED, "behind a step's name stands a single `=`", whole, fixes=[fix])


def _unknown_type(at: Failure) -> Diagnostic | None:
    if at.last == "LIST" or at.last == "DICT":
        before = at.word_before()
        word = before[0] if before else "list"
        span = at.span(*before.span()) if before else at.here()
        fix = replacing(f"write `{word}[any]`", span, f"{word}[any]")
        return found(codes.UNKNOWN_TYPE, f"`{word}` wants the type of its items", span, fixes=[fix])
    if at.last == "SCALAR" and at.word() and (before := at.word_before()) and before.end() == at.position:
        return _no_type(before[0] + at.word(), at.span(before.start(), at.position + len(at.word())))  # `str|ing`
    if "SCALAR" not in at.expected:
        return None
    word = at.word()
    if not word:
        return None
    if re.match(r"[A-Za-z_][\w.]*[ \t]*[(\[]", at.rest) and word not in _FOREIGN_TYPES and at.text[:1] == "#":
        colon = at.text.rfind(":", 0, at.position)
        blank = "" if at.text[colon - 1] in " \t" else " "
        fix = replacing("write `=`", at.span(colon, colon + 1), f"{blank}=")
        message = "behind `:` stands a type; a call stands behind `=`"
        return found(codes.MISSING_EQUALS, message, at.span(colon, colon + 1), fixes=[fix])
    return _no_type(word, at.here())


def _no_type(word: str, span: Span) -> Diagnostic:
    near = _FOREIGN_TYPES.get(word.lower()) or next(iter(nearest(word, _TYPES)), None)
    fixes = [replacing(f"write `{near}`", span, near)] if near else []
    hint = f"did you mean `{near}`?" if near else None
    return found(codes.UNKNOWN_TYPE, f"`{word}` is no type", span, hint=hint, fixes=fixes, allowed=_TYPES)


def _method(at: Failure) -> Diagnostic | None:
    """`#E1.text.lower()`."""
    if at.last != "FIELD" or at.rest[:1] != "(":
        return None
    match = _METHOD_BEFORE.search(at.text, max(0, at.position - 128), at.position)
    if match is None:
        return None
    span = at.span(match.start("name"), at.position)
    message = f"values have no methods such as `.{match['name']}(…)`"
    return found(
        codes.UNEXPECTED, message, span, hint=f"a function stands in front: `{match['name']}({match['value']})`"
    )


def _bare_word(at: Failure) -> Diagnostic | None:
    if at.last not in ("NAME", "FIELD") or "LPAR" not in at.expected:
        return None
    match = _DOTTED_BEFORE.search(at.text, max(0, at.position - 128), at.position)
    if match is None:
        return None
    word, span = match[0], at.span(*match.span())
    if word in KEYWORDS.values():
        return found(codes.MISSING_VALUE, f"a value is missing before `{word}`", span)
    if at.rest[:1] == "[":
        hint = f'inside brackets, write `{word}("…")`; a tool call stands alone right of `=`, `fallback` or `else`'
        return found(codes.BARE_WORD, f"`{word}[…]` cannot stand here", span, hint=hint)
    if word == "lambda":
        hint = "items are told by a comprehension, `[#x.name for #x in list]`, an order by a selector, `by=.name`"
        return found(codes.BARE_WORD, "there is no `lambda`", span, hint=hint)
    if at.rest[:1] in ("'", '"'):
        fix = replacing("remove it", at.span(match.start(), at.position), "")
        hint = "`#{name}` puts a value into a text; `\\\\` is a backslash"
        return found(codes.BARE_WORD, f"a text has no `{word}` in front of it", span, hint=hint, fixes=[fix])
    if at.rest[:1] in ("#", "-") or at.rest[:1].isdigit():
        return found(codes.BARE_WORD, f"`{word}` stands here bare", span, hint=f"a call is written `{word}(…)`")
    fixes = [replacing("quote it", span, f'"{word}"'), replacing("make it a name", span, f"#{word}")]
    hint = f'write "{word}" for text, #{word} for a name, {word}(…) for a call'
    return found(codes.BARE_WORD, f"`{word}` stands here bare", span, hint=hint, fixes=fixes)


def _missing_hash(at: Failure) -> Diagnostic | None:
    if at.expected != {"EVID"} or not at.word():
        return None
    fix = replacing(f"write `#{at.word()}`", at.span(at.position, at.position), "#", safe=True)
    return found(codes.MISSING_SIGIL, f"a name is written `#{at.word()}`", at.here(), fixes=[fix])


def _missing_word(at: Failure) -> Diagnostic | None:
    """`for #x of #list`."""
    if at.expected != {"IN"}:
        return None
    fixes = [replacing("write `in`", at.here(), "in", safe=True)] if at.word() in ("of", "over", "from") else []
    return found(codes.UNEXPECTED, "`in` and a list are missing here", at.here(), fixes=fixes, allowed=["in"])


def _inner_quote(at: Failure) -> Diagnostic | None:
    """A text goes on behind its closing quote: `"say "hi" now"`."""
    touches = at.text[at.position - 1 : at.position] in ('"', "'")
    if at.last != "STRING" or not touches or not at.word() or re.match(r"\w+[ \t]*[=:]", at.rest):
        return None
    message = "the text ended at the quote before this word"
    hint = 'write `\\"` for a quote inside a text, or put the text in single quotes'
    return found(codes.UNEXPECTED, message, at.here(), hint=hint, allowed=shown(at.expected))


def _comma(at: Failure) -> Diagnostic | None:
    if at.rest[:1] == "," and at.last == "COMMA":
        fix = replacing("remove it", at.span(at.position, at.position + 1), "", safe=True)
        return found(
            codes.UNEXPECTED, "two commas, nothing between them", at.span(at.position, at.position + 1), fixes=[fix]
        )
    if "COMMA" in at.expected and re.match(r"[\w\"'#\[{]", at.rest) and "RETRY" not in at.expected:
        end = len(at.text[: at.position].rstrip(" \t"))
        comma = "," if end < at.position else ", "
        fix = replacing("put a comma there", at.span(end, end), comma)
        return found(codes.UNEXPECTED, "a comma is missing here", at.here(), fixes=[fix], allowed=shown(at.expected))
    return None


def _path(at: Failure) -> Diagnostic | None:
    if at.last in ("RBRACE", "RSQB", "STRING") and "FIELD" not in at.expected and re.match(r"\.\w|\[", at.rest):
        way = "put what it is taken from in brackets: `({a: 1}).a`"
        return found(codes.UNEXPECTED, "a path follows a name, a call or brackets", at.here(), hint=way)
    if at.rest[:1] not in (".", "[") or "FIELD" not in at.expected or at.rest[:2] == ". ":
        return None
    message = 'a path goes on with `.name`, `[0]`, `[*]` or `["any key"]`'
    hint = "take(…, n) gives the first n of a list" if re.match(r"\[[^\]]*:", at.rest) else None
    ways = [".name", "[0]", "[-1]", "[*]", '["any key"]']
    return found(codes.UNEXPECTED, message, at.here(), hint=hint, allowed=ways)


def _assignment(at: Failure) -> Diagnostic | None:
    if at.rest[:1] == "=" and at.expected == {"COLON"}:
        fix = replacing("write `:`", at.span(at.position, at.position + 1), ":", safe=True)
        return found(codes.UNEXPECTED, "in an object `:` stands behind the key", at.here(), fixes=[fix])
    if at.rest[:1] != "=" or "CMP" not in at.expected:
        return None
    fix = replacing("compare with `==`", at.span(at.position, at.position + 1), "==")
    return found(codes.UNEXPECTED, "`=` does not compare; `==` does", at.here(), fixes=[fix])


def _operator(at: Failure) -> Diagnostic | None:
    match = _FOREIGN_OPERATOR.match(at.rest)
    if match is None or (match[0] != "!" and not {"CMP", "AND"} & at.expected):
        return None
    word = _OPERATORS[" ".join(match[0].split())]
    span = at.span(at.position, at.position + len(match[0]))
    before = "" if at.text[at.position - 1 : at.position] in " \t" else " "
    behind = "" if at.rest[len(match[0]) : len(match[0]) + 1] in " \t" else " "
    fix = replacing(f"write `{word}`", span, f"{before}{word}{behind}")
    return found(codes.UNEXPECTED, f"`{match[0]}` is written `{word}` here", span, fixes=[fix])


def _ternary(at: Failure) -> Diagnostic | None:
    if at.rest[:1] != "?" or "CMP" not in at.expected:
        return None
    return found(codes.UNEXPECTED, "a choice is written `(this if condition else that)`", at.here())


def _chain(at: Failure) -> Diagnostic | None:
    if "AND" not in at.expected or "CMP" in at.expected or not re.match(r"[=!<>]=|[<>]|in\b", at.rest):
        return None
    hint = "write `#a < #b and #b < #c`"
    return found(codes.UNEXPECTED, "comparisons do not chain; `and` joins two of them", at.here(), hint=hint)


def _closes_nothing(at: Failure) -> Diagnostic | None:
    sign = at.rest[:1]
    if not sign or sign not in ")]}" or outside(at.text[: at.position] + ".")[-1] != ".":
        return None
    is_last = not at.rest.strip(" \t)]}")
    fix = replacing("remove it", at.span(at.position, at.position + 1), "", safe=is_last)
    return found(codes.UNEXPECTED, f"this `{sign}` closes nothing", at.here(), fixes=[fix])


def _curly(at: Failure) -> Diagnostic | None:
    if at.rest[:1] not in ("“", "”", "‘", "’", "`"):
        return None
    span = at.span(at.position, at.position + 1)
    return found(codes.UNEXPECTED, f"`{at.rest[0]}` is no quote here", span, hint="texts stand in `\"` or `'`")


def _foreign_reference(at: Failure) -> Diagnostic | None:
    match = re.match(r"\$\{?(\w+)\}?|@(\w+)|\{\{?(E\d+)\}?\}|<(E\d+)>", at.rest)
    if match is None:
        return None
    name = next(group for group in match.groups() if group)
    span = at.span(at.position, at.position + match.end())
    fix = replacing(f"write `#{name}`", span, f"#{name}")
    return found(codes.UNEXPECTED, f"a reference is written `#{name}`", span, fixes=[fix])


def _number(at: Failure) -> Diagnostic | None:
    message = "a number is written like `7`, `-7`, `0.5` or `1.5e3`"
    if "NUMBER" in at.expected and re.match(r"\.[0-9]", at.rest):
        fix = replacing("put a `0` before it", at.span(at.position, at.position), "0", safe=True)
        return found(codes.UNEXPECTED, message, at.here(), fixes=[fix])
    if at.last not in ("NUMBER", "COUNT") or at.text[at.position - 1 : at.position] in " \t":
        return None
    if not at.rest[:1].isalnum() and at.rest[:1] not in ("_", "."):
        return None
    number = re.compile(r"[\w.]+").search(at.text, max(0, at.text.rfind(" ", 0, at.position)))
    return found(codes.UNEXPECTED, message, at.span(*number.span()) if number else at.here())


def _missing_value(at: Failure) -> Diagnostic | None:
    if at.rest.strip(" \t") and at.rest[:1] not in ",)]}":
        return None
    if not {"STRING", "EVID", "SCALAR"} & at.expected:
        return None
    where = {"EQ": "behind `=`", "COLON": "behind `:`", "COMMA": "behind the comma", None: "here"}.get(at.last)
    where = where or (f"behind `{KEYWORDS[at.last]}`" if at.last in KEYWORDS else "here")
    what = "a type" if "SCALAR" in at.expected else "a value" if "STRING" in at.expected else "a name"
    return found(codes.MISSING_VALUE, f"{what} is missing {where}", at.here(), allowed=shown(at.expected))


def _anything(at: Failure) -> Diagnostic | None:
    token = TOKEN.match(at.text, at.position)
    what = f"`{token[0]}` is not expected here" if token else "the statement ends too early"
    return found(codes.UNEXPECTED, what, at.here(), allowed=shown(at.expected))


Explanation: TypeAlias = Callable[[Failure], Diagnostic | None]

EXPLANATIONS: tuple[Explanation, ...] = (
    _two_statements,
    _escape,
    _glued_amount,
    _amount,
    _left_side,
    _two_signs,
    _unknown_type,
    _method,
    _bare_word,
    _inner_quote,
    after_names,
    _comma,
    _assignment,
    _operator,
    _ternary,
    _chain,
    _curly,
    _foreign_reference,
    _missing_hash,
    keyword_alone,
    _missing_word,
    _number,
    misplaced,
    second_in_list,
    unknown_clause,
    _path,
    _closes_nothing,
    _missing_value,
    _anything,
)


def explain(at: Failure) -> Diagnostic:
    """The one diagnostic of a statement that does not parse."""
    for explanation in EXPLANATIONS:
        diagnostic = explanation(at)
        if diagnostic is not None:
            return diagnostic
    raise AssertionError("the last explanation always answers")


# --- what the cutter could not close ---


def unclosed(trouble: Trouble, text: str) -> Diagnostic:
    """The diagnostic of a piece with a trouble; `closing` knows what would help."""
    opened = Span(trouble.opened, trouble.opened + 1)
    match trouble.kind:
        case "bracket":
            sign = text[trouble.opened]
            allowed = [CLOSING[sign]]
            return found(codes.UNCLOSED_BRACKET, f"this `{sign}` is never closed", opened, allowed=allowed)
        case "wrong-bracket":
            sign, wrong = text[trouble.opened], text[trouble.at]
            closing = CLOSING[sign]
            place = Span(trouble.at, trouble.at + 1)
            related = [Related(message=f"`{sign}` was opened here", span=opened)]
            message = f"`{wrong}` stands where `{closing}` must close the `{sign}`"
            return found(codes.UNCLOSED_BRACKET, message, place, related=related, allowed=[closing])
        case "string":
            hint = 'a text in quotes ends on its line; `"""` may span lines'
            return found(codes.UNCLOSED_STRING, "this text is not closed on its line", opened, hint=hint)
        case "block":
            span = Span(trouble.opened, trouble.opened + 3)
            return found(codes.UNCLOSED_STRING, 'this `"""` is never closed', span, allowed=['"""'])
        case "raw":
            hint = "brackets nest once in raw text and come in pairs; write `\\[` and `\\]` for single ones"
            return found(codes.UNCLOSED_RAW, "this `[` is not closed on its line", opened, hint=hint, allowed=["]"])
        case "deep":
            return found(codes.TOO_LARGE, "brackets are nested too deep", opened)
        case "long-string":
            return found(codes.TOO_LARGE, "this text is too long", opened)


# --- what the grammar reads and the language does not have ---

_TOO_LONG = {
    "long-name": "this name is too long",
    "long-string": "this text is too long",
    "long-number": "this number has too many digits",
}


def meaning(complaint: Complaint) -> Diagnostic:
    """The diagnostic of something that parses and is not allowed."""
    span, word = complaint.span, complaint.text
    first = [Related(message="the first one is here", span=complaint.first)] if complaint.first else []
    match complaint.about:
        case "twice":
            return found(codes.TWICE, f"`{word}` is given twice", span, related=first)
        case "reserved-name" | "reserved-call":
            return found(codes.RESERVED, f"`{word}` is no name", span, hint="choose another, or quote a key")
        case "late-positional":
            related = [Related(message="behind this named one", span=complaint.first)]
            return found(codes.LATE_POSITIONAL, "an argument without a name comes first", span, related=related)
        case "half-character":
            return found(codes.CONTROL_CHARACTER, "this text holds half a character", span)
        case about:
            return found(codes.TOO_LARGE, _TOO_LONG[about], span)
