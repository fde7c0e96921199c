"""RW050 to RW065: statements that can be read and stand in the wrong place, and plans that came as wrong data."""

from __future__ import annotations

from typing import Any

from ....ir.expr import Ref, Text
from ..plans import changed
from .bench import Bench


def duplicate_statement(b: Bench) -> None:
    twice = b.one(["Goal: {}\nGoal: {}", "limit calls 900\nlimit time 9h", "{}"])
    if twice == "{}":
        b.plan = changed(b.plan, solve=None, result=b.plan.result or _all(b))
        b.set["source"] = f"{b.written()}return {b.number()}\n"
        return
    b.plan = changed(b.plan, goal=None)
    b.header(twice.format(b.word(), b.word()))


def _all(b: Bench) -> Any:
    b.returning(*b.plan.by_name)
    return b.plan.result


def late_header(b: Bench) -> None:
    n = b.name()
    line = b.one([f"input {b.name()}: str = {b.text()}", f"Goal: {b.word()}", "limit calls 900"])
    if line.startswith("Goal"):
        b.plan = changed(b.plan, goal=None)
    b.add(f"#{n} = {b.number()}", line, reads=(n,))


def early_return(b: Bench) -> None:
    b.plan = changed(b.plan, solve=None, result=b.plan.result or _all(b))
    b.set["source"] = f"{b.written()}#{b.name()} = {b.keep()}\n"


def after_solve(b: Bench) -> None:
    _all(b)
    name = next(iter(b.plan.by_name))
    b.plan = changed(b.plan, solve=Text(parts=("What of ", Ref(name=name), "?")))
    b.set["source"] = f"{b.written()}#{b.name()} = {b.keep()}\n"


def lonely_rationale(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.number()}", f"Plan: {b.one(['Then ask a person.', 'So far.'])}", reads=(n,), where="late")


def clause_needs_call(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.number()} {b.one(['retry 2', 'timeout 10s', 'approve', 'approve within 2h'])}", reads=(n,))


def duplicate_argument(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.tool['find']}(query={b.text()}, query={b.text()})", reads=(n,), where="early")


def positional_argument(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.tool['find']}({b.text()}, {b.number()})", reads=(n,), where="early")


def nested_call(b: Bench) -> None:
    n, inner = b.name(), f"{b.tool['page']}({b.text()})"
    outer = b.one([f"{b.tool['find']}(query={inner})", f"upper({inner})", f"[{inner}]", f"{inner} + {b.text()}"])
    b.add(f"#{n} = {outer}", reads=(n,), where="early")


def not_json(b: Bench) -> None:
    data = b.plan.model_dump(mode="json")
    b.set["source"] = {**data, "goal": b.one([chr(0xD800), float("nan"), 2**70, float("inf")])}


def wrong_plan_json(b: Bench) -> None:
    data = b.plan.model_dump(mode="json")
    way = b.one(["nameless", "unknown key", "no kind", "version", "steps"])
    step = b.one(data["steps"])
    match way:
        case "nameless":
            del step["name"]
        case "unknown key":
            step[b.name()] = b.number()
        case "no kind":
            step["do"] = {"value": b.number()}
        case "version":
            data["version"] = b.number(2)
        case _:
            data["steps"] = b.word()
    b.set["source"] = data


def number_out_of_range(b: Bench) -> None:
    n, huge = b.name(), 2**63 + b.number(0)
    b.add(f"#{n} = {b.one([huge, f'-{huge + 1}', f'[{huge}]', '1e999'])}", reads=(n,))


def default_not_literal(b: Bench) -> None:
    b.header(f"input {b.name()}: int = {b.one(['2 + 3', 'len(' + b.text() + ')', '#now'])}")


def unknown_version(b: Bench) -> None:
    b.header(f"rewoo {b.number(2)}")


def unknown_ignore(b: Bench) -> None:
    n = b.name()
    said = b.one(["ignore RW999", "ignore nothing-of-the-kind", "igmore RW302", "ignore"])
    b.add(f"#{n} = {b.number()} // rewoo: {said}", reads=(n,))


def idle_ignore(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.number()} // rewoo: ignore {b.one(['RW302', 'RW309', 'null-read'])}", reads=(n,))


MUTATIONS = {
    "RW050": duplicate_statement,
    "RW051": late_header,
    "RW052": early_return,
    "RW053": after_solve,
    "RW054": lonely_rationale,
    "RW055": clause_needs_call,
    "RW056": duplicate_argument,
    "RW057": positional_argument,
    "RW058": nested_call,
    "RW059": not_json,
    "RW060": wrong_plan_json,
    "RW061": number_out_of_range,
    "RW062": default_not_literal,
    "RW063": unknown_version,
    "RW064": unknown_ignore,
    "RW065": idle_ignore,
}
