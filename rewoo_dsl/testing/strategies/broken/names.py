"""RW101 to RW113: names that mean nothing, two things, or something else."""

from __future__ import annotations

from .bench import Bench


def undefined_evidence(b: Bench) -> None:
    n, no = b.name(), b.name()
    value = b.one([f"#{no}", f'"see #{{{no}}}"', f"len(#{no}.rows)", f"{b.number()} after #{no}", f"1 if #{no}"])
    b.add(f"#{n} = {value}", reads=(n,))


def self_reference(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.one([f'#{n}', f'[#{n}.x]', f'1 if #{n} == 2', f'1 after #{n}'])}", reads=(n,))


def forward_reference(b: Bench) -> None:
    n, later = b.name(), b.name()
    b.add(f"#{n} = {b.one([f'#{later}', f'[#{later}]', f'1 after #{later}'])}", f"#{later} = {b.number()}", reads=(n,))


def duplicate_evidence(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.number()}", f"#{n} = {b.text()}", reads=(n,))


def name_clash(b: Bench) -> None:
    n, m = b.name(), b.name()
    hiding = b.one([f"[#{m} for #{m} in [1, 2]]", f"#{m} for #{m} in [1, 2]"])
    b.add(f"#{m} = {b.number()}", f"#{n} = {hiding}", reads=(n, m))


def loop_variable_outside(b: Bench) -> None:
    n, m, item = b.name(), b.name(), b.name()
    b.add(f"#{n} = #{item} for #{item} in [{b.text()}, {b.text()}]", f"#{m} = [#{item}]", reads=(n, m))


def taken_name(b: Bench) -> None:
    b.header(f"input now: str = {b.text()}")


def unknown_tool(b: Bench) -> None:
    n, find = b.name(), b.tool["find"]
    wrong = b.one([f"{find}x", "no_such_tool", f"{find}.more"])
    b.add(f"#{n} = {wrong}(query={b.text()})", reads=(n,), where="early")


def unknown_argument(b: Bench) -> None:
    n = b.name()
    wrong = b.one(["count", "querry", "limit"])
    b.add(f"#{n} = {b.tool['find']}(query={b.text()}, {wrong}={b.number()})", reads=(n,), where="early")


def missing_argument(b: Bench) -> None:
    n = b.name()
    call = b.one([f"{b.tool['find']}(k={b.number()})", f"{b.tool['page']}()", f"{b.tool['sky']}()"])
    b.add(f"#{n} = {call}", reads=(n,), where="early")


def argument_twice(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.tool['find']}({b.text()}, query={b.text()})", reads=(n,), where="early")


def short_form(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.tool['mail']}[{b.word()}]", reads=(n,), where="late")


def text_mention(b: Bench) -> None:
    n = b.name()
    word = next(name for name in ("north", "south") if name not in b.plan.by_name)
    b.add(f"#{word} = {b.number()}", f'#{n} = "{b.one(["see", "in"])} #{word}"', reads=(n, word))


MUTATIONS = {
    "RW101": undefined_evidence,
    "RW102": self_reference,
    "RW103": forward_reference,
    "RW104": duplicate_evidence,
    "RW105": name_clash,
    "RW106": loop_variable_outside,
    "RW107": taken_name,
    "RW108": unknown_tool,
    "RW109": unknown_argument,
    "RW110": missing_argument,
    "RW111": argument_twice,
    "RW112": short_form,
    "RW113": text_mention,
}
