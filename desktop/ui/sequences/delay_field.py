"""How long after the step before: at once, or so many minutes, hours or days."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.domain.sequence import LONGEST_DELAY, Delay, DelayUnit
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.theme import Theme

AT_ONCE: Final = "at_once"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_UNIT_S: Final = {DelayUnit.MINUTES: _MINUTE_S, DelayUnit.HOURS: _HOUR_S, DelayUnit.DAYS: _DAY_S}
_FIRST: Final = {DelayUnit.MINUTES: 30, DelayUnit.HOURS: 2, DelayUnit.DAYS: 1}


class DelayField(QWidget):
    """`delay_changed(Delay)` at each change by a person."""

    delay_changed = Signal(object)

    def __init__(self, theme: Theme, *, first: bool, name: str, parent: QWidget | None = None) -> None:
        """first: it counts from the enrolment."""
        super().__init__(parent)
        self.unit = QComboBox()
        self.unit.addItem("at once", AT_ONCE)
        for unit in DelayUnit:
            self.unit.addItem(unit.value, unit.value)
        named(self.unit, f"{name}_unit", "Delay: unit")
        self.count = NumberField(theme, 1, 1, 1, label="Delay: how many", name=f"{name}_count")
        self.after = Label("after the contact came in" if first else "after the step before", "soft")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.count)
        row.addWidget(self.unit)
        row.addWidget(self.after)
        row.addStretch(1)
        self.unit.activated.connect(lambda _: self._unit_chosen())
        self.count.valueChanged.connect(lambda _: self.delay_changed.emit(self.delay()))
        named(self, name, "Delay")
        self.show_delay(Delay())

    def delay(self) -> Delay:
        """What is shown."""
        if self.unit.currentData() == AT_ONCE:
            return Delay()
        return Delay(self.count.value(), DelayUnit(self.unit.currentData()))

    def show_delay(self, delay: Delay) -> None:
        """Show a delay without telling."""
        key = delay.unit.value if delay.count else AT_ONCE
        self.unit.setCurrentIndex(self.unit.findData(key))
        self._fit(delay.unit, delay.count or 1)

    def _unit_chosen(self) -> None:
        if self.unit.currentData() != AT_ONCE:
            unit = DelayUnit(self.unit.currentData())
            self._fit(unit, _FIRST[unit])
        self.count.setVisible(self.unit.currentData() != AT_ONCE)
        self.delay_changed.emit(self.delay())

    def _fit(self, unit: DelayUnit, count: int) -> None:
        self.count.blockSignals(True)
        self.count.setRange(1, round(LONGEST_DELAY.total_seconds()) // _UNIT_S[unit])
        self.count.setValue(count)
        self.count.blockSignals(False)
        self.count.setVisible(self.unit.currentData() != AT_ONCE)
