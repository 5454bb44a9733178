"""The sentences about the opt-in: banner, warning, history. Nothing here decides anything."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final

from desktop.domain import window
from desktop.domain.compose import ComposeState
from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import ConsentEvent, Contact, Fact
from desktop.ui.parts import when

SENT_ANYWAY_MEANS: Final = (
    "Sending anyway may lead to a block or a report and lower this number’s quality rating. "
    "Your name and the reason are kept with the message and in the activity log."
)


def no_event(history: Sequence[ConsentEvent], facts_stopped: bool) -> ConsentEvent | None:
    """The event that the NO rests on: the newest of our fact, else WhatsApp's stop."""
    ours = [one for one in history if one.fact is Fact.OPT_IN]
    if ours and ours[-1].value == OptIn.NO.value:
        return ours[-1]
    stops = [one for one in history if one.fact is Fact.WHATSAPP]
    return stops[-1] if facts_stopped and stops and stops[-1].value == "stop" else None


def opted_out_by(event: ConsentEvent) -> str:
    """Completes 'Priya opted out of marketing on 22 Nov, 10:42 …': 'by replying “STOP”'."""
    quoted = f" “{event.evidence}”" if event.evidence else ""
    return {
        Source.KEYWORD: f"by replying{quoted}",
        Source.BUTTON: f"by pressing{quoted or ' a button'}",
        Source.AGENT: f"(recorded by {event.user_name or 'a colleague'})",
        Source.IMPORT: f"(from the import{quoted})",
        Source.API: f"(told by the API{quoted})",
        Source.BOT: f"(told to a bot{quoted})",
        Source.WHATSAPP: "in WhatsApp itself",
        Source.MERGE: f"(kept from a merge with{quoted or ' another contact'})",
    }[event.source]


def opted_out_at(name: str, event: ConsentEvent, now: datetime) -> str:
    """A sentence for the warning: 'Priya replied “STOP” on 22 Nov at 10:42.'"""
    at = when.stamp(event.at, now, " at ")
    quoted = f" “{event.evidence}”" if event.evidence else ""
    if event.fact is Fact.WHATSAPP:
        return f"{name} stopped promotions in WhatsApp on {at}."
    if event.source is Source.KEYWORD:
        return f"{name} replied{quoted or ' with an opt-out word'} on {at}."
    if event.source is Source.BUTTON:
        return f"{name} pressed{quoted or ' the opt-out button'} on {at}."
    if event.source is Source.AGENT:
        return f"{event.user_name or 'A colleague'} recorded it on {at}."
    told = {Source.IMPORT: "The import", Source.API: "The API", Source.BOT: "A bot"}
    return f"{told.get(event.source, 'A merged contact')}{quoted} recorded it on {at}."


def banner_html(contact: Contact, history: Sequence[ConsentEvent], now: datetime) -> str:
    """The words of the banner; what people wrote is escaped. It never promises what the closed window forbids."""
    name = escape(contact.first_name)
    tail = "Service replies are fine; marketing templates are not."
    if not window.is_open(contact.last_inbound_at, now):
        tail = "Utility templates are fine; marketing templates are not."
    if not contact.facts.says_no:
        return f"<b>No choice recorded for {name}.</b> This workspace requires an opt-in (Strict). {tail}"
    event = no_event(history, contact.facts.stopped_in_whatsapp)
    if event is None:
        return f"<b>{name} opted out of marketing.</b> {tail}"
    at = when.stamp(event.at, now, ", ")
    if event.fact is Fact.WHATSAPP:
        return (
            f"<b>{name} stopped promotions in WhatsApp</b> on {at}. Only they can resume them there. {tail}"
        )
    also = " They also stopped promotions in WhatsApp itself." if contact.facts.stopped_in_whatsapp else ""
    return f"<b>{name} opted out of marketing</b> on {at} {escape(opted_out_by(event))}.{escape(also)} {tail}"


def inline_event(contact_name: str, event: ConsentEvent) -> str:
    """The line in the thread: 'Priya opted out of marketing by replying “STOP” · 10:42'."""
    at = when.clock(event.at)
    if event.fact is Fact.WHATSAPP:
        done = "stopped" if event.value == "stop" else "resumed"
        return f"{contact_name} {done} promotions in WhatsApp · {at}"
    if event.value == OptIn.NONE.value:
        return f"Opt-in of {contact_name} set to no choice by {event.origin} · {at}"
    done = "opted out of" if event.value == OptIn.NO.value else "opted in to"
    why = f": “{event.reason}”" if event.reason else ""
    return f"{contact_name} {done} marketing {opted_out_by(event)}{why} · {at}"


def history_line(event: ConsentEvent, now: datetime) -> str:
    """'12 Mar · Yes · import “spring list”'."""
    why = f": {event.reason}" if event.reason else ""
    return f"{when.day(event.at, now)} · {event.words}{why}"


# The warning.


def warning_title(state: ComposeState) -> str:
    first = state.contact_name.split()[0] if state.contact_name.split() else "The contact"
    return f"{first} opted out of marketing" if state.facts.says_no else "No choice recorded"


def warning_html(state: ComposeState, history: Sequence[ConsentEvent], now: datetime) -> str:
    """What is about to happen, in a sentence or two."""
    first = escape(state.contact_name.split()[0]) if state.contact_name.split() else "The contact"
    template = escape(state.template.name) if state.template else ""
    head = f"“{template}” is a <b>marketing</b> template."
    if not state.facts.says_no:
        return f"{head} No choice is recorded for {first}, and this workspace requires an opt-in (Strict)."
    event = no_event(history, state.facts.stopped_in_whatsapp)
    return f"{head} {escape(opted_out_at(first, event, now))}" if event else head


def may_not_override(name: str, role: str) -> str:
    return (
        f"{name} ({role.title()}) may not send marketing to someone who opted out. "
        "Ask an admin or a supervisor."
    )
