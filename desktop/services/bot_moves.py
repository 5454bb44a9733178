"""One step of a session: the pure transition is asked, its effects are done and its state is kept, in one transaction.

So a kill leaves nothing half done: neither an effect without the state that says so, nor a state without its effects.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from desktop.domain.contacts import fields_of
from desktop.domain.flow import FlowDefinition, FlowStatus, SessionStatus
from desktop.domain.flow_nodes import Request
from desktop.domain.flow_run import transition
from desktop.domain.flow_session import (
    TO_PEOPLE,
    AskProgram,
    Awaits,
    Effect,
    Event,
    KeepAnswer,
    MessageEnded,
    Passed,
    Send,
    Started,
    StartFlow,
    Surroundings,
)
from desktop.domain.messages import GONE, Status
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.services.bot_effects import Refused, change, give_to, send
from desktop.store import contacts, flows, send_hours, session_said, sessions
from desktop.store.engine import Tx
from desktop.store.meeting import person_of
from desktop.store.session_work import EndedMessage
from desktop.store.sessions import Session
from desktop.system.faults import CrashPoint, Faults
from desktop.whatsapp import errors

_log = logging.getLogger("assent.bots")
MOST_JUMPS: Final = 5
"""From flow to flow without a word of the customer; more is a circle."""
MOST_STEPS: Final = 500
"""Of one session; with more of them it talks with another program."""
MOST_BEGUN: Final = 60
"""Sessions with one contact, jumps among them, within LATELY; more is two programs that lead each other in a circle."""
LATELY: Final = timedelta(minutes=10)
_AWAITS_MESSAGE: Final = (Awaits.MESSAGE, Awaits.ANSWER)


def move(tx: Tx, session: Session, event: Event, faults: Faults) -> None:
    """Take a held session on by one event: its effects, and where it stands then.

    A session whose contact is gone ends, and one that has come through too many steps. Raises Problem for a flow that
    cannot be read.
    """
    if session.step_count >= MOST_STEPS:
        sessions.end(
            tx, session, SessionStatus.BROKEN, f"It came through {MOST_STEPS} steps, which is no talk."
        )
        give_to(tx, session.contact_id, TO_PEOPLE)
        return
    definition = flows.definition_of(tx, session.version_id)
    run = _Move(tx, definition, session, faults)
    try:
        run.go(event)
    except _Gone:
        sessions.end(tx, session, SessionStatus.BROKEN, "The contact was removed.")
        return
    run.keep()
    faults.reach(CrashPoint.BEFORE_BOT_COMMIT)


class _Gone(Exception):
    """The contact is not there any more."""


@dataclass(slots=True)
class _Move:
    """One move as it goes. message_id, request: what the session waits for after it."""

    tx: Tx
    definition: FlowDefinition
    session: Session
    faults: Faults
    request: Request | None = None
    follows: StartFlow | None = None
    _refused: list[str] = field(default_factory=list)

    def go(self, event: Event) -> None:
        """The transition and its effects; a message that the door refused is told to the next one at once."""
        if isinstance(event, MessageEnded):
            self.session = replace(self.session, message_id=None)
        told: Event | None = event
        while told is not None:
            self._refused.clear()
            done = transition(self.definition, self.session.state, told, _surroundings(self.tx, self.session))
            self.session = replace(self.session, state=done.state)
            for effect in done.effects:
                self._do(effect)
                self.faults.reach(CrashPoint.AFTER_BOT_EFFECT)
            told = MessageEnded(False, self._refused[-1]) if self._refused else None

    def _do(self, effect: Effect) -> None:
        tx, session = self.tx, self.session
        if isinstance(effect, Send):
            self._send(effect)
        elif isinstance(effect, KeepAnswer):
            sessions.add_answer(tx, session, effect.node_id, effect.name, effect.value)
        elif isinstance(effect, Passed):
            self.session = sessions.add_step(tx, session, effect.node_id, effect.exit, effect.because)
        elif isinstance(effect, AskProgram):
            self.request = effect.request
        elif isinstance(effect, StartFlow):
            self.follows = effect
        else:
            change(tx, session, effect)

    def _send(self, effect: Send) -> None:
        try:
            self.session = replace(self.session, message_id=send(self.tx, self.session, effect))
        except Refused as problem:
            self.session = replace(self.session, message_id=None)
            self._refused.append(problem.sentence)

    def keep(self) -> None:
        """Write where it stands, then begin the flow that follows."""
        state, session = self.session.state, self.session
        asks = state.awaits is Awaits.REQUEST
        is_new = self.request is not None
        self.session = replace(
            session,
            message_id=session.message_id if state.awaits in _AWAITS_MESSAGE else None,
            request=(self.request or session.request) if asks else None,
            request_began_at=session.request_began_at if asks and not is_new else None,
        )
        sessions.write(self.tx, self.session)
        if self.follows is not None:
            _begin_next(self.tx, self.session, self.follows, self.faults)


def _begin_next(tx: Tx, before: Session, follows: StartFlow, faults: Faults) -> None:
    """Another flow goes on with what was answered; people do, where there is none, or no end of them."""
    try:
        record = flows.get(tx, follows.flow_id)
    except NotFound:
        _stop(tx, before, "The flow that it leads to is not there (any more).")
        return
    if record.version_id is None or record.status is not FlowStatus.PUBLISHED:
        _stop(tx, before, f"The flow “{record.name}” that it leads to is not published, or is turned off.")
        return
    if before.jump_count >= MOST_JUMPS:
        _stop(tx, before, f"It went through {MOST_JUMPS} flows without hearing from the customer.")
        return
    if session_said.begun_count(tx, before.contact_id, LATELY) >= MOST_BEGUN:
        minutes = LATELY // timedelta(minutes=1)
        _stop(tx, before, f"It went through {MOST_BEGUN} flows within {minutes} minutes, which is no talk.")
        return
    following = sessions.begin(
        tx,
        record.id,
        record.version_id,
        before.contact_id,
        trigger=before.trigger,
        user_id=before.user_id,
        answers=dict(before.state.answers),
        said_at=before.said_at,
        jump_count=before.jump_count + 1,
        goes_on=before,
    )
    assert following is not None
    # What was said to another flow is no evidence in this one: it was asked for something else.
    move(tx, following, Started(), faults)


def _stop(tx: Tx, session: Session, because: str) -> None:
    _log.warning("session %s: %s", session.id, because)
    state = replace(session.state, status=SessionStatus.BROKEN, because=because)
    sessions.write(tx, replace(session, state=state))
    give_to(tx, session.contact_id, TO_PEOPLE)


def _surroundings(tx: Tx, session: Session) -> Surroundings:
    """Raises _Gone."""
    try:
        contacts.bare(tx, session.contact_id, lock=True)
        known = contacts.get(tx, session.contact_id)
    except NotFound as gone:
        raise _Gone from gone
    attributes = contacts.known_attributes(tx)
    return Surroundings(
        person_of(known, attributes),
        fields_of(known.name, known.phone, known.attributes),
        attributes,
        tx.now,
        send_hours.workspace_zone(tx),
        session.mark,
    )


def message_ended(ended: EndedMessage) -> MessageEnded:
    """What the session is told of a message. One that nobody is certain of may have arrived, and is not made again."""
    if ended.status in GONE or ended.status is Status.UNKNOWN:
        return MessageEnded(True)
    return MessageEnded(False, _because(ended))


def _because(ended: EndedMessage) -> str:
    if ended.reason is Reason.WHATSAPP_ERROR and ended.error_code is not None:
        return f"WhatsApp refused it ({ended.error_code}): {errors.rule(ended.error_code).explanation}"
    return ended.reason.label if ended.reason is not None else "The message was not sent."
