"""A saved segment as the audience: the list under a button, and the chosen one beside it until its filter changes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.problems import Problem
from desktop.domain.segments import Segment
from desktop.ui.contacts.menus import SegmentMenu
from desktop.ui.desk import Desk
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.menu import MenuButton, drop
from desktop.ui.theme import Theme


class SegmentRow(QWidget):
    """The button, and the chip of the segment that was chosen: `removed()` by its cross."""

    removed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.segment: Segment | None = None
        self.chip: Chip | None = None
        self.button = MenuButton(
            theme, "Segment", name="wizard_segment", tooltip="Take the filter of a saved segment"
        )
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self.button)

    def show_segment(self, segment: Segment | None) -> None:
        """Which one stands in the builder; None for a filter of its own."""
        self.segment = segment
        if self.chip is not None:
            self._row.removeWidget(self.chip)
            self.chip.hide()
            self.chip.deleteLater()
            self.chip = None
        if segment is not None:
            self.chip = Chip(
                self._theme, segment.name, removable=True, name="wizard_segment_chosen", parent=self
            )
            self.chip.removed.connect(self.removed)
            self._row.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
            self.chip.show()

    def show_filter(self, wanted: Filter) -> None:
        """The builder has another filter: it is the segment's no more."""
        if self.segment is not None and wanted != self.segment.filter:
            self.show_segment(None)


class SegmentChoice(QObject):
    """Reads the segments, and puts the chosen one's filter into the builder, which tells it as if it were typed."""

    def __init__(
        self, desk: Desk, row: SegmentRow, builder: FilterBuilder, on_problem: Callable[[Exception], object]
    ) -> None:
        super().__init__(row)
        self._desk, self._row, self._builder = desk, row, builder
        row.button.clicked.connect(lambda: desk.tasks.spawn(row, self._open(), on_problem=on_problem))
        row.removed.connect(lambda: self._choose(None))

    async def _open(self) -> None:
        row = self._row
        segments = await self._desk.app.segments.every()
        menu = SegmentMenu(row, segments, row.segment, self._choose)
        everyone = menu.findChild(QAction, "segment_all")
        if isinstance(everyone, QAction):
            everyone.setChecked(not self._builder.group.rows)
        drop(menu, row.button)
        counting = self._desk.tasks.spawn(menu, self._count(menu, segments))
        menu.aboutToHide.connect(counting.cancel)

    async def _count(self, menu: SegmentMenu, segments: Sequence[Segment]) -> None:
        for one in segments:
            try:
                menu.show_count(one.id, f"{await self._desk.app.segments.count(one.id):,}")
            except Problem:
                menu.show_count(one.id, "a field is gone")

    def _choose(self, segment: Segment | None) -> None:
        """None: everyone. A segment that the builder cannot show whole is not taken: it would reach others."""
        builder, row = self._builder, self._row
        builder.flush_typing()
        before, chosen = builder.group.filter(), row.segment
        wanted = segment.filter if segment is not None else EVERYONE
        builder.group.show_filter(wanted)
        if segment is not None and builder.group.filter() != wanted:
            builder.group.show_filter(before)
            row.show_segment(chosen)
            self._desk.toasts.show_toast(
                f"“{segment.name}” cannot be used: a field or a tag of its filter is gone.", "danger"
            )
            return
        row.show_segment(segment)
        builder.flush()
        row.button.setFocus(Qt.FocusReason.OtherFocusReason)
