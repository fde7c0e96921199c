"""Pins: what strangers said of their tools once, and that they say it still.

A pin file is a manifest (`rewoo tools --json` writes one). A person has read it; a server that later describes a tool
in other words, to talk a Planner into something, is refused and the difference shown. What the file says of effects
and cost is the host's own word and replaces the stranger's.
"""

import difflib
import json
from collections.abc import Iterator, Mapping

from ..diag.errors import ToolError
from ..ir.signature import Signature

SHOWN_LINES = 40
_OF_THE_HOST = {"effect", "idempotent", "cost", "calls_model"}


def held_to(pinned: Mapping[str, Signature], found: Mapping[str, Signature]) -> dict[str, Signature]:
    """What was found, with the effects and costs of the pins. Raises `ToolError` that shows every difference."""
    wrong = list(_differences(pinned, found))
    if wrong:
        lines = "\n".join(wrong).splitlines()
        more = [f"… and {len(lines) - SHOWN_LINES} more lines"] if len(lines) > SHOWN_LINES else []
        text = "\n".join([*lines[:SHOWN_LINES], *more])
        raise ToolError(f"the tools are not what was pinned\n{text}", retryable=False)
    return {
        name: one.model_copy(update={field: getattr(pinned[name], field) for field in _OF_THE_HOST})
        for name, one in found.items()
    }


def _differences(pinned: Mapping[str, Signature], found: Mapping[str, Signature]) -> Iterator[str]:
    for name in sorted({*pinned, *found}):
        if name not in found:
            yield f"`{name}` is pinned and is not there any more"
        elif name not in pinned:
            yield f"`{name}` is there and is not pinned"
        elif (before := _text(pinned[name])) != (now := _text(found[name])):
            changed = difflib.unified_diff(before, now, n=1, lineterm="")
            yield "\n".join([f"`{name}` has changed", *list(changed)[2:]])


def _text(signature: Signature) -> list[str]:
    data = signature.model_dump(mode="json", exclude=_OF_THE_HOST)
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False).splitlines()
