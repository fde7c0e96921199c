"""A plan as Hamilton takes it: a module with one function a step, whose parameters name its needs."""

import asyncio
import time
from types import ModuleType

from hamilton.ad_hoc_utils import create_temporary_module

from ..shapes import Needs
from . import Seconds


def module(needs: Needs, seconds: Seconds, *, is_async: bool) -> ModuleType:
    sleep = "await asyncio.sleep" if is_async else "time.sleep"
    functions = []
    for name, of in needs.items():
        head = f"{'async ' if is_async else ''}def {name}({', '.join(f'{need}: int' for need in of)}) -> int:"
        names: dict[str, object] = {"asyncio": asyncio, "time": time}
        exec(f"{head}\n {f'{sleep}({seconds[name]})' if seconds else 'pass'}\n return 1", names)
        functions.append(names[name])
    return create_temporary_module(*functions)
