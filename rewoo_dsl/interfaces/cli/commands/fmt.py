"""`rewoo fmt`: plans in their canonical form. A plan that cannot be read is shown its errors and is not touched."""

from ....diag.text import render_text
from ....syntax.parser import parse
from ....syntax.printer import print_document
from ..arguments import Options
from ..differences import difference
from ..exits import FINE, FOUND
from ..sources import Source, read_source, write_atomically
from ..terminal import Terminal


def execute(options: Options, terminal: Terminal) -> int:
    sources = [read_source(name) for name in options.files]
    codes = [_format(source, options, terminal) for source in sources]
    return max(codes)


def _format(source: Source, options: Options, terminal: Terminal) -> int:
    parsed = parse(source.text)
    if any(one.is_error for one in parsed.diagnostics):
        errors = [one for one in parsed.diagnostics if one.is_error]
        found = render_text(errors, source.text, file=source.name, colour=terminal.err_colour, width=terminal.columns)
        terminal.say(found.rstrip("\n"))
        return FOUND
    text = print_document(parsed.document)
    changed = text != source.text
    if options.diff:
        terminal.give(difference(source, text, "formatted"))
    if options.check or options.diff:
        if changed and not options.quiet:
            terminal.say(f"{source.name}: would change")
        return FOUND if changed and options.check else FINE
    if source.path is None:
        terminal.give(text)
    elif changed:
        write_atomically(source.path, text)
        if not options.quiet:
            terminal.say(f"{source.name}: formatted")
    return FINE
