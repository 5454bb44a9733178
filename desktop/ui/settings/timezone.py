"""The time zone: whose days and hours count in sequences and reports."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QVBoxLayout

from desktop.domain import zones
from desktop.domain.settings import Settings
from desktop.ui.filters.suggestions import Suggestions
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.naming import named
from desktop.ui.settings.savecard import SettingsCard
from desktop.ui.theme import Theme

WIDTH_PX: Final = 340
SHOWN_COUNT: Final = 12
HELP: Final = "Type a part of its name: “toronto”, “new york”, “+05:30”."


def zone_choices(at: datetime) -> Mapping[str, str]:
    """Every zone's name to its words, with the offset at a moment. Reads files: blocks."""
    return {name: zone_words(name, zones.offset_words(at, zones.zone(name))) for name in zones.names()}


def zone_words(name: str, offset: str = "") -> str:
    """'America/New York · UTC−05:00'."""
    said = name.replace("_", " ")
    return f"{said} · {offset}" if offset and offset != said else said


class TimeZoneCard(SettingsCard):
    """A list to choose from that a person can type into; what is no zone is refused when it is saved."""

    def __init__(self, theme: Theme) -> None:
        self._words: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self.zone = named(QComboBox(), "time_zone", "Time zone")
        self.zone.setLineEdit(named(QLineEdit(), "time_zone_typed", "Time zone"))
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.zone.setMaxVisibleItems(SHOWN_COUNT)
        super().__init__(
            theme,
            "Days and hours",
            "The send hours of sequences, delays in days, the days of reports and the times in exported files are "
            "those of this zone. A sequence may use each contact’s own zone instead, where their number names one.",
            name="time_zone_card",
        )
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        self.zone_row = self.row(
            "time_zone", FormRow("Zone", self.zone, help_text=HELP, name="row_time_zone")
        )
        column.addWidget(self.zone_row, 0, Qt.AlignmentFlag.AlignLeft)
        self.zone.currentTextChanged.connect(self.changed)
        theme.changed.connect(self._rescale)
        self._rescale()

    def show_choices(self, choices: Mapping[str, str]) -> None:
        """The zones to choose from, see `zone_choices`; what is edited stays."""
        chosen = self._chosen()
        self._words = dict(choices)
        self._names = {words: name for name, words in choices.items()}
        self._filling = True
        try:
            self.zone.clear()
            self.zone.addItems(list(choices.values()))
            self.zone.setCompleter(self._completer())
            self._show_zone(chosen)
        finally:
            self._filling = False
        self.changed()

    def fill(self, settings: Settings) -> None:
        self._show_zone(settings.time_zone)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, time_zone=self._chosen() or kept.time_zone)

    def _show_zone(self, name: str) -> None:
        self.zone.setEditText(self._words.get(name, name))

    def _chosen(self) -> str:
        """The name of the words that stand here, or what was typed, as such a name is written."""
        typed = self.zone.currentText().strip()
        return self._names.get(typed) or typed.split(" · ")[0].replace(" ", "_")

    def _completer(self) -> QCompleter:
        made = QCompleter(self.zone.model(), self.zone)
        made.setFilterMode(Qt.MatchFlag.MatchContains)
        made.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        made.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        made.setMaxVisibleItems(SHOWN_COUNT)
        Suggestions(made, self.zone)
        return made

    def _rescale(self) -> None:
        self.zone.setMinimumWidth(self.theme.px(WIDTH_PX))
