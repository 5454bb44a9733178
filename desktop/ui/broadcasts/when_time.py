"""Now or at a time, in the workspace's zone or in each contact's own."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.domain.broadcast_when import When
from desktop.domain.zones import offset_words
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import DateTimeField
from desktop.ui.theme import Theme

NOW = "As soon as you confirm on the next page. You have ten seconds to take it back."
INDENT_PX, FIELD_PX = 24, 218


class TimeCard(Card):
    """`at_requested(at, in_each_zone)`: an aware time, or None for at once."""

    at_requested = Signal(object, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__("When should it go?", name="wizard_when_card")
        self._zone = ZoneInfo("UTC")
        self._when = When()
        self._proposed: datetime | None = None
        self.now = named(QRadioButton("Now"), "wizard_when_now", "Now")
        self.later = named(QRadioButton("At a time"), "wizard_when_later", "At a time")
        group = QButtonGroup(self)
        for radio in (self.now, self.later):
            group.addButton(radio)
        # Which time it shows is told with the business clock and the zone, by `show_when()`.
        self.field = DateTimeField(
            theme, QDateTime(QDate(2000, 1, 1), QTime(9, 0)), label="Date and time", name="wizard_when_at"
        )
        self.field.setMinimumWidth(theme.px(FIELD_PX))
        self.zone = Label("", "muted", wrap=True, tight=True, name="wizard_when_zone")
        own = "At this time in each contact’s own zone"
        self.each = named(QCheckBox(own), "wizard_when_each_zone", own)
        self.note = Label(NOW, "muted", wrap=True, name="wizard_when_note")
        row = QHBoxLayout()
        row.addWidget(self.field)
        row.addStretch(1)
        self.more = QWidget()
        inner = QVBoxLayout(self.more)
        inner.setContentsMargins(INDENT_PX, 0, 0, 0)
        inner.setSpacing(6)
        inner.addLayout(row)
        inner.addWidget(self.zone)
        inner.addWidget(self.each)
        for widget in (self.now, self.later, self.more, self.note):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.now.clicked.connect(lambda: self.at_requested.emit(None, False))
        self.later.clicked.connect(self._told)
        self.each.clicked.connect(self._told)
        self.field.dateTimeChanged.connect(lambda _: self._told())
        self.now.setChecked(True)
        self.more.hide()

    def show_zone(self, zone: ZoneInfo) -> None:
        """The workspace's zone: the field's times are on its wall."""
        if zone != self._zone:
            self._zone, self._proposed = zone, None

    def show_when(self, when: When, now: datetime) -> None:
        self._when = when
        if self._proposed is None or self._proposed <= now:
            self._proposed = _next_morning(now, self._zone)
        at = self._proposed = when.at or self._proposed
        later = when.at is not None
        (self.later if later else self.now).setChecked(True)
        self.more.setVisible(later)
        self.each.setChecked(when.in_each_zone)
        shown = _wall(at, self._zone)
        if self.field.dateTime() != shown:
            self.field.blockSignals(True)
            self.field.setDateTime(shown)
            self.field.blockSignals(False)
        self.zone.setText(_zone_words(at, self._zone))
        self.note.setText(_note(when, now, self._zone))

    def _told(self) -> None:
        self.at_requested.emit(_moment(self.field.dateTime(), self._zone), self.each.isChecked())


def _zone_words(at: datetime, zone: ZoneInfo) -> str:
    """'America/Toronto, UTC−05:00'; UTC is itself alone."""
    name, offset = zone.key.replace("_", " "), offset_words(at, zone)
    return name if name == offset else f"{name}, {offset}"


def _note(when: When, now: datetime, zone: ZoneInfo) -> str:
    if when.at is None:
        return NOW
    if not when.in_each_zone:
        return "Whoever opts out until then is left out. You can take it back as long as it has not begun."
    begins = when.starts_at(now, zone).astimezone(zone)
    return (
        "A number’s country and area say its zone; where they do not, the workspace’s counts. The first ones "
        f"can get it on {begins.day} {begins:%b} at {begins:%H:%M} here, where the day begins."
    )


def _next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """Tomorrow at nine: the first thing most people would type."""
    wall = now.astimezone(zone) + timedelta(days=1)
    return wall.replace(hour=9, minute=0, second=0, microsecond=0)


def _wall(at: datetime, zone: ZoneInfo) -> QDateTime:
    """What the wall clock of the zone shows, as the field keeps it."""
    here = at.astimezone(zone)
    return QDateTime(QDate(here.year, here.month, here.day), QTime(here.hour, here.minute))


def _moment(shown: QDateTime, zone: ZoneInfo) -> datetime:
    """The field's wall time in the zone, in UTC."""
    day, time = shown.date(), shown.time()
    wall = datetime(day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=zone)
    return wall.astimezone(UTC)
