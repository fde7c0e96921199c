"""Where plans are broken: a sound plan, tools that it does not know, and statements put between its own.

A mutation writes a few lines of text, with names and words that differ from draw to draw, and says where among the
steps they stand. `Bench` finds them a place in which they can do no other harm than they are meant to: what reads
comes before the plan's own writes, what writes comes after everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from hypothesis import strategies as st

from ....checker import Report, check
from ....ir.costs import Ceilings
from ....ir.expr import Constant, Expr, ListOf, ObjectOf, Ref
from ....ir.plan import Plan, Step
from ....ir.policy import Policy
from ....ir.signature import Effect, Signature
from ....tools.registry import Registry
from ..plans import changed, plan_text, plans
from ..registries import registries

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Where: TypeAlias = Literal["early", "late", "anywhere"]


@dataclass(frozen=True)
class BrokenPlan:
    """A plan with one fault, and all that `check` must be given for it to be found."""

    code: str
    source: str | Plan | Mapping[str, Any]
    tools: Mapping[str, Signature]
    files: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    from_model: bool = False
    policy: Policy | None = None
    request: str | None = None
    ceilings: Ceilings | None = None

    def check(self) -> Report:
        """What the checker says of it."""
        return check(
            self.source,
            self.tools,
            load=self.files.__getitem__,
            strict=self.strict,
            from_model=self.from_model,
            policy=self.policy,
            request=self.request,
            ceilings=self.ceilings,
        )


_TEXT = {"type": "string"}
_HIT = {"type": "object", "properties": {"title": _TEXT, "url": _TEXT}, "required": ["title", "url"]}
_SKY = {
    "type": "object",
    "properties": {"temp": {"type": "number"}, "sky": {"enum": ["sun", "rain"]}},
    "required": ["temp", "sky"],
}
_NAMES = {
    "find": ("find", "pages", "web.look"),
    "page": ("page", "Encyclopedia", "docs.open"),
    "sky": ("sky", "forecast"),
    "mail": ("mail", "post.letter"),
    "keep": ("keep", "shelf.put_by"),
    "raw": ("raw", "fetch_any"),
}
_STEPS = ("news", "answer", "E20", "E31", "x9", "found_it", "E40", "it_is", "E51", "zone")
_WORDS = ("port", "two words", "EU 7", "Ann Lee", "strike in Rotterdam", "a.b")


class Bench:
    """One draw. Mutations call the methods; `broken` gives what came of it."""

    def __init__(self, draw: Draw, code: str) -> None:
        self.draw, self.code = draw, code
        registry: Registry = draw(registries(max_tools=3))
        self.plan: Plan = changed(draw(plans(registry, max_steps=3)), limit=None)
        self.tool = {kind: self.one(names) for kind, names in _NAMES.items()}
        self.tools = {**registry.signatures, **{one.name: one for one in self._kit()}}
        self.set: dict[str, Any] = {}
        self._lines: dict[str, str] = {}
        self._fresh = [name for name in _STEPS if name not in self.plan.by_name]

    def _kit(self) -> list[Signature]:
        name = self.tool
        return [
            _signature(name["find"], {"query": _TEXT}, {"k": {"type": "integer"}}, {"type": "array", "items": _HIT}),
            _signature(name["page"], {"query": _TEXT}, {}, _TEXT),
            _signature(name["sky"], {"city": _TEXT}, {}, _SKY),
            _signature(name["mail"], {"to": {"type": "array", "items": _TEXT}, "body": _TEXT}, {}, _TEXT, "write"),
            _signature(name["keep"], {"key": _TEXT, "text": _TEXT}, {}, {"type": "null"}, "write", idempotent=True),
            _signature(name["raw"], {"query": _TEXT}, {}, {}),
        ]

    # --- what differs from draw to draw ----------------------------------------------------------------------------

    def one(self, options: Any) -> Any:
        """One of several."""
        return self.draw(st.sampled_from(options))

    def name(self) -> str:
        """A name that nothing has, without its `#`."""
        name: str = self.one(self._fresh)
        self._fresh.remove(name)
        return name

    def word(self) -> str:
        word: str = self.one(_WORDS)
        return word

    def text(self) -> str:
        """A text in quotes."""
        return f'"{self.word()}"'

    def number(self, least: int = 1, most: int = 9) -> int:
        number: int = self.draw(st.integers(least, most))
        return number

    def read(self) -> str:
        """A sound call that reads."""
        find, page, sky = self.tool["find"], self.tool["page"], self.tool["sky"]
        k = self.number()
        calls = [f"{find}(query={self.text()})", f"{find}({self.text()}, k={k})", f"{page}[{self.word()}]"]
        call: str = self.one([*calls, f"{sky}(city={self.text()})"])
        return call

    def mail(self) -> str:
        """A sound call that writes and must not be repeated."""
        return f"{self.tool['mail']}(to=[{self.text()}], body={self.text()})"

    def keep(self, key: str | None = None) -> str:
        """A sound call that writes and may be repeated."""
        return f"{self.tool['keep']}(key={key or self.text()}, text={self.text()})"

    # --- where things go -------------------------------------------------------------------------------------------

    def add(self, *lines: str, reads: tuple[str, ...] = (), where: Where = "anywhere") -> None:
        """Puts lines between the steps. `reads` are names among them that the plan's result is to have."""
        mark = f"mark{len(self._lines)}"
        steps = self.plan.steps
        first, last = 0, len(steps)
        if where == "early":
            last = next((place for place, one in enumerate(steps) if one.do.kind == "call"), last)
        place = last if where == "late" else self.draw(st.integers(first, last))
        marked = Step(name=mark, do=Constant(value=mark))
        self.plan = changed(self.plan, steps=(*steps[:place], marked, *steps[place:]))
        self._lines[f'#{mark} = "{mark}"'] = "\n".join(lines)
        if reads:
            self.returning(*reads)

    def returning(self, *names: str) -> None:
        """Makes evidence a part of the plan's result."""
        more: Expr = ListOf(items=tuple(Ref(name=one) for one in names))
        whole = more if self.plan.result is None else ObjectOf(fields={"was": self.plan.result, "more": more})
        self.plan = changed(self.plan, result=whole)

    def written(self) -> str:
        """The text of the plan as it is."""
        text = plan_text(self.plan)
        for mark, lines in self._lines.items():
            text = text.replace(mark, lines)
        return text

    def header(self, line: str) -> None:
        """Puts a line on top of everything."""
        self.set["source"] = f"{line}\n{self.written()}"

    def broken(self) -> BrokenPlan:
        found = BrokenPlan(self.code, self.written(), self.tools)
        return replace(found, **self.set)


def _signature(
    name: str,
    required: dict[str, Any],
    optional: dict[str, Any],
    returns: dict[str, Any],
    effect: str = "read",
    *,
    idempotent: bool = False,
) -> Signature:
    parameters = {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }
    return Signature(name=name, parameters=parameters, returns=returns, effect=Effect(effect), idempotent=idempotent)
