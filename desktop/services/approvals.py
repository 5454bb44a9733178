"""Asking a second supervisor about a broadcast that reaches people who opted out, and their answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.approval import Approval, ApprovalState
from desktop.domain.audience import Breakdown, Line, Rule
from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.contacts import Contact
from desktop.domain.people import Right, User
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.text import clean
from desktop.services import guard
from desktop.services.rights import allow
from desktop.store import activity, approvals, audience, broadcasts, contacts, settings, templates
from desktop.store.engine import Store, Tx

LONGEST_WORDS: Final = 500
"""Letters of a reason, and of the words of who decides."""


@dataclass(frozen=True, slots=True)
class SecondYes:
    """What a held broadcast needs to go on. counts: of those who are selected, or would be; a yes names their number.

    approval: what was asked last. stands: somebody's yes covers the number and the template of now.
    """

    counts: Breakdown
    approval: Approval | None
    stands: bool


class Approvals:
    """The verbs on approvals."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ask(self, broadcast_id: int, user: User, reason: str, breakdown: Breakdown) -> int:
        """Ask for a second person's yes; returns the request's id. What was asked before is taken back.

        reason: why who opted out shall get it. breakdown: as the button shows it; the yes names its number. Raises
        NotAllowed, or a Problem (of the field reason where it is missing).
        """
        kept = clean(reason).strip()[:LONGEST_WORDS]

        def write(tx: Tx) -> int:
            allow(tx, user, Right.BROADCAST_TO_OPTED_OUT)
            _expect_account(user)
            record = broadcasts.locked(tx, broadcast_id)
            _expect_askable(record)
            # Of those who are selected it is known who they are: nobody's count is asked.
            counted = breakdown if record.selected_count is None else audience.lines(tx, record.id)
            if not kept:
                raise Problem("Say why", "Write why people who opted out shall get it; it is kept.", "reason")
            if not counted.despite_count:
                raise Problem(
                    "Nobody to ask about", "It reaches nobody who opted out: no second yes is needed."
                )
            made = approvals.add(tx, record, user.id, kept, counted.despite_count, counted.selected_count)
            told = f"{counted.despite_count:,} who opted out: {kept}"
            activity.log(tx, user, Deed.APPROVAL_ASKED, record.name, told)
            return made

        return await self._store.write(write)

    async def decide(self, approval_id: int, user: User, granted: bool, words: str = "") -> Approval:
        """Say yes or no; returns the request as it is now. words: what the person adds; needed for a no.

        Raises NotAllowed (also to the one who asked), or a Problem: answered, taken back or expired meanwhile.
        """
        added = clean(words).strip()[:LONGEST_WORDS]
        state = ApprovalState.GRANTED if granted else ApprovalState.REFUSED

        def write(tx: Tx) -> Approval:
            allow(tx, user, Right.BROADCAST_TO_OPTED_OUT)
            _expect_account(user)
            kept = approvals.get(tx, approval_id)
            _expect_waiting(kept)
            if kept.asked_by == user.id:
                raise NotAllowed("Not allowed", "Somebody else has to decide: you asked for it yourself.")
            if not granted and not added:
                raise Problem("Say why not", "Write what has to change; who asked will read it.", "words")
            approvals.decide(tx, kept, state, user.id, added)
            record = broadcasts.get(tx, kept.broadcast_id)
            told = f"{'Yes' if granted else 'No'} to {kept.despite_count:,} who opted out"
            activity.log(tx, user, Deed.APPROVAL_DECIDED, record.name, f"{told}: {added}" if added else told)
            return approvals.get(tx, approval_id)

        return await self._store.write(write)

    async def take_back(self, approval_id: int, user: User) -> None:
        """Ask no more; also a yes that was given is void then. Raises NotAllowed, Problem."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.BROADCAST_TO_OPTED_OUT)
            kept = approvals.get(tx, approval_id)
            if kept.state is not ApprovalState.GRANTED:
                _expect_waiting(kept)
            approvals.decide(tx, kept, ApprovalState.TAKEN_BACK, user.id)
            record = broadcasts.get(tx, kept.broadcast_id)
            activity.log(tx, user, Deed.APPROVAL_DECIDED, record.name, "Taken back")

        await self._store.write(write)

    async def of(self, broadcast_id: int) -> list[Approval]:
        """What was asked about one broadcast, the newest first. Raises NotFound."""
        return await self._store.read(lambda tx: approvals.of(tx, broadcast_id), people=True)

    async def waiting(self) -> list[Approval]:
        """What waits for somebody's word, the oldest first."""
        return await self._store.read(approvals.waiting, people=True)

    async def people(
        self, broadcast_id: int, search: str, after_id: int, limit: int
    ) -> list[tuple[Contact, Line]]:
        """A page of those whom a yes to a held broadcast names, by id: as they were fixed; before its start, as they are
        now. Raises NotFound."""

        def read(tx: Tx) -> list[tuple[Contact, Line]]:
            record = broadcasts.get(tx, broadcast_id)
            if record.selected_count is not None:
                ids = approvals.despite_ids(tx, broadcast_id, search, after_id, limit)
                return [(one, Line.WILL_DESPITE) for one in contacts.many(tx, ids)]
            if record.template_id is None:
                return []
            category = templates.get(tx, record.template_id).effective_category
            draft, rule = record.draft, Rule(category, settings.load(tx).policy, record.only_opted_in)
            return audience.people(
                tx, draft.audience, rule, draft.variables, selection=draft.selection, line=Line.WILL_DESPITE,
                after_id=after_id, search=search, limit=limit,
            )  # fmt: skip

        return await self._store.read(read, people=True)

    async def granted_drafts(self) -> set[int]:
        """Drafts that somebody said yes to, as they are now."""
        return await self._store.read(approvals.granted_drafts, people=True)

    async def is_needed(self, broadcast_id: int) -> bool:
        """True if the workspace asks a second person about broadcasts like this one. Raises NotFound."""

        def read(tx: Tx) -> bool:
            return approvals.is_needed(tx, broadcasts.get(tx, broadcast_id))

        return await self._store.read(read, people=True)

    async def to_go_on(self, broadcast_id: int) -> SecondYes | None:
        """The second yes that a held broadcast needs to go on; None where it is not held, or goes on without one.

        Before its start the whole audience is counted. Raises NotFound.
        """

        def read(tx: Tx) -> SecondYes | None:
            record = broadcasts.get(tx, broadcast_id)
            if record.status is not BroadcastStatus.HELD or not approvals.is_needed(tx, record):
                return None
            counts = _counted(tx, record)
            asked, mark = approvals.of(tx, broadcast_id), approvals.mark_of(tx, record)
            stands = [one for one in asked if one.stands_for(mark, counts.despite_count)]
            newest = asked[0] if asked else None
            # A yes that stands counts, also where more was asked after it.
            shown = stands[0] if stands else newest
            return SecondYes(counts, shown, bool(stands)) if counts.despite_count else None

        return await self._store.read(read, people=True)


