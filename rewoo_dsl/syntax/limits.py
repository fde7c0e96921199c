"""How large a plan's text may be. Everything here is measured in linear time before anything recurses."""

from .._record import record


@record
class Limits:
    """Sizes in bytes of UTF-8 (`size`) or characters. The defaults are those for files; `MODEL` for a model's plan.

    `steps` counts broken statements too, so that the findings of a text are as bounded as its steps.
    """

    size: int = 16 * 1024 * 1024
    steps: int = 100_000
    brackets: int = 64
    expression: int = 32
    identifier: int = 64
    string: int = 16 * 1024
    number: int = 32


FILE = Limits()
MODEL = Limits(size=64 * 1024, steps=256)
