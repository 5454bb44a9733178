"""The words of the reports: paths, categories, groups, reasons, times."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from desktop.domain import report_words
from desktop.domain.consent import Source
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, Group, Refusal
from desktop.domain.report_page import Period, Span, Step
from desktop.services.reportrows import cause_label as cause_label
from desktop.services.reportrows import reason_of as reason_of
from desktop.services.reports import OptedOut
from desktop.ui.broadcasts.words import MESSAGE_STATUS
from desktop.ui.broadcasts.words import status_of as message_status
from desktop.ui.parts import when
from desktop.ui.theme import Color
from desktop.whatsapp.errors import rule

PATH: Final = report_words.PATHS
CATEGORY: Final = report_words.CATEGORIES
GROUP: Final[dict[Group, tuple[str, Color]]] = {
    Group.SENT: ("Sent", "accent"),
    Group.FAILED: ("Failed", "warn"),
    Group.LEFT_OUT: ("Left out", "danger"),
    Group.WAITING: ("Waiting", "muted"),
    Group.CANCELLED: ("Cancelled", "muted"),
    Group.NOT_CERTAIN: ("Not certain", "info"),
}
SOURCE: Final = report_words.SOURCES
PERIOD: Final[dict[Period, str]] = {
    Period.TODAY: "Today",
    Period.LAST_7: "Last 7 days",
    Period.LAST_30: "Last 30 days",
    Period.LAST_90: "Last 90 days",
    Period.EVERYTHING: "Everything",
}
STEP: Final[dict[Step, str]] = {
    Step.HOUR: "by hour", Step.DAY: "by day", Step.WEEK: "by week", Step.MONTH: "by month",
}  # fmt: skip
CONSENT: Final = report_words.CONSENT
_NOTE: Final[dict[Reason, str]] = {
    Reason.ANSWER_LOST: "waiting for WhatsApp",
    Reason.NO_CHOICE_PASSES: "may receive",
    Reason.DUPLICATE: "audience",
    Reason.EXCLUDED: "audience",
    Reason.NO_PHONE: "audience",
    Reason.MISSING_VARIABLE: "template",
    Reason.TEMPLATE_NOT_APPROVED: "template",
    Reason.TEMPLATE_GONE: "template",
    Reason.AUTOMATIC_TEMPLATE: "template",
    Reason.NOT_REACHED: "network",
    Reason.BROADCAST_STOPPED: "cancelled",
    Reason.LEFT_SEQUENCE: "cancelled",
    Reason.BOT_STOPPED: "cancelled",
}


def messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"


def contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count:,} contacts"


def status(one: Status) -> str:
    return MESSAGE_STATUS[one][0]


def cause_note(cause: Cause) -> str:
    """What stands small behind: 'consent', WhatsApp's code, 'waiting for WhatsApp'."""
    if cause.error_code is not None:
        return str(cause.error_code)
    if cause.reason is None:
        return ""
    return "consent" if cause.reason in CONSENT else _NOTE.get(cause.reason, "")


def cause_words(cause: Cause) -> str:
    """'Not on WhatsApp · 131026'."""
    note = cause_note(cause)
    return f"{cause_label(cause)} · {note}" if note else cause_label(cause)


def cause_sentence(cause: Cause) -> str:
    """What happened and what to do about it."""
    if cause.error_code is not None:
        return rule(cause.error_code).explanation
    return cause.reason.sentence if cause.reason is not None else "Nothing was kept about these messages."


def path_of(message: MessageView) -> str:
    """'Broadcast · Winter', 'Sequence · Welcome, step 2', 'API · shop-sync', 'Inbox · Maria'."""
    words = PATH[message.path] if message.path is not None else "–"
    if of := report_words.of_words(message):
        return f"{words} · {of}"
    return f"{words} · {message.author_name}" if message.author_name else words


def template_of(message: MessageView) -> str:
    return message.template_name or "–"


def status_of(message: MessageView) -> tuple[str, str, Color]:
    """Words, icon and colour; a message that consent stopped has the sign of a No."""
    text, icon, color = message_status(message)
    if message.status is Status.FAILED and message.reason in CONSENT:
        return text, "prohibit", "danger"
    return text, icon, color


def answer_of(one: OptedOut) -> str:
    """'No', 'Stopped in WhatsApp', or both."""
    if one.also is not None:
        return "No, and stopped in WhatsApp"
    return _answer(one)


def _answer(one: OptedOut | Refusal) -> str:
    return "Stopped in WhatsApp" if one.stopped_in_whatsapp else "No"


