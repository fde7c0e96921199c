"""The tools that `--tools`, `--docs`, `--root` and a model make up.

`--tools` is either Python (`package.module:attribute`: importing it runs that code) or data: a manifest of ours or a
list of tools as others write it. Data is enough to check a plan, Python is needed to run one.
"""

import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ...ir.signature import Signature
from .arguments import Options
from .exits import WrongUse
from .sources import read_source

if TYPE_CHECKING:
    from ...tools.registry import Registry


@dataclass(frozen=True, slots=True)
class Toolset:
    """Tools as a command needs them: signatures to check with, and a registry where there is code to run."""

    signatures: Mapping[str, Signature]
    registry: "Registry | None"


def load_tools(what: str) -> Toolset:
    """What `--tools` names. Raises `WrongUse` with everything that is wrong with it."""
    module, colon, attribute = what.partition(":")
    if colon and not os.path.exists(what) and _is_dotted(module) and _is_dotted(attribute):
        registry = _registry_of(_attribute(what, module, attribute), what)
        return Toolset(registry.signatures, registry)
    return Toolset(_manifest(what), None)


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _attribute(what: str, module: str, attribute: str) -> object:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: object = import_module(module)
    except Exception as error:  # whatever the user's module raises is the user's to see, without our frames
        raise WrongUse(f"--tools {what}: importing `{module}` failed\n{_told(error)}") from None
    for name in attribute.split("."):
        if not hasattr(found, name):
            raise WrongUse(f"--tools {what}: `{module}` has no `{attribute}`")
        found = getattr(found, name)
    return found


def _told(error: Exception) -> str:
    """The user's own exception with the frames in the user's own code."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen ")
    ]
    places = [f"  {Path(frame.filename).name}:{frame.lineno}: {frame.line}" for frame in frames[-3:]]
    return "\n".join([*places, f"  {type(error).__name__}: {error}"])


def _registry_of(found: object, what: str) -> "Registry":
    from ...tools.registry import Registry
    from ...tools.tool import Tool

    if isinstance(found, Registry):
        return found
    if isinstance(found, list | tuple) and found:
        return Registry(*found)
    if isinstance(found, Tool) or (callable(found) and not isinstance(found, type)):
        return Registry(found)
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


def known_signatures(options: Options) -> Mapping[str, Signature] | None:
    """What a plan is checked or drawn with; None when no tools were named at all."""
    if options.tools is None:
        return None
    return load_tools(options.tools).signatures
