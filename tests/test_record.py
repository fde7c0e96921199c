"""Records are frozen dataclasses with slots, whatever is compiled when."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl._record import Record, record


@record
class Point:
    """A place."""

    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A place."""

    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@record
class Pair(Record):
    left: Any
    right: Any = None

    @property
    def both(self) -> tuple[Any, Any]:
        return self.left, self.right


@record
class Empty:
    pass


@record
class Positive:
    value: int

    def __post_init__(self) -> None:
        if self.value < 1:
            raise ValueError("not positive")


@record
class Folded:
    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Folded) and self.text.lower() == other.text.lower()

    def __hash__(self) -> int:
        return hash(self.text.lower())


VALUES = st.fixed_dictionaries(
    {"x": st.integers(0, 2)},
    optional={"y": st.integers(0, 2), "tags": st.lists(st.sampled_from("ab"), max_size=2), "note": st.text(max_size=2)},
)


@given(VALUES, VALUES)
def test_a_record_is_as_the_dataclass_would_be(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (Point(**one) == Point(**other)) == (Ordinary(**one) == Ordinary(**other))
    assert repr(Point(**one)) == repr(Ordinary(**one)).replace("Ordinary", "Point")
    assert [getattr(Point(**one), each.name) for each in fields(Point)] == [  # type: ignore[arg-type]  # it is one
        getattr(Ordinary(**one), each.name) for each in fields(Ordinary)
    ]


def test_positions_patterns_and_copies() -> None:
    match Pair(1, 2):
        case Pair(left, right):
            assert (left, right) == (1, 2)
    assert Pair(1, 2).both == (1, 2)
    assert replace(Pair(1, 2), right=3) == Pair(1, 3)
    for again in (copy.copy(Pair(1, 2)), pickle.loads(pickle.dumps(Pair(1, 2)))):
        assert again == Pair(1, 2)
        assert hash(again) == hash(Pair(1, 2))


def test_records_of_two_classes_are_never_equal() -> None:
    assert Pair(1) != Point(1)
    assert Empty() == Empty() != ()
    assert len({Empty(), Empty(), Pair(1), Pair(1)}) == 2


def test_nothing_is_set_taken_away_or_added() -> None:
    one = Pair(1)
    with pytest.raises(FrozenInstanceError):
        one.left = 2  # type: ignore[misc]  # frozen, and that is the point
    with pytest.raises(FrozenInstanceError):
        del one.left
    assert not hasattr(one, "__dict__")


def test_defaults_are_made_for_each_record() -> None:
    assert Point(1).tags is not Point(1).tags


def test_wrong_arguments_are_refused_with_the_first_record_and_with_later_ones() -> None:
    @record
    class Fresh:
        value: int

    for _ in range(2):
        with pytest.raises(TypeError, match="value"):
            Fresh()  # type: ignore[call-arg]  # refused, and that is the point


def test_what_a_class_defines_itself_stays() -> None:
    with pytest.raises(ValueError, match="positive"):
        Positive(0)
    assert Folded("A") == Folded("a")
    assert len({Folded("A"), Folded("a")}) == 1
