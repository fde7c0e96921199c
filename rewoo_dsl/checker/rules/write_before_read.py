from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related, Severity
from ..reach import behind, for_the_answer, may_fail, may_write
from ..scope import CallSite, Scope, Statement

MOST_SHOWN = 4


def write_before_read(scope: Scope) -> Iterator[Diagnostic]:
    """RW307: a write that cannot be taken back, before a read that may fail and could come first.

    The answer needs the read, or it would not matter. Reads that need a write, be it by `after`, are left alone: they
    are meant to come later. So are writes that a person approves, and plans that were not written in an order. It is
    said once, at the first write: the remedy is one, however many writes there are.
    """
    last = _last_free_read(scope) if scope.in_text_order else None
    if last is None or last.step is None:
        return
    early = [site for site in scope.calls if site.statement.index < last.index and _is_final(site)]
    if not early:
        return
    first, *others = early
    read, write = f"#{last.step.name}", f" and {len(others)} more write" if others else " writes"
    yield Diagnostic(
        code="RW307",
        severity=Severity.WARNING,
        message=f"`{first.call.tool}`{write} although {read}, which the answer needs, may still fail",
        at=first.at,
        hint=f"add `after {read}` and move the step down, or give {read} a `fallback`",
        related=(
            Related(message="this read may fail", at=last.at),
            *(Related(message="this writes before it, too", at=site.at) for site in others[:MOST_SHOWN]),
        ),
    )


def _last_free_read(scope: Scope) -> Statement | None:
    """The last step of the plan that only reads, may fail, is needed for the answer and comes from no write."""
    if not any(_is_final(site) for site in scope.calls):
        return None
    bound, wanted = behind(scope, may_write), for_the_answer(scope)
    for statement in reversed(scope.statements[: len(scope.plan.steps)]):
        if statement.index in wanted and statement.index not in bound and may_fail(statement):
            return statement
    return None


def _is_final(site: CallSite) -> bool:
    step = site.statement.step
    return (
        site.target is not None
        and site.target.surely_writes
        and not site.target.may_retry
        and step is not None
        and step.approve is None
    )
