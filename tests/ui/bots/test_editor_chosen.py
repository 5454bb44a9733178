"""Where one is in a flow while editing it, what the verbs make of it, what a card says: no window is needed."""

from dataclasses import replace

import pytest

from desktop.domain import flow_edit
from desktop.domain.consent import Category
from desktop.domain.flow import START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_checks import FlowFinding, Known
from desktop.domain.flow_nodes import (
    KINDS,
    OTHER,
    Assign,
    Choice,
    Decide,
    End,
    Jump,
    Question,
    SendButtons,
    SendTemplate,
    SendText,
)
from desktop.domain.flow_ways import in_order
from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.ui.bots import chosen, hands
from desktop.ui.bots.card_look import Looks, jumps
from desktop.ui.bots.chosen import Chosen
from desktop.ui.bots.library import GROUPS

FLOW = FlowDefinition(
    (Trigger(TriggerKind.KEYWORD, ("order", "status")),),
    (
        Node("question1", Question(text="Which order?"), 300, 40),
        Node("condition1", Decide(), 300, 300),
        Node("text1", SendText(text="Here."), 600, 300),
        Node("text2", SendText(text="Loose."), 300, 900),
    ),
    (
        Edge(START, "next", "question1"),
        Edge("question1", "next", "condition1"),
        Edge("condition1", "no", "text1"),
    ),
)
PLACES = {START: (100.0, 60.0)} | {one.id: (one.x + 110, one.y + 40) for one in FLOW.nodes}


def test_the_order_goes_along_the_lines_and_ends_with_what_is_loose() -> None:
    assert in_order(FLOW) == (START, "question1", "condition1", "text1", "text2")
    loop = FlowDefinition((), FLOW.nodes, (*FLOW.edges, Edge("text1", "next", "question1")))
    assert in_order(loop) == in_order(FLOW)


def test_the_exit_that_is_meant_is_a_free_one_that_customers_come_out_of() -> None:
    assert chosen.main_exit(FLOW, "condition1") == "yes"
    assert chosen.main_exit(FLOW, "question1") == "next"
    assert chosen.main_exit(FLOW, START) == "next"
    assert chosen.main_exit(FLOW, "nobody") == ""
    now = chosen.one(FLOW, "question1")
    assert [chosen.next_exit(FLOW, now, by).exit for by in (1, 2, 3, -1)] == [
        "invalid", "not_sent", "next", "not_sent",
    ]  # fmt: skip


def test_a_new_step_comes_after_the_first_free_exit_also_of_buttons_that_came_later() -> None:
    made, now = hands.add(FlowDefinition(), Chosen(), "buttons", (0, 0))
    assert now.exit == OTHER, "it has no other yet"
    typed = SendButtons(text="Offers?", choices=(Choice("y", "Yes"), Choice("n", "No")))
    made = flow_edit.with_does(made, now.current, typed)
    exits = []
    for _ in range(3):
        now = chosen.one(made, "buttons1").kept(made)
        exits.append(now.exit)
        made, _now = hands.add(made, now, "question", (0, 0))
    assert exits == ["choice:y", "choice:n", OTHER]
    picked = chosen.one(FLOW, "condition1", "no").kept(FLOW)
    assert picked.exit == "no", "what somebody chose stays"
    assert chosen.one(FlowDefinition(), "").kept(FLOW) == Chosen()


def test_an_exit_that_nobody_chose_follows_the_card() -> None:
    made, now = hands.add(FlowDefinition(), Chosen(), "buttons", (0, 0))
    typed = SendButtons(text="Offers?", choices=(Choice("y", "Yes"), Choice("n", "No")))
    made = flow_edit.with_does(made, now.current, typed)
    assert now.kept(made).exit == "choice:y"


@pytest.mark.parametrize(
    ("here", "exit", "way", "there"),
    [
        (START, "", "right", "question1"),
        ("question1", "", "right", "condition1"),
        ("condition1", "no", "right", "text1"),
        ("condition1", "yes", "right", "text1"),
        ("condition1", "", "left", "question1"),
        ("condition1", "", "down", "text2"),
        ("text1", "", "right", ""),
        ("", "", "right", START),
    ],
)
def test_arrows_follow_a_line_or_go_to_the_nearest_card(
    here: str, exit: str, way: chosen.Way, there: str
) -> None:
    assert chosen.neighbour(FLOW, chosen.one(FLOW, here, exit), way, PLACES) == there


