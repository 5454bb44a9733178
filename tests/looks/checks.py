"""What can be asked of a window by looking at it: is a text cut off, which colour is where, did something change."""

from collections.abc import Iterable, Iterator, Mapping

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QHeaderView,
    QLabel,
    QLayout,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QWidget,
)

from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import ElidedLabel
from desktop.ui.parts.toasts import Toast
from desktop.ui.theme import Color, Theme

SLACK_PX = 1  # sizes are whole pixels, text is not


def clipped_texts(window: QWidget) -> list[str]:
    """A sentence for each text that does not fit its widget, or whose widget does not fit its parents.

    ElidedLabel may cut its text: that is what it is for. What is scrolled out of a viewport is not cut.
    """
    found = []
    for widget in _visible(window):
        reason = _too_small(widget)
        if not reason and _has_text(widget) and _outside(widget, window):
            reason = "reaches outside its parent"
        if reason:
            found.append(f"{_called(widget)} {reason}")
    return found


def overlaps(window: QWidget) -> list[str]:
    """A sentence for each two widgets of one layout that lie over each other."""
    found = []
    for parent in [window, *_visible(window)]:
        layout = parent.layout()
        if layout is None:
            continue
        placed = [widget for widget in _in_layout(layout) if widget.isVisible()]
        for position, first in enumerate(placed):
            for second in placed[position + 1 :]:
                both = first.geometry() & second.geometry()
                if both.width() > SLACK_PX and both.height() > SLACK_PX:
                    found.append(f"{_called(first)} lies over {_called(second)}")
    return found


def unnamed_controls(window: QWidget) -> list[str]:
    """A sentence for each control a person can reach that has no objectName or no accessible name."""
    found = []
    for widget in _visible(window):
        if not isinstance(widget, QAbstractButton | QLineEdit | QComboBox):
            continue
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.objectName().startswith("qt_"):
            continue
        if not widget.objectName():
            found.append(f"{_called(widget)} has no objectName")
        said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if not said:
            found.append(f"{_called(widget)} has no accessible name")
    return found


def named_widget(window: QWidget, name: str) -> QWidget:
    """The visible widget with this objectName. Raises LookupError."""
    for widget in [window, *_visible(window)]:
        if widget.objectName() == name:
            return widget
    raise LookupError(f"no visible widget is called {name}")


def pixel(window: QWidget, name: str, dx: int, dy: int) -> QColor:
    """The colour `dx`, `dy` pixels from a named widget's upper left corner; negative from the lower right."""
    widget = named_widget(window, name)
    spot = QPoint(dx if dx >= 0 else widget.width() + dx, dy if dy >= 0 else widget.height() + dy)
    at = widget.mapTo(window, spot) if widget is not window else spot
    return window.grab(QRect(at, at)).toImage().pixelColor(0, 0)


def wrong_tokens(window: QWidget, theme: Theme, places: Mapping[tuple[str, int, int], Color]) -> list[str]:
    """A sentence for each place (name, dx, dy) whose colour is not that of its token."""
    found = []
    for (name, dx, dy), token in places.items():
        seen = pixel(window, name, dx, dy)
        if seen.rgb() != theme.color(token).rgb():
            found.append(f"{name} at {dx}, {dy} is {seen.name()}, not {token} {theme.color(token).name()}")
    return found


def widths(window: QWidget, names: Iterable[str]) -> dict[str, int]:
    """The width in pixels of each named widget."""
    return {name: named_widget(window, name).width() for name in names}


