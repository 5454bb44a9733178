"""Whom another program means: by number, by e-mail address, by both; and who a message to a number would reach.

An address never moves a number, and nothing goes to another number than was asked: who shares an address with
somebody, or has their old number, may be somebody else.
"""

from dataclasses import replace
from typing import Final

from desktop.domain import phones
from desktop.domain.api_filter import EMAIL
from desktop.domain.consent import Facts
from desktop.domain.contacts import Contact
from desktop.domain.filters import Attribute
from desktop.domain.merging import merged
from desktop.domain.problems import Overtaken, Problem
from desktop.domain.text import fold
from desktop.services.api_contact_edit import added_field, checked_email, named
from desktop.store import api_contacts, consent, contacts, thread_events
from desktop.store.engine import Tx

RECIPIENT: Final = "recipient."


class Conflict(Overtaken):
    """There is such a contact already, or there are several."""


class OtherNumber(Problem):
    """Who is known by this number gets messages at another one."""


def found_by_phone(tx: Tx, phone: str) -> int | None:
    """The contact of a number; several that are known under its forms are one person and become one."""
    found = contacts.find(tx, phone=phone)
    if not found:
        return None
    at = contacts.kept_id(tx, found[0])
    if len(found) > 1:
        consent.unite(tx, at, phone=phone)
    if not contacts.bare(tx, at).phone:
        contacts.set_phone(tx, at, phone)
    return at


def found_by_email(tx: Tx, email: str) -> int | None:
    """The contact with this address, held against others who ask for it. Raises Conflict where several have it."""
    attribute = _held(tx, email)
    found = api_contacts.with_value(tx, attribute, checked_email(email)) if attribute else []
    if len(found) > 1:
        raise Conflict(
            "Several contacts", "Several contacts have this address. Name one by its number.", "email"
        )
    return found[0] if found else None


def found_by_both(tx: Tx, phone: str, email: str) -> int | None:
    """The contact that a number and an address name together; None where nobody has either.

    Who has the address and no number is the one with the number, so a No that was said under the address counts for
    it, too. Raises Conflict where a contact with another number has the address, or several have it.
    """
    attribute = _held(tx, email)  # before any contact is locked, as everybody does
    at = found_by_phone(tx, phone)
    if attribute is None:
        return at
    having = api_contacts.with_value(tx, attribute, checked_email(email), 3)
    others = [one for one in having if one != at]
    if not others:
        return at
    if len(others) == 1 and not contacts.bare(tx, others[0]).phone:
        if at is None:
            contacts.set_phone(tx, others[0], phone)
            return others[0]
        consent.merge(tx, at, others)
        return at
    if at is not None and _has(tx, at, attribute, email):
        return at  # already: two customers may share an address
    whose = "A contact with another number has" if len(others) == 1 else "Several contacts have"
    raise Conflict(
        "Somebody else's address",
        f"{whose} this address. Leave the email out, or merge the contacts in Assent if they are one person.",
        "email",
    )


def _has(tx: Tx, contact_id: int, attribute: Attribute, email: str) -> bool:
    kept = contacts.attributes_of(tx, [contact_id])[contact_id].get(attribute.name, "")
    return fold(kept) == fold(checked_email(email))


def without_number(tx: Tx, email: str) -> bool:
    """True if somebody who has no number has this address."""
    attribute = _held(tx, email)
    if attribute is None:
        return False
    return bool(api_contacts.with_value(tx, attribute, checked_email(email), 1, without_number=True))


def recipient(
    tx: Tx, phone: str, name: str, tags: tuple[str, ...], prefix: str = RECIPIENT, *, by: str = ""
) -> int:
    """The contact that a message is for; made, without a choice, if nobody has the number.

    A name is taken only where none is known. by: the key's name, for the thread that tells of tags.
    Raises a Problem of `prefix`name, or OtherNumber of `prefix`phone.
    """
    person = contacts.only_with(tx, phone)
    if person is None:
        found = found_by_phone(tx, phone)
        person = contacts.bare(tx, contacts.create(tx, "", phone) if found is None else found)
    _check_reached(person, phone, prefix)
    at = person.id
    if name.strip() and not person.name:
        contacts.rename(tx, at, named(name, f"{prefix}name"))
    if tags:
        thread_events.tag(tx, at, tags, by)
    return at


def foreseen_recipient(tx: Tx, phone: str, name: str, prefix: str = RECIPIENT) -> Contact:
    """Whom `recipient()` would find, unite or make (then with id 0); nothing is written. Raises as it does."""
    ids = dict.fromkeys(contacts.kept_id(tx, one) for one in contacts.find(tx, phone=phone))
    if not ids:
        us_number = phones.is_us(phone)
        return Contact(0, named(name, f"{prefix}name"), phone, Facts(us_number=us_number), tx.now)
    kept, *others = (contacts.get(tx, one) for one in ids)
    person = merged(kept, others) if others else kept
    if not person.phone:
        person = replace(person, phone=phone, facts=replace(person.facts, us_number=phones.is_us(phone)))
    _check_reached(person, phone, prefix)
    return person if person.name else replace(person, name=named(name, f"{prefix}name"))


def _check_reached(person: Contact, phone: str, prefix: str) -> None:
    if person.phone not in phones.forms(phone):
        raise OtherNumber(
            "Another number now",
            "The contact who is known by this number gets messages at another one. "
            "Nothing is sent there unasked: send to the number that the contact has now.",
            f"{prefix}phone",
        )


def _held(tx: Tx, email: str) -> Attribute | None:
    """The field of addresses, held against others who ask for one; None where nobody can have this address."""
    attribute = added_field(tx, EMAIL)
    if attribute is None or not checked_email(email):
        return None
    api_contacts.hold_field(tx, attribute)
    return attribute
