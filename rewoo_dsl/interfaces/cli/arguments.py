"""Every word of the command line, on one page. Nothing here imports what a command needs."""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Literal

from .terminal import columns

EXIT_CODES = """\
exit codes:
  0    fine
  1    findings, or a run that did not wholly succeed
  2    wrong use: unknown options, files that cannot be read, tools or models that cannot be loaded
  3    an error of rewoo itself; please report it
  130  interrupted (Ctrl-C); 143 when it was told to end (SIGTERM)
"""


class Options(argparse.Namespace):
    """What was asked for. Each command sets its own part; the rest keeps these values.

    `at_end` is closed when the command has ended: connections that were opened for it.
    """

    command: str
    quiet: bool = False
    format: str = "text"
    files: list[str]
    spec: str
    question: str
    code: str | None = None
    output: str | None = None
    input: list[str]
    jsonl: str | None = None
    gold: str | None = None
    jobs: int | None = None
    dialect: str | None = None
    to: str | None = None
    tools: str | None = None
    pin: str | None = None
    trust_hints: bool = False
    private_hosts: list[str]
    docs: str | None = None
    root: str | None = None
    strict: bool = False
    from_model: bool = False
    check: bool = False
    diff: bool = False
    unsafe: bool = False
    all: bool = False
    fail_on: Literal["error", "warning", "note", "never"] | None = None
    baseline: str | None = None
    write_baseline: bool = False
    bounds: bool = False
    policy: str | None = None
    request: str | None = None
    dry_run: bool = False
    fault: list[str]
    journal: str | None = None
    cache: str | None = None
    replay: str | None = None
    from_step: str | None = None
    given: list[str]
    again: list[str]
    done: list[str]
    failed: list[str]
    yes: list[str]
    no: list[str]
    run: str
    other: str
    step: str | None = None
    status: str | None = None
    solve: bool = False
    show_plan: bool = False
    approval: Literal["terminal", "yes", "refuse"] = "terminal"
    model: str | None = None
    planner: str | None = None
    solver: str | None = None
    llm: str | None = None
    base_url: str | None = None
    api: Literal["auto", "responses", "chat"] = "auto"

    def __init__(self, **values: Any) -> None:
        self.private_hosts = []
        self.fault = []
        self.given, self.again, self.done, self.failed, self.yes, self.no = [], [], [], [], [], []
        super().__init__(**values)
        self.at_end = ExitStack()


def read_arguments(words: Sequence[str]) -> Options:
    """The options in `words`. Raises SystemExit when they make no sense, or ask for help or the version.

    Only the parser of the command that is meant is built: seven of them would take longer than a small plan's check.
    """
    if not words or words[0] not in _COMMANDS:
        overview = _overview()
        overview.parse_args(words)
        overview.error("the command comes first")  # behind `--`
    summary, declare = _COMMANDS[words[0]]
    parser = argparse.ArgumentParser(prog=f"rewoo {words[0]}", description=summary, formatter_class=_formatter)
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but results and errors")
    declare(parser)
    options = parser.parse_args(words[1:], namespace=Options(command=_MODULES.get(words[0], words[0])))
    if getattr(options, "json", False):
        options.format = "json"
    return options


def _formatter(prog: str) -> argparse.HelpFormatter:
    """argparse's own would import half of `shutil` to learn the width, and makes one for every option."""
    return argparse.RawDescriptionHelpFormatter(prog, width=min(columns(sys.stdout, sys.stderr), 100))


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version  # slow to import, and seldom wanted

        print(f"rewoo {version('rewoo-dsl')}")
        parser.exit(0)


def _overview() -> argparse.ArgumentParser:
    """What stands before a command: help and version."""
    commands = "\n".join(f"  {name:8} {summary}" for name, (summary, _) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="rewoo",
        usage="rewoo [-h] [--version] COMMAND …",
        description="Plans for language models: written, checked and bounded before any tool runs.",
        epilog=f"commands (`rewoo COMMAND --help` tells more):\n{commands}\n\n{EXIT_CODES}",
        formatter_class=_formatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    parser.add_argument("command", choices=[*_COMMANDS], metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="a plan; `-` is standard input")
    parser.add_argument(
        "--jsonl", metavar="FILE", help="many plans: lines of JSON with `id` and `plan`; gives a line of JSON for each"
    )
    parser.add_argument("--gold", metavar="FILE", help="with --jsonl: reference plans by `id` to compare with")
    parser.add_argument("--jobs", type=int, metavar="N", help="with --jsonl: processes to use; default: one a core")
    _dialect_option(parser)
    _tools_option(parser)
    _docs_options(parser)
    _format_option(parser, "text", "json", "short", "sarif", "github", "junit")
    parser.add_argument("--strict", action="store_true", help="warnings fail too; nothing is read leniently")
    parser.add_argument(
        "--from-model", action="store_true", help="a model wrote it: tighter limits, and no sub-plans from files"
    )
    parser.add_argument(
        "--fail-on", choices=("error", "warning", "note", "never"), help="the least finding that fails; default: error"
    )
    parser.add_argument("--baseline", metavar="FILE", help="only findings that are not in FILE count")
    parser.add_argument("--write-baseline", action="store_true", help="write all findings into the baseline")
    parser.add_argument("--bounds", action="store_true", help="show what the plan may cost, from the least to the most")
    _policy_options(parser)


def _policy_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", metavar="FILE", help="what the host lets any plan do, as JSON")
    parser.add_argument(
        "--request", metavar="TEXT", help="the task in the person's words, where protected values must occur"
    )


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="FILE", help="a plan in any format; `-` is standard input")
    _dialect_option(parser)
    parser.add_argument(
        "--to", metavar="FORMAT", help="write it in another format, as `json`, or as a picture: `mermaid`"
    )
    _tools_option(parser)
    parser.add_argument("--strict", action="store_true", help="whatever has to be put right while reading is an error")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of standard output")


