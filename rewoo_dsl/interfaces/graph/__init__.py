"""Pictures of plans, for the terminal, for mermaid and Graphviz, and as SVG."""

from .diagram import Diagram, diagram
from .dot import dot
from .mermaid import mermaid
from .svg import svg
from .terminal import terminal

__all__ = ["Diagram", "diagram", "dot", "mermaid", "svg", "terminal"]
