"""Values of a JSON Schema: what `ir.validation` says fits, and nothing else.

    @given(values(tool.signature.parameters))
    def test_any_arguments_will_do(arguments): ...

A schema is a conjunction of what it says itself, of `allOf` and of what its `$ref` leads to; `anyOf` and `oneOf` split
it into alternatives. `_Maker.of` takes such a conjunction apart until every alternative is a handful of plain schemas
without these words, and makes each JSON type that is left in it by itself. What cannot be built exactly (`oneOf` with
overlapping parts, two patterns) is built nearly and held against the schema at the end.

Schemas that refer to themselves are followed twice, then only what ends is: a part without a finite value is empty, as
is one without any value. An empty schema, and a word that is not understood, are refused when `values` is called.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, product
from typing import Any, TypeAlias

from hypothesis import strategies as st

from ...diag.errors import RewooError
from ...ir.expr import escape
from ...ir.validation import Validator
from ...ir.values import MAX_INT, MIN_INT, Value, canonical
from ...tools.schema_check import schema_problems
from .texts import CHARACTERS, FORMATS, TEXT, matching

Schema: TypeAlias = Mapping[str, Any] | bool
Values: TypeAlias = st.SearchStrategy[Any]
_Plain: TypeAlias = tuple[Mapping[str, Any], ...]

MOST_EXTRA = 3
"""How many items or fields beyond the least a list or object has at most, where its schema sets no tighter bound."""

_MOST_ALTERNATIVES = 256
_FOLLOWED = 2
_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
_NOT_UNDERSTOOD = (
    "not", "if", "then", "else", "contains", "minContains", "maxContains", "dependentSchemas", "dependentRequired",
    "unevaluatedItems", "unevaluatedProperties", "$dynamicRef",
)  # fmt: skip


class SchemaError(RewooError, ValueError):
    """No values can be made of a schema. `keyword` says why not, `at` is the JSON pointer of the place."""

    def __init__(self, message: str, *, keyword: str, at: str) -> None:
        self.keyword, self.at = keyword, at
        super().__init__(f"`{keyword}` at {at or 'the top'}: {message}")


def values(schema: Schema, *, texts: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Any]:
    """Every JSON value that fits a JSON Schema (2020-12), small ones first.

    Args:
        schema: the schema; `$ref` leads to places within it. Texts of a known `format` (`date`, `email`, …) are of it.
        texts: what stands where the schema says of a text no more than that it is one.

    Raises:
        SchemaError: when nothing fits the schema, or when it uses a word for which values cannot be made.
    """
    return _made(canonical(schema), TEXT if texts is None else texts)  # type: ignore[arg-type]  # a schema is JSON


@lru_cache(maxsize=1024)
def _made(schema: str, texts: st.SearchStrategy[str]) -> Values:
    """By the schema's text: a strategy costs more to make than to draw from, and plans ask for the same ones often."""
    return _Maker(json.loads(schema), texts).whole()


