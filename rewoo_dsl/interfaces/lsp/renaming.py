"""A name changed wherever it stands, or the reason why it cannot be."""

import re

from ..._record import record
from ...diag.diagnostic import Edit, Span
from ...ir.builtins import BUILTINS
from ...syntax import ast
from ...syntax.builder import RESERVED
from ...syntax.limits import FILE
from .occurrences import Binding, Occurrence, is_braced, name_at, same
from .view import View

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_EVIDENCE = re.compile(r"E[0-9]+\Z")
_CLOCK = "now"


class CannotRename(Exception):
    """Says why in words for the person who asked."""


@record
class Renamable:
    """What would be renamed: the name at the cursor and all its places."""

    name: str
    span: Span
    places: tuple[Occurrence, ...]


def renamable(view: View, offset: int) -> Renamable:
    """The name at `offset`. Raises `CannotRename` when there is none, or it is not the plan's to change."""
    one = name_at(view.names, offset)
    if one is None:
        raise CannotRename("there is no name of a step, an input, a loop variable or a sub-plan here")
    places = same(view.names, one)
    if not any(place.is_definition for place in places):
        what = f"`{one.binding.name}`" if one.binding.is_callable else f"#{one.binding.name}"
        raise CannotRename(f"{what} is not defined in this plan")
    if any(isinstance(item, ast.Broken) for item in view.survey.document.items):
        raise CannotRename("a statement cannot be read, so nobody knows what it names; mend it first")
    return Renamable(one.binding.name, one.span, tuple(places))


def renamed(view: View, offset: int, new: str) -> list[Edit]:
    """The edits that give the name at `offset` the name `new`. Raises `CannotRename`."""
    old = renamable(view, offset)
    new = new.strip().removeprefix("#")
    if new == old.name:
        return []
    _refuse_bad(view, new, old.places[0].binding)
    return [_edit(view.survey.text, place, new) for place in old.places]


def _refuse_bad(view: View, new: str, old: Binding) -> None:
    if not _NAME.match(new) or len(new) > FILE.identifier:
        raise CannotRename(f"a name has letters, digits and `_`, at most {FILE.identifier} of them, and no digit first")
    if new in RESERVED or (not old.is_callable and new == _CLOCK):
        raise CannotRename(f"`{new}` is reserved")
    if old.is_callable and (new in BUILTINS or view.survey.target(new) is not None):
        raise CannotRename(f"`{new}` can be called already, and is something else")
    if any(one.binding.name == new and _meet(one.binding, old) for one in view.names):
        raise CannotRename(f"`{new}` is in use already")


def _meet(one: Binding, other: Binding) -> bool:
    """Whether one name for both would mix them up; loop variables of two statements do not meet."""
    if one.is_callable != other.is_callable:
        return False
    if one.within is None or other.within is None:
        return True
    return one.within.start < other.within.end and other.within.start < one.within.end


def _edit(text: str, place: Occurrence, new: str) -> Edit:
    """The name alone, but for `#E1` in text: there only such names stand without braces."""
    ref = place.node
    if isinstance(ref, ast.Ref) and place.in_text and not is_braced(ref) and not _EVIDENCE.match(new):
        return Edit(span=ref.span, text="#{" + new + text[place.span.end : ref.span.end] + "}")
    return Edit(span=place.span, text=new)
