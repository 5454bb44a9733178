"""Counting and fixing an audience while another program goes on recording what its people say."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import pytest
from sqlalchemy import select

from desktop.domain.audience import Breakdown, Line, Rule, differences, line_for
from desktop.domain.consent import Category, Facts, OptIn, Source
from desktop.domain.filters import EVERYONE
from desktop.domain.selection import Exclusions, Selection
from desktop.store import audience, broadcasts, consent, facts, tables
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import PATIENCE_S, read, write
from tests.store.world import add_contact, add_template, draft

RULE = Rule(Category.MARKETING)
PEOPLE_COUNT = 40
ROUND_COUNT = 3
WITH_EXCLUSIONS = Selection(exclusions=Exclusions(marketing_days=7, in_running=True))


class Meanwhile:
    """Another program on the same store that never stops recording answers. `more()` waits for new ones."""

    def __init__(self, url: str, ids: list[int]) -> None:
        self._store = Store(url, FakeClock(), "other")
        self._ids = ids
        self._ended = threading.Event()
        self._done = threading.Condition()
        self._count = 0
        self._thread = threading.Thread(target=self._write)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._thread.join()
            self._store.close()

    def more(self, count: int) -> None:
        with self._done:
            wanted = self._count + count
            assert self._done.wait_for(lambda: self._count >= wanted, PATIENCE_S)

    def _write(self) -> None:
        said = cycle([OptIn.NO, OptIn.YES, OptIn.NONE, OptIn.YES, OptIn.NO])
        whom = cycle(self._ids)
        while not self._ended.is_set():

            def answer(tx: Tx) -> None:
                for _ in range(3):
                    consent.record(tx, next(whom), next(said), Source.AGENT)

            write(self._store, answer)
            with self._done:
                self._count += 1
                self._done.notify_all()


def lines_now(tx: Tx) -> dict[int, tuple[Line, int | None]]:
    """Everybody's line and newest consent event, by one statement."""
    row = tables.contact.c
    asked = select(row.id, row.facts, row.consent_event_id)
    return {
        id: (line_for(RULE, facts.unpack(packed), has_phone=facts.has_phone(packed)), event_id)
        for id, packed, event_id in tx.conn.execute(asked)
    }


def said(tx: Tx, event_id: int | None) -> OptIn:
    """What a contact had said last when that event was their newest."""
    value = tx.conn.scalar(select(tables.consent_event.c.value).where(tables.consent_event.c.id == event_id))
    return OptIn(value) if value else OptIn.NONE


@pytest.mark.slow
def test_what_differs_at_the_snapshot_is_explained_by_what_was_said_since(store: Store) -> None:
    ids = write(store, lambda tx: [add_contact(tx, number, OptIn.YES) for number in range(PEOPLE_COUNT)])
    template = write(store, add_template)
    other = Meanwhile(store.url, ids)
    with other.running():
        for _ in range(ROUND_COUNT):
            before = read(store, lines_now)
            other.more(2)
            # All of it is as of one moment: nobody is counted twice or not at all, whoever moves in between.
            count = read(store, lambda tx: audience.breakdown(tx, EVERYONE, RULE, (), WITH_EXCLUSIONS))
            assert count.selected_count == PEOPLE_COUNT
            assert not any(number < 0 for number in count.counts.values())

            def launch(tx: Tx) -> int:
                id = broadcasts.save_draft(tx, None, draft(template), None)
                broadcasts.launch(tx, id, RULE, reason="", user_id=None, approved_count=None)
                return id

            broadcast_id = write(store, launch)
            other.more(2)
            _explained(store, broadcast_id, before)


def _explained(store: Store, broadcast_id: int, before: dict[int, tuple[Line, int | None]]) -> None:
    recipient = tables.broadcast_recipient.c
    asked = select(recipient.contact_id, recipient.line, recipient.consent_event_id)
    fixed = asked.where(recipient.broadcast_id == broadcast_id)
    rows = read(store, lambda tx: tx.rows(fixed))
    for row in rows:
        opt_in = read(store, lambda tx, id=row.consent_event_id: said(tx, id))  # type: ignore[misc]
        assert Line(row.line) is line_for(RULE, Facts(opt_in)), "the line rests on the event that it names"
    moved = [row for row in rows if Line(row.line) is not before[row.contact_id][0]]
    for row in moved:
        assert row.consent_event_id > (before[row.contact_id][1] or 0), "moved without having said anything"
    button = Breakdown.of(line for line, _ in before.values())
    snapshot = read(store, lambda tx: audience.lines(tx, broadcast_id))
    for one in differences(button, snapshot):
        came = sum(Line(row.line) is one.line for row in moved)
        left = sum(before[row.contact_id][0] is one.line for row in moved)
        assert one.after_count - one.before_count == came - left
