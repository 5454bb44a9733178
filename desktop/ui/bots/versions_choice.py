"""Which version of a flow a report is about."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox

from desktop.domain.flow import FlowVersion
from desktop.ui.parts import when
from desktop.ui.parts.naming import named


class VersionsChoice(QComboBox):
    """'All versions', 'Version 2, current'; seen only where there are several. `version_chosen(id)`, None for all."""

    version_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(lambda at: self.version_chosen.emit(self.itemData(at)))
        named(self, "bot_report_version", "Version")
        self.hide()

    def show_versions(self, versions: Sequence[FlowVersion], chosen: int | None, now: datetime) -> None:
        """Newest first, the one that is shown chosen."""
        wanted: list[tuple[str, int | None]] = [("All versions", None)]
        for at, one in enumerate(versions):
            tail = "current" if at == 0 else f"since {when.day(one.published_at, now)}"
            wanted.append((f"Version {one.number}, {tail}", one.id))
        if wanted != [(self.itemText(at), self.itemData(at)) for at in range(self.count())]:
            self.clear()
            for words, id in wanted:
                self.addItem(words, id)
            for at, one in enumerate(versions, start=1):
                self.setItemData(at, when.full(one.published_at), Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(next((at for at, (_, id) in enumerate(wanted) if id == chosen), 0))
        self.setVisible(len(versions) > 1)
