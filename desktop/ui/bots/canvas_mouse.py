"""What the mouse does on the canvas: choose, move, join, draw a band, look around."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from desktop.domain.flow import START
from desktop.ui.bots import chosen
from desktop.ui.bots.node_item import NodeItem

if TYPE_CHECKING:
    from desktop.ui.bots.canvas import Canvas

SNAP: Final = 8
Doing = Literal["", "pan", "move", "join", "band"]
_MORE: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def snapped(at: float) -> float:
    """On the grid of 8."""
    return float(round(at / SNAP) * SNAP)


class CanvasMouse:
    """One drag at a time, from press() to release(). Nothing is changed before the release."""

    def __init__(self, canvas: "Canvas") -> None:
        self._canvas = canvas
        self._doing: Doing = ""
        self._pressed = QPoint()
        self._last = QPoint()
        self._begin = QPointF()
        self._dragged = False
        self._places: dict[str, QPointF] = {}
        self._from: tuple[NodeItem, str] | None = None
        self._target: NodeItem | None = None

    @property
    def busy(self) -> bool:
        """True during a drag; what is shown meanwhile is not what is kept."""
        return self._doing in ("move", "join")

    def press(self, event: QMouseEvent) -> None:
        canvas = self._canvas
        at = event.position().toPoint()
        self._pressed = self._last = at
        self._begin = canvas.mapToScene(at)
        self._dragged = False
        if event.button() == Qt.MouseButton.MiddleButton:
            self._doing = "pan"
            canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            canvas.setFocus(Qt.FocusReason.MouseFocusReason)
            self._press_left(event)

    def _press_left(self, event: QMouseEvent) -> None:
        canvas = self._canvas
        more = bool(event.modifiers() & _MORE)
        if (found := canvas.exit_at(self._begin)) is not None:
            self._doing, self._from = "join", found
            canvas.chosen_requested.emit(chosen.one(canvas.definition, found[0].id, found[1]))
        elif (item := canvas.node_at(self._begin)) is not None:
            if more:
                canvas.chosen_requested.emit(chosen.toggled(canvas.definition, canvas.chosen, item.id))
            elif item.id not in canvas.chosen.ids or canvas.chosen.edge:
                canvas.chosen_requested.emit(chosen.one(canvas.definition, item.id))
            elif item.id != canvas.chosen.current:
                canvas.chosen_requested.emit(chosen.several(canvas.definition, canvas.chosen.ids, item.id))
            self._doing = "move"
            ids = canvas.chosen.ids if item.id in canvas.chosen.ids else frozenset()
            self._places = {id: canvas.nodes[id].pos() for id in ids}
        elif (edge := canvas.edge_at(self._begin)) is not None:
            canvas.chosen_requested.emit(chosen.Chosen(edge=edge))
        else:
            self._doing = "band"
            if not more:
                canvas.chosen_requested.emit(chosen.Chosen())

    def move(self, event: QMouseEvent) -> None:
        canvas = self._canvas
        at = event.position().toPoint()
        if not self._doing:
            self._hover(canvas.mapToScene(at))
            return
        far = (at - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        self._dragged = self._dragged or far
        if self._doing == "pan":
            canvas.pan(self._last - at)
        elif self._dragged:
            self._drag(canvas.mapToScene(at))
        self._last = at

    def _drag(self, at: QPointF) -> None:
        canvas = self._canvas
        if self._doing == "move":
            for id, place in self._places.items():
                moved = place + at - self._begin
                canvas.nodes[id].setPos(snapped(moved.x()), snapped(moved.y()))
            canvas.follow_moves(list(self._places))
        elif self._doing == "join" and self._from is not None:
            item, exit = self._from
            self._mark(canvas.node_at(at))
            canvas.show_line(item.pos() + item.port(exit), at)
        elif self._doing == "band":
            canvas.show_band(QRectF(self._begin, at).normalized())

    def release(self, event: QMouseEvent) -> None:
        canvas = self._canvas
        doing, self._doing = self._doing, ""
        canvas.viewport().unsetCursor()
        canvas.show_line(None)
        target = self._target
        self._mark(None)
        if not self._dragged:
            return
        if doing == "move":
            places = {
                id: (canvas.nodes[id].x(), canvas.nodes[id].y()) for id in self._places if id in canvas.nodes
            }
            canvas.moved.emit(places)
        elif doing == "join" and self._from is not None:
            item, exit = self._from
            at = canvas.mapToScene(event.position().toPoint())
            if target is not None:
                canvas.join_requested.emit(item.id, exit, target.id)
            elif canvas.node_at(at) is None:
                canvas.led_nowhere.emit(item.id, exit, at)
        elif doing == "band":
            self._take_band(QRectF(self._begin, canvas.mapToScene(event.position().toPoint())).normalized())

    def _take_band(self, band: QRectF) -> None:
        canvas = self._canvas
        canvas.show_band(QRectF())
        inside = {id for id, item in canvas.nodes.items() if band.intersects(item.box.translated(item.pos()))}
        both = frozenset(inside) | canvas.chosen.ids
        if both:
            canvas.chosen_requested.emit(replace(chosen.several(canvas.definition, both), edge=None))

    def _mark(self, item: NodeItem | None) -> None:
        can = item if item is not None and item.id != START else None
        if self._target is not None and self._target is not can:
            self._target.show_target(False)
        if can is not None:
            can.show_target(True)
        self._target = can

    def _hover(self, at: QPointF) -> None:
        canvas = self._canvas
        if canvas.exit_at(at) is not None:
            canvas.viewport().setCursor(Qt.CursorShape.CrossCursor)
        elif canvas.node_at(at) is None and canvas.edge_at(at) is not None:
            canvas.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            canvas.viewport().unsetCursor()
