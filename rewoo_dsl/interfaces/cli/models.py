"""Which model answers for which role, from options and environment."""

import os
from typing import TYPE_CHECKING

from .arguments import Options
from .exits import WrongUse

if TYPE_CHECKING:
    from ...llm import Endpoint, Model

VARIABLE = "REWOO_MODEL"
HOW_TO_REACH = (
    "models are reached with\n"
    "  OPENAI_API_KEY=…   for OpenAI itself, or\n"
    "  OPENAI_BASE_URL=…  (or --base-url) for any compatible endpoint, such as http://localhost:11434/v1"
)


def model_named(options: Options, role: str | None = None) -> "Model | None":
    """The model for a role: its own name, else `--model`, else `REWOO_MODEL`; None when nobody names one.

    Raises:
        WrongUse: a model is named, and there is no endpoint to reach it.
    """
    name = role or options.model or os.environ.get(VARIABLE)
    return endpoint(options).model(name) if name else None


def required_model(options: Options, role: str | None, what_for: str) -> "Model":
    """The same where the command cannot do without. Raises `WrongUse`."""
    model = model_named(options, role)
    if model is None:
        raise WrongUse(f"{what_for} needs a model: name one with --model NAME or {VARIABLE}\n{HOW_TO_REACH}")
    return model


def endpoint(options: Options) -> "Endpoint":
    """Where the models are. Raises `WrongUse` when nothing says so."""
    if not (options.base_url or os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_KEY")):
        raise WrongUse(f"no endpoint for models is configured\n{HOW_TO_REACH}")
    from ...llm import Endpoint

    return Endpoint(base_url=options.base_url, api=options.api)
