"""Drafts of broadcasts that several people may work on: nobody overwrites what somebody else wrote meanwhile."""

from dataclasses import dataclass, replace
from datetime import datetime

from desktop.domain.broadcast import LONGEST_NAME, BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.people import Right, User
from desktop.domain.problems import Overtaken
from desktop.services.rights import allow
from desktop.store import broadcasts
from desktop.store.engine import Store, Tx


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What the store has now. revision: to be given at the next keep()."""

    id: int
    revision: int


class DraftChanged(Overtaken):
    """Somebody else changed the draft, or launched it. record: as it stands now."""

    def __init__(self, record: BroadcastRecord) -> None:
        who = record.updated_by_name or "Somebody else"
        super().__init__(
            "Changed meanwhile", f"{who} changed “{record.name}” while you worked on it.", "draft"
        )
        self.record = record

    @property
    def by_name(self) -> str:
        return self.record.updated_by_name or "Somebody else"

    @property
    def at(self) -> datetime | None:
        return self.record.updated_at


def expect_revision(record: BroadcastRecord, revision: int) -> None:
    """Raises DraftChanged unless it is the draft that was read, and a draft still."""
    if record.status is not BroadcastStatus.DRAFT or record.draft_revision != revision:
        raise DraftChanged(record)


class BroadcastDrafts:
    """Keeping drafts with the revision that was read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(
        self, broadcast_id: int | None, draft: BroadcastDraft, user: User, *, revision: int = 0
    ) -> KeptDraft:
        """Keep a draft, new (None) or the one that was read at `revision`. Raises NotAllowed, NotFound, DraftChanged."""

        def write(tx: Tx) -> KeptDraft:
            allow(tx, user, Right.BROADCAST)
            if broadcast_id is not None:
                expect_revision(broadcasts.locked(tx, broadcast_id), revision)
            id = broadcasts.save_draft(tx, broadcast_id, draft, user.id)
            return KeptDraft(id, broadcasts.get(tx, id).draft_revision)

        return await self._store.write(write)

    async def keep_beside(self, draft: BroadcastDraft, whose: str, user: User) -> KeptDraft:
        """Keep a version of a draft as one of its own, named after whose it is. Raises NotAllowed."""
        of_whom = f" ({whose})"[:LONGEST_NAME]
        name = (draft.name or "Broadcast")[: LONGEST_NAME - len(of_whom)] + of_whom
        return await self.keep(None, replace(draft, name=name), user)
