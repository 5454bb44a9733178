"""What happened since a subscription was told last, as deliveries: read where it is kept, put into its shape.

Read in one reading transaction; that the deliveries are made and how far they reach is written in another, in one
piece, so that a kill loses nothing and makes nothing twice.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from desktop.domain.changes import Topic
from desktop.domain.conversations import MessageView
from desktop.domain.messages import GONE, Status
from desktop.domain.problems import NotFound
from desktop.domain.subscriptions import Event, Shape
from desktop.services import happening_bodies as bodies
from desktop.services import meta_shape
from desktop.services.api_contact_shown import account_id, every_shown
from desktop.services.api_conversations import conversation_shown
from desktop.services.meta_shape import Number
from desktop.store import cloud_ids, contacts, conversations, happenings, settings, templates
from desktop.store.deliveries import Made
from desktop.store.engine import Tx
from desktop.store.happenings import SCAN_COUNT, MessageEvent
from desktop.store.horizon import Reached
from desktop.store.subscriptions import Told
from desktop.store.triggers import Place

T = TypeVar("T")
_log = logging.getLogger("assent.webhooks")
META_EVENT: Final = "messages"
"""The one event of WhatsApp's own shape: the field of its webhook."""
_WORTH_KEEPING: Final = SCAN_COUNT // 4
"""So many ids that were gone through without anything to tell are gone through again rather than written down."""
_SOURCES: Final = {
    Event.MESSAGE_RECEIVED: "messages",
    Event.MESSAGE_SENT: "events",
    Event.MESSAGE_STATUS: "events",
    Event.MESSAGE_FAILED: "events",
    Event.BROADCAST_STATUS: "events",
    Event.BROADCAST_FAILED: "events",
    Event.BROADCAST_ENGAGED: "messages",
    Event.CONTACT_CREATED: "contacts",
    Event.CONTACT_UPDATED: "changed",
    Event.OPT_IN_UPDATED: "consents",
    Event.CONVERSATION_CREATED: "changes",
    Event.CONVERSATION_UPDATED: "changes",
    Event.CONVERSATION_RESOLVED: "changes",
    Event.TEMPLATE_STATUS: "changes",
}
_OF_TOPIC: Final = {
    Topic.CONVERSATION_MADE: Event.CONVERSATION_CREATED,
    Topic.CONVERSATION_MOVED: Event.CONVERSATION_UPDATED,
    Topic.CONVERSATION_RESOLVED: Event.CONVERSATION_RESOLVED,
    Topic.TEMPLATE_STATUS: Event.TEMPLATE_STATUS,
}


