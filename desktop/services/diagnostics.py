"""What to know when something is wrong with a store: how it is and how it is set, without a value of anybody."""

from dataclasses import dataclass

from desktop.domain.settings import Settings
from desktop.store import condition, opening, settings
from desktop.store.condition import Condition
from desktop.store.engine import Store, Tx


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """kind: SQLite or PostgreSQL. settings: those that decide what is sent and how fast; texts are nobody's business."""

    kind: str
    condition: Condition
    settings: Settings

    @property
    def is_sandbox(self) -> bool:
        return self.condition.stamp in ("", opening.SANDBOX)


async def look(store: Store) -> StoreFacts:
    """Read the facts. Raises the Problem of a store that cannot be read."""

    def read(tx: Tx) -> tuple[Condition, Settings]:
        return condition.look(tx), settings.load(tx)

    found, kept = await store.read(read)
    return StoreFacts("PostgreSQL" if store.on_postgresql else "SQLite", found, kept)
