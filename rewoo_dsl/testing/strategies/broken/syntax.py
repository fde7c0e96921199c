"""RW001 to RW029: a line that cannot be read, or is read as something that its author did not mean."""

from __future__ import annotations

from ....ir.plan import Plan
from ....lowering.raising import to_text
from .bench import Bench


def unexpected(b: Bench) -> None:
    n, find = b.name(), b.tool["find"]
    value = b.one([f"{find}(query={b.text()},, k={b.number()})", f"[{b.number()},, {b.number()}]", "{a: 1,, b: 2}"])
    b.add(f"#{n} = {value}", reads=(n,))


def unclosed_bracket(b: Bench) -> None:
    n = b.name()
    value = b.one([f"{b.tool['find']}(query={b.text()}", f"[{b.number()}, {b.text()}", "{a: 1", "(1 + 2", "[1, 2)"])
    b.add(f"#{n} = {value}", reads=(n,))


def unclosed_string(b: Bench) -> None:
    n, quote = b.name(), b.one(['"', "'"])
    b.add(f"#{n} = {b.tool['find']}(query={quote}{b.word()})", reads=(n,))


def unclosed_raw(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.tool['page']}[{b.word()}", reads=(n,))


def prose(b: Bench) -> None:
    n = b.name()
    said = b.one(["Sure! Here is the plan:", "Let me know if you need more.", "First, I will look it up.", "Done"])
    b.add(said, f"#{n} = {b.number()}", reads=(n,))


def fence(b: Bench) -> None:
    n = b.name()
    b.add(b.one(["```", "```rewoo", "```text"]), f"#{n} = {b.number()}", "```", reads=(n,))


def missing_sigil(b: Bench) -> None:
    n = f"E{b.number(60, 99)}"
    b.add(f"{n} = {b.read()}", reads=(n,), where="early")


def missing_equals(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} {b.tool['find']}(query={b.text()})", reads=(n,))


def two_statements(b: Bench) -> None:
    n, m = b.name(), b.name()
    b.add(f"#{n} = {b.read()} #{m} = {b.number()}", reads=(n, m), where="early")


def bare_word(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.tool['find']}(query={b.one(['hello', 'Milhouse', 'port'])})", reads=(n,))


def unknown_clause(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.read()} {b.one(['retries 3', 'retires 2', 'unless 3', 'otherwise 1'])}", reads=(n,))


def bad_amount(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.read()} {b.one(['timeout 10', 'timeout soon', 'retry many', 'retry 2s'])}", reads=(n,))


def missing_value(b: Bench) -> None:
    n = b.name()
    b.add(b.one([f"#{n} =", f"#{n} = {b.number()} +", f"#{n} = {b.read()} fallback"]), reads=(n,))


def path_on_the_left(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n}{b.one(['.x', '[0]', '.a.b'])} = {b.number()}", reads=(n,))


def unknown_type(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n}: {b.one(['string', 'list[number]', 'boolean', '{a: integer}'])} = {b.number()}", reads=(n,))


def unknown_escape(b: Bench) -> None:
    n, escape = b.name(), b.one([r"\d", r"\.", r"\w+", r"\ "])
    b.add(f'#{n} = "{b.word()}{escape}"', reads=(n,))


def twice(b: Bench) -> None:
    n = b.name()
    again = b.one([f"{b.read()} retry 2 retry {b.number()}", "{a: 1, a: 2}", f"{b.read()} timeout 1s timeout 2s"])
    b.add(f"#{n} = {again}", reads=(n,), where="early")


def ambiguous_if(b: Bench) -> None:
    n, ok = b.name(), b.name()
    b.add(
        f"#{ok} = {b.number()} > {b.number()}", f"#{n} = {b.read()} fallback null if #{ok}", reads=(n,), where="early"
    )


def reserved(b: Bench) -> None:
    word = b.one(["true", "false", "null", "not"])
    b.add(f"#{word} = {b.number()}", reads=(word,))


def foreign_word(b: Bench) -> None:
    n, word = b.name(), b.one(["None", "True", "False"])
    b.add(f"#{n} = {b.one([word, f'[{word}]', f'{{a: {word}}}'])}", reads=(n,))


def missing_blank(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.read()} retry {b.number()}{b.one(['timeout 10s', 'fallback null'])}", reads=(n,), where="early")


def one_line_form(b: Bench) -> None:
    n = b.name()
    b.add(f"Plan: {b.one(['Look it up.', 'So'])} #{n} = {b.tool['page']}[{b.word()}]", reads=(n,), where="early")


def rationale_like_step(b: Bench) -> None:
    n = b.name()
    b.add(f"Plan: Stop if #{n} = {b.one(['nothing useful.', 'too much'])}", f"#{n} = {b.number()}", reads=(n,))


def comment_like_step(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.number()}", f"{b.one(['# E', '// #E', '//#E'])}{b.number(60, 99)} = {b.read()}", reads=(n,))


def comment_like_division(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.number()} // {b.number()}", reads=(n,))


def control_character(b: Bench) -> None:
    n = b.name()
    b.add(f'#{n} = "{b.word()}{b.one([chr(0x202E), chr(7), chr(0x2066), chr(0x2028)])}"', reads=(n,))


def too_large(b: Bench) -> None:
    n, more = b.name(), b.number(1, 9)
    value = b.one(["(" * (64 + more) + "1" + ")" * (64 + more), "9" * (32 + more), '"' + "a" * (16_384 + more) + '"'])
    b.add(f"#{n} = {value}", reads=(n,))


def no_step(b: Bench) -> None:
    empty = Plan(goal=b.word(), inputs=b.plan.inputs)
    b.set["source"] = to_text(empty)


def late_positional(b: Bench) -> None:
    n = b.name()
    b.add(f"#{n} = {b.tool['find']}(k={b.number()}, {b.text()})", reads=(n,))


MUTATIONS = {
    "RW001": unexpected,
    "RW002": unclosed_bracket,
    "RW003": unclosed_string,
    "RW004": unclosed_raw,
    "RW005": prose,
    "RW006": fence,
    "RW007": missing_sigil,
    "RW008": missing_equals,
    "RW009": two_statements,
    "RW010": bare_word,
    "RW011": unknown_clause,
    "RW012": bad_amount,
    "RW013": missing_value,
    "RW014": path_on_the_left,
    "RW015": unknown_type,
    "RW016": unknown_escape,
    "RW017": twice,
    "RW018": ambiguous_if,
    "RW019": reserved,
    "RW020": foreign_word,
    "RW021": missing_blank,
    "RW022": one_line_form,
    "RW023": rationale_like_step,
    "RW024": comment_like_step,
    "RW025": comment_like_division,
    "RW026": control_character,
    "RW027": too_large,
    "RW028": no_step,
    "RW029": late_positional,
}
