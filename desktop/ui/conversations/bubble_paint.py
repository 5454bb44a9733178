"""Paints a bubble by its plan: quote, picture or label, text, buttons, notes, the line with the time, reactions."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from desktop.domain.messages import Status
from desktop.ui.conversations.bubble_media import Carried
from desktop.ui.conversations.bubble_plan import (
    BUTTON_LINE_PX,
    LABEL_PX,
    QUOTE_BAR_PX,
    REACTION_PX,
    WHY,
    Plan,
    Planner,
)
from desktop.ui.conversations.bubble_side import (
    ICON_PX,
    META_LINE_PX,
    META_PX,
    NOTE_PX,
    PAD_X_PX,
    RADIUS_PX,
    Side,
    isolated,
)
from desktop.ui.conversations.entries import BubbleEntry, Note, QuoteLine
from desktop.ui.conversations.thread_files import FileState, ThreadFiles
from desktop.ui.parts.button import paint_ring
from desktop.ui.theme import Theme

_WRAPPED = Qt.TextFlag.TextWordWrap
_VCENTER = Qt.AlignmentFlag.AlignVCenter


class BubblePaint(Side):
    """`files` knows the pictures, as far as they have come."""

    def __init__(self, theme: Theme, view: QWidget, planner: Planner, files: ThreadFiles) -> None:
        super().__init__(theme, view)
        self._planner, self._files = planner, files

    def paint(self, painter: QPainter, row: QRect, entry: BubbleEntry, *, ringed: bool, marked: bool) -> None:
        """marked: it was jumped to a moment ago."""
        plan, box = self._planner.plan(entry), self._planner.box(entry, row)
        self._paint_box(painter, box, entry)
        if ringed or marked:
            paint_ring(painter, self.theme, QRectF(box), RADIUS_PX)
        inner = self._planner.inner(box)
        if plan.quote is not None and entry.quote is not None:
            self._paint_quote(painter, plan.quote.translated(0, box.top()), inner, entry.quote)
        if entry.carried is not None:
            if plan.picture is not None:
                self._paint_picture(painter, self.picture_rect(plan, box), entry)
            else:
                self._paint_carried(painter, inner, box.top(), plan, entry.carried, entry)
        if plan.text is not None:
            left_px = inner.right() + 1 - round(plan.text.size.width()) if self.mirrored else inner.left()
            at = QPointF(left_px, box.top() + plan.text_top_px)
            plan.text.paint(painter, at, self.theme.color("text"), self.theme.color("accent"))
        self._paint_buttons(painter, inner, box.top() + plan.buttons_top_px, entry.buttons)
        for note, top_px, title_px, text_px in plan.notes:
            self._paint_note(painter, inner, box.top() + top_px, note, title_px, text_px)
        self._paint_meta(painter, inner, box.top() + plan.meta_top_px, entry)
        if entry.reactions:
            self._paint_reactions(painter, box, entry)

    def picture_rect(self, plan: Plan, box: QRect) -> QRect:
        assert plan.picture is not None
        inner = self._planner.inner(box)
        left_px = inner.right() + 1 - plan.picture.width() if self.mirrored else inner.left()
        return QRect(left_px, box.top() + plan.picture.top(), plan.picture.width(), plan.picture.height())

    def _paint_box(self, painter: QPainter, box: QRect, entry: BubbleEntry) -> None:
        theme = self.theme
        outgoing = entry.message.outgoing
        came_to_nothing = outgoing and entry.stayed_here
        refused = came_to_nothing and entry.message.status is not Status.CANCELLED
        edge = QPen(theme.color("danger" if refused else "line"), 1)
        painter.setPen(edge if came_to_nothing or not outgoing else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bubble_out" if outgoing and not came_to_nothing else "bubble_in"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)

    def _paint_quote(self, painter: QPainter, place: QRect, inner: QRect, quote: QuoteLine) -> None:
        px, theme = self.theme.px, self.theme
        line = QRect(inner.left(), place.top(), inner.width(), place.height())
        ground = theme.color("muted")
        ground.setAlphaF(0.10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(line), 6, 6)
        bar_px = px(QUOTE_BAR_PX)
        left_px = line.right() + 1 - bar_px if self.mirrored else line.left()
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(QRectF(left_px, line.top(), bar_px, line.height()), 1.5, 1.5)
        edge_px = px(8)
        words = line.adjusted(edge_px, px(5), -edge_px - bar_px, 0)
        if not self.mirrored:
            words.translate(bar_px, 0)
        self._line(painter, words, quote.author_name, 600, "accent")
        bold_px = QFontMetrics(theme.font(NOTE_PX, 600)).height()
        self._line(painter, words.adjusted(0, bold_px, 0, 0), quote.text, 400, "text")

    def _line(self, painter: QPainter, place: QRect, text: str, weight: int, color: str) -> None:
        """One line of small letters, shortened where it is too long."""
        painter.setFont(self.theme.font(NOTE_PX, weight))
        painter.setPen(self.theme.color(color))  # type: ignore[arg-type]  # an unknown name raises
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, self.leading | Qt.AlignmentFlag.AlignTop, isolated(shown))

    def _paint_picture(self, painter: QPainter, place: QRect, entry: BubbleEntry) -> None:
        state = self._files.state(entry)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), 8, 8)
        if state.image is not None:
            painter.save()
            painter.setClipPath(shape)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(place), state.image, _filling(state.image, place))
            painter.restore()
            return
        ground = self.theme.color("muted")
        ground.setAlphaF(0.12)
        painter.fillPath(shape, ground)
        self._paint_waiting(painter, place, entry, state)

    def _paint_waiting(self, painter: QPainter, place: QRect, entry: BubbleEntry, state: FileState) -> None:
        """What stands where the picture will be: its sign, and what to do about it."""
        assert entry.carried is not None
        px, theme = self.theme.px, self.theme
        side_px = px(26)
        spot = QRect(0, 0, side_px, side_px)
        spot.moveCenter(place.center() - QPoint(0, px(22)))
        theme.icon(entry.carried.icon, "muted").paint(painter, spot)
        below = QRect(place.left() + px(8), spot.bottom() + px(6), place.width() - 2 * px(8), px(80))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | _WRAPPED
        painter.setFont(theme.font(NOTE_PX))
        painter.setPen(theme.color("text"))
        words = state.words or entry.carried.label
        used = painter.boundingRect(below, flags, words)
        painter.drawText(below, flags, words)
        if state.action:
            painter.setFont(theme.font(NOTE_PX, 600))
            painter.setPen(theme.color("accent"))
            painter.drawText(below.adjusted(0, used.height() + px(2), 0, 0), flags, state.action)

    def _paint_carried(
        self, painter: QPainter, inner: QRect, top_px: int, plan: Plan, carried: Carried, entry: BubbleEntry
    ) -> None:
        px, theme = self.theme.px, self.theme
        line = QRect(inner.left(), top_px + plan.label_top_px, inner.width(), px(20))
        spot, words = self.split(line, px(LABEL_PX), px(6))
        theme.icon(carried.icon, "muted").paint(painter, spot)
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("text"))
        shown = painter.fontMetrics().elidedText(carried.label, Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words, self.leading | _VCENTER, isolated(shown))
        state = self._files.state(entry) if carried.file is not None else FileState()
        painter.setFont(theme.font(NOTE_PX))
        painter.setPen(theme.color("muted"))
        for number, (text, top, high) in enumerate(plan.details):
            told = f"{text} · {state.words}" if state.words and number == 0 else text
            place = QRect(inner.left(), top_px + top, inner.width(), high)
            painter.drawText(place, _WRAPPED | self.leading | Qt.AlignmentFlag.AlignTop, isolated(told))
        if carried.action:
            place = QRect(inner.left(), top_px + plan.action_top_px, inner.width(), px(24))
            self._line(painter, place, carried.action, 600, "accent")

    def _paint_buttons(self, painter: QPainter, inner: QRect, top_px: int, buttons: tuple[str, ...]) -> None:
        px = self.theme.px
        for number, title in enumerate(buttons):
            line = QRect(
                inner.left(), top_px + number * px(BUTTON_LINE_PX), inner.width(), px(BUTTON_LINE_PX)
            )
            edge = self.theme.color("muted")
            edge.setAlphaF(0.25)
            painter.setPen(QPen(edge, 1))
            painter.drawLine(line.left(), line.top() + 2, line.right(), line.top() + 2)
            painter.setFont(self.theme.font(13, 600))
            painter.setPen(self.theme.color("accent"))
            shown = QFontMetrics(painter.font()).elidedText(title, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_note(
        self, painter: QPainter, inner: QRect, top_px: int, note: Note, title_px: int, text_px: int
    ) -> None:
        px = self.theme.px
        line = QRect(inner.left(), top_px, inner.width(), title_px + text_px)
        spot, words = self.split(line, px(ICON_PX), px(6))
        spot.moveTop(top_px + px(1))
        spot.setHeight(px(ICON_PX))
        self.theme.icon(note.icon, note.color).paint(painter, spot)
        flags = _WRAPPED | self.leading | Qt.AlignmentFlag.AlignTop
        painter.setPen(self.theme.color(note.color))
        painter.setFont(self.theme.font(NOTE_PX, 600))
        painter.drawText(QRect(words.left(), top_px, words.width(), title_px), flags, note.title)
        if note.text:
            painter.setFont(self.theme.font(NOTE_PX))
            painter.setPen(self.theme.color("text"))
            painter.drawText(QRect(words.left(), top_px + title_px, words.width(), text_px), flags, note.text)

    def _paint_meta(self, painter: QPainter, inner: QRect, top_px: int, entry: BubbleEntry) -> None:
        px = self.theme.px
        font = self.theme.font(META_PX)
        height_px = max(px(META_LINE_PX), QFontMetrics(font).height())
        line = QRect(inner.left(), top_px, inner.width(), height_px)
        if entry.tick:
            side_px = px(ICON_PX)
            left_px = line.left() if self.mirrored else line.right() + 1 - side_px
            spot = QRect(left_px, line.center().y() - side_px // 2, side_px, side_px)
            self.theme.icon(entry.tick, entry.tick_color).paint(painter, spot)
            step_px = side_px + px(4)
            line = line.adjusted(step_px, 0, 0, 0) if self.mirrored else line.adjusted(0, 0, -step_px, 0)
        if entry.asks_why:
            painter.setFont(self.theme.font(META_PX, 600))
            painter.setPen(self.theme.color("accent"))
            spot = self._planner.why_rect(inner, top_px)
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, WHY)
            why_px = spot.width() + px(8)
            line = line.adjusted(0, 0, -why_px, 0) if self.mirrored else line.adjusted(why_px, 0, 0, 0)
        painter.setFont(font)
        painter.setPen(self.theme.color("muted"))
        side = Qt.AlignmentFlag.AlignLeft if self.mirrored else Qt.AlignmentFlag.AlignRight
        shown = QFontMetrics(font).elidedText(entry.meta, Qt.TextElideMode.ElideMiddle, line.width())
        absolute = Qt.AlignmentFlag.AlignAbsolute  # the painter would mirror it once more
        painter.drawText(line, side | absolute | _VCENTER, shown)

    def _paint_reactions(self, painter: QPainter, box: QRect, entry: BubbleEntry) -> None:
        """A badge that hangs over the lower edge, at the side away from the time."""
        px, theme = self.theme.px, self.theme
        text = " ".join(entry.reactions)
        font = theme.font(13)
        high_px = px(REACTION_PX)
        wide_px = max(high_px + px(4), QFontMetrics(font).horizontalAdvance(text) + px(14))
        left_px = box.right() - px(PAD_X_PX) - wide_px if self.mirrored else box.left() + px(PAD_X_PX)
        badge = QRect(left_px, box.bottom() - high_px // 2 + 1, wide_px, high_px)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(badge).adjusted(0.5, 0.5, -0.5, -0.5), high_px / 2, high_px / 2)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def _filling(image: QImage, place: QRect) -> QRectF:
    """The middle part of a picture that has the shape of its place."""
    wide, high = float(image.width()), float(image.height())
    wanted = place.width() / place.height()
    if wide / high > wanted:
        part = high * wanted
        return QRectF((wide - part) / 2, 0, part, high)
    part = wide / wanted
    return QRectF(0, (high - part) / 2, wide, part)
