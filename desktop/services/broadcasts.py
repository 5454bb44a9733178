"""Broadcasts: count, launch, pause, stop, and account for everyone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.domain.audience import Breakdown, Lately, Line, Rule
from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures, ReasonCount, Stopped
from desktop.domain.consent import Category
from desktop.domain.contacts import Contact
from desktop.domain.conversations import MessageView
from desktop.domain.filters import Filter
from desktop.domain.messages import GONE, Status
from desktop.domain.people import Right, User
from desktop.domain.problems import NotFound, Problem
from desktop.domain.reasons import Reason
from desktop.domain.selection import EVERYBODY, Selection
from desktop.domain.templates import Variable
from desktop.services import broadcast_launch as launching
from desktop.services import broadcast_test, broadcast_verbs, sending
from desktop.services.rights import allow
from desktop.store import (
    audience,
    audience_count,
    broadcast_figures,
    broadcasts,
    conversations,
    ledger,
    outbox,
    settings,
)
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.ledger import LedgerResult


class UnknownDecision(StrEnum):
    """What a person says of a message whose answer was lost."""

    ARRIVED = "arrived"
    SEND_AGAIN = "send_again"
    LEAVE_IT = "leave_it"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report shows, read in one transaction, so that its figures belong together.

    timeline: for sent, delivered, read: (seconds since launch, count so far) points. stopped: of one that was stopped;
    final when the calls on the way have answered.
    """

    record: BroadcastRecord
    figures: Figures
    reasons: tuple[ReasonCount, ...]
    timeline: dict[str, list[tuple[float, int]]]

    @property
    def stopped(self) -> Stopped | None:
        """How many are gone, on the way and will never go, of one that was stopped."""
        return Stopped.of(self.figures) if self.record.status is BroadcastStatus.STOPPED else None


