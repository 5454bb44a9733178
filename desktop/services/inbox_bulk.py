"""Several conversations at once: assigned, closed, opened again or tagged in short steps, and taken back.

What each had before is remembered by whoever asked, for the undo that is offered right afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from desktop.domain.importing import LONGEST_TAG
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.text import clean, fold
from desktop.services.rights import allow
from desktop.store import contacts, conversations, inbox_rows, people, sessions, thread_events
from desktop.store.engine import Store, Tx

STEP_COUNT: Final = 50
"""Conversations in one transaction: some ten milliseconds, so that nobody waits long behind it."""

Tell = Callable[[int, int], object]
"""Called with how many are done, of how many."""


class Deed(StrEnum):
    ASSIGN = "assign"
    OPEN = "open"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done. before: of each conversation that it changed, what it had: an id (0: nobody), or open.

    to: what they have now: a person's id (0: nobody), open, or the tag's name. kept_count: those that had it already.
    """

    deed: Deed
    to: int | bool | str
    before: Mapping[int, int | bool] = field(default_factory=dict, hash=False)
    kept_count: int = 0

    @property
    def changed_count(self) -> int:
        return len(self.before)


class InboxBulk:
    """The verbs. Each may be called with thousands of ids; a conversation that is gone is passed over."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def assign(
        self, contact_ids: Sequence[int], to: User | None, user: User, tell: Tell | None = None
    ) -> Done:
        """Give them to a person, or None: to nobody. Raises NotAllowed, Problem."""
        to_id = to.id if to is not None else 0

        def step(tx: Tx, contact_id: int) -> int | None:
            had = conversations.assigned_to(tx, contact_id) or 0
            if had == to_id or not inbox_rows.is_there(tx, contact_id):
                return None
            if to is not None:
                sessions.person_came(tx, contact_id, f"{to.name} has the conversation.")
            conversations.assign(tx, contact_id, to_id or None, user.name)
            return had

        def check(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            if to is not None and people.find(tx, to.id) is None:
                raise Problem("Not possible", f"The account of {to.name} is closed.")

        before = await self._run(contact_ids, check, step, tell)
        return Done(Deed.ASSIGN, to_id, before, len(contact_ids) - len(before))

    async def set_open(
        self, contact_ids: Sequence[int], is_open: bool, user: User, tell: Tell | None = None
    ) -> Done:
        """Close them or open them again. Raises NotAllowed."""

        def step(tx: Tx, contact_id: int) -> bool | None:
            if conversations.is_open(tx, contact_id) == is_open or not inbox_rows.is_there(tx, contact_id):
                return None
            if not is_open:
                sessions.person_came(tx, contact_id, f"{user.name} closed the conversation.")
            conversations.set_open(tx, contact_id, is_open, user.name)
            return not is_open

        before = await self._run(contact_ids, lambda tx: allow(tx, user, Right.REPLY), step, tell)
        return Done(Deed.OPEN, is_open, before, len(contact_ids) - len(before))

    async def add_tag(
        self, contact_ids: Sequence[int], name: str, user: User, tell: Tell | None = None
    ) -> Done:
        """Give the contacts a tag, which is made if it is new. Raises NotAllowed, Problem."""
        shown = " ".join(clean(name).split())
        if not 1 <= len(shown) <= LONGEST_TAG:
            raise Problem("Tag cannot be used", f"Give 1 to {LONGEST_TAG} characters.", "tag")

        def step(tx: Tx, contact_id: int) -> bool | None:
            if _has_tag(tx, contact_id, shown):
                return None
            thread_events.tag(tx, contact_id, [shown], user.name)
            return False

        before = await self._run(contact_ids, lambda tx: allow(tx, user, Right.EDIT_CONTACTS), step, tell)
        return Done(Deed.TAG, shown, before, len(contact_ids) - len(before))

    async def undo(self, done: Done, user: User, tell: Tell | None = None) -> int:
        """Bring back what each had; one that was changed since stays as it is. Returns how many came back."""
        right = Right.EDIT_CONTACTS if done.deed is Deed.TAG else Right.REPLY

        def step(tx: Tx, contact_id: int) -> int | bool | None:
            return done.before[contact_id] if _taken_back(tx, contact_id, done, user) else None

        back = await self._run(list(done.before), lambda tx: allow(tx, user, right), step, tell)
        return len(back)

    async def _run(
        self,
        contact_ids: Sequence[int],
        check: Callable[[Tx], object],
        step: Callable[[Tx, int], int | bool | None],
        tell: Tell | None,
    ) -> dict[int, int | bool]:
        """What each had, of those that changed; the rights are asked in every transaction."""
        before: dict[int, int | bool] = {}

        def write(tx: Tx, some: Sequence[int]) -> dict[int, int | bool]:
            check(tx)
            had = ((contact_id, step(tx, contact_id)) for contact_id in some)
            return {contact_id: was for contact_id, was in had if was is not None}

        for start in range(0, len(contact_ids), STEP_COUNT):
            some = contact_ids[start : start + STEP_COUNT]
            before |= await self._store.write(lambda tx, some=some: write(tx, some))  # type: ignore[misc]
            if tell is not None:
                tell(start + len(some), len(contact_ids))
        return before


def _taken_back(tx: Tx, contact_id: int, done: Done, user: User) -> bool:
    """Put back what one had, if it still has what it was given."""
    was = done.before[contact_id]
    if done.deed is Deed.ASSIGN:
        if (conversations.assigned_to(tx, contact_id) or 0) != done.to:
            return False
        conversations.assign(tx, contact_id, int(was) or None, user.name)
    elif done.deed is Deed.OPEN:
        if not inbox_rows.is_there(tx, contact_id) or conversations.is_open(tx, contact_id) != done.to:
            return False
        conversations.set_open(tx, contact_id, bool(was), user.name)
    else:
        if not _has_tag(tx, contact_id, str(done.to)):
            return False
        thread_events.untag(tx, contact_id, str(done.to), user.name)
    return True


def _has_tag(tx: Tx, contact_id: int, name: str) -> bool:
    return fold(name) in {fold(one) for one in contacts.tags_of(tx, [contact_id])[contact_id]}