def test_what_is_gone_is_chosen_no_more() -> None:
    now = chosen.several(FLOW, frozenset({"text1", "condition1"}), "text1")
    left = FlowDefinition((), FLOW.nodes[:2], FLOW.edges[:2])
    kept = now.kept(left)
    assert (kept.current, kept.ids) == ("condition1", frozenset({"condition1"}))
    assert Chosen(edge=FLOW.edges[2]).kept(left) == Chosen()
    assert now.kept(FLOW) is now


def test_a_step_goes_between_two_and_takes_over_the_way() -> None:
    made, now = hands.add(FLOW, chosen.one(FLOW, "question1", "next"), "text", (0, 0))
    assert now.current == "text3"
    assert made.after("question1", "next") == "text3"
    assert made.after("text3", "next") == "condition1"
    made, now = hands.add(FLOW, Chosen(), "end", (123, 321))
    node = made.node(now.current)
    assert node is not None
    assert (node.x, node.y) == (120, 320)
    assert made.edges == FLOW.edges
    empty, now = hands.add(FlowDefinition(), Chosen(), "question", (0, 0))
    assert empty.first_id == now.current == "question1"


def test_a_new_card_covers_no_other_one() -> None:
    flow, id = flow_edit.added(FLOW, End(), 310, 310)
    clear = hands.clear_of_others(flow, id, {"condition1": (220, 200)})
    node = clear.node(id)
    assert node is not None
    assert node.y >= 500
    assert hands.clear_of_others(clear, id, {}) == clear


def test_removing_a_line_parts_it_and_removing_cards_leads_back() -> None:
    made, now = hands.remove(FLOW, Chosen(edge=FLOW.edges[2]))
    assert made.after("condition1", "no") == ""
    assert (now.current, now.exit) == ("condition1", "no")
    made, now = hands.remove(FLOW, chosen.one(FLOW, "text1"))
    assert made.node("text1") is None
    assert now.current == "condition1"
    made, now = hands.remove(FLOW, chosen.several(FLOW, frozenset(PLACES)))
    assert not made.nodes
    assert now.current == START  # the triggers cannot be deleted


def test_a_clipboard_of_something_else_is_a_problem() -> None:
    with pytest.raises(Problem, match="no steps of a flow"):
        hands.paste(FLOW, "{}")


def test_the_library_has_every_kind_once() -> None:
    kinds = [kind for _, group in GROUPS for kind in group]
    assert sorted(kinds) == sorted(one().kind for one in KINDS)
    assert [hands.does_of(kind).kind for kind in kinds] == kinds


def test_cards_say_what_they_do_and_what_is_wrong_and_stay_the_same_ones() -> None:
    winter = Template(7, "winter_clearance", "en", Category.MARKETING, "Hi")
    nodes = (*FLOW.nodes, Node("template1", SendTemplate(template_id=7)), Node("assign1", Assign()))
    flow = FlowDefinition(FLOW.triggers, nodes, FLOW.edges)
    known = Known(templates={7: winter})
    found = (FlowFinding("condition1", "exit:yes", "Leads nowhere", "Join it."),)
    looks = Looks()
    first = looks.made(flow, known, found)
    assert first[START].bold == ("order", "status")
    assert first["template1"].spoken == (
        "Template: winter_clearance. Marketing. Bot: consent is not asked. Counted in the register."
    )
    exits = {one.name: (one.joined, one.problem) for one in first["condition1"].exits}
    assert exits == {"yes": (False, "Leads nowhere"), "no": (True, "")}
    assert first["condition1"].problems_count == 1
    assert first["assign1"].exits == ()
    again = looks.made(flow, known, found)
    assert all(again[id] is look for id, look in first.items())
    asked = looks.made(flow, replace(known, bots_ask=True), found)
    assert "bots ask consent" in asked["template1"].note.lower()


def test_a_jump_inside_the_flow_is_a_line_too() -> None:
    nodes = (
        Node("text1", SendText()),
        Node("jump1", Jump(node_id="text1")),
        Node("jump2", Jump(node_id="gone")),
    )
    assert jumps(FlowDefinition((), nodes)) == (("jump1", "text1"),)
