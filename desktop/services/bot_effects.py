"""What a bot's transition wants done, done: each effect inside the transaction that moves its session."""

import logging
from typing import Final, assert_never

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.contacts import Fact
from desktop.domain.fields import checked_value
from desktop.domain.flow_session import (
    ChangeAttribute,
    ChangeOptIn,
    ChangeTags,
    EnrolIn,
    GiveTo,
    Send,
)
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.problems import NotFound, Problem
from desktop.domain.sequence import EnrolSource, SequenceStatus
from desktop.services import sending
from desktop.store import (
    consent,
    contacts,
    conversations,
    enrolments,
    flows,
    people,
    sequences,
    sessions,
    thread_events,
)
from desktop.store.engine import Tx
from desktop.store.sessions import Session

_log = logging.getLogger("assent.bots")
_STARTED = (SequenceStatus.ACTIVE, SequenceStatus.PAUSED, SequenceStatus.HELD)
"""Sequences that somebody can be put into, as by hand."""

A_BOT: Final = "A bot"

Change = ChangeAttribute | ChangeOptIn | ChangeTags | EnrolIn | GiveTo


class Refused(Problem):
    """A message that the door does not take: the sentence says why."""


def send(tx: Tx, session: Session, effect: Send) -> int:
    """Submit a message at the one door; returns its id. Raises Refused, with or without a row that shows it."""
    wanted = Submission(
        contact_id=session.contact_id,
        path=Path.BOT,
        kind=effect.kind,
        text=effect.text,
        lane=Lane.AUTOMATIC,
        content=effect.content,
        template_id=effect.template_id,
        session_id=session.id,
        node_id=effect.node_id,
    )
    if effect.kind == "template" and effect.template_id is None:
        raise Refused("Not sent", "The step names no template.")
    try:
        done = sending.submit(tx, wanted, None)
    except Problem as problem:
        raise Refused("Not sent", problem.sentence) from problem
    if done.message_id is None or not done.verdict.may_send:
        raise Refused("Not sent", done.verdict.reason.label)
    return done.message_id


def change(tx: Tx, session: Session, effect: Change) -> None:
    """Change what the effect names; what does not fit is logged and left as it is."""
    contact_id = session.contact_id
    if isinstance(effect, ChangeAttribute):
        _set_attribute(tx, session, effect)
    elif isinstance(effect, ChangeOptIn):
        _set_opt_in(tx, session, effect)
    elif isinstance(effect, ChangeTags):
        if effect.add:
            thread_events.tag(tx, contact_id, effect.add, _flow(tx, session))
        for name in effect.remove:
            thread_events.untag(tx, contact_id, name, _flow(tx, session))
    elif isinstance(effect, EnrolIn):
        _enrol(tx, session, effect)
    elif isinstance(effect, GiveTo):
        give_to(tx, contact_id, effect, _flow(tx, session))
    else:
        assert_never(effect)


def _set_attribute(tx: Tx, session: Session, effect: ChangeAttribute) -> None:
    attribute = contacts.known_attributes(tx).get(effect.attribute)
    if attribute is None:
        _log.warning("session %s: there is no field “%s” (any more)", session.id, effect.attribute)
        return
    colleagues = [one.name for one in people.every(tx)]
    try:
        value = checked_value(attribute, effect.value, colleagues)
    except Problem:
        # Without the value: it is the customer's.
        _log.warning("session %s: what was said does not fit the field “%s”", session.id, effect.attribute)
        return
    contacts.set_attribute(tx, session.contact_id, attribute, value)


def _set_opt_in(tx: Tx, session: Session, effect: ChangeOptIn) -> None:
    """A yes that is older than a newer no does not lift it, as with any other source."""
    said_at = session.said_at or session.started_at
    is_yes = effect.value is OptIn.YES
    if is_yes and consent.said_no_since(tx, session.contact_id, Fact.OPT_IN, said_at):
        _log.info("session %s: a yes was outweighed by a newer no", session.id)
        return
    _, known = consent.facts_of(tx, session.contact_id, lock=True)
    if known.opt_in is effect.value and is_yes:
        return
    consent.record(
        tx,
        session.contact_id,
        effect.value,
        Source.BOT,
        evidence=effect.evidence[:200],
        at=said_at if is_yes else None,
    )


def _enrol(tx: Tx, session: Session, effect: EnrolIn) -> None:
    try:
        record = sequences.get(tx, effect.sequence_id)
    except NotFound:
        _log.warning("session %s: sequence %s is not there (any more)", session.id, effect.sequence_id)
        return
    if record.version_id is None or record.status not in _STARTED:
        _log.warning("session %s: “%s” takes nobody in, it is no active sequence", session.id, record.name)
        return
    enrolments.enrol(
        tx,
        record.id,
        record.version_id,
        [session.contact_id],
        EnrolSource.BOT,
        definition=record.definition,
    )


def _flow(tx: Tx, session: Session) -> str:
    """Whose deed the thread says it is."""
    name = flows.names(tx).get(session.flow_id, "")
    return f"“{name}”" if name else A_BOT


def give_to(tx: Tx, contact_id: int, effect: GiveTo, by: str = A_BOT) -> None:
    """The conversation, open, goes to a colleague; to whoever takes it where the account is closed by now."""
    if not effect.if_nobodys:
        colleague = None if effect.user_id is None else people.find(tx, effect.user_id)
        conversations.assign(tx, contact_id, colleague.id if colleague else None, by)
    if not sessions.is_open(tx, contact_id):
        conversations.set_open(tx, contact_id, True, by)
