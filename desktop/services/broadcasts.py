"""Broadcasts: count, launch, pause, stop, and account for everyone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.audience import Breakdown, Line, Rule
from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures, ReasonCount
from desktop.domain.consent import Category
from desktop.domain.contacts import Contact
from desktop.domain.conversations import MessageView
from desktop.domain.filters import Filter
from desktop.domain.messages import Status
from desktop.domain.people import Right, User
from desktop.domain.problems import NotFound, Problem
from desktop.domain.reasons import Reason
from desktop.domain.template_notices import Notice, NoticeKind, notices
from desktop.domain.templates import Template, Variable, without_value
from desktop.services import sending
from desktop.services.replies import expect_webhooks
from desktop.services.rights import allow
from desktop.store import (
    activity,
    audience,
    broadcast_figures,
    broadcast_plan,
    broadcasts,
    conversations,
    ledger,
    outbox,
    settings,
    templates,
)
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.ledger import LedgerResult

_ENDED_POLL_S: Final = 1.0


class UnknownDecision(StrEnum):
    """What a person says of a message whose answer was lost."""

    ARRIVED = "arrived"
    SEND_AGAIN = "send_again"
    LEAVE_IT = "leave_it"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report shows, read in one transaction, so that its figures belong together.

    timeline: for sent, delivered, read: (seconds since launch, count so far) points.
    """

    record: BroadcastRecord
    figures: Figures
    reasons: tuple[ReasonCount, ...]
    timeline: dict[str, list[tuple[float, int]]]


