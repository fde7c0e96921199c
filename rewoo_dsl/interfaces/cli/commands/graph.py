"""`rewoo graph`: a picture of a plan, in the terminal or as mermaid, DOT or SVG; a plan with errors has none."""

from pathlib import Path

from ...graph import Diagram, diagram, dot, mermaid, svg
from ...graph import terminal as drawn
from ..arguments import Options
from ..exits import FINE, FOUND
from ..judging import judge
from ..plans import show_findings
from ..project import Projects
from ..sources import read_source, write_atomically
from ..terminal import Terminal
from ..toolset import named_tools


def execute(options: Options, terminal: Terminal) -> int:
    source = read_source(options.spec)
    project = Projects().of(source)
    wanted = project.options(options)
    named = named_tools(wanted)
    judged = judge(source, None if named is None else named.signatures, wanted, project)
    if not judged.passes:
        show_findings(judged.checked, terminal, as_result=False)
    report = judged.checked.report
    if report.plan is None or not report.ok:
        return FOUND
    effects = {} if named is None else {name: one.effect for name, one in named.signatures.items()}
    picture = _picture(diagram(report.plan, effects), options, terminal)
    if options.output is None:
        terminal.give(picture)
    else:
        write_atomically(Path(options.output), picture)
    return FINE if judged.passes else FOUND


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
