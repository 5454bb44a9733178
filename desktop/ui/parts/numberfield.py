"""Fields for a number and for a date with a time."""

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QDateTimeEdit, QLineEdit, QSpinBox, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

PAD_PX = 9


def _pad(field: QAbstractSpinBox) -> None:
    # WORKAROUND for Qt 6.11: the padding a style sheet gives a spin box does not reach its text.
    edit = field.findChild(QLineEdit)
    assert edit is not None
    edit.setTextMargins(PAD_PX, 0, 0, 0)


class NumberField(QSpinBox):
    """A whole number from `low` to `high`; `suffix` is its unit (" / s")."""

    def __init__(
        self, theme: Theme, low: int, high: int, value: int, *, suffix: str = "", label: str = "", name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setRange(low, high)
        self.setValue(value)
        self.setSuffix(suffix)
        self.setGroupSeparatorShown(True)
        _pad(self)
        named(self, name, label)


class DateTimeField(QDateTimeEdit):
    """A date and time as people write it here; the zone is said beside it."""

    def __init__(
        self,
        theme: Theme,
        value: QDateTime,
        *,
        label: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(value, parent)
        # In a layout from right to left Qt turns the parts of a date around: 09:00 would read 00:09.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setDisplayFormat("ddd d MMM yyyy HH:mm")
        self.setCalendarPopup(True)
        _pad(self)
        named(self, name, label)
