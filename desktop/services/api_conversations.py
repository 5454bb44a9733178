"""Conversations as other programs look at them, give them to somebody, and end them.

A contact has one conversation, so both have the same id; tags are the contact's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from desktop.domain import window
from desktop.domain.api_message import phone_of
from desktop.domain.conversations import ConversationRow
from desktop.domain.keys import Caller
from desktop.domain.problems import NotFound
from desktop.domain.public_ids import public_id
from desktop.domain.text import fold
from desktop.services.api_answers import Once, once, written
from desktop.services.api_contact_edit import retag
from desktop.services.api_contact_shown import account_id, moment
from desktop.services.api_people import found_person, reference
from desktop.store import contacts, conversations, inbox_rows, people, sessions
from desktop.store.engine import Store, Tx

_DONE: Final = 200


@dataclass(frozen=True, slots=True)
class Whose:
    """Which conversation: by its id (the contact's), or by the contact's number as asked."""

    contact_id: int = 0
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AssignWanted:
    """Who gets it: a person's id or e-mail address, "" for nobody. field: what named them."""

    person: str
    field: str = "userId"


class ApiConversations:
    """The API's verbs on conversations. Answers are JSON values. All raise NotFound, or NotAPhone (phoneNumber)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, whose: Whose) -> dict[str, Any]:
        """One conversation as it stands."""
        number = _number(whose)
        return await self._store.read(lambda tx: conversation_shown(tx, _row(tx, whose, number).contact_id))

    async def assign(self, whose: Whose, to: AssignWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Give it to somebody, or to nobody. Raises a Problem that names who was not found."""

        def do(tx: Tx, row: ConversationRow) -> None:
            assign(tx, row, to, caller.name)

        return await self._write(whose, do, caller, asked)

    async def set_open(self, whose: Whose, is_open: bool, caller: Caller, asked: Once) -> dict[str, Any]:
        """Resolve it, or open it again. The customer's next message opens it in any case."""

        def do(tx: Tx, row: ConversationRow) -> None:
            if row.open is not is_open:
                if not is_open:
                    sessions.person_came(tx, row.contact_id, "The conversation was closed by a program.")
                conversations.set_open(tx, row.contact_id, is_open, caller.name)

        return await self._write(whose, do, caller, asked)

    async def tag(
        self, whose: Whose, add: tuple[str, ...], remove: tuple[str, ...], caller: Caller, asked: Once
    ) -> dict[str, Any]:
        """Give the contact tags, and take others from it. A tag that is both stays."""

        def do(tx: Tx, row: ConversationRow) -> None:
            retag(tx, row.contact_id, add, remove, caller.name)

        return await self._write(whose, do, caller, asked)

    async def _write(
        self, whose: Whose, do: Callable[[Tx, ConversationRow], None], caller: Caller, asked: Once
    ) -> dict[str, Any]:
        number = _number(whose)

        def run(tx: Tx) -> dict[str, Any]:
            row = _row(tx, whose, number)
            do(tx, row)
            return conversation_shown(tx, row.contact_id)

        return await written(self._store, lambda tx: once(tx, caller, asked, _DONE, lambda: run(tx)))


def assign(tx: Tx, row: ConversationRow, to: AssignWanted, by: str = "") -> None:
    """Give a conversation to somebody; nothing is touched if they have it. by: the key's name.

    Raises a Problem of `to.field`.
    """
    person = found_person(tx, to.person, to.field) if to.person.strip() else None
    user_id = person.id if person is not None else None
    if row.assigned_to != user_id:
        if person is not None:
            sessions.person_came(tx, row.contact_id, f"{person.name} has the conversation.")
        conversations.assign(tx, row.contact_id, user_id, by)


def _number(whose: Whose) -> str:
    """As E.164, "" where the conversation is named by its id."""
    return phone_of(whose.phone, "phoneNumber") if whose.phone else ""


def _row(tx: Tx, whose: Whose, number: str) -> ConversationRow:
    ids = contacts.find(tx, phone=number) if number else [whose.contact_id]
    for id in ids:
        found = inbox_rows.row(tx, contacts.kept_id(tx, id), 0)
        if found is not None:
            return found
    raise NotFound("Conversation not found", "Nobody has written to this contact, or heard from it, yet.")


def conversation_shown(tx: Tx, contact_id: int) -> dict[str, Any]:
    """A conversation as the API tells it. Raises NotFound where the contact has none."""
    row = _row(tx, Whose(contact_id), "")
    closes_at = window.closes_at(row.last_inbound_at)
    tag_ids = contacts.known_tags(tx)
    assignee = next((one for one in people.accounts(tx) if one.user.id == row.assigned_to), None)
    return {
        "id": public_id(row.contact_id),
        "accountId": account_id(tx),
        "contactId": public_id(row.contact_id),
        "contact": {
            "id": public_id(row.contact_id),
            "name": row.name,
            "phone": [row.phone.lstrip("+")] if row.phone else [],
        },
        "channelType": "whatsapp",
        "status": "OPEN" if row.open else "CLOSE",
        "assigneeId": public_id(assignee.user.id) if assignee else None,
        "assignee": reference(assignee) if assignee else None,
        "tags": [{"id": public_id(tag_ids[fold(name)]), "name": name} for name in row.tags],
        "unreadCount": row.unread_count,
        "lastMessageAt": moment(row.last_at),
        "lastInboundAt": moment(row.last_inbound_at) if row.last_inbound_at else None,
        "windowOpenUntil": moment(closes_at) if closes_at else None,
    }
