"""What a person does to a broadcast after the yes: take back, pause, resume, go on after a hold, stop."""

from dataclasses import dataclass

from desktop.domain.activity import Deed
from desktop.domain.audience import Breakdown
from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Stopped
from desktop.domain.drift import Decision, Drift, Standing
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services import guard
from desktop.services.broadcast_launch import checked_template, expect
from desktop.services.replies import expect_webhooks
from desktop.services.rights import allow
from desktop.store import (
    activity,
    approvals,
    broadcast_launch,
    broadcast_plan,
    broadcasts,
    holds,
    templates,
)
from desktop.store.engine import Tx


def counted(tx: Tx, broadcast_id: int) -> Breakdown | None:
    """Who would get a broadcast if it began now; None without a template."""
    record = broadcasts.get(tx, broadcast_id)
    if record.draft.template_id is None:
        return None
    return guard.counted(tx, record, templates.get(tx, record.draft.template_id))


@dataclass(frozen=True, slots=True)
class Look:
    """A held broadcast, before a person lets it go on. standing: what they say yes to; None without a template.
    found: what moved since the last yes."""

    standing: Standing | None
    found: tuple[Drift, ...] = ()


def look_now(tx: Tx, broadcast_id: int) -> Look:
    """How it stands: read before the writer is asked, as a whole audience may be counted."""
    record = broadcasts.get(tx, broadcast_id)
    return Look(guard.renewed(tx, record), guard.look_again(tx, record))


def take_back(tx: Tx, broadcast_id: int, user: User) -> None:
    """See `Broadcasts.take_back()`."""
    allow(tx, user, Right.BROADCAST)
    record = broadcasts.locked(tx, broadcast_id)
    if not broadcast_launch.take_back(tx, broadcast_id):
        raise Problem("Too late", f"“{record.name}” has begun. Pause it or stop it.")
    holds.decide(tx, broadcast_id, Decision.TAKEN_BACK, user.id or None)
    activity.log(tx, user, Deed.BROADCAST_TAKEN_BACK, record.name)


def pause(tx: Tx, broadcast_id: int, user: User) -> None:
    """See `Broadcasts.pause()`. One that is being prepared goes on with that when it is resumed."""
    allow(tx, user, Right.BROADCAST)
    record = broadcasts.locked(tx, broadcast_id)
    _enter(tx, record, BroadcastStatus.PAUSED, *guard.WATCHED)
    activity.log(tx, user, Deed.BROADCAST_PAUSED, record.name, _left_words(tx, record))


def resume(tx: Tx, broadcast_id: int, user: User) -> None:
    """See `Broadcasts.resume()`. What moved while it stood still holds it instead: a pause is no yes to that."""
    allow(tx, user, Right.BROADCAST)
    record = broadcasts.locked(tx, broadcast_id)
    _allow_despite(tx, record, user)
    expect(record, BroadcastStatus.PAUSED)
    if found := guard.look_again(tx, record):
        guard.hold_for(tx, record.id, found, (BroadcastStatus.PAUSED,))
        return
    _enter(tx, record, broadcast_plan.goes_on_as(tx, record), BroadcastStatus.PAUSED)
    activity.log(tx, user, Deed.BROADCAST_RESUMED, record.name, _left_words(tx, record))


def go_on(tx: Tx, broadcast_id: int, user: User, look: Look) -> tuple[Drift, ...]:
    """See `Broadcasts.go_on()`. look: as `look_now()` gave it.

    Returns what nobody has been shown yet: it is told from now on, and the broadcast is held as before.
    """
    allow(tx, user, Right.BROADCAST)
    record = broadcasts.locked(tx, broadcast_id)
    expect(record, BroadcastStatus.HELD)
    standing = look.standing
    if standing is None:
        raise Problem("No template", "Take it back and choose a template.", "template")
    _allow_despite(tx, record, user)
    if news := guard.news(record, look.found):
        for one in news:
            holds.tell(tx, broadcast_id, one.cause, one.sentence)
        return news
    if record.selected_count is None:
        _begin_again(tx, record, user, standing)
    else:
        approvals.expect(tx, record, record.approved_no_count, user)
        _enter(tx, record, broadcast_plan.goes_on_as(tx, record), BroadcastStatus.HELD)
    broadcast_launch.approve_anew(tx, record.id, standing)
    holds.decide(tx, broadcast_id, Decision.GONE_ON, user.id or None)
    told = record.held_cause.label if record.held_cause else record.held_because
    activity.log(tx, user, Deed.BROADCAST_GONE_ON, record.name, told)
    return ()


def _allow_despite(tx: Tx, record: BroadcastRecord, user: User) -> None:
    """Raises NotAllowed where it reaches who opted out and the person may not decide that."""
    if record.override_reason:
        allow(tx, user, Right.BROADCAST_TO_OPTED_OUT)


def _begin_again(tx: Tx, record: BroadcastRecord, user: User, standing: Standing) -> None:
    """The yes is given anew, to what stands now, and what may stand in the way is asked again."""
    template = checked_template(tx, record.draft)
    expect_webhooks(tx, [template])
    if template.is_marketing and not record.only_opted_in and not record.override_reason:
        raise Problem("Say why", "The template is marketing now. Take it back and launch it with a reason.")
    approvals.expect(tx, record, Breakdown(standing.counts).despite_count, user)
    starts_at = max(tx.now, record.starts_at or tx.now)
    _enter(tx, record, BroadcastStatus.SCHEDULED, BroadcastStatus.HELD, starts_at=starts_at)


def stop(tx: Tx, broadcast_id: int, user: User) -> Stopped:
    """See `Broadcasts.stop()`. One that was held before its start ends with nobody selected."""
    allow(tx, user, Right.BROADCAST)
    record = broadcasts.locked(tx, broadcast_id)
    nobody = {} if record.selected_count is not None else {"selected_count": 0, "checksum": 0}
    may_be = (*guard.WATCHED, BroadcastStatus.PAUSED, BroadcastStatus.HELD)
    _enter(tx, record, BroadcastStatus.STOPPED, *may_be, **nobody)
    holds.decide(tx, broadcast_id, Decision.STOPPED, user.id or None)
    figures = broadcast_plan.counts_now(tx, record)
    told = f"{figures.gone_count:,} of {figures.to_send_count:,} had left"
    activity.log(tx, user, Deed.BROADCAST_STOPPED, record.name, told)
    return Stopped.of(figures)


def _enter(
    tx: Tx, record: BroadcastRecord, to: BroadcastStatus, *allowed: BroadcastStatus, **values: object
) -> None:
    if not broadcast_launch.enter(tx, record.id, to, *allowed, **values):
        expect(broadcasts.get(tx, record.id), *allowed)


def _left_words(tx: Tx, record: BroadcastRecord) -> str:
    """For the log: '712 of 990 had left'."""
    figures = broadcast_plan.counts_now(tx, record)
    return f"{figures.gone_count:,} of {figures.to_send_count:,} had left"
