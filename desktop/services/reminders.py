"""Reminders: a conversation comes back to a person at a time."""

from datetime import datetime

from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.reminders import Reminder
from desktop.services.rights import allow
from desktop.store import reminders
from desktop.store.engine import Store, Tx


class Reminders:
    """The verbs on reminders."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, contact_id: int, due_at: datetime, user: User) -> None:
        """Remind this person at a time to come; instead of what they set before. Raises NotAllowed, Problem."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            if due_at <= tx.now:
                raise Problem("That time has passed", "Choose a time to come.", "due_at")
            reminders.put(tx, contact_id, user.id, due_at)

        await self._store.write(write)

    async def remove(self, contact_id: int, user: User) -> None:
        await self._store.write(lambda tx: reminders.remove(tx, contact_id, user.id))

    async def every(self, user: User) -> list[Reminder]:
        """All that this person set and did not take away, the earliest first."""
        return await self._store.read(lambda tx: reminders.every(tx, user.id), people=True)

    async def due(self, user: User) -> list[Reminder]:
        """What this person has to be told now."""
        return await self._store.read(lambda tx: reminders.due(tx, user.id), people=True)

    async def mark_told(self, contact_id: int, user: User) -> bool:
        """The person was told; False if another window told them first."""
        return await self._store.write(lambda tx: reminders.mark_told(tx, contact_id, user.id))
