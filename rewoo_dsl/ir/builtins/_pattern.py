"""`match` on RE2: time linear in the text whatever the pattern says. The only module that imports google-re2, late.

The charge is the work that RE2 does at worst: characters times instructions of the compiled pattern.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..fuel import EvaluationError, Fuel

MAX_PATTERN = 1_000
_MEMORY = 1 << 20


def first_match(pattern: str, text: str, fuel: Fuel) -> str | None:
    """The first match, or its first group when the pattern has groups; None when nothing matches.

    A group that took no part in the match is empty text, so that None always means: no match.
    """
    compiled = _compiled(pattern)
    if isinstance(compiled, str):
        raise EvaluationError("value", compiled)
    fuel.visit(1 + (len(text) * compiled.programsize >> 10))
    try:
        found = compiled.search(text)
    except UnicodeEncodeError:
        raise EvaluationError("value", "the text holds half a character (a lone surrogate)") from None
    if found is None:
        return None
    matched: str = found.group(1 if compiled.groups else 0) or ""
    fuel.make(len(matched))
    return matched


def matches_whole(pattern: str, text: str) -> bool:
    """Whether all of the text matches; text that is no Unicode, or a pattern that is none, matches nothing."""
    compiled = _compiled(pattern)
    return not isinstance(compiled, str) and _found(compiled.fullmatch, text)


def searches(pattern: str, text: str) -> bool:
    """Whether a part of the text matches, under the same conditions."""
    compiled = _compiled(pattern)
    return not isinstance(compiled, str) and _found(compiled.search, text)


def _found(look: Callable[[str], object], text: str) -> bool:
    try:
        return look(text) is not None
    except UnicodeEncodeError:
        return False


def problem_of(pattern: str) -> str | None:
    """Why `pattern` is none, or None."""
    compiled = _compiled(pattern)
    return compiled if isinstance(compiled, str) else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    """The compiled pattern, or what is wrong with it."""
    import re2  # type: ignore[import-untyped]  # the wheel ships no types

    if len(pattern) > MAX_PATTERN:
        return f"a pattern has at most {MAX_PATTERN} characters, this one {len(pattern)}"
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "cannot be read"
        return f"this is no pattern: {reason[:120]}"
    except UnicodeEncodeError:
        return "this is no pattern: it holds half a character (a lone surrogate)"
