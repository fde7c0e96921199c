"""A run in which everything happens that an event can tell: its trace fits the schema and survives its file form."""

import asyncio
import json
from pathlib import Path
from typing import get_args

import jsonschema

import rewoo_dsl as rw
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.trace import events, log

SCHEMA = Path(__file__).parents[2] / "schemas" / "events.schema.json"
PLAN = """\
input numbers: list[int] = [1, 2]
#E1 = sometimes(n=#i) retry 2 for #i in #numbers max 5
#E2 = deaf() timeout 1s fallback 5
#E3 = mail(to="me") approve "Send it?" within 1h
#E4 = mail(to="you") approve within 1s
#E5 = mail(to="them") if 1 == 2
#E6 = inner(n=2)
#E7 = #numbers[9]
#E8 = #E7 + 1
return {e: #E1, s: #E6}
"""
INNER = "input n: int\n#E1 = sometimes(n=#n) retry 3\nreturn #E1\n"


def registry() -> rw.Registry:
    tools, attempts = rw.Registry(), set()

    @tools.tool(effect="read")
    async def sometimes(n: int, context: rw.CallContext) -> int:
        if context.idempotency_key not in attempts:
            attempts.add(context.idempotency_key)
            raise ValueError("not yet")
        return n

    @tools.tool(effect="read")
    async def deaf() -> int:
        for _ in range(3):
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                continue
        return 1

    @tools.tool(effect="write")
    async def mail(to: str) -> str:
        return to

    return tools


async def answer(asked: events.ApprovalAsked) -> bool:
    await asyncio.sleep(0 if asked.step == "E3" else 60)
    return True


def test_a_trace_of_every_event_fits_the_schema_and_is_read_back() -> None:
    result = run_virtual(rw.run(PLAN, registry(), approve=answer, library={"inner": INNER}))
    never = {
        events.CancelAsked,
        events.RunLeft,
        events.RunResumed,
    }  # one run cannot have all: it came to its end in one go
    assert {type(one) for one in result.trace} == set(get_args(events.Event)) - never
    assert result.value == {"e": [1, 2], "s": 2}
    assert result.missing == {"E7": "expression", "E8": "needs"}
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    lines = list(log.dump(result.trace))
    for line in lines:
        validator.validate(json.loads(line))
    assert tuple(log.load(lines)) == result.trace
