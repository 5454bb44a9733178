"""What a contact takes over from the ones that are merged into it, consent aside: see `store.consent.merge`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.sequence import EnrolmentStatus
from desktop.domain.text import fold
from desktop.store import contacts, enrolments, sessions, tables
from desktop.store.engine import Tx

_contact = tables.contact.c


def take_over(tx: Tx, keep_id: int, drop_id: int) -> None:
    """Tags are united, and so are places in lists; a name, values and drafts are taken where the kept one has none; the later time counts.

    Runs in sequences go on as the kept one's; where both are in the same sequence, the dropped one's ends. So with
    bots: of two sessions that run, the dropped one's ends.
    """
    _columns(tx, keep_id, drop_id)
    _rows(tx, tables.contact_tag, "tag_id", keep_id, drop_id)
    _rows(tx, tables.contact_attribute, "attribute_id", keep_id, drop_id)
    _rows(tx, tables.draft, "user_id", keep_id, drop_id)
    _rows(tx, tables.reminder, "user_id", keep_id, drop_id)
    for table in (tables.note, tables.thread_event):
        tx.conn.execute(update(table).where(table.c.contact_id == drop_id).values(contact_id=keep_id))
    _conversation(tx, keep_id, drop_id)
    _lists(tx, keep_id, drop_id)
    _runs(tx, keep_id, drop_id)
    sessions.merge(tx, keep_id, drop_id)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _earlier(one: Any, other: Any) -> Any:
    return min((each for each in (one, other) if each is not None), default=None)


def _columns(tx: Tx, keep_id: int, drop_id: int) -> None:
    columns = (_contact.name, _contact.last_inbound_at, _contact.last_marketing_at)
    keep = tx.conn.execute(select(*columns).where(_contact.id == keep_id)).one()
    drop = tx.conn.execute(select(*columns).where(_contact.id == drop_id)).one()
    name = keep.name or drop.name
    values = {
        "name": name,
        "name_folded": fold(name),
        "last_inbound_at": _later(keep.last_inbound_at, drop.last_inbound_at),
        "last_marketing_at": _later(keep.last_marketing_at, drop.last_marketing_at),
        "updated_at": tx.now,
    }
    tx.conn.execute(update(tables.contact).where(_contact.id == keep_id).values(values))


def _rows(tx: Tx, table: Any, key: str, keep_id: int, drop_id: int) -> None:
    """Rows under the contact and one more key: the kept one's stand, the others come over."""
    found = tx.rows(select(table).where(table.c.contact_id == drop_id))
    rows = [{**row._mapping, "contact_id": keep_id} for row in found]
    contacts.insert_new(tx, table, rows)
    tx.conn.execute(delete(table).where(table.c.contact_id == drop_id))


def _conversation(tx: Tx, keep_id: int, drop_id: int) -> None:
    """One conversation of two: open if either is, with the newest message and everything that is unread."""
    row = tables.conversation.c
    found = {
        one.contact_id: one
        for one in tx.rows(select(tables.conversation).where(row.contact_id.in_([keep_id, drop_id])))
    }
    drop, keep = found.get(drop_id), found.get(keep_id)
    if drop is None:
        return
    tx.conn.execute(delete(tables.conversation).where(row.contact_id == drop_id))
    if keep is None:
        tx.conn.execute(insert(tables.conversation).values({**drop._mapping, "contact_id": keep_id}))
        return
    newest = max(keep, drop, key=lambda one: one.last_at)
    values = {
        "open": keep.open or drop.open,
        "assigned_to": keep.assigned_to or drop.assigned_to,
        "unread_count": keep.unread_count + drop.unread_count,
        "last_at": newest.last_at,
        "last_message_id": newest.last_message_id,
        "first_unread_id": _earlier(keep.first_unread_id, drop.first_unread_id),
        "waiting_since": _earlier(keep.waiting_since, drop.waiting_since),
    }
    tx.conn.execute(update(tables.conversation).where(row.contact_id == keep_id).values(values))


def _lists(tx: Tx, keep_id: int, drop_id: int) -> None:
    """Lists that named the dropped one name the kept one, who may then stand in one twice."""
    row = tables.contact_list_row.c
    mine = update(tables.contact_list_row).where(row.contact_id == drop_id)
    tx.conn.execute(mine.values(contact_id=keep_id))


def _runs(tx: Tx, keep_id: int, drop_id: int) -> None:
    kept_one, both = tables.enrolment.alias(), tables.enrolment.c
    running = EnrolmentStatus.IN_PROGRESS.value
    same = select(both.id, both.sequence_id).where(
        both.contact_id == drop_id,
        both.status == running,
        exists().where(
            kept_one.c.contact_id == keep_id,
            kept_one.c.sequence_id == both.sequence_id,
            kept_one.c.status == running,
        ),
    )
    ending = list(tx.conn.scalars(same.order_by(both.id)))
    name = contacts.get(tx, keep_id).shown_name if ending else ""
    for id in ending:
        enrolments.end(tx, id, EnrolmentStatus.TAKEN_OUT, f"Merged into {name}")
    moved = update(tables.enrolment).where(both.contact_id == drop_id).values(contact_id=keep_id)
    if tx.conn.execute(moved).rowcount:
        tx.touch(Topic.SEQUENCE)


def merged_ids(tx: Tx, contact_id: int) -> list[int]:
    """The contact and everyone who was merged into it: a broadcast's rows still name those."""
    asked = select(_contact.id).where(_contact.merged_into == contact_id).order_by(_contact.id)
    return [contact_id, *tx.conn.scalars(asked)]


def no_since(tx: Tx, contact_ids: Sequence[int]) -> dict[int, datetime]:
    """When each contact last said No."""
    event = tables.consent_event.c
    asked = select(event.contact_id, event.at).where(
        event.contact_id.in_(contact_ids), event.fact == "opt_in", event.value == "no"
    )
    return {id: at for id, at in tx.conn.execute(asked.order_by(event.id))}
