"""What the store knows of one message and of the answers that counted for it, for *Why?*."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from desktop.domain.consent import Facts, OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.known import ConsentSaid
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import EnrolmentStatus
from desktop.store import contacts, facts, outbox, tables
from desktop.store.engine import Tx

_message = tables.message.c
_event = tables.consent_event.c


@dataclass(frozen=True, slots=True)
class Answers:
    """A contact's two facts at some event, each with the event that it rests on (None: none yet)."""

    opt_in: OptIn = OptIn.NONE
    said: ConsentSaid | None = None
    is_stopped: bool = False
    stopped: ConsentSaid | None = None


def message(tx: Tx, message_id: int) -> Row[Any] | None:
    """One message of ours with the names that belong to it; None for an unknown or a received one."""
    author, giver = tables.person.alias("author"), tables.person.alias("giver")
    launcher = tables.person.alias("launcher")
    joined = (
        tables.message.join(tables.contact, tables.contact.c.id == _message.contact_id)
        .outerjoin(tables.template, tables.template.c.id == _message.template_id)
        .outerjoin(tables.broadcast, tables.broadcast.c.id == _message.broadcast_id)
        .outerjoin(tables.sequence_version, tables.sequence_version.c.id == _message.version_id)
        .outerjoin(tables.sequence, tables.sequence.c.id == tables.sequence_version.c.sequence_id)
        .outerjoin(author, author.c.id == _message.author_id)
        .outerjoin(giver, giver.c.id == _message.override_user_id)
        .outerjoin(launcher, launcher.c.id == tables.broadcast.c.override_user_id)
        .outerjoin(tables.api_key, tables.api_key.c.id == tables.broadcast.c.api_key_id)
        .outerjoin(tables.bot_session, tables.bot_session.c.id == _message.session_id)
        .outerjoin(tables.flow, tables.flow.c.id == tables.bot_session.c.flow_id)
    )
    asked = (
        select(
            tables.message,
            tables.contact.c.name.label("contact_name"),
            tables.contact.c.phone.label("phone"),
            tables.template.c.name.label("template_name"),
            tables.broadcast.c.name.label("broadcast_name"),
            tables.broadcast.c.only_opted_in.label("only_opted_in"),
            tables.broadcast.c.override_reason.label("launch_reason"),
            tables.sequence.c.name.label("sequence_name"),
            tables.flow.c.name.label("flow_name"),
            author.c.name.label("author_name"),
            giver.c.name.label("giver_name"),
            launcher.c.name.label("launcher_name"),
            tables.api_key.c.name.label("launch_key_name"),
        )
        .select_from(joined)
        .where(_message.id == message_id, _message.outgoing)
    )
    return tx.conn.execute(asked).one_or_none()


def facts_now(tx: Tx, contact_id: int) -> Facts:
    """A contact's facts at this moment: those of the one that it was merged into, if it was."""
    kept_id = contacts.kept_id(tx, contact_id)
    packed = tx.conn.scalar(select(tables.contact.c.facts).where(tables.contact.c.id == kept_id))
    return facts.unpack(packed or 0)


@dataclass(frozen=True, slots=True)
class Talk:
    """What a customer had said in a bot's session when one of its messages was asked about."""

    has_spoken: bool
    said_no: bool


def talk(tx: Tx, session_id: int, event_id: int | None, at: datetime) -> Talk:
    """event_id: the consent event that the message's receipt names; at: when the rule was asked."""
    session, answer = tables.bot_session.c, tables.bot_answer.c
    row = tx.conn.execute(
        select(session.contact_id, session.user_id, session.said_at, session.consent_event_id).where(
            session.id == session_id
        )
    ).one()
    answered = select(answer.id).where(answer.session_id == session_id, answer.at <= at)
    # A trigger is the customer's own word; where a colleague started it, an answer before this message is.
    has_spoken = (
        row.user_id is None
        or (row.said_at is not None and row.said_at <= at)
        or tx.conn.scalar(answered.limit(1)) is not None
    )
    no = select(_event.id).where(
        _event.contact_id == row.contact_id,
        _event.id > (row.consent_event_id or 0),
        _event.id <= (event_id or 0),
        _event.value.in_(["no", "stop"]),
    )
    return Talk(has_spoken, tx.conn.scalar(no.limit(1)) is not None)


