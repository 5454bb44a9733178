"""A sandbox store as full as that of a large team, for trying things out and for measuring.

The same counts give the same store, but for the day: everything is told backwards from now.
"""

import asyncio
import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.contacts import Fact
from desktop.domain.conversations import Box
from desktop.domain.filters import Kind
from desktop.domain.messages import Status
from desktop.domain.problems import Problem
from desktop.domain.text import fold
from desktop.services import seed_texts
from desktop.services.demo import CITIES, FIRST_NAMES, LAST_NAMES, TAGS, phones
from desktop.store import contacts, facts, people, seeding, tables
from desktop.store.engine import Store, Tx, WriteLane

_CHUNK_COUNT: Final = 20_000
_DAYS: Final = 180
_DAY_US: Final = 86_400_000_000
LONGEST_COUNT: Final = 10_000
"""Messages of the first contact's conversation, where there are enough for it."""
_NO_SHARE: Final = 0.03
_NO_CHOICE_SHARE: Final = 0.12


@dataclass(frozen=True, slots=True)
class Plan:
    """How many of each. Every conversation has a message at least; the contacts without one never wrote."""

    contact_count: int
    conversation_count: int
    message_count: int

    def check(self) -> None:
        """Raises Problem."""
        if self.conversation_count > self.contact_count:
            raise Problem("Too many", "There cannot be more conversations than contacts.", "conversations")
        if self.message_count < self.conversation_count:
            raise Problem("Too few", "Every conversation has a message at least.", "messages")
        if self.message_count and not self.conversation_count:
            raise Problem("Too few", "Messages stand in conversations: say how many.", "conversations")


Tell = Callable[[str, int, int], None]
"""What is made now, how many of it there are, and how many there will be."""


class Seeding:
    """Fills a new sandbox store. made: how many of each are kept, also when it was stopped before its end."""

    def __init__(self, store: Store, plan: Plan, tell: Tell) -> None:
        self._store = store
        self._plan = plan
        self._tell = tell
        self._rng = random.Random(f"{plan.contact_count}/{plan.conversation_count}/{plan.message_count}")
        self.made = {"contacts": 0, "messages": 0, "conversations": 0}

    async def run(self) -> None:
        """Make everything. Cancelling the await stops after the chunk that is being written.

        Raises Problem if there is a contact already, or the plan cannot be. The store is a sandbox's.
        """
        self._plan.check()
        await self._store.write(_begin)
        known = await self._store.write(_fields)
        numbers = phones()
        for count in _chunks(self._plan.contact_count):
            make = partial(_contacts, rng=self._rng, numbers=numbers, count=count, known=known)
            await self._write("contacts", count, make)
        if self._plan.conversation_count:
            await self._talk()
        await self._store.write(seeding.finish)

    async def _write(self, what: str, count: int, write: Callable[[Tx], None]) -> None:
        writing = asyncio.ensure_future(self._store.write(write, WriteLane.BULK))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing  # what a writer has begun is kept
            self.made[what] += count
            raise
        self.made[what] += count
        wanted = {
            "contacts": self._plan.contact_count,
            "messages": self._plan.message_count,
            "conversations": self._plan.conversation_count,
        }
        self._tell(what, self.made[what], wanted[what])

    async def _talk(self) -> None:
        staff = await self._store.read(lambda tx: [one.id for one in people.every(tx)])
        talk = _Talk(self._rng, self._plan, staff)
        for count in _chunks(self._plan.message_count):
            await self._write("messages", count, partial(talk.go_on, count=count))
        for count in _chunks(self._plan.conversation_count):
            some = range(self.made["conversations"] + 1, self.made["conversations"] + 1 + count)
            await self._write("conversations", count, partial(talk.close, contact_ids=some))


def _chunks(count: int) -> Iterator[int]:
    """How many to make in each transaction."""
    for first in range(0, count, _CHUNK_COUNT):
        yield min(_CHUNK_COUNT, count - first)


def _now_us(tx: Tx) -> int:
    return tables.micros(tx.now) or 0


def _begin(tx: Tx) -> None:
    if contacts.count(tx) or seeding.next_id(tx, tables.contact) > 1:
        raise Problem(
            "The store is not empty",
            "Conversations are made in a new sandbox store only. Name another file, or empty this one with --reset.",
        )


def _fields(tx: Tx) -> tuple[int, list[int]]:
    """The attribute City, and the tags, by id."""
    tags = contacts.make_tags(tx, TAGS)
    return contacts.make_attribute(tx, "City", Kind.TEXT).id, [tags[fold(one)] for one in TAGS]


