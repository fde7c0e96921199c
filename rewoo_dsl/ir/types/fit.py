"""Three answers per flow: whether a value of one type can be used where another is wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache

from ..._record import record
from ..values import canonical
from .algebra import (
    NEVER,
    AnyType,
    DictType,
    ListType,
    ObjectType,
    Only,
    Refined,
    Scalar,
    Type,
    Union,
    covers,
    told,
)
from .schema import UNDERSTOOD


class Answer(Enum):
    YES = "fits"
    MAYBE = "may not fit"
    NO = "cannot fit"


@record
class Fit:
    """The answer for one flow; `why` and `path` say where it is not `YES`, `checked` is False when `any` decided."""

    answer: Answer
    why: str = ""
    path: tuple[str, ...] = ()
    checked: bool = True


_YES = Fit(Answer.YES)
_UNCHECKED = Fit(Answer.YES, checked=False)


@lru_cache(maxsize=4096)
def fits(source: Type, target: Type) -> Fit:
    """Whether a value of `source` can be used where `target` is wanted."""
    if isinstance(target, AnyType) or source in (target, NEVER):
        return _YES
    if isinstance(source, AnyType):
        return _UNCHECKED
    if isinstance(source, Union):
        return _from_each(source, target)
    if isinstance(target, Union):
        return _into_one(source, target)
    if isinstance(target, Refined):
        found = fits(source, target.of)
        return Fit(Answer.MAYBE, f"the schema says more: {_beyond(target)}") if found.answer is Answer.YES else found
    if isinstance(source, Refined):
        return fits(source.of, target)
    return _simple(source, target)


def _beyond(target: Refined) -> str:
    schema = json.loads(target.schema)
    said = {key: value for key, value in schema.items() if key not in UNDERSTOOD}
    return canonical(said or schema)[:120]


def _from_each(source: Union, target: Type) -> Fit:
    found = [fits(member, target) for member in source.members]
    bad = next((f for f in found if f.answer is not Answer.YES), None)
    if bad is None:
        return Fit(Answer.YES, checked=all(f.checked for f in found))
    worst = next((f for f in found if f.answer is Answer.NO), bad)
    answer = Answer.NO if all(f.answer is Answer.NO for f in found) else Answer.MAYBE
    return Fit(answer, worst.why, worst.path)


def _into_one(source: Type, target: Union) -> Fit:
    found = [fits(source, member) for member in target.members]
    good = [f for f in found if f.answer is Answer.YES]
    if good:
        return next((f for f in good if f.checked), good[0])
    maybe = [(f, m) for f, m in zip(found, target.members, strict=True) if f.answer is Answer.MAYBE]
    if maybe and all(isinstance(member, Only) for _, member in maybe):
        return _mismatch(Answer.MAYBE, source, target)  # one literal of several is no reason
    if maybe:
        return Fit(Answer.MAYBE, maybe[0][0].why, maybe[0][0].path)
    deep = [f for f in found if f.path]
    if len(deep) == 1:  # one of them is meant, by its shape: that one's reason is the reason
        return deep[0]
    return _mismatch(Answer.NO, source, target)


def _mismatch(answer: Answer, source: Type, target: Type) -> Fit:
    return Fit(answer, f"expected {told(target)}, found {told(source)}")


def _simple(source: Type, target: Type) -> Fit:
    match source, target:
        case Only(), Scalar():
            return _YES if covers(target, source) else _mismatch(Answer.NO, source, target)
        case Scalar(), Only():
            return _mismatch(Answer.MAYBE if covers(source, target) else Answer.NO, source, target)
        case Scalar(), Scalar():
            if covers(target, source):
                return _YES
            return _mismatch(Answer.MAYBE if covers(source, target) else Answer.NO, source, target)
        case ListType(), ListType():
            return _at("[*]", fits(source.item, target.item), empty_fits=True)
        case DictType(), DictType():
            return _at("{*}", fits(source.value, target.value), empty_fits=True)
        case ObjectType(), DictType():
            return _object_into_dict(source, target)
        case DictType(), ObjectType():
            return _dict_into_object(source, target)
        case ObjectType(), ObjectType():
            return _worst(list(_object_into_object(source, target)))
    return _mismatch(Answer.NO, source, target)


def _at(place: str, found: Fit, empty_fits: bool = False) -> Fit:
    """The same finding one level further out. What may be absent can never be a certain misfit."""
    if found.answer is Answer.YES:
        return found
    answer = Answer.MAYBE if empty_fits else found.answer
    return Fit(answer, found.why, (place, *found.path), found.checked)


def _worst(found: Sequence[Fit]) -> Fit:
    for answer in (Answer.NO, Answer.MAYBE):
        for one in found:
            if one.answer is answer:
                return one
    return Fit(Answer.YES, checked=all(f.checked for f in found))


def _object_into_dict(source: ObjectType, target: DictType) -> Fit:
    found = _worst([_at(m.name, fits(m.type, target.value), m.optional) for m in source.members])
    unknown = not source.closed and not isinstance(target.value, AnyType)
    return _UNCHECKED if unknown and found.answer is Answer.YES else found


def _dict_into_object(source: DictType, target: ObjectType) -> Fit:
    wanted = [m.name for m in target.members if not m.optional]
    if wanted:
        return Fit(Answer.MAYBE, f"`{wanted[0]}` may be missing", (wanted[0],))
    found = _worst([_at(m.name, fits(source.value, m.type), empty_fits=True) for m in target.members])
    if found.answer is Answer.YES and target.closed:
        return Fit(Answer.MAYBE, "further fields may be there, and none is allowed")
    return found


def _object_into_object(source: ObjectType, target: ObjectType) -> Iterator[Fit]:
    for member in target.members:
        mine = source.member(member.name)
        if mine is not None:
            if mine.optional and not member.optional:
                yield Fit(Answer.MAYBE, f"`{member.name}` may be missing", (member.name,))
            yield _at(member.name, fits(mine.type, member.type), mine.optional)
        elif not member.optional:
            answer = Answer.NO if source.closed else Answer.MAYBE
            yield Fit(answer, f"`{member.name}` is missing", (member.name,))
        elif not source.closed and not isinstance(member.type, AnyType):
            yield _UNCHECKED
    if target.closed:
        for member in source.members:
            if target.member(member.name) is None:
                answer = Answer.MAYBE if member.optional else Answer.NO
                yield Fit(answer, f"`{member.name}` is not allowed", (member.name,))
        if not source.closed:
            yield _UNCHECKED
