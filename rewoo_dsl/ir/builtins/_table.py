"""The shape of one built-in, and how the arguments of a call find its parameters.

A `Builtin` says everything about itself once: the evaluator calls `function`, the type checker asks `gives`, prompts
and reference pages print `signature`, `doc` and `examples`.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final, TypeAlias

from ..._record import record
from ..expr import Apply, Expr, ListOf, Path, Selector, escape
from ..findings import Report
from ..fuel import cut
from ..type_rules import require
from ..types import ANY, Type, show
from ..values import Value


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required()

Function: TypeAlias = Callable[..., Value]
"""Takes the `Fuel`, then one argument per parameter in order of declaration, absent ones as their default."""


@record
class Parameter:
    """One parameter. Without a `default` it is required.

    `named` parameters are written with their name only. `rest` takes all further arguments, as a tuple. `selectors`
    takes `.path` or a list of them, as a tuple of paths. `guarded` takes a path that may lead nowhere: null, or a
    missing key or index on the way, gives null. `lazy` is given as a function that evaluates the argument.
    """

    name: str
    type: Type = ANY
    default: Any = REQUIRED
    named: bool = False
    rest: bool = False
    selectors: bool = False
    guarded: bool = False
    lazy: bool = False

    def __str__(self) -> str:
        if self.selectors:
            return f"{self.name}=.path"
        if self.rest:
            return f"...{self.name}"
        shown = self.name if self.type == ANY else f"{self.name}: {show(self.type)}"
        return shown if self.default is REQUIRED else f"{shown}?"


@record
class Given:
    """The arguments of one call as its type rule sees them: types, places and selectors by parameter."""

    types: Mapping[str, Type]
    places: Mapping[str, str]
    rest: tuple[tuple[str, Type], ...]
    selectors: tuple[Path, ...]
    report: Report

    def __getitem__(self, name: str) -> Type:
        """The type of an argument; `any` when it was not given or could not be told."""
        return self.types.get(name, ANY)

    def __contains__(self, name: str) -> bool:
        return name in self.types

    def at(self, name: str) -> str:
        return self.places.get(name, "")

    def check(self, parameter: Parameter) -> None:
        """Complains when the argument of a parameter is not of its type."""
        if parameter.type != ANY and parameter.name in self.types:
            require(self[parameter.name], parameter.type, self.at(parameter.name), self.report)


Rule: TypeAlias = Callable[[Given], Type]
"""The type of the result; asked after every argument was found to be of its parameter's type, or complained about."""


@record
class Builtin:
    """A pure function of the language. `examples` are pairs of an expression and the literal it gives."""

    name: str
    parameters: tuple[Parameter, ...]
    gives: Rule
    function: Function
    doc: str
    examples: tuple[tuple[str, str], ...]

    @property
    def signature(self) -> str:
        """`take(list: list[any], n: int)`."""
        return f"{self.name}({', '.join(map(str, self.parameters))})"

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


@record
class Bound:
    """The arguments of a call by parameter, each with its pointer; `problems` say what does not fit the signature."""

    arguments: Mapping[str, tuple[str, Expr]] = field(default_factory=dict)
    rest: tuple[tuple[str, Expr], ...] = ()
    selectors: tuple[Path, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def bind(call: Apply, builtin: Builtin) -> Bound:
    """Finds the parameter of every argument. Never raises: whoever needs a sound call looks at `problems`."""
    arguments: dict[str, tuple[str, Expr]] = {}
    problems: list[tuple[str, str]] = []
    positional = [p for p in builtin.parameters if not p.named and not p.rest]
    places = [(f"/args/{i}", arg) for i, arg in enumerate(call.args)]
    arguments.update((p.name, given) for p, given in zip(positional, places, strict=False))
    rest = tuple(places[len(positional) :])
    if rest and not any(p.rest for p in builtin.parameters):
        problems.append((rest[0][0], f"`{builtin.name}` takes at most {_arguments(len(positional))} by position"))
    for name, arg in call.named.items():
        place = f"/named/{escape(name)}"
        parameter = builtin.parameter(name)
        if parameter is None or parameter.rest:
            problems.append((place, f"`{builtin.name}` has no argument `{cut(name)}`: {builtin.signature}"))
        elif name in arguments:
            problems.append((place, f"`{name}` of `{builtin.name}` is given twice"))
        else:
            arguments[name] = (place, arg)
    for p in builtin.parameters:
        if p.default is REQUIRED and p.name not in arguments:
            problems.append(("", f"`{builtin.name}` needs `{p.name}`: {builtin.signature}"))
    selectors = _selectors(builtin, arguments, problems)
    return Bound(arguments, rest, selectors, tuple(problems))


def _selectors(
    builtin: Builtin, arguments: dict[str, tuple[str, Expr]], problems: list[tuple[str, str]]
) -> tuple[Path, ...]:
    """Takes the selectors out of `arguments`."""
    for parameter in builtin.parameters:
        if parameter.selectors and parameter.name in arguments:
            place, arg = arguments.pop(parameter.name)
            found = arg.items if isinstance(arg, ListOf) else (arg,)
            paths = tuple(one.path for one in found if isinstance(one, Selector))
            if len(paths) < len(found) or not paths:
                problems.append((place, f"`{parameter.name}=` takes a selector such as `.name`, or a list of them"))
            return paths
    return ()


def _arguments(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"
