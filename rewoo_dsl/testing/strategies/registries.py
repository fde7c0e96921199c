"""Registries of tools to plan with: real tools, whose answers are a function of what they are asked.

A tool is described as plain data, as `ScriptedTools` takes it; what it answers is chosen by its arguments out of a few
values of its own result schema, so that whoever knows the description knows every answer before the run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import strategies as st

from ...ir.types import BOOL, INT, STR, ListType, Type, to_schema
from ...tools.registry import Registry
from ..scripted_tools import ScriptedTools
from .texts import ANSWERS
from .types import types
from .values import values

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]

_NAMES = ("search", "lookup", "Wikipedia", "erp.orders", "count", "save", "notify", "maps.find")
_PARAMETERS = ("query", "k", "to", "where", "of")
_TEXT = {"type": "string"}
_ASKED: tuple[dict[str, Any], ...] = (
    _TEXT,
    {"type": "integer"},
    {"type": "integer", "minimum": 1, "maximum": 10},
    {"type": "boolean"},
    {"enum": ["low", "high"]},
    {"type": "array", "items": _TEXT},
    {"type": "string", "pattern": "^[a-z]+$"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
    {"anyOf": [_TEXT, {"type": "null"}]},
)
"""Schemas of parameters. Most are what other tools and expressions give; some only literals can be proved to fit."""

_GIVEN: tuple[Type, ...] = (STR, INT, BOOL, ListType(STR))


def registries(*, max_tools: int = 4, failing: bool = False) -> st.SearchStrategy[Registry]:
    """Registries of one to `max_tools` tools, reads and writes, that answer at once and by their schema.

    Args:
        max_tools: how many tools at most.
        failing: some tools raise, hang for an hour or break their schema, always or at their first attempt.
    """
    return scripted_tools(max_tools=max_tools, failing=failing).map(lambda tools: Registry(*tools.values()))


def scripted_tools(*, max_tools: int = 4, failing: bool = False) -> st.SearchStrategy[ScriptedTools]:
    """The same tools as `ScriptedTools`, which also record their calls."""
    return descriptions(max_tools=max_tools, failing=failing).map(ScriptedTools)


@st.composite
def descriptions(draw: Draw, *, max_tools: int = 4, failing: bool = False) -> dict[str, dict[str, Any]]:
    """The tools as data that can be kept in a file: what `ScriptedTools` is made from."""
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=max_tools, unique=True))
    return {name: draw(_description(failing=failing)) for name in names}


@st.composite
def _description(draw: Draw, *, failing: bool) -> dict[str, Any]:
    parameters = draw(_parameters())
    optional = draw(st.lists(st.sampled_from(list(parameters)[1:]), unique=True)) if len(parameters) > 1 else []
    kind = draw(st.sampled_from(["read", "read", "read", "write", "idempotent"]))
    described: dict[str, Any] = {
        "effect": "read" if kind == "read" else "write",
        "idempotent": kind == "idempotent",
        "parameters": parameters,
        "optional": optional,
    }
    faults = draw(st.lists(_fault(), max_size=1)) if failing else []
    if kind == "read" and draw(st.integers(0, 7)) == 7:
        return {**described, "result_is_declared": True, "script": [*faults, {"declared": True}]}
    returns = to_schema(draw(st.sampled_from(_GIVEN) | types()))
    answers = draw(st.lists(values(returns, texts=ANSWERS), min_size=1, max_size=3))
    return {**described, "returns": returns, "script": [*faults, {"among": answers}]}


@st.composite
def _parameters(draw: Draw) -> dict[str, Any]:
    """Mostly one text and perhaps more, in declared order; now and then none at all."""
    names = draw(st.lists(st.sampled_from(_PARAMETERS), max_size=3, unique=True))
    return {
        name: _TEXT if place == 0 and draw(st.booleans()) else draw(st.sampled_from(_ASKED))
        for place, name in enumerate(names)
    }


def _fault() -> st.SearchStrategy[dict[str, Any]]:
    when = st.sampled_from([{}, {"attempt": 1}, {"item": 0}])
    what = st.sampled_from(
        [{"raise": "down"}, {"raise": "no", "error": "final"}, {"hang": True}, {"value": {"bad": [None]}}]
    )
    return st.builds(lambda one, other: one | other, when, what)