def _counted(tx: Tx, record: BroadcastRecord) -> Breakdown:
    """Of those who are selected it is known who they are: nobody's count is asked."""
    if record.selected_count is not None or record.template_id is None:
        return audience.lines(tx, record.id)
    return guard.counted(tx, record, templates.get(tx, record.template_id))


def _expect_account(user: User) -> None:
    """At the shell everybody is the same person, so it cannot be the second one."""
    if user.id == 0:
        raise NotAllowed("Not allowed", "A yes needs a name: open the window and sign in with an account.")


def _expect_askable(record: BroadcastRecord) -> None:
    """Before it begins, or while it is held: a template that was edited ends the yes under which it began."""
    if record.status not in (BroadcastStatus.DRAFT, BroadcastStatus.HELD):
        raise Problem("Not possible now", f"“{record.name}” is {record.status.label.lower()} meanwhile.")


_ANSWERED: Final[dict[ApprovalState, Callable[[Approval], str]]] = {
    ApprovalState.GRANTED: lambda kept: f"{kept.decided_by_name} has said yes already.",
    ApprovalState.REFUSED: lambda kept: f"{kept.decided_by_name} has said no already.",
    ApprovalState.TAKEN_BACK: lambda _kept: "It is not asked any more.",
    ApprovalState.EXPIRED: lambda _kept: "The audience or the template changed since it was asked. Ask anew.",
}


def _expect_waiting(kept: Approval) -> None:
    if kept.state is not ApprovalState.ASKED:
        raise Problem("Not possible now", _ANSWERED[kept.state](kept))
