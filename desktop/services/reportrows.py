"""The rows of the reports' tables, in words: what their files hold."""

from datetime import datetime, tzinfo
from typing import Final

from desktop.domain import report_words
from desktop.domain.consent import OptIn
from desktop.domain.conversations import MessageView
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, OptedOut
from desktop.store.exports import Receipt
from desktop.whatsapp import errors

MESSAGE_HEADINGS: Final = (
    *(
        "When",
        "Contact",
        "Phone",
        "Path",
        "Of",
        "Template",
        "Category",
        "Status",
        "Sent",
        "Delivered",
        "Read",
    ),
    *("Reason", "Code", "What to do", "Consent asked", "Opt-in then", "Consent event id"),
    *("Author", "Message id", "WhatsApp id", "Text"),
)
OPTED_OUT_HEADINGS: Final = (
    *("When", "Contact", "Phone", "Said No", "Stopped in WhatsApp", "Source", "Evidence", "By"),
    *("Consent event id", "Also when", "Also source", "Also evidence", "Also by", "Also consent event id"),
    "Contact id",
)
OPT_IN_CELLS: Final = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: "None"}


def message_cells(one: MessageView, receipt: Receipt, zone: tzinfo) -> list[str | datetime]:
    """A message as a row under MESSAGE_HEADINGS, its moments in `zone`."""
    return [
        one.at.astimezone(zone),
        one.contact_name,
        one.phone,
        report_words.PATHS[one.path] if one.path else "",
        report_words.of_words(one),
        one.template_name,
        report_words.CATEGORIES[one.category],
        report_words.STATUSES[one.status] if one.status else "",
        *(
            at.astimezone(zone) if at else ""
            for at in (receipt.sent_at, receipt.delivered_at, receipt.read_at)
        ),
        reason_of(one),
        "" if one.error_code is None else str(one.error_code),
        advice_of(one),
        "" if receipt.asked is None else _yes(receipt.asked),
        "" if receipt.opt_in is None else OPT_IN_CELLS[receipt.opt_in],
        "" if receipt.consent_event_id is None else str(receipt.consent_event_id),
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
    """Why it did not go out: 'Not on WhatsApp', in a sequence 'Opted out of marketing; moved to step 3'; "" if it did.

    A bot's marketing that was not asked about says so, gone or not.
    """
    if message.status not in report_words.STOPPED:
        is_unasked = message.is_unasked_marketing and message.reason in (None, Reason.BOT_NOT_ASKED)
        return Reason.BOT_NOT_ASKED.label if is_unasked else ""
    words = cause_label(Cause(message.reason, message.error_code))
    moved = message.moved_on_to is not None and message.reason in report_words.CONSENT
    return f"{words}; moved to step {message.moved_on_to}" if moved else words


def advice_of(message: MessageView) -> str:
    """What to do about it; "" where it went out."""
    if message.status not in report_words.STOPPED:
        return ""
    if message.error_code is not None:
        return errors.rule(message.error_code).advice
    return message.reason.sentence if message.reason else ""


def opted_out_cells(one: OptedOut, zone: tzinfo) -> list[str | datetime]:
    """A contact as a row under OPTED_OUT_HEADINGS, the moments in `zone`."""
    also = one.also
    return [
        one.at.astimezone(zone),
        one.name,
        one.phone,
        _yes(also is not None or not one.stopped_in_whatsapp),
        _yes(also is not None or one.stopped_in_whatsapp),
        report_words.SOURCES[one.source],
        one.evidence,
        one.by_name,
        str(one.event_id),
        also.at.astimezone(zone) if also else "",
        report_words.SOURCES[also.source] if also else "",
        also.evidence if also else "",
        also.by_name if also else "",
        str(also.event_id) if also else "",
        str(one.contact_id),
    ]


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
