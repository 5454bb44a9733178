"""Cards in order: layers from left to right, no two of them overlapping, and the same each time."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain import flow_nodes as nodes
from desktop.domain.flow import MOST_NODES, START, Edge, FlowDefinition, Node
from desktop.domain.flow_edit import CARD_HEIGHT, CARD_WIDTH
from desktop.domain.flow_layout import laid_out
from tests.domain.flow_drawings import IDS, YES_OR_NO, flow, flows

HELLO = nodes.SendText(text="Hello")
SIZES = st.dictionaries(
    st.sampled_from((START, *IDS)), st.tuples(st.floats(1, 600), st.floats(1, 900)), max_size=4
)


def boxes(
    definition: FlowDefinition, sizes: dict[str, tuple[float, float]]
) -> list[tuple[float, float, float, float]]:
    cards = [(START, definition.start_x, definition.start_y)]
    cards += [(one.id, one.x, one.y) for one in definition.nodes]
    return [(x, y, *sizes.get(id, (CARD_WIDTH, CARD_HEIGHT))) for id, x, y in cards]


@settings(max_examples=200)
@given(flows(), SIZES)
def test_no_two_cards_overlap(definition: FlowDefinition, sizes: dict[str, tuple[float, float]]) -> None:
    made = laid_out(definition, sizes)
    for (x, y, width, height), (other_x, other_y, other_width, other_height) in combinations(
        boxes(made, sizes), 2
    ):
        beside = x + width <= other_x or other_x + other_width <= x
        below = y + height <= other_y or other_y + other_height <= y
        assert beside or below
    assert laid_out(made, sizes) is made
    places = {START: (0, 0)} | {one.id: (0, 0) for one in definition.nodes}
    bare = replace(made, start_x=0, start_y=0, nodes=tuple(replace(one, x=0, y=0) for one in made.nodes))
    assert bare == replace(definition, start_x=0, start_y=0)
    assert len(places) == len(definition.nodes) + 1


def test_each_card_is_right_of_those_that_lead_to_it() -> None:
    definition = flow(
        nodes.SendButtons(text="?", choices=YES_OR_NO), HELLO, HELLO, nodes.End(),
        joins="a:choice:y>b a:choice:n>c b:next>c c:next>d d:next>a",
    )  # fmt: skip
    made = laid_out(definition)
    xs = [made.start_x, *(one.x for one in made.nodes)]
    assert xs == sorted(set(xs))


def test_the_exits_of_a_card_go_down_in_their_order() -> None:
    many = nodes.SendButtons(text="?", choices=YES_OR_NO)
    made = laid_out(flow(many, HELLO, HELLO, HELLO, joins="a:choice:n>b a:choice:y>c a:other>d"))
    first, no, yes, other = made.nodes
    assert first.y == yes.y == made.start_y
    assert yes.y < no.y < other.y
    assert yes.x == no.x == other.x


def test_a_long_flow_is_laid_out_too() -> None:
    many = tuple(Node(f"n{at}", HELLO) for at in range(MOST_NODES))
    edges = tuple(Edge(f"n{at}", "next", f"n{at + 1}") for at in range(MOST_NODES - 1))
    made = laid_out(FlowDefinition(nodes=many, edges=(Edge(START, "next", "n0"), *edges)))
    assert len({one.x for one in made.nodes}) == MOST_NODES
    assert {one.y for one in made.nodes} == {made.start_y}


def test_a_flow_without_steps() -> None:
    assert laid_out(FlowDefinition()).nodes == ()
