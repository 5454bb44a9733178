"""The flow as a list: every step in order, below each where its exits lead. The same keys as on the canvas."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.flow import FlowDefinition
from desktop.domain.flow_ways import in_order
from desktop.domain.text import fold
from desktop.ui.bots import chosen
from desktop.ui.bots.card_look import CardLook, exits_at
from desktop.ui.bots.chosen import Chosen
from desktop.ui.bots.forms.words import nowhere
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.picklist import paint_row_ground
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

PAD_PX: Final = 14
INDENT_PX: Final = 14
ROW_PX: Final = 27
_PROBLEM: Final = Qt.ItemDataRole.UserRole + 2
_ID, _EXIT = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
Row = tuple[str, str, tuple[tuple[str, str], ...], str]
"""A step: its id, its words, its exits with theirs, and a problem or ""."""


class OutlineDelegate(QStyledItemDelegate):
    """A step, or, quieter, where one of its exits leads."""

    def __init__(self, theme: Theme, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._theme, self._tree = theme, tree

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self._theme.px(60), self._theme.px(ROW_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, tree = self._theme, self._tree
        whole = QRect(option.rect)
        whole.setLeft(0)
        whole.setRight(tree.viewport().width())
        option.rect = whole
        painter.save()
        paint_row_ground(painter, theme, tree, option)
        is_exit = index.data(_EXIT) is not None
        problem = bool(index.data(_PROBLEM))
        painter.setFont(theme.font(12 if is_exit else 13, 400 if is_exit else 500))
        painter.setPen(theme.color("danger" if problem else "muted" if is_exit else "text"))
        before = theme.px(PAD_PX + (INDENT_PX if is_exit else 0))
        room = whole.adjusted(before, 0, -theme.px(8), 0)
        if tree.isRightToLeft():
            room = whole.adjusted(theme.px(8), 0, -before, 0)
        words = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.setLayoutDirection(tree.layoutDirection())
        side = QStyle.visualAlignment(tree.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(
            room, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute), words
        )
        painter.restore()


class OutlineTree(QTreeWidget):
    """`key_pressed(QKeyEvent)`, accepted where it was wanted."""

    key_pressed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(theme.px(INDENT_PX))
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setItemDelegate(OutlineDelegate(theme, self))

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """None: what leads from a step stands further in."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        self.key_pressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)


