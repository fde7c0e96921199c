"""What the call around the cursor wants, while its arguments are being written. Pure: a view and an offset go in."""

from ..._record import record
from ...checker.callables import Target
from ...ir.builtins import BUILTINS, Builtin
from . import signatures
from .cursor import Call, cursor_at
from .view import View


@record
class Calling:
    """A signature and what is said of it; its parameters, each as `line` has it; which one the cursor is at."""

    line: str
    about: str
    parameters: tuple[tuple[str, str], ...]
    active: int | None


def calling(view: View, offset: int) -> Calling | None:
    """The innermost call whose brackets are open at `offset`; None outside of any, and for a tool nobody knows."""
    call = cursor_at(view.survey.text, offset).around
    if call is None:
        return None
    target = view.survey.target(call.name)
    if target is not None:
        return _of_target(target, call)
    built_in = BUILTINS.get(call.name)
    return None if built_in is None else _of_builtin(built_in, call)


def _of_target(target: Target, call: Call) -> Calling:
    names = list(target.parameters)
    labels = [signatures.parameter(target, name) for name in names]
    abouts = [(signatures.argument(target, name) or ("", ""))[1] for name in names]
    name = call.argument
    if name is None and call.position == 0:
        name = target.signature.positional
    active = names.index(name) if name in names else None
    return Calling(
        signatures.line(call.name, target), signatures.about(target), tuple(zip(labels, abouts, strict=True)), active
    )


def _of_builtin(one: Builtin, call: Call) -> Calling:
    labels = tuple((str(parameter), "") for parameter in one.parameters)
    return Calling(one.signature, signatures.plain(one.doc), labels, _active(one, call))


def _active(one: Builtin, call: Call) -> int | None:
    for place, parameter in enumerate(one.parameters):
        takes_rest = parameter.rest and call.position >= place
        if parameter.name == call.argument or (call.argument is None and (place == call.position or takes_rest)):
            return place
    return None
