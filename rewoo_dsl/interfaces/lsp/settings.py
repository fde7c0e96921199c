"""Which tools plans are held against, and who may run code for it.

What the editor or the command line names goes before what a plan's project names (`[tool.rewoo] tools`). A file is
data and is always read. Whatever is no file (`package.module:attribute`, an MCP server) runs code: it is loaded in a
process of its own; when the person named it, unless the editor says that the workspace is not trusted; when a project
names it, only if the editor says that it is. A folder that was only opened to be looked at runs nothing.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ..._record import record
from ...ir.signature import Signature
from ..cli.arguments import Options
from ..cli.exits import WrongUse
from ..cli.toolset import named_tools

MAX_SECONDS = 60
MAX_SHOWN = 500


@record
class Settings:
    """What the editor or the command line said. `trusted` is None where nobody spoke of trust."""

    tools: str | None = None
    trusted: bool | None = None

    def updated(self, said: object) -> "Settings":
        """The same with what else was said; what is not understood is left out."""
        if not isinstance(said, Mapping):
            return self
        tools, trusted = said.get("tools", self.tools), said.get("trusted", self.trusted)
        return Settings(
            tools=tools if isinstance(tools, str) and tools.strip() else None,
            trusted=trusted if isinstance(trusted, bool) else self.trusted,
        )


@record
class Choice:
    """The tools to use: a file of data, or something that has to be run in `folder`. `refused` says why not."""

    what: str
    folder: Path | None = None
    file: Path | None = None
    refused: str | None = None


class NoTools(Exception):
    """The chosen tools cannot be used; says why."""


def choose(what: str, folder: Path | None, *, may_run: bool) -> Choice:
    """How tools are loaded that are named in a folder: as the file that is there, or by running them."""
    file = (folder or Path()) / what
    if file.is_file():
        return Choice(what, folder, file)
    if may_run:
        return Choice(what, folder)
    refused = f"the tools `{what}` are not loaded: that may run code, and the workspace is not trusted"
    return Choice(what, folder, refused=refused)


async def load(choice: Choice) -> Mapping[str, Signature]:
    """The signatures of the chosen tools, `llm` and the calculator among them. Raises `NoTools`."""
    if choice.refused is not None:
        raise NoTools(choice.refused)
    if choice.file is not None:
        return await asyncio.to_thread(of_file, choice.file)
    return await _of_process(choice.what, choice.folder)


def of_file(file: Path) -> Mapping[str, Signature]:
    """The signatures of a file of tools. Raises `NoTools`."""
    try:
        found = named_tools(Options(command="lsp", tools=str(file)))
    except WrongUse as error:
        raise NoTools(str(error)) from None
    return {} if found is None else found.signatures


async def _of_process(what: str, folder: Path | None) -> Mapping[str, Signature]:
    """What `rewoo tools --tools WHAT --json` says in the folder: its code runs beside us, and anew each time."""
    command = (sys.executable, "-m", "rewoo_dsl.interfaces.cli", "tools", f"--tools={what}", "--format=json")
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), MAX_SECONDS)
    except TimeoutError:
        raise NoTools(f"the tools `{what}` are not there after {MAX_SECONDS} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise NoTools(err.decode("utf-8", "replace").strip()[:MAX_SHOWN] or f"the tools `{what}` cannot be loaded")
    return await asyncio.to_thread(_of_manifest, out.decode("utf-8"))


def _of_manifest(text: str) -> Mapping[str, Signature]:
    from ...tools.manifest import read_manifest

    return read_manifest(text)
