"""The formats of plans by the names that `--from` and `--to` take."""

from collections.abc import Mapping

from ...checker.foreign import OWN
from ...lowering.dialects import AUTO, DIALECTS, WRITABLE
from .exits import WrongUse

_OWN = "plans of ours, as text or as JSON"
_READ = {AUTO: "recognised by its marks", OWN: _OWN, **{name: one.description for name, one in DIALECTS.items()}}
_WRITTEN = {
    OWN: _OWN.removesuffix(" or as JSON"),
    "json": "plans of ours as JSON",
    "mermaid": "a picture: a mermaid flowchart",
    **{name: DIALECTS[name].description for name in WRITABLE},
}


def known_format(name: str) -> str:
    """The name of a format that plans can be read from. Raises `WrongUse` with a list of them."""
    return _known("--from", name, _READ)


def writable_format(name: str) -> str:
    """The name of a format that plans can be written in. Raises `WrongUse` with a list of them."""
    return _known("--to", name, _WRITTEN)


def _known(option: str, name: str, formats: Mapping[str, str]) -> str:
    if name in formats:
        return name
    listed = "\n".join(f"  {known:20} {description}" for known, description in formats.items())
    raise WrongUse(f"{option} {name}: there is no such format; there are\n{listed}")
