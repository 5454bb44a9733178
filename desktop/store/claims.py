"""The claim: the last word on every message, in the transaction that marks it `sending`.

Three statements, in this order on both databases: outbox rows (locked), their contacts (locked for
share), then consent, template and settings. One statement would not do on PostgreSQL: under READ
COMMITTED it read the consent of before the lock and sent after an opt-out had been committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from desktop.domain import consent, templates, window
from desktop.domain.consent import Category, Outcome, Override, Path, Policy, Question, Verdict
from desktop.domain.contacts import fields_of
from desktop.domain.drift import Cause
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Claimed, ClaimResult
from desktop.domain.reasons import Reason
from desktop.domain.settings import Settings
from desktop.domain.templates import Template, TemplateStatus, values_for
from desktop.domain.turns import Turns
from desktop.store import (
    cloud_ids,
    contacts,
    drafts,
    drifting,
    due,
    facts,
    holds,
    outbox,
    send_hours,
    session_said,
    settings,
    tables,
)
from desktop.store import templates as template_store
from desktop.store.engine import Tx
from desktop.store.statements import Hot
from desktop.store.tables import micros

_message = tables.message.c


@dataclass(frozen=True, slots=True)
class _Asked:
    """Everything one claim reads before it decides."""

    settings: Settings
    contacts: Mapping[int, Row[Any]]
    templates: Mapping[int, Template]
    broadcasts: Mapping[int, due.Running]
    fields: Mapping[int, Mapping[str, str]]
    user_ids: Mapping[int, str]
    at_launch: Mapping[tuple[int, int], int | None]
    """With the toggle off: each (broadcast, contact)'s newest consent event when the reason was given."""
    said: session_said.SaidIn
    """What customers have said in sessions of bots."""


@dataclass(frozen=True, slots=True)
class _Ruling:
    """One message's fate: leave to send, or the status and reason that stop it."""

    verdict: Verdict
    template: Template | None
    values: Mapping[str, str]
    stopped_as: Status | None = None
    reason: Reason | None = None


def claim(
    tx: Tx, most_count: int, engine_id: int, turns: Turns | None = None, now_s: float = 0.0
) -> ClaimResult:
    """Claim up to `most_count` due messages for an engine, asking consent for each. turns, now_s: as `due.messages()`.

    Messages of sequences are put off while their step's send hours are closed. Messages whose template copy is
    stale are left for the moment and their templates named, so that the caller refreshes them and claims again.
    """
    rows, broadcasts = due.messages(tx, most_count, turns, now_s)
    if not rows:
        return ClaimResult()
    asked, rows = _ask(tx, rows, broadcasts)
    more = len(rows) == most_count
    rows = _open(tx, rows, asked)
    stale = {template.id for template in asked.templates.values() if template.stale(tx.now)}
    ready = [row for row in rows if row.template_id not in stale]
    fresh = {id: template for id, template in asked.templates.items() if id not in stale}
    if changed := drifting.hold_changed(tx, asked.broadcasts.values(), fresh):
        ready = [row for row in ready if row.broadcast_id not in changed]
    rulings = [(row, _rule(tx, row, asked)) for row in ready]
    _hold(tx, rulings)
    stopped = [(row, ruling) for row, ruling in rulings if ruling.stopped_as is not None]
    _stop(tx, stopped, asked)
    cleared = [(row, ruling) for row, ruling in rulings if ruling.stopped_as is None]
    claimed = _mark(tx, [one for one in cleared if not _is_held(one)], asked, engine_id)
    return ClaimResult(claimed, len(stopped), tuple(sorted(stale)), more)


