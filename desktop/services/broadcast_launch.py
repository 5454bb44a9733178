"""From a draft to its snapshot: what is asked before, the seconds or days of waiting between, and the start itself."""

from dataclasses import dataclass
from datetime import datetime

from desktop.domain.activity import Deed
from desktop.domain.audience import Breakdown, Line, Rule
from desktop.domain.broadcast import BroadcastDraft, BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_when import UNDO_FOR
from desktop.domain.drift import Standing
from desktop.domain.people import Right, Role, User
from desktop.domain.problems import Problem
from desktop.domain.template_notices import Notice, NoticeKind, notices
from desktop.domain.templates import Template, without_value
from desktop.domain.zones import zone
from desktop.services import guard
from desktop.services.broadcast_drafts import expect_revision
from desktop.services.replies import expect_webhooks
from desktop.services.rights import allow
from desktop.store import (
    activity,
    approvals,
    audience,
    broadcast_launch,
    broadcasts,
    settings,
    templates,
)
from desktop.store.engine import Tx


def launch(
    tx: Tx,
    broadcast_id: int,
    user: User,
    *,
    reason: str = "",
    approved: Breakdown | None = None,
    approved_count: int | None = None,
    now: bool = True,
    revision: int | None = None,
) -> BroadcastRecord:
    """Say yes to a draft, inside the caller's transaction. As `Broadcasts.launch()`.

    It is SCHEDULED where it has a time; else LAUNCHING for ten seconds, or with `now` PREPARING: the audience is fixed
    here. Where replies may be missing it is HELD then, before anything leaves.
    """
    record = broadcasts.locked(tx, broadcast_id)
    if revision is not None:
        expect_revision(record, revision)
    expect(record, BroadcastStatus.DRAFT)
    allow(tx, user, Right.BROADCAST)
    template = checked_template(tx, record.draft)
    expect_webhooks(tx, [template])
    despite = template.is_marketing and not record.draft.only_opted_in
    if despite:
        allow(tx, user, Right.BROADCAST_TO_OPTED_OUT)
        if not reason.strip():
            raise Problem(
                "Say why", "Contacts who opted out are included. Write the reason; it is kept.", "reason"
            )
    if approved is not None:
        _expect_values(record.draft, approved)
        approvals.expect(tx, record, approved.despite_count, user)
    yes = _Yes(
        guard.at_launch(tx, template, approved.counts if approved is not None else {}),
        approved.will_be_sent_count if approved is not None else approved_count,
        reason.strip() if despite else "",
    )
    starts_at = _starts_at(tx, record.draft)
    if (
        starts_at <= tx.now + UNDO_FOR and record.kind is not BroadcastKind.RETRY
    ):  # that one is made, and held
        guard.expect_unrestricted(tx, template)
    if now and starts_at <= tx.now:
        return _launched(tx, record, template, user, yes)
    return _waiting(tx, record, user, yes, starts_at)


@dataclass(frozen=True, slots=True)
class _Yes:
    """What somebody says yes to. count: the number on the button, None where there was none."""

    standing: Standing
    count: int | None
    reason: str

    @property
    def words(self) -> str:
        """For the log, while nobody is selected: what the button said."""
        counted = Breakdown(self.standing.counts)
        told = f"{counted.selected_count:,} counted"
        if not self.reason:
            return told
        return f"{told}; {counted.despite_count:,} of them despite an opt-out: {self.reason}"


def _launched(tx: Tx, record: BroadcastRecord, template: Template, user: User, yes: _Yes) -> BroadcastRecord:
    done = broadcasts.launch(
        tx,
        record.id,
        _rule(tx, record, template),
        reason=yes.reason,
        user_id=user.id,
        approved_count=yes.count,
        approved=yes.standing,
    )
    _expect_of_selected(tx, done, user)
    activity.log(tx, user, Deed.BROADCAST_LAUNCHED, done.name, launch_words(done))
    if unheard := guard.unheard(tx, done):
        guard.hold_for(tx, done.id, unheard)
        return broadcasts.get(tx, done.id)
    return done