def sources_of(shape: Shape, events: Collection[Event]) -> frozenset[str]:
    """Which sources tell these events, by their names in `Reached`."""
    if shape is Shape.META:
        return frozenset({"events", "messages"})
    return frozenset(_SOURCES[one] for one in events)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one look found. is_all: nothing more is there now; is_worth_keeping: `reached` should be written down."""

    made: tuple[Made, ...]
    reached: Reached
    is_all: bool
    is_worth_keeping: bool


def gather(tx: Tx, told: Told, horizon: Reached, most_count: int, number: Number) -> Gathered:
    """The next happenings that concern a subscription, in the order in which they happened, at most so many.

    horizon: up to where rows are told; number: the business number, for WhatsApp's own shape.
    """
    sources = sorted(sources_of(told.shape, told.events))
    # A row may be told as two events: an answer that came, and that answers a broadcast.
    share = most_count // (2 * len(sources))
    if share < 1:
        return Gathered((), told.reached, True, False)
    look = _Look(tx, told, number)
    made: list[Made] = []
    reached, is_all = told.reached, True
    for source in sources:
        after, limit = getattr(told.reached, source), getattr(horizon, source)
        if not _is_before(after, limit):
            continue
        upto = limit if source == "changed" else min(limit, after + SCAN_COUNT)
        some, end, count = getattr(look, source)(after, upto, share)
        is_full = count == share
        to = end if is_full else upto
        is_all &= not is_full and to == limit
        reached = replace(reached, **{source: to})
        made += some
    made.sort(key=lambda one: one.at)
    far = any(getattr(reached, one) - getattr(told.reached, one) > _WORTH_KEEPING for one in _ids(sources))
    moved = "changed" in sources and look.passed_count > 0
    return Gathered(tuple(made), reached, is_all, bool(made) or far or moved)


def _ids(sources: Iterable[str]) -> list[str]:
    return [one for one in sources if one != "changed"]


def _is_before(after: Any, limit: Any) -> bool:
    if isinstance(after, Place):
        return (after.at, after.contact_id) < (limit.at, limit.contact_id)
    return bool(after < limit)


_Found = tuple[list[Made], Any, int]
"""What a source told; where its last row stands; how many rows it gave."""


class _Look:
    """One look at each source; each answers what it tells, where its last row stands, and how many it had."""

    def __init__(self, tx: Tx, told: Told, number: Number) -> None:
        self._tx = tx
        self._told = told
        self._wants = told.events
        self._is_meta = told.shape is Shape.META
        self._number = number
        self._account = account_id(tx)
        self.passed_count = 0

    # Messages that go out.

    def events(self, after: int, upto: int, most_count: int) -> _Found:
        if self._is_meta:
            rows = happenings.message_events(
                self._tx,
                after,
                upto,
                most_count,
                of_message=bodies.REPORTED | bodies.FAILED,
                of_broadcast=bodies.REPORTED | bodies.FAILED,
                api_key_id=self._told.api_key_id,
            )
        else:
            rows = happenings.message_events(
                self._tx,
                after,
                upto,
                most_count,
                of_message=self._states(Event.MESSAGE_STATUS, Event.MESSAGE_FAILED)
                | (GONE if Event.MESSAGE_SENT in self._wants else frozenset()),
                of_broadcast=self._states(Event.BROADCAST_STATUS, Event.BROADCAST_FAILED),
            )
        views = self._views({one.message_id for one in rows})
        made = _each(rows, lambda one: self._of_event(one, views.get(one.message_id)))
        return made, rows[-1].id if rows else after, len(rows)

    def _states(self, status: Event, failed: Event) -> frozenset[Status]:
        told: frozenset[Status] = frozenset()
        if status in self._wants:
            told |= bodies.REPORTED
        if failed in self._wants:
            told |= bodies.FAILED
        return told

    def _of_event(self, event: MessageEvent, message: MessageView | None) -> list[Made]:
        if message is None:
            return []
        if self._is_meta:
            told = meta_shape.status_body(
                self._number,
                self._store_key(),
                message,
                event.status,
                event.at,
                reason=event.reason,
                error_code=event.error_code,
                user_id=self._user_id(message.contact_id),
            )
            return [_made(META_EVENT, told, event.at)] if told is not None else []
        of_broadcast = event.broadcast_id is not None
        made = []
        if Event.MESSAGE_SENT in self._wants and not of_broadcast and event.is_first and event.status in GONE:
            made.append(_made(Event.MESSAGE_SENT, bodies.sent(message, event, self._account), event.at))
        name = None
        if event.status in bodies.FAILED:
            name = Event.BROADCAST_FAILED if of_broadcast else Event.MESSAGE_FAILED
        elif event.status in bodies.REPORTED:
            name = Event.BROADCAST_STATUS if of_broadcast else Event.MESSAGE_STATUS
        if name in self._wants:
            made.append(_made(name or "", bodies.status(message, event), event.at))
        return made

    def _views(self, ids: Collection[int]) -> dict[int, MessageView]:
        def read(some: list[int]) -> dict[int, MessageView]:
            return {one.id: one for one in conversations.messages(self._tx, some)}

        return _read_all(sorted(ids), read)

    def _store_key(self) -> str:
        return settings.meta(self._tx, "key") or ""

    def _user_id(self, contact_id: int) -> str:
        """The contact's business-scoped id, for WhatsApp's own shape; "" where none is known."""
        return cloud_ids.user_ids(self._tx, [contact_id]).get(contact_id, "")

    # Messages that come in.

    def messages(self, after: int, upto: int, most_count: int) -> _Found:
        rows = happenings.inbound(self._tx, after, upto, most_count)
        views = self._views({one.id for one in rows})
        made = _each(rows, lambda one: self._of_inbound(one, views.get(one.id)))
        return made, rows[-1].id if rows else after, len(rows)

    def _of_inbound(self, came: happenings.Came, message: MessageView | None) -> list[Made]:
        if message is None:
            return []
        if self._is_meta:
            ids = meta_shape.own_ids(self._tx, meta_shape.mentions(message), self._store_key())
            user_id = self._user_id(message.contact_id)
            told = meta_shape.inbound_body(self._number, self._store_key(), message, ids, user_id=user_id)
            return [_made(META_EVENT, told, came.at)]
        made = []
        if Event.MESSAGE_RECEIVED in self._wants:
            body = bodies.received(message, came, self._account)
            made.append(_made(Event.MESSAGE_RECEIVED, body, came.at))
        if Event.BROADCAST_ENGAGED in self._wants and came.broadcast_id is not None:
            body = bodies.engaged(message, came, self._account)
            made.append(_made(Event.BROADCAST_ENGAGED, body, came.at))
        return made

    # Contacts.

    def contacts(self, after: int, upto: int, most_count: int) -> _Found:
        rows = happenings.made_contacts(self._tx, after, upto, most_count)
        shown = self._shown([id for id, _ in rows])
        there = [one for one in rows if one[0] in shown]
        made = _each(there, lambda one: [_made(Event.CONTACT_CREATED, shown[one[0]], one[1])])
        return made, rows[-1][0] if rows else after, len(rows)

    def changed(self, after: Place, upto: Place, most_count: int) -> _Found:
        rows = happenings.changed_contacts(self._tx, after, upto, most_count)
        self.passed_count = len(rows)
        shown = self._shown([one.contact_id for one in rows if one.is_news])
        there = [one for one in rows if one.contact_id in shown]
        made = _each(there, lambda one: [_made(Event.CONTACT_UPDATED, shown[one.contact_id], one.at)])
        return made, Place(rows[-1].at, rows[-1].contact_id) if rows else after, len(rows)

    def consents(self, after: int, upto: int, most_count: int) -> _Found:
        rows = happenings.consents(self._tx, after, upto, most_count)
        kept = {id: contacts.kept_id(self._tx, id) for id in {one.contact_id for one in rows}}
        shown = self._shown(sorted(set(kept.values())))
        there = [one for one in rows if kept[one.contact_id] in shown]

        def told(one: happenings.Said) -> list[Made]:
            return [_made(Event.OPT_IN_UPDATED, bodies.opt_in(shown[kept[one.contact_id]], one), one.at)]

        return _each(there, told), rows[-1].id if rows else after, len(rows)

    def _shown(self, ids: list[int]) -> dict[int, dict[str, Any]]:
        """By our own ids; who is gone is not there."""

        def read(some: list[int]) -> dict[int, dict[str, Any]]:
            there = [one.id for one in contacts.many(self._tx, some)]
            return dict(zip(there, every_shown(self._tx, there), strict=True)) if there else {}

        return _read_all(ids, read)

    # Conversations and templates.

    def changes(self, after: int, upto: int, most_count: int) -> _Found:
        topics = [topic for topic, event in _OF_TOPIC.items() if event in self._wants]
        rows = happenings.changes(self._tx, after, upto, most_count, topics)
        made = _each(rows, lambda one: self._of_change(*one))
        return made, rows[-1][0] if rows else after, len(rows)

    def _of_change(self, _id: int, topic: Topic, whom: int, at: datetime) -> list[Made]:
        event = _OF_TOPIC[topic]
        if topic is Topic.TEMPLATE_STATUS:
            found = templates.by_ids(self._tx, [whom]).get(whom)
            return [_made(event, bodies.template(found, self._account), at)] if found else []
        try:
            told = conversation_shown(self._tx, contacts.kept_id(self._tx, whom))
        except NotFound:
            return []
        return [_made(event, told, at)]


_UNTOLD: Final = (ValueError, TypeError, LookupError, AttributeError)
"""What a row that a newer version wrote, or that is damaged, comes to."""


def _read_all(ids: list[int], read: Callable[[list[int]], dict[int, T]]) -> dict[int, T]:
    """What `read` gives for these; where it fails it is asked one by one, and what cannot be read is passed over."""
    try:
        return read(ids) if ids else {}
    except _UNTOLD:
        found: dict[int, T] = {}
        for id in ids:
            try:
                found |= read([id])
            except _UNTOLD:
                _log.exception("%s cannot be told", id)
        return found


def _each(rows: Sequence[T], make: Callable[[T], list[Made]]) -> list[Made]:
    """What each row tells; one that cannot be told is logged, and those behind it are told all the same."""
    made: list[Made] = []
    for one in rows:
        try:
            made += make(one)
        except _UNTOLD:
            _log.exception("something that happened cannot be told")
    return made


def _made(event: str, told: dict[str, Any], at: datetime) -> Made:
    return Made(str(event), json.dumps(told, ensure_ascii=False, separators=(",", ":")), at)
