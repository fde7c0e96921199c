"""A survey as it is asked from a place in the text, with what was known before the statement there was broken.

While a statement is being written it cannot be read, and what it defines is of unknown type. Then the type that it had
when it could be read last stands in for it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...checker.survey import Survey
from ...ir.expr import Path
from ...ir.type_rules import item_type, type_at
from ...ir.types import ANY, STR, Type
from ...syntax import ast
from ...syntax.cutter import Cutter, Piece
from ...syntax.limits import FILE
from ...syntax.text import path_segments
from .occurrences import Occurrence, occurrences

_LOOP = re.compile(
    r"\bfor[ \t]+#(?P<variable>[A-Za-z_]\w*)[ \t]+in[ \t]+#(?P<name>[A-Za-z_]\w*)"
    r"(?P<path>(?:\.[A-Za-z_]\w*|\[[^\[\]\n]*\])*)",
    re.ASCII,
)
_LOOP_NAME = re.compile(r"\bfor[ \t]+#([A-Za-z_]\w*)[ \t]+in\b", re.ASCII)
CLOCK = "now"


@dataclass(frozen=True)
class View:
    """One survey, and the types that names had in earlier ones."""

    survey: Survey
    remembered: Mapping[str, Type] = field(default_factory=dict)

    def of(self, text: str) -> "View":
        """What was known of an earlier text, taken for what is known of this one: true before the change."""
        return self if text == self.survey.text else replace(self, survey=replace(self.survey, text=text))

    @cached_property
    def names(self) -> list[Occurrence]:
        """Every name of the plan's own, in order of the text."""
        return occurrences(self.survey.document)

    def known(self) -> dict[str, Type]:
        """Every name that has a type worth remembering."""
        unknown = self.survey.unknown
        readable = {name: one for name, one in self.survey.types.items() if name not in unknown}
        return {**self.remembered, **readable}

    def visible(self, start: int) -> list[str]:
        """The `#names` that a statement beginning at `start` may read, in order of the text; the clock last."""
        names = _visible(self.survey.document, start)
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
        """The text of the statement that begins at `start`."""
        first = next(iter(Cutter(self.survey.text, FILE, start)), None)
        return self.survey.text[start : first.end] if isinstance(first, Piece) else ""


def _visible(document: ast.Document, start: int) -> Iterator[str]:
    for statement in document.statements:
        match statement:
            case ast.Input(name=name) | ast.Broken(kind="input", name=ast.Name() as name):
                yield name.text
            case ast.Step(name=name) | ast.Broken(kind="step", name=ast.Name() as name):
                if statement.span.start < start:
                    yield name.text


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
