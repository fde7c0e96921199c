"""What users' own tests need: scripted tools and models, virtual time, faults by name, laws, contract tests.

Names are imported when they are first asked for. Those that need hypothesis (`pip install rewoo-dsl[testing]`) say so
when it is not there: `verify_tool`, `RunMachine`, and all of `rewoo_dsl.testing.strategies`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cassette import Cassette as Cassette
    from .cassette import CassetteError as CassetteError
    from .clock import run_virtual as run_virtual
    from .contracts import ContractBroken as ContractBroken
    from .contracts import verify_tool as verify_tool
    from .faults import Fault as Fault
    from .faults import FaultError as FaultError
    from .faults import with_faults as with_faults
    from .laws import LawBroken as LawBroken
    from .laws import check_law_a as check_law_a
    from .laws import check_law_b as check_law_b
    from .laws import check_law_c as check_law_c
    from .model_server import ModelServer as ModelServer
    from .model_server import Rule as Rule
    from .reproducer import Failure as Failure
    from .runs import RunFailed as RunFailed
    from .runs import check_run as check_run
    from .scripted_tools import ScriptedTools as ScriptedTools
    from .shrinking import shrink as shrink
    from .stateful import RunMachine as RunMachine

_HOMES = {
    "Cassette": "cassette",
    "CassetteError": "cassette",
    "ContractBroken": "contracts",
    "Failure": "reproducer",
    "Fault": "faults",
    "FaultError": "faults",
    "LawBroken": "laws",
    "ModelServer": "model_server",
    "Rule": "model_server",
    "RunFailed": "runs",
    "RunMachine": "stateful",
    "ScriptedTools": "scripted_tools",
    "check_law_a": "laws",
    "check_law_b": "laws",
    "check_law_c": "laws",
    "check_run": "runs",
    "run_virtual": "clock",
    "shrink": "shrinking",
    "verify_tool": "contracts",
    "with_faults": "faults",
}
"""The module of every public name."""

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
