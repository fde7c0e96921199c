"""A survey as it is asked from a place in the text, with what was known before the statement there was broken.

While a statement is being written it cannot be read, and what it defines is of unknown type. Then the type that it had
when it could be read last stands in for it.
"""

import re
from collections.abc import Mapping
from dataclasses import field

from ..._record import record
from ...checker.survey import Survey
from ...ir.expr import Path
from ...ir.type_rules import item_type, type_at
from ...ir.types import ANY, STR, Type
from ...syntax import ast
from ...syntax.text import path_segments
from .occurrences import Occurrence, occurrences

_LOOP = re.compile(
    r"\bfor[ \t]+#(?P<variable>[A-Za-z_]\w*)[ \t]+in[ \t]+#(?P<name>[A-Za-z_]\w*)"
    r"(?P<path>(?:\.[A-Za-z_]\w*|\[[^\[\]\n]*\])*)",
    re.ASCII,
)
_LOOP_NAME = re.compile(r"\bfor[ \t]+#([A-Za-z_]\w*)[ \t]+in\b", re.ASCII)
CLOCK = "now"


@record
class View:
    """One survey, and the types that names had in earlier ones."""

    survey: Survey
    remembered: Mapping[str, Type] = field(default_factory=dict)

    def known(self) -> dict[str, Type]:
        """Every name that has a type worth remembering."""
        readable = {name: one for name, one in self.survey.types.items() if name not in self.survey.unknown}
        return {**self.remembered, **readable}

    def visible(self, start: int) -> list[str]:
        """The `#names` that a statement beginning at `start` may read, in order of the text; the clock last."""
        found = [one for one in occurrences(self.survey.document) if one.is_definition and _is_visible(one, start)]
        names = [one.binding.name for one in found]
        return list(dict.fromkeys([*_LOOP_NAME.findall(self.statement(start)), *names, CLOCK]))

    def type_of(self, name: str, offset: int, start: int) -> Type:
        """The type of a name as it is read at `offset`, in the statement that begins at `start`."""
        return self.types(offset, start).get(name, ANY)

    def types(self, offset: int, start: int) -> Mapping[str, Type]:
        """The types of all names as they are read there. A loop that cannot be read has at least its list."""
        types = {CLOCK: STR, **self.known()}
        for loop in _LOOP.finditer(self.statement(start)):
            of_list = along(types.get(loop["name"], ANY), path_of(loop["path"]))
            types[loop["variable"]] = item_type(of_list)
        return {**types, **self.survey.variables(offset)}

    def statement(self, start: int) -> str:
        """The text from `start` to the next statement."""
        later = (item.span.start for item in self.survey.document.statements if item.span.start > start)
        return self.survey.text[start : min(later, default=len(self.survey.text))]


def _is_visible(one: Occurrence, start: int) -> bool:
    return one.kind == "input" or (one.kind == "step" and one.node.span.start < start)


def path_of(source: str) -> Path:
    """A path as the types know it, from how it is written; what cannot be read ends it."""
    try:
        segments = path_segments(source, 0)
    except ValueError:  # an index of thousands of digits
        return ()
    return tuple(map(_item, segments))


def _item(segment: ast.Segment) -> str | int | None:
    match segment:
        case ast.Field():
            return segment.name
        case ast.Index():
            return segment.value
    return None


def along(one: Type, path: Path) -> Type:
    """The type at the end of a path; `any` when nobody can say."""
    return type_at(one, path, "", _silent)


def inside(one: Type, path: Path) -> Type:
    """The same, but of a single item where the path maps over lists."""
    found = along(one, path)
    for _ in range(path.count(None)):
        found = item_type(found)
    return found


def _silent(_finding: object) -> None:
    """What is wrong with a path, the diagnostics say."""
