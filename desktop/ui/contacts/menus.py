"""The menus of the table's head: segments with their counts, columns and sorting, export."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.contact_table import SortBy
from desktop.domain.segments import Segment
from desktop.services.exports import ExportFormat
from desktop.ui.contacts.columns import NAME, ContactColumn


class ExportMenu(QMenu):
    """`choose` gets the format in which so many contacts are wanted."""

    def __init__(self, parent: QWidget, count: int, choose: Callable[[ExportFormat], object]) -> None:
        super().__init__(parent)
        self.setObjectName("export_menu")
        for words, wanted in (("CSV", ExportFormat.CSV), ("Excel", ExportFormat.XLSX)):
            action = self.addAction(f"{count:,} as {words}…")
            action.setObjectName(f"export_{wanted.value}")
            action.triggered.connect(lambda _=False, wanted=wanted: choose(wanted))


class SegmentMenu(QMenu):
    """Everyone, then the segments; a segment's count stands at its end once it is known."""

    def __init__(
        self,
        parent: QWidget,
        segments: Sequence[Segment],
        chosen: Segment | None,
        choose: Callable[[Segment | None], object],
        refusal: str = "",
    ) -> None:
        """refusal: why this person may not save one; "" when they may."""
        super().__init__(parent)
        self.setObjectName("segment_menu")
        self.setToolTipsVisible(True)
        self._actions: dict[int, QAction] = {}
        self._words: dict[int, str] = {}
        everyone = self._add("All contacts", chosen is None, lambda: choose(None))
        everyone.setObjectName("segment_all")
        self.addSeparator()
        for one in segments:
            action = self._add(
                one.name.replace("&", "&&"), chosen is not None and chosen.id == one.id, partial(choose, one)
            )  # fmt: skip
            action.setObjectName(f"segment_{one.id}")
            self._actions[one.id] = action
            self._words[one.id] = action.text()
        if not segments:
            none = self.addAction(
                f"No segments yet. {refusal}"
                if refusal
                else "No segments yet: filter, then “Save as segment…”"
            )
            none.setEnabled(False)

    def show_count(self, segment_id: int, words: str) -> None:
        """How many contacts a segment has now."""
        if segment_id in self._actions:
            self._actions[segment_id].setText(f"{self._words[segment_id]}\t{words}")

    def _add(self, text: str, checked: bool, run: Callable[[], object]) -> QAction:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda: run())
        return action


class ColumnsMenu(QMenu):
    """Which columns are shown, and what they are sorted by; it stays open while columns are ticked."""

    def __init__(
        self,
        parent: QWidget,
        columns: Sequence[ContactColumn],
        shown: Sequence[str],
        sort: tuple[SortBy, bool],
        *,
        choose: Callable[[tuple[str, ...]], object],
        order: Callable[[SortBy, bool], object],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("columns_menu")
        self._columns, self._choose = columns, choose
        self.boxes: dict[str, QAction] = {}
        for one in columns:
            action = self.addAction(one.title.replace("&", "&&"))
            action.setObjectName(f"column_{one.key}")
            action.setCheckable(True)
            action.setChecked(one.key in shown)
            action.setEnabled(one.key != NAME)
            action.toggled.connect(self._ticked)
            self.boxes[one.key] = action
        self.addSeparator()
        group = QActionGroup(self)
        by, descending = sort
        for one in columns:
            if one.sort is not None:
                action = self.addAction(f"Sort by {one.title}")
                action.setObjectName(f"sort_{one.sort.value}")
                action.setCheckable(True)
                action.setChecked(one.sort is by)
                group.addAction(action)
                action.triggered.connect(lambda _=False, wanted=one.sort: order(wanted, descending))
        turned = self.addAction("Descending")
        turned.setObjectName("sort_descending")
        turned.setCheckable(True)
        turned.setChecked(descending)
        turned.triggered.connect(lambda checked: order(by, checked))

    def mouseReleaseEvent(self, event: object) -> None:
        """A tick does not close the menu: several are set in a row."""
        action = self.activeAction()
        if action in self.boxes.values() and action.isEnabled():
            action.trigger()
            return
        super().mouseReleaseEvent(event)  # type: ignore[arg-type]

    def _ticked(self) -> None:
        self._choose(tuple(one.key for one in self._columns if self.boxes[one.key].isChecked()))
