"""Contacts, their identities, tags and attributes."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desktop.domain import phones
from desktop.domain.changes import Topic
from desktop.domain.consent import OptIn
from desktop.domain.contacts import Contact
from desktop.domain.filters import Attribute, Kind
from desktop.domain.problems import NotFound, Overtaken
from desktop.domain.text import clean, fold
from desktop.store import facts, tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

PHONE: Final = "phone"
WA_ID: Final = "wa_id"
USER_ID: Final = "user_id"
"""The kinds of identity. A business-scoped id is 'user_id', as WhatsApp calls it."""


def insert_new(tx: Tx, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose key is not there yet; leave the others alone."""
    if rows:
        dialect = postgresql if tx.on_postgresql else sqlite
        tx.conn.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))


def identities(phone: str | None, wa_id: str | None, user_id: str | None) -> list[tuple[str, str]]:
    """Every (kind, value) that these names of one person stand for, old and new number forms included."""
    found: list[tuple[str, str]] = []
    for number in (phone, phones.from_wa_id(wa_id) if wa_id else None):
        if number:
            found += [(PHONE, form) for form in phones.forms(number)]
    if user_id:
        found.append((USER_ID, user_id))
    return list(dict.fromkeys(found))


def find(
    tx: Tx, *, phone: str | None = None, wa_id: str | None = None, user_id: str | None = None
) -> list[int]:
    """The contacts known under any of these names: none, one, or several that are one person."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for kind, value in identities(phone, wa_id, user_id):
        wanted[kind].append(value)
    rows = (tx.rows(_KNOWN_AS, of_kind=kind, values=values) for kind, values in wanted.items())
    return sorted({row.contact_id for some in rows for row in some})


def learn(
    tx: Tx,
    contact_id: int,
    *,
    phone: str | None = None,
    wa_id: str | None = None,
    user_id: str | None = None,
) -> None:
    """Remember that these names are this contact. A name that belongs to someone else stays theirs.

    A contact that was taken back with its import learns nothing: its number is free for a new one.
    """
    into = _merged_into(tx, contact_id)
    if into == tables.REMOVED:
        return
    kept = contact_id if into is None else into
    rows = [
        {"kind": kind, "value": value, "contact_id": kept}
        for kind, value in identities(phone, wa_id, user_id)
    ]
    insert_new(tx, tables.identity, rows)


def kept_id(tx: Tx, contact_id: int) -> int:
    """The contact itself, or the one that it was merged into: a broadcast's rows still name the old one."""
    into = _merged_into(tx, contact_id)
    return contact_id if into is None or into == tables.REMOVED else into


def _merged_into(tx: Tx, contact_id: int) -> int | None:
    found: int | None = tx.conn.scalar(_MERGED_INTO, {"id": contact_id})
    return found


# Built once: putting statements together costs as much as running them.
_contact_row = tables.contact.c
_MERGED_INTO = select(_contact_row.merged_into).where(_contact_row.id == bindparam("id"))
_KNOWN_AS = select(tables.identity.c.contact_id).where(
    tables.identity.c.kind == bindparam("of_kind"),
    tables.identity.c.value.in_(bindparam("values", expanding=True)),
)
_MANY = select(tables.contact).where(_contact_row.id.in_(bindparam("ids", expanding=True)))
_MANY_HELD = _MANY.with_for_update()
_HELD_IDS = (
    select(_contact_row.id)
    .where(_contact_row.id.in_(bindparam("ids", expanding=True)))
    .order_by(_contact_row.id)
    .with_for_update()
)
_WITH_PHONE = select(tables.contact).where(
    _contact_row.id.in_(
        select(tables.identity.c.contact_id).where(
            tables.identity.c.kind == PHONE,
            tables.identity.c.value.in_(bindparam("values", expanding=True)),
        )
    )
)
_TAGS = (
    select(tables.contact_tag.c.contact_id, tables.tag.c.name)
    .select_from(tables.contact_tag.join(tables.tag))
    .where(tables.contact_tag.c.contact_id.in_(bindparam("ids", expanding=True)))
    .order_by(tables.tag.c.folded)
)
_ATTRIBUTES = (
    select(tables.contact_attribute.c.contact_id, tables.attribute.c.name, tables.contact_attribute.c.text)
    .select_from(tables.contact_attribute.join(tables.attribute))
    .where(tables.contact_attribute.c.contact_id.in_(bindparam("ids", expanding=True)))
    .order_by(tables.attribute.c.id)
)


def create(
    tx: Tx, name: str, phone: str | None, *, wa_id: str | None = None, user_id: str | None = None
) -> int:
    """A new contact without a recorded choice. phone: E.164 or None. Returns its id."""
    shown = clean(name).strip()
    made = tx.conn.execute(
        insert(tables.contact).values(
            name=shown,
            name_folded=fold(shown),
            phone=phone,
            facts=facts.pack(OptIn.NONE, phone),
            created_at=tx.now,
            updated_at=tx.now,
        )
    )
    contact_id = new_id(made)
    learn(tx, contact_id, phone=phone, wa_id=wa_id, user_id=user_id)
    tx.touch(Topic.CONTACT, contact_id)
    return contact_id


