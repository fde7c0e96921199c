"""`rewoo check`: every finding about every file, and whether any of them is an error."""

from ..arguments import Options
from ..exits import FINE, FOUND
from ..plans import Checked, check_source, show_findings
from ..sources import read_source
from ..terminal import Terminal
from ..toolset import named_tools


def execute(options: Options, terminal: Terminal) -> int:
    named = named_tools(options)
    signatures = None if named is None else named.signatures
    sources = [read_source(name) for name in options.files]
    checked = [
        check_source(one, signatures, dialect=options.dialect, from_model=options.from_model, strict=options.strict)
        for one in sources
    ]
    if options.format == "json":
        _give_json(checked, terminal)
    else:
        for one in checked:
            _give(one, options, terminal)
        if not options.quiet:
            _say_unchecked(checked, terminal)
    return FOUND if any(_fails(one, options.strict) for one in checked) else FINE


def _fails(checked: Checked, strict: bool) -> bool:
    return not checked.report.ok or (strict and any(one.severity == "warning" for one in checked.diagnostics))


def _give(checked: Checked, options: Options, terminal: Terminal) -> None:
    if options.format == "short":
        _give_short(checked, options, terminal)
    else:
        show_findings(checked, terminal, as_result=True)
    if options.quiet:
        return
    if not checked.diagnostics:
        terminal.say(f"{checked.source.name}: no findings")
        return
    from ....diag.text import summary

    terminal.say(f"{checked.source.name}: {summary(checked.diagnostics)}")


def _say_unchecked(checked: list[Checked], terminal: Terminal) -> None:
    for what in dict.fromkeys(what for one in checked for what in one.report.unchecked):
        terminal.say(f"not checked: {what}")


def _give_short(checked: Checked, options: Options, terminal: Terminal) -> None:
    from ....diag.short import render_short

    plan = checked.report.plan
    text = render_short(checked.diagnostics, checked.text, steps=[step.name for step in plan.steps] if plan else ())
    several = f"{checked.source.name}: " if len(options.files) > 1 else ""
    terminal.give("".join(several + line for line in text.splitlines(keepends=True)))


def _give_json(checked: list[Checked], terminal: Terminal) -> None:
    """One document for all files, each finding with the name of its file."""
    from ....diag.findings import Findings, findings

    documents = [findings(one.diagnostics, one.text, file=one.source.name, sources=one.texts) for one in checked]
    everything = Findings(diagnostics=tuple(finding for one in documents for finding in one.diagnostics))
    terminal.give(everything.model_dump_json(indent=2) + "\n")
