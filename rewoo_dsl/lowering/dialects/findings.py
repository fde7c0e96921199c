"""What a reader has to say about the text it reads: collected, counted, in order of place."""

from collections import Counter

from ...diag.codes import Code
from ...diag.codes.dialects import REPAIRS
from ...diag.diagnostic import Diagnostic, Related, Severity, Span

MOST = 50
"""How many findings of one code are said one by one."""


class Findings:
    """The findings of one reading. With `strict` whatever was put right is an error.

    Half of a surrogate pair, which a text may hold and nobody can print, is spelt out.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._found: list[Diagnostic] = []
        self._count: Counter[str] = Counter()

    def add(
        self,
        code: Code,
        message: str,
        span: Span,
        *,
        severity: Severity | None = None,
        hint: str | None = None,
        allowed: tuple[str, ...] = (),
        related: tuple[Related, ...] = (),
    ) -> None:
        self._count[code.number] += 1
        if self._count[code.number] > MOST:
            return
        repaired = self._strict and code.number in REPAIRS
        self._found.append(
            Diagnostic(
                code=code.number,
                message=message.encode("utf-8", "backslashreplace").decode("utf-8"),
                severity=Severity.ERROR if repaired else severity or code.severity,
                span=span,
                hint=hint,
                allowed=allowed,
                related=related,
            )
        )

    @property
    def has_errors(self) -> bool:
        return any(one.is_error for one in self._found)

    def said(self, code: Code) -> bool:
        return self._count[code.number] > 0

    def all(self) -> tuple[Diagnostic, ...]:
        """Every finding in order of place; beyond `MOST` of one kind, their number."""
        last = {one.code: one for one in self._found}
        more = [
            last[code].model_copy(update={"message": f"{last[code].message} (and {count - MOST} more like this)"})
            for code, count in self._count.items()
            if count > MOST
        ]
        kept = [one for one in self._found if self._count[one.code] <= MOST or one is not last[one.code]]
        return tuple(sorted([*kept, *more], key=lambda one: (one.span or Span(0, 0), one.code)))
