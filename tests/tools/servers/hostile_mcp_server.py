"""A server over stdio that speaks the protocol badly, in the one way that its first argument names."""

import json
import sys
import time
from typing import Any

HOW = sys.argv[1]
MIB = 1 << 20
_UNSHOWN = object()


def say(message: object) -> None:
    print(message if isinstance(message, str) else json.dumps(message), flush=True)


def tool(name: str, schema: object = _UNSHOWN) -> dict[str, object]:
    return {"name": name, "inputSchema": {"type": "object", "properties": {}} if schema is _UNSHOWN else schema}


def endless_line(start: str, mib: int = 64) -> None:
    sys.stdout.write(start)
    for _ in range(mib):
        sys.stdout.write("x" * MIB)
    say("")


def nested(depth: int) -> dict[str, object]:
    schema: dict[str, object] = {"type": "object"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def initialize(asked: dict[str, Any]) -> object:
    match HOW:
        case "dies at once":
            sys.exit("bang")
        case "never answers":
            time.sleep(60)
        case "speaks another version":
            return answer(
                asked, {"protocolVersion": "1066", "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}}
            )
        case "answers somebody else":
            return {"jsonrpc": "2.0", "id": 999, "result": {}}
        case "answers with a list":
            return answer(asked, [1])
        case "an endless line":
            endless_line('{"jsonrpc": "')
        case "no UTF-8":
            sys.stdout.buffer.write(b"\xff\xfe\x00\n")
            sys.stdout.buffer.flush()
        case "brackets":
            say("[" * 100_000)
    return answer(asked, {
        "protocolVersion": asked["params"]["protocolVersion"],
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "x", "version": "1"},
    })  # fmt: skip


def list_tools(asked: dict[str, Any]) -> object:
    match HOW:
        case "dies while it lists":
            sys.exit("gone")
        case "refuses to list":
            return {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -1, "message": "no\x1b[31m" + "x" * 100_000}}
        case "100,000 tools":
            return answer(asked, {"tools": [tool(f"t{i}") for i in range(100_000)]})
        case "endless pages":
            return answer(asked, {"tools": [], "nextCursor": "again"})
        case "endless pages of tools":
            return answer(asked, {"tools": [tool("t"), tool("u")], "nextCursor": "again"})
        case "tools that are a word":
            return answer(asked, {"tools": "all"})
        case "a schema that is a word":
            return answer(asked, {"tools": [tool("t", "x")]})
        case "a schema of a list":
            return answer(asked, {"tools": [tool("t", {"type": "array"})]})
        case "an enormous schema":
            fields = {f"p{i}": {"type": "string"} for i in range(20_000)}
            return answer(asked, {"tools": [tool("t", {"type": "object", "properties": fields})]})
        case "a deep schema":
            return answer(asked, {"tools": [tool("t", nested(400))]})
        case "names of a megabyte":
            return answer(asked, {"tools": [tool(str(i) + "x" * MIB) for i in range(3)]})
        case "one name thrice":
            return answer(asked, {"tools": [tool("t"), tool("t"), tool("t")]})
    return answer(asked, {"tools": [tool("t")]})


def call(asked: dict[str, Any]) -> object:
    match HOW:
        case "an endless answer" if not asked["params"]["arguments"]:
            endless_line(f'{{"jsonrpc": "2.0", "id": {asked["id"]}, "result": "')
            return None
        case "an answer that is none":
            return answer(asked, {"content": 7})
    return answer(asked, {"content": [{"type": "text", "text": "fine"}]})


def answer(asked: dict[str, Any], result: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": asked["id"], "result": result}


ANSWERS = {"initialize": initialize, "tools/list": list_tools, "tools/call": call}

for line in sys.stdin:
    request = json.loads(line)
    if request.get("id") is None:
        continue
    found = ANSWERS.get(
        request["method"],
        lambda asked: {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "?"}},
    )
    said = found(request)
    if said is not None:
        say(said)
