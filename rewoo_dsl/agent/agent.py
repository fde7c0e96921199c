"""`Agent`: a question in, an answer with citations out, over tools that you give it.

    agent = Agent(registry, planner="gpt-5", solver="gpt-5-mini")
    answer = await agent.ask("Which suppliers are exposed?")

The chain is always the same: the Planner writes a plan, the checker has to accept it, the interpreter runs it, the
Solver answers from the evidence. No model is asked between the first call of a tool and the last but by the plan's
own `llm` steps.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from pydantic import SecretStr

from ..checker.subplans import Library
from ..diag.errors import ModelError
from ..interpreter import Approve, Limits, Result, run
from ..ir.values import Value
from ..llm import ApiChoice, Endpoint, Model, OpenAIModel, Usage
from ..tools.registry import Registry
from ..tools.tool import Tool
from .events import AgentEvent, ModelCalled, PlanDrafted, TextArrived
from .gather import gather, instruction
from .llm_tool import llm_tool
from .planner import ATTEMPTS, Draft, Planner
from .solver import Solution, Solver
from .spending import Meter, Role, Spending

PLANNER, SOLVER = "gpt-5", "gpt-5-mini"

Listener = Callable[[AgentEvent], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The Solver's answer and everything it rests on.

    `plan` is the text that ran, `result` the finished run. See `Solution` for the rest.
    """

    solution: Solution
    plan: str
    result: Result
    usage: Spending

    @property
    def text(self) -> str:
        return self.solution.text

    @property
    def citations(self) -> tuple[str, ...]:
        """What the answer cites, each once: `E3`, `E4.2`."""
        return tuple(dict.fromkeys(str(one) for one in self.solution.citations))

    @property
    def supported(self) -> bool:
        """False when the Solver says that the evidence does not support an answer."""
        return self.solution.supported


class SolvingFailed(ModelError):
    """The plan has run, and the Solver's model gave no answer. `plan`, `result` and `usage` are what there is."""

    def __init__(self, error: ModelError, plan: str, result: Result, usage: Spending) -> None:
        self.plan, self.result, self.usage = plan, result, usage
        super().__init__(f"the plan has run, but there is no answer: {error}", kind=error.kind)


