"""A run as one page that needs nothing else: its plan, its time, its evidence, and where the answer comes from."""

from .page import page
from .shown import Advice, Shown

__all__ = ["Advice", "Shown", "page"]
