"""Conversations: the list, the thread, who has it, and the draft in the compose box."""

from dataclasses import dataclass
from typing import Any

from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.conversations import (
    NEWEST,
    BotTurn,
    Box,
    BoxCounts,
    ConversationRow,
    MessageView,
    Place,
)
from desktop.domain.inbox import Wanted
from desktop.domain.meanwhile import Seen
from desktop.domain.notes import Note
from desktop.domain.people import Right, User
from desktop.domain.reminders import Reminder
from desktop.domain.settings import Settings
from desktop.domain.thread_events import ThreadEvent
from desktop.services.rights import allow
from desktop.store import (
    consent,
    contacts,
    conversations,
    drafts,
    inbox_rows,
    meanwhile,
    notes,
    reminders,
    session_shown,
    sessions,
    settings,
    thread_events,
    thread_page,
)
from desktop.store.engine import Store, Tx


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """Everything the screen shows of one conversation, read in one transaction.

    row is None while the contact has no conversation yet. draft: as `ComposeState.to_json` made it. bots: their turns
    that the thread tells of. notes, events: the newest 300, oldest first. reminder: the person's own, if one is set.
    seen: the newest message and consent event there are.
    has_older, has_newer: whether there are messages beyond those that were read.
    """

    contact: Contact
    row: ConversationRow | None
    messages: tuple[MessageView, ...]
    history: tuple[ConsentEvent, ...]
    draft: dict[str, Any] | None
    settings: Settings
    bots: tuple[BotTurn, ...] = ()
    notes: tuple[Note, ...] = ()
    events: tuple[ThreadEvent, ...] = ()
    reminder: Reminder | None = None
    has_older: bool = False
    has_newer: bool = False
    seen: Seen = Seen()


class Conversations:
    """The verbs on conversations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def counts(self, user: User) -> BoxCounts:
        return await self._store.read(lambda tx: inbox_rows.counts(tx, user.id), people=True)

    async def rows(
        self, box: Box, user: User, *, search: str = "", limit: int = 200
    ) -> list[ConversationRow]:
        """The list of a tab, newest first; search: by name or phone."""
        return await self._store.read(
            lambda tx: inbox_rows.page(tx, Wanted(box), user.id, search=search, limit=limit), people=True
        )

    async def open(self, contact_id: int, user: User, *, place: Place = NEWEST) -> OpenConversation:
        """Read a conversation; at most 300 messages, see Place. Raises NotFound."""

        def read(tx: Tx) -> OpenConversation:
            row = inbox_rows.row(tx, contact_id, user.id)
            page = thread_page.read(
                tx, contact_id, place, first_unread_id=row.first_unread_id if row is not None else None
            )
            return OpenConversation(
                contacts.get(tx, contact_id),
                row,
                page.messages,
                tuple(consent.history(tx, contact_id)),
                drafts.load(tx, contact_id, user.id),
                settings.load(tx),
                tuple(session_shown.turns(tx, contact_id)),
                tuple(notes.of_contact(tx, contact_id)),
                tuple(thread_events.of_contact(tx, contact_id)),
                reminders.of(tx, contact_id, user.id),
                page.has_older,
                page.has_newer,
                meanwhile.newest(tx, contact_id),
            )

        return await self._store.read(read, people=True)

    async def mark_read(self, contact_id: int, user: User) -> None:
        """The person looked: nothing is unread any more. Raises NotAllowed."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            conversations.mark_read(tx, contact_id)

        await self._store.write(write)

    async def save_draft(self, contact_id: int, user: User, body: dict[str, Any] | None) -> None:
        """Keep what stands in the compose box; None: nothing stands there. Raises NotAllowed."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            drafts.save(tx, contact_id, user.id, body)

        await self._store.write(write)

    async def assign(self, contact_id: int, to: User | None, user: User) -> None:
        def write(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            if to is not None:
                sessions.person_came(tx, contact_id, f"{to.name} has the conversation.")
            conversations.assign(tx, contact_id, to.id if to else None, user.name)

        await self._store.write(write)

    async def close(self, contact_id: int, user: User) -> None:
        """Close it; the customer's next message opens it again."""
        await self._set_open(contact_id, user, False)

    async def reopen(self, contact_id: int, user: User) -> None:
        await self._set_open(contact_id, user, True)

    async def _set_open(self, contact_id: int, user: User, is_open: bool) -> None:
        def write(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            if not is_open:
                sessions.person_came(tx, contact_id, f"{user.name} closed the conversation.")
            conversations.set_open(tx, contact_id, is_open, user.name)

        await self._store.write(write)