def contrast(first: QColor | str, second: QColor | str) -> float:
    """1 to 21, WCAG 2.1 "contrast ratio"."""
    lighter, darker = sorted((_luminance(QColor(first)), _luminance(QColor(second))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def differs(first: QImage, second: QImage) -> float:
    """The share of pixels that are not the same, 0 to 1; pictures of different size differ wholly."""
    if first.size() != second.size():
        return 1.0
    size = first.size()
    a, b = (image.convertToFormat(QImage.Format.Format_RGB32) for image in (first, second))
    left, right = bytes(a.constBits()), bytes(b.constBits())
    if left == right:
        return 0.0
    pixels = size.width() * size.height()
    return sum(left[at : at + 4] != right[at : at + 4] for at in range(0, pixels * 4, 4)) / pixels


def _luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def _visible(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.window() is window.window():
            yield widget


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for position in range(layout.count()):
        item = layout.itemAt(position)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _in_layout(inner)


def _called(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    words = text() if callable(text) else ""
    name = widget.objectName() or type(widget).__name__
    return f"{name} “{words}”" if isinstance(words, str) and words else name


def _has_text(widget: QWidget) -> bool:
    return isinstance(widget, QLabel | QAbstractButton | QLineEdit | QComboBox | Badge)


def _too_small(widget: QWidget) -> str:
    if isinstance(widget, ElidedLabel):
        return "is too low for its line" if widget.height() + SLACK_PX < widget.fontMetrics().height() else ""
    if isinstance(widget, QLabel):
        return _small_label(widget)
    if isinstance(widget, QLineEdit):
        return _small_field(widget)
    if isinstance(widget, QComboBox):
        return _small_combo(widget)
    if isinstance(widget, QHeaderView):
        return _small_header(widget)
    if isinstance(widget, QAbstractButton | Badge):
        hint = widget.sizeHint()
        if hint.width() > widget.width() + SLACK_PX or hint.height() > widget.height() + SLACK_PX:
            return f"is {widget.width()} × {widget.height()}, needs {hint.width()} × {hint.height()}"
    return ""


def _small_label(label: QLabel) -> str:
    shown = QLabel.text(label)
    if not shown:
        return ""
    room = label.contentsRect()
    if label.textFormat() == Qt.TextFormat.RichText:
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(label.font())
        document.setHtml(shown)
        if label.wordWrap():
            document.setTextWidth(room.width())
        width_px, height_px = document.idealWidth(), document.size().height()
    else:
        flags = Qt.TextFlag.TextWordWrap if label.wordWrap() else Qt.TextFlag(0)
        box = QFontMetrics(label.font()).boundingRect(QRect(0, 0, room.width(), 1 << 20), int(flags), shown)
        width_px, height_px = box.width(), box.height()
    if width_px > room.width() + SLACK_PX:
        return f"is {room.width()} px wide, its text {width_px:.0f}"
    if height_px > room.height() + SLACK_PX:
        return f"is {room.height()} px high, its text {height_px:.0f}"
    return ""


def _small_field(field: QLineEdit) -> str:
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    room = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field)
    room = room.marginsRemoved(field.textMargins())
    metrics = field.fontMetrics()
    needed_px = metrics.horizontalAdvance(field.placeholderText()) if not field.text() else 0
    if needed_px > room.width() + SLACK_PX:
        return f"is {room.width()} px wide, its placeholder “{field.placeholderText()}” {needed_px}"
    return "is too low for its line" if metrics.height() > field.height() + SLACK_PX else ""


def _small_combo(combo: QComboBox) -> str:
    if combo.toolTip() == combo.currentText():  # it ends in an ellipsis, and the whole is said there
        return ""
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    room = combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, combo)
    needed_px = combo.fontMetrics().horizontalAdvance(combo.currentText())
    return f"is {room.width()} px wide, its choice {needed_px}" if needed_px > room.width() + SLACK_PX else ""


def _small_header(header: QHeaderView) -> str:
    if header.orientation() != Qt.Orientation.Horizontal:
        return ""
    for section in range(header.count()):
        title = str(header.model().headerData(section, header.orientation()) or "")
        needed_px = header.fontMetrics().horizontalAdvance(title)
        if not header.isSectionHidden(section) and needed_px > header.sectionSize(section):
            return f"gives “{title}” {header.sectionSize(section)} of {needed_px} px"
    return ""


def _outside(widget: QWidget, window: QWidget) -> bool:
    child, parent = widget, widget.parentWidget()
    while parent is not None and child is not window:
        area = parent.parentWidget()
        if isinstance(area, QAbstractScrollArea) and area.viewport() is parent:
            return False
        if isinstance(parent, QAbstractScrollArea) or isinstance(child, Toast):
            return False
        place = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
        if not parent.rect().adjusted(-SLACK_PX, -SLACK_PX, SLACK_PX, SLACK_PX).contains(place):
            return True
        child, parent = parent, parent.parentWidget()
    return False