_AFTER_THE_CALL = [Reason.WHATSAPP_ERROR.value, Reason.NOT_REACHED.value, Reason.ANSWER_LOST.value]
_ASKED_AS = [Status.SENDING.value, Status.LEFT_OUT.value, Status.FAILED.value]


def last_verdict(tx: Tx, message_id: int) -> Row[Any] | None:
    """When the rule was last asked about a message, and its answer: (at, reason). None: not since it was queued."""
    event = tables.message_event.c
    asked = (
        select(event.at, event.reason)
        .where(
            event.message_id == message_id,
            event.source == outbox.ENGINE,
            event.status.in_(_ASKED_AS),
            event.reason.not_in(_AFTER_THE_CALL),
        )
        .order_by(event.id.desc())
        .limit(1)
    )
    found = tx.rows(asked)
    return found[0] if found else None


def answers(tx: Tx, event_id: int | None) -> Answers:
    """What a contact had said up to and with an event. Its events stay its own, also after a merge."""
    whose = tx.conn.scalar(select(_event.contact_id).where(_event.id == event_id)) if event_id else None
    if whose is None:
        return Answers()
    opt_in, stop = (_newest(tx, whose, event_id or 0, fact) for fact in (Fact.OPT_IN, Fact.WHATSAPP))
    is_stopped = stop is not None and stop.value == "stop"
    return Answers(
        OptIn(opt_in.value) if opt_in is not None else OptIn.NONE,
        _said(opt_in),
        is_stopped,
        _said(stop) if is_stopped else None,
    )


def _newest(tx: Tx, contact_id: int, event_id: int, fact: Fact) -> Row[Any] | None:
    person = tables.person
    asked = (
        select(tables.consent_event, person.c.name.label("by_name"))
        .select_from(tables.consent_event.outerjoin(person, person.c.id == _event.user_id))
        .where(_event.contact_id == contact_id, _event.fact == fact.value, _event.id <= event_id)
        .order_by(_event.id.desc())
        .limit(1)
    )
    return tx.conn.execute(asked).one_or_none()


def _said(row: Row[Any] | None) -> ConsentSaid | None:
    if row is None:
        return None
    return ConsentSaid(row.id, Source(row.source), row.at, row.evidence, row.by_name or "", row.reason)


def moved_on_to(tx: Tx, enrolment_id: int, step_number: int) -> int | None:
    """The step after `step_number` if the contact came so far; 0 after the last one; None: still there, or out."""
    enrolment, step = tables.enrolment.c, tables.enrolment_step.c
    version = tables.sequence_version
    asked = (
        select(enrolment.status, enrolment.step_number, version.c.definition)
        .select_from(tables.enrolment.join(version, version.c.id == enrolment.version_id))
        .where(enrolment.id == enrolment_id)
    )
    row = tx.conn.execute(asked).one_or_none()
    if row is None:
        return None
    if step_number >= len(row.definition["steps"]):
        return 0
    later = select(step.step_number).where(step.enrolment_id == enrolment_id, step.step_number > step_number)
    running = row.status == EnrolmentStatus.IN_PROGRESS.value and row.step_number > step_number
    came_on = running or tx.conn.scalar(later.limit(1)) is not None
    return step_number + 1 if came_on else None


def attempts(tx: Tx, message_id: int) -> Sequence[Row[Any]]:
    """The calls made for a message, first to last."""
    attempt = tables.attempt
    return tx.rows(select(attempt).where(attempt.c.message_id == message_id).order_by(attempt.c.number))
