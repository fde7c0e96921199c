"""What a run needs beside its plan: code for its tools, a model for `llm`, somebody to ask."""

from typing import TYPE_CHECKING

from ...interpreter import Approve
from ...ir.linked import LinkedPlan
from .approval import ask_at, yes_to_all
from .arguments import Options
from .exits import WrongUse
from .models import HOW_TO_REACH, VARIABLE
from .terminal import Terminal
from .toolset import Toolset
from .watching import Watch

if TYPE_CHECKING:
    from ...tools.registry import Registry


def code_of(tools: Toolset, options: Options) -> "Registry":
    """The tools that can be called. Raises `WrongUse` when `--tools` was a description only."""
    if tools.registry is None:
        raise WrongUse(
            f"--tools {options.tools} only describes tools; to run them, name code (--tools package.module:attribute), "
            "an MCP server (mcp:COMMAND), or where an OpenAPI service is (openapi:FILE BASE_URL)"
        )
    return tools.registry


def refuse_without_model(linked: LinkedPlan, tools: Toolset) -> None:
    """Raises `WrongUse` when the plan asks `llm`, or a sub-plan of it does, and no model is named."""
    if tools.lacks_model and _asks_model(linked):
        raise WrongUse(f"the plan calls `llm`: name a model with --model NAME or {VARIABLE}\n{HOW_TO_REACH}")


def _asks_model(linked: LinkedPlan) -> bool:
    return "llm" in linked.tools or any(map(_asks_model, linked.subplans.values()))


def somebody_to_ask(
    linked: LinkedPlan, options: Options, terminal: Terminal, watch: Watch, *, may_wait: bool = False
) -> Approve | None:
    """Who answers `approve`: the person at the terminal; with `--yes`, everything is approved.

    With `may_wait`, a run that nobody can answer now waits in its journal.

    Raises:
        WrongUse: the plan asks somebody, and nobody is there.
    """
    if options.approval == "yes":
        return yes_to_all
    if options.approval == "terminal" and terminal.can_ask:
        return ask_at(terminal, watch.view.paused)
    if linked.asks and not (may_wait and options.approval == "terminal"):
        asking = next((f"#{step.name}" for step in linked.steps if step.step.approve is not None), "a sub-plan")
        why = "--no-ask was given" if options.approval == "refuse" else "there is no terminal to ask at"
        raise WrongUse(f"{asking} asks a person to approve it, and {why}; --yes approves everything unseen")
    return None
