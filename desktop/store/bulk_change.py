"""One step of a change of many contacts: a few statements for all of them, and what stood before each.

Nothing is written for a contact whose value is the wanted one already.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, delete, func, insert, select, update

from desktop.domain.bulk import Before
from desktop.domain.changes import Topic
from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.filters import Attribute
from desktop.domain.text import clean
from desktop.store import contacts, facts, tables
from desktop.store.engine import Tx
from desktop.store.statements import Hot

_contact = tables.contact.c
_given = tables.contact_tag.c
_value = tables.contact_attribute.c


def add_tags(tx: Tx, ids: Sequence[int], tag_ids: Sequence[int]) -> list[Before]:
    """Give each contact each tag."""
    there = hold(tx, ids)
    carried = _carried(tx, list(there), tag_ids)
    missing = {id: [one for one in tag_ids if one not in carried[id]] for id in there}
    put_tags(tx, [(id, tag_id) for id, lacking in missing.items() for tag_id in lacking])
    return _noted(tx, [Before(id, tags_added=tuple(lacking)) for id, lacking in missing.items() if lacking])


def remove_tags(tx: Tx, ids: Sequence[int], tag_ids: Sequence[int]) -> list[Before]:
    """Take each tag from each contact."""
    carried = _carried(tx, list(hold(tx, ids)), tag_ids)
    found = [Before(id, tags_removed=tuple(sorted(carried[id]))) for id in sorted(carried)]
    asked = delete(tables.contact_tag).where(
        _given.contact_id.in_([one.contact_id for one in found]), _given.tag_id.in_(tag_ids)
    )
    tx.conn.execute(asked)
    return _noted(tx, found)


def set_attribute(tx: Tx, ids: Sequence[int], attribute: Attribute, value: str) -> list[Before]:
    """Give each contact the value; "" takes it away."""
    there = hold(tx, ids)
    asked = select(_value.contact_id, _value.text).where(
        _value.contact_id.in_(list(there)), _value.attribute_id == attribute.id
    )
    had: dict[int, str] = {id: text for id, text in tx.conn.execute(asked)}
    wanted = clean(value) or None
    found = [
        Before(id, attributes={attribute.id: (had.get(id), wanted)}) for id in there if had.get(id) != wanted
    ]
    put_values(tx, attribute, {one.contact_id: wanted for one in found})
    return _noted(tx, found)


def newest_event_id(tx: Tx) -> int:
    """The newest consent event of all: what came later has a higher id."""
    return int(tx.conn.scalar(select(func.max(tables.consent_event.c.id))) or 0)


def set_opt_in(
    tx: Tx, ids: Sequence[int], value: OptIn, user_id: int | None, reason: str, *, known_to: int
) -> list[Before]:
    """Record an answer of each contact; who said No keeps it unless there is a reason. Never WhatsApp's stop.

    known_to: the newest consent event when the reason was given. A No that came after it is not covered. A No
    is recorded for those too who have said No before; that is no change, and no undo takes it back.
    """
    there = hold(tx, ids)
    before = {id: facts.unpack(packed).opt_in for id, packed in there.items()}
    said_no = [id for id in there if before[id] is OptIn.NO]
    covered = set(_known_by(tx, said_no, known_to)) if reason.strip() else set()
    spoken = [id for id in there if before[id] is not value and (before[id] is not OptIn.NO or id in covered)]
    again = said_no if value is OptIn.NO else []
    said = Said(value, Source.AGENT, user_id, reason=reason)
    events = record(tx, {id: there[id] for id in sorted([*spoken, *again])}, said)
    return _noted(tx, [Before(id, opt_in=before[id], event_id=events[id]) for id in spoken])


def _known_by(tx: Tx, ids: Sequence[int], event_id: int) -> list[int]:
    """Those whose newest consent event was there already."""
    asked = select(_contact.id).where(
        _contact.id.in_(ids), func.coalesce(_contact.consent_event_id, 0) <= event_id
    )
    return list(tx.conn.scalars(asked))


class Said:
    """One answer, the same for many contacts, as their histories keep it."""

    def __init__(
        self, value: OptIn, source: Source, user_id: int | None, *, evidence: str = "", reason: str = ""
    ) -> None:
        self.value = value
        self.row: dict[str, Any] = {
            "fact": Fact.OPT_IN.value,
            "value": value.value,
            "source": source.value,
            "user_id": user_id,
            "evidence": clean(evidence),
            "reason": clean(reason).strip(),
        }


def record(tx: Tx, packed: Mapping[int, int], said: Said) -> dict[int, int]:
    """`consent.record` for many contacts that are held: an event and the facts for each. Returns the events' ids.

    packed: their facts by id, as they are.
    """
    if not packed:
        return {}
    events = _insert_events(tx, list(packed), said)
    now = tables.micros(tx.now)
    _SAID.run(
        tx,
        [
            {
                "at_id": id,
                "packed": facts.with_opt_in(known, said.value),
                "event_id": events[id],
                "now": now,
            }
            for id, known in packed.items()
        ],
    )
    tx.touch(Topic.CONTACT)
    return events


_SAID: Final = Hot(
    update(tables.contact)
    .where(_contact.id == bindparam("at_id"))
    .values(
        facts=bindparam("packed"),
        consent_event_id=bindparam("event_id"),
        updated_at=bindparam("now", type_=BigInteger),
    ),
    ["at_id", "packed", "event_id", "now"],
)
_EVENT_COLUMNS: Final = ("contact_id", "at", "fact", "value", "source", "user_id", "evidence", "reason")
_EVENT: Final = Hot(insert(tables.consent_event), _EVENT_COLUMNS)


def _insert_events(tx: Tx, ids: Sequence[int], said: Said) -> dict[int, int]:
    """One event for each contact; returns the events' ids by contact."""
    event = tables.consent_event
    if tx.on_postgresql:
        made = insert(event).returning(event.c.contact_id, event.c.id)
        rows = [{"contact_id": id, "at": tx.now, **said.row} for id in ids]
        return {contact_id: id for contact_id, id in tx.conn.execute(made, rows)}
    now = tables.micros(tx.now)
    _EVENT.run(tx, [{"contact_id": id, "at": now, **said.row} for id in ids])
    # One writer at a time, and it counts on: the newest ids are these, in their order.
    newest = int(tx.conn.scalar(select(func.max(event.c.id))) or 0)
    return dict(zip(ids, range(newest - len(ids) + 1, newest + 1), strict=True))