def _fmt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a plan; `-` reads standard input and prints")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something would change")
    parser.add_argument("--diff", action="store_true", help="change nothing; show what would change")


def _fix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a plan; `-` reads standard input and prints")
    _tools_option(parser)
    _docs_options(parser)
    parser.add_argument("--diff", action="store_true", help="change nothing; show what would change")
    parser.add_argument(
        "--unsafe", action="store_true", help="apply a fix that may not be meant, where it is the only one"
    )


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", nargs="?", default="", metavar="SPEC", help="a plan; `-` is standard input")
    parser.add_argument(
        "-i", "--input", action="append", default=[], metavar="NAME=VALUE",
        help="a value for an input, read by its declared type; `@FILE` takes it from a file",
    )  # fmt: skip
    _tools_option(parser)
    _docs_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what would be called and asked; call nothing")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="STEP:KIND@ATTEMPT",
        help="what goes wrong, to see what the plan makes of it: `E3:timeout@2`, `E3[1]:raise`, `E4:slow=30s`, "
        "`E5:hang`, `E2:wrong_type`, `E7:duplicate`, `E7:crash=after@1`; may be given several times",
    )  # fmt: skip
    _approval_options(parser)
    _policy_options(parser)
    _journal_option(parser, "keep the run in this journal, to be looked at and gone on with")
    parser.add_argument(
        "--cache", metavar="FILE",
        help="give again what reads gave in earlier runs, where their tools say how long that is good for",
    )  # fmt: skip
    parser.add_argument(
        "--replay", metavar="RUN",
        help="call nothing: every answer is that of an earlier run, by its id in the journal, or of a file of events",
    )  # fmt: skip
    parser.add_argument("--from-step", metavar="E3", help="with --replay: this step is made anew, and what needs it")
    parser.add_argument(
        "--with", dest="given", action="append", default=[], metavar="E3=VALUE",
        help="with --replay: what if this were the step's value? What needs it is made anew",
    )  # fmt: skip
    _again_option(parser, "with --replay: this step writes again, although the earlier run has written")
    parser.add_argument("--solve", action="store_true", help="let a model answer the plan's `Solve:` from the evidence")
    _model_options(parser)
    _format_option(parser, "text", "json")


def _journal_option(parser: argparse.ArgumentParser, what: str = "the journal") -> None:
    parser.add_argument(
        "--journal", metavar="FILE", help=f"{what}; default: REWOO_JOURNAL, or `journal` in [tool.rewoo]"
    )


