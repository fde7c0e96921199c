"""Hamilton's driver: one step after the other. It walks the graph by recursion, so a long chain needs a deep stack."""

from collections.abc import Callable

from hamilton import base, driver

from ..shapes import Needs
from . import Seconds, ends
from ._hamilton import module


def build(needs: Needs, seconds: Seconds) -> Callable[[], object]:
    made = driver.Builder().with_modules(module(needs, seconds, is_async=False)).with_adapter(base.DictResult()).build()
    last = ends(needs)
    return lambda: made.execute(last)
