"""The order in which Tab goes through what is laid out."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def in_order(layout: QLayout) -> list[QWidget]:
    """Everything in a layout that takes the keyboard, in the order in which it is read."""
    found: list[QWidget] = []
    for at in range(layout.count()):
        item = layout.itemAt(at)
        inner = item.layout() if item is not None else None
        widget = item.widget() if item is not None else None
        if inner is not None:
            found += in_order(inner)
        elif widget is not None:
            found += takers(widget)
    return found


def takers(widget: QWidget) -> list[QWidget]:
    """The widget itself where it takes the keyboard, else what does inside it."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        return [widget]
    layout = widget.layout()
    inner = in_order(layout) if layout is not None else []
    # One that stands for a control inside it has to come before that: left behind, Tab would go round in the panel.
    return [widget, *inner] if inner and widget.focusProxy() is not None else inner