def _again_option(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--again", action="append", default=[], metavar="E7", help=what)


def _run_argument(parser: argparse.ArgumentParser, name: str = "run") -> None:
    parser.add_argument(name, metavar="RUN", help="the id of a run, or the beginning of it")


def _runs(parser: argparse.ArgumentParser) -> None:
    _journal_option(parser)
    parser.add_argument("--status", metavar="STATUS", help="only runs that are `running`, `waiting`, `interrupted`, …")
    _format_option(parser, "text", "json")


def _show(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    _journal_option(parser)
    _format_option(parser, "text", "json", "html", "events")
    parser.add_argument(
        "--html", dest="format", action="store_const", const="html", help="one page that needs nothing else"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of standard output")


def _why(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    parser.add_argument("step", nargs="?", metavar="STEP", help="`E4`, `E4[2]`, `E4[2]/E1`; default: the answer")
    _journal_option(parser)
    _format_option(parser, "text", "json")


def _diff(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    _run_argument(parser, "other")
    _journal_option(parser)
    _format_option(parser, "text", "json")


def _resume(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    _journal_option(parser)
    for name, metavar, told in (
        ("--done", "E7=VALUE", "the call happened, and gave this"),
        ("--failed", "E7", "the call is given up"),
        ("--yes", "E7", "yes to what the step asks"),
        ("--no", "E7", "no to what the step asks"),
    ):
        parser.add_argument(name, action="append", default=[], metavar=metavar, help=told)
    _again_option(parser, "the call did not happen: it is made again")
    _tools_option(parser)
    _docs_options(parser)
    _model_options(parser)
    _format_option(parser, "text", "json")


def _cancel(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    _journal_option(parser)


def _ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION", help="the question; `-` is standard input")
    _tools_option(parser)
    _docs_options(parser)
    parser.add_argument("--show-plan", action="store_true", help="print the plan before it runs, also with -q")
    _approval_options(parser)
    parser.add_argument("--planner", metavar="NAME", help="the Planner's model, where it is another one")
    parser.add_argument("--solver", metavar="NAME", help="the Solver's model, where it is another one")
    parser.add_argument("--llm", metavar="NAME", help="the model of the tool `llm`, where it is another one")
    _model_options(parser)
    _format_option(parser, "text", "json")


def _graph(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help="a plan; `-` is standard input")
    _tools_option(parser)
    _format_option(parser, "terminal", "ascii", "mermaid", "dot", "svg")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of standard output")


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="FILE", help="what a failed test has left behind, such as failure.json")
    parser.add_argument(
        "--tools", metavar="TOOLS", help="for a failure with real tools: `package.module:attribute`, whose code is run"
    )
    _format_option(parser, "text", "json")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code by its number or its name")
    parser.add_argument("--all", action="store_true", help="all of them, as the reference page in Markdown")


def _tools(parser: argparse.ArgumentParser) -> None:
    _tools_option(parser)
    _docs_options(parser)
    _format_option(parser, "text", "json")


def _dialect_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="dialect", metavar="FORMAT",
        help="the format it is in, `auto` to recognise it; one that is none lists them all",
    )  # fmt: skip


def _lsp(parser: argparse.ArgumentParser) -> None:
    _tools_option(parser)
    parser.add_argument("--stdio", action="store_true", help="what editors say; there is no other way to speak")


def _tools_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tools", metavar="TOOLS",
        help="`package.module:attribute` (runs that code), a manifest, a list of tools as JSON, `mcp:COMMAND`, "
        "`mcp+https://…`, or `openapi:FILE [BASE_URL]`",
    )  # fmt: skip
    parser.add_argument(
        "--pin", metavar="FILE", help="refuse MCP or OpenAPI tools that are not what this manifest says"
    )
    parser.add_argument(
        "--trust-hints", action="store_true", help="believe an MCP server's hints about what its tools do to the world"
    )
    parser.add_argument(
        "--private-host", metavar="HOST", dest="private_hosts", action="append", default=[],
        help="calls to an OpenAPI service may reach this host at a private address; may be given several times",
    )  # fmt: skip


def _docs_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--docs", metavar="FOLDER", help="offer `retrieve` over the documents in this folder")
    parser.add_argument("--root", metavar="FOLDER", help="offer `read_file` under this folder")


def _model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME", help="the model of all roles; default: REWOO_MODEL")
    parser.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible endpoint; default: OPENAI_BASE_URL")
    parser.add_argument(
        "--api", choices=("auto", "responses", "chat"), default="auto", help="which protocol the endpoint speaks"
    )


def _approval_options(parser: argparse.ArgumentParser) -> None:
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--yes",
        dest="approval",
        action="store_const",
        const="yes",
        default="terminal",
        help="approve everything unseen",
    )
    who.add_argument(
        "--no-ask", dest="approval", action="store_const", const="refuse", help="refuse plans that have to ask somebody"
    )


def _format_option(parser: argparse.ArgumentParser, default: str, *others: str) -> None:
    parser.add_argument("--format", choices=(default, *others), default=default, help=f"default: {default}")
    if "json" in others:
        parser.add_argument("--json", action="store_true", help="short for --format json")


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "check": ("Find what is wrong with plans, without running anything.", _check),
    "import": ("Read a plan in another format, and write it in ours or a third one.", _import),
    "fmt": ("Bring plans into the canonical form, in place.", _fmt),
    "fix": ("Apply the safe fixes of a check to plans, in place.", _fix),
    "run": ("Check a plan and run it.", _run),
    "ask": ("Answer a question: plan it, run the plan, answer from the evidence.", _ask),
    "runs": ("List the runs of a journal.", _runs),
    "show": ("Show a run: its steps, evidence, open questions, and what to type next.", _show),
    "why": ("Tell what the answer of a run, or one of its values, rests on.", _why),
    "diff": ("Compare two runs, step by step.", _diff),
    "resume": ("Go on with a run: after a crash, or with the answer of a person.", _resume),
    "cancel": ("End a run.", _cancel),
    "replay": ("Run a failure of a test again, from its file.", _replay),
    "graph": ("Draw a plan.", _graph),
    "explain": ("Explain a code such as RW101; without one, list them all.", _explain),
    "tools": ("List the tools that plans may call.", _tools),
    "lsp": ("Serve an editor: findings, completion and more while a plan is written.", _lsp),
}
"""Each command's summary, and what declares its words."""

_MODULES = {"import": "import_"}
"""The module of a command whose name is a keyword of Python."""
