"""A check with everything it learnt on the way, for those who show a plan while it is written.

A `Report` says what is wrong. An editor also asks about what is right: the type of a name, the signature behind a
call, the tree of the text. `survey` is `check` for one text, and keeps what the rules looked at.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import field

from .._record import Record, record
from ..diag.diagnostic import Span
from ..ir.expr import Comprehension, Expr, children
from ..ir.infer import Scope as Known
from ..ir.infer import infer
from ..ir.type_rules import item_type
from ..ir.types import Type
from ..syntax import ast
from . import subplans
from .callables import Target, signatures_of
from .reading import as_reading
from .report import Report
from .scope import Scope, Statement
from .session import Session
from .subplans import Load

NOWHERE = Span(0, 0)


@record
class Survey(Record):
    """A text, its tree, its findings, and what is known of its names.

    `scope` is None when the text is no plan at all (too large). `files` are the sub-plans by the name they are called
    by: their paths, relative to the plan's folder.
    """

    text: str
    document: ast.Document
    report: Report
    scope: Scope | None = field(repr=False)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def types(self) -> Mapping[str, Type]:
        """The types of all inputs and steps; `any` for those whose statement could not be read."""
        return {} if self.scope is None else self.scope.types.names

    @property
    def unknown(self) -> frozenset[str]:
        """The names of statements that could not be read."""
        return frozenset() if self.scope is None else self.scope.unknown

    def target(self, name: str) -> Target | None:
        """The tool or sub-plan of that name."""
        return None if self.scope is None else self.scope.target(name)

    def callables(self) -> dict[str, Target]:
        """Every tool and sub-plan that can be called here, sub-plans first."""
        if self.scope is None:
            return {}
        names = [*self.scope.subplans, *(self.scope.tools or {})]
        return {name: found for name in names if (found := self.target(name)) is not None}

    def variables(self, offset: int) -> dict[str, Type]:
        """The loop variables of the statement at `offset`, each with the type of one item."""
        statement = self._statement(offset)
        return {} if statement is None else dict(_variables(statement, Known(self.types)))

    def _statement(self, offset: int) -> Statement | None:
        if self.scope is None or self.scope.source is None:
            return None
        find, statements = self.scope.source.find, self.scope.statements
        place = bisect_right(statements, offset, key=lambda one: (find(one.at) or NOWHERE).start) - 1
        if place < 0 or offset > (find(statements[place].at) or NOWHERE).end:
            return None
        return statements[place]


def survey(
    text: str, tools: object = None, *, load: Load | None = None, strict: bool = False, path: str | None = None
) -> Survey:
    """Everything that can be known of a text. Raises for no text; the arguments are those of `check`.

    Read leniently, as `rewoo check` does, unless `strict`.
    """
    session = Session(signatures_of(tools), load, {}, strict=strict, lenient=not strict)
    if path is not None:
        session.chain.append(posixpath.basename(path))
    reading = as_reading(text, lenient=not strict, strict=strict)
    report = session.check(reading, name="", file="").report
    report = report.with_sub_plans({file: outcome.report for file, outcome in session.outcomes.items()})
    files = {} if reading.plan is None else {one.name: subplans.resolve(one.path, "") for one in reading.plan.uses}
    return Survey(
        text=text,
        document=reading.document or ast.Document(()),
        report=report,
        scope=report.scope,
        files={name: file for name, file in files.items() if file is not None},
    )


def _variables(statement: Statement, known: Known) -> Iterator[tuple[str, Type]]:
    step = statement.step
    if step is not None and step.each is not None:
        item = item_type(infer(step.each.source, known, _silent))
        yield step.each.variable, item
        yield from _of_comprehensions(step.each.source, known)
        known = known.with_variable(step.each.variable, item)
    for at, node, _ in statement.pieces():
        if not at.endswith("/each/source"):
            for _, child in children(node):
                yield from _of_comprehensions(child, known)
            if isinstance(node, Comprehension):
                yield from _of_comprehensions(node, known)


def _of_comprehensions(node: Expr, known: Known) -> Iterator[tuple[str, Type]]:
    """The variables of the comprehensions in an expression, the outer ones first."""
    if not isinstance(node, Comprehension):
        for _, child in children(node):
            yield from _of_comprehensions(child, known)
        return
    item = item_type(infer(node.source, known, _silent))
    yield node.variable, item
    yield from _of_comprehensions(node.source, known)
    inside = known.with_variable(node.variable, item)
    yield from _of_comprehensions(node.element, inside)
    if node.condition is not None:
        yield from _of_comprehensions(node.condition, inside)


def _silent(_finding: object) -> None:
    """Whatever there is to say, the report says."""