def source_of(one: OptedOut) -> str:
    """'Keyword', 'Keyword, WhatsApp'."""
    both = [SOURCE[one.source], *([SOURCE[one.also.source]] if one.also is not None else [])]
    return ", ".join(dict.fromkeys(both))


def evidence_of(one: OptedOut) -> str:
    """Of both answers where there are two: '“STOP”; user stopped promotions'."""
    both = [_evidence(each) for each in (one, one.also) if each is not None]
    return "; ".join(said for said in both if said) or "–"


def _evidence(one: OptedOut | Refusal) -> str:
    return (
        f"“{one.evidence}”"
        if one.evidence and one.source in (Source.KEYWORD, Source.BUTTON)
        else one.evidence
    )


def answers_told(one: OptedOut) -> str:
    """Each answer on a line of its own: 'No: Keyword, 22 Nov 2026, 10:42, “STOP”, Meera Rao'; "" where there is one."""
    if one.also is None:
        return ""
    lines = []
    for each in (one, one.also):
        parts = (SOURCE[each.source], when.full(each.at), _evidence(each), each.by_name)
        lines.append(f"{_answer(each)}: {', '.join(part for part in parts if part)}")
    return "\n".join(lines)


def span(chosen: Span, now: datetime, zone: ZoneInfo) -> str:
    """What stands on the button: 'Last 7 days', '3 – 9 Nov 2026', '22 Nov 2026, 10:00 – 11:00'."""
    if chosen.period in PERIOD:
        return PERIOD[chosen.period]
    if chosen.period is Period.DAYS and chosen.first and chosen.last:
        first, last = chosen.first, chosen.last
        if first == last:
            return f"{first.day} {first:%b %Y}"
        begin = f"{first.day} {first:%b}" if first.year == last.year else f"{first.day} {first:%b %Y}"
        return f"{begin} – {last.day} {last:%b %Y}"
    since, until = chosen.since, chosen.until
    if since is not None and until is not None:
        begin_at, end_at = since.astimezone(zone), until.astimezone(zone)
        if begin_at.date() == end_at.date():
            return f"{begin_at.day} {begin_at:%b %H:%M} – {end_at:%H:%M}"
        return f"{begin_at.day} {begin_at:%b %H:%M} – {end_at.day} {end_at:%b %H:%M}"
    edge = (since or until or now).astimezone(zone)
    return f"{'Since' if since else 'Until'} {edge.day} {edge:%b %H:%M}"


def span_tooltip(chosen: Span, now: datetime, zone: ZoneInfo) -> str:
    """From when to when, and whose days they are."""
    since, until = chosen.bounds(now, zone)
    whose = f"Days are those of the workspace’s time zone, {zone.key}."
    if since is None and until is None:
        return f"Every message there is. {whose}"
    begin = _moment(since, zone) if since else "the beginning"
    return f"From {begin} to {_moment(until, zone) if until else 'now'}. {whose}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    here = moment.astimezone(zone)
    return f"{here.day} {here:%b %Y, %H:%M}"


def in_the(chosen: Span, now: datetime, zone: ZoneInfo) -> str:
    """Ends a sentence such as 'No messages …': 'in the last 7 days', 'today', '' for everything."""
    if chosen.period is Period.EVERYTHING:
        return "yet"
    if chosen.period is Period.TODAY:
        return "today"
    if chosen.period in PERIOD:
        words = PERIOD[chosen.period]
        return f"in the {words[0].lower()}{words[1:]}"
    return f"in this time ({span(chosen, now, zone)})"


def bucket(since: datetime, until: datetime, step: Step, zone: ZoneInfo) -> str:
    """A column of the plot in words: 'Tue 17 Nov', '17 Nov, 10:00 – 11:00', 'Week from 16 Nov', 'Nov 2026'."""
    here = since.astimezone(zone)
    if step is Step.HOUR:
        return f"{here.day} {here:%b}, {here:%H:%M} – {until.astimezone(zone):%H:%M}"
    if step is Step.DAY:
        return f"{here:%a} {here.day} {here:%b}"
    return f"Week from {here.day} {here:%b %Y}" if step is Step.WEEK else f"{here:%b %Y}"


def axis(since: datetime, step: Step, zone: ZoneInfo) -> str:
    """A column's label under the plot."""
    here = since.astimezone(zone)
    if step is Step.HOUR:
        return f"{here:%H:%M}"
    return f"{here:%b %Y}" if step is Step.MONTH else f"{here.day} {here:%b}"
