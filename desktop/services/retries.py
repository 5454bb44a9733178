"""Trying again what failed in a broadcast: a broadcast of its own, under the first one, and asked anew.

A contact who stopped marketing (131050) is never tried again, one who got enough of it (131049) not before 24 hours; and
what would meet the same answer again (not on WhatsApp, a wrong template) is left to people.

A retry of what stands otherwise now than when somebody said yes to it waits for a person, and so does one that a plan begins
although nobody was there when it fell due.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.afterwards import Afterwards
from desktop.domain.broadcast import BroadcastDraft, BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_report import Retryable
from desktop.domain.broadcast_when import When
from desktop.domain.drift import Cause, Drift
from desktop.domain.filters import EVERYONE
from desktop.domain.people import Right, Role, User, may
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.selection import Again, Outcome, Selection, Source, SourceKind
from desktop.services import guard
from desktop.services.absence import MISSED, RESTORED
from desktop.services.broadcast_launch import launch
from desktop.services.rights import allow
from desktop.store import (
    activity,
    broadcast_launch,
    broadcast_report,
    broadcasts,
    heartbeat,
    holds,
    people,
    settings,
)
from desktop.store import retries as store
from desktop.store.engine import Store, Tx
from desktop.store.retries import Failed
from desktop.whatsapp import errors
from desktop.whatsapp.error_rules import Stops

LOOK_BACK: Final = timedelta(days=30)
"""How long after its end a broadcast is tried again by itself."""
_BY_ITSELF: Final = User(0, "Assent", Role.ADMIN)
_NOT_YET: Final = (BroadcastStatus.DRAFT, BroadcastStatus.LAUNCHING, BroadcastStatus.SCHEDULED)


def waits_s(reason: Reason | None, error_code: int | None) -> int | None:
    """Seconds after which a message that failed so may be tried again with others; None: it is not.

    One person can do it for one message sooner (`sending.again`): what they changed before is known to them alone.
    """
    if error_code is None:
        return 0 if reason in (Reason.NOT_REACHED, Reason.TEMPLATE_NOT_APPROVED) else None
    rule = errors.rule(error_code)
    if rule.person_may_retry_after_s is None or (rule.stops is Stops.RECIPIENT and not rule.retriable):
        return None
    passes = rule.retriable or rule.stops is Stops.ACCOUNT or rule.person_may_retry_after_s > 0
    return rule.person_may_retry_after_s if passes else None


class Retries:
    """The verbs of trying again."""

    def __init__(self, store: Store, wake: Callable[[], None] = lambda: None) -> None:
        """wake: tells the engine that there is something to prepare."""
        self._store = store
        self._wake = wake

    async def look(self, broadcast_id: int) -> Retryable:
        """What of a broadcast, and of its retries, can be tried again now or later. Raises NotFound."""
        return await self._store.read(lambda tx: look(tx, broadcast_id), people=True)

    async def retry(self, broadcast_id: int, user: User) -> int:
        """Try again what can be tried now, at once; returns the id of the retry. Raises NotAllowed or a Problem."""

        def write(tx: Tx) -> int:
            allow(tx, user, Right.BROADCAST)
            return start(tx, broadcast_id, user, groups).id

        # Read before the writer is asked: of a large broadcast it takes long.
        groups = await self._store.read(lambda tx: store.failed(tx, broadcast_id), people=True)
        made = await self._store.write(write)
        self._wake()
        return made


def look(tx: Tx, broadcast_id: int) -> Retryable:
    """As `Retries.look()`, in the caller's transaction."""
    return _counted(tx, broadcasts.get(tx, broadcast_id), None)


