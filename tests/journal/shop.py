"""A small world for plans of these tests: what tools did outlives the process, in a file."""

import asyncio
import json
import os
from pathlib import Path

import rewoo_dsl as rw

PLAN = """Goal: Tell the owners.
input who: list[str] = ["ann", "bob", "cem"]
#E1 = search(query="port strike")
#E2 = note(text=#w) for #w in #who max 5
#E3 = send(to=#E1[0]) after #E2
#E4 = search(query="after #E3")
return {mailed: #E3, found: #E4}
"""

ASKING = PLAN.replace("#E3 = send(to=#E1[0])", '#E3 = send(to=#E1[0]) approve "Mail #{E1[0]}?" within 2h')

SUB = "input name: str\n#E1 = search(query=#name)\nreturn #E1[0]\n"
CALLING = (
    'use "sub.rewoo" as profile\n#E1 = profile(name=#x) for #x in ["a", "b"] max 2\n#E2 = send(to=#E1[0])\nreturn #E2\n'
)


def shop(world: Path, *, slow: float = 0.0, dies_in: str | None = None) -> rw.Registry:
    """Tools that write down each call, under its key: `search` reads, `note` is idempotent, `send` is not."""
    found = rw.Registry()

    async def happens(tool: str, what: str, context: rw.CallContext) -> None:
        with world.open("a") as file:
            file.write(json.dumps([tool, what, context.idempotency_key, context.attempt]) + "\n")
            file.flush()
        if dies_in == tool:
            await asyncio.sleep(0.15)  # until all that came before is durable
            os._exit(9)
        await asyncio.sleep(slow)

    @found.tool(effect="read")
    async def search(query: str, context: rw.CallContext) -> list[str]:
        await happens("search", query, context)
        return [f"{query}!", "two"]

    @found.tool(effect="write", idempotent=True)
    async def note(text: str, context: rw.CallContext) -> str:
        await happens("note", text, context)
        return f"noted {text}"

    @found.tool(effect="write")
    async def send(to: str, context: rw.CallContext) -> str:
        await happens("send", to, context)
        return f"sent {to}"

    return found


def calls(world: Path, tool: str | None = None) -> list[list[str]]:
    """What was called, in order: tool, argument, key, attempt."""
    lines = world.read_text().splitlines() if world.exists() else []
    return [one for one in map(json.loads, lines) if tool in (None, one[0])]
