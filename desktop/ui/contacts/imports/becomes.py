"""The field that says what a column becomes."""

from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from desktop.domain.filters import Attribute
from desktop.domain.importcolumns import Becomes
from desktop.ui.contacts.imports.country import country_name
from desktop.ui.contacts.imports.mapping import KINDS
from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Theme

PLAIN: Final = (
    (Becomes.NAME, "Name"),
    (Becomes.FIRST_NAME, "First name"),
    (Becomes.LAST_NAME, "Last name"),
    (Becomes.OPT_IN, "Marketing opt-in"),
    (Becomes.OPT_OUT, "Opt-out (yes means No)"),
    (Becomes.TAGS, "Tags"),
)
LEAST_PX = 150
_COUNTRY: Final = "country"
_NEW: Final = "new"


def phone_words(country: str) -> str:
    """How the phone column is read."""
    return f"Phone · default country {country_name(country)}" if country else "Phone · numbers with + only"


def attribute_words(name: str, kind: str) -> str:
    return f"Attribute: {name} ({kind})"


class Choice(QComboBox):
    """A list that drops down: its text ends in "…" where there is no room, and the wheel passes it by."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, name, label)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling past must not change anything."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class BecomesField(Choice):
    """`becomes_requested(becomes, attribute)`, `country_requested()`, `new_attribute_requested()`.

    A choice that needs another question first leaves the field as it was; show_becomes() moves it.
    """

    becomes_requested = Signal(object, str)
    country_requested = Signal()
    new_attribute_requested = Signal()

    def __init__(self, theme: Theme, name: str, heading: str) -> None:
        super().__init__(name, f"“{heading}” becomes")
        self._theme = theme
        self._shown: tuple[Becomes, str] = (Becomes.LEAVE_OUT, "")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(18)
        self.activated.connect(self._activated)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(LEAST_PX), super().minimumSizeHint().height())

    def offer(self, known: Iterable[Attribute], country: str) -> None:
        """The choices: as many as the workspace has attributes, and the country of bare numbers."""
        self.clear()
        self._entry(phone_words(country), (Becomes.PHONE, ""))
        self._entry("Phone · another default country…", _COUNTRY)
        for becomes, words in PLAIN:
            self._entry(words, (becomes, ""))
        self.insertSeparator(self.count())
        for one in known:
            self._entry(attribute_words(one.name, KINDS.get(one.kind, "text")), (Becomes.ATTRIBUTE, one.name))
        self._entry("New attribute…", _NEW)
        self.insertSeparator(self.count())
        self._entry("Leave out", (Becomes.LEAVE_OUT, ""))
        self.show_becomes(*self._shown)

    def show_becomes(self, becomes: Becomes, attribute: str = "") -> None:
        self._shown = (becomes, attribute)
        self.setCurrentIndex(self._place_of(self._shown))
        self.setToolTip(self.currentText())

    def show_problem(self, sentence: str) -> None:
        if bool(self.property("problem")) != bool(sentence):
            restyle(self, problem=bool(sentence))
        self.setAccessibleDescription(sentence)

    def choices(self) -> list[str]:
        """What can be chosen, for a person who reads the list."""
        return [self.itemText(at) for at in range(self.count()) if self.itemText(at)]

    def _entry(self, words: str, data: Any) -> None:
        self.addItem(words, data)

    def _place_of(self, wanted: tuple[Becomes, str]) -> int:
        return next(
            (at for at in range(self.count()) if self.itemData(at) == wanted), self.count() - 1
        )  # the last one is Leave out

    def _activated(self, at: int) -> None:
        data = self.itemData(at)
        self.show_becomes(*self._shown)
        if data == _COUNTRY:
            self.country_requested.emit()
        elif data == _NEW:
            self.new_attribute_requested.emit()
        elif isinstance(data, tuple) and data != self._shown:
            self.becomes_requested.emit(*data)
