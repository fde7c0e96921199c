"""In which order steps can run, and the cycles that leave no such order.

References of a plan's text point backwards, so the text's own order is one and nothing is searched. Only where a
reference points forward is the graph sorted, and only where that fails is networkx imported to name the cycles.
"""

from __future__ import annotations

from .._record import record
from ..lowering.order import running_order


@record
class Order:
    """`steps` are places of steps, every need first, those in or behind a cycle last. `cycles` are closed paths."""

    steps: tuple[int, ...]
    cycles: tuple[tuple[int, ...], ...] = ()


def order_of(needs: list[list[int]]) -> Order:
    """The order nearest to the written one in which every step comes after those it needs.

    `needs` holds for each step the places of those it names, itself left out, ascending.
    """
    if all(not wanted or wanted[-1] < place for place, wanted in enumerate(needs)):
        return Order(tuple(range(len(needs))))
    sorted_part = running_order(needs)
    if len(sorted_part) == len(needs):
        return Order(tuple(sorted_part))
    done = set(sorted_part)
    left = [place for place in range(len(needs)) if place not in done]
    return Order((*sorted_part, *left), tuple(_cycles(needs, left)))


def _cycles(needs: list[list[int]], left: list[int]) -> list[tuple[int, ...]]:
    """One shortest cycle through the first step of each knot, as a path that ends where it starts."""
    import networkx as nx  # imported late: it costs more than all the rest of a check

    graph: nx.DiGraph[int] = nx.DiGraph()
    inside = set(left)
    graph.add_edges_from((place, one) for place in left for one in needs[place] if one in inside)
    found = []
    for knot in nx.strongly_connected_components(graph):
        if len(knot) > 1:
            first = min(knot)
            part = graph.subgraph(knot)
            far = nx.single_source_shortest_path_length(part.reverse(copy=False), first)
            nearest = min(part.successors(first), key=lambda one: (far[one], one))
            found.append((first, *nx.shortest_path(part, nearest, first)))
    return sorted(found)
