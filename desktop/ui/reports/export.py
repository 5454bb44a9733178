"""The reports' tables as files."""

from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.domain.consent import Source
from desktop.domain.report import Choice, Scope
from desktop.ui.desk import Desk
from desktop.ui.exports.flow import start_export
from desktop.ui.exports.words import Subject, counted

MESSAGES_HOLD: Final = (
    "Each message with its contact, path, template, status, when it was asked for, sent, delivered and read, the reason, "
    "what to do, the opt-in of then, and its text. Times are those of the workspace’s time zone."
)
OPTED_OUT_HOLD: Final = "Each contact with when they said no, how, the evidence, and the consent event."


async def export_messages(desk: Desk, parent: QWidget, scope: Scope, choice: Choice, count: int) -> None:
    """Have the `count` messages of a scope and choice written; returns when the card is gone."""
    chosen = scope != Scope() or not choice.is_all
    who = _who(counted(count, "message"), "message", count, chosen=chosen)
    subject = Subject("messages", who, MESSAGES_HOLD, lambda found: counted(found, "message"), "messages")
    run = partial(desk.app.report_exports.run_messages, scope, choice)
    flow = start_export(desk, parent, subject, count, run)
    if flow is not None:
        await flow.over.wait()


async def export_opted_out(
    desk: Desk,
    parent: QWidget,
    count: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    source: Source | None = None,
    search: str = "",
) -> None:
    """Have the `count` contacts who said no written; returns when the card is gone."""
    chosen = (since, until, source, search.strip()) != (None, None, None, "")
    who = _who(_opted_out(count), "opted-out contact", count, chosen=chosen)
    subject = Subject("opted-out contacts", who, OPTED_OUT_HOLD, _opted_out, "opted-out contacts")
    run = partial(desk.app.report_exports.run_opted_out, since, until, source, search)
    flow = start_export(desk, parent, subject, count, run)
    if flow is not None:
        await flow.over.wait()


def _opted_out(count: int) -> str:
    return counted(count, "opted-out contact")


def _who(all_of_them: str, noun: str, count: int, *, chosen: bool) -> str:
    """'All 1,589 messages that match the filters'."""
    if not chosen:
        return f"All {all_of_them}"
    if count == 1:
        return f"The {noun} that matches the filters"
    return f"All {all_of_them} that match the filters"
