"""Quick replies of the workspace: everybody who writes to customers uses and keeps them."""

from desktop.domain.people import Right, User
from desktop.domain.quick_replies import QuickReply, checked
from desktop.services.rights import allow
from desktop.store import quick_replies
from desktop.store.engine import Store, Tx


class QuickReplies:
    """The verbs on quick replies."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[QuickReply]:
        return await self._store.read(quick_replies.every, people=True)

    async def save(self, id: int | None, shortcut: str, text: str, user: User) -> int:
        """Keep a new one, or with an id change one; returns its id. Raises NotAllowed, Problem."""
        shortcut, text = checked(shortcut, text)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.REPLY)
            return quick_replies.save(tx, id, shortcut, text, user.id)

        return await self._store.write(write)

    async def remove(self, id: int, user: User) -> None:
        """Raises NotAllowed."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            quick_replies.remove(tx, id)

        await self._store.write(write)
