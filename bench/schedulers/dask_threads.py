"""Dask's threaded scheduler over a graph as a dict, with as many threads as our `concurrency`."""

import time
from collections.abc import Callable

from dask.threaded import get

from ..shapes import Needs
from . import Seconds, ends


def build(needs: Needs, seconds: Seconds) -> Callable[[], object]:
    def no_op(*_values: object) -> int:
        return 1

    def wait(pause: float, *_values: object) -> int:
        time.sleep(pause)
        return 1

    graph = {name: (wait, seconds[name], *of) if seconds else (no_op, *of) for name, of in needs.items()}
    last = ends(needs)
    return lambda: get(graph, last, num_workers=8)
