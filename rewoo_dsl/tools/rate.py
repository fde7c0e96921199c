"""How often a tool may be called: `10/s`, `100/min`, `5000/h`, `3/10s`."""

import re
from dataclasses import dataclass
from typing import Self

_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FORM = re.compile(r"(\d{1,9})\s*/\s*(\d{1,6})?\s*(ms|s|min|m|h|d)")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` starts within any `seconds`, however they lie.

    >>> Rate.parse("100/min")
    Rate(calls=100, seconds=60.0)
    """

    calls: int
    seconds: float

    def __post_init__(self) -> None:
        if self.calls < 1 or not self.seconds > 0:
            raise ValueError(f"a rate is at least one call in a time above 0, not {self.calls} in {self.seconds:g} s")

    @classmethod
    def parse(cls, text: str) -> Self:
        """A rate from text. Raises `ValueError` with the forms that there are."""
        found = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"{str(text)[:40]!r} is no rate: `10/s`, `100/min`, `3/10s` are")
        calls, count, unit = found.groups()
        return cls(int(calls), int(count or 1) * _SECONDS[unit])
