"""Which version of a sequence a report is about."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox

from desktop.services.sequences import SequenceReport
from desktop.ui.parts import when
from desktop.ui.parts.naming import named


class VersionChoice(QComboBox):
    """'Version 2, current'; seen only where there are several. `version_chosen(id)`, None for the current one."""

    version_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._current: int | None = None
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(self._activated)
        named(self, "sequence_version", "Version")
        self.hide()

    def show_versions(self, report: SequenceReport, now: datetime) -> None:
        """Newest first, the one that is shown chosen."""
        self._current = report.record.version_id
        wanted = [(self._words(id, number, at, now), id) for id, number, at in report.versions]
        if wanted != [(self.itemText(at), self.itemData(at)) for at in range(self.count())]:
            self.clear()
            for at, ((words, id), version) in enumerate(zip(wanted, report.versions, strict=True)):
                self.addItem(words, id)
                self.setItemData(at, when.full(version[2]), Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(self.findData(report.version_id))
        self.setVisible(len(report.versions) > 1)

    def _words(self, version_id: int, number: int, at: datetime, now: datetime) -> str:
        if version_id == self._current:
            return f"Version {number}, current"
        return f"Version {number}, since {when.day(at, now)}"

    def _activated(self, at: int) -> None:
        chosen = self.itemData(at)
        self.version_chosen.emit(None if chosen == self._current else chosen)


class VersionFilter(QComboBox):
    """Of which versions a list is: 'All versions' or 'Version 1 only'; seen only where there are several."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        named(self, "sequence_people_version", "Versions in the list")
        self.hide()

    @property
    def version_id(self) -> int | None:
        """None: all."""
        found = self.currentData()
        return int(found) if found is not None else None

    def show_versions(self, report: SequenceReport) -> None:
        """Newest first; what is chosen stays."""
        wanted = [
            ("All versions", None),
            *((f"Version {number} only", id) for id, number, _ in report.versions),
        ]
        if wanted != [(self.itemText(at), self.itemData(at)) for at in range(self.count())]:
            chosen = self.version_id
            self.blockSignals(True)
            self.clear()
            for words, id in wanted:
                self.addItem(words, id)
            self.setCurrentIndex(max(0, self.findData(chosen)))
            self.blockSignals(False)
        self.setVisible(len(report.versions) > 1)

    def choose(self, version_id: int | None) -> None:
        """As a person chooses."""
        self.setCurrentIndex(max(0, self.findData(version_id)) if version_id is not None else 0)