# Built once: putting statements together costs as much as running them.
_HOLD_CONTACTS = (
    select(tables.contact.c.id)
    .where(tables.contact.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(tables.contact.c.id)
    .with_for_update(read=True, skip_locked=True)
)
_CONTACTS = select(
    tables.contact.c.id,
    tables.contact.c.name,
    tables.contact.c.phone,
    tables.contact.c.facts,
    tables.contact.c.consent_event_id,
    tables.contact.c.last_inbound_at,
).where(tables.contact.c.id.in_(bindparam("ids", expanding=True)))


def _ask(
    tx: Tx, rows: list[Row[Any]], broadcasts: Mapping[int, due.Running]
) -> tuple[_Asked, list[Row[Any]]]:
    contact_ids = sorted({row.contact_id for row in rows})
    if tx.on_postgresql:
        contact_ids = [row.id for row in tx.rows(_HOLD_CONTACTS, ids=contact_ids)]
        obtained = set(contact_ids)
        rows = [row for row in rows if row.contact_id in obtained]
    people = tx.rows(_CONTACTS, ids=contact_ids)
    asked = _Asked(
        settings.load(tx),
        {row.id: row for row in people},
        template_store.by_ids(tx, {row.template_id for row in rows if row.template_id}),
        broadcasts,
        _fields(tx, rows, people, broadcasts),
        cloud_ids.user_ids(tx, [row.id for row in people if not row.phone]),
        _at_launch(tx, rows, broadcasts),
        session_said.said_in(tx, {row.session_id for row in rows if row.session_id is not None}),
    )
    return asked, rows


def _open(tx: Tx, rows: list[Row[Any]], asked: _Asked) -> list[Row[Any]]:
    """Those that may leave at this hour; the others are put off and stay in the queue."""
    opens = send_hours.openings(tx, rows, asked.contacts, asked.settings.time_zone)
    if not opens:
        return rows
    send_hours.put_off(tx, opens)
    return [row for row in rows if row.id not in opens]


def _at_launch(
    tx: Tx, rows: Sequence[Row[Any]], broadcasts: Mapping[int, due.Running]
) -> dict[tuple[int, int], int | None]:
    recipient = tables.broadcast_recipient.c
    found: dict[tuple[int, int], int | None] = {}
    for broadcast in broadcasts.values():
        ids = [row.contact_id for row in rows if row.broadcast_id == broadcast.id]
        if broadcast.only_opted_in or not ids:
            continue
        asked = select(recipient.contact_id, recipient.consent_event_id).where(
            recipient.broadcast_id == broadcast.id, recipient.contact_id.in_(ids)
        )
        found |= {(broadcast.id, contact_id): event for contact_id, event in tx.conn.execute(asked)}
    return found


def _fields(
    tx: Tx, rows: Sequence[Row[Any]], people: Sequence[Row[Any]], broadcasts: Mapping[int, due.Running]
) -> dict[int, Mapping[str, str]]:
    """What broadcast variables draw on; attributes are read only if a variable names one."""
    used = {one.field for broadcast in broadcasts.values() for one in broadcast.variables}
    if not used:
        return {}
    ids = [row.contact_id for row in rows if row.broadcast_id]
    attributes = contacts.attributes_of(tx, ids) if any(f.startswith("attribute:") for f in used) else {}
    return {row.id: fields_of(row.name, row.phone or "", attributes.get(row.id, {})) for row in people}


def _rule(tx: Tx, row: Row[Any], asked: _Asked) -> _Ruling:
    template = asked.templates.get(row.template_id) if row.template_id else None
    values = _values(row, asked)
    verdict = consent.decide(_question(tx, row, asked, template))
    if not verdict.may_send:
        stopped_as = Status.FAILED if verdict.outcome is Outcome.FAIL else Status.LEFT_OUT
        voided = verdict.outcome is Outcome.WARN and row.override_reason
        return _Ruling(
            verdict, template, values, stopped_as, Reason.DRAFT_CHANGED if voided else verdict.reason
        )
    hurdle = _hurdle(tx, row, asked, template, values)
    if hurdle is None:
        return _Ruling(verdict, template, values)
    own_choice = row.path in (Path.COMPOSE.value, Path.BROADCAST.value)
    return _Ruling(verdict, template, values, Status.LEFT_OUT if own_choice else Status.FAILED, hurdle)


def _question(tx: Tx, row: Row[Any], asked: _Asked, template: Template | None) -> Question:
    person = asked.contacts[row.contact_id]
    broadcast = asked.broadcasts.get(row.broadcast_id) if row.broadcast_id else None
    override: Override | None = None
    if broadcast is not None and not broadcast.only_opted_in:
        at_launch = asked.at_launch.get((row.broadcast_id, row.contact_id), row.consent_event_id)
        override = Override(broadcast.override_reason, broadcast.override_user_id or 0, at_launch)
    elif row.override_reason:
        override = Override(
            row.override_reason, row.override_user_id or 0, row.consent_event_id, row.template_revision
        )
    return Question(
        Path(row.path),
        template.effective_category if template else Category(row.category),
        facts.unpack(person.facts, person.consent_event_id),
        _policy(row, asked),
        only_opted_in=broadcast.only_opted_in if broadcast is not None else True,
        override=override,
        template_revision=template.revision if template else None,
        window_open=window.is_open(person.last_inbound_at, tx.now),
        # Whoever was NO all along (the template turned into marketing) did not opt out after the launch.
        after_launch=broadcast is not None and row.consent_event_id != person.consent_event_id,
    )


def _policy(row: Row[Any], asked: _Asked) -> Policy:
    if row.session_id is None:
        return asked.settings.policy
    return asked.said.policy(asked.settings.policy, row.session_id)


def _values(row: Row[Any], asked: _Asked) -> Mapping[str, str]:
    broadcast = asked.broadcasts.get(row.broadcast_id) if row.broadcast_id else None
    if broadcast is not None:
        return values_for(broadcast.variables, asked.fields.get(row.contact_id, {}))
    values: Mapping[str, str] = (row.content or {}).get("values", {})
    return values


def _hurdle(
    tx: Tx, row: Row[Any], asked: _Asked, template: Template | None, values: Mapping[str, str]
) -> Reason | None:
    """What else stands in the way, consent aside."""
    person = asked.contacts[row.contact_id]
    if not person.phone and person.id not in asked.user_ids:
        return Reason.NO_PHONE
    if row.kind == "template":
        if template is None or template.status is TemplateStatus.GONE:
            return Reason.TEMPLATE_GONE
        if not template.sendable:
            return Reason.TEMPLATE_NOT_APPROVED
        return Reason.MISSING_VARIABLE if templates.missing(template, values) else None
    return None if window.is_open(person.last_inbound_at, tx.now) else Reason.WINDOW_CLOSED


def _is_held(one: tuple[Row[Any], _Ruling]) -> bool:
    return one[1].reason in (Reason.TEMPLATE_NOT_APPROVED, Reason.TEMPLATE_GONE)


def _hold(tx: Tx, rulings: list[tuple[Row[Any], _Ruling]]) -> None:
    """A broadcast whose template WhatsApp no longer accepts is held, its recipients kept waiting; so is a sequence
    whose template may come back."""
    held = {
        row.broadcast_id: ruling.reason
        for row, ruling in rulings
        if row.broadcast_id and _is_held((row, ruling)) and ruling.reason is not None
    }
    for broadcast_id, reason in held.items():
        holds.hold(tx, broadcast_id, Cause.TEMPLATE_PAUSED, reason.sentence)
    waiting = [(row, ruling) for row, ruling in rulings if _waits_for_template(row, ruling)]
    for row, _ in waiting:
        holds.hold_of(tx, row.id, Cause.TEMPLATE_PAUSED, Reason.TEMPLATE_NOT_APPROVED.sentence)
    left = {row.id for row, _ in waiting}
    rulings[:] = [
        one
        for one in rulings
        if one[0].id not in left and not (one[0].broadcast_id in held and _is_held(one))
    ]


def _waits_for_template(row: Row[Any], ruling: _Ruling) -> bool:
    """True for a sequence's message whose template WhatsApp has only paused, or not judged yet: failing would take
    everybody through their steps in seconds, with nothing sent. A rejected one fails, and they move on."""
    return (
        row.path == Path.SEQUENCE.value
        and ruling.reason is Reason.TEMPLATE_NOT_APPROVED
        and ruling.template is not None
        and ruling.template.status in (TemplateStatus.PAUSED, TemplateStatus.PENDING)
    )


def _stop(tx: Tx, stopped: Sequence[tuple[Row[Any], _Ruling]], asked: _Asked) -> None:
    moves = []
    for row, ruling in stopped:
        assert ruling.stopped_as is not None
        assert ruling.reason is not None
        moves.append(outbox.move(tx, row, ruling.stopped_as, outbox.ENGINE, reason=ruling.reason))
        outbox.touch(tx, row.contact_id, row.broadcast_id)
        if row.path == Path.COMPOSE.value and row.author_id is not None:
            drafts.give_back(tx, row, ruling.reason)
    outbox.write_moves(tx, moves)
    _RECEIPT.run(tx, [_receipt(row, ruling) for row, ruling in stopped])


def _receipt(row: Row[Any], ruling: _Ruling) -> dict[str, Any]:
    return {
        "of_id": row.id,
        "to_asked": ruling.verdict.asked,
        "to_consent_event_id": ruling.verdict.consent_event_id,
        "to_template_revision": ruling.verdict.template_revision,
        "to_category": _category(row, ruling).value,
    }


_KEPT = ("asked", "consent_event_id", "template_revision", "category")
_RECEIPT = Hot(
    update(tables.message)
    .where(_message.id == bindparam("of_id"))
    .values({name: bindparam(f"to_{name}") for name in _KEPT}),
    ("of_id", *(f"to_{name}" for name in _KEPT)),
)
_WRITTEN = (*_KEPT, "reason", "text", "attempt_count", "engine_id", "changed_at")
_CLAIM = Hot(
    update(tables.message)
    .where(_message.id == bindparam("of_id"))
    .values({"status": Status.SENDING.value} | {name: bindparam(f"to_{name}") for name in _WRITTEN}),
    ("of_id", *(f"to_{name}" for name in _WRITTEN)),
)
_ATTEMPT = Hot(insert(tables.attempt), ("message_id", "number", "engine_id", "started_at"))


def _mark(
    tx: Tx, cleared: Sequence[tuple[Row[Any], _Ruling]], asked: _Asked, engine_id: int
) -> tuple[Claimed, ...]:
    """Write `sending`, the receipt, the event and the open attempt of each cleared message."""
    if not cleared:
        return ()
    texts = {
        row.id: templates.preview(ruling.template, ruling.values) if ruling.template else row.text
        for row, ruling in cleared
    }
    _CLAIM.run(
        tx,
        [
            _receipt(row, ruling)
            | {
                "to_reason": ruling.verdict.reason.value,
                "to_text": texts[row.id],
                "to_attempt_count": row.attempt_count + 1,
                "to_engine_id": engine_id,
                "to_changed_at": micros(tx.now),
            }
            for row, ruling in cleared
        ],
    )
    outbox.write_events(
        tx,
        [
            outbox.event(tx, row.id, Status.SENDING, outbox.ENGINE, reason=ruling.verdict.reason)
            for row, ruling in cleared
        ],
    )
    _open_attempts(tx, [row for row, _ in cleared], engine_id)
    quoted = cloud_ids.as_whatsapp_knows(tx, {row.context_wamid for row, _ in cleared if row.context_wamid})
    claimed = []
    for row, ruling in cleared:
        person = asked.contacts[row.contact_id]
        outbox.touch(tx, row.contact_id, row.broadcast_id)
        claimed.append(
            Claimed(
                message_id=row.id,
                contact_id=row.contact_id,
                broadcast_id=row.broadcast_id,
                lane=Lane(row.lane),
                path=Path(row.path),
                phone=person.phone or "",
                user_id=asked.user_ids.get(row.contact_id, ""),
                kind=row.kind,
                text=texts[row.id],
                content=row.content or {},
                template=ruling.template,
                values=ruling.values,
                category=_category(row, ruling),
                verdict=ruling.verdict,
                attempt_number=row.attempt_count + 1,
                context_wamid=quoted.get(row.context_wamid, row.context_wamid),
            )
        )
    return tuple(claimed)


def _category(row: Row[Any], ruling: _Ruling) -> Category:
    return ruling.template.effective_category if ruling.template else Category(row.category)


def _open_attempts(tx: Tx, rows: Sequence[Row[Any]], engine_id: int) -> None:
    """An open attempt for each message: from here on a call may have begun."""
    _ATTEMPT.run(
        tx,
        [
            {
                "message_id": row.id,
                "number": row.attempt_count + 1,
                "engine_id": engine_id,
                "started_at": micros(tx.now),
            }
            for row in rows
        ],
    )
