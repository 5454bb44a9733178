"""Broadcasts in the settings: a second person's yes, and what makes one wait for a person."""

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.domain.settings import CATCH_UP_MINUTES, DRIFT_PERCENT, Settings
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.settings.savecard import SettingsCard
from desktop.ui.settings.switch_row import SwitchRow
from desktop.ui.theme import Theme

SECOND = (
    "A broadcast that reaches people who opted out waits for the yes of a second person. The yes names how many they are, "
    "and ends when the audience or the template changes."
)
DEFAULT = Settings()


class SecondYesCard(SettingsCard):
    """Whether a broadcast to who opted out needs a second person."""

    def __init__(self, theme: Theme) -> None:
        self.second = SwitchRow(theme, "Two people decide", SECOND, name="broadcasts_second")
        super().__init__(theme, "", name="broadcasts_second_card")
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.second)
        self.second.switch.toggled.connect(self.changed)

    def fill(self, settings: Settings) -> None:
        self.second.switch.setChecked(settings.second_approval)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, second_approval=self.second.switch.isChecked())


class GuardCard(SettingsCard):
    """How far opt-outs may move, and how long webhooks may be missing, before marketing waits for a person."""

    def __init__(self, theme: Theme) -> None:
        self.drift = NumberField(
            theme,
            *DRIFT_PERCENT,
            DEFAULT.drift_percent,
            suffix=" %",
            label="Change in opt-outs, percent of the audience",
            name="drift_percent",
        )
        self.silence = NumberField(
            theme,
            *CATCH_UP_MINUTES,
            DEFAULT.catch_up_minutes,
            suffix=" min",
            label="Minutes without webhooks",
            name="catch_up_minutes",
        )
        super().__init__(
            theme,
            "Hold a broadcast and ask",
            "A broadcast waits for a person when its template turns into marketing, is paused or edited, when the "
            "number’s quality drops or WhatsApp restricts the account. And:",
            name="broadcasts_guard_card",
        )
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        drift = FormRow("When opt-outs change by more than", self.drift, name="row_drift_percent")
        silence = FormRow("When no webhook comes for", self.silence, name="row_catch_up_minutes")
        for row, field in ((drift, "drift_percent"), (silence, "catch_up_minutes")):
            beside = QHBoxLayout()
            beside.addWidget(self.row(field, row))
            beside.addStretch(1)
            column.addLayout(beside)
        self.means = Label("", "muted", wrap=True, name="broadcasts_guard_means")
        column.addWidget(self.means)
        self.drift.valueChanged.connect(self._edited)
        self.silence.valueChanged.connect(self._edited)
        theme.changed.connect(self._rescale)
        self._rescale()
        self._edited()

    def fill(self, settings: Settings) -> None:
        self.drift.setValue(settings.drift_percent)
        self.silence.setValue(settings.catch_up_minutes)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, drift_percent=self.drift.value(), catch_up_minutes=self.silence.value())

    def _edited(self) -> None:
        people = 1_000 * self.drift.value() // 100
        self.means.setText(
            f"Of 1,000 people, more than {people:,} who said no since the yes to it. Without webhooks a STOP does not "
            "arrive: only marketing waits for them."
        )
        self.changed()

    def _rescale(self) -> None:
        for field in (self.drift, self.silence):
            field.setFixedWidth(self.theme.px(140))
