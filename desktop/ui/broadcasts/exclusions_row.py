"""Who is taken out again: whoever got marketing lately, and whoever waits for another broadcast."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop.domain.selection import Exclusions
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.theme import Theme

USUAL_DAYS, MOST_DAYS = 7, 365
LINE_PX = 34  # as high as the field of the days


class ExclusionsRow(QWidget):
    """`exclusions_requested(Exclusions)` when a person changes them."""

    exclusions_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        lately = "Whoever got marketing in the last"
        running = "Whoever is waiting for another broadcast"
        self.lately = named(QCheckBox(lately), "wizard_exclude_lately", lately)
        self.days = NumberField(
            theme, 1, MOST_DAYS, USUAL_DAYS, suffix=" days", label="Days without marketing",
            name="wizard_exclude_days",
        )  # fmt: skip
        self.running = named(QCheckBox(running), "wizard_exclude_running", running)
        pair = QWidget()
        both = QHBoxLayout(pair)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(8)
        both.addWidget(self.lately)
        both.addWidget(self.days)
        holder = QWidget()
        flow = FlowLayout(holder, spacing_px=24, line_spacing_px=6)
        flow.addWidget(pair)
        flow.addWidget(self.running)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        heading = Label("Leave out", "muted")
        heading.setMinimumSize(theme.px(60), theme.px(LINE_PX))
        row.addWidget(heading, 0, Qt.AlignmentFlag.AlignTop)  # beside the first line where there are two
        row.addWidget(holder, 1)
        self.lately.clicked.connect(self._told)
        self.running.clicked.connect(self._told)
        self.days.valueChanged.connect(self._days_changed)
        named(self, "wizard_exclusions", "Leave out")
        self.show_exclusions(Exclusions())

    def show_exclusions(self, shown: Exclusions) -> None:
        self.lately.setChecked(shown.marketing_days is not None)
        self.running.setChecked(shown.in_running)
        self.days.setEnabled(shown.marketing_days is not None)
        if shown.marketing_days is not None and self.days.value() != shown.marketing_days:
            self.days.blockSignals(True)
            self.days.setValue(shown.marketing_days)
            self.days.blockSignals(False)
        self._fit()

    def _days_changed(self) -> None:
        self._fit()
        if self.lately.isChecked():
            self._told()

    def _fit(self) -> None:
        self.days.setSuffix(" day" if self.days.value() == 1 else " days")

    def _told(self, *_: object) -> None:
        days = self.days.value() if self.lately.isChecked() else None
        self.exclusions_requested.emit(Exclusions(days, self.running.isChecked()))