class Broadcasts:
    """The verbs on broadcasts. `run()` is the part of the engine that plans and ends them."""

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake
        self._news = asyncio.Event()

    # Counting and looking.

    async def count(
        self, wanted: Filter, category: Category, only_opted_in: bool, variables: tuple[Variable, ...] = ()
    ) -> Breakdown:
        """The breakdown of an audience, exact. Cancelling it interrupts the query. Raises BadFilter."""

        def read(tx: Tx) -> Breakdown:
            rule = Rule(category, settings.load(tx).policy, only_opted_in)
            return audience.breakdown(tx, wanted, rule, variables)

        return await self._store.read(read)

    async def people(
        self,
        wanted: Filter,
        category: Category,
        only_opted_in: bool,
        variables: tuple[Variable, ...] = (),
        *,
        line: Line | None = None,
        search: str = "",
        limit: int = 50,
    ) -> list[tuple[Contact, Line]]:
        """The first contacts of an audience, each with its line."""

        def read(tx: Tx) -> list[tuple[Contact, Line]]:
            rule = Rule(category, settings.load(tx).policy, only_opted_in)
            return audience.people(tx, wanted, rule, variables, line=line, search=search, limit=limit)

        return await self._store.read(read)

    async def every(self) -> list[tuple[BroadcastRecord, Figures]]:
        """The newest broadcasts first, with their figures."""

        def read(tx: Tx) -> list[tuple[BroadcastRecord, Figures]]:
            return [(one, broadcast_figures.figures(tx, one.id)) for one in broadcasts.every(tx)]

        return await self._store.read(read, people=True)

    async def get(self, broadcast_id: int) -> BroadcastRecord:
        """One broadcast. Raises NotFound."""
        return await self._store.read(lambda tx: broadcasts.get(tx, broadcast_id), people=True)

    async def report(self, broadcast_id: int) -> Report:
        """The report of one broadcast. Raises NotFound."""

        def read(tx: Tx) -> Report:
            return Report(
                broadcasts.get(tx, broadcast_id),
                broadcast_figures.figures(tx, broadcast_id),
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
                _expect(broadcasts.get(tx, broadcast_id), BroadcastStatus.DRAFT)
            return broadcasts.save_draft(tx, broadcast_id, draft, user.id)

        return await self._store.write(write)

    async def launch(
        self, broadcast_id: int, user: User, *, reason: str = "", approved_count: int | None = None
    ) -> BroadcastRecord:
        """Fix the audience and start. reason: needed when opted-out contacts are to get it.

        approved_count: the number on the button; a difference shows in the report. Raises NotAllowed, or
        a Problem that says what is missing.
        """

        def write(tx: Tx) -> BroadcastRecord:
            return launch(tx, broadcast_id, user, reason=reason, approved_count=approved_count)

        launched = await self._store.write(write, WriteLane.PEOPLE)
        self._news.set()
        return launched

    async def pause(self, broadcast_id: int, user: User) -> None:
        """Nothing more is claimed from now on; calls on the way are finished."""
        await self._set(broadcast_id, user, BroadcastStatus.PAUSED, BroadcastStatus.RUNNING)

    async def resume(self, broadcast_id: int, user: User) -> None:
        """Go on after a pause, or after a hold that a person has looked at."""
        await self._set(
            broadcast_id, user, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, BroadcastStatus.HELD
        )
        self._wake()

    async def stop(self, broadcast_id: int, user: User) -> Figures:
        """Stop for good: what has not left is cancelled. Returns the figures right after."""
        await self._set(
            broadcast_id,
            user,
            BroadcastStatus.STOPPED,
            BroadcastStatus.RUNNING,
            BroadcastStatus.PAUSED,
            BroadcastStatus.HELD,
        )
        while await self._store.write(
            lambda tx: broadcast_plan.cancel_waiting(tx, broadcast_id, user.id), WriteLane.BULK
        ):
            pass
        return await self._store.read(lambda tx: broadcast_figures.figures(tx, broadcast_id), people=True)

    async def _set(
        self, broadcast_id: int, user: User, to: BroadcastStatus, *allowed: BroadcastStatus
    ) -> None:
        def write(tx: Tx) -> None:
            allow(tx, user, Right.BROADCAST)
            record = broadcasts.get(tx, broadcast_id)
            _expect(record, *allowed)
            broadcasts.set_status(tx, broadcast_id, to)
            figures = broadcast_figures.figures(tx, broadcast_id)
            told = f"{figures.gone_count:,} of {figures.to_send_count:,} had left"
            activity.log(tx, user, _DEEDS[to], record.name, told)

        await self._store.write(write)

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
            outbox.touch(tx, row.contact_id, row.broadcast_id)

        await self._store.write(write)
        self._wake()

    # The engine's part.

    def wake(self) -> None:
        """Look at once: something was launched or settled."""
        self._news.set()

    async def run(self) -> None:
        """Plan launched broadcasts in chunks and end those that are through. Runs until cancelled."""
        while True:
            self._news.clear()
            if not await self._work():
                try:
                    async with asyncio.timeout(_ENDED_POLL_S):
                        await self._news.wait()
                except TimeoutError:
                    continue

    async def _work(self) -> bool:
        preparing = await self._store.read(lambda tx: broadcasts.with_status(tx, BroadcastStatus.PREPARING))
        for one in preparing:
            while await self._store.write(lambda tx, id=one.id: broadcast_plan.plan(tx, id), WriteLane.BULK):  # type: ignore[misc]
                pass
            self._wake()
        for one in await self._store.read(lambda tx: broadcasts.with_status(tx, BroadcastStatus.RUNNING)):
            await self._store.write(lambda tx, id=one.id: broadcast_plan.finish(tx, id), WriteLane.BULK)  # type: ignore[misc]
        for id in await self._store.read(broadcast_plan.stopped_with_waiting):
            await self._store.write(
                lambda tx, id=id: broadcast_plan.cancel_waiting(tx, id, None),  # type: ignore[misc]
                WriteLane.BULK,
            )
        return bool(preparing)


def launch(
    tx: Tx, broadcast_id: int, user: User, *, reason: str = "", approved_count: int | None = None
) -> BroadcastRecord:
    """Fix the audience of a draft and start it, inside the caller's transaction. As `Broadcasts.launch()`."""
    record = broadcasts.get(tx, broadcast_id)
    _expect(record, BroadcastStatus.DRAFT)
    template = _checked_template(tx, record.draft)
    kept = settings.load(tx)
    allow(tx, user, Right.BROADCAST)
    rule = Rule(template.effective_category, kept.policy, record.draft.only_opted_in)
    expect_webhooks(tx, [template])
    despite = template.is_marketing and not record.draft.only_opted_in
    if despite:
        allow(tx, user, Right.BROADCAST_TO_OPTED_OUT)
        if not reason.strip():
            raise Problem(
                "Say why", "Contacts who opted out are included. Write the reason; it is kept.", "reason"
            )
    done = broadcasts.launch(
        tx,
        broadcast_id,
        rule,
        reason=reason.strip() if despite else "",
        user_id=user.id,
        approved_count=approved_count,
    )
    activity.log(tx, user, Deed.BROADCAST_LAUNCHED, done.name, _launch_words(done))
    return done


_DECISIONS: Final = {
    UnknownDecision.ARRIVED: (Status.ACCEPTED, Reason.PERSON_SAYS_ARRIVED),
    UnknownDecision.SEND_AGAIN: (Status.CANCELLED, Reason.PERSON_SENT_AGAIN),
    UnknownDecision.LEAVE_IT: (Status.CANCELLED, Reason.PERSON_LEFT_IT),
}


_DEEDS: Final = {
    BroadcastStatus.PAUSED: Deed.BROADCAST_PAUSED,
    BroadcastStatus.RUNNING: Deed.BROADCAST_RESUMED,
    BroadcastStatus.STOPPED: Deed.BROADCAST_STOPPED,
}


def _launch_words(done: BroadcastRecord) -> str:
    """For the log: '1,000 selected', and with the toggle off how many opted out, and why they get it."""
    told = f"{done.selected_count or 0:,} selected"
    if not done.override_reason:
        return told
    return f"{told}; {done.approved_no_count:,} of them despite an opt-out: {done.override_reason}"


def _expect(record: BroadcastRecord, *allowed: BroadcastStatus) -> None:
    if record.status not in allowed:
        raise Problem(
            "Not possible now",
            f"“{record.name}” is {record.status.value} meanwhile. Look at it again.",
        )


def _checked_template(tx: Tx, draft: BroadcastDraft) -> Template:
    if draft.template_id is None:
        raise Problem("No template", "Choose a template first.", "template")
    template = templates.get(tx, draft.template_id)
    for against in notices(template, tx.now):
        if against.blocks and not _brings(draft, against):
            raise Problem(against.label, against.sentence, "template")
    if lacking := without_value(template, draft.variables):
        raise Problem(
            "Variable without a value", f"Give {{{{{lacking[0]}}}}} a value or a field.", "variables"
        )
    return template


def _brings(draft: BroadcastDraft, against: Notice) -> bool:
    """True if the draft has what no screen asks for yet: the header's file, the code of a button."""
    if against.kind is NoticeKind.NEEDS_FILE:
        return "header" in draft.content
    codes = (one for one in draft.variables if one.name.endswith(":code"))
    return against.kind is NoticeKind.NEEDS_CODE and any(one.field or one.text.strip() for one in codes)
