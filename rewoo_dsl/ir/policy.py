"""A policy: what a host lets any plan do, as data. The checker holds a plan to it before a run; a run can do the same.

    {
      "version": 1,
      "allow": ["search", "llm", "erp.*", "send_email"],
      "deny": ["erp.delete_*"],
      "tools": {
        "send_email": {
          "at_most": 3,
          "approval": true,
          "arguments": {
            "to": {"pattern": "[^@]+@example\\\\.org", "from_request": true},
            "subject": {"enum": ["Refund", "Reminder"]}
          }
        },
        "erp.*": {"arguments": {"amount": {"minimum": 0, "maximum": 500}}}
      },
      "limits": {"tool_calls": 40, "tokens": 20000, "usd": 0.5, "run_seconds": 120}
    }

Names may hold `*` and `?`; every line whose name fits a tool holds for it. A rule about an argument holds for the value
itself or, where that is a list, for each of its items; null is a value not given and passes all but an `enum`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ..diag.abridge import abridge
from ..diag.diagnostic import Diagnostic
from ..diag.errors import RewooError
from ..diag.spell import nearest
from .builtins._pattern import matches_whole, problem_of
from .costs import Ceilings
from .expr import escape
from .signature import canonical_name
from .values import Value, equal, kind, problem

VERSION = 1
MAX_BYTES = 1 << 20
_SHOWN = 60

Glob: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number: TypeAlias = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]
Flag: TypeAlias = Annotated[bool, Field(strict=True)]


class PolicyError(RewooError):
    """A policy that cannot be used. `diagnostics` point into it by JSON pointer (`at`)."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0]
        place = f" at {first.at}" if first.at else ""
        more = f" (and {len(self.diagnostics) - 1} more)" if len(self.diagnostics) > 1 else ""
        super().__init__(f"{first.code}{place}: {first.message}{more}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ArgumentRule(_Part):
    """What an argument may be. `pattern` is RE2 and must match the whole text.

    `from_request` protects a value: one that the plan itself writes down must occur in the request, so that no planner
    can make up an address or an amount.
    """

    minimum: Number | None = None
    maximum: Number | None = None
    pattern: str | None = None
    enum: tuple[Any, ...] | None = None
    from_request: Flag = False

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("`minimum` is more than `maximum`")
        fault = None if self.pattern is None else problem_of(self.pattern)
        if fault is not None:
            raise ValueError(f"`pattern`: {fault}")
        return self

    @property
    def says_what(self) -> bool:
        """Whether there is anything besides `from_request`."""
        return any(one is not None for one in (self.minimum, self.maximum, self.pattern, self.enum))

    def problem(self, value: Value) -> str | None:
        """Why a value is not allowed, or None. `from_request` is another question: `unsaid`."""
        return _first(self._problem, value)

    def _problem(self, value: Value) -> str | None:
        if self.enum is not None and not any(equal(value, one) for one in self.enum):
            allowed = abridge(", ".join(map(_shown, self.enum)), 200)
            return f"{_shown(value)} is not among {allowed or 'no values at all'}"
        if value is None:
            return None
        if self.minimum is not None or self.maximum is not None:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return f"{_shown(value)} is no number"
            if self.minimum is not None and value < self.minimum:
                return f"{_shown(value)} is less than {self.minimum:g}"
            if self.maximum is not None and value > self.maximum:
                return f"{_shown(value)} is more than {self.maximum:g}"
        if self.pattern is None:
            return None
        if not isinstance(value, str):
            return f"{_shown(value)} is no text"
        return None if matches_whole(self.pattern, value) else f"{_shown(value)} does not match `{self.pattern}`"


class ToolRule(_Part):
    """What holds for the tools that a name fits. `at_most` counts them together, retries and items included."""

    at_most: Annotated[int, Field(strict=True, ge=0)] | None = None
    approval: Flag = False
    arguments: dict[str, ArgumentRule] = Field(default_factory=dict)


class RunLimits(_Part):
    """What one run may come to, named as in the interpreter's `Limits`. What is not said is the host's default."""

    tool_calls: Annotated[int, Field(strict=True, ge=0)] | None = None
    model_calls: Annotated[int, Field(strict=True, ge=0)] | None = None
    tokens: Annotated[int, Field(strict=True, ge=0)] | None = None
    usd: Annotated[Number, Field(ge=0)] | None = None
    run_seconds: Annotated[Number, Field(gt=0)] | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The limits that are there, by name."""
        return {name: one for name, one in self if one is not None}


class Policy(_Part):
    """What a host lets plans do. Without `allow` every tool may be called; `deny` wins over it."""

    version: Literal[1] = 1
    allow: tuple[Glob, ...] | None = None
    deny: tuple[Glob, ...] = ()
    tools: dict[Glob, ToolRule] = Field(default_factory=dict)
    limits: RunLimits | None = None

    @property
    def ceilings(self) -> Ceilings | None:
        """What the bounds of a plan are held against; None when the policy limits no run."""
        return None if self.limits is None else Ceilings(**self.limits.said)

    def refusal(self, tool: str, *, is_subplan: bool = False) -> str | None:
        """Why a tool may not be called at all, or None. A sub-plan need not be in `allow`: its own calls must."""
        denied = next((one for one in self.deny if fits_name(one, tool)), None)
        if denied is not None:
            return f"the policy denies `{denied}`"
        if is_subplan or self.allow is None or any(fits_name(one, tool) for one in self.allow):
            return None
        return "the policy does not allow it"

    def rules(self, tool: str) -> Iterator[tuple[str, ToolRule]]:
        """The lines that hold for a tool, with their names."""
        return ((glob, rule) for glob, rule in self.tools.items() if fits_name(glob, tool))


def fits_name(glob: str, tool: str) -> bool:
    """Whether a name with `*` and `?` in it fits a tool; `llm` is also `LLM`."""
    return fnmatchcase(canonical_name(tool), canonical_name(glob))


def _first(check: Callable[[Value], str | None], value: Value) -> str | None:
    """What is wrong with the value, or with the first of its items that something is wrong with."""
    if not isinstance(value, list):
        return check(value)
    return next((found for one in value if (found := _first(check, one)) is not None), None)


def _shown(value: Value) -> str:
    return abridge(json.dumps(value, ensure_ascii=False), _SHOWN)


# --- what a request says -------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w.,])-?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{1,30})?(?!\w)")
_BLANKS = re.compile(r"\s+")
_JOINS = frozenset(".@_+-/")


def unsaid(request: str, value: Value) -> str | None:
    """Why a value cannot come from the request: it, or a part of it, does not occur there. None when all of it does.

    Text occurs as whole words, whatever its case and blanks; numbers occur however they are written (`1,500.00`).

    >>> unsaid("Pay 1,500 EUR to Ann@example.org.", ["ann@example.org", 1500])
    >>> unsaid("Pay joann@example.org", "ann@example.org")
    '"ann@example.org" does not occur in the request'
    """
    match value:
        case None | bool():
            return None
        case dict():
            return next((found for one in value.values() if (found := unsaid(request, one)) is not None), None)
        case list():
            return next((found for one in value if (found := unsaid(request, one)) is not None), None)
        case str():
            occurs = _occurs(_plain(value), _plain(request))
        case _:
            wanted = Decimal(str(value))
            occurs = any(Decimal(found.replace(",", "")) == wanted for found in _NUMBER.findall(request))
    return None if occurs else f"{_shown(value)} does not occur in the request"


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip().casefold()


def _occurs(words: str, request: str) -> bool:
    if not words:
        return True
    start = request.find(words)
    while start >= 0:
        end = start + len(words)
        before, behind = request[max(0, start - 2) : start][::-1], request[end : end + 2]
        if not _goes_on(before, words[0]) and not _goes_on(behind, words[-1]):
            return True
        start = request.find(words, start + 1)
    return False


def _goes_on(beyond: str, edge: str) -> bool:
    """Whether the word at an edge goes on beyond it: with a letter, or with a sign that joins it to one."""
    if not edge.isalnum() or not beyond:
        return False
    return beyond[0].isalnum() or (beyond[0] in _JOINS and beyond[1:].isalnum())


# --- reading -------------------------------------------------------------------------------------------------------


def read_policy(text: str | bytes) -> Policy:
    """A policy from JSON text. Raises `PolicyError`."""
    if len(text) > MAX_BYTES:
        raise PolicyError([_unusable(f"the policy is larger than {MAX_BYTES >> 20} MiB")])
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"this is no JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        raise PolicyError([_unusable(message)]) from None
    except (ValueError, RecursionError) as error:  # not UTF-8, a number of 5,000 digits, 100,000 brackets
        raise PolicyError([_unusable(f"this is no JSON that can be read: {error}")]) from None
    return load_policy(data)


def load_policy(data: Value) -> Policy:
    """A policy from parsed JSON, with everything that is wrong in it at once. Raises `PolicyError`."""
    fault = problem(data)
    if fault is not None:
        raise PolicyError([_unusable(f"the policy is or holds {fault}")])
    if not isinstance(data, dict):
        raise PolicyError([_unusable(f"a policy is an object, not {kind(data)}")])
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        wrong = {_pointer(data, one["loc"]): _words(one) for one in error.errors(include_url=False)}
        raise PolicyError([_unusable(message, at) for at, message in wrong.items()]) from None


def _pointer(data: Value, place: tuple[str | int, ...]) -> str:
    """pydantic's place as a JSON pointer: what names no part of the data, such as the kind of a number, is left out."""
    pointer, node = "", data
    for index, key in enumerate(place):
        is_last = index == len(place) - 1
        if isinstance(node, dict) and (key in node or is_last) and isinstance(key, str):
            node = node.get(key)
        elif isinstance(node, list) and isinstance(key, int) and key < len(node):
            node = node[key]
        else:
            continue
        pointer += f"/{escape(str(key))}"
    return pointer


def _words(error: ErrorDetails) -> str:
    if error["type"] != "extra_forbidden":
        return _sentence(error["msg"])
    key = str(error["loc"][-1])
    near = nearest(key, _KEYS, limit=1)
    return f"`{key}` is nothing that a policy says here" + (f"; did you mean `{near[0]}`?" if near else "")


_KEYS = tuple(dict.fromkeys(name for model in (Policy, ToolRule, ArgumentRule) for name in model.model_fields))


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ").replace("valid tuple", "list").replace("valid dictionary", "object")
    return text[:1].lower() + text[1:]


def _unusable(message: str, at: str = "") -> Diagnostic:
    return Diagnostic(code="RW401", message=message, at=at)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Policy.model_json_schema()
