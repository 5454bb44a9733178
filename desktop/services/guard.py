"""The drift guard: what moved under a broadcast since a person said yes to it, and holding it for that."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from desktop.domain.account_state import advice
from desktop.domain.audience import Breakdown, Line, Rule
from desktop.domain.broadcast import BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.drift import Cause, Drift, Standing, drifted
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template, TemplateStatus
from desktop.store import (
    account_state,
    approvals,
    audience,
    broadcasts,
    holds,
    opted_out_since,
    settings,
    silence,
    standing,
    templates,
)
from desktop.store.engine import Tx

UNHEARD: Final = (
    "No webhook has come after Assent was away, or for {minutes:,} minutes, so replies such as STOP may be missing. "
    "Go on when the last one is recent."
)
WATCHED: Final = (BroadcastStatus.PREPARING, BroadcastStatus.RUNNING)
"""Those that go on while things may change under them."""


def look(tx: Tx, record: BroadcastRecord) -> tuple[Drift, ...]:
    """What a person should look at before it goes on, the gravest first; () if all stands as it was approved.

    Of one without a snapshot the whole audience is counted anew; of one that runs, those who said no since. Nothing is
    compared where nobody said yes to anything (`record.approved` is None), but a template that WhatsApp does not send
    counts always.
    """
    if record.template_id is None:
        return ()
    template = templates.get(tx, record.template_id)
    found = list(_unsendable(template))
    if record.approved is not None:
        then = record.approved
        now = standing.taken(tx, template, _counts_now(tx, record, template, then))
        found += drifted(then, now, settings.load(tx).drift_percent)
        found += _beyond_approval(tx, record, now.counts)
    return tuple(sorted(found, key=lambda one: one.cause is not Cause.ACCOUNT))


def look_again(tx: Tx, record: BroadcastRecord) -> tuple[Drift, ...]:
    """As `look()`, for one that a person, or its time, sets going: also whether replies may be missing."""
    return (*look(tx, record), *unheard(tx, record))


def before_start(tx: Tx, record: BroadcastRecord) -> tuple[Drift, ...]:
    """What holds one in the transaction that would fix its audience, whatever was looked at before it."""
    return (*restricted(tx, record), *unheard(tx, record))


def restricted(tx: Tx, record: BroadcastRecord) -> tuple[Drift, ...]:
    """Whether WhatsApp does not send such a template now, and nobody has said that it goes on all the same."""
    if record.template_id is None:
        return ()
    known, category = account_state.now(tx), templates.get(tx, record.template_id).effective_category
    if category not in known.refuses or (
        record.approved and record.approved.restriction == known.restriction
    ):
        return ()
    return (Drift(Cause.ACCOUNT, known.sentence),)


def expect_unrestricted(tx: Tx, template: Template) -> None:
    """Raises a Problem while WhatsApp has restricted the account so that it does not send the template."""
    known = account_state.now(tx)
    if template.effective_category in known.refuses:
        told = advice(known.restriction, known.refuses, template.effective_category)
        raise Problem("WhatsApp restricted the account", told, "when")


def at_launch(tx: Tx, template: Template, counts: Mapping[Line, int]) -> Standing:
    """What a person says yes to at the launch: never to a restriction that stops it, that holds it at its time."""
    taken = standing.taken(tx, template, counts)
    stops = template.effective_category in account_state.now(tx).refuses
    return replace(taken, restriction="") if stops else taken


def unheard(tx: Tx, record: BroadcastRecord) -> tuple[Drift, ...]:
    """Whether replies such as STOP may be missing, of marketing; () if webhooks come, or a person was told of it."""
    if record.template_id is None or not templates.get(tx, record.template_id).is_marketing:
        return ()
    if not silence.is_unheard(tx, record.id):
        return ()
    told = UNHEARD.format(minutes=settings.load(tx).catch_up_minutes)
    return (Drift(Cause.CATCHING_UP, told),)


def news(record: BroadcastRecord, found: tuple[Drift, ...]) -> tuple[Drift, ...]:
    """What a person who looks at a held broadcast has not been shown. A number that moves on is no other cause."""

    def is_shown(one: Drift) -> bool:
        counted = one.cause in (Cause.CONSENT, Cause.CATCHING_UP) and one.cause is record.held_cause
        return counted or one.sentence in record.held_because

    return tuple(one for one in found if not is_shown(one))


def renewed(tx: Tx, record: BroadcastRecord) -> Standing | None:
    """How things stand now: what a person says yes to who lets a held broadcast go on. None without a template."""
    if record.template_id is None:
        return None
    template = templates.get(tx, record.template_id)
    before = record.approved or Standing(tx.now)
    return standing.taken(tx, template, _counts_now(tx, record, template, before))


def hold_drifted(tx: Tx) -> list[int]:
    """Hold every broadcast under way that drifted; returns them. For transactions that make things drift."""
    held = []
    for record in broadcasts.with_status(tx, *WATCHED):
        if (found := look(tx, record)) and hold_for(tx, record.id, found):
            held.append(record.id)
    return held


def hold_for(
    tx: Tx,
    broadcast_id: int,
    found: tuple[Drift, ...],
    may_be: Sequence[BroadcastStatus] = holds.CAN_BE_HELD,
) -> bool:
    """Hold one for what `look()` found: the gravest names the cause, all are told."""
    return holds.hold(tx, broadcast_id, found[0].cause, " ".join(one.sentence for one in found), may_be)


def _unsendable(template: Template) -> tuple[Drift, ...]:
    if template.sendable:
        return ()
    gone = template.status is TemplateStatus.GONE
    reason = Reason.TEMPLATE_GONE if gone else Reason.TEMPLATE_NOT_APPROVED
    return (Drift(Cause.TEMPLATE_PAUSED, reason.sentence),)


def _counts_now(tx: Tx, record: BroadcastRecord, template: Template, then: Standing) -> Mapping[Line, int]:
    """Contacts by line as they are now; {} where consent is not asked, or nobody counted them then."""
    if record.kind is not BroadcastKind.BROADCAST or not template.is_marketing:
        return {}
    if record.selected_count is None:
        return counted(tx, record, template).counts
    if not then.counts:
        return {}
    more = opted_out_since.count(tx, record.id, then.at)
    return {**then.counts, Line.OPTED_OUT: then.counts.get(Line.OPTED_OUT, 0) + more}


def counted(tx: Tx, record: BroadcastRecord, template: Template) -> Breakdown:
    """Who would get a broadcast if it began now."""
    draft = record.draft
    rule = Rule(template.effective_category, settings.load(tx).policy, draft.only_opted_in)
    return audience.breakdown(
        tx, draft.audience, rule, draft.variables, draft.selection, but_for_id=record.id
    )


def _beyond_approval(tx: Tx, record: BroadcastRecord, counts: Mapping[Line, int]) -> tuple[Drift, ...]:
    """A second person said yes to a number: before the start, more than that need another yes."""
    despite_count = counts.get(Line.WILL_DESPITE, 0)
    if record.selected_count is not None or not despite_count or not approvals.is_needed(tx, record):
        return ()
    covered_count = approvals.covered_count(tx, record)
    if despite_count <= covered_count:
        return ()
    told = (
        f"A second person said yes to {covered_count:,} who opted out; it would reach {despite_count:,} now. "
        "Ask again before it goes on."
    )
    return (Drift(Cause.CONSENT, told),)
