"""A person's edit of one contact: checked, then only what differs is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.domain import phones
from desktop.domain.activity import NAMELESS, Deed
from desktop.domain.contacts import Contact
from desktop.domain.fields import checked_value
from desktop.domain.filters import ATTRIBUTE
from desktop.domain.importing import LONGEST_NAME
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.services.rights import allow
from desktop.store import activity, contacts, people
from desktop.store.engine import Tx


@dataclass(frozen=True, slots=True)
class ContactEdit:
    """What a person typed. phone: as typed, "" for none. attributes: by name, "" clears; others stay."""

    name: str
    phone: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def checked_name(text: str) -> str:
    """The name with single spaces, "" for none. Raises Problem (field: name)."""
    name = " ".join(clean(text).split())
    if len(name) > LONGEST_NAME:
        raise Problem("Name too long", f"A name has at most {LONGEST_NAME} characters.", "name")
    return name


def edit(tx: Tx, contact_id: int, wanted: ContactEdit, country: str, user: User) -> Contact:
    """Write what differs; returns the contact. Raises NotAllowed, NotFound, Overtaken, Problem (with its field)."""
    allow(tx, user, Right.EDIT_CONTACTS)
    contacts.expect_there(tx, contact_id)
    known = contacts.get(tx, contact_id)
    changed = [
        *_name(tx, known, wanted.name),
        *_phone(tx, known, wanted.phone, country),
        *_attributes(tx, known, wanted.attributes),
    ]
    after = contacts.get(tx, contact_id)
    if changed:
        activity.log(tx, user, Deed.CONTACT_EDITED, after.name or NAMELESS, ", ".join(changed))
    return after


def _name(tx: Tx, known: Contact, typed: str) -> list[str]:
    name = checked_name(typed)
    if name == known.name:
        return []
    contacts.rename(tx, known.id, name)
    return ["name"]


def _phone(tx: Tx, known: Contact, typed: str, country: str) -> list[str]:
    number = phones.parse(typed, country) if typed.strip() else None
    if (number or "") == known.phone:
        return []
    others = [id for id in contacts.find(tx, phone=number) if id != known.id] if number else []
    if others:
        other = contacts.get(tx, others[0])
        raise Problem(
            "Number taken",
            f"{other.name or 'Another contact'} has {phones.pretty(number or '')}. "
            "If this is the same person, merge the two.",
            "phone",
        )
    contacts.set_phone(tx, known.id, number)
    return ["number"]


def _attributes(tx: Tx, known: Contact, typed: Mapping[str, str]) -> list[str]:
    attributes = contacts.known_attributes(tx)
    colleagues = [one.name for one in people.every(tx)]
    changed = []
    for name, text in typed.items():
        had = known.attributes.get(name, "")
        # What an import brought may stand as it is; what a person changes must fit.
        if text == had:
            continue
        if name not in attributes:
            raise Problem("Field not found", f"There is no field “{name}” (any more).", ATTRIBUTE + name)
        value = checked_value(attributes[name], text, colleagues)
        if value != had:
            contacts.set_attribute(tx, known.id, attributes[name], value)
            changed.append(name)
    return changed
