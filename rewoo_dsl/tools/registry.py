"""The tools that plans may call, by name."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, Unpack, overload

from ..diag.errors import ToolError
from ..ir.signature import Signature, canonical_name
from .manifest import dump_manifest
from .tool import Tool, ToolOptions, tool

F = TypeVar("F", bound=Callable[..., Any])


class Registry(Mapping[str, Tool]):
    """Tools by name, in the order they were added.

    >>> registry = Registry()
    >>> @registry.tool(effect="read")
    ... async def search(query: str, k: int = 5) -> list[str]:
    ...     "Find pages."
    ...     return []
    >>> registry["search"].signature.parameters["required"]
    ['query']
    """

    def __init__(self, *tools: Tool | Callable[..., Any]) -> None:
        self._tools: dict[str, Tool] = {}
        for one in tools:
            self.add(one)

    @overload
    def tool(self, function: F, /) -> F: ...
    @overload
    def tool(self, function: None = None, /, **options: Unpack[ToolOptions]) -> Callable[[F], F]: ...
    def tool(self, function: Callable[..., Any] | None = None, /, **options: Unpack[ToolOptions]) -> Any:
        """Decorator that adds a function and leaves it as it is: bare, or with the options of a tool."""

        def register(function: F) -> F:
            self.add(function, **options)
            return function

        return register if function is None else register(function)

    def add(self, what: Tool | Callable[..., Any], /, **options: Unpack[ToolOptions]) -> Tool:
        """Add a tool, or a function with the options of one. Raises `ToolError`."""
        if isinstance(what, Tool):
            if options:
                raise ToolError(f"`{what.name}` is a tool already; its options are settled", retryable=False)
            one = what
        else:
            one = tool(what, **options)
        if one.name in self._tools:
            raise ToolError(f"there is a tool `{one.name}` already", retryable=False)
        self._tools[one.name] = one
        return one

    @property
    def signatures(self) -> dict[str, Signature]:
        """What plans are checked against."""
        return {name: one.signature for name, one in self._tools.items()}

    def manifest(self) -> dict[str, Any]:
        """The tools as data (`tools/manifest.py`), for checking plans where the code is not."""
        return dump_manifest(self.signatures)

    def __getitem__(self, name: str) -> Tool:
        return self._tools[canonical_name(name)]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and canonical_name(name) in self._tools

    def __iter__(self) -> Iterator[str]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    def __repr__(self) -> str:
        return f"Registry({', '.join(self._tools)})"
