"""Contact fields: which attributes contacts have, and of which type."""

from collections.abc import Sequence

from desktop.domain.filters import Attribute, Kind
from desktop.domain.people import User
from desktop.store.engine import Store


class Fields:
    """The verbs on attribute definitions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[Attribute]:
        """All attributes, the oldest first."""
        raise NotImplementedError

    async def define(self, name: str, kind: Kind, choices: Sequence[str], user: User) -> Attribute:
        """A new attribute. Raises NotAllowed, or a Problem naming the field: name, choices."""
        raise NotImplementedError

    async def change(self, attribute_id: int, name: str, choices: Sequence[str], user: User) -> Attribute:
        """Rename it or change its choices; values that contacts have are kept. Raises like `define`."""
        raise NotImplementedError

    async def used_count(self, attribute_id: int) -> int:
        """How many contacts have a value."""
        raise NotImplementedError
