"""The three readers of `grammar/plan.lark` side by side: Lark, llguidance, and the engine that walks Lark's table."""

from functools import cache

from lark import Lark
from lark.exceptions import LarkError
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper

from rewoo_dsl._resources import resource
from rewoo_dsl.syntax.engine import Stuck
from rewoo_dsl.syntax.grammar import engine
from rewoo_dsl.syntax.table import lark_parser

END_OF_TEXT = 256


class _Bytes:
    """A tokenizer whose tokens are bytes."""

    eos_token_id = END_OF_TEXT
    bos_token_id = None
    special_token_ids = (END_OF_TEXT,)
    tokens = (*(bytes([number]) for number in range(256)), b"<end>")

    def __call__(self, text: str | bytes) -> list[int]:
        return list(text if isinstance(text, bytes) else text.encode())


def grammar() -> str:
    return resource("grammar", "plan.lark").read_text(encoding="utf-8")


@cache
def _matcher() -> LLMatcher:
    tokenizer = LLTokenizer(TokenizerWrapper(_Bytes()), eos_token=END_OF_TEXT)
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(grammar()))
    assert not matcher.get_error()
    return matcher


@cache
def _lark() -> Lark:
    return lark_parser(grammar())


def llguidance_accepts(text: str) -> bool:
    matcher = _matcher()
    matcher.reset()
    tokens = list(text.encode())
    return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()


def lark_accepts(text: str) -> bool:
    try:
        _lark().parse(text, start="start")
    except LarkError:
        return False
    return True


def engine_accepts(text: str) -> bool:
    bound = engine().bind({rule.name: len for rule in engine().rules})
    try:
        engine().parse("start", text, bound, 0, len(text))
    except Stuck:
        return False
    return True
