"""`--fault`: tools in which things go wrong, and what is said of a fault that never came to pass."""

from collections.abc import Mapping

from ...ir.linked import LinkedPlan
from ...testing.faults import FaultError, FaultyTools, with_faults
from ...tools.tool import Tool
from .arguments import Options
from .exits import WrongUse
from .terminal import Terminal


def faulty_tools(tools: Mapping[str, Tool], linked: LinkedPlan, options: Options, terminal: Terminal) -> FaultyTools:
    """The tools with the faults of the command line. What was never hit is said when the command ends.

    Raises:
        WrongUse: a fault cannot be read, or the plan makes no such call.
    """
    try:
        found = with_faults(tools, options.fault, linked=linked)
    except FaultError as error:
        raise WrongUse(f"--fault: {error}") from None

    def tell() -> None:
        for fault in found.never_hit:
            terminal.complain(f"--fault {fault}: never hit, no such call was made")

    options.at_end.callback(tell)
    return found
