"""RW501 to RW510: plans that cost more, or are larger, than they may."""

from __future__ import annotations

from ....checker import check
from ....ir.costs import Bounds, Ceilings
from ....ir.expr import Constant, Expr, ListOf
from ....ir.plan import Limit, Step
from ..plans import changed
from .bench import Bench


def _calls(b: Bench) -> Bounds:
    """How often the plan as it is calls a tool, from the least to the most."""
    bounds = check(b.written(), b.tools).bounds
    assert bounds is not None, "a sound plan has bounds"
    return bounds.total.calls


def _surely(b: Bench) -> int:
    """Two calls that no condition saves; the most that is less than what the plan then takes."""
    n, m = b.name(), b.name()
    find = b.tool["find"]
    b.add(f'#{n} = {find}(query="one")', f'#{m} = {find}(query="two")', reads=(n, m), where="early")
    return int(_calls(b).least) - 1


def _perhaps(b: Bench) -> int:
    """Attempts that may be needed; a number of calls that is enough if all goes well, and not if all goes wrong."""
    n = b.name()
    b.add(f"#{n} = {b.tool['page']}(query={b.text()}) retry {b.number()}", reads=(n,), where="early")
    calls = _calls(b)
    assert calls.most is not None, "every loop says how many items it takes at most"
    return b.number(int(calls.least), int(calls.most) - 1)


def over_budget(b: Bench) -> None:
    most = _surely(b)
    b.plan = changed(b.plan, limit=Limit(calls=b.number(0, most)))


def may_exceed_budget(b: Bench) -> None:
    most = _perhaps(b)
    b.plan = changed(b.plan, limit=Limit(calls=most))


def over_ceiling(b: Bench) -> None:
    b.set["ceilings"] = _ceiling(b.number(0, _surely(b)))


def may_exceed_ceiling(b: Bench) -> None:
    b.set["ceilings"] = _ceiling(_perhaps(b))


def _ceiling(calls: int) -> Ceilings:
    return Ceilings(tool_calls=calls, model_calls=None, step_seconds=None, run_seconds=None)


def unbounded_loop(b: Bench) -> None:
    n, item = b.name(), b.name()
    source = b.one([f"split({b.text()})", f"lines({b.text()})"])
    b.add(f"#{n} = #{item} for #{item} in {source}", reads=(n,))


def too_many_items(b: Bench) -> None:
    n, item, most = b.name(), b.name(), b.number(1, 3)
    items = ", ".join(map(str, range(most + b.number(1, 3))))
    b.add(f"#{n} = #{item} for #{item} in [{items}] max {most}", reads=(n,))


def plan_too_large(b: Bench) -> None:
    more = tuple(Step(name=f"M{number}", do=Constant(value=number)) for number in range(256 + b.number()))
    b.set |= {"source": changed(b.plan, steps=(*b.plan.steps, *more)), "from_model": True}


def too_deep(b: Bench) -> None:
    n, deep = b.name(), Constant(value=b.one([b.word(), "x" * 20_000]))
    value: Expr = deep
    for _ in range(0 if len(str(deep.value)) > 16_384 else 33 + b.number()):
        value = ListOf(items=(value,))
    b.plan = changed(b.plan, steps=(*b.plan.steps, Step(name=n, do=value)))
    b.returning(n)
    b.set["source"] = b.plan


def nested_comprehension(b: Bench) -> None:
    n, table, inner = b.name(), b.name(), b.one(["#z", "#z + 1", "[#z]"])
    nested = f"[[[{inner} for #z in #y] for #y in #x] for #x in #{table}]"
    b.add(f"#{table} = [[[{b.number()}]]]", f"#{n} = {nested}", reads=(n,))


def no_name(b: Bench) -> None:
    long = b.one(["n", "E1_"]) * 65
    b.set["source"] = changed(b.plan, steps=(*b.plan.steps, Step(name=long, do=Constant(value=b.number()))))


MUTATIONS = {
    "RW501": over_budget,
    "RW502": may_exceed_budget,
    "RW503": unbounded_loop,
    "RW504": too_many_items,
    "RW505": plan_too_large,
    "RW506": too_deep,
    "RW507": nested_comprehension,
    "RW508": no_name,
    "RW509": over_ceiling,
    "RW510": may_exceed_ceiling,
}