def _waiting(tx: Tx, record: BroadcastRecord, user: User, yes: _Yes, starts_at: datetime) -> BroadcastRecord:
    undo_to = tx.now + UNDO_FOR
    scheduled = starts_at > undo_to
    first = broadcast_launch.await_start(
        tx,
        record.id,
        max(starts_at, undo_to),
        BroadcastStatus.SCHEDULED if scheduled else BroadcastStatus.LAUNCHING,
        approved=yes.standing,
        approved_count=yes.count,
        reason=yes.reason,
        user_id=user.id,
    )
    if not first:
        raise Problem("Not possible now", f"“{record.name}” was changed in this moment. Look at it again.")
    if scheduled:
        told = f"{starts_at:%Y-%m-%d %H:%M} UTC, {yes.words}"
        activity.log(tx, user, Deed.BROADCAST_SCHEDULED, record.name, told)
    else:
        activity.log(tx, user, Deed.BROADCAST_LAUNCHED, record.name, yes.words)
    return broadcasts.get(tx, record.id)


def start(tx: Tx, broadcast_id: int) -> BroadcastRecord | None:
    """Take the snapshot of one whose time has come; None if it does not wait any more, or is held instead.

    Raises a Problem where it cannot start as it is now; nothing of it is kept then.
    """
    record = broadcasts.locked(tx, broadcast_id)
    if record.status not in broadcast_launch.WAITING or record.starts_at is None or record.starts_at > tx.now:
        return None
    template = checked_template(tx, record.draft)
    expect_webhooks(tx, [template])
    if against := guard.before_start(tx, record):
        guard.hold_for(tx, broadcast_id, against)
        return None
    done = broadcasts.launch(
        tx,
        broadcast_id,
        _rule(tx, record, template),
        reason=record.override_reason,
        user_id=None,
        approved_count=record.approved_count,
        approved=record.approved,
        waited=True,
    )
    _expect_of_selected(tx, done, User(0, record.created_by_name, Role.SUPERVISOR))
    return done


def _rule(tx: Tx, record: BroadcastRecord, template: Template) -> Rule:
    return Rule(template.effective_category, settings.load(tx).policy, record.draft.only_opted_in)


def _expect_of_selected(tx: Tx, record: BroadcastRecord, user: User) -> None:
    """Of those who are selected now: nobody lacks a value, and a second person's yes covers who opted out."""
    if record.draft.stop_if_missing:
        _expect_values(record.draft, audience.lines(tx, record.id))
    approvals.expect(tx, record, record.approved_no_count, user)


def _expect_values(draft: BroadcastDraft, counted: Breakdown) -> None:
    lacking_count = counted.count(Line.MISSING_VARIABLE)
    if draft.stop_if_missing and lacking_count:
        raise Problem(
            "A value is missing",
            f"{lacking_count:,} who would get it lack the value of a variable, and it is to stop for that. Fill in what "
            "is missing, give a default, or leave them out.",
            "variables",
        )


def _starts_at(tx: Tx, draft: BroadcastDraft) -> datetime:
    if draft.when.at is not None and draft.when.at < tx.now:
        raise Problem("That time has passed", "Choose a later one, or send it now.", "when")
    return draft.when.starts_at(tx.now, zone(settings.load(tx).time_zone))


def expect(record: BroadcastRecord, *allowed: BroadcastStatus) -> None:
    """Raises a Problem that says in which state it is."""
    if record.status not in allowed:
        raise Problem(
            "Not possible now",
            f"“{record.name}” is {record.status.label.lower()} meanwhile. Look at it again.",
        )


def launch_words(done: BroadcastRecord) -> str:
    """For the log: '1,000 selected', and with the toggle off how many opted out, and why they get it."""
    told = f"{done.selected_count or 0:,} selected"
    if not done.override_reason:
        return told
    return f"{told}; {done.approved_no_count:,} of them despite an opt-out: {done.override_reason}"


def checked_template(tx: Tx, draft: BroadcastDraft) -> Template:
    """The template of a draft that can be sent as it is. Raises a Problem that says what is missing."""
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
    """True if the draft has what the template alone does not: the header's file, the code of a button."""
    if against.kind is NoticeKind.NEEDS_FILE:
        return "header" in draft.content
    codes = (one for one in draft.variables if one.name.endswith(":code"))
    return against.kind is NoticeKind.NEEDS_CODE and any(one.field or one.text.strip() for one in codes)
