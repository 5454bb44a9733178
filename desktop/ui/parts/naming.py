"""The name a widget has for us (objectName) and for a screen reader."""

from typing import TypeVar

from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)


def named(widget: W, name: str, label: str = "", description: str = "") -> W:
    """Set objectName, accessible name and description (empty ones are left alone) and return the widget."""
    if name:
        widget.setObjectName(name)
    if label:
        widget.setAccessibleName(label)
    if description:
        widget.setAccessibleDescription(description)
    return widget


def restyle(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties and let the style sheet look at the widget (and its children) again, if any changed."""
    if properties and all(widget.property(key) == value for key, value in properties.items()):
        return
    for key, value in properties.items():
        widget.setProperty(key, value)
    for each in (widget, *widget.findChildren(QWidget)):
        each.style().unpolish(each)
        each.style().polish(each)
    widget.update()
