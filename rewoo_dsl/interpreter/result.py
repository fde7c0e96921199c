"""What a run has come to: evidence, states, the value of `return`, and the events that led there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..diag.errors import RewooError, StepFailed
from ..diag.spell import nearest
from ..trace.events import ApprovalAsked, Branch, Event, Reason, RunFinished, RunStarted, State, Status, StepFinished


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step. `branch` tells which clause gave the value; `fallback` marks one that stood in."""

    name: str
    state: State
    reason: Reason | None
    message: str
    branch: Branch
    evidence: Any = None

    @property
    def value(self) -> Any:
        """The step's evidence; null for a skipped step. Raises `StepFailed` when there is none."""
        if not self.has_value:
            raise StepFailed(self.name, self.reason or self.state, self.message)
        return self.evidence

    @property
    def has_value(self) -> bool:
        return self.state in ("succeeded", "skipped")


class RunSuspended(RewooError):
    """A run waits for people and for nothing else, and nobody can be asked here: resume it with their answers.

    Attributes:
        run: its id.
        questions: what they are asked, with the exact arguments and the binding of an answer.
    """

    def __init__(self, run: str, questions: tuple[ApprovalAsked, ...]) -> None:
        self.run, self.questions = run, questions
        shown = ", ".join(f"#{asked.step}" for asked in questions)
        super().__init__(f"run {run} waits for an answer to {shown}: resume it with one")


class Result(Mapping[str, StepResult]):
    """A finished run, by step name.

    Attributes:
        trace: every event, in order.
    """

    def __init__(self, trace: tuple[Event, ...]) -> None:
        self.trace = trace
        self._started, self._finished = trace[0], trace[-1]
        if not isinstance(self._started, RunStarted) or not isinstance(self._finished, RunFinished):
            raise ValueError("a result is made from the events of a finished run")

    @property
    def run_id(self) -> str:
        assert isinstance(self._started, RunStarted)  # looked at when it was made
        return self._started.run

    @property
    def inputs(self) -> dict[str, Any]:
        """The values of the plan's inputs, defaults included."""
        assert isinstance(self._started, RunStarted)  # looked at when it was made
        return dict(self._started.inputs)

    @property
    def status(self) -> Status:
        return self._end.status

    @property
    def value(self) -> Any:
        """What `return` gives. Raises `StepFailed` when it failed; None when the plan has none."""
        if not self._end.has_value and "return" in self._end.missing:
            raise StepFailed("return", self._end.missing["return"])
        return self._end.value

    @property
    def has_value(self) -> bool:
        """Whether `return` gave a value."""
        return self._end.has_value

    @property
    def missing(self) -> dict[str, str]:
        """What has no value, with its reason class. `return` is among it when it failed."""
        return dict(self._end.missing)

    @property
    def usage(self) -> dict[str, float]:
        """`calls`, `model_calls`, `input_tokens` and `cached_tokens` among them, `output_tokens`, `cost` (USD)."""
        return dict(self._end.usage)

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """The values of all steps that have one; null for skipped ones."""
        return {name: step.evidence for name, step in self._steps.items() if step.has_value}

    @property
    def _end(self) -> RunFinished:
        assert isinstance(self._finished, RunFinished)  # looked at when it was made
        return self._finished

    @cached_property
    def _steps(self) -> dict[str, StepResult]:
        assert isinstance(self._started, RunStarted)  # looked at when it was made
        found: dict[str, StepResult | None] = dict.fromkeys(self._started.steps)
        for event in self.trace:
            if type(event) is StepFinished and event.step in found:
                found[event.step] = StepResult(
                    event.step, event.state, event.reason, event.message, event.branch, event.value
                )
        return {name: step for name, step in found.items() if step is not None}

    def __getitem__(self, name: str) -> StepResult:
        step = self._steps.get(name.removeprefix("#"))
        if step is None:
            near = nearest(name.removeprefix("#"), self._steps)
            raise KeyError(f"the plan has no step {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return step

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)

    def __repr__(self) -> str:
        """Cheap, because asyncio asks for it behind the scenes whenever a run ends."""
        missing = ", ".join(f"{name}: {reason}" for name, reason in list(self._end.missing.items())[:8])
        return f"Result({self.status}{'; missing ' + missing if missing else ''})"
