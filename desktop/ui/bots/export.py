"""The answers of a flow and the register as files."""

from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.domain.bot_report import RegisterScope
from desktop.ui.bots import report_words as words
from desktop.ui.desk import Desk
from desktop.ui.exports.flow import start_export
from desktop.ui.exports.words import Subject, counted

ANSWERS_HOLD: Final = (
    "Each answer with when it was given, the contact, its name in the flow, and its value. Times are those of the "
    "workspace’s time zone."
)
REGISTER_HOLD: Final = (
    "Each message with when it was asked for, the contact, the opt-in of then, flow, template and status. Times are "
    "those of the workspace’s time zone."
)


async def export_answers(desk: Desk, parent: QWidget, flow_id: int, name: str, count: int) -> None:
    """Have the `count` answers of a flow written; returns when the card is gone."""
    subject = Subject(
        "answers", f"All {words.answers(count)} of “{name}”", ANSWERS_HOLD, words.answers, "answers"
    )
    flow = start_export(desk, parent, subject, count, partial(desk.app.bot_reports.export_answers, flow_id))
    if flow is not None:
        await flow.over.wait()


async def export_register(desk: Desk, parent: QWidget, scope: RegisterScope, count: int) -> None:
    """Have the register's `count` messages of a scope written; returns when the card is gone."""
    matching = "" if scope == RegisterScope() else " that match the filters"
    who = f"All {counted(count, 'message')} of bots that did not ask{matching}"
    subject = Subject(
        "register", who, REGISTER_HOLD, lambda found: counted(found, "message"), "consent not asked"
    )
    flow = start_export(desk, parent, subject, count, partial(desk.app.bot_reports.export_register, scope))
    if flow is not None:
        await flow.over.wait()
