"""What another program changes of a contact: checked, then written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from desktop.domain.api_filter import EMAIL, OWNER
from desktop.domain.consent import OptIn, Source
from desktop.domain.fields import checked_value
from desktop.domain.filters import Attribute, Kind
from desktop.domain.keys import Caller
from desktop.domain.problems import Problem
from desktop.domain.text import clean, fold
from desktop.services.api_people import found_person
from desktop.services.contact_edit import checked_name
from desktop.store import consent, contacts, people, thread_events
from desktop.store.engine import Tx

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class ContactWanted:
    """What is asked for. phone: as asked, "" for none. Of the rest, None: not said, so nothing is changed.

    values: by the names of contact fields, "" clears. opt_in_reason: where they asked for marketing again.
    owner: a person's id or e-mail address, "" for nobody.
    """

    phone: str
    name: str | None = None
    email: str | None = None
    tags: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    opt_in: OptIn | None = None
    opt_in_reason: str = ""
    owner: str | None = None


def change(tx: Tx, contact_id: int, wanted: ContactWanted, caller: Caller) -> None:
    """Write what was said; the number aside. Raises a Problem that names the field."""
    if wanted.name is not None and wanted.name.strip():
        name = named(wanted.name, "name")
        if name != contacts.get(tx, contact_id).name:
            contacts.rename(tx, contact_id, name)
    if wanted.tags:
        thread_events.tag(tx, contact_id, wanted.tags, caller.name)
    if wanted.email is not None:
        _set_added(tx, contact_id, EMAIL, Kind.TEXT, checked_email(wanted.email), "email")
    if wanted.owner is not None:
        owner = found_person(tx, wanted.owner, "contactOwnerId").name if wanted.owner.strip() else ""
        _set_added(tx, contact_id, OWNER, Kind.USER, owner, "contactOwnerId")
    known = {fold(name): one for name, one in contacts.known_attributes(tx).items()} if wanted.values else {}
    for name, value in wanted.values.items():
        if fold(name) not in known:
            raise Problem("Field not found", f"There is no contact field “{name}”.", f"fieldValues.{name}")
        _set(tx, contact_id, known[fold(name)], value, f"fieldValues.{name}")
    if wanted.opt_in is not None:
        _record(tx, contact_id, wanted.opt_in, wanted.opt_in_reason.strip(), caller)


def retag(tx: Tx, contact_id: int, add: Sequence[str], remove: Sequence[str], by: str) -> None:
    """Give a contact tags and take others from it; one that is both stays. What is so already is not touched.

    by: the key's name, for the thread.
    """
    had = {fold(one) for one in contacts.tags_of(tx, [contact_id])[contact_id]}
    kept = {fold(clean(one)) for one in add}
    for one in remove:
        if fold(clean(one)) in had - kept:
            thread_events.untag(tx, contact_id, one, by)
    missing = [one for one in add if fold(clean(one)) not in had]
    if missing:
        thread_events.tag(tx, contact_id, missing, by)


def checked_email(text: str) -> str:
    """The address without spaces around it, "" for none. Raises Problem (field: email)."""
    address = clean(text).strip()
    if address and not _ADDRESS.fullmatch(address):
        raise Problem("Not an address", "An e-mail address is written like name@shop.example.", "email")
    return address


def named(text: str, field_name: str) -> str:
    """A name with single spaces, "" for none. Raises a Problem of `field_name`."""
    try:
        return checked_name(text)
    except Problem as wrong:
        raise Problem(wrong.title, wrong.sentence, field_name) from wrong


def added_field(tx: Tx, name: str) -> Attribute | None:
    """The contact field that keeps what is told as a part of the contact itself."""
    return next((one for one in contacts.known_attributes(tx).values() if fold(one.name) == fold(name)), None)


def _set_added(tx: Tx, contact_id: int, name: str, kind: Kind, value: str, field_name: str) -> None:
    attribute = added_field(tx, name)
    if attribute is None and value:
        attribute = contacts.make_attribute(tx, name, kind)
    if attribute is not None:
        _set(tx, contact_id, attribute, value, field_name)


def _set(tx: Tx, contact_id: int, attribute: Attribute, value: str, field_name: str) -> None:
    colleagues = [one.name for one in people.every(tx)] if attribute.kind is Kind.USER else []
    try:
        kept = checked_value(attribute, value, colleagues)
    except Problem as wrong:
        raise Problem(wrong.title, wrong.sentence, field_name) from wrong
    contacts.set_attribute(tx, contact_id, attribute, kept)


def _record(tx: Tx, contact_id: int, value: OptIn, reason: str, caller: Caller) -> None:
    """The same again is no news, except a No. Nobody's No is lifted without saying why, as in the window."""
    _, known = consent.facts_of(tx, contact_id, lock=True)
    if known.opt_in is value and value is not OptIn.NO:
        return
    if known.opt_in is OptIn.NO and value is not OptIn.NO and not reason:
        raise Problem(
            "Say why",
            "The contact opted out. Say in optInReason where they asked for marketing again.",
            "optInReason",
        )
    consent.record(tx, contact_id, value, Source.API, evidence=caller.name, reason=reason)
