"""Where the HTTP API answers, the switch that ends that, and how often a key may ask."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.domain.settings import API_PER_MINUTE
from desktop.services.api_rules import ApiRules
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.parts.switch import Switch
from desktop.ui.theme import Theme
from desktop.whatsapp.connection import VERSION

OFF = (
    "Switched off: every call is answered with 503 and the words why. Messages that came before still go out."
)
RANGE = f"From {API_PER_MINUTE[0]:,} to {API_PER_MINUTE[1]:,} calls a minute."
PORT = "A window takes another port at each start; for one that stays, run assent serve --port 8787."


class ApiCard(Card):
    """`switch_requested(on)` and `per_minute_requested(calls)` when a person asks for it."""

    switch_requested = Signal(bool)
    per_minute_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="api_card", spacing_px=12)
        self.setAccessibleName("HTTP API")
        self._address, self._kept = "", ApiRules()
        self.state = Badge(theme, "Running", BadgeKind.LIVE, name="api_state")
        self.copy = Button(theme, "Copy address", "link", name="api_copy")
        self.switch = Switch(theme, "HTTP API", name="api_switch")
        self.sentence = Label("", "muted", wrap=True, selectable=True, name="api_sentence")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(Label("HTTP API", "title"))
        words.addWidget(self.sentence)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addLayout(words, 1)
        for part in (self.copy, self.state, self.switch):
            top.addWidget(part)
        self.body.addLayout(top)
        self.body.addLayout(self._limit(theme))
        self.problem = Label("", "muted", color="danger", wrap=True, name="api_problem")
        self.body.addWidget(self.problem)
        self.problem.hide()
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._address))
        self.switch.clicked.connect(lambda: self.switch_requested.emit(self.switch.isChecked()))
        self.show_address("", "")

    def show_address(self, address: str, elsewhere: str) -> None:
        """address: '' when this window does not serve; elsewhere: why not."""
        self._address, self._elsewhere = address, elsewhere
        self._show()

    def show_rules(self, rules: ApiRules, refusal: str) -> None:
        """What is kept. What is being typed stays. refusal: "" or why this person may not change it."""
        edited = self.per_minute.value() != self._kept.per_minute
        if rules != self._kept:
            self.show_problem("")
        self._kept = rules
        if not edited:
            self.per_minute.setValue(rules.per_minute)
        self.switch.setChecked(rules.is_on)
        for control in (self.switch, self.per_minute):
            control.setEnabled(not refusal)
            control.setToolTip(refusal)
        self._show()

    def show_problem(self, sentence: str) -> None:
        """Why the number was not taken; "" takes it away."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _limit(self, theme: Theme) -> QHBoxLayout:
        least, most = API_PER_MINUTE
        self.per_minute = NumberField(
            theme,
            least,
            most,
            self._kept.per_minute,
            label="Calls a minute for each key",
            name="api_per_minute",
        )
        self.per_minute.setSingleStep(60)
        self.per_minute.setAccelerated(True)
        self.save = Button(theme, "Save", "primary", name="api_per_minute_save")
        self.save.setAccessibleName("Save calls a minute")
        self.discard = Button(theme, "Discard", name="api_per_minute_discard")
        before, after = (
            Label("Each key may make"),
            Label("calls a minute; beyond that it is answered with 429."),
        )
        before.setBuddy(self.per_minute)
        row = QHBoxLayout()
        row.setSpacing(8)
        for part in (before, self.per_minute, after):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.discard)
        row.addWidget(self.save)
        self.per_minute.valueChanged.connect(self._edited)
        line = self.per_minute.lineEdit()
        line.textEdited.connect(self._typed)
        line.inputRejected.connect(lambda: self.show_problem(RANGE))
        line.returnPressed.connect(self._ask)
        named(line, "api_per_minute_edit", "Calls a minute for each key")
        self.save.clicked.connect(self._ask)
        self.discard.clicked.connect(self._discard)
        return row

    def _discard(self) -> None:
        self.per_minute.setValue(self._kept.per_minute)
        self.per_minute.setFocus()  # the button goes

    def _edited(self) -> None:
        self.show_problem("")
        self._show()

    def _typed(self) -> None:
        """Said while it is typed, and afterwards: the field goes back to the number before."""
        self.show_problem("" if self.per_minute.hasAcceptableInput() else RANGE)

    def _ask(self) -> None:
        self.per_minute.interpretText()
        if self.per_minute.value() != self._kept.per_minute:
            self.show_problem("")
            self.per_minute.setFocus()  # the button goes
            self.per_minute_requested.emit(self.per_minute.value())

    def _show(self) -> None:
        changed = self.per_minute.value() != self._kept.per_minute
        self.save.setVisible(changed)
        self.discard.setVisible(changed)
        self.copy.setVisible(bool(self._address) and self._kept.is_on)
        if not self._kept.is_on:
            self.state.show_badge("Off", BadgeKind.NEUTRAL)
            self.sentence.setText(OFF)
        elif self._address:
            self.state.show_badge("Running", BadgeKind.LIVE)
            self.sentence.setText(
                f"{self._address} · Gallabox-compatible at /devapi · WhatsApp-compatible at /{VERSION} · "
                f"documentation at /docs\n{PORT}"
            )
        else:
            self.state.show_badge("Not here", BadgeKind.NEUTRAL)
            self.sentence.setText(f"This window does not answer. {self._elsewhere}".strip())
