"""Text that is too long to be shown whole: evidence in a line, arguments in a message, errors of tools.

All rooms cut it here, so that nobody takes a part for the whole: what is missing is said with its size. Three things
are cut elsewhere, each with a mark of its own: what has to fit the columns of a terminal or a box (`…`, for want of
room); types and names in findings; and evidence for the Solver, where the cut is part of a form that evidence cannot
forge.
"""


def abridge(text: str, most: int, *, tail: int = 0) -> str:
    """The text, or `most` of its characters and a mark that says how many are missing. Never longer than the text.

    `tail` of the characters are those of the end.

    >>> abridge("a" * 100, 10)
    'aaaaaaaaaa… (90 more characters)'
    >>> abridge("a" * 1_000 + "end", 13, tail=3)
    'aaaaaaaaaa… (990 more characters) …end'
    """
    missing = len(text) - most
    mark = f"… ({missing:,} more characters)" + (" …" if tail else "")
    if missing <= len(mark):
        return text
    return text[: most - tail] + mark + (text[-tail:] if tail else "")
