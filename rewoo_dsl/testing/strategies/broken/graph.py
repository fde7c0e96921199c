"""RW301 to RW317: steps and sub-plans that hang together in a way that cannot work, or does work for nothing."""

from __future__ import annotations

from ....ir.expr import Constant
from ....ir.plan import Use
from ..plans import changed
from .bench import Bench


def dependency_cycle(b: Bench) -> None:
    names = [b.name() for _ in range(b.number(2, 3))]
    lines = [f"#{one} = [#{other}]" for one, other in zip(names, [*names[1:], names[0]], strict=True)]
    b.add(*lines, reads=(names[0],))


def unused_evidence(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.one([b.read(), str(b.number()), b.text()])}", where="early")


def unused_subplan(b: Bench) -> None:
    _use(b, "lib/tidy.rewoo", b.one(["tidy_up", "lib_plan"]), "#E1 = 1\nreturn #E1\n")


def _use(b: Bench, path: str, name: str, text: str | None) -> None:
    b.plan = changed(b.plan, uses=(*b.plan.uses, Use(path=path, name=name)))
    b.set["files"] = b.set.get("files", {}) | ({} if text is None else {path: text})


def _call(b: Bench, name: str) -> None:
    n = b.name()
    b.add(f"#{n} = {name}()", reads=(n,), where="early")


def retried_write(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.mail()} retry {b.number()}", reads=(n,), where="late")


def repeated_write(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.mail()} fallback {b.keep()}", reads=(n,), where="late")


def write_in_loop(b: Bench) -> None:
    n, item = b.name(), b.name()
    b.add(f"#{n} = {b.keep('#' + item)} for #{item} in [{b.text()}, {b.text()}]", reads=(n,), where="late")


def write_before_read(b: Bench) -> None:
    n, m = b.name(), b.name()
    b.add(f"#{n} = {b.mail()}", f"#{m} = {b.read()}", reads=(n, m), where="late")


def unordered_calls(b: Bench) -> None:
    n, m, key = b.name(), b.name(), b.text()
    keep = b.tool["keep"]
    b.add(f'#{n} = {keep}(key={key}, text="one")', f'#{m} = {keep}(key={key}, text="two")', reads=(n, m), where="late")


def duplicate_call(b: Bench) -> None:
    n, m, call = b.name(), b.name(), b.read()
    b.add(f"#{n} = {call}", f"#{m} = {call}", reads=(n, m), where="early")


def subplan_missing(b: Bench) -> None:
    name = b.one(["absent", "gone"])
    _use(b, b.one(["lib/gone.rewoo", "gone.rewoo"]), name, None)
    _call(b, name)


def subplan_path(b: Bench) -> None:
    _use(b, b.one(["../secret.rewoo", "/etc/plan.rewoo", "lib/../../x.rewoo"]), "secret", None)
    _call(b, "secret")


def subplan_cycle(b: Bench) -> None:
    other = b.one(["b", "c"])
    b.set["files"] = {f"lib/{other}.rewoo": 'use "a.rewoo" as a\n#E1 = a()\nreturn #E1\n'}
    _use(b, "lib/a.rewoo", "first", f'use "{other}.rewoo" as {other}\n#E1 = {other}()\nreturn #E1\n')
    _call(b, "first")


def subplan_without_return(b: Bench) -> None:
    _use(b, "lib/mute.rewoo", "mute", f"#E1 = {b.number()}\n{b.one(['', 'Solve: What is it?', 'Solve: #E1?'])}\n")
    _call(b, "mute")


def fragile_fallback(b: Bench) -> None:
    n, m = b.name(), b.name()
    first = f"#{m} = {b.tool['page']}[{b.word()}]"
    b.add(first, f"#{n} = {b.tool['page']}({b.text()} + {b.text()}) fallback #{m}", reads=(n,), where="early")


def unguarded_answer(b: Bench) -> None:
    n = b.name()
    b.set["strict"] = True
    b.add(f"#{n} = {b.read()}", reads=(n,), where="early")


def broad_solve(b: Bench) -> None:
    words, n, item = b.name(), b.name(), b.name()
    many = f"#{n} = #{item} for #{item} in #{words} max {b.number(21, 60)}"
    b.add(f"#{words} = split({b.text()})", many)
    b.plan = changed(b.plan, result=None, solve=Constant(value=b.one(["What now?", "Sum it up."])))


def never_run(b: Bench) -> None:
    n, m = b.name(), b.name()
    value = b.one([f"{b.read()} if false", f"{b.number()} if false else 2", "1 for #nobody in []"])
    b.add(f"#{m} = {b.number()}", f"#{n} = {value}", reads=(n, m), where="early")


MUTATIONS = {
    "RW301": dependency_cycle,
    "RW302": unused_evidence,
    "RW303": unused_subplan,
    "RW304": retried_write,
    "RW305": repeated_write,
    "RW306": write_in_loop,
    "RW307": write_before_read,
    "RW308": unordered_calls,
    "RW309": duplicate_call,
    "RW310": subplan_missing,
    "RW311": subplan_path,
    "RW312": subplan_cycle,
    "RW313": subplan_without_return,
    "RW314": fragile_fallback,
    "RW315": unguarded_answer,
    "RW316": broad_solve,
    "RW317": never_run,
}
