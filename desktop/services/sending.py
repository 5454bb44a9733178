"""The one door: whatever wants to leave, by whichever path, is submitted here and asked here first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from desktop.domain import consent, window
from desktop.domain.activity import NAMELESS, Deed
from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.consent import Category, Outcome, Override, Path, Policy, Question, Verdict
from desktop.domain.conversations import MessageView
from desktop.domain.flow import SessionStatus
from desktop.domain.meanwhile import Meanwhile, Seen, Stale
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.settings import Settings
from desktop.domain.templates import preview
from desktop.services.rights import allow
from desktop.store import (
    activity,
    broadcast_figures,
    contacts,
    conversations,
    drafts,
    inbox_rows,
    meanwhile,
    outbox,
    session_said,
    sessions,
    settings,
    templates,
)
from desktop.store.engine import Store, Tx
from desktop.store.outgoing_files import WAITS, needs_upload
from desktop.whatsapp import errors

_IN_THREAD = (Path.COMPOSE, Path.AUTOMATIC, Path.BOT)
"""Paths whose messages belong to a conversation from the start."""
_DESPITE = {Reason.DESPITE_OPT_OUT: "", Reason.DESPITE_NO_CHOICE: "No choice recorded: "}
"""What a person overruled, and how the log begins to tell it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission.

    message_id None: nothing was kept, because the compose box has to ask the person first (WARN) or tell
    them (LEAVE_OUT), and their draft stays with them.
    """

    verdict: Verdict
    message_id: int | None = None


class Sending:
    """Takes submissions, asks consent, keeps them in the outbox, wakes the engine."""

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake

    def wake(self) -> None:
        """Tell the engine that there may be something to send."""
        self._wake()

    async def submit(
        self, wanted: Submission, user: User | None = None, seen: Seen | None = None
    ) -> Submitted:
        """Submit one message. user: the person, on the compose path; seen: what they had seen when they began to write.

        Compose: a WARN comes back with no message until a covering reason is given. Sequence and API: a
        refused message is kept as failed, with its reason. Raises NotAllowed, NotFound, Stale where something came
        since `seen`, or a Problem that names what is wrong with the message.
        """
        done = await self._store.write(lambda tx: submit(tx, wanted, user, seen))
        if done.message_id is not None:
            self._wake()
        return done

    async def meanwhile(self, contact_id: int, seen: Seen, user: User) -> Meanwhile:
        """What came into a conversation since, which this person did not do themself."""
        return await self._store.read(lambda tx: meanwhile.since(tx, contact_id, seen, user.id), people=True)

    async def send_again(self, message_id: int, user: User, override: Override | None = None) -> Submitted:
        """A person sends a failed message once more: a new message, asked anew.

        Like any message of the compose box it may come back with a WARN and no message; then call again
        with a covering reason.
        """

        def write(tx: Tx) -> Submitted:
            allow(tx, user, Right.REPLY)
            return submit(tx, replace(again(tx, message_id, user), override=override), user)

        done = await self._store.write(write)
        self._wake()
        return done


def submit(tx: Tx, wanted: Submission, user: User | None, seen: Seen | None = None) -> Submitted:
    """The door itself, inside a transaction; for callers that have one."""
    wanted = replace(wanted, override=_bound(wanted))
    kept = settings.load(tx)
    by_hand = wanted.path is Path.COMPOSE
    # Before the contact is held, in the order that all who move sessions keep.
    running = sessions.hold_of(tx, wanted.contact_id) if by_hand else None
    template = templates.get(tx, wanted.template_id) if wanted.template_id is not None else None
    person = contacts.bare(tx, wanted.contact_id, lock=True)
    if by_hand:
        _check_person(tx, wanted, user)
    open_now = window.is_open(person.last_inbound_at, tx.now)
    category = template.effective_category if template else Category.SERVICE
    verdict = consent.decide(
        Question(
            wanted.path,
            category,
            person.facts,
            _policy(tx, wanted, kept),
            override=wanted.override,
            template_revision=template.revision if template else None,
            window_open=open_now,
        )
    )
    if template is not None:
        wanted = replace(wanted, kind="template", text=preview(template, wanted.content.get("values", {})))
    if not verdict.may_send:
        return _stopped(tx, wanted, verdict, category)
    _check_message(wanted, open_now)
    _check_seen(tx, wanted, user, seen)
    if needs_upload(wanted.content):
        wanted = replace(wanted, due_at=WAITS)
    message_id = outbox.queue(tx, wanted, verdict, category.value)
    if wanted.path in _IN_THREAD:
        by = user.name if user is not None else ""
        conversations.happened(tx, wanted.contact_id, message_id, inbound=False, by=by)
    if by_hand and user is not None:
        if running is not None:
            sessions.end(tx, running, SessionStatus.TAKEN_OVER, f"{user.name} replied.")
        drafts.sent(tx, wanted.contact_id, user.id)
        _take_over(tx, wanted.contact_id, user)
        if wanted.override is not None and verdict.reason in _DESPITE:
            told = f"{_DESPITE[verdict.reason]}{wanted.override.reason}"
            activity.log(tx, user, Deed.OPT_OUT_OVERRIDDEN, person.name or NAMELESS, told)
    return Submitted(verdict, message_id)


def _policy(tx: Tx, wanted: Submission, kept: Settings) -> Policy:
    """What the workspace decided; a bot that the customer has not spoken to, or said No to, asks all the same."""
    if wanted.session_id is None:
        return kept.policy
    said = session_said.said_in(tx, [wanted.session_id])
    return said.policy(kept.policy, wanted.session_id)


def _bound(wanted: Submission) -> Override | None:
    """The reason, if it was given for this contact and this template."""
    given = wanted.override
    if given is None or (given.contact_id, given.template_id) != (wanted.contact_id, wanted.template_id):
        return None
    return given


def _check_person(tx: Tx, wanted: Submission, user: User | None) -> None:
    if user is None:
        raise Problem("Nobody is signed in", "The compose box sends in a person's name.")
    allow(tx, user, Right.REPLY)
    if wanted.override is not None:
        allow(tx, user, Right.OVERRIDE_OPT_OUT)


def _check_seen(tx: Tx, wanted: Submission, user: User | None, seen: Seen | None) -> None:
    """Under the lock of the contact, so that nothing comes between this and the message."""
    if user is None or seen is None:
        return
    came = meanwhile.since(tx, wanted.contact_id, seen, user.id)
    if came:
        raise Stale(came)


def _check_message(wanted: Submission, open_now: bool) -> None:
    if wanted.kind == "template":
        return
    if not open_now and wanted.path is Path.COMPOSE:
        raise Problem("Reply window closed", Reason.WINDOW_CLOSED.sentence, "text")
    if wanted.kind == "text" and not 1 <= len(wanted.text.strip()) <= MAX_TEXT_LENGTH:
        raise Problem(
            "Text too long or empty", f"WhatsApp takes 1 to {MAX_TEXT_LENGTH:,} characters.", "text"
        )


def _stopped(tx: Tx, wanted: Submission, verdict: Verdict, category: Category) -> Submitted:
    """At the door: the compose box is told, automatic messages vanish, the others stand in the report."""
    if verdict.outcome is not Outcome.FAIL or wanted.path is Path.AUTOMATIC:
        return Submitted(verdict)
    return Submitted(verdict, outbox.keep_stopped(tx, wanted, verdict, category.value, Status.FAILED))


def _take_over(tx: Tx, contact_id: int, user: User) -> None:
    """Replying to an unassigned conversation assigns it to the one who replies."""
    row = inbox_rows.row(tx, contact_id, user.id)
    if row is not None and row.assigned_to is None:
        conversations.assign(tx, contact_id, user.id, user.name)


def _check_repeat(tx: Tx, old: MessageView) -> None:
    if old.status not in (Status.FAILED, Status.UNKNOWN, Status.LEFT_OUT):
        raise Problem("Nothing to send again", "The message is on its way or has arrived.")
    if outbox.repeated(tx, old.id):
        raise Problem("Already sent again", "You or a colleague sent this message again meanwhile.")
    wait_s = errors.rule(old.error_code).person_may_retry_after_s if old.error_code is not None else 0
    if wait_s is None:
        raise Problem("Not to be sent again", errors.rule(old.error_code or 0).explanation)
    if (tx.now - old.changed_at).total_seconds() < wait_s:
        when = old.changed_at + timedelta(seconds=wait_s)
        raise Problem("Too early", f"WhatsApp takes it again from {when:%d %b %H:%M} UTC on.")


def again(tx: Tx, message_id: int, user: User) -> Submission:
    """The submission that repeats a message by hand. Raises Problem if it may not be repeated."""
    found = conversations.messages(tx, [message_id])
    if not found or found[0].status is None:
        raise Problem("Nothing to send again", "The message does not exist (any more).")
    old = found[0]
    _check_repeat(tx, old)
    template_id = outbox.template_of(tx, message_id)
    content = dict(old.content)
    if old.broadcast_id is not None:
        content["values"] = broadcast_figures.values_for_contact(tx, old.broadcast_id, old.contact_id)
    return Submission(
        contact_id=old.contact_id,
        path=Path.COMPOSE,
        kind=old.kind,
        text=old.text,
        lane=Lane.PEOPLE,
        content=content,
        template_id=template_id,
        author_id=user.id,
        retry_of=message_id,
    )
