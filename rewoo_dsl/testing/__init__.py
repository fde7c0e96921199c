"""What users' own tests need: a scripted model behind real HTTP."""

from .model_server import ModelServer, Rule

__all__ = ["ModelServer", "Rule"]
