"""The canvas: a flow's cards and lines on a dotted ground. It shows what it is told and asks for changes.

It runs from left to right in every language, as the places in a definition do.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsPathItem, QGraphicsScene, QGraphicsView, QWidget

from desktop.domain.flow import START, Edge, FlowDefinition
from desktop.ui.bots import chosen as choosing
from desktop.ui.bots.canvas_mouse import CanvasMouse
from desktop.ui.bots.card_look import CardLook, jumps
from desktop.ui.bots.chosen import Chosen
from desktop.ui.bots.edge_item import EdgeItem, bent
from desktop.ui.bots.edge_route import Roads
from desktop.ui.bots.ground import dotted
from desktop.ui.bots.node_item import NodeItem
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

AROUND: Final = 4000.0
"""How far one can go beyond the cards."""
SMALLEST: Final = 0.05
LARGEST: Final = 2.5
READABLE: Final = 0.75
STEP: Final = 1.2
EDGE: Final = 40.0
FIT: Final = 32.0


class Canvas(QGraphicsView):
    """chosen_requested(Chosen); moved({id: (x, y)}); join_requested(from id, exit, to id); `led_nowhere(from id, exit, place)`
    for a line that was dropped on the ground; settings_requested(id); menu_requested(place on the screen); key_pressed(QKeyEvent), accepted where it was
    wanted; view_changed() when another part is seen, cards_changed() when a card is another, elsewhere or chosen."""

    chosen_requested = Signal(object)
    moved = Signal(object)
    join_requested = Signal(str, str, str)
    led_nowhere = Signal(str, str, QPointF)
    settings_requested = Signal(str)
    menu_requested = Signal(QPoint)
    key_pressed = Signal(object)
    view_changed = Signal()
    cards_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.definition, self.chosen = FlowDefinition(), Chosen()
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[Edge | tuple[str, str], EdgeItem] = {}
        self._at: dict[str, list[EdgeItem]] = {}
        self._boxes: dict[str, QRectF] = {}
        self._here = ""
        self.zoom = 1.0
        self.setScene(QGraphicsScene(self))
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._line = QGraphicsPathItem()
        self._line.setZValue(5)
        self._line.hide()
        self.scene().addItem(self._line)
        self._band = QRectF()
        self.mouse = CanvasMouse(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self.view_changed)
        theme.changed.connect(self._restyle)
        named(self, "bots_canvas", "Flow")
        self._restyle()

    # What is shown.

    def show_flow(self, definition: FlowDefinition, looks: Mapping[str, CardLook], chosen: Chosen) -> None:
        """Take what differs over, card by card; the rest is left alone. looks: of every card, START among them."""
        stale: set[str] = set()
        for id in [one for one in self.nodes if one not in looks]:
            self.scene().removeItem(self.nodes.pop(id))
        places = {START: (definition.start_x, definition.start_y)}
        places |= {one.id: (one.x, one.y) for one in definition.nodes}
        for id, look in looks.items():
            item = self.nodes.get(id)
            if item is None:
                item = self.nodes[id] = NodeItem(self._theme, look)
                self.scene().addItem(item)
                stale.add(id)
            elif item.show_look(look):
                stale.add(id)
            if (item.x(), item.y()) != places[id]:
                item.setPos(*places[id])
                stale.add(id)
        self.definition = definition
        self._show_edges(stale)
        self._fit_ground()
        self.show_chosen(chosen)

    def _show_edges(self, stale: set[str]) -> None:
        wanted: dict[Edge | tuple[str, str], tuple[str, str]] = {
            one: (one.from_id, one.to_id)
            for one in self.definition.edges
            if one.from_id in self.nodes and one.to_id in self.nodes
        }
        wanted |= {pair: pair for pair in jumps(self.definition)}
        for key in [one for one in self.edges if one not in wanted or self._is_orphan(self.edges[one])]:
            self.scene().removeItem(self.edges.pop(key))
        for key, (from_id, to_id) in wanted.items():
            if key not in self.edges:
                edge = key if isinstance(key, Edge) else None
                item = EdgeItem(self._theme, self.nodes[from_id], self.nodes[to_id], edge)
                self.edges[key] = item
                self.scene().addItem(item)
                stale.add(from_id)
        boxes = {id: item.box.translated(item.pos()) for id, item in self.nodes.items()}
        # A card that came, went or moved lies in the way of other lines than before.
        changed = [
            box
            for id in self._boxes.keys() | boxes.keys()
            if self._boxes.get(id) != boxes.get(id)
            for box in (self._boxes.get(id), boxes.get(id))
            if box is not None
        ]
        self._boxes = boxes
        if stale or changed:
            roads = self._roads()
            for key, (from_id, to_id) in wanted.items():
                line = self.edges[key]
                if from_id in stale or to_id in stale or line.is_touched(changed):
                    line.follow(roads)
        self._at = {}
        for item in self.edges.values():
            for id in {item.source.id, item.target.id}:
                self._at.setdefault(id, []).append(item)

    def _is_orphan(self, item: EdgeItem) -> bool:
        """One of its cards was taken away, and another one of the same id may have come."""
        return (
            self.nodes.get(item.source.id) is not item.source
            or self.nodes.get(item.target.id) is not item.target
        )

    def show_chosen(self, chosen: Chosen) -> None:
        """Which cards, exit and line are meant."""
        self.chosen = chosen
        has_keys = self.hasFocus()
        for id, item in self.nodes.items():
            item.show_marks(
                chosen=id in chosen.ids, current=has_keys and id == chosen.current, exit=chosen.exit,
                here=id == self._here,
            )  # fmt: skip
        for key, line in self.edges.items():
            line.show_chosen(key == chosen.edge)
        self.cards_changed.emit()

    def show_here(self, id: str) -> None:
        """Where the simulator is, which is brought into sight; "" for nowhere."""
        if id != self._here:
            self._here = id
            self.show_chosen(self.chosen)
            self.reveal(id)

    def show_line(self, begin: QPointF | None, end: QPointF | None = None) -> None:
        """A line that is being drawn; None: there is none."""
        if begin is None or end is None:
            self._line.hide()
            return
        self._line.setPen(QPen(self._theme.color("accent"), 2, Qt.PenStyle.DashLine))
        self._line.setPath(bent(begin, end))
        self._line.show()

    def show_ghost(self, at: QPoint | None, width: float, height: float) -> None:
        """Where a card that is being dragged in would lie; `at` in the viewport."""
        if at is None:
            self._line.hide()
            return
        corner = self.mapToScene(at)
        path = QPainterPath()
        path.addRoundedRect(QRectF(corner.x(), corner.y(), width, height), 10, 10)
        self._line.setPen(QPen(self._theme.color("accent"), 1.5, Qt.PenStyle.DashLine))
        self._line.setPath(path)
        self._line.show()

    def show_band(self, band: QRectF) -> None:
        """The rubber band, in the scene; empty: there is none."""
        self._band = band
        self.viewport().update()

    def follow_moves(self, ids: Sequence[str]) -> None:
        """Cards are being dragged: their lines go with them."""
        roads = self._roads()
        for line in dict.fromkeys(line for id in ids for line in self._at.get(id, ())):
            line.follow(roads)
        self.cards_changed.emit()

    # Where things are.

    def _roads(self) -> Roads:
        return Roads(
            {
                id: (one.x(), one.y(), one.x() + one.width, one.y() + one.height)
                for id, one in self.nodes.items()
            }
        )

    @property
    def sizes(self) -> dict[str, tuple[float, float]]:
        return {id: (item.width, item.height) for id, item in self.nodes.items()}

    @property
    def middles(self) -> dict[str, tuple[float, float]]:
        return {id: item.middle for id, item in self.nodes.items()}

    def extent(self) -> QRectF:
        """All the cards."""
        box = QRectF()
        for item in self.nodes.values():
            box = box.united(item.box.translated(item.pos()))
        return box

    @property
    def seen(self) -> QRectF:
        """What the window shows of the canvas."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def node_at(self, at: QPointF) -> NodeItem | None:
        under = [one for one in self.nodes.values() if one.box.contains(at - one.pos())]
        return max(under, key=lambda one: one.zValue(), default=None)

    def exit_at(self, at: QPointF) -> tuple[NodeItem, str] | None:
        """The exit near a point of the scene, with its card."""
        for item in self.nodes.values():
            if not item.boundingRect().contains(at - item.pos()):
                continue
            if exit := item.exit_at(at - item.pos()):
                return item, exit
        return None

    def edge_at(self, at: QPointF) -> Edge | None:
        return next(
            (line.edge for line in self.edges.values() if line.edge and line.shape().contains(at)), None
        )

    # Looking around.

    def zoom_by(self, factor: float, at: QPoint | None = None) -> None:
        """Larger or smaller, the point `at` (of the viewport; its middle if None) staying where it is."""
        self.set_zoom(self.zoom * factor, at)

    def set_zoom(self, zoom: float, at: QPoint | None = None) -> None:
        spot = at if at is not None else self.viewport().rect().center()
        before = self.mapToScene(spot)
        self.zoom = max(SMALLEST, min(LARGEST, zoom))
        self._scale()
        now = self.mapFromScene(before)
        self._pan(now - spot)
        self.view_changed.emit()

    def fit(self) -> None:
        """All of it, never larger than it is."""
        box = self.extent().adjusted(-FIT, -FIT, FIT, FIT)
        port = self.viewport().rect()
        whole = self._theme.text_scale_percent / 100
        across, down = port.width() / max(1.0, box.width()), port.height() / max(1.0, box.height())
        self.zoom = max(SMALLEST, min(1.0, across / whole, down / whole))
        self._scale()
        self.look_at(box.center())

    def begin(self) -> None:
        """All of it where it can be read so; else its beginning in the corner, at its own size."""
        self.fit()
        if READABLE <= self.zoom < 1.0:
            return
        self.zoom = 1.0
        self._scale()
        box = self.extent()
        corner = self.mapFromScene(QPointF(box.left() - EDGE, box.top() - EDGE))
        self._pan(corner)
        self.view_changed.emit()

    def look_at(self, middle: QPointF) -> None:
        """A point of the scene in the middle."""
        self._pan(self.mapFromScene(middle) - self.viewport().rect().center())
        self.view_changed.emit()

    def reveal(self, id: str) -> None:
        """Move as little as it takes to see a card."""
        item = self.nodes.get(id)
        if item is None:
            return
        box = self.mapFromScene(item.box.translated(item.pos())).boundingRect().adjusted(-24, -24, 24, 24)
        port = self.viewport().rect()
        dx = min(0, box.left()) or max(0, min(box.right() - port.right(), box.left()))
        dy = min(0, box.top()) or max(0, min(box.bottom() - port.bottom(), box.top()))
        self._pan(QPoint(dx, dy))

    def pan(self, by: QPoint) -> None:
        """Look further to the right and down, pixels."""
        self._pan(by)

    def _pan(self, by: QPoint) -> None:
        if by.x():
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() + by.x())
        if by.y():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + by.y())

    def _scale(self) -> None:
        scale = self.zoom * self._theme.text_scale_percent / 100
        self.resetTransform()
        self.scale(scale, scale)

    def _fit_ground(self) -> None:
        ground = self.extent().adjusted(-AROUND, -AROUND, AROUND, AROUND)
        if not self.sceneRect().contains(ground.adjusted(AROUND / 2, AROUND / 2, -AROUND / 2, -AROUND / 2)):
            seen = self.seen.topLeft()
            self.setSceneRect(ground)
            self._pan(self.mapFromScene(seen))

    # Painting and events.

    def _restyle(self) -> None:
        self.setBackgroundBrush(dotted(self._theme))
        for item in (*self.nodes.values(), *self.edges.values()):
            item.update()
        self._scale()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # type: ignore[override]
        if self._band.isEmpty():
            return
        shade = self._theme.color("accent")
        painter.setPen(QPen(shade, 0))
        shade.setAlphaF(0.1)
        painter.setBrush(shade)
        painter.drawRect(self._band)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.chosen.current and self.nodes:
            self.chosen_requested.emit(choosing.one(self.definition, START))
        self.show_chosen(self.chosen)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.show_chosen(self.chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view_changed.emit()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from card to card, and on to the next control after the last one."""
        key = Qt.Key.Key_Tab if forward else Qt.Key.Key_Backtab
        event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        self.key_pressed.emit(event)
        return event.isAccepted() or super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        self.key_pressed.emit(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Of what is under the pointer; the key for it has a meaning of its own."""
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            return
        item = self.node_at(self.mapToScene(event.pos()))
        if item is not None and item.id not in self.chosen.ids:
            self.chosen_requested.emit(choosing.one(self.definition, item.id))
        self.menu_requested.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(STEP ** (turned.y() / 120), event.position().toPoint())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(QPoint(-(turned.y() or turned.x()), 0))
        else:
            self._pan(-turned)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self.node_at(self.mapToScene(event.position().toPoint()))
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.settings_requested.emit(item.id)
