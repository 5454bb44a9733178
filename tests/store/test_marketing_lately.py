"""Who got marketing, and when last: kept however WhatsApp's answer came; and who got one template in the last day."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from desktop.domain.audience import Lately, Line, Rule
from desktop.domain.consent import Category, OptIn, Path
from desktop.domain.filters import EVERYONE, Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled
from desktop.domain.reasons import Reason
from desktop.domain.selection import Exclusions, Selection, Source, SourceKind
from desktop.domain.templates import Template
from desktop.store import attempts, audience, broadcast_figures, broadcasts, consent, ledger, lists, tables
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.world import (
    accepted,
    add_contact,
    add_contacts,
    add_template,
    claim,
    draft,
    lost,
    plan_all,
    report,
    run_broadcast,
    submit,
)

LATER = START + timedelta(hours=1)
NOT_LATELY = Selection(exclusions=Exclusions(marketing_days=7))
MARKETING = Rule(Category.MARKETING)


def last_marketing(store: Store, contact_id: int) -> datetime | None:
    asked = select(tables.contact.c.last_marketing_at).where(tables.contact.c.id == contact_id)
    found: datetime | None = read(store, lambda tx: tx.conn.scalar(asked))
    return found


def claimed(store: Store, category: Category = Category.MARKETING, path: Path = Path.BROADCAST) -> Claimed:
    """One contact's message that is on its way."""

    def run(tx: Tx) -> Claimed:
        id = add_contact(tx, 0, OptIn.YES)
        template = add_template(tx, category=category)
        if path is Path.BROADCAST:
            run_broadcast(tx, template)
        else:
            submit(tx, id, path, template=template)
        (one,) = claim(tx)
        return one

    return write(store, run)


@pytest.mark.parametrize("path", [Path.BROADCAST, Path.API])
def test_what_whatsapp_has_accepted_counts(store: Store, clock: FakeClock, path: Path) -> None:
    one = claimed(store, path=path)
    assert last_marketing(store, one.contact_id) is None, "it is only on the way"
    clock.set(LATER)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    assert last_marketing(store, one.contact_id) == LATER


def test_what_is_not_marketing_does_not_count(store: Store) -> None:
    one = claimed(store, Category.UTILITY)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    assert last_marketing(store, one.contact_id) is None


def test_what_failed_does_not_count(store: Store) -> None:
    one = claimed(store)
    refused = Settled(
        one.message_id, one.attempt_number, AttemptOutcome.REFUSED, Status.FAILED, Reason.WHATSAPP_ERROR
    )
    write(store, lambda tx: attempts.settle(tx, [refused]))
    assert last_marketing(store, one.contact_id) is None


def test_a_webhook_that_tells_of_a_lost_answer_counts(store: Store, clock: FakeClock) -> None:
    one = claimed(store)
    write(store, lambda tx: attempts.settle(tx, [lost(one)]))
    assert last_marketing(store, one.contact_id) is None, "not certain"
    clock.set(LATER)
    write(store, lambda tx: report(tx, one.message_id, Status.DELIVERED))
    clock.set(LATER + timedelta(hours=1))
    write(store, lambda tx: report(tx, one.message_id, Status.READ))
    assert last_marketing(store, one.contact_id) == LATER, "reading it is not getting it"


def test_a_webhook_that_is_faster_than_the_answer_counts(store: Store) -> None:
    one = claimed(store)
    write(store, lambda tx: report(tx, one.message_id, Status.SENT))
    assert last_marketing(store, one.contact_id) == START
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    assert last_marketing(store, one.contact_id) == START


def test_it_is_kept_for_the_one_into_whom_the_contact_was_merged(store: Store) -> None:
    one = claimed(store)
    other = write(store, lambda tx: add_contact(tx, 1))
    write(store, lambda tx: consent.merge(tx, other, [one.contact_id]))
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    assert last_marketing(store, other) == START


def test_whoever_got_marketing_lately_is_left_out_as_excluded(store: Store, clock: FakeClock) -> None:
    one = claimed(store)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    write(store, lambda tx: add_contact(tx, 1, OptIn.YES))

    def counted() -> dict[Line, int]:
        found = read(store, lambda tx: audience.breakdown(tx, EVERYONE, MARKETING, (), NOT_LATELY))
        return dict(found.counts)

    assert counted() == {Line.EXCLUDED: 1, Line.WILL_OPTED_IN: 1}
    clock.set(START + timedelta(days=7, microseconds=-1))
    assert counted() == {Line.EXCLUDED: 1, Line.WILL_OPTED_IN: 1}
    clock.set(START + timedelta(days=7))
    assert counted() == {Line.WILL_OPTED_IN: 2}


