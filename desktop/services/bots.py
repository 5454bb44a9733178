"""Bots in conversations: what starts a session, what it hears, who ends it. The engine's part is in bot_engine."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from desktop.domain import window
from desktop.domain.flow import FlowRecord, FlowStatus, SessionStatus, TriggerKind
from desktop.domain.flow_answers import is_pressed_in
from desktop.domain.flow_session import TO_PEOPLE, Awaits, Event, Said, Started
from desktop.domain.flow_triggers import Candidate, Incoming, first_match
from desktop.domain.flow_words import trigger_words
from desktop.domain.people import Right, User
from desktop.domain.problems import NotFound, Overtaken, Problem
from desktop.services.bot_effects import A_BOT, give_to
from desktop.services.bot_moves import LATELY, move
from desktop.services.rights import allow
from desktop.store import contacts, conversations, flows, people, session_said, session_shown, sessions
from desktop.store.engine import Store, Tx
from desktop.store.savepoints import apart, ends_all
from desktop.store.session_shown import RunningSession, Unsent
from desktop.store.sessions import Session
from desktop.system.faults import Faults

__all__ = ["Became", "Bots", "RunningSession", "Unsent", "broke", "heard", "person_came"]

_log = logging.getLogger("assent.bots")
_WORDS_OF_TRIGGERS = (TriggerKind.KEYWORD, TriggerKind.PAYLOAD)
"""What these take may be evidence of an opt-in: the customer was told what to say, or pressed it."""
MOST_BY_ITSELF: Final = 10
"""Sessions that triggers begin with one contact within LATELY; who has more is a program that answers each word."""
_WHOLE_SECONDS: Final = timedelta(seconds=2)
"""WhatsApp tells no parts of seconds, and this machine's clock is not its own."""
BROKEN = "Something in Assent went wrong here; it is in the log. A colleague should go on."


@dataclass(frozen=True, slots=True)
class Became:
    """How a session stands. because: why it ended, or ""; unsent: those of its messages that did not go."""

    status: SessionStatus
    because: str
    unsent: tuple[Unsent, ...]


