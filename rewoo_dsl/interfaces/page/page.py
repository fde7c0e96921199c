"""The whole page, in one file: it loads nothing, and runs nothing but its own script.

Its policy (`Content-Security-Policy`) allows exactly the styles and the script that are written here, by their hashes:
should anything of a run ever get into the page as markup, a browser would still not run it, and it could reach nobody.
"""

import hashlib
import re
from base64 import b64encode
from importlib.resources import files

from ...ir.plan import Plan
from ...lowering.raising import to_text
from ..graph.diagram import diagram
from ..graph.svg import Mark, svg
from .evidence import evidence
from .html import Html, joined, tag
from .overview import overview
from .provenance import provenance
from .shown import Shown
from .timeline import timeline
from .words import amount

MOST_BOXES = 2_000
"""A plan of more steps is told as text only: nobody follows so many lines."""
_WIDEST = 2_400
_SECTIONS = (("plan", "Plan"), ("timeline", "Timeline"), ("evidence", "Evidence"), ("why", "Why"))


def page(shown: Shown) -> str:
    """The document."""
    style, script = _resource("page.css"), _resource("page.js")
    picture = _picture(shown)
    return "<!doctype html>\n" + tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=_policy([style, *_styles(picture)], script)),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("title", f"{shown.name or 'run'} · {shown.status} · {shown.run[:8]}"),
            tag("style", Html(style)),
        ),
        tag(
            "body",
            tag("a", "to the evidence", href="#evidence", class_="skip"),
            tag("nav", *(tag("a", text, href=f"#{id_}") for id_, text in _SECTIONS), aria_label="Sections"),
            tag(
                "main",
                overview(shown),
                tag("section", tag("h2", "Plan"), picture, _plan_text(shown), id="plan"),
                timeline(shown),
                evidence(shown),
                provenance(shown),
            ),
            tag("script", Html(script)),
        ),
        lang="en",
    )


def _resource(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _policy(styles: list[str], script: str) -> str:
    allowed = " ".join(map(_hash, styles))
    return f"default-src 'none'; style-src {allowed}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _styles(picture: Html) -> list[str]:
    """The style that a picture brings along: its first element of that name, for all its text is escaped."""
    return re.findall(r"<style>(.*?)</style>", picture, re.DOTALL)[:1]


def _picture(shown: Shown) -> Html:
    plan = shown.bare_plan
    if len(plan.steps) > MOST_BOXES:
        return tag("p", f"{amount(len(plan.steps), 'step')}: too many to draw", class_="cut")
    effects = {name: signature.effect for name, signature in shown.tools.items()}
    drawn = svg(diagram(plan, effects), marks=_marks(shown, plan), most=_WIDEST)
    return tag("div", Html(drawn), class_="picture", tabindex="0", role="region", aria_label="The plan as a picture")


def _marks(shown: Shown, plan: Plan) -> dict[str, Mark]:
    """Each box in the colour of its state, and a click leads to its evidence."""
    steps = {f"#{step.name}": step.name for step in plan.steps} | {"return": "return"}
    found = {}
    for id_, name in steps.items():
        step = shown.trace.steps.get(name)
        if step is not None:
            found[id_] = Mark(f"state-{step.state}", f"#step-{name}")
    return found


def _plan_text(shown: Shown) -> Html:
    text = to_text(shown.bare_plan) if shown.text is None else shown.text
    count = text.count("\n") + (not text.endswith("\n"))
    return tag(
        "details",
        tag("summary", "As text, ", amount(count, "line")),
        joined(tag("pre", text, class_="source", tabindex="0")),
    )