# Who got the template in the last 24 hours.


def lately(store: Store, template: Template, wanted: Filter = EVERYONE, *of_list: int) -> Lately | None:
    selection = Selection(Source(SourceKind.LISTS, of_list)) if of_list else Selection()
    return read(store, lambda tx: audience.lately(tx, template.id, wanted, selection))


def test_who_got_the_template_in_the_last_day_is_counted_among_those_chosen(
    store: Store, clock: FakeClock
) -> None:
    def run(tx: Tx) -> tuple[list[int], Template, Template, int]:
        ids = add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.NO, OptIn.YES)
        template, other = add_template(tx, "spring"), add_template(tx, "summer")
        run_broadcast(tx, template, Filter((Condition("phone", Op.IS, ("+14165550199",)),)))
        run_broadcast(tx, template)
        list_id = lists.make(tx, "First and third", [ids[0], ids[2]], None)
        return ids, template, other, list_id

    ids, template, other, list_id = write(store, run)
    assert lately(store, template) is None, "nothing has gone yet"
    first, second, third = write(store, claim)
    write(store, lambda tx: attempts.settle(tx, [accepted(first)]))
    clock.set(START + timedelta(hours=2))
    write(store, lambda tx: attempts.settle(tx, [accepted(second), lost(third)]))

    assert lately(store, template) == Lately(2, START + timedelta(hours=2))
    assert lately(store, template, EVERYONE, list_id) == Lately(1, START), (
        "the third opted out and got nothing"
    )
    assert lately(store, other) is None
    write(store, lambda tx: consent.merge(tx, ids[1], [ids[0]]))
    assert lately(store, template) == Lately(1, START + timedelta(hours=2)), (
        "one person, though they got it twice"
    )
    clock.set(START + timedelta(hours=26))
    assert lately(store, template) is None


def test_a_message_that_was_written_days_ago_counts_by_when_it_left(store: Store, clock: FakeClock) -> None:
    one = claimed(store)
    left = START + timedelta(days=3)
    clock.set(left)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    row = update(tables.message).where(tables.message.c.id == one.message_id)
    write(store, lambda tx: tx.conn.execute(row.values(sent_at=left)).rowcount)
    template = read(store, lambda tx: broadcasts.every(tx)[0].template_id)
    assert template is not None
    clock.set(left + timedelta(hours=23))
    assert read(store, lambda tx: audience.lately(tx, template, EVERYONE)) == Lately(1, left)


# Rows that name somebody again.


def test_duplicates_have_no_message_and_the_ledger_and_the_figures_account_for_them(store: Store) -> None:
    def run(tx: Tx) -> int:
        ids = add_contacts(tx, OptIn.YES, OptIn.NO)
        template = add_template(tx)
        list_id = lists.make(tx, "Twice", [*ids, *ids, ids[0]], None)
        chosen = draft(template)
        kept = type(chosen)(
            "Spring",
            template.id,
            variables=chosen.variables,
            selection=Selection(Source(SourceKind.LISTS, (list_id,))),
        )
        id = broadcasts.save_draft(tx, None, kept, None)
        broadcasts.launch(tx, id, MARKETING, reason="", user_id=None, approved_count=None)
        plan_all(tx, id)
        return id

    id = write(store, run)
    figures = read(store, lambda tx: broadcast_figures.figures(tx, id))
    assert figures.adds_up
    assert (figures.selected_count, figures.left_out_count, figures.to_send_count) == (5, 4, 1)
    reasons = read(store, lambda tx: broadcast_figures.reasons(tx, id))
    assert {one.reason: one.count for one in reasons} == {Reason.DUPLICATE: 3, Reason.OPTED_OUT: 1}
    assert read(store, lambda tx: ledger.verify(tx, id)).faults == ()
    gone = update(tables.broadcast).where(tables.broadcast.c.id == id).values(duplicate_count=2)
    write(store, lambda tx: tx.conn.execute(gone).rowcount)
    assert not read(store, lambda tx: ledger.verify(tx, id)).is_green
