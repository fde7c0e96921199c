"""Days as people write them: `2024-05-31`, `31 May 2024`, `Fri, May 31st, 2024 10:00 GMT`."""

import re
from datetime import date

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_CLOCK = re.compile(
    r"[T ,]+[0-9]{1,2}:[0-9]{2}[0-9:.,]*( ?(Z|[A-Z]{3,4}|[AaPp][Mm]|[+-][0-9]{2}:?[0-9]{2}))?\Z", re.ASCII
)
"""A time of day at the end, with its offset or zone."""


def read_date(written: str) -> date | None:
    """The day that a text is, or None."""
    if len(written) > 64:
        return None
    stripped = written.strip()
    return _iso(stripped) or _in_words(stripped) or _iso(_day_of(stripped)) or _in_words(_day_of(stripped))


def _day_of(written: str) -> str:
    """The text without its time of day: the shortest such day, for a time may begin with several blanks."""
    found = _CLOCK.search(written)
    return written if found is None else written[: found.start()]


def _iso(written: str) -> date | None:
    parts = written.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(map(_is_number, parts)):
        return None
    return _made(*map(int, parts))


def _in_words(written: str) -> date | None:
    """`[weekday[,]] day month[.][,] year` or `[weekday[,]] month[.] day[,] year`, with one blank between two words."""
    words = written.split(" ")
    if len(words) == 4 and _is_word(words[0].removesuffix(",")):
        words = words[1:]
    if len(words) != 3 or len(words[2]) != 4 or not _is_number(words[2]):
        return None
    year = int(words[2])
    first, second = words[0], words[1].removesuffix(",")
    if first[:1].isdigit():
        return _made(year, _month(second), _number_of_day(first))
    return _made(year, _month(first), _number_of_day(second))


def _number_of_day(word: str) -> int:
    digits = word[:-2] if word[-2:] in ("st", "nd", "rd", "th") else word
    return int(digits) if len(digits) <= 2 and _is_number(digits) else 0


def _month(word: str) -> int:
    low = word.removesuffix(".").lower()
    for place, name in enumerate(MONTHS):
        if low in (name, name[:3]) or (low == "sept" and name == "september"):
            return place + 1
    return 0


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_number(word: str) -> bool:
    return word != "" and all(letter in "0123456789" for letter in word)


def _is_word(word: str) -> bool:
    return 3 <= len(word) <= 9 and word.isascii() and word.isalpha()
