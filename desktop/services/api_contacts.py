"""Contacts as other programs make, change and look them up, in the shape of Gallabox's contacts.

`optIn` says what was recorded; `marketingOptIn`, which their clients know, says what that means here: who has
recorded nothing reads true, and false where the workspace is strict.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from desktop.domain import phones
from desktop.domain.api_message import phone_of
from desktop.domain.consent import OptIn, Source
from desktop.domain.contact_table import TableQuery
from desktop.domain.contacts import Contact
from desktop.domain.fields import checked_value
from desktop.domain.filters import Attribute, Kind
from desktop.domain.keys import Caller
from desktop.domain.problems import NotFound, Overtaken, Problem
from desktop.domain.public_ids import public_id
from desktop.domain.text import fold
from desktop.services.api_answers import Once, once, written
from desktop.services.contact_edit import checked_name
from desktop.store import api_answers, consent, contact_table, contacts, people, settings
from desktop.store.engine import Store, Tx, WriteLane

EMAIL: Final = "Email"
"""The field that keeps a contact's e-mail address; made when the first one comes."""
_MADE: Final = 201
_DONE: Final = 200


class Known(Overtaken):
    """There is a contact with this number already."""


@dataclass(frozen=True, slots=True)
class ContactWanted:
    """What is asked for. phone: as asked. name, email, opt_in None: not said, so nothing is changed.

    values: by the names of contact fields, "" clears. opt_in_reason: where they asked for marketing again.
    """

    phone: str
    name: str | None = None
    email: str | None = None
    tags: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    opt_in: OptIn | None = None
    opt_in_reason: str = ""


