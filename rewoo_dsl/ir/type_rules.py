"""Questions about types that operators, paths and built-ins all ask: the mirror of `operations`, on types.

Where `operations` raises, a function here reports a `Finding`; where it gives a value, a function here gives a type
that this value belongs to.
"""

from collections.abc import Callable

from ..diag.spell import nearest
from .expr import Path, PathItem
from .findings import Certainty, Finding, FindingKind, Report
from .fuel import cut
from .types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NULL,
    STR,
    Answer,
    AnyType,
    DictType,
    Fit,
    ListType,
    ObjectType,
    Only,
    Refined,
    Scalar,
    Type,
    Union,
    fits,
    members_of,
    show,
    union,
)
from .values import equal, kind

LIST: Type = ListType(ANY)
OBJECT: Type = DictType(ANY)
NUMBER: Type = FLOAT

_SHOWN = 120
_SHOWN_MEMBERS = 24  # of six characters at least, so more than are shown
_SCALARS: dict[str, Type] = {"str": STR, "int": INT, "float": FLOAT, "bool": BOOL}


def brief(one: Type) -> str:
    """A type in a message: its short form, cut when it is a long one. No more is written than is shown."""
    if isinstance(one, ObjectType) and len(one.members) > _SHOWN_MEMBERS:
        one = ObjectType(one.members[:_SHOWN_MEMBERS], closed=one.closed)
    return cut(show(one), _SHOWN)


# --- reading a type ------------------------------------------------------------------------------------------------


def alternatives(one: Type) -> tuple[Type, ...]:
    """The plain types that a value of `one` may have: unions taken apart, refinements left out."""
    if isinstance(one, Union):
        return tuple(plain for member in one.members for plain in alternatives(member))
    return alternatives(one.of) if isinstance(one, Refined) else (one,)


def widened(one: Type) -> tuple[Type, ...]:
    """The alternatives with each literal as its scalar, without repeats: few, however long the enumeration."""
    found = (_SCALARS[kind(a.value)] if isinstance(a, Only) else a for a in alternatives(one))
    return tuple(dict.fromkeys(found))


def is_unknown(one: Type) -> bool:
    return isinstance(one, AnyType) or any(isinstance(a, AnyType) for a in alternatives(one))


def admits_null(one: Type) -> bool:
    return NULL in alternatives(one)


def without_null(one: Type) -> Type:
    """The type of the same value once null is excluded."""
    return filtered(one, lambda a: a != NULL) if admits_null(one) else one


def filtered(one: Type, keep: Callable[[Type], bool]) -> Type:
    """The alternatives that `keep` wants; a refinement stays whole unless a part of it goes."""
    kept: list[Type] = []
    for member in members_of(one):
        plain = alternatives(member)
        wanted = [a for a in plain if keep(a)]
        kept.extend([member] if len(wanted) == len(plain) else wanted)
    return union(*kept)


def item_type(one: Type) -> Type:
    """The type of the items of whatever in `one` is a list."""
    if is_unknown(one):
        return ANY
    return union(*(a.item for a in alternatives(one) if isinstance(a, ListType)))


def value_type(one: Type) -> Type:
    """The type of the values of whatever in `one` is an object; an open one may hold anything."""
    if is_unknown(one):
        return ANY
    found: list[Type] = []
    for a in alternatives(one):
        if isinstance(a, DictType):
            found.append(a.value)
        elif isinstance(a, ObjectType):
            found.extend(m.type for m in a.members)
            if not a.closed:
                return ANY
    return union(*found)


def number_of(one: Type) -> Type:
    """`int` when every value of `one` is whole, else `float`."""
    return INT if all(a == INT for a in widened(one)) else FLOAT


def never_equal(one: Type, other: Type) -> bool:
    """Whether it is certain that no value of one type equals one of the other."""
    pairs = [(a, b) for a in alternatives(one)[:64] for b in alternatives(other)[:64]]
    return bool(pairs) and len(alternatives(one)) <= 64 and all(_disjoint(a, b) for a, b in pairs)


def _disjoint(one: Type, other: Type) -> bool:
    if isinstance(one, AnyType) or isinstance(other, AnyType):
        return False
    if isinstance(one, Only) and isinstance(other, Only):
        return not equal(one.value, other.value)
    return _family(one) != _family(other)


