"""Reminders in words: when one is due, in the computer's time."""

from datetime import datetime

from desktop.domain.reminders import Reminder
from desktop.ui.parts import when


def due_words(due_at: datetime, now: datetime) -> str:
    """'today 16:40', 'tomorrow 09:00', 'yesterday 09:00', 'Mon 30 Nov 09:00'."""
    here = when.local(due_at)
    days = (here.date() - when.local(now).date()).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    return f"{near or f'{here:%a} {when.day(due_at, now)}'} {when.clock(due_at)}"


def strip_words(reminder: Reminder, now: datetime) -> str:
    """'Reminder: tomorrow 09:00'; once its time has come: 'You wanted to come back to this: today 09:00'."""
    said = due_words(reminder.due_at, now)
    return f"You wanted to come back to this {said}" if reminder.due_at <= now else f"Reminder: {said}"
