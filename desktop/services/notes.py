"""Notes under a conversation, and mentions in them."""

from desktop.domain.notes import LONGEST_NOTE, Mention, mentioned
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.services.rights import allow
from desktop.store import drafts, notes, people
from desktop.store.engine import Store, Tx


class Notes:
    """The verbs on notes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, contact_id: int, text: str, user: User) -> int:
        """Keep a note; who is named in it with an @ has a mention. Its draft is gone with it, in one transaction.

        Returns its id. Raises NotAllowed, Problem.
        """
        kept = clean(text).strip()
        if not 1 <= len(kept) <= LONGEST_NOTE:
            raise Problem("Note cannot be kept", f"Give 1 to {LONGEST_NOTE:,} characters.", "text")

        def write(tx: Tx) -> int:
            allow(tx, user, Right.REPLY)
            named = [one.id for one in mentioned(kept, people.every(tx)) if one.id != user.id]
            drafts.noted(tx, contact_id, user.id, kept)
            return notes.add(tx, contact_id, user.id, kept, named)

        return await self._store.write(write)

    async def mentions(self, user: User) -> list[Mention]:
        """Notes that name this person, who has not seen them, newest first."""
        return await self._store.read(lambda tx: notes.unseen(tx, user.id), people=True)

    async def mark_seen(self, contact_id: int, user: User) -> None:
        """The person looked at the conversation."""
        await self._store.write(lambda tx: notes.mark_seen(tx, contact_id, user.id))
