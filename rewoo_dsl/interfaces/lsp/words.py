"""The words of the language as an editor explains them: one line each, shown by completion and hover alike."""

from ..._record import record


@record
class Word:
    """A keyword: what to insert (`$1` are places to fill in) and what it means."""

    text: str
    snippet: str
    meaning: str


def _words(*words: Word) -> dict[str, Word]:
    return {one.text: one for one in words}


CLAUSES = _words(
    Word("if", "if ${1:condition}", "Run the step only when the condition is true; otherwise it is skipped: `null`."),
    Word("else", "else ${1:value}", "What the step gives when its condition is false."),
    Word("for", "for #${1:item} in ${2:list} max ${3:20}", "Once for each item; the results in the items' order."),
    Word("max", "max ${1:20}", "How many items at most; more fail the step before the first one starts."),
    Word("parallel", "parallel ${1:4}", "How many items run at the same time."),
    Word("retry", "retry ${1:3}", "Up to so many further attempts, each after a longer pause."),
    Word("timeout", "timeout ${1:10s}", "The longest time that one attempt may take."),
    Word("fallback", "fallback ${1:value}", "What stands in when all attempts failed: a call or a value."),
    Word("after", "after #${1:E1}", "Wait for these steps, although nothing is read from them."),
    Word("approve", 'approve "${1:question}"', "A person must say yes first; no or no answer skips the step."),
    Word("within", "within ${1:2h}", "How long to wait for the person's answer."),
)
"""What may stand behind what a step does."""

HEADER = _words(
    Word("Goal:", "Goal: ${1:what is asked}", "What the plan is for; kept and shown, never executed."),
    Word("input", "input ${1:name}: ${2:str}", "A value that whoever runs the plan gives; optional with a default."),
    Word("use", 'use "${1:path.rewoo}" as ${2:name}', "A sub-plan, called by that name. It must have a `return`."),
    Word("limit", "limit calls ${1:20}", "Ceilings while running: `calls`, `tokens`, `time`, `cost`."),
)
"""Statements before the first step."""

STATEMENTS = _words(
    Word("Plan:", "Plan: ${1:why the next step is taken}", "Why the next step is taken; shown, never executed."),
    Word("return", "return ${1:value}", "The plan's result as data; no model is asked."),
    Word("Solve:", "Solve: ${1:what to answer}", "What the Solver is asked; it sees the values that this text names."),
)
"""Statements anywhere else."""

TYPES = _words(
    Word("str", "str", "Text."),
    Word("int", "int", "A 64-bit integer."),
    Word("float", "float", "A finite number."),
    Word("bool", "bool", "`true` or `false`."),
    Word("any", "any", "Anything: where checking stops."),
    Word("null", "null", "Nothing."),
    Word("list", "list[${1:str}]", "A list whose items are all of one type."),
    Word("dict", "dict[${1:str}]", "An object with any keys, its values all of one type."),
)

VALUES = _words(
    Word("true", "true", "A truth value."),
    Word("false", "false", "A truth value."),
    Word("null", "null", "Nothing."),
    Word("not", "not ${1:condition}", "The opposite of a condition."),
)

MEANINGS = {**VALUES, **TYPES, **STATEMENTS, **HEADER, **CLAUSES}
