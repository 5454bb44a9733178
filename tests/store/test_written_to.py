"""Whom the number wrote to first in 24 hours, told from the attempts, on both databases."""

from datetime import datetime, timedelta

from sqlalchemy import insert, update

from desktop.domain.audience import Rule
from desktop.domain.consent import Category, OptIn
from desktop.domain.filters import EVERYONE
from desktop.domain.outbox import AttemptOutcome
from desktop.domain.selection import EVERYBODY, Exclusions, Selection, Source, SourceKind
from desktop.domain.templates import Variable
from desktop.store import account_state, consent, new_today, opted_out_since, tables, written_to
from desktop.store.engine import Store, Tx
from tests.store import world

DAY = timedelta(hours=24)


def sent(tx: Tx, contact_id: int, at: datetime, outcome: AttemptOutcome, *, kind: str = "template") -> None:
    """A call that was made then."""
    message_id = world.submit(tx, contact_id)
    row = tables.message.c
    tx.conn.execute(update(tables.message).where(row.id == message_id).values(kind=kind))
    tx.conn.execute(
        insert(tables.attempt).values(
            message_id=message_id, number=1, started_at=at, ended_at=at, outcome=outcome.value
        )
    )


def wrote(tx: Tx, contact_id: int, at: datetime) -> None:
    message_id = world.submit(tx, contact_id)
    row = tables.message.c
    tx.conn.execute(
        update(tables.message).where(row.id == message_id).values(outgoing=False, created_at=at, kind="text")
    )


def test_the_window_of_each_moment_counts(store: Store) -> None:
    def write(tx: Tx) -> None:
        first, second, third, fourth, fifth = world.add_contacts(tx, *[OptIn.YES] * 5)
        assert written_to.first_count(tx, tx.now - DAY) == 0
        hour = timedelta(hours=1)
        sent(tx, first, tx.now - 30 * hour, AttemptOutcome.ACCEPTED)
        sent(tx, second, tx.now - 20 * hour, AttemptOutcome.ACCEPTED)
        sent(tx, second, tx.now - 19 * hour, AttemptOutcome.ACCEPTED)
        wrote(tx, third, tx.now - 23 * hour)
        sent(tx, third, tx.now - 10 * hour, AttemptOutcome.ACCEPTED)
        wrote(tx, fourth, tx.now - 5 * hour)
        sent(tx, fourth, tx.now - 6 * hour, AttemptOutcome.LOST)
        sent(tx, fifth, tx.now - 5 * hour, AttemptOutcome.REFUSED)
        sent(tx, fifth, tx.now - 4 * hour, AttemptOutcome.ACCEPTED, kind="text")
        assert written_to.first_count(tx, tx.now - DAY) == 2, "the second once, the fourth before they wrote"
        assert written_to.first_count(tx, tx.now - 31 * hour) == 3
        assert written_to.first_count(tx, tx.now - 3 * hour) == 0
        assert written_to.first_at(tx, tx.now - DAY) == tx.now - 20 * hour

    store.submit_write(write).result()


def test_what_whatsapp_says_is_kept_until_its_end(store: Store) -> None:
    def write(tx: Tx) -> None:
        assert account_state.now(tx).is_known is False
        assert account_state.set_tier(tx, "TIER_10K")
        assert not account_state.set_tier(tx, "TIER_10K"), "known already"
        assert not account_state.set_tier(tx, "TIER_NOT_SET"), "says nothing"
        assert account_state.set_quality(tx, "yellow")
        assert not account_state.differs(tx, "YELLOW", "TIER_10K")
        assert account_state.differs(tx, "YELLOW", "TIER_UNLIMITED")
        account_state.set_restriction(tx, "restricted", tx.now + timedelta(hours=1))
        known = account_state.now(tx)
        assert (known.quality, known.tier_count, known.restriction) == ("YELLOW", 10_000, "restricted")
        account_state.set_restriction(tx, "restricted", tx.now)
        assert account_state.now(tx).restriction == ""

    store.submit_write(write).result()


def test_nobody_of_a_broadcast_has_said_no_before_it_has_people(store: Store) -> None:
    assert store.submit_read(lambda tx: opted_out_since.count(tx, 1, tx.now - DAY)).result() == 0
    assert store.submit_read(written_to.waiting_count).result() == 0


def test_who_was_written_to_today_or_wrote_is_nobody_new(store: Store) -> None:
    """Of those who would get it alone: each counts once, also under the contact that they were merged into."""
    hour = timedelta(hours=1)

    def write(tx: Tx) -> None:
        yes = [OptIn.YES] * 6
        again, wrote_now, fresh, kept, gone, excluded, refuses = world.add_contacts(tx, *yes, OptIn.NO)
        for one in (again, gone, excluded, refuses):
            sent(tx, one, tx.now - 2 * hour, AttemptOutcome.ACCEPTED)
        sent(tx, again, tx.now - hour, AttemptOutcome.ACCEPTED)
        sent(tx, fresh, tx.now - 25 * hour, AttemptOutcome.ACCEPTED)
        contact = tables.contact.c
        for one, values in (
            (wrote_now, {"last_inbound_at": tx.now - hour}),
            (fresh, {"last_inbound_at": tx.now - 25 * hour}),
            (excluded, {"last_marketing_at": tx.now - hour}),
        ):
            tx.conn.execute(update(tables.contact).where(contact.id == one).values(**values))
        consent.merge(tx, kept, [gone])
        rule = Rule(Category.MARKETING)

        def known(selection: Selection = EVERYBODY, variables: tuple[Variable, ...] = ()) -> int:
            return new_today.known_count(tx, tx.now - DAY, EVERYONE, rule, variables, selection)

        assert written_to.first_count(tx, tx.now - DAY) == 4
        assert known() == 4, "again, who wrote now, who was merged, and who is not excluded yet"
        assert known(Selection(exclusions=Exclusions(marketing_days=1))) == 3
        assert known(Selection(Source(SourceKind.PICKED, (again, fresh, gone, again)))) == 2
        assert known(variables=(Variable("1", "attribute:City", ""),)) == 0, "nobody of them gets it"

    store.submit_write(write).result()
