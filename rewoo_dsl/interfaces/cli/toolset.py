"""The tools that `--tools`, `--docs`, `--root` and a model make up.

`--tools` is Python (`package.module:attribute`: importing it runs that code), or data: a manifest of ours or a list of
tools as others write it, enough to check a plan; or it lies elsewhere (`elsewhere.py`): an MCP server, an OpenAPI
document.
"""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._record import record
from ...ir.signature import Signature
from .arguments import Options
from .exits import WrongUse
from .sources import read_source

if TYPE_CHECKING:
    from ...llm import Model, Reply
    from ...tools.registry import Registry
    from ...tools.tool import Tool

SHOWN_FRAMES = 3
ELSEWHERE = ("mcp:", "mcp+http://", "mcp+https://", "openapi:")
_IMPORTING = (__file__, import_module.__code__.co_filename)


@record
class Toolset:
    """Tools as a command needs them: signatures to check with, and a registry where there is code to run.

    `lacks_model`: the tool `llm` is there by name only. `left_out`: what an OpenAPI document describes and is no tool,
    and why.
    """

    signatures: Mapping[str, Signature]
    registry: "Registry | None"
    lacks_model: bool = False
    left_out: tuple[str, ...] = ()


def named_tools(options: Options) -> Toolset | None:
    """The tools to check a plan with; None when the command line names none, so that nobody can say which there are.

    `llm` is always among them: which model answers is a question of the run.
    """
    if options.tools is None and options.docs is None and options.root is None:
        return None
    with options.at_end:
        return tools_with(options, None)


def tools_with(options: Options, model: "Model | None") -> Toolset:
    """The tools of `--tools`, or the calculator where it is not given; those of `--docs` and `--root`; and `llm`.

    What `--tools` brings stands; the others are only added where there is none of that name. Raises `WrongUse`.
    """
    from ...agent.llm_tool import llm_tool
    from ...diag.errors import ToolError
    from ...rag.toolbox import standard_tools

    named = None if options.tools is None else load_tools(options.tools, options)
    try:
        standard = standard_tools(docs=options.docs, root=options.root)
    except ToolError as error:
        raise WrongUse(str(error)) from None
    added = [one for name, one in standard.items() if named is None or name != "calculator"]
    added.append(llm_tool(Unconfigured() if model is None else model))
    if named is not None and named.registry is None:
        signatures = {one.name: one.signature for one in added} | dict(named.signatures)
        return Toolset(signatures, None, left_out=named.left_out)
    registry = _joined(named.registry if named is not None else None, added)
    lacks_model = model is None and registry["llm"] is added[-1]
    left_out = () if named is None else named.left_out
    return Toolset(registry.signatures, registry, lacks_model=lacks_model, left_out=left_out)


def _joined(first: "Registry | None", added: Sequence["Tool"]) -> "Registry":
    from ...tools.registry import Registry

    registry = Registry(*(first.values() if first is not None else ()))
    for one in added:
        if one.name not in registry:
            registry.add(one)
    return registry


class Unconfigured:
    """Stands for the model that nobody named. `run` refuses plans that would ask it, before they start."""

    @property
    def attempts(self) -> int:
        from ...llm.model import RETRIES

        return RETRIES + 1

    async def complete(self, *_: Any, **__: Any) -> "Reply":
        from ...diag.errors import ModelError

        raise ModelError("no model is configured", kind="auth")


def load_tools(what: str, options: Options) -> Toolset:
    """What `--tools` names. Raises `WrongUse` with everything that is wrong with it."""
    if what.startswith(ELSEWHERE):
        return _elsewhere(what, options)
    if options.pin is not None:
        raise WrongUse("--pin is for tools of an MCP server or an OpenAPI document")
    module, colon, attribute = what.partition(":")
    if colon and not os.path.exists(what) and _is_dotted(module) and _is_dotted(attribute):
        registry = _registry_of(_attribute(what, module, attribute), what)
        return Toolset(registry.signatures, registry)
    return Toolset(_manifest(what), None)


def _elsewhere(what: str, options: Options) -> Toolset:
    from .elsewhere import tools_elsewhere

    found = tools_elsewhere(what, options)
    return Toolset(found.signatures, found.registry, left_out=found.left_out)


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _attribute(what: str, module: str, attribute: str) -> object:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: object = import_module(module)
    except (Exception, SystemExit) as error:  # whatever the user's module raises is theirs to see, without our frames
        raise WrongUse(f"--tools {what}: importing `{module}` failed\n{_told(error)}") from None
    for name in attribute.split("."):
        if not hasattr(found, name):
            raise WrongUse(f"--tools {what}: `{module}` has no `{attribute}`")
        found = getattr(found, name)
    return found


def _told(error: BaseException) -> str:
    """The user's own exception, with where in the user's own code it began."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in _IMPORTING and not frame.filename.startswith("<frozen ")
    ]
    places = [f"  {Path(frame.filename).name}:{frame.lineno}: {frame.line}" for frame in frames[:SHOWN_FRAMES]]
    return "\n".join([*places, f"  {type(error).__name__}: {error}"])


def _registry_of(found: object, what: str) -> "Registry":
    from ...diag.errors import ToolError
    from ...tools.registry import Registry
    from ...tools.tool import Tool

    if isinstance(found, Registry):
        return found
    several = found if isinstance(found, list | tuple) else (found,)
    if several and all(isinstance(one, Tool) or (callable(one) and not isinstance(one, type)) for one in several):
        try:
            return Registry(*several)
        except ToolError as error:
            raise WrongUse(f"--tools {what}: {error}") from None
    raise WrongUse(f"--tools {what}: a Registry, a tool, a function or a list of these is wanted, not {found!r:.80}")


def _manifest(what: str) -> dict[str, Signature]:
    from ...diag.text import render_text
    from ...tools.errors import ManifestError
    from ...tools.manifest import read_manifest

    try:
        return read_manifest(read_source(what).text)
    except ManifestError as error:
        raise WrongUse(
            f"--tools {what} cannot be used\n\n{render_text(error.diagnostics, file=what)}".rstrip()
        ) from None
