"""RW402 to RW408: plans at odds with a policy, and the policy."""

from __future__ import annotations

from typing import Any

from ....ir.policy import load_policy
from .bench import Bench


def _under(b: Bench, **policy: Any) -> None:
    b.set["policy"] = load_policy({"version": 1, **policy})


def forbidden_tool(b: Bench) -> None:
    n, find = b.name(), b.tool["find"]
    _under(b, deny=[b.one([find, f"{find[:3]}*"])])
    first = b.one(["", f"{b.tool['page']}[x] fallback "])
    b.add(f"#{n} = {first}{find}(query={b.text()})", reads=(n,), where="early")


def _about_k(b: Bench) -> dict[str, Any]:
    rule = b.one([{"maximum": 5}, {"minimum": -5, "maximum": 5}, {"enum": [1, 2]}])
    return {b.tool["find"]: {"arguments": {"k": rule}}}


def forbidden_argument(b: Bench) -> None:
    n = b.name()
    _under(b, tools=_about_k(b))
    b.add(f"#{n} = {b.tool['find']}(query={b.text()}, k={b.number(6, 40)})", reads=(n,), where="early")


def unproven_argument(b: Bench) -> None:
    n = b.name()
    _under(b, tools=_about_k(b))
    b.add(f"#{n} = {b.tool['find']}(query={b.text()}, k=len({b.text()}))", reads=(n,), where="early")


def too_many_calls(b: Bench) -> None:
    n, page, most = b.name(), b.tool["page"], b.number(0, 2)
    _under(b, tools={page: {"at_most": most}})
    items = ", ".join(f'"{number}"' for number in range(most + b.number(1, 3)))
    b.add(f"#{n} = {page}(query=#each_one) for #each_one in [{items}]", reads=(n,), where="early")


def may_call_too_often(b: Bench) -> None:
    n, page, most = b.name(), b.tool["page"], b.number(1, 3)
    _under(b, tools={page: {"at_most": most}})
    b.add(f"#{n} = {page}(query={b.text()}) retry {most + b.number(0, 3)}", reads=(n,), where="early")


def missing_approval(b: Bench) -> None:
    n = b.name()
    _under(b, tools={b.tool["mail"]: {"approval": True}})
    b.add(f"#{n} = {b.mail()}", reads=(n,), where="late")


def not_in_request(b: Bench) -> None:
    n = b.name()
    _under(b, tools={b.tool["mail"]: {"arguments": {"to": {"from_request": True}}}})
    b.set["request"] = b.one(["Write to Bob.", "Tell everybody", ""])
    b.add(f"#{n} = {b.mail()}", reads=(n,), where="late")


MUTATIONS = {
    "RW402": forbidden_tool,
    "RW403": forbidden_argument,
    "RW404": unproven_argument,
    "RW405": too_many_calls,
    "RW406": may_call_too_often,
    "RW407": missing_approval,
    "RW408": not_in_request,
}
