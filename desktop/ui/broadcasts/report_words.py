"""The words of a broadcast's report: what it does, what it waits for, whom a number stands for."""

from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from desktop.domain.broadcast import BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures
from desktop.domain.broadcast_report import Chosen, Milestone, OptOut, Override, Person, Retryable, Try
from desktop.domain.consent import Source
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.services.broadcasts import Report
from desktop.ui.broadcasts import words

_DOING: Final = {BroadcastStatus.RUNNING: "Sending", BroadcastStatus.DONE: "Sent"}
KINDS: Final = {BroadcastKind.TEST: "Test of", BroadcastKind.RETRY: f"{words.TRIED_AGAIN}:"}
_REACHED: Final = {
    Milestone.SENT: "Sent",
    Milestone.DELIVERED: "Delivered",
    Milestone.READ: "Read",
    Milestone.REPLIED: "Replied",
    Milestone.OPTED_OUT_SINCE: "Opted out since",
    Milestone.RETRIED: words.TRIED_AGAIN,
}
_HOW: Final = {
    Source.KEYWORD: "wrote",
    Source.BUTTON: "pressed",
    Source.WHATSAPP: "stopped in WhatsApp",
    Source.AGENT: "a colleague",
    Source.IMPORT: "an import",
    Source.API: "the API",
    Source.BOT: "a bot",
    Source.MERGE: "a merge",
}
_OF_THE_TEMPLATE: Final = {
    Reason.TEMPLATE_NOT_APPROVED: (
        "WhatsApp does not accept this template now (paused, rejected or disabled). Wait until it does and go on, or "
        "{leave}."
    ),
    Reason.TEMPLATE_GONE: (
        "The template no longer exists in WhatsApp. Make it again in WhatsApp Manager and go on, or {leave}."
    ),
}
"""Of one that is held: its people are fixed, so another template would be another broadcast."""
LEDGER_PARTS: Final[tuple[tuple[str, str, tuple[Status, ...]], ...]] = (
    ("waiting", "waiting", (Status.QUEUED, Status.SENDING)),
    ("accepted", "accepted", (Status.ACCEPTED,)),
    ("sent", "sent", (Status.SENT,)),
    ("delivered", "delivered", (Status.DELIVERED,)),
    ("read", "read", (Status.READ,)),
    ("failed", "failed", (Status.FAILED,)),
    ("left_out", "left out", (Status.LEFT_OUT,)),
    ("cancelled", "cancelled", (Status.CANCELLED,)),
    ("unknown", "not certain", (Status.UNKNOWN,)),
)
"""The parts of *Now: …*: a key, the words, the states that they are."""


def doing_words(status: BroadcastStatus) -> str:
    """What stands before the progress: its state, as something that is done where that is another word."""
    return _DOING.get(status, status.label)


def progress_words(report: Report, per_s: float, planned_share: float = 0.0) -> str:
    """'720 of 988 gone · 79 / s · about 4 s left'; of one that was stopped how many will never go."""
    record, figures = report.record, report.figures
    if record.status.can_be_taken_back or record.selected_count is None:
        return counted_words(record)
    if record.status is BroadcastStatus.PREPARING:
        return f"the messages for {figures.selected_count:,} selected contacts · {100 * planned_share:.0f} % made"
    stopped = report.stopped
    if stopped is not None and not stopped.is_final:
        return stopped.sentence
    parts = [f"{figures.gone_count:,} of {figures.to_send_count:,} gone"]
    left = figures.waiting_count
    if record.status is BroadcastStatus.RUNNING and per_s > 0 and left:
        parts += [
            f"{per_s:.0f} / s" if per_s >= 1 else f"{per_s:.1f} / s",
            f"about {words.duration(left / per_s)} left",
        ]
    if record.status.is_over and record.launched_at and record.ended_at:
        parts.append(f"took {words.duration((record.ended_at - record.launched_at).total_seconds())}")
    # Of one that was stopped, what waits still is taken back in the next moments.
    if never := stopped.never_count if stopped is not None else figures.count(Status.CANCELLED):
        parts.append(f"{never:,} never went")
    return " · ".join(parts)


