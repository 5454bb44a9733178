"""The people of an answer key into a store, and everyone of a store as the key has them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from desktop.domain.consent import OptIn, Source
from desktop.domain.filters import Kind
from desktop.store import consent, contacts, facts, imports, tables
from desktop.store.engine import Store, Tx
from tests.services import import_key


async def put(store: Store, before: Sequence[import_key.Someone]) -> None:
    def write(tx: Tx) -> None:
        for one in before:
            made = contacts.create(tx, one.name, one.phone)
            if one.opt_in != "none":
                consent.record(tx, made, OptIn(one.opt_in), Source.KEYWORD)
            if one.stopped:
                consent.record(tx, made, True, Source.WHATSAPP)
            if one.tags:
                contacts.add_tags(tx, [made], sorted(one.tags))
            for name, value in one.attributes.items():
                contacts.set_attribute(tx, made, contacts.make_attribute(tx, name, Kind.TEXT), value)

    await store.write(write)


def differences(wanted: dict[str, import_key.Someone], found: dict[str, import_key.Someone]) -> list[Any]:
    """At most ten, so that a failure can be read."""
    numbers = sorted(wanted.keys() | found.keys(), key=lambda one: (one in wanted, one))
    return [(one, wanted.get(one), found.get(one)) for one in numbers if wanted.get(one) != found.get(one)][
        :10
    ]


def dump(tx: Tx, user_id: int) -> dict[str, import_key.Someone]:
    """Everyone in the store, by the form of the number that the key uses."""
    now_by_other = {other: now for now, other in import_key._TWO_FORMS}
    found: dict[int, import_key.Someone] = {}
    newest: dict[int, int] = {}
    rows = tx.rows(select(tables.contact))
    for row in rows:
        plain = facts.unpack(row.facts)
        assert plain.us_number == (row.phone in import_key._UNITED_STATES)
        phone = now_by_other.get(row.phone, row.phone)
        found[row.id] = import_key.Someone(phone, row.name, plain.opt_in, plain.stopped_in_whatsapp)
    for event in tx.rows(select(tables.consent_event).order_by(tables.consent_event.c.id)):
        newest[event.contact_id] = event.id
        if event.fact == "opt_in":
            assert event.user_id == (user_id if event.source == "import" else None)
            found[event.contact_id].consent.append(
                (event.value, event.source, event.evidence, event.reason == imports.BY_OPTION)
            )
    assert all(row.consent_event_id == newest.get(row.id) for row in rows)
    joined = select(tables.contact_tag.c.contact_id, tables.tag.c.name).join_from(
        tables.contact_tag, tables.tag
    )
    for contact_id, tag in tx.conn.execute(joined):
        found[contact_id].tags.add(tag)
    values = select(
        tables.contact_attribute.c.contact_id, tables.attribute.c.name, tables.contact_attribute.c.text
    ).join_from(tables.contact_attribute, tables.attribute)
    for contact_id, name, text in tx.conn.execute(values):
        found[contact_id].attributes[name] = text
    assert len({one.phone for one in found.values()}) == len(found), "one person is there twice"
    return {one.phone: one for one in found.values()}
