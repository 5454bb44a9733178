"""One contact's way through a sequence in words: what became of each step, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.contacts import ConsentEvent, Fact
from desktop.domain.conversations import MessageView
from desktop.domain.journey import told_reason
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Enrolment, EnrolmentStatus, StepEnd
from desktop.services.sequences import JourneyStep
from desktop.ui.broadcasts import words
from desktop.ui.conversations import consent_words
from desktop.ui.parts import when
from desktop.ui.sequences.figures import MOVES_ON, OPT_OUTS
from desktop.ui.theme import Color

_STATUS: Final[dict[Status, tuple[str, str, Color]]] = {
    Status.QUEUED: ("waiting", "clock", "muted"),
    Status.SENDING: ("being sent", "clock", "muted"),
    Status.ACCEPTED: ("sent", "check", "accent"),
    Status.SENT: ("sent", "check", "accent"),
    Status.DELIVERED: ("delivered", "checks", "accent"),
    Status.READ: ("read", "checks", "accent"),
    Status.FAILED: ("failed", "warning-fill", "warn"),
    Status.LEFT_OUT: ("failed", "warning-fill", "warn"),
    Status.CANCELLED: ("cancelled", "x-circle", "muted"),
    Status.UNKNOWN: ("not certain", "question", "info"),
}
_TOLD: Final = (Status.FAILED, Status.LEFT_OUT, Status.CANCELLED, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """One step as it is shown: the icon, 'Step 2 · first_order_offer', '20 Nov 09:00 · failed', and why.

    at: the moment that the end tells, for the tooltip. message_id: whose *Why?* can be asked; None: nobody's.
    """

    number: int
    icon: str
    color: Color
    title: str
    end: str
    at: datetime | None
    why: str = ""
    message_id: int | None = None
    quiet: bool = False


def journey_line(
    step: JourneyStep, run: Enrolment, history: Sequence[ConsentEvent], now: datetime
) -> JourneyLine:  # fmt: skip
    """One step of a run. history: the contact's consent events, oldest first."""
    title = f"Step {step.number} · {step.template_name or 'template gone'}"
    if step.ended_as is StepEnd.SKIPPED:
        why = f"The condition of this step was not met.{_moved(step)}"
        return JourneyLine(
            step.number, "skip-forward", "muted", title, _end(step.at, "skipped", now), step.at, why
        )
    if step.message is None:
        return _ahead(step, run, title, now)
    message = step.message
    said, icon, color = _STATUS[message.status or Status.QUEUED]
    if message.status in (Status.FAILED, Status.LEFT_OUT) and _told(message) in MOVES_ON:
        icon, color = "prohibit", "danger"
    told = message.status in _TOLD
    return JourneyLine(
        step.number,
        icon,
        color,
        title,
        _end(step.at or message.at, said, now),
        step.at or message.at,
        f"{reason_sentence(message, history, now)}{_moved(step)}".strip() if told else "",
        message.id if told else None,
    )


def _ahead(step: JourneyStep, run: Enrolment, title: str, now: datetime) -> JourneyLine:
    """A step that is not done."""
    if run.status is not EnrolmentStatus.IN_PROGRESS:
        return JourneyLine(step.number, "circle", "muted", title, "not done", None, quiet=True)
    if step.due_at is None:
        return JourneyLine(step.number, "circle", "muted", title, "later", None, quiet=True)
    end = "due now" if step.due_at <= now else _end(step.due_at, "due", now)
    return JourneyLine(step.number, "circle", "muted", title, end, step.due_at, quiet=True)


def _end(at: datetime | None, said: str, now: datetime) -> str:
    return f"{when.stamp(at, now)} · {said}" if at is not None else said


def _moved(step: JourneyStep) -> str:
    return f" Moved to step {step.moved_on_to}." if step.moved_on_to else ""


def reason_sentence(message: MessageView, history: Sequence[ConsentEvent], now: datetime) -> str:
    """Why a message did not arrive: 'Opted out of marketing on 19 Nov by replying “STOP”.'"""
    reason = _told(message)
    if reason in OPT_OUTS:
        event = no_at(history, message)
        if event is not None:
            return _no_words(event, now)
    if reason in MOVES_ON and reason is not None:
        first = reason.sentence.split(". ", 1)[0]
        return first if first.endswith(".") else f"{first}."
    if message.error_code is not None:
        code = f" (error {message.error_code})" if message.error_code > 0 else ""
        return f"{words.reason_words(message.reason, message.error_code)}{code}."
    return words.message_sentence(message)


def no_at(history: Sequence[ConsentEvent], message: MessageView) -> ConsentEvent | None:
    """The event that a refusal rested on: the newest No, or WhatsApp's stop, before the message ended."""
    before = [one for one in history if one.at <= message.changed_at]
    return consent_words.no_event(before, _told(message) is Reason.STOPPED_IN_WHATSAPP)


def _told(message: MessageView) -> Reason | None:
    return told_reason(message.reason, message.error_code)


def _no_words(event: ConsentEvent, now: datetime) -> str:
    if event.fact is Fact.WHATSAPP:
        return f"Stopped promotions in WhatsApp on {when.day(event.at, now)}."
    return f"Opted out of marketing on {when.day(event.at, now)} {consent_words.opted_out_by(event)}."


def ended_sentence(run: Enrolment, now: datetime) -> str:
    """How a run ended, "" while it goes on."""
    if run.status is EnrolmentStatus.IN_PROGRESS:
        return ""
    said = run.ended_because.rstrip(".") or run.status.label
    return f"{said} on {when.stamp(run.ended_at, now)}." if run.ended_at else f"{said}."
