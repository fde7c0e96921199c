"""A diagram in DOT, the language of Graphviz."""

from .diagram import Diagram, Node

_SHAPES = {"call": "shape=box", "pure": 'shape=box, style="rounded"', "result": "shape=box, peripheries=2"}


def dot(diagram: Diagram) -> str:
    """The text of a directed graph, to be laid out by Graphviz."""
    lines = ["digraph plan {", '    node [fontname="monospace", fontsize=11]', '    edge [color="#64748b"]']
    if diagram.goal:
        lines.append(f'    label={_quoted(diagram.goal)}; labelloc=t; fontname="sans-serif"')
    lines += [f"    {_quoted(node.id)} [{_attributes(node)}]" for node in diagram.nodes]
    for edge in diagram.edges:
        style = "" if edge.kind == "data" else " [style=dashed]"
        lines.append(f"    {_quoted(edge.source)} -> {_quoted(edge.target)}{style}")
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(node: Node) -> str:
    rows = [node.name, node.label, *([" · ".join(node.badges)] if node.badges else [])]
    found = [f"label={_quoted(chr(10).join(rows))}", _SHAPES[node.shape]]
    if node.writes:
        found.append('color="#c2410c", penwidth=2.5')
    if node.about:
        found.append(f"tooltip={_quoted(node.about)}")
    return ", ".join(found)


def _quoted(text: str) -> str:
    """A DOT string. Every backslash is doubled, so that none of Graphviz's escapes (`\\N`, `\\G`) can arise."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