class Outline(QWidget):
    """`chosen_requested(Chosen)`; key_pressed(QKeyEvent), accepted where it was wanted; settings_requested(id);
    `left` with Escape in the search."""

    chosen_requested = Signal(object)
    key_pressed = Signal(object)
    settings_requested = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.definition = FlowDefinition()
        self._rows: tuple[Row, ...] = ()
        self._silent = False
        self.search = SearchField(theme, "Find a step", hint="Ctrl F", name="bots_outline_search")
        self.search.textChanged.connect(self._filter)
        self.tree = named(OutlineTree(theme), "bots_outline_tree", "Steps of the flow")
        self.tree.currentItemChanged.connect(self._moved)
        self.tree.doubleClicked.connect(self._opened)
        self.tree.key_pressed.connect(self.key_pressed)
        self.none = Label("No step is called so.", "muted", wrap=True, name="bots_outline_none")
        self.none.setContentsMargins(PAD_PX, 0, PAD_PX, 0)
        self.none.hide()
        top = QVBoxLayout()
        top.setContentsMargins(PAD_PX, 0, PAD_PX, 8)
        top.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.none)
        column.addWidget(self.tree, 1)
        named(self, "bots_outline", "Steps of the flow")

    # What is shown.

    def show_flow(self, definition: FlowDefinition, looks: Mapping[str, CardLook], now: Chosen) -> None:
        """Take what differs over; the place in the list stays."""
        self.definition = definition
        led = {(one.from_id, one.exit): one.to_id for one in definition.edges}
        rows = tuple(_row(definition, led, looks, id) for id in in_order(definition) if id in looks)
        if rows != self._rows:
            self._silent = True
            if [(one[0], len(one[2])) for one in rows] == [(one[0], len(one[2])) for one in self._rows]:
                for at, row in enumerate(rows):
                    if row != self._rows[at]:
                        self._fill(self.tree.topLevelItem(at), row)
            else:
                self._rebuild(rows)
            self._rows = rows
            self._silent = False
            self._filter()
        self.show_chosen(now)

    def show_chosen(self, now: Chosen) -> None:
        """Where the canvas is, unless it is at an exit of the same step here."""
        self._silent = True
        item = self.tree.currentItem()
        if item is None or item.data(0, _ID) != now.current or (item.data(0, _EXIT) or now.exit) != now.exit:
            at = next((at for at, row in enumerate(self._rows) if row[0] == now.current), -1)
            wanted = self.tree.topLevelItem(at) if at >= 0 else None
            if wanted is not None:
                self.tree.setCurrentItem(wanted)
            else:
                self.tree.setCurrentIndex(QModelIndex())
        self._silent = False

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @property
    def found(self) -> list[str]:
        """The steps that the search leaves, in order."""
        wanted = fold(self.search.text()).split()
        return [id for id, words, _, _ in self._rows if all(one in fold(f"{words} {id}") for one in wanted)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the search: down into the list, Enter to the first that is found."""
        key, found = event.key(), self.found
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and found:
            self.chosen_requested.emit(chosen.one(self.definition, found[0]))
            if key == Qt.Key.Key_Down:
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.left.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # Below.

    def _rebuild(self, rows: tuple[Row, ...]) -> None:
        current = self.tree.currentItem()
        now = current.data(0, _ID) if current is not None else ""
        self.tree.clear()
        for row in rows:
            item = QTreeWidgetItem(self.tree)
            for _ in row[2]:
                QTreeWidgetItem(item)
            self._fill(item, row)
            item.setExpanded(True)
            if row[0] == now:
                self.tree.setCurrentItem(item)

    def _fill(self, item: QTreeWidgetItem | None, row: Row) -> None:
        if item is None:
            return
        id, words, exits, problem = row
        item.setText(0, words)
        item.setData(0, _ID, id)
        item.setData(0, _PROBLEM, problem)
        item.setToolTip(0, f"{words}\n{problem}" if problem else words)
        item.setData(
            0, Qt.ItemDataRole.AccessibleTextRole, f"{words}. Problem: {problem}" if problem else words
        )
        for at, (exit, said) in enumerate(exits):
            child = item.child(at)
            if child is None:
                continue
            child.setText(0, said)
            child.setData(0, _ID, id)
            child.setData(0, _EXIT, exit)
            child.setToolTip(0, said)

    def _moved(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and not self._silent:
            exit = str(item.data(0, _EXIT) or "")
            self.chosen_requested.emit(chosen.one(self.definition, str(item.data(0, _ID)), exit))

    def _opened(self, index: QModelIndex) -> None:
        self.settings_requested.emit(str(index.data(_ID)))

    def _filter(self) -> None:
        found = set(self.found)
        for at, row in enumerate(self._rows):
            item = self.tree.topLevelItem(at)
            if item is not None:
                item.setHidden(row[0] not in found)
        self.none.setVisible(not found)


def _row(
    definition: FlowDefinition, led: Mapping[tuple[str, str], str], looks: Mapping[str, CardLook], id: str
) -> Row:
    look = looks[id]
    exits: list[tuple[str, str]] = []
    for one in exits_at(definition, id):
        to_id = led.get((id, one.name), "")
        where = _words(looks[to_id]) if to_id in looks else nowhere(one)
        exits.append((one.name, f"{one.label} → {where}"))
    return id, _words(look), tuple(exits), look.problem


def _words(look: CardLook) -> str:
    said = " ".join(look.text.split())
    return f"{look.kind}: {said}" if said else look.kind
