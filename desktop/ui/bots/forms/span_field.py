"""How long: so many minutes, hours or days."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.domain.sequence import LONGEST_DELAY, Delay, DelayUnit
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.theme import Theme

MINUTES_OF: Final[Mapping[DelayUnit, int]] = {
    DelayUnit.MINUTES: 1,
    DelayUnit.HOURS: 60,
    DelayUnit.DAYS: 24 * 60,
}
LONGEST_MINUTES: Final = round(LONGEST_DELAY.total_seconds()) // 60


def as_span(minutes: int) -> Delay:
    """The largest unit that says it without a rest."""
    for unit in (DelayUnit.DAYS, DelayUnit.HOURS):
        if minutes and minutes % MINUTES_OF[unit] == 0:
            return Delay(minutes // MINUTES_OF[unit], unit)
    return Delay(minutes, DelayUnit.MINUTES)


class SpanField(QWidget):
    """`span_changed(Delay)` at each change by a person. most_minutes: no longer than this."""

    span_changed = Signal(object)

    def __init__(self, theme: Theme, *, name: str, label: str, most_minutes: int = LONGEST_MINUTES) -> None:
        super().__init__()
        self._most_minutes = most_minutes
        self._silent = False
        self.count = NumberField(theme, 1, 1, 1, label=f"{label}: how many", name=f"{name}_count")
        self.unit = QComboBox()
        for unit in DelayUnit:
            self.unit.addItem(unit.value, unit.value)
        named(self.unit, f"{name}_unit", f"{label}: unit")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.count, 1)
        row.addWidget(self.unit, 1)
        self.count.valueChanged.connect(lambda _: self._tell())
        self.unit.activated.connect(lambda _: self._unit_chosen())
        self.setFocusProxy(self.count)
        named(self, name, label)

    def span(self) -> Delay:
        """What is shown."""
        return Delay(self.count.value(), DelayUnit(self.unit.currentData()))

    def show_span(self, span: Delay) -> None:
        """Without telling; what is shown already stays as it is, in its unit."""
        shown = self.span()
        if shown == span or _minutes(shown) == _minutes(span) != 0:
            return
        self._silent = True
        self.unit.setCurrentIndex(self.unit.findData(span.unit.value))
        self.count.setRange(min(1, span.count), max(self._most(span.unit), span.count))
        self.count.setValue(span.count)
        self._silent = False

    def _most(self, unit: DelayUnit) -> int:
        return max(1, self._most_minutes // MINUTES_OF[unit])

    def _unit_chosen(self) -> None:
        self._silent = True
        self.count.setRange(1, self._most(DelayUnit(self.unit.currentData())))
        self._silent = False
        self._tell()

    def _tell(self) -> None:
        if not self._silent:
            self.span_changed.emit(self.span())


def _minutes(span: Delay) -> int:
    return span.count * MINUTES_OF[span.unit]
