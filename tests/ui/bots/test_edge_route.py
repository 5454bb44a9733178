"""Lines run round cards: no line of a flow goes through a card that it has nothing to do with."""

import pytest
from PySide6.QtCore import QPointF

from desktop.domain import flow_nodes as nodes
from desktop.domain.flow import START, Edge, FlowDefinition, Node
from desktop.domain.flow_findings import Known
from desktop.domain.flow_layout import laid_out
from desktop.domain.flow_ready import READY
from desktop.ui.bots.canvas import Canvas
from desktop.ui.bots.card_look import Looks
from desktop.ui.bots.chosen import Chosen
from desktop.ui.theme import Theme

CROSSED = FlowDefinition(
    (),
    (
        Node("a", nodes.SendText(text="First"), 300, 40),
        Node("b", nodes.SendText(text="In the way"), 600, 40),
        Node("c", nodes.Question(text="Asked?", answer="it"), 900, 40),
        Node("back", nodes.Jump(node_id="a"), 1200, 40),
    ),
    (Edge(START, "next", "a"), Edge("a", "next", "c"), Edge("c", "next", "back"), Edge("b", "next", "back")),
)


def shown(theme: Theme, definition: FlowDefinition, *, in_order: bool = False) -> Canvas:
    canvas = Canvas(theme)
    canvas.show_flow(definition, Looks().made(definition, Known(), ()), Chosen())
    if in_order:
        tidy = laid_out(definition, canvas.sizes)
        canvas.show_flow(tidy, Looks().made(tidy, Known(), ()), Chosen())
    return canvas


def crossings(canvas: Canvas) -> list[tuple[str, str, str]]:
    """Each line that goes through a card, with that card."""
    found = []
    for line in canvas.edges.values():
        points = [line.path.pointAtPercent(at / 200) for at in range(1, 200)]
        for id, card in canvas.nodes.items():
            box = card.box.translated(card.pos()).adjusted(1.5, 1.5, -1.5, -1.5)
            if any(box.contains(point) for point in points):
                found.append((line.source.id, line.target.id, id))
    return found


@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("key", [one.key for one in READY])
def test_no_line_of_a_ready_made_flow_goes_through_a_card(theme: Theme, key: str, in_order: bool) -> None:
    definition = next(one.definition for one in READY if one.key == key)
    assert crossings(shown(theme, definition, in_order=in_order)) == []


def test_a_line_and_a_jump_go_round_the_cards_between_also_after_one_was_moved(theme: Theme) -> None:
    canvas = shown(theme, CROSSED)
    assert crossings(canvas) == []
    free = canvas.nodes["b"].pos()
    canvas.nodes["b"].setPos(QPointF(free.x(), 400))
    moved = FlowDefinition(
        CROSSED.triggers,
        tuple(one if one.id != "b" else Node("b", one.does, 600, 140) for one in CROSSED.nodes),
        CROSSED.edges,
    )
    canvas.show_flow(moved, Looks().made(moved, Known(), ()), Chosen())
    assert crossings(canvas) == []


def test_two_lines_to_different_cards_share_no_lane(theme: Theme) -> None:
    definition = FlowDefinition(
        (),
        (
            Node("ask", nodes.Decide(), 40, 300),
            Node("wall", nodes.SendList(text="Wall", choices=tuple(nodes.Choice(f"{n}", f"{n}") for n in range(8))), 330, 200),
            Node("one", nodes.End(), 640, 300),
            Node("two", nodes.End(), 640, 380),
        ),
        (Edge("ask", "yes", "one"), Edge("ask", "no", "two")),
    )  # fmt: skip
    canvas = shown(theme, definition)
    assert crossings(canvas) == []
    over = [line.path.pointAtPercent(0.5).y() for line in canvas.edges.values()]
    assert len(over) == 2
    assert abs(over[0] - over[1]) >= 6