class _Maker:
    """Makes the strategies of one schema document.

    The document is put under `$defs/root` of another one, so that any part of it can be held against values alone.
    """

    def __init__(self, schema: Schema, texts: st.SearchStrategy[str]) -> None:
        self._refuse_unusable(schema)
        self._document = schema
        self._texts = texts
        self._anything = _anything(texts)
        self._reason: SchemaError | None = None
        self._open: dict[str, int] = {}

    def whole(self) -> Values:
        made = self.of((self._document,), "")
        if made is None:
            raise self._reason or SchemaError("nothing fits", keyword="type", at="")
        return made

    def _refuse_unusable(self, schema: Schema) -> None:
        for fault in schema_problems(schema, ""):  # type: ignore[arg-type]  # it is for data that may be anything
            raise SchemaError(fault.message, keyword=(fault.at or "/schema").rpartition("/")[2], at=fault.at or "")

    def _none(self, message: str, *, keyword: str, at: str) -> Values | None:
        """No values; and why, for whoever asked for some."""
        self._reason = SchemaError(message, keyword=keyword, at=at)
        return None

    # --- a conjunction -------------------------------------------------------------------------------------------

    def of(self, schemas: Sequence[Schema], at: str) -> Values | None:
        """What fits all of the schemas; None when nothing does, or nothing finite."""
        key = canonical(list(schemas))  # type: ignore[arg-type]  # schemas are JSON
        followed = self._open.get(key, 0)
        if followed >= _FOLLOWED or (followed and self._is_deep()):
            return self._none("no value of this ends", keyword="$ref", at=at)
        self._open[key] = followed + 1
        try:
            return self._split(schemas, at)
        finally:
            self._open[key] = followed

    def _is_deep(self) -> bool:
        return sum(self._open.values()) > 24

    def _split(self, schemas: Sequence[Schema], at: str) -> Values | None:
        made: list[Values] = []
        for plain, inexact in self._alternatives(schemas, at):
            if not any(one.keys() - _SAYS_NOTHING for one in plain):
                return self._anything
            found = self._alternative(plain, at)
            if found is not None and inexact:
                found = found.filter(self._fits(schemas))
            if found is not None:
                made.append(found)
        return st.one_of(made) if made else None

    def _alternatives(self, schemas: Sequence[Schema], at: str) -> Iterator[tuple[_Plain, bool]]:
        """The conjunction as alternatives of plain schemas; the flag says that a value must be looked at once more."""
        parts = [list(self._parts(one, at, frozenset())) for one in schemas]
        if math.prod(map(len, parts)) > _MOST_ALTERNATIVES:
            raise SchemaError(f"more than {_MOST_ALTERNATIVES} alternatives", keyword="anyOf", at=at)
        for choice in product(*parts):
            yield tuple(chain.from_iterable(plain for plain, _ in choice)), any(inexact for _, inexact in choice)

    def _parts(self, schema: Schema, at: str, followed: frozenset[str]) -> Iterator[tuple[_Plain, bool]]:
        """The alternatives of one schema."""
        if schema is True:
            yield (), False
            return
        if schema is False or schema == {"not": {}}:
            self._none("nothing fits `false`", keyword="false", at=at)
            return
        for word in _NOT_UNDERSTOOD:
            if word in schema:
                raise SchemaError("values of this cannot be made", keyword=word, at=at)
        factors: list[list[tuple[_Plain, bool]]] = [[((_own_words(schema),), False)]]
        if (ref := schema.get("$ref")) is not None and ref not in followed:
            factors.append(list(self._parts(self._target(ref), at, followed | {ref})))
        for index, one in enumerate(schema.get("allOf", ())):
            factors.append(list(self._parts(one, f"{at}/allOf/{index}", followed)))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                inexact = word == "oneOf" and len(schema[word]) > 1
                options = [
                    (plain, was or inexact)
                    for index, one in enumerate(schema[word])
                    for plain, was in self._parts(one, f"{at}/{word}/{index}", followed)
                ]
                factors.append(options)
        if math.prod(map(len, factors)) > _MOST_ALTERNATIVES:
            raise SchemaError(f"more than {_MOST_ALTERNATIVES} alternatives", keyword="anyOf", at=at)
        for choice in product(*factors):
            yield tuple(chain.from_iterable(plain for plain, _ in choice)), any(inexact for _, inexact in choice)

    def _target(self, ref: str) -> Schema:
        node: Any = self._document
        for token in ref.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        found: Schema = node
        return found

    def _fits(self, schemas: Sequence[Schema]) -> Callable[[Value], bool]:
        """Whether a value fits all of the schemas, by our validator."""
        document = {"$defs": {"root": _moved(self._document)}, "allOf": [_moved(one) for one in schemas]}
        validator = Validator(document)
        return lambda value: validator.error(value) is None

    # --- an alternative ------------------------------------------------------------------------------------------

    def _alternative(self, plain: _Plain, at: str) -> Values | None:
        listed = [one for one in plain if "const" in one or "enum" in one]
        if listed:
            options = [listed[0]["const"]] if "const" in listed[0] else listed[0]["enum"]
            fitting = list(filter(self._fits(plain), options))
            if not fitting:
                return self._none("none of these fits all that is said", keyword="enum", at=at)
            return st.sampled_from(fitting).map(_copied)
        makers = {"integer": self._integers, "number": self._numbers, "string": self._strings}
        makers |= {"array": self._arrays, "object": self._objects}
        simple: dict[str, Values] = {"null": st.none(), "boolean": st.booleans()}
        names = _type_names(plain)
        if not names:
            return self._none("no type is left", keyword="type", at=at)
        made = [simple[name] if name in simple else makers[name](plain, at) for name in names]
        found = [one for one in made if one is not None]
        return st.one_of(found) if found else None

    # --- scalars -------------------------------------------------------------------------------------------------

    def _integers(self, plain: _Plain, at: str) -> Values | None:
        low, high = _whole_range(plain)
        steps = [one["multipleOf"] for one in plain if "multipleOf" in one]
        if all(isinstance(step, int) or float(step).is_integer() for step in steps):
            step = math.lcm(*(int(one) for one in steps)) if steps else 1
            first, last = -(-low // step), high // step
            if first > last:
                return self._none(f"no integer between {low} and {high}", keyword="minimum", at=at)
            return st.integers(first, last).map(lambda number: number * step)
        if low > high:
            return self._none(f"no integer between {low} and {high}", keyword="minimum", at=at)
        return st.integers(low, high).filter(self._fits(plain))

    def _numbers(self, plain: _Plain, at: str) -> Values | None:
        steps = [one["multipleOf"] for one in plain if "multipleOf" in one]
        if steps:
            return self._multiples(plain, steps[0], at)
        low, high, open_low, open_high = _range(plain)
        whole = self._integers(plain, at)
        if low is not None and high is not None and (low > high or (low == high and (open_low or open_high))):
            return self._none(f"no number between {low} and {high}", keyword="minimum", at=at)
        floats = st.floats(
            None if low is None else float(low),
            None if high is None else float(high),
            allow_nan=False,
            allow_infinity=False,
        ).filter(self._fits(plain))
        return floats if whole is None else whole | floats

    def _multiples(self, plain: _Plain, step: float, at: str) -> Values | None:
        low, high, _, _ = _range(plain)
        first = math.ceil((-1000 * step if low is None else low) / step)
        last = math.floor((first * step + 1000 * step if high is None else high) / step)
        if first > last:
            return self._none(f"no multiple of {step} is in range", keyword="multipleOf", at=at)
        return st.integers(first, last).map(lambda count: count * step).filter(self._fits(plain))

    def _strings(self, plain: _Plain, at: str) -> Values | None:
        least = max((one["minLength"] for one in plain if "minLength" in one), default=0)
        most = min((one["maxLength"] for one in plain if "maxLength" in one), default=None)
        if most is not None and least > most:
            return self._none(f"no text has {least} to {most} characters", keyword="minLength", at=at)
        patterns = list(dict.fromkeys(one["pattern"] for one in plain if "pattern" in one))
        formats = [FORMATS[one["format"]] for one in plain if one.get("format") in FORMATS]
        if patterns:
            made = matching(patterns[0], least, most)
            if isinstance(made, str):
                raise SchemaError(made, keyword="pattern", at=f"{at}/pattern")
            return made.filter(self._fits(plain))
        if formats:
            return formats[0].filter(self._fits(plain)) if least or most is not None else formats[0]
        if not least and most is None:
            return self._texts
        return st.text(CHARACTERS, min_size=least, max_size=min(least + 20, least + 20 if most is None else most))

    # --- lists ---------------------------------------------------------------------------------------------------

    def _arrays(self, plain: _Plain, at: str) -> Values | None:
        least = max((one["minItems"] for one in plain if "minItems" in one), default=0)
        most = min((one["maxItems"] for one in plain if "maxItems" in one), default=least + MOST_EXTRA)
        listed = max((len(one.get("prefixItems", ())) for one in plain), default=0)
        unique = any(one.get("uniqueItems") for one in plain)
        most = min(most, max(least, listed) + MOST_EXTRA)
        places: list[Values] = []
        for index in range(most if listed else min(most, 1)):
            item = self._item(plain, index, at)
            if item is None:
                break
            places.append(item)
        if not listed:
            return self._alike(places, least, most, unique=unique, at=at)
        most = min(most, len(places))
        if least > most:
            return self._none(f"no list has {least} to {most} items", keyword="minItems", at=at)
        sizes = [st.tuples(*places[:size]).map(list) for size in range(least, most + 1)]
        made: Values = st.one_of(*sizes)
        return made.filter(self._fits(plain)) if unique else made

    def _item(self, plain: _Plain, index: int, at: str) -> Values | None:
        """What may stand at an index of the list."""
        schemas: list[Schema] = []
        for one in plain:
            first = one.get("prefixItems", ())
            if index < len(first):
                schemas.append(first[index])
            elif "items" in one:
                schemas.append(one["items"])
        return self.of(schemas, f"{at}/items")

    def _alike(self, items: list[Values], least: int, most: int, *, unique: bool, at: str) -> Values | None:
        if least > most or (least and not items):
            return self._none(f"no list has {least} items that fit", keyword="minItems", at=at)
        if not items:
            return st.builds(list)
        if not unique:
            return st.lists(items[0], min_size=least, max_size=most)
        few = _few(items[0])
        if few is not None and few < least:
            return self._none(f"there are not {least} different items", keyword="uniqueItems", at=at)
        return st.lists(items[0], min_size=least, max_size=most, unique_by=_identity)

    # --- objects -------------------------------------------------------------------------------------------------

    def _objects(self, plain: _Plain, at: str) -> Values | None:
        required = list(dict.fromkeys(name for one in plain for name in one.get("required", ())))
        known = dict.fromkeys([*required, *(name for one in plain for name in one.get("properties", {}))])
        least = max((one["minProperties"] for one in plain if "minProperties" in one), default=0)
        most = min((one["maxProperties"] for one in plain if "maxProperties" in one), default=None)
        fields: dict[str, Values] = {}
        for name in known:
            made = self._field(plain, name, at)
            if made is not None:
                fields[name] = made
            elif name in required:
                return None
        needed = [*required, *[name for name in fields if name not in required][: max(0, least - len(required))]]
        if most is not None and len(needed) > most:
            return self._none(f"{len(needed)} fields are needed", keyword="maxProperties", at=at)
        extra = self._extra(plain, known, max(0, least - len(needed)), at)
        if extra is None and len(needed) < least:
            return self._none(f"there are no {least} fields that fit", keyword="minProperties", at=at)
        made_of: Values = st.fixed_dictionaries(
            {name: fields[name] for name in needed},
            optional={name: one for name, one in fields.items() if name not in needed},
        )
        if extra is not None:
            made_of = st.tuples(made_of, extra).map(lambda both: both[0] | both[1])
        return made_of if most is None else made_of.map(lambda value: _cut(value, needed, most))

    def _field(self, plain: _Plain, name: str, at: str) -> Values | None:
        """The values of one field; None when it cannot be there."""
        if not self._may_be_named(plain, name):
            return self._none(f"no field may be called {name!r}", keyword="propertyNames", at=at)
        schemas: list[Schema] = []
        for one in plain:
            schemas += _schemas_of_field(one, name)
        return self.of(schemas, f"{at}/properties/{escape(name)}")

    def _may_be_named(self, plain: _Plain, name: str) -> bool:
        return all(self._fits([one["propertyNames"]])(name) for one in plain if "propertyNames" in one)

    def _extra(self, plain: _Plain, known: Iterable[str], least: int, at: str) -> Values | None:
        """Fields that the schema does not name; None when there can be none."""
        names = self._extra_names(plain, at)
        if names is None:
            return None
        known = frozenset(known)
        fresh = names.filter(lambda name: name not in known and self._may_be_named(plain, name))

        def with_value(name: str) -> Values:
            made = self._field(plain, name, at)
            return st.nothing() if made is None else st.tuples(st.just(name), made)

        pairs = fresh.flatmap(with_value)
        some = st.lists(pairs, min_size=least, max_size=max(least, MOST_EXTRA), unique_by=lambda one: one[0]).map(dict)
        return some if least else st.just({}) | some

    def _extra_names(self, plain: _Plain, at: str) -> st.SearchStrategy[str] | None:
        """Where names of further fields come from, by the strictest schema that says something of them."""
        for one in plain:
            if one.get("additionalProperties") is False:
                patterns = [p for p, below in one.get("patternProperties", {}).items() if below is not False]
                return self._named(patterns, at) if patterns else None
        if self._field(plain, "a name that nobody thought of", at) is None and not any(
            "patternProperties" in one or "propertyNames" in one for one in plain
        ):
            return None
        patterns = [pattern for one in plain for pattern in one.get("patternProperties", {})]
        rules = [one["propertyNames"] for one in plain if "propertyNames" in one]
        if rules:
            return self.of([{"type": "string"}, *rules], f"{at}/propertyNames")
        return NAMES | self._named(patterns, at) if patterns else NAMES

    def _named(self, patterns: list[str], at: str) -> st.SearchStrategy[str]:
        made = []
        for pattern in patterns:
            found = matching(pattern, 0, None)
            if isinstance(found, str):
                raise SchemaError(found, keyword="patternProperties", at=at)
            made.append(found)
        return st.one_of(made)


# --- small questions ---------------------------------------------------------------------------------------------


NAMES = st.sampled_from(["note", "more", "x", "odd key"]) | st.text(CHARACTERS, max_size=6)
_JOINS = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
_SAYS_NOTHING = frozenset(
    {
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id",
        "$comment", "$defs", "definitions", "$anchor", "$vocabulary", "contentMediaType", "contentEncoding",
        "contentSchema",
    }
)  # fmt: skip


def _anything(texts: st.SearchStrategy[str]) -> Values:
    """Any JSON value."""
    numbers = st.integers(MIN_INT, MAX_INT) | st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        st.none() | st.booleans() | numbers | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=5,
    )


