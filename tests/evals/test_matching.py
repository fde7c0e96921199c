"""The laws of comparing two plans: names and order do not count, everything else does."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.evals.matching import MOST_WAYS, match, shared
from rewoo_dsl.evals.outline import Argument, Node, Outline
from rewoo_dsl.evals.scores import compare


@st.composite
def outlines(draw: st.DrawFn, most: int = 6, tools: str = "ab") -> Outline:
    """Plans whose steps need some of those before them, each as an argument, and have a few words of their own."""
    nodes, edges = [], set()
    for index in range(draw(st.integers(0, most))):
        needs = draw(st.lists(st.integers(0, index - 1), max_size=2)) if index else []
        arguments = [Argument(f"n{i}", "ref", (need,)) for i, need in enumerate(needs)]
        arguments += [Argument("q", draw(st.sampled_from("xy")), ())]
        nodes.append(Node(draw(st.sampled_from(tools)), tuple(arguments)))
        edges |= {(need, index) for need in needs}
    return Outline(tuple(nodes), frozenset(edges))


def moved(outline: Outline, order: list[int]) -> Outline:
    """The same plan with step `order[i]` at place i; its needs may come later then, as in a plan that is only data."""
    place = {old: new for new, old in enumerate(order)}
    nodes = [
        Node(node.tool, tuple(Argument(a.name, a.value, tuple(place[n] for n in a.needs)) for a in node.arguments))
        for node in (outline.nodes[old] for old in order)
    ]
    return Outline(tuple(nodes), frozenset((place[start], place[end]) for start, end in outline.edges))


def best(found: Outline, gold: Outline) -> int:
    """The most that two small plans can share, found by trying everything there is."""
    count = len(gold.nodes)
    ways = permutations([*range(count), *[None] * len(found.nodes)], len(found.nodes))
    pairings = ({one: other for one, other in enumerate(way) if other is not None} for way in ways)
    return max(
        shared(found, gold, pairs).total
        for pairs in pairings
        if all(found.nodes[one].tool == gold.nodes[other].tool for one, other in pairs.items())
    )


@given(outlines(), st.randoms())
def test_a_plan_in_another_order_is_the_same_plan(plan: Outline, random: object) -> None:
    order = list(range(len(plan.nodes)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert compare(moved(plan, order), plan).total == 1.0


@given(outlines(), outlines())
def test_scores_are_the_same_either_way_round(one: Outline, other: Outline) -> None:
    assert compare(one, other).total == compare(other, one).total
    assert 0 <= compare(one, other).total <= 1


@given(outlines(most=4), outlines(most=4))
def test_of_few_pairings_the_best_is_taken(one: Outline, other: Outline) -> None:
    assert shared(one, other, match(one, other)).total == best(one, other)


@given(outlines(most=40, tools="a"), outlines(most=40, tools="ab"))
def test_every_step_that_can_be_paired_is_paired_once_and_with_its_tool(one: Outline, other: Outline) -> None:
    pairs = match(one, other)
    assert len(set(pairs.values())) == len(pairs)
    assert all(one.nodes[here].tool == other.nodes[there].tool for here, there in pairs.items())
    calls = [sum(node.tool == "a" for node in plan.nodes) for plan in (one, other)]
    assert len(pairs) == min(calls)


def layered(count: int) -> Outline:
    """Steps of one tool that differ in what they ask for and need the two before them."""
    nodes, edges = [], set()
    for index in range(count):
        needs = [need for need in (index - 1, index - 2) if need >= 0]
        arguments = [Argument(f"n{i}", "ref", (need,)) for i, need in enumerate(needs)]
        nodes.append(Node("a", (Argument("q", str(index % 7), ()), *arguments)))
        edges |= {(need, index) for need in needs}
    return Outline(tuple(nodes), frozenset(edges))


@pytest.mark.parametrize("count", [8, 300])
def test_a_large_plan_of_one_tool_is_found_again_in_another_one(count: int) -> None:
    plan = layered(count)
    assert MOST_WAYS < 8 * 7 * 6 * 5
    assert compare(plan, plan).total == 1.0
    longer = Outline((*plan.nodes, Node("b", ())), plan.edges)
    assert compare(plan, longer).arguments == 1.0
    assert compare(plan, longer).nodes < 1.0


def test_twins_are_told_apart_by_what_is_made_of_them() -> None:
    def chains(order: tuple[int, ...]) -> Outline:
        """Ten pairs of equal steps; the second of pair i reads the first of pair `order[i]`."""
        first = tuple(Node("a", (Argument("q", "x", ()),)) for _ in order)
        second = tuple(Node("a", (Argument("of", "ref", (one,)),)) for one in order)
        edges = frozenset((one, len(order) + place) for place, one in enumerate(order))
        return Outline((*first, *second), edges)

    assert compare(chains(tuple(range(10))), chains(tuple(reversed(range(10))))).total == 1.0


def test_what_differs_counts() -> None:
    call = Node("a", (Argument("q", "x", ()), Argument("k", "1", ())))
    other = Node("a", (Argument("q", "y", ()), Argument("k", "1", ())))
    scores = compare(Outline((call,)), Outline((other,)))
    assert (scores.nodes, scores.edges, scores.arguments, scores.total) == (1.0, 1.0, 0.5, 0.6667)
    assert compare(Outline(), Outline()).total == 1.0
    assert compare(Outline(), Outline((call,))).total == 0.0
