"""Models: one narrow protocol, and the `openai` client behind it."""

from .form import Form, form, without_reasoning
from .model import LOST, Kind, Message, Model, Reply, Role, Usage
from .openai import ApiChoice, Endpoint, OpenAIModel

__all__ = [
    "LOST",
    "ApiChoice",
    "Endpoint",
    "Form",
    "Kind",
    "Message",
    "Model",
    "OpenAIModel",
    "Reply",
    "Role",
    "Usage",
    "form",
    "without_reasoning",
]
