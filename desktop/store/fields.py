"""Attribute definitions as rows, and everything that knows an attribute by its name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from desktop.domain import filters
from desktop.domain.changes import Topic
from desktop.domain.filters import ATTRIBUTE, Attribute
from desktop.domain.problems import NotFound
from desktop.domain.text import fold
from desktop.store import contacts, flows, segments, sequences, tables
from desktop.store.engine import Tx

_attribute = tables.attribute.c


def get(tx: Tx, attribute_id: int) -> Attribute:
    """One attribute. Raises NotFound."""
    for one in contacts.known_attributes(tx).values():
        if one.id == attribute_id:
            return one
    raise NotFound("Field not found", "This contact field does not exist (any more).")


def id_of(tx: Tx, name: str) -> int | None:
    """The attribute of that name, however it is written."""
    found: int | None = tx.conn.scalar(select(_attribute.id).where(_attribute.folded == fold(name)))
    return found


def change(tx: Tx, known: Attribute, name: str, choices: Sequence[str]) -> Attribute:
    """Give it a name and choices; whatever names it (segments, broadcasts, sequences, flows) follows in this transaction."""
    tx.conn.execute(
        update(tables.attribute)
        .where(_attribute.id == known.id)
        .values(name=name, folded=fold(name), choices=list(choices))
    )
    if name != known.name:
        segments.rename_field(tx, ATTRIBUTE + known.name, ATTRIBUTE + name)
        _rename_in_broadcasts(tx, ATTRIBUTE + known.name, ATTRIBUTE + name)
        sequences.rename_field(tx, ATTRIBUTE + known.name, ATTRIBUTE + name)
        flows.rename_field(tx, known.name, name)
    touch(tx)
    return Attribute(known.id, name, known.kind, tuple(choices))


def touch(tx: Tx) -> None:
    """Every screen that offers fields or shows their values reads them anew."""
    tx.touch(Topic.CONTACT)
    tx.touch(Topic.SETTINGS)


def _rename_in_broadcasts(tx: Tx, before: str, after: str) -> None:
    """In drafts, and in what was launched: messages take their values when they are claimed."""
    row = tables.broadcast.c
    for id, draft in tx.rows(select(row.id, row.draft)):
        wanted = renamed_in_draft(draft, before, after)
        if wanted != draft:
            tx.conn.execute(update(tables.broadcast).where(row.id == id).values(draft=wanted))
            tx.touch(Topic.BROADCAST, id)


def renamed_in_draft(draft: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    """A broadcast's draft, as JSON, with one field under its new name: in its audience and its variables."""
    audience = filters.renamed(filters.from_json(draft["audience"]), before, after)
    variables = [
        [name, after if field == before else field, text] for name, field, text in draft["variables"]
    ]
    return {**draft, "audience": filters.to_json(audience), "variables": variables}


def used_count(tx: Tx, attribute_id: int) -> int:
    """How many contacts have a value."""
    given, contact = tables.contact_attribute.c, tables.contact.c
    asked = (
        select(func.count())
        .select_from(tables.contact_attribute.join(tables.contact))
        .where(given.attribute_id == attribute_id, contact.merged_into.is_(None))
    )
    return int(tx.conn.scalar(asked) or 0)
