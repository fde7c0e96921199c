"""Choices without their maker: one definition of what is drawn, for hypothesis and for a fast seeded generator.

    def plan_of(draw: Draw) -> Plan: ... draw.pick(["a", "b"]) ... draw.number(0, 3) ... draw.chance(4)

    plan_of(Seeded(7))                    # the same plan whenever, in a tenth of the time that hypothesis takes
    @given(drawn(plan_of))                # the same plans under hypothesis, which shrinks them

What is listed first, the lowest number and *no* are the plainest choices: that is where hypothesis shrinks to.
"""

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")


class Draw(Protocol):
    """Whoever makes the choices."""

    def pick(self, options: Sequence[T], /) -> T:
        """One of these."""

    def number(self, low: int, high: int, /) -> int:
        """A number from `low` to `high`, both included."""

    def chance(self, one_in: int, /) -> bool:
        """Yes once in so many times."""


class Seeded:
    """Choices that follow from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._below = self.random.random  # three times as fast as `randrange`, and good enough for choices among a few

    def pick(self, options: Sequence[T], /) -> T:
        return options[int(self._below() * len(options))]

    def number(self, low: int, high: int, /) -> int:
        return low + int(self._below() * (high - low + 1))

    def chance(self, one_in: int, /) -> bool:
        return self._below() * one_in < 1.0


class _Hypothesis:
    def __init__(self, draw: "DrawFn") -> None:
        from hypothesis import strategies

        self._draw, self._st = draw, strategies

    def pick(self, options: Sequence[T], /) -> T:
        return self._draw(self._st.sampled_from(options))

    def number(self, low: int, high: int, /) -> int:
        return self._draw(self._st.integers(low, high))

    def chance(self, one_in: int, /) -> bool:
        return self._draw(self._st.integers(0, one_in - 1)) == one_in - 1


def drawn(make: Callable[[Draw], T]) -> "SearchStrategy[T]":
    """What `make` draws, as a strategy of hypothesis."""
    from hypothesis import strategies

    return strategies.composite(lambda draw: make(_Hypothesis(draw)))()


__all__ = ["Draw", "Seeded", "drawn"]
