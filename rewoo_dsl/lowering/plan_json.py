"""Plans that come as data: JSON text or what was read from it, with every fault said as a diagnostic.

Faults point by JSON pointer into the data. The order of the steps is left as it is, so that pointers stay right;
`order_steps` puts it right when nothing was found.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .._record import record
from ..diag.codes import Code
from ..diag.codes import structure as codes
from ..diag.diagnostic import Diagnostic
from ..diag.spell import nearest
from ..ir import expr, plan
from ..ir.values import problem

MAX_JSON_DEPTH = 128
MAX_FAULTS = 100

_TOO_DEEP = "this JSON is nested too deep to be a plan"
"""Said of what Python cannot read, too: how deep it can is not for a report to tell."""

_Loc: TypeAlias = Sequence[int | str]


@record
class PlanData:
    """What was read: a plan, or None and the reasons. A plan may come with diagnostics too."""

    plan: plan.Plan | None
    diagnostics: tuple[Diagnostic, ...]


def plan_from_json(source: str | bytes | dict[str, Any]) -> PlanData:
    """The plan that JSON text or data says. Never raises on any input."""
    try:
        data = source if isinstance(source, dict) else read_json(source)
    except (ValueError, RecursionError) as error:
        return _refused(codes.NOT_JSON, _first_line(error))
    if not isinstance(data, dict):
        return _refused(codes.WRONG_PLAN_JSON, "a plan is a JSON object")
    if (fault := problem(data, max_depth=MAX_JSON_DEPTH)) is not None:
        is_deep = fault.startswith("nested")
        return _refused(codes.NOT_JSON, _TOO_DEEP if is_deep else f"the plan holds what no plan can: {fault}")
    try:
        whole = plan.Plan.model_validate(data)
    except ValidationError as error:
        return PlanData(None, tuple(_translated(error, data)))
    return PlanData(whole, tuple(clauses_without_call(whole)))


def read_json(text: str | bytes) -> Any:
    """JSON as strict as a plan needs it: no key twice, of which one would be lost, and no `NaN`.

    Raises:
        ValueError: it is none (`json.JSONDecodeError`, with the place), or not as strict.
    """
    return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"an object has the key {_quoted(twice)} twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _first_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    if "integer string conversion" in str(error):
        return "this is no JSON for a plan: an integer has thousands of digits"
    return f"this is no JSON: {str(error).splitlines()[0] or type(error).__name__}"


def _quoted(found: object) -> str:
    return f"`{found}`" if isinstance(found, str) else "this"


def _refused(code: Code, message: str) -> PlanData:
    return PlanData(None, (Diagnostic(code=code.number, message=message, at=""),))


def clauses_without_call(whole: plan.Plan) -> Iterator[Diagnostic]:
    """RW055: what only a call can have, on a step that calls nothing. In text the reader finds it."""
    code = codes.CLAUSE_NEEDS_CALL
    for index, step in enumerate(whole.steps):
        if isinstance(step.do, expr.Call):
            continue
        for word, given in (("retry", step.retry), ("timeout", step.timeout), ("approve", step.approve)):
            if given:
                message = f"`{word}` on a step that calls no tool"
                yield Diagnostic(
                    code=code.number, message=message, at=f"/steps/{index}/{word}", hint=f"leave `{word}` out"
                )


# --- what pydantic says, in our words --------------------------------------------------------------------------------


def _translated(error: ValidationError, data: object) -> Iterator[Diagnostic]:
    """One diagnostic per fault; what several members of a union said about one place is one fault."""
    details = error.errors(include_url=False, include_input=False)
    located = ((*_walk(one["loc"], data), one) for one in details[:MAX_FAULTS])
    for (pointer, is_scalar), group in groupby(located, key=lambda one: (one[0], one[2]["type"] in _SCALARS)):
        faults = list(group)
        if is_scalar:
            needed = " or ".join(_SCALARS[fault["type"]] for _, _, fault in faults)
            faults = [(pointer, faults[0][1], {**faults[0][2], "msg": f"{needed} is needed here"})]
        for _, place, fault in faults:
            message, allowed, hint = _words(fault, place)
            yield Diagnostic(code=codes.WRONG_PLAN_JSON.number, message=message, at=pointer, allowed=allowed, hint=hint)


_SCALARS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "an integer",
    "float_type": "a number",
    "none_required": "null",
}


def _walk(loc: _Loc, data: object) -> tuple[str, object]:
    """The JSON pointer of an error and what stands there.

    pydantic's location also names the members of unions it went through; those are no keys of the data.
    """
    pointer, place = "", data
    for token in loc:
        match place:
            case dict() if token in place:
                place = place[token]
            case list() if isinstance(token, int) and token < len(place):
                place = place[token]
            case _:
                continue
        pointer += f"/{expr.escape(str(token))}"
    return pointer, place


def _words(error: ErrorDetails, place: object) -> tuple[str, tuple[str, ...], str | None]:
    """Message, legal alternatives and hint."""
    key = str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "string_pattern_mismatch":
            return f"{_quoted(place)} is no name", (), "a name has letters, digits and _, and no digit in front"
        case "missing":
            return f"`{key}` is missing here", (), None
        case "extra_forbidden":
            return f"`{key}` is nothing that a plan says here", tuple(nearest(key, _KEYS)), None
        case "union_tag_invalid":
            found = place.get("kind") if isinstance(place, dict) else None
            return f"{_quoted(found)} is no kind of expression", tuple(_kinds(error)), None
        case "union_tag_not_found":
            hint = "`kind` says what an expression is, such as `constant`, `ref` or `call`"
            return "an expression needs its `kind`", (), hint
        case "model_attributes_type" | "model_type" | "dict_type":
            hint = 'a plain value is written `{"kind": "constant", "value": …}`'
            return f"an object is needed here, not {_named(place)}", (), hint
    return _sentence(str(error["msg"])), (), None


def _kinds(error: ErrorDetails) -> Iterator[str]:
    tags = str(error.get("ctx", {}).get("expected_tags", ""))
    yield from (tag.strip().strip("'") for tag in tags.split(",") if tag)


def _named(place: object) -> str:
    names: dict[type, str] = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(place), "null")


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _models() -> Iterator[type[BaseModel]]:
    for module in (plan, expr):
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, BaseModel):
                yield one


_KEYS = tuple(dict.fromkeys(name for model in _models() for name in model.model_fields))
