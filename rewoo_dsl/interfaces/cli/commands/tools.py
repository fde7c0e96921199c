"""`rewoo tools`: what plans may call, as short signatures, or as a manifest to check plans with elsewhere."""

import json
from collections.abc import Iterator

from ....diag.snippet import printable
from ....ir.signature import Effect, Signature
from ....ir.types import Refined, Type, from_schema, show
from ..arguments import Options
from ..exits import FINE
from ..terminal import Terminal
from ..toolset import tools_with

MAX_DEFAULT = 40


def execute(options: Options, terminal: Terminal) -> int:
    found = tools_with(options, None)
    for operation in found.left_out:
        terminal.say(printable(f"left out: {operation}"))
    signatures = found.signatures
    if options.format == "json":
        from ....tools.manifest import dump_manifest

        terminal.give(json.dumps(dump_manifest(signatures), indent=2, ensure_ascii=False) + "\n")
        return FINE
    for signature in signatures.values():
        for line in _told(signature, terminal.out_colour):
            terminal.give(line + "\n")
    return FINE


def _told(signature: Signature, colour: bool) -> Iterator[str]:
    name = f"\x1b[1;36m{signature.name}\x1b[0m" if colour else signature.name
    yield f"{name}({', '.join(_parameters(signature))}) -> {_result(signature)}"
    said = signature.description.strip().split("\n", 1)[0]
    yield printable(f"    {_effect(signature)}. {said}".rstrip(". ") + ".")


def _parameters(signature: Signature) -> Iterator[str]:
    for name, schema in signature.properties.items():
        default = schema.get("default") if isinstance(schema, dict) else None
        shown = f"{name}: {_short(from_schema(schema, signature.parameters))}"
        if name in signature.required:
            yield shown
        else:
            yield f"{shown} = {_written(default)}" if default is not None else f"{shown}?"
    if signature.is_open:
        yield "…"


def _written(default: object) -> str:
    text = printable(json.dumps(default, ensure_ascii=False))
    return text if len(text) <= MAX_DEFAULT else text[: MAX_DEFAULT - 1] + "…"


def _short(one: Type) -> str:
    return show(one.of if isinstance(one, Refined) else one)


def _result(signature: Signature) -> str:
    if signature.result_is_declared:
        return "the step's declared type, else str"
    return _short(from_schema(signature.returns))


def _effect(signature: Signature) -> str:
    if signature.effect is Effect.READ:
        return "reads"
    return "writes, may be repeated" if signature.idempotent else "writes"
