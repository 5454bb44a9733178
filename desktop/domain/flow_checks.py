"""What stands against publishing a flow, each with its node, so that it can be shown beside its cause. Pure."""

from collections import Counter
from collections.abc import Iterator

from desktop.domain import words
from desktop.domain.flow import (
    LONGEST_TIMEOUT_MINUTES,
    MOST_NODES,
    SHORTEST_TIMEOUT_MINUTES,
    START,
    FlowDefinition,
    Trigger,
    TriggerKind,
)
from desktop.domain.flow_answers import LONGEST_ANSWER, bad_pattern, compiled
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.domain.flow_node_checks import of_node
from desktop.domain.flow_nodes import LABELS
from desktop.domain.flow_triggers import asked_before, overtaken
from desktop.domain.flow_way_checks import Ways
from desktop.domain.flow_words import first_words

__all__ = ["FlowFinding", "Known", "check"]


def check(definition: FlowDefinition, known: Known) -> tuple[FlowFinding, ...]:
    """Everything that is wrong or doubtful, each once: of the flow, of its triggers, then in the order of the nodes."""
    return tuple(dict.fromkeys(_every(definition, known)))


def _every(definition: FlowDefinition, known: Known) -> Iterator[FlowFinding]:
    yield from _of_flow(definition)
    yield from _of_start(definition, known)
    if not definition.nodes:
        return
    ways = Ways(definition, known)
    yield from ways.of(START)
    for node in definition.nodes:
        yield from of_node(node, definition, known)
        yield from ways.of(node.id)


def _of_flow(definition: FlowDefinition) -> Iterator[FlowFinding]:
    count = len(definition.nodes)
    if not count:
        yield FlowFinding("", "nodes", "No steps", "Add a step: a flow needs at least one.")
    if count > MOST_NODES:
        sentence = f"A flow has at most {MOST_NODES} steps; this one has {count:,}. Remove some."
        yield FlowFinding("", "nodes", "Too many steps", sentence)
    times = Counter(one.id for one in definition.nodes)
    for one in definition.nodes:
        if times[one.id] > 1 or not one.id or one.id == START:
            kind = LABELS[one.does.kind]
            sentence = f"A step “{kind}” cannot be told apart from another one. Remove it and add it anew."
            yield FlowFinding("", "nodes", "Two steps in one", sentence)


# What starts it.


def _of_start(definition: FlowDefinition, known: Known) -> Iterator[FlowFinding]:
    if not SHORTEST_TIMEOUT_MINUTES <= definition.timeout_minutes <= LONGEST_TIMEOUT_MINUTES:
        sentence = f"Choose {SHORTEST_TIMEOUT_MINUTES} to {LONGEST_TIMEOUT_MINUTES:,} minutes: how long an answer may take."
        yield FlowFinding(START, "timeout_minutes", "Time out of range", sentence)
    if not definition.triggers:
        sentence = (
            "No message starts this flow. It can still be started by hand, or by a jump from another one."
        )
        yield FlowFinding(START, "triggers", "No trigger", sentence, blocks=False)
    for at, trigger in enumerate(definition.triggers):
        yield from _of_trigger(f"triggers:{at}", trigger, known)
        yield from _of_others(f"triggers:{at}", trigger, known)


def _of_others(part: str, trigger: Trigger, known: Known) -> Iterator[FlowFinding]:
    """What it takes may start another flow first."""
    for value, other in overtaken(trigger, asked_before(trigger, known.flow_id, known.asked)):
        sentence = f"{first_words(trigger, value, other)} Choose another word, or turn that flow off."
        yield FlowFinding(START, part, "Another flow comes first", sentence, blocks=False)


_NEEDS_VALUES = (TriggerKind.KEYWORD, TriggerKind.PATTERN, TriggerKind.PAYLOAD)
_EXPECTED = {
    TriggerKind.KEYWORD: "Give at least one message that starts the flow.",
    TriggerKind.PATTERN: "Give a pattern, such as ^order [0-9]+$.",
    TriggerKind.PAYLOAD: "Give what the button that starts the flow sends.",
}


def _of_trigger(part: str, trigger: Trigger, known: Known) -> Iterator[FlowFinding]:
    values = [one for one in trigger.values if one.strip()]
    if trigger.kind in _NEEDS_VALUES and not values:
        yield FlowFinding(START, part, "Trigger without a value", _EXPECTED[trigger.kind])
    for value in values:
        if trigger.kind is TriggerKind.PATTERN and compiled(value, match_case=trigger.match_case) is None:
            yield FlowFinding(START, part, "Pattern not understood", bad_pattern(value))
        elif trigger.kind is TriggerKind.PATTERN:
            yield from _of_pattern(part, value, trigger, known)
        if trigger.kind is TriggerKind.KEYWORD:
            yield from _of_keyword(part, value.strip(), trigger, known)


def _of_pattern(part: str, value: str, trigger: Trigger, known: Known) -> Iterator[FlowFinding]:
    """Whole words that only change the opt-in: a pattern that takes more than them is fine."""
    pattern = compiled(value, match_case=trigger.match_case)
    if not value.startswith("^") or not value.endswith("$") or pattern is None:
        return
    ours = (*known.words.opt_out, *known.words.opt_in)
    taken = next(
        (one for one in ours for said in (one, one.lower(), one.upper()) if pattern.search(said)), None
    )
    if taken is not None:
        sentence = f"It takes “{taken}”, which changes the marketing opt-in and never reaches a bot."
        yield FlowFinding(START, part, "An opt-out or opt-in word", sentence, blocks=False)


def _of_keyword(part: str, value: str, trigger: Trigger, known: Known) -> Iterator[FlowFinding]:
    if len(value) > LONGEST_ANSWER or (not trigger.match_case and not words.fold(value)):
        sentence = (
            f"No message can be “{value[:60]}”. Write a word, or at most {LONGEST_ANSWER:,} characters."
        )
        yield FlowFinding(START, part, "Never heard", sentence)
    elif known.words.wish(value) is not None:
        sentence = f"“{value}” changes the marketing opt-in, and never reaches a bot. Choose another word."
        yield FlowFinding(START, part, "An opt-out or opt-in word", sentence, blocks=False)
