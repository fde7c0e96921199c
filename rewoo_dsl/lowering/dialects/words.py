"""Findings about a foreign plan in its own words.

Rules look at a plan of ours, so they say `#E1` for a step and `Text_to_Speech` for a tool. Whoever wrote the plan said
`$1` and `Text-to-Speech`. The names that changed are known when reading ends; every finding passes through here once,
on its way out of the checker.
"""

import re
from collections import Counter
from collections.abc import Mapping

from ..._record import record
from ...diag.diagnostic import Diagnostic

_NAMES = re.compile(r"`[^`]*`|#\w+")
_NAME = re.compile(r"#(\w+)")


def called(own: str) -> str:
    """How a step is called in a sentence: by its name; one that is known by a number, as a step.

    >>> called("3"), called("#E3"), called("var3")
    ('step 3', '#E3', '`var3`')
    """
    if own.isdecimal():
        return f"step {own}"
    return own if own.startswith(("#", "$")) else f"`{own}`"


@record
class Words:
    """A plan's own words by ours: `names` of steps, inputs and whatever references name; `tools` of its tools."""

    names: Mapping[str, str]
    tools: Mapping[str, str]

    @classmethod
    def of(cls, names: Mapping[str, str], labels: Mapping[str, str], tools: Mapping[str, str]) -> "Words":
        """The words of a plan whose steps go by `labels`; those that share one get their place besides."""
        shared = Counter(labels.values())
        told = {
            ours: label if shared[label] == 1 else f"{label} (step {place})"
            for place, (ours, label) in enumerate(labels.items(), 1)
        }
        others = {ours: own for ours, own in names.items() if ours not in labels}
        return cls(told | others, tools)

    def told(self, one: Diagnostic) -> Diagnostic:
        """The finding in the plan's own words."""
        return one.model_copy(
            update={
                "message": self.sentence(one.message),
                "hint": None if one.hint is None else self.sentence(one.hint),
                "allowed": tuple(map(self._alternative, one.allowed)),
                "related": tuple(
                    there.model_copy(update={"message": self.sentence(there.message)}) for there in one.related
                ),
            }
        )

    def step(self, name: str) -> str:
        """How a step is called, by our name of it."""
        return called(self._own(f"#{name}"))

    def sentence(self, text: str) -> str:
        """A sentence of a rule, which marks steps by `#` and puts everything else that is quoted in backticks."""
        return _NAMES.sub(lambda found: self._quoted(found[0]) or called(self._own(found[0])), text)

    def _quoted(self, text: str) -> str | None:
        """A tool's name, or a piece of code that may name steps; None for what is not in backticks."""
        if not text.startswith("`"):
            return None
        tool = self.tools.get(text.strip("`"))
        return _NAME.sub(lambda found: self._own(found[0]), text) if tool is None else f"`{tool}`"

    def _alternative(self, name: str) -> str:
        return self._own(name) if name.startswith("#") else self.tools.get(name, name)

    def _own(self, marked: str) -> str:
        """A step's own name by ours, which begins with `#`."""
        name = marked[1:]
        return self.names.get(name) or _like(self.names, name) or name


def _like(names: Mapping[str, str], name: str) -> str | None:
    """How a plan with such names would write one that it does not have; None when they tell nothing of it.

    >>> _like({"E0": "#0"}, "E4"), _like({"E1": "#E1"}, "E4"), _like({"E1": "1"}, "E4"), _like({"E0": "LOC"}, "E4")
    ('#4', '#E4', '4', None)
    """
    ours, own = next(iter(names.items()), ("", ""))
    bare = own.lstrip("#$")
    mark = own[: len(own) - len(bare)]
    if ours == bare:
        return mark + name
    return mark + name[1:] if ours == f"E{bare}" and name[1:].isdecimal() else None
