"""`rewoo check`: every finding about every file, and whether any of them fails the check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ....ir.signature import Signature
from ..arguments import Options
from ..exits import FINE, FOUND, WrongUse
from ..judging import Judged, judge
from ..plans import Checked, read_policy_file, show_findings
from ..project import Projects
from ..sources import Source, read_source
from ..terminal import Terminal
from ..toolset import named_tools


def execute(options: Options, terminal: Terminal) -> int:
    if options.jsonl is not None:
        from ..batch import check_batch

        return check_batch(options, terminal)
    if options.gold is not None or options.jobs is not None:
        raise WrongUse(f"{'--gold' if options.gold is not None else '--jobs'} goes with --jsonl FILE")
    if not options.files:
        raise WrongUse("which plan? Name files, `-` for standard input, or --jsonl FILE for many plans in one file")
    if options.bounds and options.format in _FORMATS and options.format != "json":
        raise WrongUse(f"--bounds goes with --format text, short or json, not with {options.format}")
    if options.write_baseline and options.baseline is None:
        raise WrongUse("--write-baseline needs --baseline FILE")
    judged = _judged([read_source(name) for name in options.files], options, terminal)
    if options.baseline is not None:
        if options.write_baseline:
            return _keep(judged, options.baseline, terminal)
        judged = _beyond(judged, options.baseline, terminal)
    if options.format == "json" and options.bounds:
        terminal.give(_json_with_bounds(judged))
    elif options.format in _FORMATS:
        terminal.give(_FORMATS[options.format](judged))
    else:
        for one in judged:
            _give(one.checked, options, terminal)
            if options.bounds:
                _give_bounds(one.checked, terminal)
        if not options.quiet:
            _say_unchecked(judged, terminal)
    return FINE if all(one.passes for one in judged) else FOUND


def _judged(sources: Sequence[Source], options: Options, terminal: Terminal) -> list[Judged]:
    judged = []
    policy = read_policy_file(options.policy)
    projects = Projects()
    tools: dict[str | None, Mapping[str, Signature] | None] = {}
    for source in sources:
        project = projects.of(source)
        if project.excludes(source):
            if not options.quiet:
                terminal.say(f"{source.name}: excluded by {project.folder}")
            continue
        wanted = project.options(options)
        if wanted.tools not in tools:
            named = named_tools(wanted)
            tools[wanted.tools] = None if named is None else named.signatures
        judged.append(judge(source, tools[wanted.tools], wanted, project, policy))
    return judged


def _keep(judged: Sequence[Judged], baseline: str, terminal: Terminal) -> int:
    from ..known import keep_as_baseline

    keep_as_baseline([one.checked.page for one in judged], baseline)
    terminal.say(f"{baseline}: knows {sum(len(one.checked.diagnostics) for one in judged)} findings")
    return FINE


def _beyond(judged: Sequence[Judged], baseline: str, terminal: Terminal) -> list[Judged]:
    from ..known import beyond_baseline

    new = beyond_baseline([one.checked.page for one in judged], baseline)
    known = sum(len(one.checked.diagnostics) for one in judged) - sum(map(len, new))
    if known:
        terminal.say(f"{baseline}: {known} known finding{'s' if known > 1 else ''} not shown")
    pairs = zip(judged, new, strict=True)
    return [Judged(replace(one.checked, diagnostics=found), one.fail_on) for one, found in pairs]


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


def _give_bounds(checked: Checked, terminal: Terminal) -> None:
    from ..costs import told

    bounds = checked.report.bounds
    if bounds is not None:
        terminal.give(told(bounds, checked.called))


def _say_unchecked(judged: Sequence[Judged], terminal: Terminal) -> None:
    for what in dict.fromkeys(what for one in judged for what in one.checked.report.unchecked):
        terminal.say(f"not checked: {what}")


def _give_short(checked: Checked, options: Options, terminal: Terminal) -> None:
    from ....diag.short import render_short

    plan = checked.report.plan
    steps = [step.name for step in plan.steps] if plan else ()
    text = render_short(checked.diagnostics, checked.text, steps=steps, called=checked.called)
    several = f"{checked.source.name}: " if len(options.files) > 1 else ""
    terminal.give("".join(several + line for line in text.splitlines(keepends=True)))


# --- formats for machines: one document for all files, each imported when it is asked for --------------------------


def _json(judged: Sequence[Judged]) -> str:
    from ....diag.findings import Findings, findings

    pages = [one.checked.page for one in judged]
    documents = [findings(one.diagnostics, one.text, file=one.file, sources=one.sources) for one in pages]
    everything = Findings(diagnostics=tuple(finding for one in documents for finding in one.diagnostics))
    return everything.model_dump_json(indent=2) + "\n"


def _json_with_bounds(judged: Sequence[Judged]) -> str:
    """The findings, and beside them what each plan may cost; null where there is no plan."""
    import json

    bounds = {one.checked.source.name: one.checked.report.bounds for one in judged}
    tables = {name: None if table is None else table.as_data() for name, table in bounds.items()}
    return json.dumps({**json.loads(_json(judged)), "bounds": tables}, ensure_ascii=False, indent=2) + "\n"


def _sarif(judged: Sequence[Judged]) -> str:
    from importlib.metadata import version

    from ....diag.sarif import render_sarif

    return render_sarif([one.checked.page for one in judged], version=version("rewoo-dsl"))


def _github(judged: Sequence[Judged]) -> str:
    from ....diag.github import render_github

    return render_github([one.checked.page for one in judged])


def _junit(judged: Sequence[Judged]) -> str:
    from ....diag.junit import render_junit

    return render_junit([(one.checked.page, one.fails) for one in judged])


_FORMATS: dict[str, Callable[[Sequence[Judged]], str]] = {
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "junit": _junit,
}