class Broadcasts:
    """The verbs on broadcasts. wake: the engine and its rounds look for what is due."""

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store = store
        self.wake = wake

    # Counting and looking.

    async def count(
        self,
        wanted: Filter,
        category: Category,
        only_opted_in: bool,
        variables: tuple[Variable, ...] = (),
        selection: Selection = EVERYBODY,
    ) -> Breakdown:
        """The breakdown of an audience, exact. Cancelling it interrupts the query. Raises BadFilter."""

        def rule(tx: Tx) -> Rule:
            return Rule(category, settings.load(tx).policy, only_opted_in)

        return await audience_count.breakdown(self._store, wanted, rule, variables, selection)

    async def people(
        self,
        wanted: Filter,
        category: Category,
        only_opted_in: bool,
        variables: tuple[Variable, ...] = (),
        *,
        selection: Selection = EVERYBODY,
        line: Line | None = None,
        after_id: int = 0,
        search: str = "",
        limit: int = 50,
    ) -> list[tuple[Contact, Line]]:
        """A page of an audience's contacts, each with its line; after_id: the last one of the page before.

        line: only those on it. search: part of a name or phone. Raises BadFilter.
        """

        def read(tx: Tx) -> list[tuple[Contact, Line]]:
            rule = Rule(category, settings.load(tx).policy, only_opted_in)
            return audience.people(
                tx,
                wanted,
                rule,
                variables,
                selection=selection,
                line=line,
                after_id=after_id,
                search=search,
                limit=limit,
            )

        return await self._store.read(read)

    async def lately(
        self, template_id: int, wanted: Filter, selection: Selection = EVERYBODY
    ) -> Lately | None:
        """How many of an audience got the template in the last 24 hours, by any path; None: nobody. Raises BadFilter."""
        return await self._store.read(lambda tx: audience.lately(tx, template_id, wanted, selection))

    async def every(self) -> list[tuple[BroadcastRecord, Figures]]:
        """The newest broadcasts first, with their figures."""

        def read(tx: Tx) -> list[tuple[BroadcastRecord, Figures]]:
            return [(one, broadcast_figures.figures(tx, one.id)) for one in broadcasts.every(tx)]

        return await self._store.read(read, people=True)

    async def get(self, broadcast_id: int) -> BroadcastRecord:
        """One broadcast. Raises NotFound."""
        return await self._store.read(lambda tx: broadcasts.get(tx, broadcast_id), people=True)

    async def report(self, broadcast_id: int, *, opted_out: bool = True) -> Report:
        """The report of one broadcast. opted_out: with who said no since, which takes longer. Raises NotFound."""

        def read(tx: Tx) -> Report:
            return Report(
                broadcasts.get(tx, broadcast_id),
                broadcast_figures.figures(tx, broadcast_id, opted_out=opted_out),
                tuple(broadcast_figures.reasons(tx, broadcast_id)),
                broadcast_figures.timeline(tx, broadcast_id),
            )

        return await self._store.read(read, people=True)

    async def messages(
        self, broadcast_id: int, statuses: tuple[Status, ...] = (), *, search: str = "", limit: int = 200
    ) -> list[MessageView]:
        """Messages of the report's table, newest change first; no statuses: all of them."""

        def read(tx: Tx) -> list[MessageView]:
            ids = broadcast_figures.message_ids(tx, broadcast_id, statuses, search=search, limit=limit)
            return conversations.messages(tx, ids)

        return await self._store.read(read, people=True)

    async def verify(self, broadcast_id: int) -> LedgerResult:
        """Compare the four records of a broadcast."""
        return await self._store.read(lambda tx: ledger.verify(tx, broadcast_id))

    async def verify_all(self) -> list[LedgerResult]:
        """Compare the four records of every broadcast."""
        return await self._store.read(ledger.verify_all)

    # Changing.

    async def save_draft(self, broadcast_id: int | None, draft: BroadcastDraft, user: User) -> int:
        """Keep a draft; returns its id. Raises NotAllowed."""

        def write(tx: Tx) -> int:
            allow(tx, user, Right.BROADCAST)
            if broadcast_id is not None:
                launching.expect(broadcasts.locked(tx, broadcast_id), BroadcastStatus.DRAFT)
            return broadcasts.save_draft(tx, broadcast_id, draft, user.id)

        return await self._store.write(write)

    async def launch(
        self,
        broadcast_id: int,
        user: User,
        *,
        reason: str = "",
        approved: Breakdown | None = None,
        approved_count: int | None = None,
        now: bool = False,
        revision: int | None = None,
    ) -> BroadcastRecord:
        """Say yes to a draft: it is SCHEDULED where it has a time, else LAUNCHING; nobody is selected before that ends.

        reason: needed when opted-out contacts are to get it. approved: the counts that the button showed; None: they are
        counted here. approved_count: of a caller that knows only the number. now: without the ten seconds to take it
        back. revision: of the draft that was counted; DraftChanged if another one stands. Raises NotAllowed, or a Problem
        that says what is missing.
        """
        if approved is None and not now:
            approved = await self._store.read(
                lambda tx: broadcast_verbs.counted(tx, broadcast_id), people=True
            )

        def write(tx: Tx) -> BroadcastRecord:
            return launching.launch(
                tx,
                broadcast_id,
                user,
                reason=reason,
                approved=approved,
                approved_count=approved_count,
                now=now,
                revision=revision,
            )

        launched = await self._store.write(write, WriteLane.PEOPLE)
        self.wake()
        return launched

    async def take_back(self, broadcast_id: int, user: User) -> None:
        """A draft again, as long as nobody is selected: in the ten seconds, before its time, or held before its start.

        Raises NotAllowed, or a Problem if it has begun.
        """
        await self._store.write(lambda tx: broadcast_verbs.take_back(tx, broadcast_id, user))
        self.wake()

    async def pause(self, broadcast_id: int, user: User) -> None:
        """Nothing more is claimed from now on, calls that have not begun are withdrawn; those on the way are finished."""
        await self._store.write(lambda tx: broadcast_verbs.pause(tx, broadcast_id, user))

    async def resume(self, broadcast_id: int, user: User) -> None:
        """Go on after a pause; of one that is held, as `go_on()`. What moved meanwhile holds it instead."""
        record = await self.get(broadcast_id)
        if record.status is BroadcastStatus.HELD:
            await self.go_on(broadcast_id, user)
            return
        await self._store.write(lambda tx: broadcast_verbs.resume(tx, broadcast_id, user))
        self.wake()

    async def go_on(self, broadcast_id: int, user: User) -> BroadcastRecord:
        """A person has looked at why it is held: what stands now is what they say yes to.

        One that was held before its start begins now, or when its time comes. Raises NotAllowed, or a Problem: also
        where something else has moved than they were shown; that is told of the broadcast from then on.
        """
        look = await self._store.read(lambda tx: broadcast_verbs.look_now(tx, broadcast_id), people=True)
        news = await self._store.write(lambda tx: broadcast_verbs.go_on(tx, broadcast_id, user, look))
        if news:
            raise Problem("Look again", " ".join(one.sentence for one in news))
        self.wake()
        return await self.get(broadcast_id)

    async def stop(self, broadcast_id: int, user: User) -> Stopped:
        """Stop for good: from now on nothing more is claimed. Returns at once; what has not left is cancelled by the
        engine, and what is on the way is counted to the end in `Report.stopped`.
        """
        stopped = await self._store.write(lambda tx: broadcast_verbs.stop(tx, broadcast_id, user))
        self.wake()
        return stopped

    async def test(self, broadcast_id: int, phones: Sequence[str], user: User) -> broadcast_test.Tried:
        """Send a draft's message to at most ten numbers, now and asked like any other, as a broadcast of its own below
        it; returns who gets it. A number that is no contact becomes one. Raises NotAllowed, or a Problem that names one.
        """
        made = await self._store.write(lambda tx: broadcast_test.send(tx, broadcast_id, phones, user))
        self.wake()
        return made

    async def decide_unknown(self, message_id: int, decision: UnknownDecision, user: User) -> None:
        """A person settles a message that is *Not certain*; recorded, and a late webhook still wins.

        Send again is a new message, asked anew: raises Problem if the contact may not get it.
        """

        def write(tx: Tx) -> None:
            row = outbox.lock(tx, [message_id]).get(message_id)
            if row is None:
                raise NotFound("Message not found", "The message does not exist (any more).")
            allow(tx, user, Right.BROADCAST if row.broadcast_id else Right.REPLY)
            if Status(row.status) is not Status.UNKNOWN:
                raise Problem(
                    "Already settled", "WhatsApp or a colleague has settled this message meanwhile."
                )
            if decision is UnknownDecision.SEND_AGAIN:
                done = sending.submit(tx, sending.again(tx, message_id, user), user)
                if done.message_id is None:
                    raise Problem("Not sent again", done.verdict.sentence)
            to, reason = _DECISIONS[decision]
            outbox.write_moves(tx, [outbox.move(tx, row, to, outbox.PERSON, reason=reason, user_id=user.id)])
            if to in GONE:
                outbox.note_marketing(tx, [row])
            outbox.touch(tx, row.contact_id, row.broadcast_id)

        await self._store.write(write)
        self.wake()


_DECISIONS: Final = {
    UnknownDecision.ARRIVED: (Status.ACCEPTED, Reason.PERSON_SAYS_ARRIVED),
    UnknownDecision.SEND_AGAIN: (Status.CANCELLED, Reason.PERSON_SENT_AGAIN),
    UnknownDecision.LEAVE_IT: (Status.CANCELLED, Reason.PERSON_LEFT_IT),
}
