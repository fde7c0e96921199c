"""Makes `grammar/plan.table.json` out of `grammar/plan.lark`: Lark's LALR(1) tables and its lexers, as plain JSON.

The only module that imports Lark, and only when the table is made (`python -m rewoo_dsl.syntax.table`) or stale. What
ships is data: no pickle, nothing to import at start-up. `engine` walks it with Lark's own rules for lexing (a lexer
for each set of terminals that can come next; the first match in Lark's order of terminals wins).
"""

import json
import re
from typing import Any

from lark import Lark
from lark.lexer import PatternStr, TerminalDef
from lark.parsers.lalr_analysis import Shift

from .._resources import resource
from .grammar import digest

STARTS = ("piece", "start")
TEXT_STARTS = ("text", "raw_text")


def lark_parser(grammar: str, **options: Any) -> Lark:
    """Lark itself on the same grammar: the yardstick of tests and benchmarks."""
    return Lark(grammar, parser="lalr", start=[*STARTS, *TEXT_STARTS], **options)


def build(grammar: str) -> dict[str, Any]:
    """The table of a grammar, JSON-ready. `actions`: a state ≥ 0 to shift to, or `-1 - rule` to reduce by."""
    parser = lark_parser(grammar, keep_all_tokens=True)
    parse_table = parser.parser.parser._parse_table
    rules = {rule: number for number, rule in enumerate(parser.rules)}
    terminals = {terminal.name: terminal for terminal in parser.terminals}
    ignored = set(parser.ignore_tokens)
    states = _reachable(parse_table)
    new = {old: number for number, old in enumerate(states)}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for old in states:
        row = sorted(parse_table.states[old].items())  # by the symbol's name; terminals are in capitals
        actions.append(
            {
                name: new[arg] if kind is Shift else -1 - rules[arg]
                for name, (kind, arg) in row
                if name.isupper() or name == "$END"
            }
        )
        gotos.append({name: new[arg] for name, (_, arg) in row if not (name.isupper() or name == "$END")})
    contexts: dict[tuple[str, ...], int] = {}
    context_of = []
    for row_actions in actions:
        names = tuple(
            t.name for t in _in_lark_order(terminals[n] for n in row_actions if n != "$END") if t.name not in ignored
        )
        context_of.append(contexts.setdefault(names, len(contexts)))
    return {
        "grammar": digest(grammar.encode()),
        "rules": [[rule.origin.name, rule.alias or rule.origin.name, len(rule.expansion)] for rule in rules],
        "actions": actions,
        "gotos": gotos,
        "starts": {start: new[parse_table.start_states[start]] for start in STARTS},
        "ends": {start: new[parse_table.end_states[start]] for start in STARTS},
        "context_of": context_of,
        "contexts": [list(names) for names in contexts],
        "patterns": {name: _pattern(terminals[name]) for name in sorted(terminals) if name not in ignored},
        "words": {
            t.pattern.value: t.name
            for t in parser.terminals
            if isinstance(t.pattern, PatternStr)
            and re.fullmatch(terminals["NAME"].pattern.to_regexp(), t.pattern.value)
        },
        "ignore": "|".join(terminals[name].pattern.to_regexp() for name in sorted(ignored)),
    }


def _reachable(parse_table: Any) -> list[int]:
    """The states that the statement starts can reach, in an order that is always the same.

    Those of `text` and `raw_text` are left out: the inside of text is read by its terminals alone.
    """
    todo = [parse_table.start_states[start] for start in STARTS]
    seen = dict.fromkeys(todo)
    for state in todo:
        for _, (kind, arg) in sorted(parse_table.states[state].items()):
            if kind is Shift and arg not in seen:
                seen[arg] = None
                todo.append(arg)
    return list(seen)


def _in_lark_order(terminals: Any) -> list[TerminalDef]:
    return sorted(terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))


def _pattern(terminal: TerminalDef) -> str:
    pattern = terminal.pattern.to_regexp()
    if re.compile(pattern).groups:
        raise ValueError(f"{terminal.name}: write (?:…) for a group, the engine counts groups")
    return pattern


def text(table: dict[str, Any]) -> str:
    """The table as it is shipped."""
    return json.dumps(table, separators=(",", ":"), sort_keys=True) + "\n"


def main() -> None:
    table = build(resource("grammar", "plan.lark").read_text(encoding="utf-8"))
    resource("grammar", "plan.table.json").write_text(text(table), encoding="utf-8")


if __name__ == "__main__":
    main()
