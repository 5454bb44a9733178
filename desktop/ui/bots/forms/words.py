"""The words of the forms: what each kind of node does, and how a node is called where another leads to it."""

from collections import Counter
from typing import Final

from desktop.domain import flow_nodes as nodes
from desktop.domain.flow import START, FlowDefinition, Node
from desktop.domain.flow_findings import Known
from desktop.domain.flow_nodes import LABELS, Exit
from desktop.domain.flow_words import summary

SENTENCES: Final[dict[str, str]] = {
    "text": "Says something and goes on once it is sent.",
    "buttons": "Says something with up to three buttons, and waits for one of them.",
    "list": "Says something with a list of up to ten rows, and waits for one of them.",
    "template": "Sends an approved template; also where the 24 hours are over.",
    "media": "Sends a photo, a film, a document or a sound.",
    "question": "Asks, and takes the next message as the answer.",
    "condition": "Goes one way or the other.",
    "set_attribute": "Writes a value into a field of the contact.",
    "set_opt_in": "Records what the customer said about marketing.",
    "tag": "Puts tags on the contact, and takes others off.",
    "assign": "Gives the conversation to a person. The flow ends here.",
    "enrol": "Puts the contact into a sequence.",
    "request": "Asks another program, and keeps what it answers.",
    "wait": "Goes on after a while, whatever is said meanwhile.",
    "jump": "Goes on at another place.",
    "end": "The flow is over, and did what it was for.",
}
START_TITLE: Final = "Trigger"
START_SENTENCE: Final = "What starts this flow, in a conversation that nobody has."
LONGEST_WORDS: Final = 60
ENDS: Final = "The flow ends"
PEOPLE: Final = "People take over"
MISSING: Final = "Nowhere yet"
_PEOPLE_EXITS: Final = (nodes.NOT_SENT, nodes.INVALID, nodes.OTHER, nodes.FAILED)


def nowhere(exit: Exit) -> str:
    """What happens at an exit that leads nowhere."""
    if exit.name in _PEOPLE_EXITS:
        return PEOPLE
    return MISSING if exit.needed else ENDS


def node_words(node: Node, known: Known, definition: FlowDefinition) -> str:
    """'Question: What is your order number?'."""
    said = " ".join(summary(node, known, definition).split("\n")[0].split())
    shown = said if len(said) <= LONGEST_WORDS else f"{said[: LONGEST_WORDS - 1]}…"
    return f"{LABELS[node.does.kind]}: {shown}"


def steps(definition: FlowDefinition, known: Known, without_id: str = "") -> list[tuple[str, str]]:
    """(id, words) of every node but one; where two have the same words, their ids tell them apart."""
    nodes = [one for one in definition.nodes if one.id != without_id]
    words = [node_words(one, known, definition) for one in nodes]
    twice = {said for said, count in Counter(words).items() if count > 1}
    return [
        (one.id, f"{said} ({one.id})" if said in twice else said)
        for one, said in zip(nodes, words, strict=True)
    ]


def place_words(definition: FlowDefinition, node_id: str, known: Known) -> str:
    """How a node is called in a list; START is the trigger, "" and what is gone the flow."""
    node = definition.node(node_id)
    if node is not None:
        return node_words(node, known, definition)
    return START_TITLE if node_id == START else "This flow"
