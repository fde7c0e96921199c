"""A diagram as a mermaid flowchart, which many sites draw from a code block."""

from .diagram import Diagram, Node

_PLAIN = frozenset(" _-.,;:=+*/?!()…≤·")
_SHAPES = {"call": ('["', '"]'), "pure": ('(["', '"])'), "result": ('[["', '"]]')}


def mermaid(diagram: Diagram) -> str:
    """The text of a flowchart. Nodes are numbered, since names of steps may be words that mermaid keeps."""
    number = {node.id: f"n{i}" for i, node in enumerate(diagram.nodes)}
    lines = ["flowchart TD"]
    lines += [f"    {number[node.id]}{_box(node)}" for node in diagram.nodes]
    for edge in diagram.edges:
        arrow = "-->" if edge.kind == "data" else "-.->"
        lines.append(f"    {number[edge.source]} {arrow} {number[edge.target]}")
    if any(node.writes for node in diagram.nodes):
        lines.append("    classDef writes stroke:#c2410c,stroke-width:3px")
    return "\n".join(lines) + "\n"


def _box(node: Node) -> str:
    before, after = _SHAPES[node.shape]
    rows = [f"<b>{_escaped(node.name)}</b>", _escaped(node.label)]
    if node.badges:
        rows.append(f"<i>{_escaped(' · '.join(node.badges))}</i>")
    return before + "<br/>".join(rows) + after + (":::writes" if node.writes else "")


def _escaped(text: str) -> str:
    """Letters and harmless signs as they are, everything else as mermaid's numeric entity."""
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in text)
