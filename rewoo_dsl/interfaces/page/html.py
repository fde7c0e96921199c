"""HTML that cannot be got wrong: text becomes markup here and nowhere else, and what is no markup is escaped.

    tag("p", "a < b", tag("b", "!"), class_="note")     # <p class="note">a &lt; b<b>!</b></p>

Evidence may hold whatever a tool found. It is always a `str`, never an `Html`, so it can only ever be shown. Control
and direction characters are shown as escapes: nothing on the page reads otherwise than it is.
"""

import json
from collections.abc import Iterable
from html import escape
from typing import Any, TypeAlias

from ...diag.snippet import printable


class Html(str):
    """Markup. Made by `tag`, and from constants of ours."""

    __slots__ = ()


Child: TypeAlias = str | Html | None | Iterable["Child"]

SHOWN_CHARACTERS = 20_000
"""Of a longer value, so much is shown."""

_EMPTY = frozenset({"meta", "input"})


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """An element. A `_` at the end of an attribute's name is dropped, others become `-`; None and False omit it."""
    said = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in _EMPTY:
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Several as one."""
    return Html("".join(map(_child, children)))


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(printable(child))
    return "".join(map(_child, child))


def _attribute(key: str, value: str | int | float | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(printable(str(value)))}"'


def value_block(value: Any) -> Html:
    """A value to be read: text as it is, anything else as JSON; a long one is cut, and says so."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    kind = "text" if isinstance(value, str) else "json"
    shown, rest = text[:SHOWN_CHARACTERS], len(text) - SHOWN_CHARACTERS
    cut = None
    if rest > 0:
        cut = tag("p", f"✂ {rest:,} more characters; `rewoo show --json` has them all", class_="cut")
    return joined(tag("pre", shown, class_=f"value {kind}", tabindex="0"), cut)