def _counted(tx: Tx, record: BroadcastRecord, groups: Sequence[Failed] | None) -> Retryable:
    """groups: what failed, if somebody has read it already."""
    if record.kind is not BroadcastKind.BROADCAST or record.status in _NOT_YET:
        return Retryable()
    now_count, later, codes = 0, dict[datetime, int](), dict[int, datetime]()
    for one in store.failed(tx, record.id) if groups is None else groups:
        from_when = _from_when(one)
        if from_when is None:
            continue
        if from_when <= tx.now:
            now_count += one.count
        else:
            later[from_when] = later.get(from_when, 0) + one.count
            if one.error_code is not None:
                codes[one.error_code] = min(from_when, codes.get(one.error_code, from_when))
    preparing = store.preparing(tx, record.id)
    return Retryable(now_count, tuple(sorted(later.items())), preparing, tuple(sorted(codes.items())))


def _from_when(one: Failed) -> datetime | None:
    wait_s = waits_s(one.reason, one.error_code)
    if wait_s is None:
        return None
    # Never sooner than a whole wait after the last that failed in this minute; at once needs no minute to end.
    return one.until + timedelta(seconds=wait_s) if wait_s else one.until - timedelta(minutes=1)


def start(
    tx: Tx,
    broadcast_id: int,
    user: User,
    groups: Sequence[Failed] | None = None,
    waits: Drift | None = None,
) -> BroadcastRecord:
    """Try again what can be tried now, inside the caller's transaction; returns the retry. Raises a Problem.

    groups: what failed, as `store.failed()` gave it a moment ago; who of them was tried meanwhile is not among the people.
    waits: why it is to wait for a person. It does so, too, where something is not as it was when one said yes to the
    broadcast.
    """
    store.lock(tx, broadcast_id)
    parent = broadcasts.get(tx, broadcast_id)
    groups = store.failed(tx, broadcast_id) if groups is None else groups
    found = _counted(tx, parent, groups)
    if parent.status is BroadcastStatus.HELD:
        raise Problem("It waits for a person", f"“{parent.name}” is held. Let it go on or stop it first.")
    if found.preparing:
        raise Problem(
            "A retry is on its way", "Another retry of this broadcast is being prepared. Look at it first."
        )
    if not found.now_count:
        raise _nothing()
    tries = broadcast_report.children(tx, broadcast_id)
    number = len(tries) + 1
    child_id = broadcasts.save_draft(
        tx,
        None,
        _draft(parent, _again(groups, tx.now), number),
        user.id or parent.created_by,
        parent.api_key_id,
        kind=BroadcastKind.RETRY,
        parent_id=parent.id,
    )
    count = launch(tx, child_id, user, approved_count=None, now=True).selected_count
    if not count:
        raise _nothing()
    told = f"retry {number}, {count:,} contact{'' if count == 1 else 's'}"
    activity.log(tx, user if user.id else None, Deed.BROADCAST_RETRIED, parent.name, told)
    _hold_if_drifted(tx, [parent, *tries], child_id, waits)
    return broadcasts.get(tx, child_id)


def _hold_if_drifted(tx: Tx, before: Sequence[BroadcastRecord], child_id: int, waits: Drift | None) -> None:
    """The plan, or the button, is no new look at the template, the number and the account: the last yes counts."""
    child = broadcasts.get(tx, child_id)
    yes = [one.approved for one in before if one.approved is not None]
    if yes and child.approved is not None:
        last = max(yes, key=lambda one: one.at)
        broadcast_launch.approve_anew(tx, child_id, replace(last, counts=child.approved.counts))
    drifted = guard.look(tx, broadcasts.get(tx, child_id))
    found = drifted if waits is None else (waits, *drifted)
    if found and not holds.hold(tx, child_id, found[0].cause, " ".join(one.sentence for one in found)):
        for one in found:  # held by its launch already, as replies may be missing
            holds.tell(tx, child_id, one.cause, one.sentence)


def _nothing() -> Problem:
    return Problem("Nothing to try again", "No message that failed can be tried again now.")


