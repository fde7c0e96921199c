"""`rewoo fix`: the safe fixes of a check, applied until nothing more helps; what is left is shown."""

from ....diag.fixes import Fixed, settle
from ....diag.severities import is_failure
from ....diag.text import summary
from ..arguments import Options
from ..differences import difference
from ..exits import FINE, FOUND
from ..judging import Judged, judge
from ..plans import show_findings
from ..project import Project, Projects
from ..sources import Source, read_source, write_atomically
from ..terminal import Terminal
from ..toolset import named_tools


def execute(options: Options, terminal: Terminal) -> int:
    sources = [read_source(name) for name in options.files]
    projects = Projects()
    return max(_fix(source, projects.of(source), options, terminal) for source in sources)


def _fix(source: Source, project: Project, options: Options, terminal: Terminal) -> int:
    if project.excludes(source):
        if not options.quiet:
            terminal.say(f"{source.name}: excluded by {project.folder}")
        return FINE
    wanted = project.options(options)
    named = named_tools(wanted)
    tools = None if named is None else named.signatures

    def judged(text: str) -> Judged:
        return judge(Source(source.name, text, source.path), tools, wanted, project)

    fixed = settle(source.text, lambda text: judged(text).checked.diagnostics, unsafe=options.unsafe)
    if options.diff:
        terminal.give(difference(source, fixed.text, "fixed"))
    elif source.path is None:
        terminal.give(fixed.text)
    elif fixed.text != source.text:
        write_atomically(source.path, fixed.text)
    if not options.quiet:
        _say(source.name, fixed, options, terminal)
        if fixed.left and not options.diff:
            show_findings(judged(fixed.text).checked, terminal, as_result=False)
    fails = any(is_failure(one, wanted.fail_on or "error") for one in fixed.left)
    return FOUND if fails or (options.diff and fixed.text != source.text) else FINE


def _say(name: str, fixed: Fixed, options: Options, terminal: Terminal) -> None:
    for one in fixed.applied:
        terminal.say(f"{name}: {one.finding.code} {one.finding.message}: {one.fix.message}")
    count = len(fixed.applied)
    done = f"{count} fix{'es' if count > 1 else ''}" if count else "nothing to fix"
    terminal.say(f"{name}: {done}{' to make' if count and options.diff else ''}, {summary(fixed.left)} left")
