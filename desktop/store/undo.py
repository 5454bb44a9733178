"""Taking back one step of a change of many contacts, from its journal, with everything newer left alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, not_, or_, select, update

from desktop.domain import phones
from desktop.domain.bulk import Before, Bulk, BulkKind, UndoCounts
from desktop.domain.changes import Topic
from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.filters import Attribute
from desktop.domain.sequence import EnrolmentStatus, EnrolSource
from desktop.domain.text import fold
from desktop.store import bulk_change, contacts, enrolments, facts, tables
from desktop.store.bulk_change import Said
from desktop.store.engine import Tx

_contact = tables.contact.c
_given = tables.contact_tag.c
_value = tables.contact_attribute.c


def take_back(tx: Tx, bulk: Bulk, rows: Sequence[Before], user_id: int | None) -> UndoCounts:
    """Bring back what stood before for these contacts, in this transaction."""
    made = [one.contact_id for one in rows if one.made]
    return _remove(tx, bulk, made) + _Restoring(tx, [one for one in rows if not one.made]).run(bulk, user_id)


# Contacts that the change had made.


def _remove(tx: Tx, bulk: Bulk, ids: Sequence[int]) -> UndoCounts:
    """Take away those with whom nothing was done since, out of what a trigger put them into, too."""
    if not ids:
        return UndoCounts()
    runs = _runs(tx, ids)
    asked = select(
        _contact.id,
        _contact.phone,
        _contact.created_at,
        _contact.updated_at,
        _contact.last_inbound_at,
        _contact.last_marketing_at,
    ).where(_contact.id.in_(ids), _contact.merged_into.is_(None))
    rows = tx.rows(asked.order_by(_contact.id).with_for_update())
    untouched = {
        row.id: row.phone
        for row in rows
        if row.created_at == row.updated_at and row.last_inbound_at is None and row.last_marketing_at is None
    }
    used = _used(tx, list(untouched), bulk.started_at) | _known_otherwise(tx, untouched)
    gone = [id for id in untouched if id not in used]
    for run in runs:
        if run.contact_id in gone:
            enrolments.end(tx, run.id, EnrolmentStatus.TAKEN_OUT, f"“{bulk.title}” was undone.")
    for table in (tables.identity, tables.contact_tag, tables.contact_attribute):
        tx.conn.execute(delete(table).where(table.c.contact_id.in_(gone)))
    # The consent events stay, as they always do, and the row with them.
    values = {
        "phone": None,
        "merged_into": tables.REMOVED,
        "facts": _contact.facts.op("|")(facts.NO_PHONE),
        "updated_at": tx.now,
    }
    tx.conn.execute(update(tables.contact).where(_contact.id.in_(gone)).values(values))
    tx.touch(Topic.CONTACT)
    return UndoCounts(removed=len(gone), kept=len(ids) - len(gone))


def _runs(tx: Tx, ids: Sequence[int]) -> list[Any]:
    """The runs of these contacts that go on, held: before the contacts, as everywhere."""
    run = tables.enrolment.c
    going = run.status == EnrolmentStatus.IN_PROGRESS.value
    return tx.rows(
        select(run.id, run.contact_id)
        .where(run.contact_id.in_(ids), going)
        .order_by(run.id)
        .with_for_update()
    )


def _used(tx: Tx, ids: Sequence[int], since: datetime) -> set[int]:
    """Those with a message, a conversation, a draft, a bot's session, a broadcast, a run in a sequence that a person put them into or
    that is over, or an answer that came not from a file."""
    broadcast, recipient, event = tables.broadcast.c, tables.broadcast_recipient.c, tables.consent_event.c
    later = select(broadcast.id).where(broadcast.launched_at >= since)
    used: set[int] = set()
    for table in (tables.message, tables.conversation, tables.draft, tables.bot_session):
        used |= set(tx.conn.scalars(select(table.c.contact_id).where(table.c.contact_id.in_(ids))))
    run = tables.enrolment.c
    triggered = run.source.in_([EnrolSource.CREATED.value, EnrolSource.UPDATED.value])
    theirs = or_(not_(triggered), run.status != EnrolmentStatus.IN_PROGRESS.value)
    used |= set(tx.conn.scalars(select(run.contact_id).where(run.contact_id.in_(ids), theirs)))
    used |= set(
        tx.conn.scalars(
            select(recipient.contact_id).where(
                recipient.broadcast_id.in_(later), recipient.contact_id.in_(ids)
            )
        )
    )
    answered = select(event.contact_id).where(event.contact_id.in_(ids), event.source != Source.IMPORT.value)
    return used | set(tx.conn.scalars(answered))


def _known_otherwise(tx: Tx, phone_of: Mapping[int, str | None]) -> set[int]:
    """Those who have a name that the import did not give them."""
    identity = tables.identity.c
    asked = select(identity.contact_id, identity.kind, identity.value)
    return {
        row.contact_id
        for row in tx.rows(asked.where(identity.contact_id.in_(list(phone_of))))
        if row.kind != contacts.PHONE or row.value not in phones.forms(phone_of[row.contact_id] or "")
    }


# Contacts that were there before.


class _Restoring:
    """Contacts that were there before: each part goes back that still stands as the change left it."""

    def __init__(self, tx: Tx, rows: Sequence[Before]) -> None:
        self._tx = tx
        self._rows = rows
        asked = (
            select(_contact.id, _contact.name, _contact.facts, _contact.consent_event_id)
            .where(_contact.id.in_([one.contact_id for one in rows]), _contact.merged_into.is_(None))
            .order_by(_contact.id)
            .with_for_update()
        )
        self._there: dict[int, Any] = {row.id: row for row in tx.rows(asked)} if rows else {}
        self._kept = {one.contact_id for one in rows if one.contact_id not in self._there}
        self._changed: set[int] = set()

    def run(self, bulk: Bulk, user_id: int | None) -> UndoCounts:
        if not self._rows:
            return UndoCounts()
        standing = [one for one in self._rows if one.contact_id in self._there]
        self._names(standing)
        self._tags(standing)
        self._attributes(standing)
        self._opt_ins(standing, bulk, user_id)
        self._merged_noes(bulk, user_id)
        if self._changed:
            bulk_change.changed(self._tx, sorted(self._changed))
        return UndoCounts(restored=len(self._rows) - len(self._kept), kept=len(self._kept))

    def _stands(self, id: int, *, now: Any, before: Any, after: Any) -> bool:
        """True if the value is to go back; whoever has another one than either keeps it."""
        if now == after:
            if before != after:
                self._changed.add(id)
            return bool(before != after)
        if now != before:
            self._kept.add(id)
        return False

    def _names(self, rows: Iterable[Before]) -> None:
        wanted = [
            {"at_id": one.contact_id, "shown": one.name[0], "folded": fold(one.name[0])}
            for one in rows
            if one.name is not None
            and self._stands(
                one.contact_id,
                now=self._there[one.contact_id].name,
                before=one.name[0],
                after=one.name[1],
            )
        ]
        if wanted:
            named = update(tables.contact).where(_contact.id == bindparam("at_id"))
            self._tx.conn.execute(
                named.values(name=bindparam("shown"), name_folded=bindparam("folded")), wanted
            )

    def _tags(self, rows: Sequence[Before]) -> None:
        """Whoever took a tag away again, or gave it back, has done the same already."""
        lost: defaultdict[int, list[int]] = defaultdict(list)
        for one in rows:
            for tag_id in one.tags_added:
                lost[tag_id].append(one.contact_id)
        for tag_id, ids in lost.items():
            self._tx.conn.execute(
                delete(tables.contact_tag).where(_given.tag_id == tag_id, _given.contact_id.in_(ids))
            )
        back = [(one.contact_id, tag_id) for one in rows for tag_id in one.tags_removed]
        bulk_change.put_tags(self._tx, back)
        self._changed |= {one.contact_id for one in rows if one.tags_added or one.tags_removed}

    def _attributes(self, rows: Sequence[Before]) -> None:
        with_values = [one for one in rows if one.attributes]
        if not with_values:
            return
        asked = select(_value.contact_id, _value.attribute_id, _value.text).where(
            _value.contact_id.in_([one.contact_id for one in with_values])
        )
        now = {(id, attribute_id): text for id, attribute_id, text in self._tx.conn.execute(asked)}
        known: dict[int, Attribute] = {one.id: one for one in contacts.known_attributes(self._tx).values()}
        wanted: defaultdict[int, dict[int, str | None]] = defaultdict(dict)
        for one in with_values:
            for attribute_id, (before, after) in one.attributes.items():
                value = now.get((one.contact_id, attribute_id))
                if self._stands(one.contact_id, now=value, before=before, after=after):
                    wanted[attribute_id][one.contact_id] = before
        for attribute_id, values in wanted.items():
            bulk_change.put_values(self._tx, known[attribute_id], values)

    def _opt_ins(self, rows: Iterable[Before], bulk: Bulk, user_id: int | None) -> None:
        """The answer before is recorded as a new one, where nobody has said anything newer.

        A No comes back also where it stands by another event: whatever recorded that one may be undone next.
        """
        answered = [one for one in rows if one.opt_in is not None]
        since = _said_since(self._tx, {one.contact_id: one.event_id or 0 for one in answered})
        wanted: defaultdict[OptIn, dict[int, int]] = defaultdict(dict)
        for one in answered:
            assert one.opt_in is not None
            newer = since[one.contact_id]
            there = self._there[one.contact_id]
            if any(map(_lifts, newer)) if one.opt_in is OptIn.NO else newer:
                self._kept.add(one.contact_id)
            else:
                wanted[one.opt_in][one.contact_id] = there.facts
        for value, packed in wanted.items():
            bulk_change.record(self._tx, packed, _said(value, bulk, user_id))

    def _merged_noes(self, bulk: Bulk, user_id: int | None) -> None:
        """Whoever said No and was merged meanwhile is No as the one who was kept, unless that one said Yes since."""
        lost = [one for one in self._rows if one.opt_in is OptIn.NO and one.contact_id not in self._there]
        for one in lost:
            kept = contacts.kept_id(self._tx, one.contact_id)
            if kept in (one.contact_id, tables.REMOVED):
                continue
            held = bulk_change.hold(self._tx, [kept])
            newer = _said_since(self._tx, {kept: one.event_id or 0})[kept]
            if held and not any(map(_lifts, newer)):
                bulk_change.record(self._tx, held, _said(OptIn.NO, bulk, user_id))


_UNDONE: Final = "Undone: "
"""How the reason of an answer begins that an undo recorded."""


def _said(value: OptIn, bulk: Bulk, user_id: int | None) -> Said:
    is_import = bulk.kind is BulkKind.IMPORT
    return Said(
        value,
        Source.IMPORT if is_import else Source.AGENT,
        user_id,
        evidence=bulk.title if is_import else "",
        reason=_UNDONE + bulk.title,
    )


def _said_since(tx: Tx, since: Mapping[int, int]) -> defaultdict[int, list[Any]]:
    """The answers of each contact after an event, by contact; WhatsApp's own stop aside.

    By the events' ids: a STOP that comes late was said earlier than it is known.
    """
    event = tables.consent_event.c
    asked = select(event.id, event.contact_id, event.value, event.source, event.reason).where(
        event.contact_id.in_(list(since)),
        event.fact == Fact.OPT_IN.value,
        event.id > min(since.values(), default=0),
    )
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in tx.rows(asked):
        if row.id > since[row.contact_id]:
            found[row.contact_id].append(row)
    return found


def _lifts(said: Any) -> bool:
    """True if somebody lifted a No with this: not an undo that brought a Yes back, nor a merge."""
    is_word = said.source != Source.MERGE.value and not str(said.reason).startswith(_UNDONE)
    return said.value != OptIn.NO.value and is_word


UNDONE_TO: Final = "undone_to"
"""The count that keeps how far an undo is, as a contact's id: the next one goes on from there."""


def done(bulk: Bulk) -> UndoCounts:
    """What undoing it has done so far."""
    counts = bulk.counts
    return UndoCounts(counts.get("restored", 0), counts.get("removed", 0), counts.get("kept", 0))


def as_counts(counts: UndoCounts, undone_to: int) -> dict[str, int]:
    """The same as the change's own counts keep it."""
    return {
        "restored": counts.restored,
        "removed": counts.removed,
        "kept": counts.kept,
        UNDONE_TO: undone_to,
    }