class Bots:
    """What people do with bots in a conversation."""

    def __init__(self, store: Store, wake: Callable[[], None] = lambda: None) -> None:
        """wake: tells the engine that there may be something to send."""
        self._store = store
        self._wake = wake

    async def running(self, contact_id: int) -> RunningSession | None:
        """The session that has this conversation, if any."""
        return await self._store.read(lambda tx: session_shown.running(tx, contact_id), people=True)

    async def start(self, flow_id: int, contact_id: int, user: User) -> int:
        """Start a published flow by hand; returns the session's id.

        A closed reply window is no hindrance here: then what needs it is not sent, and the flow goes on accordingly.
        Raises NotAllowed, NotFound, Overtaken, or a Problem: one runs already, or the flow is not on.
        """

        def write(tx: Tx) -> int:
            allow(tx, user, Right.REPLY)
            contacts.expect_there(tx, contact_id)
            contacts.bare(tx, contact_id, lock=True)
            session = _by_hand(tx, flows.get(tx, flow_id), contact_id, user)
            _move_or_break(tx, session, Started(), Faults())
            return session.id

        session_id = await self._store.write(write)
        self._wake()
        return session_id

    async def stop(self, contact_id: int, user: User) -> None:
        """Take over: whatever runs here ends, and the conversation is the person's.

        Raises NotAllowed; Overtaken where a colleague was quicker.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.REPLY)
            if not sessions.person_came(tx, contact_id, f"{user.name} took over."):
                _expect_nobodys(tx, contact_id, user)
            conversations.assign(tx, contact_id, user.id, user.name)

        await self._store.write(write)

    async def became(self, session_id: int) -> Became:
        """What has become of a session so far. Raises NotFound."""

        def read(tx: Tx) -> Became:
            session = sessions.get(tx, session_id)
            if session is None:
                raise NotFound("Not there any more", "What the bot did here is not in this store (any more).")
            state = session.state
            return Became(state.status, state.because, tuple(session_shown.unsent(tx, session_id)))

        return await self._store.read(read, people=True)


def _expect_nobodys(tx: Tx, contact_id: int, user: User) -> None:
    """Whoever took over from the bot first has the conversation."""
    has_it = conversations.assigned_to(tx, contact_id)
    if has_it is None or has_it == user.id:
        return
    other = people.find(tx, has_it)
    raise Overtaken(
        "Taken over already", f"{other.name if other else 'A colleague'} took over a moment ago. Look again."
    )


def _by_hand(tx: Tx, record: FlowRecord, contact_id: int, user: User) -> Session:
    if record.version_id is None or record.status is not FlowStatus.PUBLISHED:
        raise Problem(
            "Flow not on", f"“{record.name}” is not published, or is turned off. Choose another one."
        )
    begun = sessions.begin(tx, record.id, record.version_id, contact_id, user_id=user.id or None)
    if begun is None:
        raise Problem("A bot is here already", "A flow runs in this conversation. Take over first.")
    return begun


def person_came(tx: Tx, contact_id: int, because: str = "") -> None:
    """A colleague replied, took the conversation or closed it: a session that runs here is over.

    To be called before the conversation or the contact is written, for the order of locks.
    """
    sessions.person_came(tx, contact_id, because)


def heard(
    tx: Tx,
    contact_id: int,
    incoming: Incoming | None,
    said: Said,
    *,
    at: datetime | None = None,
    faults: Faults | None = None,
) -> None:
    """A customer's message, which is kept already: the running session's answer, or what starts one.

    incoming: None where it cannot be read and starts nothing. at: when it was said. It never costs the message: what fails ends the session, gives the conversation to people and
    is logged. Raises only what ends the whole transaction (`savepoints.ends_all`).
    """
    dies, when = faults or Faults(), at or tx.now
    session = sessions.hold_of(tx, contact_id)
    try:
        if session is not None:
            apart(tx, lambda own: _hear(own, session, said, when, dies))
        elif incoming is not None:
            apart(tx, lambda own: _answer(own, contact_id, incoming, said, when, dies))
    except Exception as wrong:
        if ends_all(wrong):
            raise
        _log.exception("what contact %s said could not be told to a bot", contact_id)


def answer_with(
    tx: Tx, flow_id: int, contact_id: int, trigger: str, at: datetime, faults: Faults | None = None
) -> bool:
    """Begin a flow because of a customer's message that is kept already; False where it is not on, or one runs here.

    trigger: what began it, for people. at: when it was said. The conversation is nobody's from then on. What fails ends the
    session, gives the conversation to people and is logged.
    """
    version_id = flows.published_version(tx, flow_id)
    if version_id is None or not window.is_open(at, tx.now) or _is_too_often(tx, contact_id):
        return False
    begun = sessions.begin(tx, flow_id, version_id, contact_id, trigger=trigger, said_at=at)
    if begun is None:
        return False
    conversations.assign(tx, contact_id, None, A_BOT)
    _move_or_break(tx, begun, Started(), faults or Faults())
    return True


def _hear(tx: Tx, session: Session, said: Said, at: datetime, faults: Faults) -> None:
    """Only what the session asked for is its answer; with it the customer has spoken."""
    if session.state.awaits is Awaits.ANSWER and _is_after_question(tx, session, said, at):
        session_said.set_said_at(tx, session.id, at)  # before the door is asked, which reads it
        _move_or_break(tx, replace(session, said_at=at, jump_count=0), said, faults)


def _is_after_question(tx: Tx, session: Session, said: Said, at: datetime) -> bool:
    """False for what was under way already when it asked, unless its own button says that it was read."""
    if is_pressed_in(session.mark, said.payload):
        return True
    asked_at = session_said.asked_at(tx, session)
    return asked_at is None or at >= asked_at - _WHOLE_SECONDS


def _answer(tx: Tx, contact_id: int, incoming: Incoming, said: Said, at: datetime, faults: Faults) -> None:
    """Start the flow that answers it, if any does."""
    found = _trigger(tx, contact_id, incoming, at)
    begun = None if found is None else _begin(tx, found, contact_id, at)
    if found is not None and begun is not None:
        words = said.text.strip() if found.trigger.kind in _WORDS_OF_TRIGGERS else ""
        _move_or_break(tx, begun, Started(words), faults)


def _trigger(tx: Tx, contact_id: int, incoming: Incoming, at: datetime) -> Candidate | None:
    """What answers it; nothing in a conversation that somebody has, and nothing what was said long ago."""
    if not window.is_open(at, tx.now) or not sessions.is_nobodys(tx, contact_id):
        return None
    found = first_match(flows.candidates(tx), incoming)
    return None if found is None or _is_too_often(tx, contact_id) else found


def _is_too_often(tx: Tx, contact_id: int) -> bool:
    """True where triggers begin one session after the other; logged when the last one begins, not at each message."""
    begun_count = session_said.begun_count(tx, contact_id, LATELY, by_itself=True)
    if begun_count == MOST_BY_ITSELF - 1:
        _log.warning(
            "contact %s: %s sessions began lately, no more begin by themselves now",
            contact_id,
            MOST_BY_ITSELF,
        )
    return begun_count >= MOST_BY_ITSELF


def _begin(tx: Tx, found: Candidate, contact_id: int, at: datetime) -> Session | None:
    version_id = flows.published_version(tx, found.flow_id)
    assert version_id is not None
    told = trigger_words(found.trigger)
    return sessions.begin(tx, found.flow_id, version_id, contact_id, trigger=told, said_at=at)


def _move_or_break(tx: Tx, session: Session, event: Event, faults: Faults) -> None:
    """One transition in a savepoint of its own. Raises only what ends the whole transaction."""
    try:
        apart(tx, lambda own: move(own, session, event, faults))
    except Exception as wrong:
        if ends_all(wrong):
            raise
        _log.exception("session %s could not go on", session.id)
        broke(tx, session.id)


def broke(tx: Tx, session_id: int, because: str = BROKEN) -> None:
    """End a session that cannot go on, and give its conversation to people."""
    session = sessions.hold(tx, session_id)
    if session is not None:
        sessions.end(tx, session, SessionStatus.BROKEN, because)
        give_to(tx, session.contact_id, TO_PEOPLE)
