"""`rewoo graph`: a picture of a plan, in the terminal or as mermaid, DOT or SVG."""

from pathlib import Path

from ...graph import Diagram, diagram, dot, mermaid, svg
from ...graph import terminal as drawn
from ..arguments import Options
from ..exits import FINE, FOUND
from ..plans import check_source, show_findings
from ..sources import read_source, write_atomically
from ..terminal import Terminal
from ..toolset import named_tools


def execute(options: Options, terminal: Terminal) -> int:
    named = named_tools(options)
    checked = check_source(read_source(options.spec), None if named is None else named.signatures)
    plan = checked.report.plan
    if plan is None or not checked.report.ok:
        show_findings(checked, terminal, as_result=False)
        return FOUND
    effects = {} if named is None else {name: one.effect for name, one in named.signatures.items()}
    picture = _picture(diagram(plan, effects), options, terminal)
    if options.output is None:
        terminal.give(picture)
    else:
        write_atomically(Path(options.output), picture)
    return FINE


def _picture(shown: Diagram, options: Options, terminal: Terminal) -> str:
    match options.format:
        case "mermaid":
            return mermaid(shown)
        case "dot":
            return dot(shown)
        case "svg":
            return svg(shown)
    to_file = options.output is not None
    return drawn(
        shown,
        columns=terminal.columns,
        colour=terminal.out_colour and not to_file,
        ascii_only=options.format == "ascii" or (terminal.out_ascii and not to_file),
    )