def _family(one: Type) -> str:
    match one:
        case Only():
            return _family(_SCALARS[kind(one.value)])
        case Scalar():
            return "number" if one in (INT, FLOAT) else one.name
        case ListType():
            return "list"
        case _:
            return "object"


# --- requiring one -------------------------------------------------------------------------------------------------


def require(source: Type, target: Type, at: str, report: Report, *, kind: FindingKind = "type", what: str = "") -> None:
    """Complains unless every value of `source` is one of `target`; `what` says in words what is expected."""
    if not isinstance(source, Union | Refined | AnyType) and fits(source, target) == _FITS:
        return
    expected = what or brief(target)
    if is_unknown(source):
        report(Finding("unchecked", f"expected {expected}, found any", at, "unchecked"))
        return
    if not admits_null(target) and fits(without_null(source), target).answer is not Answer.NO:
        source = _without_forbidden_null(source, expected, at, report)
    found = fits(source, target)
    if found.answer is not Answer.YES:
        certainty: Certainty = "certain" if found.answer is Answer.NO else "maybe"
        report(Finding(kind, f"expected {expected}, found {brief(source)}", at, certainty))
    elif not found.checked:
        report(Finding("unchecked", f"expected {expected}, found {brief(source)}", at, "unchecked"))


_FITS = Fit(Answer.YES)


def _without_forbidden_null(source: Type, expected: str, at: str, report: Report) -> Type:
    if not admits_null(source):
        return source
    rest = without_null(source)
    certainty: Certainty = "certain" if rest == NEVER else "maybe"
    report(Finding("null", f"expected {expected}, found {brief(source)}", at, certainty))
    return rest


def require_order(one: Type, at: str, report: Report) -> None:
    """Complains unless values of `one` can be ordered among themselves: all numbers, or all text."""
    if is_unknown(one):
        report(Finding("unchecked", "expected numbers or text, found any", at, "unchecked"))
        return
    one = _without_forbidden_null(one, "numbers or text", at, report)
    families = {_family(a) for a in alternatives(one)}
    if families <= {"number"} or families <= {"str"}:
        return
    certainty: Certainty = "maybe" if families & {"number", "str"} else "certain"
    report(Finding("type", f"expected numbers or text, found {brief(one)}", at, certainty))


def require_membership(item: Type, container: Type, at: tuple[str, str], report: Report) -> None:
    """Complains unless `item in container` can be asked; `at` are the places of item and container."""
    require(container, union(LIST, OBJECT, STR), at[1], report, what="a list, a str or an object")
    if is_unknown(container):
        return
    families = {_family(a) for a in alternatives(container)} - {"null"}
    if families == {"list"}:
        if never_equal(item, item_type(container)):
            message = f"no item of {brief(container)} is {brief(item)}"
            report(Finding("comparison", message, at[0], "maybe"))
    elif families & {"str", "object"} and "list" not in families:
        require(item, STR, at[0], report)
    elif families & {"str", "object"} and not all(a == STR for a in widened(item)):
        report(Finding("type", f"expected str, found {brief(item)}", at[0], "maybe"))


# --- following a path ----------------------------------------------------------------------------------------------


def type_at(one: Type, path: Path, at: str, report: Report, *, guarded: bool = False) -> Type:
    """The type at the end of a path. `guarded`: what leads nowhere gives null instead of a complaint."""
    walk = _Walk(at, report, guarded=guarded)
    found = walk.along(one, path)
    return union(found, NULL) if walk.may_miss else found


