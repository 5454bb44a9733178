"""A card on the canvas: its small heading, its text, its exits. Lengths are the canvas's, of 1 px at 100 %."""

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from desktop.ui.bots.card_look import CardLook, ExitLook
from desktop.ui.bots.card_text import Laid, canvas_font, laid
from desktop.ui.theme import Color, Theme

WIDTH: Final = 220.0
WIDE: Final = 240.0
"""Of a marketing template, with its sentence."""
PAD: Final = 12.5
HEAD: Final = 10.0
ROW: Final = 20.0
"""Of an exit."""
PORT_RADIUS: Final = 4.5
REACH: Final = 11.0
"""How near to an exit the pointer must be."""
IN_Y: Final = 30.0
"""Where lines come in, at the left."""
RADIUS: Final = 10.0
MARGIN: Final = 12.0
MOST_LINES: Final = 3
BADGE: Final = "Marketing"
SMALLEST_TEXT: Final = 0.35
"""Below this zoom the exits have no words: nobody could read them."""
SMALLEST_SEEN: Final = 0.12
"""Below this one the cards have none either."""


class NodeItem(QGraphicsItem):
    """Shows a CardLook; what happens to it is the canvas's business."""

    def __init__(self, theme: Theme, look: CardLook) -> None:
        super().__init__()
        self._theme = theme
        self.is_chosen = self.is_current = self.is_here = self.is_target = False
        self.exit = ""
        self.setZValue(1)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._set(look)

    @property
    def id(self) -> str:
        return self.look.id

    def show_look(self, look: CardLook) -> bool:
        """True if it changed, and the lines at its exits may have to move."""
        if look == self.look:
            return False
        self.prepareGeometryChange()
        self._set(look)
        self.update()
        return True

    def show_marks(self, *, chosen: bool, current: bool, exit: str, here: bool) -> None:
        """chosen: its border; current: has the keyboard; exit: the one that is meant; here: the simulator is at it."""
        wanted = (chosen, current, exit if current else "", here)
        if wanted != (self.is_chosen, self.is_current, self.exit, self.is_here):
            self.is_chosen, self.is_current, self.exit, self.is_here = wanted
            self.setZValue(2 if chosen else 1)
            self.update()

    def show_target(self, on: bool) -> None:
        """A line that is being drawn would end here."""
        if on != self.is_target:
            self.is_target = on
            self.update()

    # Where things are.

    @property
    def box(self) -> QRectF:
        return QRectF(0, 0, self.width, self.height)

    @property
    def middle(self) -> tuple[float, float]:
        return self.x() + self.width / 2, self.y() + self.height / 2

    def port(self, exit: str) -> QPointF:
        """Where an exit stands, in the card."""
        names = [one.name for one in self.look.exits]
        if len(names) < 2 or exit not in names:
            return QPointF(self.width, min(IN_Y, self.height / 2))
        return QPointF(self.width, self._rows_y + ROW * (names.index(exit) + 0.5))

    def exit_at(self, at: QPointF) -> str:
        """The exit near a point of the card; "" for none."""
        for one in self.look.exits:
            spot = self.port(one.name)
            if abs(at.x() - spot.x()) <= REACH and abs(at.y() - spot.y()) <= REACH:
                return one.name
        return ""

    def boundingRect(self) -> QRectF:
        return self.box.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    # What it looks like.

    def _set(self, look: CardLook) -> None:
        self.look = look
        self.width = WIDE if look.is_marketing else WIDTH
        room = self.width - 2 * PAD
        self._kind = laid(look.kind.upper(), canvas_font(11, 600, spaced=True), room - 26, line=15)
        weight = 600 if look.is_marketing else 400
        self._text = laid(
            look.text or "…", canvas_font(13, weight), room, most_lines=MOST_LINES, bold=look.bold,
        )  # fmt: skip
        y = HEAD + 15 + 5 + self._text.height
        self._badge: QRectF | None = None
        self._note: Laid | None = None
        if look.is_marketing:
            y = self._place_badge(room, y)
            self._note_y = y + 4
            self._note = laid(look.note, canvas_font(12), room, most_lines=MOST_LINES, line=17.5)
            y = self._note_y + self._note.height
        self._rows_y = y + 3
        self._labels: list[Laid] = []
        if len(look.exits) > 1:
            self._labels = [laid(one.label, canvas_font(11), room, line=ROW) for one in look.exits]
            y = self._rows_y + ROW * len(look.exits) - 4
        self.height = y + HEAD + 1
        self.setToolTip(look.problem)

    def _place_badge(self, room: float, y: float) -> float:
        width = laid(BADGE, canvas_font(11, 600), 200).width + 18
        beside = self._text.height < 20 and self._text.width + 5 + width <= room
        top = HEAD + 20 if beside else y + 1
        self._badge = QRectF(PAD + self._text.width + 5 if beside else PAD, top, width, 19)
        return y if beside else y + 21

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme, look = self._theme, self.look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        self._kind.draw(painter, PAD, HEAD, theme.color("muted"))
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        if zoom >= SMALLEST_SEEN:
            self._text.draw(painter, PAD, HEAD + 20, theme.color("text"))
        if self._badge is not None:
            self._paint_badge(painter, self._badge)
        if self._note is not None:
            self._note.draw(painter, PAD, self._note_y, theme.color("warn"))
        if look.problems_count or look.doubts_count:
            icon, ink = ("warning-circle-fill", "danger") if look.problems_count else ("warning-fill", "warn")
            theme.icon(icon, ink).paint(painter, QRect(round(self.width - PAD - 16), 9, 17, 17))  # type: ignore[arg-type]
        for at, one in enumerate(look.exits):
            self._paint_exit(
                painter, one, self._labels[at] if self._labels and zoom >= SMALLEST_TEXT else None
            )

    def _paint_ground(self, painter: QPainter) -> None:
        theme, box = self._theme, self.box
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.is_here or self.is_target or (self.is_current and self.is_chosen):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_weak"))
            painter.drawRoundedRect(box.adjusted(-4, -4, 4, 4), RADIUS + 4, RADIUS + 4)
        edge: Color = "line"
        if self.is_chosen or self.is_target or self.is_here:
            edge = "accent"
        elif self.look.problems_count:
            edge = "danger_line"
        elif self.look.is_marketing:
            edge = "warn_line"
        painter.setPen(QPen(theme.color(edge), 1.5 if self.is_chosen or self.look.is_marketing else 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(box, RADIUS, RADIUS)

    def _paint_badge(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(QPen(self._theme.color("warn_line"), 1))
        painter.setBrush(self._theme.color("warn_bg"))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(self._theme.color("warn"))
        painter.setFont(canvas_font(11, 600))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, BADGE)

    def _paint_exit(self, painter: QPainter, exit: ExitLook, label: Laid | None) -> None:
        theme, spot = self._theme, self.port(exit.name)
        is_meant = self.is_current and exit.name == self.exit
        ink: Color = "danger" if exit.problem else "accent" if is_meant else "muted"
        if label is not None:
            x = self.width - PAD - label.width
            label.draw(painter, x, spot.y() - ROW / 2, theme.color(ink))
        filled = exit.joined or is_meant
        painter.setPen(QPen(theme.color(ink), 1.5))
        painter.setBrush(theme.color(ink if filled else "surface"))
        radius = PORT_RADIUS if is_meant or not exit.joined else PORT_RADIUS - 1
        painter.drawEllipse(spot, radius, radius)
