"""A message of another program, tried by a person: what would happen is said, and nothing is sent or made."""

from desktop.domain.api_message import MessageWanted
from desktop.domain.known import Known
from desktop.services.api_messages import foresee
from desktop.store.engine import Store


class Trials:
    """The question that `POST …/messages/whatsapp/explain` asks, without a key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def foresee(self, wanted: MessageWanted) -> Known:
        """What is known of the message now. Raises the Problem with which the API would refuse it."""
        return await self._store.read(lambda tx: foresee(tx, wanted), people=True)