def _contacts(
    tx: Tx, rng: random.Random, numbers: Iterator[str], count: int, known: tuple[int, list[int]]
) -> None:
    """Some contacts, each with an identity, most with an opt-in, some with tags and a city."""
    city_id, tag_ids = known
    first, event_id = seeding.next_id(tx, tables.contact), seeding.next_id(tx, tables.consent_event)
    now = _now_us(tx)
    rows: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    identities: list[tuple[Any, ...]] = []
    tags: list[tuple[Any, ...]] = []
    cities: list[tuple[Any, ...]] = []
    for id in range(first, first + count):
        phone = next(numbers)
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
        at = now - int((_DAYS + rng.random() * 300) * _DAY_US)
        opt_in = _opt_in(rng.random())
        evidence = "web form" if opt_in is OptIn.NO else "spring list"
        if opt_in is not OptIn.NONE:
            events.append((event_id, id, Fact.OPT_IN.value, opt_in.value, Source.IMPORT.value, at, evidence))
        last_event = event_id if opt_in is not OptIn.NONE else None
        event_id += last_event is not None
        rows.append((id, name, fold(name), phone, facts.pack(opt_in, phone), last_event, at, at))
        identities.append((contacts.PHONE, phone, id))
        if rng.random() < 0.4:
            tags += [(id, one) for one in rng.sample(tag_ids, rng.choice((1, 1, 2)))]
        if rng.random() < 0.6:
            city = rng.choice(CITIES)
            cities.append((id, city_id, city, fold(city)))
    seeding.insert(tx, tables.contact, seeding.CONTACT, rows)
    seeding.insert(tx, tables.consent_event, seeding.CONSENT_EVENT, events)
    seeding.insert(tx, tables.identity, seeding.IDENTITY, identities)
    seeding.insert(tx, tables.contact_tag, seeding.TAG, tags)
    seeding.insert(tx, tables.contact_attribute, seeding.ATTRIBUTE, cities)


def _opt_in(chance: float) -> OptIn:
    if chance < _NO_SHARE:
        return OptIn.NO
    return OptIn.NONE if chance < _NO_SHARE + _NO_CHOICE_SHARE else OptIn.YES


class _Talk:
    """All messages, in the order in which they were written, and what is left of each conversation at the end.

    The conversation of contact n has number n - 1. Some have many messages, most a few: as it is.
    """

    def __init__(self, rng: random.Random, plan: Plan, staff: list[int]) -> None:
        """staff: the people's ids; the first one has the most."""
        self._rng = rng
        self._staff = staff
        count = plan.conversation_count
        longest = min(LONGEST_COUNT, (plan.message_count - count) // 5)
        self._owners = array("I", range(count))
        self._owners.extend([0] * longest)
        rest = plan.message_count - len(self._owners)
        self._owners.extend(int(count * rng.random() ** 2) for _ in range(rest))
        rng.shuffle(self._owners)
        self._done_count = 0
        self._last_id = array("q", [0]) * count
        self._last_us = array("q", [0]) * count
        self._wrote_us = array("q", [0]) * count
        self._unread_count = array("I", [0]) * count
        self._unread_id = array("q", [0]) * count
        self._unread_us = array("q", [0]) * count

    def go_on(self, tx: Tx, count: int) -> None:
        """The next messages."""
        step_us = _DAYS * _DAY_US // len(self._owners)
        begun_us = _now_us(tx) - _DAYS * _DAY_US
        first_id = seeding.next_id(tx, tables.message)
        done = self._done_count
        self._done_count += count
        rows = [
            self._message(first_id + at, self._owners[done + at], begun_us + (done + at) * step_us)
            for at in range(count)
        ]
        seeding.insert_messages(tx, rows)

    def _message(self, id: int, owner: int, at: int) -> tuple[Any, ...]:
        rng = self._rng
        # The first word is the customer's.
        outgoing = self._last_id[owner] != 0 and rng.random() < 0.5
        self._last_id[owner], self._last_us[owner] = id, at
        text = seed_texts.line(rng, _tongue(owner), outgoing=outgoing)
        if not outgoing:
            if not self._unread_count[owner]:
                self._unread_id[owner], self._unread_us[owner] = id, at
            self._unread_count[owner] += 1
            self._wrote_us[owner] = at
            return (id, owner + 1, False, "", "received", "text", text, None, 0, at, at, at, None, None, None)
        self._unread_count[owner] = 0
        author = self._staff[int(rng.random() * len(self._staff))]
        status, sent, delivered, read = _fate(rng.random(), at)
        path = Path.COMPOSE.value
        return (id, owner + 1, True, path, status, "text", text, author, 1, at, at, at, sent, delivered, read)

    def close(self, tx: Tx, contact_ids: range) -> None:
        """The conversations of these contacts, as they are at the end."""
        rows = [self._conversation(id, id - 1) for id in contact_ids]
        seeding.insert(tx, tables.conversation, seeding.CONVERSATION, rows)
        seeding.last_wrote(tx, ((self._wrote_us[id - 1], id) for id in contact_ids))

    def _conversation(self, contact_id: int, at: int) -> tuple[Any, ...]:
        rng = self._rng
        box = rng.choices((Box.CLOSED, Box.UNASSIGNED, Box.MINE, Box.ALL), (45, 20, 10, 25))[0]
        is_open = box is not Box.CLOSED
        has = (
            None if box is Box.UNASSIGNED else self._staff[0] if box is Box.MINE else rng.choice(self._staff)
        )
        unread = self._unread_count[at] if is_open and rng.random() < 0.5 else 0
        first_unread = (self._unread_id[at], self._unread_us[at]) if unread else (None, None)
        return (contact_id, is_open, has, unread, self._last_us[at], self._last_id[at], *first_unread)


def _tongue(owner: int) -> seed_texts.Tongue:
    """Everybody keeps to one language."""
    return seed_texts.TONGUES[owner * 7919 % len(seed_texts.TONGUES)]


def _fate(chance: float, at: int) -> tuple[str, int, int | None, int | None]:
    """How far an answer came: its status, and when it was sent, delivered, read."""
    if chance < 0.03:
        return Status.SENT.value, at, None, None
    if chance < 0.15:
        return Status.DELIVERED.value, at, at, None
    return Status.READ.value, at, at, at