class Agent:
    """Answers questions with tools.

    Args:
        registry: the tools that plans may call. Without an `llm` tool among them one is added.
        planner: the model that writes plans: a name at the endpoint, or any `Model`.
        solver: the model that answers from the evidence.
        llm: the model behind the `llm` tool; the Solver's unless said.
        base_url: the endpoint for models given by name; `OPENAI_BASE_URL` unless said.
        api_key: its key; `OPENAI_API_KEY` unless said.
        api: the protocol it is spoken to with.
        timeout: seconds for one attempt of a model.
        attempts: how often the Planner may write, repairs included.
        library: sub-plans that a plan may call by name.
        limits: ceilings for each run.
        approve: asks a person; without it a plan that asks is refused before it starts.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        planner: str | Model = PLANNER,
        solver: str | Model = SOLVER,
        llm: str | Model | None = None,
        base_url: str | None = None,
        api_key: str | SecretStr | None = None,
        api: ApiChoice = "auto",
        timeout: float = 120.0,
        attempts: int = ATTEMPTS,
        library: Library | None = None,
        limits: Limits | None = None,
        approve: Approve | None = None,
    ) -> None:
        if attempts < 1:
            raise ValueError(f"attempts is at least 1, not {attempts!r}")
        self._endpoint = Endpoint(base_url=base_url, api_key=api_key, api=api, timeout=timeout)
        self.planner = Planner(self._model(planner), attempts)
        self.solver = Solver(self._model(solver))
        self.worker = self._model(llm if llm is not None else solver)
        self.tools = _with_llm(registry, self.worker)
        self.library, self.limits, self.approve = library, limits, approve

    async def ask(
        self, question: str, *, inputs: Mapping[str, Value] | None = None, on_event: Listener | None = None
    ) -> Answer:
        """The answer to `question`.

        Args:
            inputs: values that the plan may use by name; models are told their names and types only.
            on_event: hears drafts, text, usage and the run's events as they happen; must not block.

        Raises:
            PlanningFailed: the Planner's model wrote no plan without errors.
            PlanError: the plan asks a person, and there is nobody to ask.
            ModelError: the Planner's model gave no answer, or declined.
            SolvingFailed: the Solver's did; it holds the result of the run.
        """
        async with AsyncExitStack() as stack:
            for endpoint in self._endpoints():
                await stack.enter_async_context(endpoint.open())
            return await _Asking(self, question, dict(inputs or {}), on_event or _ignore).answer()

    def ask_sync(
        self, question: str, *, inputs: Mapping[str, Value] | None = None, on_event: Listener | None = None
    ) -> Answer:
        """`ask`, for callers without an event loop."""
        return asyncio.run(self.ask(question, inputs=inputs, on_event=on_event))

    def _model(self, model: str | Model) -> Model:
        return self._endpoint.model(model) if isinstance(model, str) else model

    def _endpoints(self) -> set[Endpoint]:
        """Those whose connections are kept while a question is answered."""
        models = (self.planner.model, self.worker, self.solver.model)
        return {one.endpoint for one in models if isinstance(one, OpenAIModel)}


@dataclass(slots=True)
class _Asking:
    """One question on its way to its answer."""

    agent: Agent
    question: str
    inputs: dict[str, Value]
    hear: Listener
    planning: Meter = field(init=False)
    solving: Meter = field(init=False)

    def __post_init__(self) -> None:
        self.planning = Meter(lambda usage: self.hear(ModelCalled("planner", usage)))
        self.solving = Meter(lambda usage: self.hear(ModelCalled("solver", usage)))

    async def answer(self) -> Answer:
        draft = await self._planned()
        result = await self._run(draft)
        try:
            solution = await self._solved(draft, result)
        except ModelError as error:
            raise SolvingFailed(error, draft.text, result, self._spent(result)) from error
        return Answer(solution, draft.text, result, self._spent(result))

    async def _planned(self) -> Draft:
        agent = self.agent
        return await agent.planner.plan(
            self.question,
            agent.tools.signatures,
            inputs=self.inputs,
            library=agent.library,
            on_draft=lambda draft: self.hear(PlanDrafted(draft)),
            on_text=self._writing("planner"),
            on_usage=self.planning.add,
        )

    async def _run(self, draft: Draft) -> Result:
        agent, linked = self.agent, draft.report.require()
        return await run(
            linked, agent.tools, inputs=self.inputs, approve=agent.approve, on_event=self.hear, limits=agent.limits
        )

    async def _solved(self, draft: Draft, result: Result) -> Solution:
        plan = draft.report.require().plan
        return await self.agent.solver.answer(
            self.question,
            plan=draft.text,
            evidence=gather(plan, {**self.inputs, **result.inputs, **result.evidence}, result.missing),
            instruction=instruction(plan),
            on_text=self._writing("solver"),
            on_usage=self.solving.add,
        )

    def _spent(self, result: Result) -> Spending:
        used = result.usage
        worker = Usage(
            calls=int(used.get("model_calls", 0)),
            input_tokens=int(used.get("input_tokens", 0)),
            output_tokens=int(used.get("output_tokens", 0)),
            cached_tokens=int(used.get("cached_tokens", 0)),
        )
        return Spending(self.planning.usage, worker, self.solving.usage)

    def _writing(self, role: Role) -> Callable[[str], None] | None:
        """Pieces of text are only asked for when somebody listens: streaming is for people."""
        return None if self.hear is _ignore else lambda text: self.hear(TextArrived(role, text))


def _with_llm(registry: Registry, model: Model) -> Registry:
    own: list[Tool] = [] if "llm" in registry else [llm_tool(model)]
    return Registry(*registry.values(), *own)


def _ignore(_event: AgentEvent) -> None:
    """Nobody listens."""
