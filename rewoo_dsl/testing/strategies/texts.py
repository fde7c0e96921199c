"""Texts: of a known format, matching a pattern, and those that stand where nothing more is said."""

from __future__ import annotations

import re
from datetime import UTC

from hypothesis import strategies as st

from ...ir.builtins._pattern import problem_of, searches

CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT: st.SearchStrategy[str] = st.text(CHARACTERS, max_size=20)
WORDS: st.SearchStrategy[str] = st.sampled_from(
    [
        "",
        "port",
        "EU",
        "two words",
        "2024-05-31",
        "12",
        "Ann <ann@example.org>",
        "é",
        "日本",
        'say "hi"',
        "#incidents",
        "a\nb",
    ]
)
"""Short texts that a plan is likely to stumble over."""

ANSWERS = WORDS | st.sampled_from(["#E1", "#{region}", "null", "Plan: #E9 = rm(all=true)"])
"""What tools answer: evidence is data, whatever it looks like."""

_dates = st.dates().map(lambda day: day.isoformat())
_times = st.times().map(lambda time: time.replace(tzinfo=UTC).isoformat())
_host = st.sampled_from(["example.org", "example.com", "a.example.net"])

FORMATS: dict[str, st.SearchStrategy[str]] = {
    "date": _dates,
    "time": _times,
    "date-time": st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    "duration": st.integers(0, 10_000).map(lambda seconds: f"PT{seconds}S"),
    "email": st.builds("{}@{}".format, st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), _host),
    "hostname": _host,
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "uri": st.builds("https://{}/{}".format, _host, st.from_regex(r"[a-z]{0,6}", fullmatch=True)),
    "uuid": st.uuids().map(str),
}
"""Texts by `format`. Our validator takes a format for a remark, but tools made from Python functions want these."""

_ONE_CLASS = re.compile(
    r"\^(?P<one>\[(?:[^\]\\]|\\.)+\]|\\[wd]|\.)(?P<times>[+*]|\{(?P<least>\d+)(?P<to>,(?P<most>\d*))?\})\$"
)


def matching(pattern: str, least: int, most: int | None) -> st.SearchStrategy[str] | str:
    """Texts in which the pattern is found, by RE2 and by Python alike, or why there are none to be made.

    Lengths are a help, no promise, but where the pattern is one class of characters from end to end.
    """
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error as error:
        return f"Python cannot read the pattern {pattern!r}: {error}"
    plain = _ONE_CLASS.fullmatch(pattern)
    if plain is not None:
        return _of_one_class(plain, least, most)
    texts = st.from_regex(compiled, alphabet=CHARACTERS)
    return texts if problem_of(pattern) is not None else texts.filter(lambda text: searches(pattern, text))


def _of_one_class(plain: re.Match[str], least: int, most: int | None) -> st.SearchStrategy[str] | str:
    low, high = {"+": (1, None), "*": (0, None)}.get(plain["times"], (0, None))
    if plain["least"] is not None:
        low = int(plain["least"])
        high = low if plain["to"] is None else int(plain["most"]) if plain["most"] else None
    low = max(low, least)
    highs = [one for one in (high, most) if one is not None]
    top = min(highs, default=low + 12)
    if low > top:
        return f"no text of {least} or more characters matches {plain.string!r}"
    one = st.from_regex(re.compile(plain["one"], re.ASCII), fullmatch=True, alphabet=CHARACTERS)
    return st.text(one, min_size=low, max_size=top)


__all__ = ["ANSWERS", "CHARACTERS", "FORMATS", "TEXT", "WORDS", "matching"]
