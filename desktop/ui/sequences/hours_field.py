"""When messages may leave: weekdays, hours, and by whose clock."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.hours_words import DAYS
from desktop.domain.sequence import DAY_MINUTES, Hours, ZoneOf
from desktop.ui.parts.button import Button
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.sequences.words import LONG_DAYS
from desktop.ui.theme import Theme

STEP_MINUTES = 30
OVER_MIDNIGHT = "The hours end on the next day; the weekday is that on which they begin."
BY_NUMBER = "By the number’s area code; where that names several time zones, the workspace’s counts."


def clock_words(minute: int) -> str:
    """'09:00', '24:00'."""
    hour, rest = divmod(minute, 60)
    return f"{hour:02}:{rest:02}"


class HoursField(QWidget):
    """`hours_changed(Hours)` at each change by a person."""

    hours_changed = Signal(object)

    def __init__(
        self, theme: Theme, *, name: str, narrow: bool = False, parent: QWidget | None = None
    ) -> None:
        """narrow: for a panel at the side; what has no room in a line goes below it."""
        super().__init__(parent)
        self._theme, self._name, self._narrow = theme, name, narrow
        self._zone_name = ""
        self._hours = Hours()
        self.days = [self._day(at) for at in range(len(DAYS))]
        self.start = self._times(f"{name}_start", "Messages leave from", 0)
        self.end = self._times(f"{name}_end", "Messages leave until", STEP_MINUTES)
        self.zone = QComboBox()
        named(self.zone, f"{name}_zone", "By whose clock")
        self.zone.activated.connect(lambda _: self._tell())
        self.note = Label("", "muted", wrap=True, tight=True, name=f"{name}_note")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._lay_out(column, narrow)
        column.addWidget(self.note)
        named(self, name, "When messages may leave")
        self.show_hours(Hours(), "UTC")

    def _lay_out(self, column: QVBoxLayout, narrow: bool) -> None:
        days: FlowLayout | QHBoxLayout = (
            FlowLayout(spacing_px=2, line_spacing_px=2) if narrow else QHBoxLayout()
        )
        days.setSpacing(2)
        for button in self.days:
            days.addWidget(button)
        times = QHBoxLayout()
        times.setSpacing(8)
        times.addWidget(Label("from"))
        times.addWidget(self.start)
        times.addWidget(Label("until"))
        times.addWidget(self.end)
        column.addLayout(days)
        column.addLayout(times)
        if narrow:
            self.zone.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            column.addWidget(self.zone)
        else:
            times.addWidget(self.zone, 0, Qt.AlignmentFlag.AlignVCenter)
        for row in (days, times):
            if isinstance(row, QHBoxLayout):
                row.addStretch(1)

    def hours(self) -> Hours:
        """What is shown."""
        return self._hours

    def show_hours(self, hours: Hours, zone_name: str) -> None:
        """Show hours without telling. zone_name: the workspace's zone; "" where it is not known."""
        self._hours, self._zone_name = hours, zone_name
        for at, button in enumerate(self.days):
            button.setChecked(at in hours.weekdays)
        for combo, minute in ((self.start, hours.start_minute), (self.end, hours.end_minute)):
            if combo.findData(minute) < 0:  # a time between the half hours, from elsewhere
                combo.addItem(clock_words(minute), minute)
            combo.setCurrentIndex(combo.findData(minute))
        if self.zone.count() != len(ZoneOf) or self.zone.itemText(0) != self._zone_words(zone_name):
            self.zone.clear()
            self.zone.addItem(self._zone_words(zone_name), ZoneOf.WORKSPACE.value)
            self.zone.addItem("the contact’s time", ZoneOf.CONTACT.value)
        self.zone.setCurrentIndex(self.zone.findData(hours.zone_of.value))
        self._fit()

    def _zone_words(self, zone_name: str) -> str:
        return (
            f"the workspace’s time ({zone_name.replace('_', ' ')})"
            if zone_name and not self._narrow
            else "the workspace’s time"
        )

    def _day(self, at: int) -> Button:
        button = Button(self._theme, DAYS[at], "tab", name=f"{self._name}_day_{at + 1}")
        button.setCheckable(True)
        button.setAccessibleName(LONG_DAYS[at])
        button.setToolTip(LONG_DAYS[at])
        button.clicked.connect(lambda: self._tell())
        return button

    def _times(self, name: str, label: str, first: int) -> QComboBox:
        combo = QComboBox()
        last = DAY_MINUTES if first else DAY_MINUTES - STEP_MINUTES
        for minute in range(first, last + 1, STEP_MINUTES):
            combo.addItem(clock_words(minute), minute)
        combo.activated.connect(lambda _: self._tell())
        return named(combo, name, label)

    def _tell(self) -> None:
        self._hours = replace(
            self._hours,
            weekdays=frozenset(at for at, button in enumerate(self.days) if button.isChecked()),
            start_minute=int(self.start.currentData()),
            end_minute=int(self.end.currentData()),
            zone_of=ZoneOf(self.zone.currentData()),
        )
        self._fit()
        self.hours_changed.emit(self._hours)

    def _fit(self) -> None:
        hours = self._hours
        said = [OVER_MIDNIGHT] if hours.end_minute < hours.start_minute else []
        if hours.zone_of is ZoneOf.CONTACT:
            said.append(BY_NUMBER)
        elif self._narrow and self._zone_name:
            said.append(f"The workspace’s time zone is {self._zone_name.replace('_', ' ')}.")
        self.note.setText(" ".join(said))
        self.note.setVisible(bool(said))
