"""Contacts as the API tells them, in the shape of Gallabox's contacts.

`optIn` says what was recorded; `marketingOptIn`, which their clients know, says what that means here: who has
recorded nothing reads true, and false where the workspace is strict.
"""

from datetime import datetime
from typing import Any

from desktop.domain import phones
from desktop.domain.api_filter import EMAIL, OWNER
from desktop.domain.api_filter_conditions import passes
from desktop.domain.contacts import Contact
from desktop.domain.problems import NotFound
from desktop.domain.public_ids import public_id
from desktop.domain.text import fold
from desktop.services.api_people import reference
from desktop.store import api_answers, contacts, people, settings
from desktop.store.engine import Tx


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
    fields, owners = contacts.known_attributes(tx), owners_by_name(tx)
    answers = []
    for one in contacts.many(tx, ids):
        owner = owners.get(fold(_added(one, OWNER)))
        email = _added(one, EMAIL)
        answers.append(
            {
                "id": public_id(one.id),
                "accountId": account,
                "name": one.name,
                "email": [email] if email else [],
                "phone": [one.phone.lstrip("+")] if one.phone else [],
                "tags": [{"id": public_id(tag_ids[fold(name)]), "name": name} for name in one.tags],
                "fieldValues": [
                    {"id": public_id(fields[name].id), "name": name, "value": value}
                    for name, value in one.attributes.items()
                    if fold(name) not in (fold(EMAIL), fold(OWNER))
                ],
                "creatorId": None,  # who made a contact is not kept with it
                "contactOwnerId": owner["id"] if owner else None,
                "contactOwner": owner,
                "formattedPhone": _formatted(one.phone),
                "messageOptIn": True,
                "createdAt": moment(one.created_at),
                "updatedAt": moment(changed[one.id]),
                **opt_in_shown(one, strict),
            }
        )
    return answers


def owners_by_name(tx: Tx) -> dict[str, dict[str, Any]]:
    """Everyone who works or worked here, by folded name; of two of one name, whoever is still here."""
    return {fold(one.user.name): reference(one) for one in reversed(people.accounts(tx))}


def _added(person: Contact, field: str) -> str:
    """The value of a field that is told as a part of the contact itself."""
    return next((value for name, value in person.attributes.items() if fold(name) == fold(field)), "")


def opt_in_shown(person: Contact, strict: bool) -> dict[str, Any]:
    """The recorded choice, and what it means here. NO if either says so: ours, or WhatsApp's own stop."""
    known = person.facts
    return {
        "marketingOptIn": passes(known, strict),
        "optIn": known.opt_in.value,
        "stoppedInWhatsApp": known.stopped_in_whatsapp,
    }


def _formatted(phone: str) -> list[dict[str, str]]:
    if not phone:
        return []
    national = phones.national(phone)
    return [{"countryCode": phone[1 : len(phone) - len(national)], "phoneNumber": national}]


def moment(at: datetime) -> str:
    """'2026-11-23T07:30:00.000Z'."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