def _again(groups: Sequence[Failed], now: datetime) -> tuple[Again, ...]:
    """What of them is tried now: by reason and code, not by contact. There may be a hundred thousand of those."""
    found = set[Again]()
    for one in groups:
        wait_s = waits_s(one.reason, one.error_code)
        if wait_s is not None:
            before = now - timedelta(seconds=wait_s)
            # What is told to be there now is taken whole minutes at a time, as it is counted.
            whole = before.replace(second=0, microsecond=0) if wait_s else before + timedelta(seconds=1)
            found.add(Again(one.reason.value if one.reason else "", one.error_code, whole))
    return tuple(sorted(found, key=lambda one: (one.reason, one.error_code or 0)))


def _draft(parent: BroadcastRecord, again: tuple[Again, ...], number: int) -> BroadcastDraft:
    """The same message, at once, only to these; with the toggle on: a reason that was given covers its own launch."""
    kept = parent.draft
    return replace(
        kept,
        name=f"{parent.name} – retry {number}",
        template_id=parent.template_id,
        audience=EVERYONE,
        only_opted_in=True,
        selection=Selection(
            Source(SourceKind.OUTCOME, broadcast_id=parent.id, outcomes=(Outcome.FAILED,), again=again)
        ),
        when=When(pace_per_s=kept.when.pace_per_s),
        afterwards=Afterwards(kept.afterwards.route, kept.afterwards.route_id),
        stop_if_missing=False,
        asked={},
    )


def due(tx: Tx, by: datetime | None = None) -> list[int]:
    """Broadcasts whose plan says that they are tried again now: through, with a try left, and its hours gone by.

    While some of what failed has to wait (131049), the others wait with it: a try is for all of them. by: business time;
    None: now.
    """
    planned = {id: _due_at(tx, id) for id in store.planning(tx, tx.now - LOOK_BACK)}
    return [id for id, at in planned.items() if at is not None and at <= (by or tx.now)]


def _due_at(tx: Tx, broadcast_id: int) -> datetime | None:
    """When its plan says that it is tried again; None: not as it stands."""
    record = broadcasts.get(tx, broadcast_id)
    plan = record.draft.afterwards
    tries = broadcast_report.children(tx, broadcast_id)
    ended_at = _ended_at(record, tries)
    if len(tries) >= plan.retry_count or ended_at is None:
        return None
    found = [at for one in store.failed(tx, broadcast_id) if (at := _from_when(one)) is not None]
    return max(ended_at + timedelta(hours=plan.after_h), *found) if found else None


def _ended_at(record: BroadcastRecord, tries: Sequence[BroadcastRecord]) -> datetime | None:
    """When the last of them was through; None while one of them is not."""
    ends = [one.ended_at for one in (record, *tries)]
    return None if None in ends else max(one for one in ends if one is not None)


def start_due(tx: Tx, broadcast_id: int, by: datetime | None = None) -> BroadcastRecord | None:
    """Try again what a plan says, in the name of who launched it; None if it is not due any more. by: as of `due()`.

    It waits for a person where nobody was there when it fell due, or the store is an older copy that knows nothing of what
    was tried since. Raises a Problem where it cannot be: nothing is changed, and it is due as before.
    """
    store.lock(tx, broadcast_id)
    at = _due_at(tx, broadcast_id)
    if at is None or at > (by or tx.now):
        return None
    record = broadcasts.get(tx, broadcast_id)
    author = people.find(tx, record.created_by) if record.created_by else None
    able = author is not None and may(author, Right.BROADCAST, settings.load(tx).given)
    name = author if author is not None and able else _BY_ITSELF
    return start(tx, broadcast_id, name, waits=_unseen(tx, record, at))


def _unseen(tx: Tx, record: BroadcastRecord, due_at: datetime) -> Drift | None:
    put_back_at, came_back_at = heartbeat.put_back_at(tx), heartbeat.came_back_at(tx)
    ended_at = _ended_at(record, broadcast_report.children(tx, record.id))
    if put_back_at is not None and ended_at is not None and ended_at <= put_back_at:
        return Drift(Cause.RESTORED, RESTORED)
    if came_back_at is not None and due_at <= came_back_at:
        return Drift(Cause.MISSED, MISSED.format(f"{due_at:%Y-%m-%d %H:%M}"))
    return None
