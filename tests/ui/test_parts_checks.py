"""The checks of the looks see what they are for."""

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.theme import Theme
from tests.looks.checks import (
    clipped_texts,
    contrast,
    differs,
    named_widget,
    overlaps,
    unnamed_controls,
    wrong_tokens,
)

LONG = "Send message to contacts who opted-in for marketing"


def narrow(kind: str) -> QWidget:
    made: dict[str, QWidget] = {
        "label": Label(LONG), "rich": Label(f"<b>{LONG}</b>", rich=True), "button": QPushButton(LONG),
        "combo": QComboBox(), "field": QLineEdit(),
    }  # fmt: skip
    widget = made[kind]
    if isinstance(widget, QComboBox):
        widget.addItem(LONG)
    if isinstance(widget, QLineEdit):
        widget.setPlaceholderText(LONG)
    widget.setFixedWidth(90)
    return widget


@pytest.mark.parametrize("kind", ["label", "rich", "button", "combo", "field"])
def test_a_text_without_room_is_found(theme: Theme, window: QWidget, kind: str) -> None:
    QVBoxLayout(window).addWidget(narrow(kind))
    QApplication.processEvents()
    assert len(clipped_texts(window)) == 1


def test_too_few_lines_are_found_and_ellipses_are_meant(theme: Theme, window: QWidget) -> None:
    wrapped, elided = Label(LONG, wrap=True), ElidedLabel(LONG)
    wrapped.setFixedSize(120, 20)
    elided.setFixedWidth(60)
    column = QVBoxLayout(window)
    column.addWidget(wrapped)
    column.addWidget(elided)
    QApplication.processEvents()
    found = clipped_texts(window)
    assert len(found) == 1
    assert "px high" in found[0]


def test_a_widget_beyond_its_parent_is_found(theme: Theme, window: QWidget) -> None:
    label = Label("hello", name="hello", parent=window)
    label.move(window.width() - 10, 5)
    label.show()
    assert clipped_texts(window) == ["hello “hello” reaches outside its parent"]


def test_widgets_over_each_other_are_found(theme: Theme, window: QWidget) -> None:
    first, second = Label("one", name="one"), Label("two", name="two")
    row = QHBoxLayout(window)
    row.addWidget(first)
    row.addWidget(second)
    QApplication.processEvents()
    assert overlaps(window) == []
    second.setGeometry(first.geometry())
    assert overlaps(window) == ["one “one” lies over two “two”"]


def test_controls_without_names_are_found(theme: Theme, window: QWidget) -> None:
    QVBoxLayout(window).addWidget(QLineEdit())
    QApplication.processEvents()
    assert len(unnamed_controls(window)) == 2


def test_wrong_colours_are_found(theme: Theme, window: QWidget) -> None:
    assert wrong_tokens(window, theme, {("window", 5, 5): "bg"}) == []
    assert len(wrong_tokens(window, theme, {("window", 5, 5): "surface"})) == 1
    with pytest.raises(LookupError):
        named_widget(window, "nobody")


def test_contrast_and_difference() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)
    first = QImage(10, 10, QImage.Format.Format_RGB32)
    first.fill(0xFF000000)
    second = first.copy()
    assert differs(first, second) == 0
    second.setPixel(3, 3, 0xFFFFFFFF)
    assert differs(first, second) == pytest.approx(0.01)
    assert differs(first, QImage(5, 5, QImage.Format.Format_RGB32)) == 1
