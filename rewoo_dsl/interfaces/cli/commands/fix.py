"""`rewoo fix`: the safe fixes of a check, applied until nothing more helps; what is left is shown."""

from ....diag.fixes import Fixed, settle
from ....diag.text import summary
from ..arguments import Options
from ..differences import difference
from ..exits import FINE, FOUND
from ..plans import Checked, check_source, show_findings
from ..project import Projects
from ..sources import Source, read_source, write_atomically
from ..terminal import Terminal
from ..toolset import named_tools


def execute(options: Options, terminal: Terminal) -> int:
    sources = [read_source(name) for name in options.files]
    return max(_fix(source, options, terminal) for source in sources)


def _fix(source: Source, options: Options, terminal: Terminal) -> int:
    named = named_tools(Projects().of(source).options(options))
    tools = None if named is None else named.signatures

    def checked(text: str) -> Checked:
        return check_source(Source(source.name, text, source.path), tools)

    fixed = settle(source.text, lambda text: checked(text).diagnostics, unsafe=options.unsafe)
    if options.diff:
        terminal.give(difference(source, fixed.text, "fixed"))
    elif source.path is None:
        terminal.give(fixed.text)
    elif fixed.text != source.text:
        write_atomically(source.path, fixed.text)
    if not options.quiet:
        _say(source.name, fixed, options, terminal)
        if fixed.left and not options.diff:
            show_findings(checked(fixed.text), terminal, as_result=False)
    left = any(one.is_error for one in fixed.left)
    return FOUND if left or (options.diff and fixed.text != source.text) else FINE


def _say(name: str, fixed: Fixed, options: Options, terminal: Terminal) -> None:
    for one in fixed.applied:
        terminal.say(f"{name}: {one.finding.code} {one.finding.message}: {one.fix.message}")
    count = len(fixed.applied)
    done = f"{count} fix{'es' if count > 1 else ''}" if count else "nothing to fix"
    terminal.say(f"{name}: {done}{' to make' if count and options.diff else ''}, {summary(fixed.left)} left")