def counted_words(record: BroadcastRecord) -> str:
    """Of one that nobody is selected of yet, what stood on the button."""
    if record.approved_count is None:
        return "Nobody is selected yet."
    return f"Nobody is selected yet; {record.approved_count:,} stood on the button."


def launched_words(record: BroadcastRecord, now: datetime, zone: ZoneInfo | None = None) -> str:
    """'Launched by Meera Rao, 11:02'. zone: the workspace's; None: this machine's."""
    launched = words.start(record.launched_at, now, zone)
    by = f" by {record.launched_by_name}" if record.launched_by_name else ""
    return f"Launched{by}, {launched}" if launched else ""


def override_words(record: BroadcastRecord, found: Override) -> str:
    """'12 got it despite an opt-out so far; 21 had opted out at the yes. Reason given by Meera Rao: “…” · approved by …'.

    Before the start only the reason is known.
    """
    by, yes = found.by_name, found.yes_by_name
    reason = f"Reason given{f' by {by}' if by else ''}: “{found.reason}”"
    approved = f" · approved by {yes}" if yes else ""
    if record.selected_count is None:
        return f"With “only opted-in” off. {reason}{approved}"
    return f"{despite_words(found)}{despite_note(record, found)} {reason}{approved}"


def despite_words(found: Override) -> str:
    """'12 got it despite an opt-out'."""
    return f"{found.got_count:,} got it despite an opt-out"


def despite_note(record: BroadcastRecord, found: Override) -> str:
    """' before the stop; 21 had opted out at the yes.' Nothing but the full stop where it is the same number."""
    if found.at_yes_count == found.got_count:
        return "."
    status = record.status
    until = " before the stop" if status is BroadcastStatus.STOPPED else "" if status.is_over else " so far"
    return f"{until}; {found.at_yes_count:,} had opted out at the yes."


def waiting_html(record: BroadcastRecord, now: datetime, zone: ZoneInfo | None = None) -> str:
    """For the bar of one that can be taken back. zone: the workspace's; None: this machine's."""
    left_s = max(0.0, (record.starts_at - now).total_seconds()) if record.starts_at else 0.0
    if record.status is BroadcastStatus.LAUNCHING:
        return (
            f"<b>Starts in {words.duration(left_s)}.</b> Nobody is selected yet: it can be taken back, and is a "
            "draft again."
        )
    each = ", where a contact’s day begins first" if record.draft.when.in_each_zone else ""
    return (
        f"<b>Starts {escape(words.start(record.starts_at, now, zone))}</b>{each}, in {words.duration(left_s)}. Who gets it is "
        "decided then: who opts out before is left out."
    )


def held_html(record: BroadcastRecord) -> str:
    """Why it is held, for the banner."""
    said = record.held_because or "a person has to look at it first."
    leave = "stop it" if record.selected_count is not None else "take it back and choose another template"
    for reason, what_can_be_done in _OF_THE_TEMPLATE.items():
        said = said.replace(reason.sentence, what_can_be_done.format(leave=leave))
    because = escape(said)
    if record.held_cause is None:
        return f"<b>Held:</b> {because}"
    return f"<b>Held: {escape(record.held_cause.label)}.</b> {because}"


def stop_words(figures: Figures) -> tuple[str, str]:
    """The question's number sentence, and what cannot be called back."""
    on_the_way, never = figures.count(Status.SENDING), figures.count(Status.QUEUED)
    verb = (
        "message has not left yet and never will"
        if never == 1
        else "messages have not left yet and never will"
    )
    gone = f"The {figures.gone_count:,} that have left cannot be called back"
    if on_the_way:
        is_are = "is" if on_the_way == 1 else "are"
        return f"{never:,} {verb}.", f"{gone}; {on_the_way:,} {is_are} on the way this moment."
    return f"{never:,} {verb}.", f"{gone}."


