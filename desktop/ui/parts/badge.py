"""Small pills that say a state in words, an icon and a colour; also painted by the delegates of lists and tables."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme


@dataclass(frozen=True, slots=True)
class _Look:
    ink: Color
    ground: Color
    edge: Color | None = None
    icon: str = ""


class BadgeKind(Enum):
    """What a badge says; the value is how it looks."""

    OUT = _Look("danger", "danger_bg", "danger_line", "prohibit")
    IN = _Look("accent", "accent_weak", None, "check")
    MARKETING = _Look("warn", "warn_bg", "warn_line")
    UTILITY = _Look("info", "info_bg")
    AUTHENTICATION = _Look("muted", "bg", "line", "key")
    NEUTRAL = _Look("muted", "bg", "line", "")
    INFO = _Look("info", "info_bg", None, "info")
    RUNNING = _Look("info", "info_bg", None, "play-fill")
    LIVE = _Look("accent", "accent_weak", None, "circle-fill")
    DONE = _Look("accent", "accent_weak", None, "check-circle")
    WARN = _Look("warn", "warn_bg", "warn_line", "warning-fill")
    DANGER = _Look("danger", "danger_bg", "danger_line", "warning-circle")
    PAUSED = _Look("warn", "warn_bg", "warn_line", "pause")
    DRAFT = _Look("muted", "bg", "line", "pencil-simple")
    SCHEDULED = _Look("muted", "bg", "line", "clock")
    BOT = _Look("info", "info_bg", None, "robot")

    @property
    def look(self) -> _Look:
        return self.value


PAD_PX = 8
GAP_PX = 4
FONT_PX = 11


def badge_size(theme: Theme, text: str, kind: BadgeKind, icon: str | None = None) -> QSize:
    """The room a badge takes, pixels."""
    metrics = QFontMetrics(theme.font(FONT_PX, 600))
    width_px = metrics.horizontalAdvance(text) + 2 * theme.px(PAD_PX)
    if kind.look.icon if icon is None else icon:
        width_px += theme.px(FONT_PX + 1) + (theme.px(GAP_PX) if text else 0)
    return QSize(width_px, metrics.height() + theme.px(4) + 2)


def paint_badge(
    painter: QPainter, theme: Theme, rect: QRect, text: str, kind: BadgeKind, icon: str | None = None,
    *, mirrored: bool = False, selected: bool = False,
) -> None:  # fmt: skip
    """Fill `rect` (of badge_size) with a badge. `icon` None takes the kind's, "" none.

    selected: it stands in a selected row, whose ground is that of some badges; these take another.
    """
    look = kind.look
    shown_icon = look.icon if icon is None else icon
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(QPen(theme.color(look.edge), 1) if look.edge else Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("surface" if selected and look.ground == "accent_weak" else look.ground))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    inner = rect.adjusted(theme.px(PAD_PX), 0, -theme.px(PAD_PX), 0)
    if shown_icon:
        side_px = theme.px(FONT_PX + 1)
        left_px = inner.right() - side_px + 1 if mirrored else inner.left()
        spot = QRect(left_px, inner.center().y() - side_px // 2 + 1, side_px, side_px)
        theme.icon(shown_icon, look.ink).paint(painter, spot)
        step_px = side_px + theme.px(GAP_PX)
        inner = inner.adjusted(0, 0, -step_px, 0) if mirrored else inner.adjusted(step_px, 0, 0, 0)
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    painter.setFont(theme.font(FONT_PX, 600))
    painter.setPen(theme.color(look.ink))
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
    painter.restore()


class Badge(QWidget):
    """A pill with a text; `icon` None takes the kind's own, "" shows none."""

    def __init__(
        self, theme: Theme, text: str, kind: BadgeKind = BadgeKind.NEUTRAL, *, icon: str | None = None,
        name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme = theme
        self._text, self._kind, self._icon = text, kind, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, name, text)

    def text(self) -> str:
        return self._text

    def kind(self) -> BadgeKind:
        return self._kind

    def show_badge(self, text: str, kind: BadgeKind, icon: str | None = None) -> None:
        self._text, self._kind, self._icon = text, kind, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return badge_size(self._theme, self._text, self._kind, self._icon)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        mirrored = self.isRightToLeft()
        paint_badge(painter, self._theme, self.rect(), self._text, self._kind, self._icon, mirrored=mirrored)


def count_size(theme: Theme, count: int) -> QSize:
    metrics = QFontMetrics(theme.font(FONT_PX, 700))
    height_px = metrics.height() + theme.px(4)
    return QSize(max(height_px, metrics.horizontalAdvance(f"{count:,}") + theme.px(12)), height_px)


def paint_count(painter: QPainter, theme: Theme, rect: QRect, count: int) -> None:
    """The filled pill with the number of unread things; `rect` of count_size."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent"))
    painter.drawRoundedRect(QRectF(rect), rect.height() / 2, rect.height() / 2)
    painter.setFont(theme.font(FONT_PX, 700))
    painter.setPen(theme.color("onaccent"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
    painter.restore()