class ApiContacts:
    """The verbs that the API has on contacts. Answers are JSON values."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(self, wanted: ContactWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Make a contact. Raises Known, or a Problem that names the field."""
        phone = phone_of(wanted.phone, "phone")

        def do(tx: Tx) -> dict[str, Any]:
            if found_by_phone(tx, phone) is not None:
                raise Known("Known already", "There is a contact with this number. Use upsert.", "phone")
            made = contacts.create(tx, "", phone)
            _change(tx, made, wanted, caller)
            return shown(tx, made)

        return await self._write(wanted, lambda tx: once(tx, caller, asked, _MADE, lambda: do(tx)))

    async def upsert(self, wanted: ContactWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Change the contact with this number, or make one. Raises a Problem that names the field."""
        phone = phone_of(wanted.phone, "phone")

        def do(tx: Tx) -> dict[str, Any]:
            found = found_by_phone(tx, phone)
            at = contacts.create(tx, "", phone) if found is None else found
            _change(tx, at, wanted, caller)
            return shown(tx, at)

        return await self._write(wanted, lambda tx: once(tx, caller, asked, _DONE, lambda: do(tx)))

    async def get(self, contact_id: int) -> dict[str, Any]:
        """One contact, or the one it was merged into. Raises NotFound."""
        return await self._store.read(lambda tx: shown(tx, contacts.kept_id(tx, contact_id)))

    async def by_phone(self, phone: str) -> list[dict[str, Any]]:
        """The contact with this number: one or none. Raises NotAPhone (phone)."""
        number = phone_of(phone, "phone")

        def read(tx: Tx) -> list[dict[str, Any]]:
            return [shown(tx, one) for one in contacts.find(tx, phone=number)[:1]]

        return await self._store.read(read)

    async def search(self, text: str, limit: int, page: int) -> list[dict[str, Any]]:
        """A page (from 1) of those whose name or number contains the text, by name."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            ids = contact_table.ids(tx, TableQuery(search=text), (page - 1) * limit, limit)
            return every_shown(tx, ids)

        return await self._store.read(read)

    async def account_id(self) -> str:
        return await self._store.read(account_id)

    async def count(self) -> int:
        return await self._store.read(contacts.count)

    async def history(self, contact_id: int) -> list[dict[str, Any]]:
        """What the contact said about marketing, oldest first. Raises NotFound."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            at = contacts.get(tx, contacts.kept_id(tx, contact_id)).id
            return [
                {
                    "fact": one.fact.value,
                    "value": one.value,
                    "source": one.source.value,
                    "origin": one.origin,
                    "reason": one.reason,
                    "at": _moment(one.at),
                }
                for one in consent.history(tx, at)
            ]

        return await self._store.read(read)

    async def _write(self, wanted: ContactWanted, run: Callable[[Tx], dict[str, Any]]) -> dict[str, Any]:
        lane = WriteLane.PEOPLE if wanted.opt_in is None else WriteLane.CONSENT
        return await written(self._store, run, lane)


def found_by_phone(tx: Tx, phone: str) -> int | None:
    """The contact of a number; several that are known under its forms are one person and become one."""
    found = contacts.find(tx, phone=phone)
    if not found:
        return None
    at = contacts.kept_id(tx, found[0])
    if len(found) > 1:
        consent.unite(tx, at, phone=phone)
    if not contacts.get(tx, at).phone:
        contacts.set_phone(tx, at, phone)
    return at


def recipient(tx: Tx, phone: str, name: str, tags: tuple[str, ...]) -> int:
    """The contact that a message is for; made, without a choice, if nobody has the number.

    A name is taken only where none is known. Raises a Problem of 'recipient.name'.
    """
    found = found_by_phone(tx, phone)
    at = contacts.create(tx, "", phone) if found is None else found
    if name.strip() and not contacts.get(tx, at).name:
        contacts.rename(tx, at, _name(name, "recipient.name"))
    if tags:
        contacts.add_tags(tx, [at], tags)
    return at


def _name(text: str, field_name: str) -> str:
    try:
        return checked_name(text)
    except Problem as wrong:
        raise Problem(wrong.title, wrong.sentence, field_name) from wrong


def _change(tx: Tx, contact_id: int, wanted: ContactWanted, caller: Caller) -> None:
    if wanted.name is not None and wanted.name.strip():
        name = _name(wanted.name, "name")
        if name != contacts.get(tx, contact_id).name:
            contacts.rename(tx, contact_id, name)
    if wanted.tags:
        contacts.add_tags(tx, [contact_id], wanted.tags)
    if wanted.email is not None:
        email = _email_field(tx) or contacts.make_attribute(tx, EMAIL, Kind.TEXT)
        _set(tx, contact_id, email, wanted.email, "email")
    known = {fold(name): one for name, one in contacts.known_attributes(tx).items()} if wanted.values else {}
    for name, value in wanted.values.items():
        if fold(name) not in known:
            raise Problem("Field not found", f"There is no contact field “{name}”.", f"fieldValues.{name}")
        _set(tx, contact_id, known[fold(name)], value, f"fieldValues.{name}")
    if wanted.opt_in is not None:
        _record(tx, contact_id, wanted.opt_in, wanted.opt_in_reason.strip(), caller)


def _set(tx: Tx, contact_id: int, attribute: Attribute, value: str, field_name: str) -> None:
    colleagues = [one.name for one in people.every(tx)] if attribute.kind is Kind.USER else []
    try:
        kept = checked_value(attribute, value, colleagues)
    except Problem as wrong:
        raise Problem(wrong.title, wrong.sentence, field_name) from wrong
    contacts.set_attribute(tx, contact_id, attribute, kept)


def _email_field(tx: Tx) -> Attribute | None:
    named = (one for name, one in contacts.known_attributes(tx).items() if fold(name) == fold(EMAIL))
    return next(named, None)


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


# What is answered.


def account_id(tx: Tx) -> str:
    """This workspace's id for the outside: made of the mark that its messages carry."""
    return f"{int(settings.meta(tx, 'key') or '0', 16):024x}"


def shown(tx: Tx, contact_id: int) -> dict[str, Any]:
    """One contact as the API tells it. Raises NotFound."""
    found = every_shown(tx, [contact_id])
    if not found:
        raise NotFound("Contact not found", "There is no such contact (any more).")
    return found[0]


def every_shown(tx: Tx, ids: list[int]) -> list[dict[str, Any]]:
    """Contacts as the API tells them, in the order asked."""
    strict, account = settings.load(tx).policy.strict, account_id(tx)
    tag_ids, changed = contacts.known_tags(tx), api_answers.changed_at(tx, ids)
    fields = contacts.known_attributes(tx)
    answers = []
    for one in contacts.many(tx, ids):
        tags = [{"id": public_id(tag_ids[fold(name)]), "name": name} for name in one.tags]
        values = {name: value for name, value in one.attributes.items() if fold(name) != fold(EMAIL)}
        email = [value for name, value in one.attributes.items() if fold(name) == fold(EMAIL)]
        answers.append(
            {
                "id": public_id(one.id),
                "accountId": account,
                "name": one.name,
                "email": email,
                "phone": [one.phone.lstrip("+")] if one.phone else [],
                "tags": tags,
                "fieldValues": [
                    {"id": public_id(fields[name].id), "name": name, "value": value}
                    for name, value in values.items()
                ],
                "formattedPhone": _formatted(one.phone),
                "messageOptIn": True,
                "createdAt": _moment(one.created_at),
                "updatedAt": _moment(changed[one.id]),
                **opt_in_shown(one, strict),
            }
        )
    return answers


def opt_in_shown(person: Contact, strict: bool) -> dict[str, Any]:
    """The recorded choice, and what it means here. NO if either says so: ours, or WhatsApp's own stop."""
    known = person.facts
    passes = not known.says_no and (known.opt_in is OptIn.YES or not strict)
    return {
        "marketingOptIn": passes,
        "optIn": known.opt_in.value,
        "stoppedInWhatsApp": known.stopped_in_whatsapp,
    }


def _formatted(phone: str) -> list[dict[str, str]]:
    if not phone:
        return []
    national = phones.national(phone)
    return [{"countryCode": phone[1 : len(phone) - len(national)], "phoneNumber": national}]


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
