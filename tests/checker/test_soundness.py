"""A plan without a finding never fails in a way that its check excludes, whatever its tools answer.

Plans are thrown together at random; statements with a finding are taken out until none is left. What remains is run by
the machine, with tools that answer anything their schema allows, and with a person who says yes or no.
"""

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import Report, check
from rewoo_dsl.diag.lines import Lines
from rewoo_dsl.interpreter import Machine
from rewoo_dsl.interpreter.messages import Answered, Ask, Call, Command, Finished, Start
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.ir.signature import Effect, Signature
from rewoo_dsl.trace.events import ItemFinished, StepFinished

EXCLUDED = {"bad_argument", "expression"}

_S: dict[str, Any] = {"type": "string"}
_I: dict[str, Any] = {"type": "integer"}
_RECORD = {"type": "object", "properties": {"a": _S, "n": _I, "o": _S}, "required": ["a", "n"]}
_words = st.sampled_from(["", "u", "port", "#E1"])
_ints = st.integers(-3, 3)
_record = st.fixed_dictionaries({"a": _words, "n": _ints}, optional={"o": _words, "more": _ints})


def tool(name: str, returns: dict[str, Any], effect: str = "read", **properties: Any) -> Signature:
    required = [key for key, one in properties.items() if "default" not in one]
    parameters = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return Signature(name=name, parameters=parameters, returns=returns, effect=Effect(effect))


ANSWERS: dict[str, tuple[Signature, st.SearchStrategy[Any]]] = {
    "text": (tool("text", _S, q=_S), _words),
    "count": (tool("count", _I, xs={"type": "array"}), _ints),
    "maybe": (tool("maybe", {"anyOf": [_S, {"type": "null"}]}, q=_S), _words | st.none()),
    "record": (tool("record", _RECORD, q=_S, k={**_I, "default": 1}), _record),
    "records": (
        tool("records", {"type": "array", "items": _RECORD}, k={**_I, "minimum": -3, "maximum": 3}),
        st.lists(_record, max_size=3),
    ),
    "either": (tool("either", {"enum": ["u", "v", 1]}, x={"type": ["string", "integer"]}), st.sampled_from(["u", 1])),
    "names": (tool("names", {"type": "array", "items": _S}, of=_RECORD), st.lists(_words, max_size=3)),
    "keep": (tool("keep", {"type": "boolean"}, "write", r={**_RECORD, "additionalProperties": False}), st.booleans()),
}  # fmt: skip
TOOLS = {name: signature for name, (signature, _) in ANSWERS.items()}

# --- plans that mostly make sense ----------------------------------------------------------------------------------

GIVES = {
    "text": "str",
    "count": "int",
    "maybe": "str?",
    "record": "rec",
    "records": "recs",
    "either": "either",
    "names": "strs",
    "keep": "bool",
}
TAKES = {"q": "str", "xs": "recs", "k": "int", "x": "str", "of": "rec", "r": "plain"}
LITERALS = {
    "str": ['"u"', '"port"'],
    "int": ["3", "-1"],
    "bool": ["true"],
    "strs": ['["u", "v"]', "[]"],
    "rec": ['{a: "x", n: 1}'],
    "recs": ["[]"],
    "str?": ["null"],
    "either": ["1"],
    "plain": ['{a: "x", n: 1}'],
}
FROM = {
    "str": [
        "{rec}.a",
        '"see {rec} there"',
        'default({str?}, "d")',
        'join({strs}, ", ")',
        "upper({str})",
        'get({rec}, "o", "none")',
        '({str?} if {str?} != null else "z")',
        "{str} + {str}",
        "default({rec}.o, {str})",
    ],
    "int": [
        "{rec}.n",
        "len({strs})",
        "len({str})",
        "max({int}, {int})",
        "({int} if {bool} else {int})",
        "sum({recs}[*].n)",
    ],
    "bool": [
        "{str} == {str}",
        "{str?} != null",
        "{int} > {int}",
        "not {bool}",
        "{str} in {strs}",
        "({bool} and {bool})",
    ],
    "strs": [
        "{recs}[*].a",
        "[#i.a for #i in {recs} if #i.n > 0]",
        "default(#y, [])",
        "[{str}, {str}]",
        "unique({strs})",
    ],
    "rec": ["{{a: {str}, n: {int}}}", "({rec} if {bool} else {rec})"],
    "recs": ["take({recs}, 2)", "sorted({recs}, by=.n)", "[{rec}]", "flatten([{recs}, {recs}])"],
    "str?": ["{rec}.o", 'get({rec}, "o", null)'],
    "plain": ["{{a: {str}, n: {int}}}"],
    "either": ["({str} if {bool} else {int})"],
}
DECLARED = {"str": "str", "int": "int", "rec": "{a: str, n: int}", "strs": "list[str]", "str?": "str?"}


