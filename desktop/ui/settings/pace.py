"""Pace: how many messages leave in a second."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout

from desktop.domain.pacing import DEFAULT_PER_S
from desktop.domain.settings import Settings
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.settings.savecard import SettingsCard
from desktop.ui.theme import Theme

MOST_PER_S = 1_000
EXAMPLE_COUNT = 1_000


class PaceCard(SettingsCard):
    """The limit per second; on a sandbox workspace it may be lifted."""

    def __init__(self, theme: Theme, *, is_sandbox: bool) -> None:
        self.number = NumberField(
            theme, 1, MOST_PER_S, DEFAULT_PER_S, suffix=" / s", label="Messages per second", name="pace_per_s"
        )
        self.unlimited = named(QCheckBox("Unlimited (sandbox only)"), "pace_unlimited")
        if not is_sandbox:  # never shown before it has a parent: it would be a window of its own
            self.unlimited.hide()
        super().__init__(
            theme,
            "Messages per second",
            "A WhatsApp number sends 80 messages a second. When WhatsApp says it is too much (error 130429) the "
            "engine slows down by itself and recovers; nothing is lost.",
            name="pace_card",
        )
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.pace_row = self.row("pace_per_s", FormRow("At most", self.number, name="row_pace"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.pace_row)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.unlimited)
        self.takes = Label("", "muted", wrap=True, name="pace_takes")
        column.addWidget(self.takes)
        self.number.valueChanged.connect(self._edited)
        self.unlimited.toggled.connect(self._edited)
        theme.changed.connect(self._rescale)
        self._rescale()
        self._edited()

    def fill(self, settings: Settings) -> None:
        self.unlimited.setChecked(settings.pace_per_s is None)
        if settings.pace_per_s is not None:
            self.number.setValue(settings.pace_per_s)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, pace_per_s=None if self.unlimited.isChecked() else self.number.value())

    def _edited(self) -> None:
        unlimited = self.unlimited.isChecked()
        self.number.setEnabled(not unlimited)
        per_s = self.number.value()
        seconds = -(-EXAMPLE_COUNT // per_s)
        takes = (
            "As fast as this computer can."
            if unlimited
            else f"{EXAMPLE_COUNT:,} messages take about {seconds:,} s."
        )
        self.takes.setText(takes)
        self.changed()

    def _rescale(self) -> None:
        self.number.setMinimumWidth(self.theme.px(140))
