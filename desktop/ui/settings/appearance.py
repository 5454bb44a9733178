"""Appearance: light or dark, and the size of the text; kept on this computer, applied at once."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QSlider

from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import TEXT_SCALE_PERCENT, Mode, Theme

STEP_PERCENT = 5


class AppearanceCard(Card):
    """`mode_requested(mode)` and `text_scale_requested(percent)` when a person chooses."""

    mode_requested = Signal(str)
    text_scale_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Appearance", note="on this computer", name="appearance_card", spacing_px=16)
        self._modes = QButtonGroup(self)
        self.modes: dict[Mode, QRadioButton] = {}
        row = QHBoxLayout()
        row.setSpacing(24)
        words: tuple[tuple[Mode, str], ...] = (("light", "Light"), ("dark", "Dark"))
        for mode, text in words:
            button = named(QRadioButton(text), f"appearance_{mode}", text)
            button.setProperty("mode", mode)
            self._modes.addButton(button)
            self.modes[mode] = button
            row.addWidget(button)
        row.addWidget(Label("Ctrl+Shift+D turns it over anywhere.", "muted"))
        row.addStretch(1)
        self.body.addLayout(row)
        low, high = TEXT_SCALE_PERCENT[0], TEXT_SCALE_PERCENT[-1]
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "appearance_text_scale")
        self.slider.setRange(low // STEP_PERCENT, high // STEP_PERCENT)
        self.slider.setPageStep(2)
        self.percent = Label("", "strong", name="appearance_percent")
        scale = FormRow("Text size", self.slider, help_text=f"{low} to {high} %.", name="row_text_scale")
        size = QHBoxLayout()
        size.setSpacing(16)
        size.addWidget(scale, 1)
        size.addWidget(self.percent, 0, Qt.AlignmentFlag.AlignVCenter)
        self.usual = Button(theme, "Usual size", name="appearance_usual")
        self.usual.clicked.connect(lambda: self.text_scale_requested.emit(100))
        size.addWidget(self.usual, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(size)
        self._modes.buttonClicked.connect(lambda button: self.mode_requested.emit(button.property("mode")))
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self._ask)

    def show_appearance(self, mode: Mode, percent: int) -> None:
        self.modes[mode].setChecked(True)
        self.slider.blockSignals(True)
        self.slider.setValue(round(percent / STEP_PERCENT))
        self.slider.blockSignals(False)
        self._say(percent)

    def _slid(self, value: int) -> None:
        self._say(value * STEP_PERCENT)
        if not self.slider.isSliderDown():  # while it is dragged, only the number follows
            self._ask()

    def _ask(self) -> None:
        self.text_scale_requested.emit(self.slider.value() * STEP_PERCENT)

    def _say(self, percent: int) -> None:
        self.percent.setText(f"{percent} %")
        self.slider.setAccessibleDescription(f"{percent} percent")
        self.usual.setEnabled(percent != 100)
