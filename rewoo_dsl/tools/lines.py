"""The text encoding `rewoo-lines`: UTF-8 from a stranger's pipe, where no line is longer than 16 MiB.

The SDK of MCP reads a server's messages line by line and keeps a line until it ends, which a hostile server never lets
it do. What it does take is the name of an encoding; so the bound is one. What is beyond it is dropped up to the next
line, and what is no UTF-8 is replaced: either is then no message, and the connection lives.
"""

import codecs

NAME = "rewoo_lines"
MAX_LINE = 16 << 20


class _Decoder(codecs.IncrementalDecoder):
    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._length = 0

    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override] # typeshed names it `input`
        kept = []
        for index, line in enumerate(self._utf8.decode(data, final).split("\n")):
            if index:
                self._length = 0
            kept.append(line[: max(0, MAX_LINE - self._length)])
            self._length += len(line)
        return "\n".join(kept)


def register() -> str:
    """Makes the encoding known to this process, and gives its name."""
    codecs.register(_find)
    return NAME


def _find(name: str) -> codecs.CodecInfo | None:
    if name != NAME:
        return None
    utf8 = codecs.lookup("utf-8")
    return codecs.CodecInfo(utf8.encode, utf8.decode, incrementaldecoder=_Decoder, name=NAME)
