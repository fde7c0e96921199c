"""What `infer` finds: one small `Finding` per complaint. A rule of the checker turns findings into diagnostics."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from .._record import record

FindingKind: TypeAlias = Literal[
    "type", "null", "condition", "field", "undeclared", "function", "argument", "value", "comparison", "depth",
    "unchecked",
]  # fmt: skip
"""What a finding is about.

- `type`, `null`: a value of the wrong type, or null, where evaluation fails with the kind of that name
- `condition`: something else than a bool where yes or no is decided
- `field`: a field that the type has not, or declares as optional
- `undeclared`: a field that an open object does not declare; it may be there, but nothing says so
- `function`, `argument`: no such built-in, or not its arguments
- `value`: the right type, and still known to fail: a pattern that is none
- `comparison`: two values that can never be equal; evaluation does not fail
- `depth`: nested deeper than an expression may be
- `unchecked`: `any` is read here and nothing is known
"""

Certainty: TypeAlias = Literal["certain", "maybe", "unchecked"]
"""`certain`: every evaluation that gets there fails; `maybe`: some may; `unchecked`: `any` stood in the way."""


@record
class Finding:
    """One complaint. `at` is a JSON pointer relative to the expression, `near` are names the author may have meant."""

    kind: FindingKind
    message: str
    at: str = ""
    certainty: Certainty = "certain"
    near: tuple[str, ...] = ()


Report: TypeAlias = Callable[[Finding], None]
