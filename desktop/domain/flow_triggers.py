"""Which flow answers a message that nobody's session waits for. Pure.

Order (gallabox.md §7): advertisement, payload, the whole message, a pattern, anything; in each, the flow that was
published last.
"""

from collections.abc import Iterable, Sequence
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


def asked_before(trigger: Trigger, flow_id: int, asked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The triggers of other flows that a message comes to before this one. asked: all of them, see `in_order`.

    A flow that starts nobody now would be the one that was published last.
    """
    own = next((one for one in asked if one.flow_id == flow_id), None)
    kind = _ORDER[trigger.kind]

    def is_before(one: Candidate) -> bool:
        theirs = _ORDER[one.trigger.kind]
        newer = own is not None and (one.published_at, one.flow_id) > (own.published_at, own.flow_id)
        return one.flow_id != flow_id and (theirs < kind or (theirs == kind and newer))

    return tuple(one for one in asked if is_before(one))


def overtaken(trigger: Trigger, before: Sequence[Candidate]) -> tuple[tuple[str, Candidate], ...]:
    """Each of its values that another flow's trigger takes first, with that one; of no value ""."""
    tried = (
        (value, next((one for one in before if _takes(one.trigger, trigger, value)), None))
        for value in _values(trigger)
    )
    return tuple((value, one) for value, one in tried if one is not None)


def is_dead(trigger: Trigger, before: Sequence[Candidate]) -> bool:
    """True where it can never fire: everything that it takes starts another flow."""
    values = _values(trigger)
    return bool(values) and len(overtaken(trigger, before)) == len(values)


def _values(trigger: Trigger) -> tuple[str, ...]:
    given = tuple(one for one in trigger.values if one.strip())
    if trigger.kind is TriggerKind.ANY or (trigger.kind is TriggerKind.ADVERTISEMENT and not given):
        return ("",)
    return given


def _takes(theirs: Trigger, trigger: Trigger, value: str) -> bool:
    """True if what fits a value of one trigger fits the other as well. Of patterns: only of the very same."""
    if not value:
        return theirs.kind is trigger.kind and (theirs.kind is TriggerKind.ANY or not _given(theirs))
    if trigger.kind is TriggerKind.PATTERN:
        return theirs.kind is trigger.kind and value in theirs.values and not theirs.match_case
    if trigger.kind is TriggerKind.PAYLOAD:
        return fires(theirs, Incoming(payload=value))
    if trigger.kind is TriggerKind.ADVERTISEMENT:
        return fires(theirs, Incoming(advertisement=value))
    return fires(theirs, Incoming(value))


def _given(trigger: Trigger) -> bool:
    return any(one.strip() for one in trigger.values)


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
