"""`--tools` that lie elsewhere: an MCP server, or what an OpenAPI document describes.

    mcp:COMMAND             a server that is started for this command, over stdio
    mcp+https://…           one that runs, over HTTP
    openapi:FILE            to check plans
    openapi:FILE BASE_URL   to run them, too

`REWOO_TOOLS_AUTHORIZATION`, where it is set, is sent as `Authorization` to the URL and to no other.
"""

import logging
import os
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._record import record
from ...ir.signature import Signature
from .arguments import Options
from .exits import WrongUse
from .sources import read_source

if TYPE_CHECKING:
    from ...tools.openapi import Described
    from ...tools.registry import Registry

AUTHORIZATION = "REWOO_TOOLS_AUTHORIZATION"
_OPENAPI, _MCP, _MCP_OVER_HTTP = "openapi:", "mcp:", ("mcp+http://", "mcp+https://")


@record
class Elsewhere:
    """What was found there. `registry` can be called until `options.at_end` is closed; None: it can only be described.

    `left_out` has the operations of an OpenAPI document that are no tools, and why.
    """

    signatures: Mapping[str, Signature]
    registry: "Registry | None"
    left_out: tuple[str, ...] = ()


def tools_elsewhere(what: str, options: Options) -> Elsewhere:
    """The tools that `--tools` names. Raises `WrongUse`."""
    from ...diag.errors import ToolError

    try:
        if what.startswith(_OPENAPI):
            return _openapi(what.removeprefix(_OPENAPI), options)
        registry = _mcp(what, options)
    except (ToolError, ImportError) as error:
        raise WrongUse(f"--tools {what}: {error}") from None
    return Elsewhere(registry.signatures, registry)


def _mcp(what: str, options: Options) -> "Registry":
    from ...tools.mcp import mcp_tools

    # The SDK logs whatever a server does that it should not; what matters of it comes back as an error.
    logging.getLogger("mcp").addHandler(logging.NullHandler())
    server: str | list[str]
    if what.startswith(_MCP_OVER_HTTP):
        server = what.removeprefix("mcp+")
    else:
        server = _words(what.removeprefix(_MCP), what)
    return options.at_end.enter_context(
        mcp_tools(server, headers=_headers(), trust_hints=options.trust_hints, pinned=_pinned(options))
    )


def _openapi(words: str, options: Options) -> Elsewhere:
    from ...tools.openapi import read_openapi

    file, *base_url = (words,) if os.path.exists(words) else _words(words, f"{_OPENAPI}{words}")
    if len(base_url) > 1:
        raise WrongUse(f"--tools {_OPENAPI}{words}: a file and one base URL are wanted; quote names with blanks")
    described = read_openapi(read_source(file).text)
    left_out = tuple(f"{operation}: {why}" for operation, why in described.left_out.items())
    if base_url:
        registry = _callable(described, base_url[0], options)
        return Elsewhere(registry.signatures, registry, left_out)
    return Elsewhere(_held(described.signatures, options), None, left_out)


def _callable(described: "Described", base_url: str, options: Options) -> "Registry":
    from ...tools.openapi_calls import openapi_tools

    return openapi_tools(
        described, base_url, headers=_headers(), private_hosts=options.private_hosts, pinned=_pinned(options)
    )


def _words(text: str, what: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise WrongUse(f"--tools {what}: {error}") from None
    if not words:
        raise WrongUse(f"--tools {what}: something is wanted after the colon")
    return words


def _headers() -> dict[str, str]:
    found = os.environ.get(AUTHORIZATION)
    return {"Authorization": found} if found else {}


def _pinned(options: Options) -> Mapping[str, Signature] | None:
    """What `--pin` holds the tools to. `llm` is in every list that `rewoo tools` writes, and never a stranger's."""
    if options.pin is None:
        return None
    from ...tools.manifest import read_manifest

    pinned = read_manifest(read_source(options.pin).text)
    return {name: one for name, one in pinned.items() if name != "llm"}


def _held(signatures: Mapping[str, Signature], options: Options) -> Mapping[str, Signature]:
    from ...tools.pins import held_to

    pinned = _pinned(options)
    return signatures if pinned is None else held_to(pinned, signatures)
