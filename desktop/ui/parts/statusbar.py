"""The thin line at the foot of the window: what runs, when it last heard, and whether this is the sandbox."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.glyph import Dot
from desktop.ui.parts.label import ElidedLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

LEAST_PX = 160
"""A segment that needs more gives way to the others, down to this."""


class _Text(ElidedLabel):
    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__("", "muted", name=name)
        self._theme = theme

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(self.sizeHint().width(), self._theme.px(LEAST_PX)), hint.height())


class _Segment(QWidget):
    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.dot = Dot(theme, "muted", 8)
        self.text = _Text(theme, f"{name}-text")
        row.addWidget(self.dot, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        self.setObjectName(name)


class StatusBar(QFrame):
    """Segments by key, in the order they were first shown."""

    def __init__(self, theme: Theme, *, name: str = "status", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self._segments: dict[str, _Segment] = {}
        self.setProperty("kind", "status")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(16)
        self.sandbox = Badge(theme, "SANDBOX", BadgeKind.WARN, icon="flask", name=f"{name}-sandbox")
        self.sandbox.setAccessibleDescription("Nothing leaves this computer")
        self.sandbox.hide()
        self._row = row
        row.addWidget(self.sandbox)
        row.addStretch(1)
        named(self, name, "Status")
        theme.changed.connect(self._rescale)
        self._rescale()

    def show_segment(self, key: str, text: str, color: Color = "muted", *, tooltip: str = "") -> None:
        """Show or change a segment; an empty text takes it away."""
        segment = self._segments.get(key)
        if segment is None:
            segment = self._segments[key] = _Segment(self._theme, f"{self._name}-{key}")
            self._row.insertWidget(self._row.count() - 1, segment)
        segment.text.setText(text)
        segment.dot.set_color(color)
        segment.setToolTip(tooltip)
        segment.setVisible(bool(text))
        segment.setAccessibleName(text)

    def show_sandbox(self, shown: bool) -> None:
        self.sandbox.setVisible(shown)

    def _rescale(self) -> None:
        self.setFixedHeight(max(24, self._theme.px(24)))
