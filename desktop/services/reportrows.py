"""The rows of the reports' tables, in words: what their files hold."""

from datetime import datetime, tzinfo
from typing import Final

from desktop.domain import report_words
from desktop.domain.consent import Path
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, OptedOut
from desktop.store.exports import Receipt
from desktop.whatsapp import errors

MESSAGE_HEADINGS: Final = (
    *("When", "Contact", "Phone", "Path", "Of", "Template", "Category", "Status", "Reason", "Code"),
    *("What to do", "Consent event id", "Asked", "Author", "Message id", "WhatsApp id", "Text"),
)
OPTED_OUT_HEADINGS: Final = (
    *("When", "Contact", "Phone", "Source", "Evidence", "By", "Stopped in WhatsApp", "Consent event id"),
    "Contact id",
)


def message_cells(one: MessageView, receipt: Receipt, zone: tzinfo) -> list[str]:
    """A message as a row under MESSAGE_HEADINGS, its moment in `zone`."""
    return [
        _moment(one.at, zone),
        one.contact_name,
        one.phone,
        report_words.PATHS[one.path] if one.path else "",
        report_words.of_words(one),
        one.template_name,
        report_words.CATEGORIES[one.category],
        report_words.STATUSES[one.status] if one.status else "",
        reason_of(one),
        "" if one.error_code is None else str(one.error_code),
        advice_of(one),
        "" if receipt.consent_event_id is None else str(receipt.consent_event_id),
        "" if receipt.asked is None else _yes(receipt.asked),
        one.author_name,
        str(one.id),
        one.wamid,
        one.text,
    ]


def cause_label(cause: Cause) -> str:
    """A few words: our reason, or what WhatsApp's code means."""
    if cause.error_code is not None:
        return errors.rule(cause.error_code).label
    if cause.reason is None:
        return "No reason kept"
    return "Unknown: answer was lost" if cause.reason is Reason.ANSWER_LOST else cause.reason.label


def reason_of(message: MessageView) -> str:
    """Why it did not go out: 'Not on WhatsApp', 'Opted out of marketing; moved on' in a sequence; "" if it did."""
    if message.status not in report_words.STOPPED:
        return ""
    words = cause_label(Cause(message.reason, message.error_code))
    is_stopped_step = message.path is Path.SEQUENCE and message.status is Status.FAILED
    return f"{words}; moved on" if is_stopped_step and message.reason in report_words.CONSENT else words


def advice_of(message: MessageView) -> str:
    """What to do about it; "" where it went out."""
    if message.status not in report_words.STOPPED:
        return ""
    if message.error_code is not None:
        return errors.rule(message.error_code).advice
    return message.reason.sentence if message.reason else ""


def opted_out_cells(one: OptedOut, zone: tzinfo) -> list[str]:
    """A contact as a row under OPTED_OUT_HEADINGS, the moment in `zone`."""
    return [
        _moment(one.at, zone),
        one.name,
        one.phone,
        report_words.SOURCES[one.source],
        one.evidence,
        one.by_name,
        _yes(one.stopped_in_whatsapp),
        str(one.event_id),
        str(one.contact_id),
    ]


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


def _moment(at: datetime, zone: tzinfo) -> str:
    """'2026-11-22T10:42:00-05:00'."""
    return at.astimezone(zone).isoformat(timespec="seconds")
