"""Choosing the time of a reminder: a day and a time on the computer's wall, with its zone."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, Qt, QTime
from PySide6.QtWidgets import QWidget

from desktop.domain.reminders import Later, due
from desktop.domain.zones import offset_words
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.label import Label
from desktop.ui.parts.numberfield import DateTimeField
from desktop.ui.theme import Theme

_REFUSED, _ACCEPTED = 0, 1
FIELD_PX: Final = 218
PASSED: Final = "That time has passed. Choose a time to come."


async def choose_time(
    theme: Theme, window: QWidget, now: datetime, zone: ZoneInfo, at: datetime | None = None
) -> datetime | None:
    """Ask for the time, at first `at` or tomorrow morning; None when it is not set after all."""
    dialog = CardDialog(theme, window, "Remind me", icon="clock", color="info", name="reminder")
    first = at if at is not None and at > now else due(Later.TOMORROW, now, zone)
    field = DateTimeField(theme, _wall(first, zone), label="Date and time", name="reminder_at")
    field.setMinimumWidth(theme.px(FIELD_PX))
    field.setMinimumDateTime(_wall(now, zone))
    dialog.body.addWidget(field, 0, Qt.AlignmentFlag.AlignLeft)
    name, offset = zone.key.replace("_", " "), offset_words(first, zone)
    dialog.body.addWidget(
        Label(name if name == offset else f"{name}, {offset}", "muted", name="reminder_zone")
    )
    wrong = Label("", color="danger", wrap=True, name="reminder_wrong")
    wrong.hide()
    dialog.body.addWidget(wrong)
    dialog.focus_first(field)
    dialog.add_button("Cancel", result=_REFUSED, name="reminder_cancel")
    do = dialog.add_button("Remind me", "primary", result=_ACCEPTED, name="reminder_do")

    def look() -> None:
        passed = moment(field.dateTime(), zone) <= now
        do.setEnabled(not passed)
        wrong.setText(PASSED if passed else "")
        wrong.setVisible(passed)

    field.dateTimeChanged.connect(lambda _: look())
    result = await ask(dialog)
    return moment(field.dateTime(), zone) if result == _ACCEPTED else None


def _wall(at: datetime, zone: ZoneInfo) -> QDateTime:
    here = at.astimezone(zone)
    return QDateTime(QDate(here.year, here.month, here.day), QTime(here.hour, here.minute))


def moment(shown: QDateTime, zone: ZoneInfo) -> datetime:
    """The field's wall time in the zone, in UTC; an hour that the clock leaves out is the one after it."""
    day, time = shown.date(), shown.time()
    wall = datetime(day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=zone)
    return wall.astimezone(UTC)