@st.composite
def _values(draw: st.DrawFn, kind: str, names: dict[str, str], depth: int = 2) -> str:
    """The text of an expression of that kind, most of the time."""
    if draw(st.integers(0, 20)) == 0:
        kind = draw(st.sampled_from(sorted(FROM)))
    known = [f"#{name}" for name, one in names.items() if one == kind]
    if known and draw(st.integers(0, 2)):
        return draw(st.sampled_from(known))
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(LITERALS[kind]))
    template = draw(st.sampled_from(FROM[kind]))
    parts = {one: draw(_values(one, names, depth - 1)) for one in FROM if f"{{{one}}}" in template}
    return _filled(template, parts)


def _filled(template: str, parts: dict[str, str]) -> str:
    for kind, text in parts.items():
        in_text = '"see {' in template
        template = template.replace(f"{{{kind}}}", f"#{{{text[1:]}}}" if in_text and text[0] == "#" else text)
    return template.replace("{{", "{").replace("}}", "}")


@st.composite
def _actions(draw: st.DrawFn, name: str, names: dict[str, str]) -> str:
    required = TOOLS[name].required
    given_names = [key for key in TOOLS[name].properties if key in required or draw(st.booleans())]
    return f"{name}({', '.join(f'{key}={draw(_values(TAKES[key], names))}' for key in given_names)})"


@st.composite
def _steps(draw: st.DrawFn, number: int, names: dict[str, str]) -> str:
    """One step; `names` learns what it gives."""
    each, inside = "", dict(names)
    if draw(st.integers(0, 3)) == 0:
        kind = draw(st.sampled_from(["recs", "strs"]))
        each, inside["s"] = f" for #s in {draw(_values(kind, names))} max 9", "rec" if kind == "recs" else "str"
    name = draw(st.sampled_from(sorted(ANSWERS)))
    gives, does = GIVES[name], draw(_actions(name, inside))
    pure = draw(st.integers(0, 2)) == 0
    if pure:
        gives = draw(st.sampled_from(["str", "int", "strs", "rec", "recs", "bool"]))
        does = f"({draw(_values(gives, inside))})"
    text = f"#E{number}{f': {DECLARED[gives]}' if gives in DECLARED and draw(st.booleans()) else ''} = {does}"
    skips = False
    if draw(st.integers(0, 2)) == 0:
        text += f" if {draw(_values('bool', inside))}"
        skips = draw(st.booleans())
        text += "" if skips else f" else ({draw(_values(gives, names))})"
    text += each
    if draw(st.integers(0, 3)) == 0:
        text += f" fallback ({draw(_values(gives, inside))})"
    if not pure and draw(st.integers(0, 5)) == 0:
        text, skips = text + ' approve "May we?"', True
    if each:
        gives = {"rec": "recs", "str": "strs"}.get(gives, "other")
    names[f"E{number}"] = "str?" if skips and gives == "str" else "other" if skips else gives
    return text


@st.composite
def plans(draw: st.DrawFn) -> str:
    names = {"x": "str", "y": "strs?"}
    steps = [draw(_steps(number, names)) for number in range(1, draw(st.integers(1, 7)) + 1)]
    end = draw(_values(draw(st.sampled_from(["str", "rec", "recs"])), names))
    return "\n".join(['input x: "u" | "v"', "input y: list[str]?", *steps, f"return {end}"])


def without_findings(text: str) -> Report | None:
    """The report on what is left of a plan when every statement with a finding is out; None when nothing is."""
    lines = text.split("\n")
    while True:
        report = check("\n".join(lines), TOOLS, strict=True)
        counted = [one for one in report.diagnostics if one.is_error or not one.code.startswith("RW3")]
        if not counted:
            return report
        index = Lines("\n".join(lines))
        bad = {index.position(one.span.start).line - 1 for one in counted if one.span}
        lines = [line for number, line in enumerate(lines) if number not in bad]
        if not any(line.startswith("#") for line in lines):
            return None


def run(linked: LinkedPlan, inputs: dict[str, Any], data: st.DataObject) -> list[Command]:
    """Every command of a run whose tools answer by their schemas."""
    machine = Machine(linked, inputs, run="r", now="2026-01-01T00:00:00Z")
    agenda, seen, at = [*machine.feed(Start())], [], 0.0
    while agenda:
        command = agenda.pop(0)
        seen.append(command)
        at += 1.0
        match command:
            case Call():
                value = data.draw(ANSWERS[command.signature.name][1])
                agenda += machine.feed(Finished(command.attempt, value, at))
            case Ask():
                yes = data.draw(st.booleans())
                agenda += machine.feed(Answered(command.question, command.asked.binding, yes, at))
    assert machine.is_over
    return seen


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(plans(), st.sampled_from(["u", "v"]), st.none() | st.lists(_words, max_size=3), st.data())
def test_a_plan_without_a_finding_never_fails_as_its_check_excludes(
    text: str, x: str, y: list[str] | None, data: st.DataObject
) -> None:
    report = without_findings(text)
    event("nothing left" if report is None else f"{len(report.plan.steps if report.plan else ())} steps left")
    if report is None:
        return
    for command in run(report.require(), {"x": x, "y": y}, data):
        if isinstance(command, StepFinished | ItemFinished):
            assert command.reason not in EXCLUDED, f"{command.message}\n{report.text}"
