"""Notifications on this computer: on or off, sound, what may be read beside the clock, quiet hours; and the next one."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from desktop.domain.quiet import DAY_MINUTES
from desktop.system.machine import MachineSettings
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.switch_row import SwitchRow
from desktop.ui.theme import Theme

STEP_MINUTES: Final = 30
INDENT_PX: Final = 60
_SWITCHES: Final = (
    (
        "notify",
        "Tell me what is new",
        "Messages in conversations of yours and in Unassigned, and notes that name you. Reminders are told in the "
        "window in any case.",
    ),
    ("notify_sound", "With a sound", "The computer’s own."),
    (
        "notify_words",
        "Show the words outside of Assent",
        "Without it, what comes up beside the computer’s clock names the customer alone.",
    ),
    (
        "quiet",
        "Quiet hours",
        "No sound, and nothing outside of the window. By this computer’s clock; the day is that on which the hours "
        "begin. The same time twice is the whole day.",
    ),
)
_NEXT: Final = (
    "next_after_close",
    "Open the next conversation",
    "Whoever closes a conversation sees the one below it in the list at once.",
)


class NotificationsCard(Card):
    """`changed(values)`: names of `MachineSettings` with what the person chose."""

    changed = Signal(dict)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Notifications", note="on this computer", name="notifications_card", spacing_px=16)
        self.rows: dict[str, SwitchRow] = {}
        for key, title, sentence in _SWITCHES:
            self.body.addWidget(switch_row(self, theme, key, title, sentence))
        self.times: dict[str, tuple[QComboBox, QComboBox]] = {}
        self.hours = QWidget()
        grid = QGridLayout(self.hours)
        grid.setContentsMargins(INDENT_PX, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        for at, (key, words) in enumerate((("quiet_week", "Mon to Fri"), ("quiet_weekend", "Sat and Sun"))):
            begins, ends = self._combo(key, words, "from"), self._combo(key, words, "until")
            self.times[key] = begins, ends
            for column, widget in enumerate(
                (Label(words), Label("from", "muted"), begins, Label("until", "muted"), ends)
            ):
                grid.addWidget(widget, at, column)
        grid.setColumnStretch(5, 1)
        self.body.addWidget(self.hours)

    def show_settings(self, kept: MachineSettings) -> None:
        """Show what is kept."""
        show_switches(self.rows, kept)
        for key, combos in self.times.items():
            for combo, minute in zip(combos, getattr(kept, key), strict=True):
                if combo.findData(minute) < 0:  # from another program
                    combo.addItem(_clock(minute), minute)
                combo.setCurrentIndex(combo.findData(minute))
        self._fit(kept.notify, kept.quiet)

    def _fit(self, is_on: bool, is_quiet: bool) -> None:
        for key in ("notify_sound", "notify_words", "quiet"):
            self.rows[key].setEnabled(is_on)
        self.hours.setVisible(is_on and is_quiet)

    def _combo(self, key: str, words: str, end: str) -> QComboBox:
        combo = named(QComboBox(), f"{key}_{end}", f"Quiet {words}, {end}")
        for minute in range(0, DAY_MINUTES, STEP_MINUTES):
            combo.addItem(_clock(minute), minute)
        combo.activated.connect(lambda _: self._tell(key))
        return combo

    def _tell(self, key: str) -> None:
        begins, ends = self.times[key]
        self.changed.emit({key: (int(begins.currentData()), int(ends.currentData()))})


class AfterClosingCard(Card):
    """`changed(values)`: what comes after a conversation was closed."""

    changed = Signal(dict)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Conversations", note="on this computer", name="after_closing_card", spacing_px=16)
        self.rows: dict[str, SwitchRow] = {}
        self.body.addWidget(switch_row(self, theme, *_NEXT))

    def show_settings(self, kept: MachineSettings) -> None:
        show_switches(self.rows, kept)


def switch_row(
    card: NotificationsCard | AfterClosingCard, theme: Theme, key: str, title: str, sentence: str
) -> SwitchRow:
    """A switch of a card for one setting, which it tells."""
    row = SwitchRow(theme, title, sentence, name=f"setting_{key}")
    row.switch.toggled.connect(lambda on: card.changed.emit({key: on}))
    card.rows[key] = row
    return row


def show_switches(rows: dict[str, SwitchRow], kept: MachineSettings) -> None:
    """What is kept; it is told as well, and changes nothing."""
    for key, row in rows.items():
        row.switch.setChecked(getattr(kept, key))


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour:02}:{rest:02}"