def _own_words(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {word: said for word, said in schema.items() if word not in _JOINS and word not in _SAYS_NOTHING}


def _type_names(plain: _Plain) -> list[str]:
    """The types that all of the schemas admit, each once: what is a `number` anyway is not made as `integer` again."""
    left = list(_TYPES)
    for one in plain:
        said = one.get("type", left)
        said = [said] if isinstance(said, str) else said
        left = [name for name in left if name in said or (name == "integer" and "number" in said)]
    return [name for name in left if name != "integer" or "number" not in left]


def _range(plain: _Plain) -> tuple[float | None, float | None, bool, bool]:
    """The least and the most that a number may be, and whether these themselves are excluded."""
    lows = [(one[word], word != "minimum") for one in plain for word in ("minimum", "exclusiveMinimum") if word in one]
    highs = [(one[word], word != "maximum") for one in plain for word in ("maximum", "exclusiveMaximum") if word in one]
    low, open_low = max(lows, default=(None, False))
    high, is_closed = min(((limit, not is_open) for limit, is_open in highs), default=(None, True))
    return low, high, open_low, not is_closed


def _whole_range(plain: _Plain) -> tuple[int, int]:
    low, high, open_low, open_high = _range(plain)
    first = MIN_INT if low is None else (math.floor(low) + 1 if open_low else math.ceil(low))
    last = MAX_INT if high is None else (math.ceil(high) - 1 if open_high else math.floor(high))
    return max(first, MIN_INT), min(last, MAX_INT)


def _schemas_of_field(schema: Mapping[str, Any], name: str) -> list[Schema]:
    """What one schema says of the field: by its name, by patterns, and otherwise by what it says of all others."""
    found: list[Schema] = []
    if name in schema.get("properties", {}):
        found.append(schema["properties"][name])
    for pattern, below in schema.get("patternProperties", {}).items():
        if re.search(pattern, name):
            found.append(below)
    return found if found else [schema.get("additionalProperties", True)]


def _few(items: Values) -> int | None:
    """How many different values there are, where there are few enough to run out of."""
    options = getattr(items, "elements", None)
    return len({_identity(one) for one in options}) if isinstance(options, Sequence) else None


def _identity(value: Value) -> str:
    """Equal for equal values: `1` and `1.0` are one value of JSON, `1` and `true` are two."""
    return canonical(_plain_numbers(value))


def _plain_numbers(value: Value) -> Value:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain_numbers(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain_numbers(one) for key, one in value.items()}
    return value


def _cut(value: dict[str, Any], needed: Sequence[str], most: int) -> dict[str, Any]:
    """The value with no more fields than allowed; those that are needed stay."""
    spare = [name for name in value if name not in needed][: max(0, most - len(needed))]
    return {name: one for name, one in value.items() if name in needed or name in spare}


def _copied(value: Value) -> Value:
    """A value of its own: a list of an `enum` must not be changed by whoever drew it."""
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return value


def _moved(schema: Any) -> Any:
    """The schema with its `$ref`s leading below `$defs/root`."""
    if isinstance(schema, list):
        return [_moved(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        word: f"#/$defs/root{said[1:]}" if word == "$ref" and isinstance(said, str) else _moved(said)
        for word, said in schema.items()
    }


__all__ = ["SchemaError", "values"]
