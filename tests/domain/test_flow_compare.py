"""What differs between two versions, and what cards say."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from desktop.domain import flow_edit as edit
from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.flow import FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_compare import Change, differences
from desktop.domain.flow_layout import laid_out
from desktop.domain.flow_nodes import LABELS, About, Choice, Does
from desktop.domain.flow_words import label, summary, trigger_words, triggers_words
from desktop.domain.sequence import Delay, DelayUnit, Hours
from tests.domain.flow_drawings import DOES, KNOWN, YES_OR_NO, flow, flows

HELLO, BYE = nodes.SendText(text="Hello"), nodes.SendText(text="Goodbye")
ASK = nodes.Question(text="Which order?")
BASE = flow(HELLO, ASK, BYE)


def told(before: FlowDefinition, after: FlowDefinition) -> list[tuple[Change, str, str]]:
    return [(one.kind, one.node_id, one.sentence) for one in differences(before, after)]


@settings(max_examples=100)
@given(flows())
def test_where_cards_lie_is_no_difference(definition: FlowDefinition) -> None:
    assert differences(definition, laid_out(definition)) == ()


@settings(max_examples=100)
@given(flows(), flows())
def test_there_is_a_difference_where_a_session_could_notice_one(
    one: FlowDefinition, other: FlowDefinition
) -> None:
    there, back = differences(one, other), differences(other, one)
    assert bool(there) == bool(back)
    same = [node.does for node in one.nodes] == [node.does for node in other.nodes]
    if not same or one.triggers != other.triggers or one.timeout_minutes != other.timeout_minutes:
        assert there
    assert len(set(there)) == len(there)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            edit.added(BASE, nodes.End(), 0, 0)[0],
            (Change.ADDED, "end1", "End (end1) added."),
        ),
        (
            edit.inserted_after(BASE, "a", "next", nodes.SetTags(add=("VIP",)))[0],
            (Change.ADDED, "tag1", "Tag (tag1) added after Text “Hello” · Sent."),
        ),
        (edit.removed(BASE, ["b"]), (Change.REMOVED, "b", "Question “Which order?” removed.")),
        (
            edit.with_does(BASE, "b", replace(ASK, text="Which?", tries=2)),
            (Change.CHANGED, "b", (
                    "Question “Which?”: text changed from “Which order?” to “Which?”; "
                    "number of tries changed from 3 to 2."
                )),
        ),
        (
            edit.with_does(BASE, "c", ASK),
            (Change.CHANGED, "c", "Question “Which order?” took the place of Text."),
        ),
        (
            edit.joined(BASE, "b", "invalid", "c"),
            (Change.JOINED, "b", "Question “Which order?” · Does not fit leads to Text “Goodbye”."),
        ),
        (
            edit.joined(BASE, "a", "next", "c"),
            (Change.JOINED, "a", "Text “Hello” · Sent leads to Text “Goodbye”."),
        ),
        (edit.joined(BASE, "start", "next", "b"), (Change.JOINED, "start", "Trigger leads to Question “Which order?”.")),
        (
            edit.parted(BASE, "b", "next"),
            (Change.PARTED, "b", "Question “Which order?” · Answered no longer leads to Text “Goodbye”."),
        ),
        (
            edit.with_triggers(BASE, (Trigger(values=("order", "status")), Trigger(TriggerKind.ANY))),
            (Change.TRIGGERS, "start", "Triggers: Whole message is order, status; Any message."),
        ),
        (edit.with_timeout(BASE, 1), (Change.TIMEOUT, "start", "An answer may take 1 minute, not 15 minutes.")),
    ],
)  # fmt: skip
def test_one_thing_that_was_changed_is_one_line(
    after: FlowDefinition, expected: tuple[Change, str, str]
) -> None:
    assert told(BASE, after) == [expected]


# Words.


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (Trigger(values=("order", " ", "status ")), "Whole message is order, status"),
        (Trigger(values=("Order",), match_case=True), "Whole message is Order (capitals count)"),
        (Trigger(), "Whole message is …"),
        (Trigger(TriggerKind.PATTERN, ("^A-[0-9]+$",)), "Message matches ^A-[0-9]+$"),
        (Trigger(TriggerKind.PAYLOAD, ("more",), True), "Button sends more"),
        (Trigger(TriggerKind.ADVERTISEMENT), "From any advertisement"),
        (Trigger(TriggerKind.ADVERTISEMENT, ("winter",)), "From an advertisement with winter"),
        (Trigger(TriggerKind.ANY, ("x",)), "Any message"),
    ],
)
def test_triggers_in_words(trigger: Trigger, words: str) -> None:
    assert trigger_words(trigger) == words
    assert triggers_words(FlowDefinition((trigger, Trigger(TriggerKind.ANY)))) == f"{words}\nAny message"


def test_a_flow_without_triggers_says_how_it_starts() -> None:
    assert triggers_words(FlowDefinition()) == "Started by hand or by a jump"


@pytest.mark.parametrize(
    ("does", "words"),
    [
        (nodes.SendText(text="It left on\n{{date}}."), "It left on {{date}}."),
        (nodes.SendText(), "Nothing written yet"),
        (nodes.SendText(text="x" * 200), "x" * 119 + "…"),
        (nodes.SendButtons(text="Offers?", choices=YES_OR_NO), "Offers?\nYes · No"),
        (nodes.SendList(text="Which?", choices=(Choice("a", ""),)), "Which?\n…"),
        (nodes.SendMedia(media="video", link="https://a.test/v.mp4"), "Video: https://a.test/v.mp4"),
        (nodes.SendMedia(caption="Look"), "Image: Not chosen yet\nLook"),
        (nodes.SendTemplate(), "Not chosen yet"),
        (nodes.SendTemplate(template_id=2), "winter_clearance"),
        (nodes.SendTemplate(template_id=404), "A template that is gone"),
        (ASK, "Which order?"),
        (nodes.Decide(), "Everyone?"),
        (
            nodes.Decide(
                contact=Filter(
                    (
                        Condition("opt_in", Op.IS, ("yes",)),
                        Filter(
                            (Condition("attribute:City", Op.EMPTY), Condition("tag", Op.ANY_OF, ("a", "b")))
                        ),
                    ),
                    match_all=False,
                )
            ),
            "Marketing opt-in is yes or (City is empty and Tag is any of a or b)?",
        ),
        (nodes.Decide(about=About.ANSWER, answer="order", values=("7",)), "order is 7?"),
        (nodes.Decide(about=About.ANSWER, op=Op.MORE), "… more than …?"),
        (nodes.Decide(about=About.HOURS), "At any time?"),
        (
            nodes.Decide(about=About.HOURS, hours=Hours(frozenset({0, 1, 2, 3, 4, 6}), 540, 1050)),
            "Is it Mon–Fri, Sun 9–17:30 h?",
        ),
        (nodes.Decide(about=About.HOURS, hours=Hours(frozenset({5, 6}))), "Is it Sat, Sun?"),
        (nodes.Decide(about=About.HOURS, hours=Hours(frozenset())), "Is it no day?"),
        (nodes.SetAttribute(attribute="City", value=" {{city}} "), "City: {{city}}"),
        (nodes.SetAttribute(attribute="City"), "City: empty"),
        (nodes.SetAttribute(), "Not chosen yet"),
        (nodes.SetOptIn(), "Yes, with the last answer as evidence"),
        (nodes.SetOptIn(value=OptIn.NO), "No, with the last answer as evidence"),
        (nodes.SetTags(add=("VIP",), remove=("New", "Old")), "Add VIP\nTake off New, Old"),
        (nodes.SetTags(), "Not chosen yet"),
        (nodes.Assign(), "To: Unassigned"),
        (nodes.Assign(user_id=7), "To: Meera Rao"),
        (nodes.Assign(user_id=99), "To: a colleague who is gone"),
        (nodes.Enrol(sequence_id=5), "Welcome"),
        (nodes.Enrol(sequence_id=9), "A sequence that takes nobody"),
        (nodes.Request(url=" https://a.test/ "), "GET https://a.test/"),
        (nodes.Wait(delay=Delay(1, DelayUnit.HOURS)), "Goes on after 1 hour"),
        (nodes.Jump(node_id="text1"), "To another step"),
        (nodes.Jump(flow_id=6), "To Returns"),
        (nodes.Jump(flow_id=9), "To a flow that is not published"),
        (nodes.Jump(), "To …"),
        (nodes.End(), "The flow is over"),
    ],
)
def test_cards_in_words(does: Does, words: str) -> None:
    assert summary(Node("n", does), KNOWN) == words


@settings(max_examples=200)
@given(DOES)
def test_every_card_says_something(does: Does) -> None:
    said = summary(Node("n", does), KNOWN)
    assert said.strip()
    assert said.count("\n") <= 2
    assert label(flow(does), "a").startswith(LABELS[does.kind])


def test_long_texts_are_shortened_around_where_they_part() -> None:
    same = "Thank you for writing to us, we are glad to hear from you. " * 2
    (told,) = differences(
        flow(nodes.SendText(text=f"{same}Bye.")), flow(nodes.SendText(text=f"{same}See you soon."))
    )
    assert told.sentence.endswith("changed from “…hear from you. Bye.” to “…hear from you. See you soon.”.")
    (told,) = differences(flow(nodes.SendText()), flow(nodes.SendText(text="Hi")))
    assert told.sentence.endswith("text changed from nothing to “Hi”.")
    (told,) = differences(flow(nodes.Assign(user_id=1)), flow(nodes.Assign(user_id=2)))
    assert told.sentence.endswith(": colleague changed.")


def test_a_jump_is_called_by_its_step() -> None:
    one = flow(nodes.Question(text="Which order?"), nodes.Jump(node_id="a"))
    assert summary(one.nodes[1], KNOWN, one) == "To Question: Which order?"
