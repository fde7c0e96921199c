"""The dialects, and the three verbs: `recognise`, `read`, `write`."""

from collections.abc import Mapping
from types import MappingProxyType

from ...diag.codes import dialects as codes
from ...diag.codes import syntax
from ...diag.diagnostic import Span
from ...ir.plan import Plan
from ...ir.signature import Signature
from ...syntax.limits import FILE, Limits
from ._dialect import Dialect, Reading, Sample, Written
from .findings import Findings
from .finqa import FINQA
from .hugginggpt import HUGGINGGPT
from .imported import Imported
from .json_calls import JSON_CALLS
from .llmcompiler import LLMCOMPILER
from .lumos import LUMOS
from .nestful import NESTFUL
from .openai_tool_calls import OPENAI_TOOL_CALLS
from .provider_tool_calls import PROVIDER_TOOL_CALLS
from .python_calls import PYTHON_CALLS
from .rewoo import REWOO
from .rewoo_gentopia import REWOO_GENTOPIA
from .rewoo_json import REWOO_JSON
from .rewoo_langgraph import REWOO_LANGGRAPH
from .seal_tools import SEAL_TOOLS
from .steps import Steps
from .taskbench import TASKBENCH
from .visprog import VISPROG
from .worfbench import WORFBENCH

AUTO = "auto"

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        one.name: one
        for one in (
            REWOO,
            REWOO_LANGGRAPH,
            REWOO_JSON,
            REWOO_GENTOPIA,
            LLMCOMPILER,
            NESTFUL,
            OPENAI_TOOL_CALLS,
            PROVIDER_TOOL_CALLS,
            SEAL_TOOLS,
            JSON_CALLS,
            PYTHON_CALLS,
            TASKBENCH,
            HUGGINGGPT,
            WORFBENCH,
            VISPROG,
            LUMOS,
            FINQA,
        )
    }
)
"""Every format that can be read, by name."""

WRITABLE: tuple[str, ...] = tuple(name for name, one in DIALECTS.items() if one.write is not None)
"""The formats that can be written."""


def recognise(text: str) -> tuple[str, ...]:
    """The dialects that a text may be in, the likeliest first; none when it has the marks of none."""
    return _likely(Sample.of(text)) or _likely(Sample(text))


def _likely(sample: Sample) -> tuple[str, ...]:
    marks = {name: one.marks(sample) for name, one in DIALECTS.items()}
    return tuple(sorted((name for name, sure in marks.items() if sure), key=lambda name: -marks[name]))


def read(
    text: str,
    dialect: str = AUTO,
    *,
    tools: Mapping[str, Signature] | None = None,
    limits: Limits = FILE,
    strict: bool = False,
) -> Imported:
    """The plan that a text in another format says. Never raises on any text.

    Args:
        dialect: a name in `DIALECTS`, or `auto` to recognise it.
        tools: signatures by name, for formats that give arguments by place.
        limits: how large the text may be.
        strict: whatever has to be put right while reading is an error.

    Raises:
        ValueError: when there is no dialect of that name.
    """
    if dialect != AUTO and dialect not in DIALECTS:
        raise ValueError(f"dialect: expected one of {', '.join((AUTO, *DIALECTS))}, got {dialect!r}")
    found = Findings(strict=strict)
    if max(len(text), 0 if text.isascii() else len(text.encode(errors="surrogatepass"))) > limits.size:
        found.add(syntax.TOO_LARGE, f"the text is larger than {limits.size} bytes", Span(0, min(len(text), 80)))
        return Steps(text, found).finish(dialect)
    name = next(iter(recognise(text)), None) if dialect == AUTO else dialect
    if name is None:
        message = "this text has the marks of no format of plans that is known"
        found.add(codes.UNRECOGNISED, message, Span(0, min(len(text), 80)), allowed=tuple(DIALECTS))
        return Steps(text, found).finish(AUTO)
    return DIALECTS[name].read(Reading(name, text, found, limits, tools or {}))


def write(
    plan: Plan,
    dialect: str,
    *,
    tools: Mapping[str, Signature] | None = None,
    tool_names: Mapping[str, str] | None = None,
) -> Written:
    """A plan in another format, or what that format cannot say.

    Args:
        tools: signatures by name, which name an argument that the plan gives by place.
        tool_names: the other format's names of tools by ours, as `Imported` has them.

    Raises:
        ValueError: when there is no such dialect, or it cannot be written.
    """
    writer = DIALECTS[dialect].write if dialect in DIALECTS else None
    if writer is None:
        raise ValueError(f"dialect: expected one of {', '.join(WRITABLE)}, got {dialect!r}")
    return writer(plan, tools or {}, tool_names or {})


__all__ = ["AUTO", "DIALECTS", "WRITABLE", "read", "recognise", "write"]
