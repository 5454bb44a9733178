"""Which of a few contacts a filter selects, asked contact by contact: what it costs depends on those few alone,
where the same question to the database goes through everyone who carries a tag. Both give the same answer.
"""

from collections.abc import Mapping, Sequence

from desktop.domain import filters
from desktop.domain.contacts import Contact
from desktop.domain.filters import Attribute, Filter, Kind, Person, Value
from desktop.store import contacts
from desktop.store.engine import Tx


def meeting(tx: Tx, wanted: Filter | None, contact_ids: Sequence[int]) -> set[int]:
    """Those of the contacts, all of whom are there, whom the filter selects; nobody without one. Raises BadFilter."""
    if wanted is None or not contact_ids:
        return set()
    if wanted.selects_everyone:
        return set(contact_ids)
    attributes = contacts.known_attributes(tx)
    filters.check(wanted, attributes)
    people = [person_of(one, attributes) for one in contacts.many(tx, contact_ids)]
    return {one.id for one in people if filters.matches(wanted, one, attributes)}


def person_of(one: Contact, attributes: Mapping[str, Attribute]) -> Person:
    """A contact as filters see it."""
    typed = {name: _typed(one.id, attributes[name], text) for name, text in one.attributes.items()}
    return Person(
        one.id,
        one.name,
        one.phone,
        one.opt_in,
        one.created_at,
        one.last_inbound_at,
        frozenset(one.tags),
        {name: value for name, value in typed.items() if value is not None},
    )


def _typed(contact_id: int, attribute: Attribute, text: str) -> Value | None:
    """An attribute's value as it is compared; None for a number or a date that cannot be read."""
    row = contacts.attribute_row(contact_id, attribute, text)
    if attribute.kind is Kind.NUMBER:
        number: float | None = row["number"]
        return number
    if attribute.kind is Kind.YES_NO:
        return None if row["number"] is None else bool(row["number"])
    if attribute.kind is Kind.DATE:
        at: Value | None = row["at"]
        return at
    return tuple(text.split("|")) if attribute.kind is Kind.CHOICES else text