class _Walk:
    """One path through a type. `may_miss` is set when a guarded path may lead nowhere."""

    def __init__(self, at: str, report: Report, *, guarded: bool) -> None:
        self.at, self.report, self.guarded = at, report, guarded
        self.may_miss = False

    def along(self, one: Type, path: Path) -> Type:
        for i, step in enumerate(path):
            plain = _plain_step(one, step)
            if plain is not None:
                self.may_miss = self.may_miss or (self.guarded and isinstance(step, int))
                one = plain
                continue
            if is_unknown(one):
                name = step if isinstance(step, str) else f"[{'*' if step is None else step}]"
                self._say("unchecked", f"`{cut(name)}` is asked of any", "unchecked")
                self.may_miss = self.may_miss or self.guarded
                return ANY
            if step is None:
                item = self._items(one, "[*]")
                return NEVER if item is None else ListType(self.along(item, path[i + 1 :]))
            one = self._field(one, step) if isinstance(step, str) else self._index(one, step)
        return one

    def _index(self, one: Type, index: int) -> Type:
        item = self._items(one, f"[{index}]")
        self.may_miss = self.may_miss or self.guarded
        return NEVER if item is None else item

    def _items(self, one: Type, step: str) -> Type | None:
        """The type of the items, or None when `one` is no list at all."""
        lists = [a for a in alternatives(one) if isinstance(a, ListType)]
        self._complain(one, step, "a list", [a for a in alternatives(one) if a not in lists], good=bool(lists))
        return union(*(a.item for a in lists)) if lists else None

    def _field(self, one: Type, key: str) -> Type:
        found: list[Type] = []
        wrong: list[Type] = []
        absent: list[ObjectType] = []
        open_ones: list[ObjectType] = []
        for a in alternatives(one):
            if isinstance(a, DictType):
                found.append(a.value)
                self.may_miss = self.may_miss or self.guarded
            elif not isinstance(a, ObjectType):
                wrong.append(a)
            elif (member := a.member(key)) is not None:
                found.append(member.type)
                self._optional(member.optional, f"`{cut(key)}` may be missing: it is optional in {brief(a)}")
            elif a.closed:
                absent.append(a)
            else:
                open_ones.append(a)
        self._undeclared(key, open_ones, elsewhere=bool(found))
        found.extend(ANY for _ in open_ones[:1])
        self._complain(one, f".{key}", "an object", wrong, good=bool(found))
        self._absent(key, absent, good=bool(found))
        return union(*found)

    def _complain(self, one: Type, step: str, what: str, wrong: list[Type], *, good: bool) -> None:
        """Reports the alternatives that have no such step: null, and what is no list or object."""
        if NULL in wrong and self.guarded:
            self.may_miss = good = True
        certainty: Certainty = "maybe" if good else "certain"
        if NULL in wrong and not self.guarded:
            self._say("null", f"`{cut(step)}` is asked of null: this is {brief(one)}", certainty)
        rest = [a for a in wrong if a != NULL]
        if rest:
            hint = f"; `[*]{step}` asks every item" if isinstance(rest[0], ListType) and what == "an object" else ""
            self._say("type", f"`{cut(step)}` needs {what}, this is {brief(union(*rest))}{hint}", certainty)

    def _absent(self, key: str, absent: list[ObjectType], *, good: bool) -> None:
        if not absent:
            return
        self.may_miss = self.may_miss or self.guarded
        if good and self.guarded:
            return
        near = self._near(key, *absent)
        self._say("field", f"there is no `{cut(key)}` in {brief(absent[0])}", "maybe" if good else "certain", near)

    def _optional(self, really: bool, message: str) -> None:
        if really and self.guarded:
            self.may_miss = True
        elif really:
            self._say("field", message, "maybe")

    def _undeclared(self, key: str, objects: list[ObjectType], *, elsewhere: bool) -> None:
        """A field that open objects do not declare; `elsewhere`: another alternative has it."""
        if objects and self.guarded:
            self.may_miss = True
        elif objects:
            message = f"`{cut(key)}` is not declared in {brief(objects[0])}"
            self._say("field" if elsewhere else "undeclared", message, "maybe", self._near(key, *objects))

    def _say(self, kind: FindingKind, message: str, certainty: Certainty, near: tuple[str, ...] = ()) -> None:
        self.report(Finding(kind, message, self.at, certainty, near))

    def _near(self, key: str, *objects: ObjectType) -> tuple[str, ...]:
        return near_names(key, [m.name for one in objects for m in one.members])


def _plain_step(one: Type, step: PathItem) -> Type | None:
    """What nearly every path is made of, and nothing to say about: a required field of an object, an item of a list."""
    if isinstance(step, str):
        member = one.member(step) if isinstance(one, ObjectType) else None
        return None if member is None or member.optional else member.type
    return one.item if isinstance(one, ListType) and step is not None else None


def near_names(name: str, known: list[str]) -> tuple[str, ...]:
    """Names that the author may have meant; all of them when they are few."""
    return tuple(nearest(name, known)) or (tuple(known) if len(known) <= 8 else ())
