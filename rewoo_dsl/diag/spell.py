"""Near names for a name that is not known, at a bounded price however many candidates there are.

Near means: the same but for case and `_ - .`, a few slips of the finger away, or one inside the other. A far-fetched
suggestion is worse than none, so the tolerance grows slowly with the length of the name.

Only a few candidates are compared letter by letter: where there are many, those that share most pairs of letters with
the name. A plan with a thousand faults over an object with a thousand fields is so checked in a second or two.
"""

from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest
from itertools import islice

MAX_CANDIDATES = 2_000
MAX_COMPARED = 32
MAX_LENGTH = 64
_NOT_SHORT = 4


def nearest(name: str, candidates: Iterable[str], *, limit: int = 3) -> list[str]:
    """The candidates that the author of `name` may have meant, nearest first, at most `limit`.

    >>> nearest("serach", ["search", "send_email"])
    ['search']
    >>> nearest("webSearch", ["web_search", "weather"])
    ['web_search']
    """
    if not name or len(name) > MAX_LENGTH:
        return []
    scored: list[tuple[int, int, str]] = []
    for place, candidate in enumerate(_shortlist(name, list(islice(dict.fromkeys(candidates), MAX_CANDIDATES)))):
        score = _score(name, candidate)
        if score is not None and candidate != name:
            scored.append((score, place, candidate))
    return [candidate for _, _, candidate in sorted(scored)[:limit]]


def _shortlist(name: str, candidates: list[str]) -> list[str]:
    """The candidates worth a comparison, in their order."""
    if len(candidates) <= MAX_COMPARED:
        return candidates
    pairs = _pairs(name)
    shared = [0 if len(one) > MAX_LENGTH else len(pairs & _pairs(one)) for one in candidates]
    return [candidates[place] for place in sorted(nlargest(MAX_COMPARED, range(len(candidates)), shared.__getitem__))]


@lru_cache(maxsize=2 * MAX_CANDIDATES)
def _pairs(name: str) -> frozenset[str]:
    """Neighbours among the letters of a name, its beginning and its end included."""
    folded = f"^{_folded(name)}$"
    return frozenset(map(str.__add__, folded, folded[1:]))


def is_slip(name: str, candidate: str) -> bool:
    """Whether `name` surely is `candidate` mistyped: the same but for case and `_ - .`, two letters swapped, or one
    lost or too many in a word that is not short.

    Another letter may be another word: `get_user` is near `set_user`, and no slip of it.

    >>> is_slip("web_serach", "webSearch"), is_slip("subjet", "subject")
    (True, True)
    >>> is_slip("get_user", "set_user"), is_slip("E1", "E12")
    (False, False)
    """
    one, other = _folded(name), _folded(candidate)
    if one == other:
        return True
    is_long = min(len(one), len(other)) >= _NOT_SHORT
    alike = sorted(one) == sorted(other) or (is_long and len(one) != len(other))
    return alike and not one[-1:].isdigit() and _distance(one, other, 1) is not None


def _score(name: str, candidate: str) -> int | None:
    """How far `candidate` is from `name`; None when it is too far to be worth showing."""
    if not candidate or len(candidate) > MAX_LENGTH:
        return None
    one, other = _folded(name), _folded(candidate)
    if one == other:
        return 0
    shorter, longer = sorted((one, other), key=len)
    tolerance = min(1 + len(longer) // 4, 3)
    if len(longer) - len(shorter) <= tolerance:
        slips = _distance(one, other, tolerance)
        if slips is not None and (slips * 2 < len(longer) or slips == 1 < len(longer)):
            return slips
    return tolerance + 1 if len(shorter) >= 4 and shorter in longer else None


def _folded(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(".", "")


def _distance(one: str, other: str, most: int) -> int | None:
    """Insertions, deletions, replacements and swaps of neighbours from `one` to `other`, or None beyond `most`."""
    one, other = _without_common_ends(one, other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _without_common_ends(one: str, other: str) -> tuple[str, str]:
    """What is left of two words without what both begin with and both end with: it is as far apart."""
    begin, end, shorter = 0, 0, min(len(one), len(other))
    while begin < shorter and one[begin] == other[begin]:
        begin += 1
    while end < shorter - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[begin : len(one) - end], other[begin : len(other) - end]