def set_phone(tx: Tx, contact_id: int, phone: str | None) -> None:
    """Give a contact its (new) number, or with None no number.

    The old one stays an identity, so that replies still find them.
    """
    held = select(tables.contact.c.facts).where(tables.contact.c.id == contact_id).with_for_update()
    packed = tx.conn.scalar(held)
    tx.conn.execute(
        update(tables.contact)
        .where(tables.contact.c.id == contact_id)
        .values(phone=phone, facts=facts.with_phone(int(packed or 0), phone), updated_at=tx.now)
    )
    learn(tx, contact_id, phone=phone)
    tx.touch(Topic.CONTACT, contact_id)


def rename(tx: Tx, contact_id: int, name: str) -> None:
    shown = clean(name).strip()
    tx.conn.execute(
        update(tables.contact)
        .where(tables.contact.c.id == contact_id)
        .values(name=shown, name_folded=fold(shown), updated_at=tx.now)
    )
    tx.touch(Topic.CONTACT, contact_id)


def get(tx: Tx, contact_id: int) -> Contact:
    """One contact. Raises NotFound."""
    found = many(tx, [contact_id])
    if not found:
        raise _gone(contact_id)
    return found[0]


def bare(tx: Tx, contact_id: int, *, lock: bool = False) -> Contact:
    """One contact without tags and attributes, for what needs neither. Raises NotFound.

    lock: hold the row until the end of the transaction.
    """
    found = tx.rows(_MANY_HELD if lock else _MANY, ids=[contact_id])
    rows = [row for row in found if row.merged_into != tables.REMOVED]
    if not rows:
        raise _gone(contact_id)
    return _contact(rows[0], (), {})


def only_with(tx: Tx, phone: str) -> Contact | None:
    """The one contact of a number, without tags and attributes, by a single statement: the usual case.

    None where nobody has it, and where `find()` has to look closer: several have it, or who had it was merged.
    """
    forms = [value for kind, value in identities(phone, None, None) if kind == PHONE]
    rows = {row.id: row for row in tx.rows(_WITH_PHONE, values=forms)}
    if len(rows) != 1:
        return None
    [row] = rows.values()
    return _contact(row, (), {}) if row.merged_into is None and row.phone else None


def _gone(contact_id: int) -> NotFound:
    return NotFound("Contact not found", f"Contact {contact_id} does not exist (any more).")


def expect_there(tx: Tx, contact_id: int) -> None:
    """Raise NotFound unless there is such a contact, Overtaken if it was merged into another one."""
    get(tx, contact_id)
    into = _merged_into(tx, contact_id)
    if into is not None:
        kept = get(tx, into).shown_name
        raise Overtaken("Merged meanwhile", f"This contact was merged into {kept}. Open that one.")


def hold(tx: Tx, ids: Iterable[int]) -> None:
    """Lock contacts that a transaction will change, in the order of their ids. On SQLite there is one writer anyway."""
    if tx.on_postgresql and (wanted := sorted(set(ids))):
        tx.rows(_HELD_IDS, ids=wanted)


def many(tx: Tx, ids: Sequence[int]) -> list[Contact]:
    """Contacts by id, in the order asked; unknown ids are passed over, and who was taken back with an import."""
    rows = {row.id: row for row in tx.rows(_MANY, ids=ids) if row.merged_into != tables.REMOVED}
    tags, attributes = tags_of(tx, list(rows)), attributes_of(tx, list(rows))
    return [_contact(rows[id], tags[id], attributes[id]) for id in ids if id in rows]


def _contact(row: Row[Any], tags: Sequence[str], attributes: Mapping[str, str]) -> Contact:
    return Contact(
        row.id,
        row.name,
        row.phone or "",
        facts.unpack(row.facts, row.consent_event_id),
        row.created_at,
        row.last_inbound_at,
        tuple(tags),
        dict(attributes),
    )


def tags_of(tx: Tx, ids: Sequence[int]) -> defaultdict[int, list[str]]:
    """The tags of each contact, by name."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for contact_id, name in tx.rows(_TAGS, ids=ids):
        found[contact_id].append(name)
    return found


def attributes_of(tx: Tx, ids: Sequence[int]) -> defaultdict[int, dict[str, str]]:
    """The attributes of each contact as texts, by attribute name."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for contact_id, name, value in tx.rows(_ATTRIBUTES, ids=ids):
        found[contact_id][name] = value
    return found


