"""`rewoo import`: a plan in anyone's format, written in ours, or in another one that can hold it.

A plan with errors is not written: what is wrong with it is said with its place in the original, where it can be put
right. What was put right while reading is listed as notes.
"""

from collections.abc import Mapping
from pathlib import Path

from ....checker.foreign import OWN, Judged, check_as
from ....diag.diagnostic import Diagnostic
from ....ir.plan import Plan
from ....ir.signature import Signature
from ....lowering.dialects import AUTO, Written, write
from ....lowering.raising import to_text
from ....syntax.parser import parse
from ..arguments import Options
from ..exits import FINE, FOUND
from ..formats import known_format, writable_format
from ..sources import Source, read_source, write_atomically
from ..terminal import Terminal
from ..toolset import named_tools


def execute(options: Options, terminal: Terminal) -> int:
    dialect, to = known_format(options.dialect or AUTO), writable_format(options.to or OWN)
    named = named_tools(options)
    tools = None if named is None else named.signatures
    source = read_source(options.spec)
    judged = check_as(source.text, dialect, tools, strict=options.strict)
    written = Written(None)
    if judged.plan is not None and judged.report.ok:
        written = _written(judged, judged.plan, to, tools or {})
    _say(judged, written, source, options, terminal)
    if written.text is None:
        return FOUND
    if options.output is None:
        terminal.give(written.text)
    else:
        write_atomically(Path(options.output), written.text)
    return FINE


def _written(judged: Judged, plan: Plan, to: str, tools: Mapping[str, Signature]) -> Written:
    signatures = judged.signatures(tools)
    if to == OWN:
        return _ours(plan)
    if to == "json":
        return Written(plan.model_dump_json(indent=2) + "\n")
    if to == "mermaid":
        from ...graph import diagram, mermaid

        return Written(mermaid(diagram(plan, {name: one.effect for name, one in signatures.items()})))
    return write(plan, to, tools=signatures, tool_names=judged.tool_names)


def _ours(plan: Plan) -> Written:
    """The plan in our text, unless that cannot hold it: a text of 16 KiB is longer there when it is full of quotes."""
    text = to_text(plan)
    faults = [one for one in parse(text).diagnostics if one.is_error]
    if not faults:
        return Written(text)
    return Written(None, tuple(Diagnostic(code=one.code, message=f"in our text: {one.message}") for one in faults))


def _say(judged: Judged, written: Written, source: Source, options: Options, terminal: Terminal) -> None:
    from ....diag.text import render_text, summary

    found = [*judged.report.diagnostics, *judged.in_own_words(written.diagnostics)]
    shown = [one for one in found if one.is_error or not options.quiet]
    if shown:
        text = render_text(
            shown, judged.report.text, file=source.name, colour=terminal.err_colour, width=terminal.columns
        )
        terminal.say(text.rstrip("\n"))
    if not options.quiet:
        terminal.say(f"{source.name}: {judged.dialect}, {_counted(judged)}, {summary(found)}")


def _counted(judged: Judged) -> str:
    count = len(judged.steps)
    return f"{count} step{'' if count == 1 else 's'}"
