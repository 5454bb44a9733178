"""Which flow answers a message that nobody's session waits for. Pure.

Order (gallabox.md §7): advertisement, payload, the whole message, a pattern, anything; in each, the flow that was
published last.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain import words
from desktop.domain.flow import Trigger, TriggerKind
from desktop.domain.flow_answers import LONGEST_ANSWER, compiled
from desktop.domain.text import fold

_ORDER: Final = {kind: place for place, kind in enumerate(TriggerKind)}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as triggers see it. advertisement: address, headline and id of the one it came from; None: of none."""

    text: str = ""
    payload: str = ""
    advertisement: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One trigger of a published flow."""

    flow_id: int
    flow_name: str
    published_at: datetime
    trigger: Trigger


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """As they are asked, the first one first."""
    newest = sorted(candidates, key=lambda one: (-one.published_at.timestamp(), -one.flow_id))
    return sorted(newest, key=lambda one: _ORDER[one.trigger.kind])


def first_match(candidates: Iterable[Candidate], incoming: Incoming) -> Candidate | None:
    """The trigger that answers, if any does."""
    return next((one for one in in_order(candidates) if fires(one.trigger, incoming)), None)


def fires(trigger: Trigger, incoming: Incoming) -> bool:
    """True if the trigger takes the message."""
    if trigger.kind is TriggerKind.ANY:
        return True
    if trigger.kind is TriggerKind.ADVERTISEMENT:
        if incoming.advertisement is None:
            return False
        told = fold(incoming.advertisement)
        return not trigger.values or any(fold(one) in told for one in trigger.values if one.strip())
    if trigger.kind is TriggerKind.PAYLOAD:
        return bool(incoming.payload) and incoming.payload in trigger.values
    if trigger.kind is TriggerKind.PATTERN:
        said = incoming.text[:LONGEST_ANSWER]
        patterns = (compiled(one, match_case=trigger.match_case) for one in trigger.values)
        return bool(said) and any(one is not None and one.search(said) for one in patterns)
    return _is_whole_message(trigger, incoming.text)


def _is_whole_message(trigger: Trigger, text: str) -> bool:
    if trigger.match_case:
        return text.strip() in [one.strip() for one in trigger.values if one.strip()]
    heard = words.fold(text)
    return bool(heard) and heard in {words.fold(one) for one in trigger.values}
