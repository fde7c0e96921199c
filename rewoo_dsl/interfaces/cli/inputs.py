"""`-i name=value`: what a person types for an input, read by the type that the plan declares."""

import json
from collections.abc import Iterable
from typing import Any

from ...ir.plan import Input, Plan
from ...ir.types import AnyType, to_schema
from .exits import WrongUse
from .sources import read_source


def read_inputs(given: Iterable[str], plan: Plan) -> dict[str, Any]:
    """The values by name. Whether they suit the plan is for the run to say; here they are only read."""
    declared = {one.name: one for one in plan.inputs}
    found: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        name = name.strip().removeprefix("#")
        if not equals or not name:
            raise WrongUse(f"-i {one}: NAME=VALUE is wanted")
        if name in found:
            raise WrongUse(f"-i {one}: {name} is given twice")
        if text.startswith("@") and not text.startswith("@@"):
            text = read_source(text[1:]).text
        found[name] = _read(text.removeprefix("@") if text.startswith("@@") else text, declared.get(name))
    return found


def _read(text: str, declared: Input | None) -> Any:
    """`text` itself where the input takes that text, what it says as JSON where it takes that.

    For `str` everything is text, also `5` and `"x"` with its quotes; for `int | str`, `5` is a number. Without a
    type, what reads as JSON is JSON.
    """
    try:
        data = json.loads(text)
    except ValueError:
        return text
    if declared is None or declared.type is None or isinstance(declared.type, AnyType):
        return data
    from ...interpreter.schemas import check_of

    problem = check_of(to_schema(declared.type))
    if problem is None:
        return data
    takes_text = problem(text) is None
    if isinstance(data, str) and takes_text:
        return text
    return text if takes_text and problem(data) is not None else data
