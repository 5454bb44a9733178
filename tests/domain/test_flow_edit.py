"""Editing a flow: nodes and edges come and go, and each change can be taken back."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain import flow_edit as edit
from desktop.domain import flow_nodes as nodes
from desktop.domain.flow import MOST_NODES, START, Edge, FlowDefinition, Node, Trigger
from desktop.domain.flow_edit import CARD_HEIGHT, CARD_WIDTH, FARTHEST, LONGEST_CLIP, MOST_UNDO, FlowEdit
from desktop.domain.flow_nodes import Choice
from desktop.domain.problems import Problem
from tests.domain.flow_drawings import DOES, IDS, YES_OR_NO, flow, flows

HELLO, BYE = nodes.SendText(text="Hello"), nodes.SendText(text="Goodbye")
ASK = nodes.Question(text="Which?")
BUTTONS = nodes.SendButtons(text="Offers?", choices=YES_OR_NO)


def ways(definition: FlowDefinition) -> set[tuple[str, str, str]]:
    return {(one.from_id, one.exit, one.to_id) for one in definition.edges}


# Coming.


def test_ids_are_short_and_new() -> None:
    definition = FlowDefinition()
    made = []
    for does in (HELLO, BYE, ASK):
        definition, id = edit.added(definition, does, 10, 20)
        made.append(id)
    assert made == ["text1", "text2", "question1"]
    again, id = edit.added(edit.removed(definition, ["text1"]), BYE, 0, 0)
    assert id == "text1"
    assert again.node("text2") == Node("text2", BYE, 10, 20)


def test_a_new_question_keeps_its_answer_under_a_name_of_its_own() -> None:
    definition, _ = edit.added(FlowDefinition(), ASK, 0, 0)
    definition, _ = edit.added(definition, replace(ASK, answer="order"), 0, 0)
    definition, _ = edit.added(definition, ASK, 0, 0)
    names = [one.does.answer for one in definition.nodes if isinstance(one.does, nodes.Question)]
    assert names == ["answer", "order", "answer2"]


def test_there_is_room_for_two_hundred() -> None:
    full = FlowDefinition(nodes=tuple(Node(f"n{at}", HELLO) for at in range(MOST_NODES)))
    assert edit.why_not_add(full) == "A flow has at most 200 steps."
    assert edit.why_not_add(edit.removed(full, ["n7"])) == ""
    for adding in (
        lambda: edit.added(full, BYE, 0, 0),
        lambda: edit.inserted_after(full, "n1", "next", BYE),
        lambda: edit.pasted(full, edit.copied(full, ["n1"]), 0, 0),
    ):
        with pytest.raises(Problem, match="at most 200 steps"):
            adding()


def test_a_node_comes_between_two() -> None:
    definition, id = edit.inserted_after(flow(HELLO, BYE), "a", "next", ASK)
    assert ways(definition) == {(START, "next", "a"), ("a", "next", id), (id, "next", "b")}


def test_a_node_comes_after_an_exit_that_led_nowhere() -> None:
    definition, id = edit.inserted_after(flow(BUTTONS), "a", "choice:n", nodes.Assign())
    assert ways(definition) == {(START, "next", "a"), ("a", "choice:n", id)}
    first, second = definition.nodes
    assert second.x >= first.x + CARD_WIDTH
    assert second.y > first.y


def test_what_ends_the_flow_takes_nothing_over() -> None:
    definition, id = edit.inserted_after(flow(HELLO, BYE), "a", "next", nodes.End())
    assert ways(definition) == {(START, "next", "a"), ("a", "next", id)}


def test_the_first_node_of_an_empty_flow() -> None:
    definition, id = edit.inserted_after(FlowDefinition(), START, "next", HELLO)
    assert definition.first_id == id
    assert definition.nodes[0].x >= definition.start_x + CARD_WIDTH


def test_nodes_that_come_do_not_lie_on_others() -> None:
    definition = FlowDefinition()
    definition, root = edit.inserted_after(definition, START, "next", BUTTONS)
    for _ in range(4):
        for exit in ("choice:y", "choice:n", "other"):
            definition = edit.parted(definition, root, exit)
            definition, _ = edit.inserted_after(definition, root, exit, HELLO)
    places = [(one.x, one.y) for one in definition.nodes]
    for at, (x, y) in enumerate(places):
        for other_x, other_y in places[:at]:
            assert abs(x - other_x) >= CARD_WIDTH or abs(y - other_y) >= CARD_HEIGHT


# Going and changing.


def test_a_node_goes_with_what_led_to_it_and_from_it() -> None:
    definition = edit.removed(flow(HELLO, ASK, BYE), ["b", "nobody"])
    assert [one.id for one in definition.nodes] == ["a", "c"]
    assert ways(definition) == {(START, "next", "a")}


def test_a_node_that_does_something_else_keeps_the_exits_that_it_still_has() -> None:
    definition = flow(BUTTONS, HELLO, BYE, joins="a:choice:y>b a:choice:n>c a:other>c b:next>c")
    fewer = replace(BUTTONS, choices=(Choice("n", "No, thanks"),))
    changed = edit.with_does(definition, "a", fewer)
    assert ways(changed) == {
        (START, "next", "a"), ("a", "choice:n", "c"), ("a", "other", "c"), ("b", "next", "c"),
    }  # fmt: skip
    assert ways(edit.with_does(definition, "b", ASK)) == ways(definition)
    assert ways(edit.with_does(definition, "a", nodes.End())) == {(START, "next", "a"), ("b", "next", "c")}


def test_an_exit_leads_to_one_node() -> None:
    definition = edit.joined(flow(HELLO, ASK, BYE), "a", "next", "c")
    assert ways(definition) == {(START, "next", "a"), ("a", "next", "c"), ("b", "next", "c")}
    assert definition.after("a", "next") == "c"
    assert ways(edit.joined(definition, START, "next", "b")) == ways(definition) - {(START, "next", "a")} | {
        (START, "next", "b")
    }
    assert edit.parted(definition, "a", "next").after("a", "next") == ""


def test_what_changes_nothing_is_the_same_object() -> None:
    definition = replace(flow(HELLO, ASK), triggers=(Trigger(values=("a",)),))
    assert edit.removed(definition, ["x"]) is definition
    assert edit.moved(definition, {}) is definition
    assert edit.moved(definition, {"a": (0, 0), START: (40, 40)}) is definition
    assert edit.with_does(definition, "a", HELLO) is definition
    assert edit.with_does(definition, "x", ASK) is definition
    assert edit.with_triggers(definition, definition.triggers) is definition
    assert edit.with_timeout(definition, 15) is definition
    assert edit.joined(definition, "a", "next", "b") is definition
    assert edit.joined(definition, "a", "nowhere", "b") is definition
    assert edit.joined(definition, "a", "next", "x") is definition
    assert edit.joined(definition, "x", "next", "b") is definition
    assert edit.parted(definition, "b", "next") is definition


def test_cards_stay_on_the_canvas() -> None:
    nan = float("nan")
    definition = edit.moved(flow(HELLO), {"a": (1e300, nan), START: (-1e300, 7)})
    assert (definition.nodes[0].x, definition.nodes[0].y) == (FARTHEST, 0)
    assert (definition.start_x, definition.start_y) == (-FARTHEST, 7)


# Copy and paste.


def test_what_is_pasted_is_joined_as_what_was_copied() -> None:
    definition = flow(HELLO, ASK, BYE, nodes.Jump(node_id="b"), nodes.Jump(node_id="a"))
    definition = edit.moved(definition, {"b": (100, 50)})
    text = edit.copied(definition, ["b", "c", "d", "e", "nobody"])
    assert isinstance(json.loads(text), dict)
    made, ids = edit.pasted(definition, text, 20, 30)
    assert ids == ("question1", "text1", "jump1", "jump2")
    assert ways(made) - ways(definition) == {("question1", "next", "text1"), ("text1", "next", "jump1")}
    assert made.node("question1") == Node("question1", ASK, 120, 80)
    jumps = [one.does for one in made.nodes if one.id in ids[2:]]
    assert jumps == [nodes.Jump(node_id="question1"), nodes.Jump(node_id="a")]


def test_a_clipboard_without_end_is_not_read() -> None:
    text = edit.copied(flow(HELLO), ["a"])
    most = text + " " * (LONGEST_CLIP - len(text))
    assert edit.pasted(FlowDefinition(), most, 0, 0)[1] == ("text1",)
    with pytest.raises(Problem, match="1,000,000 characters"):
        edit.pasted(FlowDefinition(), most + " ", 0, 0)


def test_nothing_is_copied_of_nothing() -> None:
    assert edit.copied(flow(HELLO), ["x"]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[1]",
        "{}",
        '{"assent-flow-nodes": 1}',
        '{"assent-flow-nodes": {"nodes": []}}',
        '{"assent-flow-nodes": {"nodes": [{"id": "a", "does": {"kind": "shout"}}]}}',
        '{"assent-flow-nodes": {"nodes": [{"id": "a", "does": {"kind": "end"}}, {"id": "a", "does": {"kind": "end"}}]}}',
        "[" * 5_000,
    ],
)
def test_a_clipboard_that_holds_no_nodes(text: str) -> None:
    with pytest.raises(Problem):
        edit.pasted(flow(HELLO), text, 0, 0)


@settings(max_examples=100)
@given(flows(), flows(), st.sets(st.sampled_from(IDS)))
def test_pasted_ids_are_new_and_the_rest_stays(
    one: FlowDefinition, other: FlowDefinition, ids: set[str]
) -> None:
    text = edit.copied(one, ids)
    if not text:
        assert not ids & {node.id for node in one.nodes}
        return
    made, new_ids = edit.pasted(other, text, 1, 1)
    assert len(set(new_ids)) == len(new_ids) == len(ids & {node.id for node in one.nodes})
    assert not set(new_ids) & {START, *(node.id for node in other.nodes)}
    assert made.nodes[: len(other.nodes)] == other.nodes
    assert made.edges[: len(other.edges)] == other.edges
    assert all({edge.from_id, edge.to_id} <= set(new_ids) for edge in made.edges[len(other.edges) :])
    _, newer_ids = edit.pasted(made, text, 1, 1)
    assert not set(newer_ids) & {node.id for node in made.nodes}


# Going back.


def test_undo_and_redo_lead_there_and_back() -> None:
    opened = FlowEdit(flow(HELLO))
    one = opened.change(flow(HELLO, ASK))
    two = one.change(flow(HELLO, ASK, BYE))
    assert two.undo().definition == one.definition
    assert two.undo().undo().definition == opened.definition
    assert two.undo().undo().undo() == two.undo().undo()
    assert two.undo().redo().definition == two.definition
    assert two.redo() is two
    assert (two.can_undo, two.can_redo, two.undo().can_redo) == (True, False, True)
    assert not two.undo().change(flow(BYE)).can_redo


def test_changes_with_one_joint_are_one() -> None:
    opened = FlowEdit(flow(HELLO))
    typed = opened
    for text in ("H", "Hi", "Hi!"):
        typed = typed.change(flow(nodes.SendText(text=text)), "a:text")
    assert typed.undo().definition == opened.definition
    other = typed.change(flow(BYE), "b:text")
    assert other.undo().definition == typed.definition
    # After undo a new change with the same joint is one of its own.
    assert typed.undo().change(flow(ASK), "a:text").undo().definition == opened.definition


def test_undo_has_a_depth() -> None:
    shown = FlowEdit()
    for minutes in range(16, 16 + MOST_UNDO + 50):
        shown = shown.change(edit.with_timeout(shown.definition, minutes))
    assert len(shown.past) == MOST_UNDO
    assert shown.past[-1].timeout_minutes == shown.definition.timeout_minutes - 1


@st.composite
def changes(draw: st.DrawFn, definition: FlowDefinition) -> FlowDefinition:
    """One thing that a person can do to a flow."""
    ids = [START, "n0", *(one.id for one in definition.nodes)]
    id, to_id = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
    exit = draw(st.sampled_from(["next", "choice:y", "yes", "not_sent"]))
    does = draw(DOES)
    return draw(
        st.sampled_from(
            [
                edit.added(definition, does, 5, 5)[0],
                edit.inserted_after(definition, id, exit, does)[0],
                edit.removed(definition, [id]),
                edit.joined(definition, id, exit, to_id),
                edit.parted(definition, id, exit),
                edit.moved(definition, {id: (1, 2)}),
                edit.with_does(definition, id, does),
                edit.with_timeout(definition, 30),
            ]
        )
    )


@settings(max_examples=100)
@given(flows(), st.data())
def test_whatever_was_changed_undo_and_redo_are_each_others_opposite(
    definition: FlowDefinition, data: st.DataObject
) -> None:
    shown = FlowEdit(definition)
    seen = [definition]
    for _ in range(data.draw(st.integers(1, 6))):
        shown = shown.change(data.draw(changes(shown.definition)))
        if shown.definition != seen[-1]:
            seen.append(shown.definition)
        known = {START, *(one.id for one in shown.definition.nodes), "gone", *IDS}
        assert all({one.from_id, one.to_id} <= known for one in shown.definition.edges)
        exits = [(one.from_id, one.exit) for one in shown.definition.edges]
        assert len(set(exits)) == len(exits)
    for before in reversed(seen[:-1]):
        shown = shown.undo()
        assert shown.definition == before
    assert not shown.can_undo
    for after in seen[1:]:
        shown = shown.redo()
        assert shown.definition == after
    assert not shown.can_redo


def test_an_edge_of_a_node_that_is_not_there_goes_with_it() -> None:
    definition = replace(flow(HELLO), edges=(Edge("x", "next", "a"), Edge("a", "next", "x")))
    assert edit.removed(definition, ["a"]).edges == ()