def hold(tx: Tx, ids: Sequence[int]) -> dict[int, int]:
    """The packed facts of those who are still there, held until the end of the transaction in everyone's order."""
    asked = select(_contact.id, _contact.facts).where(_contact.id.in_(ids), _contact.merged_into.is_(None))
    return {id: packed for id, packed in tx.conn.execute(asked.order_by(_contact.id).with_for_update())}


def _carried(tx: Tx, ids: Sequence[int], tag_ids: Sequence[int]) -> defaultdict[int, set[int]]:
    """Which of these tags each contact has."""
    asked = select(_given.contact_id, _given.tag_id).where(
        _given.contact_id.in_(ids), _given.tag_id.in_(tag_ids)
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for contact_id, tag_id in tx.conn.execute(asked):
        found[contact_id].add(tag_id)
    return found


def put_tags(tx: Tx, pairs: Sequence[tuple[int, int]]) -> None:
    """Add (contact, tag) pairs; those that are there already are left alone."""
    rows = [{"contact_id": contact_id, "tag_id": tag_id} for contact_id, tag_id in pairs]
    contacts.insert_new(tx, tables.contact_tag, rows)


def put_values(tx: Tx, attribute: Attribute, wanted: Mapping[int, str | None]) -> None:
    """Set one attribute by contact id; None takes the value away."""
    asked = delete(tables.contact_attribute).where(
        _value.contact_id.in_(list(wanted)), _value.attribute_id == attribute.id
    )
    tx.conn.execute(asked)
    rows = [contacts.attribute_row(id, attribute, text) for id, text in wanted.items() if text is not None]
    if rows:
        tx.conn.execute(insert(tables.contact_attribute), rows)


def _noted(tx: Tx, found: Sequence[Before]) -> list[Before]:
    """Whoever was changed was changed now."""
    if found:
        changed(tx, [one.contact_id for one in found])
    return list(found)


def changed(tx: Tx, ids: Sequence[int]) -> None:
    """Keep when these contacts were changed, and tell screens."""
    tx.conn.execute(update(tables.contact).where(_contact.id.in_(ids)).values(updated_at=tx.now))
    tx.touch(Topic.CONTACT)
