"""What calls for a person's attention, for notifications and badges."""

from dataclasses import dataclass
from datetime import datetime

from desktop.domain.attention import NewMessage
from desktop.domain.notes import Mention
from desktop.domain.people import User
from desktop.domain.reminders import Reminder
from desktop.store import attention, notes, reminders
from desktop.store.engine import Store, Tx


@dataclass(frozen=True, slots=True)
class ForYou:
    """What waits for a person. mentions: not seen yet, newest first; reminders: all of theirs, the earliest first.

    waiting_count: conversations of theirs with something unread, and mentions.
    """

    mentions: tuple[Mention, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    waiting_count: int = 0

    def bell_count(self, now: datetime) -> int:
        """Mentions, and reminders whose time has come."""
        return len(self.mentions) + sum(one.due_at <= now for one in self.reminders)


class Attention:
    """Looks; nothing is marked by it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def news(self, user: User, since: datetime) -> list[NewMessage]:
        """Customers' messages that came since and that nobody has read, in conversations of the person or of nobody."""
        return await self._store.read(lambda tx: attention.news(tx, user.id, since), people=True)

    async def for_you(self, user: User) -> ForYou:
        def read(tx: Tx) -> ForYou:
            return ForYou(
                tuple(notes.unseen(tx, user.id)),
                tuple(reminders.every(tx, user.id)),
                attention.waiting_count(tx, user.id),
            )

        return await self._store.read(read, people=True)
