"""The built-in functions, in one table that checker and interpreter share: `BUILTINS` by name.

`lists`, `text`, `numbers` and `dates` hold the functions with their type rules side by side; `_table` says what an
entry is. The names are reserved: no tool or sub-plan can have one.
"""

from ._table import REQUIRED, Bound, Builtin, Given, Parameter, bind
from .dates import DATES
from .lists import LISTS
from .numbers import NUMBERS
from .text import TEXT

BUILTINS: dict[str, Builtin] = {one.name: one for one in (*LISTS, *TEXT, *NUMBERS, *DATES)}

__all__ = ["BUILTINS", "REQUIRED", "Bound", "Builtin", "Given", "Parameter", "bind"]
