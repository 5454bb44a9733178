"""Flows to begin with: each works as it is, or says what the workspace has to choose. Pure."""

from dataclasses import dataclass
from typing import Final

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.flow import START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_layout import laid_out
from desktop.domain.flow_nodes import CHOICE, FAILED, INVALID, NEXT, NO, OTHER, YES, About, Choice, Does
from desktop.domain.sequence import Hours


@dataclass(frozen=True, slots=True)
class ReadyFlow:
    """A flow to begin with. key: of all time; sentence: what it does, and what to choose before it is published."""

    key: str
    name: str
    sentence: str
    definition: FlowDefinition


def _made(
    triggers: tuple[Trigger, ...], does: dict[str, Does], edges: tuple[tuple[str, str, str], ...]
) -> FlowDefinition:
    return laid_out(
        FlowDefinition(
            triggers,
            tuple(Node(id, one) for id, one in does.items()),
            tuple(Edge(from_id, exit, to_id) for from_id, exit, to_id in edges),
        )
    )


_OFFICE_HOURS: Final = ReadyFlow(
    "office_hours",
    "Office hours",
    "Outside your hours it says when you are back and takes a message; inside them it leaves the conversation to people.",
    _made(
        (Trigger(TriggerKind.ANY),),
        {
            "condition1": nodes.Decide(
                about=About.HOURS, hours=Hours(frozenset(range(5)), 9 * 60, 17 * 60 + 30)
            ),
            "assign1": nodes.Assign(),
            "question1": nodes.Question(
                text="Thank you for writing. We are here Monday to Friday, 9:00 to 17:30. "
                "What is it about? We will read it first thing.",
                answer="message",
            ),
            "text1": nodes.SendText(text="Thank you, we have it. We will answer as soon as we are back."),
            "assign2": nodes.Assign(),
        },
        (
            (START, NEXT, "condition1"),
            ("condition1", YES, "assign1"),
            ("condition1", NO, "question1"),
            ("question1", NEXT, "text1"),
            ("text1", NEXT, "assign2"),
        ),
    ),
)
_ORDER_STATUS: Final = ReadyFlow(
    "order_status",
    "Order status",
    "Asks for the order number, asks your shop, and says when the order left. Put your shop’s address into the request.",
    _made(
        (Trigger(TriggerKind.KEYWORD, ("order", "status", "order status")),),
        {
            "question1": nodes.Question(
                text="What is your order number?",
                answer="order",
                must_be=nodes.AnswerKind.PATTERN,
                pattern="#?[0-9A-Za-z-]{3,20}",
                invalid_text="That does not look like an order number. You find it in your confirmation, such as 4468.",
            ),
            "request1": nodes.Request(
                url="https://shop.example/orders/{{order}}",
                takes=(nodes.Take("state", "order.state"), nodes.Take("date", "order.shipped_on")),
            ),
            "condition1": nodes.Decide(about=About.ANSWER, answer="date", op=Op.NOT_EMPTY),
            "text1": nodes.SendText(text="It left on {{date}}."),
            "text2": nodes.SendText(text="It has not left yet. We write to you when it does."),
            "end1": nodes.End(),
            "text3": nodes.SendText(
                text="We could not find that order. A colleague will look it up for you."
            ),
            "assign1": nodes.Assign(),
        },
        (
            (START, NEXT, "question1"),
            ("question1", NEXT, "request1"),
            ("question1", INVALID, "text3"),
            ("request1", NEXT, "condition1"),
            ("request1", FAILED, "text3"),
            ("condition1", YES, "text1"),
            ("condition1", NO, "text2"),
            ("text1", NEXT, "end1"),
            ("text2", NEXT, "end1"),
            ("text3", NEXT, "assign1"),
        ),
    ),
)
_OPT_IN: Final = ReadyFlow(
    "opt_in_collection",
    "Opt-in collection",
    "Asks whether offers are welcome and records the answer with the customer’s own words. Name what you send.",
    _made(
        (Trigger(TriggerKind.KEYWORD, ("offers", "news", "deals")),),
        {
            "condition1": nodes.Decide(contact=Filter((Condition("opt_in", Op.IS, ("yes",)),))),
            "text1": nodes.SendText(text="You are on our list already. Write STOP whenever it is enough."),
            "buttons1": nodes.SendButtons(
                text="May we send you offers and news on WhatsApp, about twice a month? You can write STOP at any time.",
                choices=(Choice("yes", "Yes, please"), Choice("no", "No, thank you")),
                answer="offers",
            ),
            "set_opt_in1": nodes.SetOptIn(value=OptIn.YES),
            "text2": nodes.SendText(text="Thank you. You will hear from us, and STOP ends it at once."),
            "set_opt_in2": nodes.SetOptIn(value=OptIn.NO),
            "text3": nodes.SendText(text="All right, we will not send you any."),
            "end1": nodes.End(),
        },
        (
            (START, NEXT, "condition1"),
            ("condition1", YES, "text1"),
            ("condition1", NO, "buttons1"),
            ("buttons1", f"{CHOICE}yes", "set_opt_in1"),
            ("buttons1", f"{CHOICE}no", "set_opt_in2"),
            ("set_opt_in1", NEXT, "text2"),
            ("set_opt_in2", NEXT, "text3"),
            ("text1", NEXT, "end1"),
            ("text2", NEXT, "end1"),
            ("text3", NEXT, "end1"),
        ),
    ),
)
_HAND_OVER: Final = ReadyFlow(
    "hand_over",
    "Hand-over",
    "Asks what it is about, tags the contact, and gives the conversation to people. Choose your colleagues.",
    _made(
        (Trigger(TriggerKind.KEYWORD, ("help", "agent", "hello", "hi")),),
        {
            "list1": nodes.SendList(
                text="Hello, what can we do for you?",
                button="Choose a topic",
                choices=(
                    Choice("order", "An order", "Where it is, or a change to it"),
                    Choice("return", "A return", "Sending something back"),
                    Choice("other", "Something else"),
                ),
                answer="topic",
            ),
            "tag1": nodes.SetTags(add=("Order",)),
            "tag2": nodes.SetTags(add=("Return",)),
            "question1": nodes.Question(
                text="Tell us in a few words, and a colleague will answer here.", answer="question"
            ),
            "text1": nodes.SendText(text="Thank you. A colleague will answer you here shortly."),
            "assign1": nodes.Assign(),
        },
        (
            (START, NEXT, "list1"),
            ("list1", f"{CHOICE}order", "tag1"),
            ("list1", f"{CHOICE}return", "tag2"),
            ("list1", f"{CHOICE}other", "question1"),
            ("list1", OTHER, "text1"),
            ("tag1", NEXT, "question1"),
            ("tag2", NEXT, "question1"),
            ("question1", NEXT, "text1"),
            ("text1", NEXT, "assign1"),
        ),
    ),
)
READY: Final = (_OFFICE_HOURS, _ORDER_STATUS, _OPT_IN, _HAND_OVER)
"""In the order in which they are offered."""
