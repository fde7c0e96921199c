"""RW201 to RW212: what flows to where it does not fit."""

from __future__ import annotations

from ....ir.expr import Apply, Constant
from ....ir.plan import Step
from ..plans import changed
from .bench import Bench


def argument_type(b: Bench) -> None:
    n, find = b.name(), b.tool["find"]
    wrong = b.one([f"query={b.number()}", "query=[1]", f"query={b.text()}, k={b.text()}", "query=null"])
    b.add(f"#{n} = {find}({wrong})", reads=(n,), where="early")


def condition_type(b: Bench) -> None:
    n = b.name()
    value = b.one([f"1 if len({b.text()})", f"not {b.number()}", f"1 if {b.text()} else 2", f"true and {b.number()}"])
    b.add(f"#{n} = {value}", reads=(n,))


def loop_source(b: Bench) -> None:
    n, m = b.name(), b.name()
    value = b.one(["{a: 1}", f"{b.number()}", b.text()])
    b.add(f"#{m} = {value}", f"#{n} = 1 for #each_one in #{m} max {b.number()}", reads=(n,))


def declared_type(b: Bench) -> None:
    n = b.name()
    wrong = [f"str = {b.number()}", f"int = {b.text()}", "list[str] = true", '"low" | "high" = 1', "{a: int} = {}"]
    b.add(f"#{n}: {b.one(wrong)}", reads=(n,))


def default_type(b: Bench) -> None:
    n = b.name()
    b.header(f"input {n}: {b.one([f'int = {b.text()}', f'str = {b.number()}', 'list[int] = [null]'])}")


def null_read(b: Bench) -> None:
    n, m = b.name(), b.name()
    maybe = f"#{m} = {b.text()} if {b.number()} > {b.number()}"
    b.add(maybe, f"#{n} = {b.one([f'upper(#{m})', f'#{m} + {b.text()}', f'len(#{m})'])}", reads=(n,))


def unknown_field(b: Bench) -> None:
    n, m = b.name(), b.name()
    b.add(f"#{m} = {{title: {b.text()}, n: 1}}", f"#{n} = #{m}.{b.one(['titel', 'name', 'x'])}", reads=(n,))


def operand_type(b: Bench) -> None:
    n = b.name()
    wrong = b.one([f"{b.text()} + 1", f"len({b.number()})", f"[1] - {b.text()}", f"upper({b.number()})"])
    b.add(f"#{n} = {wrong}", reads=(n,))


def function_argument(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.one(['take([1])', f'upper({b.text()}, 1)', 'sorted([1], by=1)', 'len(of=[1])'])}", reads=(n,))


def unknown_function(b: Bench) -> None:
    n = b.name()
    step = Step(name=n, do=Apply(function=b.one(["length", "to_upper", "eval"]), args=(Constant(value=b.word()),)))
    place = b.number(0, len(b.plan.steps))
    b.plan = changed(b.plan, steps=(*b.plan.steps[:place], step, *b.plan.steps[place:]))
    b.returning(n)
    b.set["source"] = b.plan


def pointless_comparison(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.one([f'len({b.text()}) == {b.text()}', '[1] != {a: 1}', f'upper({b.text()}) == 1'])}", reads=(n,))


def unchecked(b: Bench) -> None:
    n, m = b.name(), b.name()
    b.set["strict"] = True
    unknown = f"#{m} = {b.tool['raw']}(query={b.text()})"
    b.add(unknown, f"#{n} = {b.one([f'#{m}.x', f'#{m} + 1', f'upper(#{m})'])}", reads=(n,), where="early")


MUTATIONS = {
    "RW201": argument_type,
    "RW202": condition_type,
    "RW203": loop_source,
    "RW204": declared_type,
    "RW205": default_type,
    "RW206": null_read,
    "RW207": unknown_field,
    "RW208": operand_type,
    "RW209": function_argument,
    "RW210": unknown_function,
    "RW211": pointless_comparison,
    "RW212": unchecked,
}
