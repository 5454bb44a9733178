"""Who is tried again: once, whoever they were merged into, and not while a retry that stands still has them."""

from datetime import timedelta

import pytest

from desktop.domain.audience import Rule
from desktop.domain.broadcast import BroadcastDraft, BroadcastKind, BroadcastStatus
from desktop.domain.consent import OptIn
from desktop.domain.filters import EVERYONE
from desktop.domain.messages import Status
from desktop.domain.selection import Again, Selection, Source, SourceKind
from desktop.domain.templates import Template
from desktop.store import broadcast_launch, broadcasts, consent, outbox, retries
from desktop.store.engine import Store, Tx
from tests.databases import write
from tests.store.world import (
    HELLO,
    add_contacts,
    add_template,
    claim,
    messages_of,
    plan_all,
    report,
    run_broadcast,
)


def failed_ids(tx: Tx, broadcast_id: int) -> list[int]:
    """The contacts whose message can be tried again."""
    soon = tx.now + timedelta(hours=1)
    groups = {
        (one.reason.value if one.reason else "", one.error_code) for one in retries.failed(tx, broadcast_id)
    }
    asked = retries.people(tx, broadcast_id, [Again(reason, code, soon) for reason, code in groups])
    return sorted(tx.conn.scalars(asked))


def retry(tx: Tx, parent_id: int, template: Template, contact_ids: list[int]) -> int:
    """A retry that was started; it has no messages yet."""
    picked = Selection(Source(SourceKind.PICKED, tuple(contact_ids)))
    draft = BroadcastDraft("Again", template.id, EVERYONE, True, HELLO, picked)
    made = broadcasts.save_draft(tx, None, draft, None, kind=BroadcastKind.RETRY, parent_id=parent_id)
    broadcasts.launch(
        tx, made, Rule(template.effective_category), reason="", user_id=None, approved_count=None
    )
    return made


def failing(tx: Tx, people: list[int]) -> tuple[Template, int]:
    """A broadcast to everybody of which these contacts' messages failed, and the others' were accepted."""
    template = add_template(tx)
    sent = run_broadcast(tx, template)
    claim(tx)
    for contact_id, row in messages_of(tx, sent).items():
        report(tx, row.id, Status.FAILED if contact_id in people else Status.DELIVERED, error_code=131053)
    return template, sent


@pytest.mark.parametrize("still", [BroadcastStatus.PAUSED, BroadcastStatus.HELD])
def test_a_retry_that_stands_still_has_those_whom_it_is_to_reach(
    store: Store, still: BroadcastStatus
) -> None:
    def check(tx: Tx) -> None:
        ana, ben = add_contacts(tx, OptIn.YES, OptIn.YES)
        template, sent = failing(tx, [ana, ben])
        assert failed_ids(tx, sent) == [ana, ben]
        child = retry(tx, sent, template, [ana, ben])
        first = messages_of(tx, sent)[ana]
        broadcast_launch.enter(tx, child, still, BroadcastStatus.PREPARING)
        assert retries.preparing(tx, sent)
        assert outbox.repeated(tx, first.id)
        broadcast_launch.enter(tx, child, BroadcastStatus.PREPARING, still)
        plan_all(tx, child)
        broadcast_launch.enter(tx, child, still, BroadcastStatus.RUNNING)
        assert not retries.preparing(tx, sent)
        assert outbox.repeated(tx, first.id)
        assert failed_ids(tx, sent) == []

    write(store, check)


def test_one_that_was_stopped_before_its_messages_were_made_was_none(store: Store) -> None:
    def check(tx: Tx) -> None:
        (ana,) = add_contacts(tx, OptIn.YES)
        template, sent = failing(tx, [ana])
        child = retry(tx, sent, template, [ana])
        broadcast_launch.enter(tx, child, BroadcastStatus.STOPPED, BroadcastStatus.PREPARING)
        plan_all(tx, child)
        assert not retries.preparing(tx, sent)
        assert failed_ids(tx, sent) == [ana]
        assert not outbox.repeated(tx, messages_of(tx, sent)[ana].id)

    write(store, check)


def test_whoever_was_merged_after_it_failed_is_tried_once(store: Store) -> None:
    def check(tx: Tx) -> None:
        ana, ben = add_contacts(tx, OptIn.YES, OptIn.YES)
        template, sent = failing(tx, [ana, ben])
        consent.merge(tx, ben, [ana])
        rows = messages_of(tx, sent)
        newest = max(rows.values(), key=lambda row: row.id)
        assert failed_ids(tx, sent) == [ben]  # two rows, one person
        child = retry(tx, sent, template, [ana])
        plan_all(tx, child)
        (again,) = messages_of(tx, child).values()
        assert (again.contact_id, again.retry_of) == (ben, newest.id)
        assert failed_ids(tx, sent) == []
        claim(tx)
        report(tx, again.id, Status.FAILED, error_code=131053)
        assert failed_ids(tx, sent) == [ben]  # the retry's own message, not the first ones once more

    write(store, check)


def test_whoever_got_it_under_another_name_is_not_tried(store: Store) -> None:
    def check(tx: Tx) -> None:
        ana, ben = add_contacts(tx, OptIn.YES, OptIn.YES)
        _, sent = failing(tx, [ana])
        failed_row = messages_of(tx, sent)[ana]
        assert not outbox.repeated(tx, failed_row.id)
        consent.merge(tx, ben, [ana])
        assert failed_ids(tx, sent) == []
        assert outbox.repeated(tx, failed_row.id)

    write(store, check)