def known_tags(tx: Tx) -> dict[str, int]:
    """Every tag's id by its folded name."""
    return {folded: id for id, folded in tx.conn.execute(select(tables.tag.c.id, tables.tag.c.folded))}


def tag_names(tx: Tx) -> list[str]:
    return list(tx.conn.scalars(select(tables.tag.c.name).order_by(tables.tag.c.folded)))


def make_tags(tx: Tx, names: Iterable[str]) -> dict[str, int]:
    """Make the tags that are missing; returns every tag's id by folded name."""
    shown = [clean(name).strip() for name in names]
    insert_new(tx, tables.tag, [{"name": name, "folded": fold(name)} for name in shown if name])
    return known_tags(tx)


def add_tags(tx: Tx, contact_ids: Sequence[int], names: Sequence[str]) -> None:
    """Give each contact each tag; tags are made on the fly."""
    ids = make_tags(tx, names)
    wanted = [ids[fold(clean(name))] for name in names if fold(clean(name))]
    rows = [{"contact_id": contact_id, "tag_id": id} for contact_id in contact_ids for id in wanted]
    insert_new(tx, tables.contact_tag, rows)
    _changed(tx, contact_ids)
    tx.touch(Topic.CONTACT, contact_ids[0] if len(contact_ids) == 1 else 0)


def remove_tag(tx: Tx, contact_id: int, name: str) -> None:
    tag_id = known_tags(tx).get(fold(clean(name)))
    row = tables.contact_tag.c
    tx.conn.execute(delete(tables.contact_tag).where(row.contact_id == contact_id, row.tag_id == tag_id))
    _changed(tx, [contact_id])
    tx.touch(Topic.CONTACT, contact_id)


def _changed(tx: Tx, ids: Sequence[int]) -> None:
    """An undo leaves alone what was changed since: so every change of a contact keeps its time."""
    tx.conn.execute(update(tables.contact).where(tables.contact.c.id.in_(ids)).values(updated_at=tx.now))


def known_attributes(tx: Tx) -> dict[str, Attribute]:
    """The workspace's attributes by name."""
    rows = tx.conn.execute(select(tables.attribute).order_by(tables.attribute.c.id))
    return {row.name: Attribute(row.id, row.name, Kind(row.kind), tuple(row.choices)) for row in rows}


def make_attribute(tx: Tx, name: str, kind: Kind, choices: Sequence[str] = ()) -> Attribute:
    """Define an attribute, or return the one of that name."""
    shown = clean(name).strip()
    insert_new(
        tx,
        tables.attribute,
        [{"name": shown, "folded": fold(shown), "kind": kind.value, "choices": list(choices)}],
    )
    row = tx.conn.execute(select(tables.attribute).where(tables.attribute.c.folded == fold(shown))).one()
    return Attribute(row.id, row.name, Kind(row.kind), tuple(row.choices))


def attribute_row(contact_id: int, attribute: Attribute, value: str) -> dict[str, Any]:
    """A contact_attribute row: the text as written and its comparable form by the attribute's kind.

    A number or date that cannot be read keeps its text and compares as absent.
    """
    value = clean(value)
    row: dict[str, Any] = {
        "contact_id": contact_id,
        "attribute_id": attribute.id,
        "text": value,
        "folded": fold(value),
        "number": None,
        "at": None,
    }
    if attribute.kind is Kind.NUMBER:
        row["number"] = _number(value)
    elif attribute.kind is Kind.DATE:
        row["at"] = _moment(value)
    elif attribute.kind is Kind.CHOICES:
        row["folded"] = "|" + "|".join(fold(one) for one in value.split("|")) + "|"
    elif attribute.kind is Kind.YES_NO:
        row["number"] = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}.get(fold(value))
    return row


def _number(value: str) -> float | None:
    """Finite numbers only: each database orders NaN in its own way."""
    try:
        read = float(value)
    except ValueError:
        return None
    return read if math.isfinite(read) else None


def _moment(value: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def set_attribute(tx: Tx, contact_id: int, attribute: Attribute, value: str) -> None:
    """Set or (with "") clear an attribute of a contact."""
    row = tables.contact_attribute.c
    tx.conn.execute(
        delete(tables.contact_attribute).where(row.contact_id == contact_id, row.attribute_id == attribute.id)
    )
    if clean(value).strip():
        tx.conn.execute(insert(tables.contact_attribute).values(attribute_row(contact_id, attribute, value)))
    _changed(tx, [contact_id])
    tx.touch(Topic.CONTACT, contact_id)


def count(tx: Tx) -> int:
    asked = select(func.count()).select_from(tables.contact).where(tables.contact.c.merged_into.is_(None))
    return int(tx.conn.scalar(asked) or 0)


def every_phone(tx: Tx) -> list[str]:
    """All phones, E.164."""
    phone = tables.contact.c.phone
    return [one for one in tx.conn.scalars(select(phone).where(phone.is_not(None))) if one]
