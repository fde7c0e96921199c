"""A walk over the LALR(1) table that Lark made of `grammar/plan.lark`: text in, nodes out, no tree in between.

Lark's own loop does the same work with an object for every token and every rule, and costs its import at start-up;
this one is a third of the price and knows nothing of our language. A token is a tuple `(text, start, end)`. A rule
with a builder replaces its children by what the builder makes of them; a rule without one has a single child and
lets it through. Lexing is contextual as in Lark: each state has the pattern of just those terminals that can come
next, made when first needed.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .._record import record

Token: TypeAlias = tuple[str, int, int]
Builder: TypeAlias = Callable[[list[Any]], Any]
Match: TypeAlias = Callable[[str, int, int], re.Match[str] | None]

END = "$END"


class Stuck(Exception):
    """The text does not go on as the grammar wants, at `position`. `last` is the terminal read before it."""

    def __init__(self, position: int, last: str | None, engine: "Engine", states: list[int]) -> None:
        self.position, self.last = position, last
        self._engine, self._states = engine, states
        super().__init__(f"stuck at {position}")

    @property
    def expected(self) -> frozenset[str]:
        """The terminals that could come here."""
        return self._engine.acceptable(self._states)


@record
class Rule:
    origin: str
    name: str
    size: int


class Engine:
    """The table of one grammar, ready to walk. Holds nothing of any text; safe to share."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.patterns: dict[str, str] = table["patterns"]
        self.rules = [Rule(*rule) for rule in table["rules"]]
        self._actions: list[dict[str, int]] = table["actions"]
        self._gotos: list[dict[str, int]] = table["gotos"]
        self._starts: dict[str, int] = table["starts"]
        self._ends: dict[str, int] = table["ends"]
        self._contexts: list[list[str]] = table["contexts"]
        self._context_of: list[int] = table["context_of"]
        self._words: dict[str, str] = table["words"]
        self._ignore: str = table["ignore"]
        self._blank = re.compile(f"(?:{self._ignore})*")
        self._lexers: list[Match | None] = [None] * len(self._contexts)

    def bind(self, builders: Mapping[str, Builder]) -> list[tuple[int, str, Builder | None]]:
        """The rules with their builders, as `parse` wants them. A rule of another size than one needs a builder."""
        return [(rule.size, rule.origin, builders.get(rule.name)) for rule in self.rules]

    def parse(
        self,
        start: str,
        text: str,
        bound: list[tuple[int, str, Builder | None]],
        position: int,
        end: int,
        shift: int = 0,
    ) -> Any:
        """What the builders make of `text[position:end]`. Token offsets are those in `text` plus `shift`.

        Raises:
            Stuck: with the place in `text` (without `shift`).
        """
        actions, gotos, lexers, contexts, words = (
            self._actions,
            self._gotos,
            self._lexers,
            self._context_of,
            self._words,
        )
        final = self._ends[start]
        states, values = [self._starts[start]], []
        last = None
        while True:
            state = states[-1]
            row = actions[state]
            lexer = lexers[contexts[state]] or self._lexer(contexts[state])
            match = lexer(text, position, end)
            if match is None:
                token: Token = ("", end, end)
                begin = self._blank.match(text, position, end).end()  # type: ignore[union-attr]  # matches always
                if begin != end:
                    raise Stuck(begin, last, self, states)
                name = END
            else:
                name = match.lastgroup  # type: ignore[assignment]  # one group always matches
                begin, position = match.span(name)
                found = match[name]
                if name == "NAME" and found in words and words[found] in row:
                    name = words[found]
                token = (found, begin + shift, position + shift)
            while True:
                action = row.get(name)
                if action is None:
                    raise Stuck(self._blank.match(text, begin, end).end(), last, self, states)  # type: ignore[union-attr]
                if action >= 0:
                    states.append(action)
                    values.append(token)
                    last = name
                    break
                size, origin, builder = bound[-1 - action]
                if builder is None:
                    states[-1] = gotos[states[-2]][origin]
                else:
                    if size:
                        children = values[-size:]
                        del values[-size:], states[-size:]
                    else:
                        children = []
                    values.append(builder(children))
                    states.append(gotos[states[-1]][origin])
                if states[-1] == final and name == END:
                    return values[-1]
                row = actions[states[-1]]

    def _lexer(self, context: int) -> Match:
        """The pattern of a context: keywords bring their own leading blanks, before all others blanks are skipped."""
        names = self._contexts[context]
        own = [f"(?P<{n}>{self.patterns[n]})" for n in names if self.patterns[n].startswith(self._ignore)]
        other = [f"(?P<{n}>{self.patterns[n]})" for n in names if not self.patterns[n].startswith(self._ignore)]
        plain = f"(?:{self._ignore})?(?:{'|'.join(other)})"
        pattern = "|".join([*own, plain] if other else own) if names else "(?!)"
        match = re.compile(pattern).match
        self._lexers[context] = match
        return match

    def acceptable(self, states: list[int]) -> frozenset[str]:
        """The terminals that could be shifted now: those of the state whose reductions lead to a shift."""
        return frozenset(name for name in self._actions[states[-1]] if self._shifts(states, name))

    def _shifts(self, states: list[int], name: str) -> bool:
        stack = list(states)
        while True:
            action = self._actions[stack[-1]].get(name)
            if action is None:
                return name == END and stack[-1] in self._ends.values()
            if action >= 0:
                return True
            rule = self.rules[-1 - action]
            del stack[len(stack) - rule.size :]
            stack.append(self._gotos[stack[-1]][rule.origin])
