"""What all parts of a plan share: frozen models, checked by pydantic wherever a plan comes from outside.

`made` is the second way to one, for values that are right by construction: the parser and lowering have looked at every
one of them. It is several times faster, and a process that only reads text never builds pydantic's validators, which
would be a third of a cold `rewoo check`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from pydantic import BaseModel, ConfigDict

Fields = ParamSpec("Fields")
Made = TypeVar("Made", bound=BaseModel)


class Part(BaseModel):
    """A frozen part of a plan. Validators are built when first needed (`defer_build`), see above."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class _Form(NamedTuple):
    """The fields of a model in their order with what stands in them when nothing is given."""

    blank: dict[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]


_FORMS: dict[Any, _Form] = {}
_GIVEN: dict[tuple[str, ...], set[str]] = {}
"""The sets of fields that are given, which a long plan would hold ten thousand times: nothing adds to those of a frozen
model, and pydantic copies them with it."""
_set = object.__setattr__


def made(model: Callable[Fields, Made], /, *_: Fields.args, **values: Fields.kwargs) -> Made:
    """`model(**values)` without looking at the values: they must be what validation would give.

    Equality, hash and JSON are those of a validated one. Data from outside must never come this way.
    """
    form = _FORMS.get(model) or _form(model)
    fields = {**form.blank, **values}
    for name, factory in form.factories:
        if name not in values:
            fields[name] = factory()
    one: Made = object.__new__(cast(type[Made], model))
    _set(one, "__dict__", fields)
    names = tuple(values)
    _set(one, "__pydantic_fields_set__", _GIVEN.get(names) or _given(names))
    _set(one, "__pydantic_extra__", None)
    _set(one, "__pydantic_private__", None)
    return one


def _given(names: tuple[str, ...]) -> set[str]:
    return _GIVEN.setdefault(names, set(names))


def _form(model: Any) -> _Form:
    fields = model.model_fields
    blank = {name: None if one.is_required() else one.default for name, one in fields.items()}
    factories = tuple((name, one.default_factory) for name, one in fields.items() if one.default_factory is not None)
    _FORMS[model] = _Form(blank, factories)
    return _FORMS[model]


__all__ = ["Part", "made"]