def stopped_words(gone_count: int, on_the_way_count: int, never_count: int) -> str:
    """'Stopped: 712 gone, 14 on the way, 264 will never go.'"""
    way = f"{on_the_way_count:,} on the way, " if on_the_way_count else ""
    return f"Stopped: {gone_count:,} gone, {way}{never_count:,} will never go."


def chosen_words(chosen: Chosen, now: datetime, zone: ZoneInfo | None = None) -> str:
    """What a tab of its own is called: 'Delivered', 'Not on WhatsApp', 'Pressed “Yes”'. zone: the workspace's, by whose
    clock an hour is told."""
    if chosen.despite:
        return "Got it despite an opt-out"
    if chosen.button:
        return f"Pressed “{chosen.button}”"
    if chosen.why is not None:
        return words.reason_words(chosen.why.reason, chosen.why.error_code)
    if chosen.reached is not None:
        told = _REACHED[chosen.reached]
        return f"{told} {words.when(chosen.within[0], now, zone)}" if chosen.within else told
    for _, told, statuses in LEDGER_PARTS:
        if statuses == chosen.statuses:
            return f"{told[0].upper()}{told[1:]} now"
    return "All"


def person_note(one: Person, chosen: Chosen, now: datetime) -> str:
    """What stands in the table's reason: why it did not arrive, or what came back where that is asked for."""
    if chosen.reached is Milestone.OPTED_OUT_SINCE and one.opted_out is not None:
        return opted_out_words(one.opted_out, now)
    if chosen.reached is Milestone.REPLIED or chosen.button:
        return one.reply or "a file"
    if chosen.despite:
        return f"{Reason.DESPITE_OPT_OUT.label}: {one.message.override_reason}"
    if one.again is not None:
        return f"{one.message.reason.label if one.message.reason else ''}: {one.again.words}"
    return words.message_reason(one.message)


def opted_out_words(one: OptOut, now: datetime) -> str:
    """'“STOP”, in answer to this broadcast · 11:04'."""
    source = Source(one.source)
    how = f"“{one.words}”" if one.words else one.by_name or _HOW[source]
    answer = ""
    if one.answered_here:
        answer = ", in answer to this broadcast"
    elif one.answered:
        answer = f", in answer to “{one.answered}”"
    return f"{how[0].upper()}{how[1:]}{answer} · {words.when(one.at, now)}"


def retry_words(found: Retryable, now: datetime) -> str:
    """'Retry: none now, 2 from 23 Nov 11:02'; "" where nothing failed that can be tried again."""
    if found.preparing:
        return "A retry is being prepared"
    if not found.now_count and not found.later_count:
        return ""
    if not found.later_count:
        return f"Retry {found.now_count:,} now"
    later = f"{found.later_count:,} from {words.when(found.later[0][0], now)}"
    return f"Retry {found.now_count:,} now, {later}" if found.now_count else f"Retry: none now, {later}"


def retry_tooltip(found: Retryable, now: datetime) -> str:
    """When each of those who have to wait can be tried again, at most six lines."""
    lines = [f"{count:,} from {words.full(at)}" for at, count in found.later[:6]]
    if len(found.later) > 6:
        lines.append(f"{sum(count for _, count in found.later[6:]):,} later")
    return "\n".join(["Asked for the opt-in anew, with the toggle on.", *lines])


def try_words(number: int, one: Try, now: datetime | None, zone: ZoneInfo | None = None) -> str:
    """'Tried again · 11:20 · 4 of 5 delivered'; the second is 'Tried again (2)'. now None: on paper, with its date."""
    status, at = one.record.status.label, one.record.launched_at or one.record.created_at
    when = words.dated(at, zone) if now is None else words.when(at, now, zone)
    told = f"{one.figures.delivered_count:,} of {one.figures.selected_count:,} delivered"
    state = "" if one.record.status is BroadcastStatus.DONE else f"{status} · "
    again = f"{words.TRIED_AGAIN} ({number})" if number > 1 else words.TRIED_AGAIN
    return f"{again} · {state}{when} · {told}"
