"""Try a message: what the API would make of one, said and not sent."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout

from desktop.domain.templates import Template, TemplateStatus
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Card, Inset
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.try_words import curl_of
from desktop.ui.templates.words import CATEGORY
from desktop.ui.theme import Color, Theme

LONGEST_PHONE: Final = 40
A_TEXT: Final = "A text, inside the reply window"


class TryCard(Card):
    """`try_requested(phone, template or None)` by the button or Enter."""

    try_requested = Signal(str, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="try_card")
        self.setAccessibleName("Try a message")
        self._address = ""
        self._templates: tuple[Template, ...] = ()
        head = QVBoxLayout()
        head.setSpacing(4)
        head.addWidget(Label("Try a message", "title"))
        head.addWidget(
            Label("Says what would happen, sends nothing.", "muted", wrap=True, name="try_sentence")
        )
        self.body.addLayout(head)
        self.phone = named(QLineEdit(), "try_phone")
        self.phone.setMaxLength(LONGEST_PHONE)
        self.phone.setPlaceholderText("+1 604 555 0142")
        self.what = named(QComboBox(), "try_template")
        self.what.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.ask = Button(theme, "Try it", icon="play", name="try_do")
        self._phone_row = FormRow("Phone, with its country code", self.phone, name="row_try_phone")
        self._what_row = FormRow("Message", self.what, name="row_try_template")
        fields = QHBoxLayout()
        fields.setSpacing(12)
        fields.addWidget(self._phone_row, 2)
        fields.addWidget(self._what_row, 3)
        button = QVBoxLayout()
        button.setSpacing(4)
        button.addWidget(Label(" ", "strong"))  # beside the fields, below their words
        button.addWidget(self.ask)
        button.addStretch(1)
        fields.addLayout(button)
        fields.setAlignment(self._phone_row, Qt.AlignmentFlag.AlignTop)
        fields.setAlignment(self._what_row, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(fields)
        self.body.addWidget(self._code(theme))
        self.show_templates(())
        self.phone.textChanged.connect(self._changed)
        self.what.currentIndexChanged.connect(self._changed)
        self.phone.returnPressed.connect(self._ask)
        self.ask.clicked.connect(self._ask)

    def show_address(self, address: str) -> None:
        """Where the API answers; "" if not from this window."""
        self._address = address
        self._show_call()

    def show_templates(self, templates: Sequence[Template]) -> None:
        """What can be chosen; a choice stays if it is still there."""
        usable = sorted(
            (one for one in templates if one.status is not TemplateStatus.GONE),
            key=lambda one: (not one.is_marketing, one.name, one.language),
        )
        chosen = self._chosen()
        first = not self._templates
        self._templates = tuple(usable)
        with QSignalBlocker(self.what):
            self.what.clear()
            names = [one.name for one in usable]
            for one in usable:
                language = f", {one.language}" if names.count(one.name) > 1 else ""
                self.what.addItem(f"{one.name} · {CATEGORY[one.effective_category][0]}{language}", one.id)
            self.what.addItem(A_TEXT, None)
            wanted = usable[0].id if first and usable else chosen.id if chosen else None
            at = self.what.findData(wanted)
            self.what.setCurrentIndex(at if at >= 0 else self.what.count() - 1)
        self._show_call()

    def show_answer(self, text: str, color: Color) -> None:
        """What would become of it."""
        self.answer.setText(text)
        self.answer.set_color(color)
        self.answer.setVisible(bool(text))

    def show_problem(self, sentence: str) -> None:
        """What is wrong with the number."""
        self._phone_row.show_problem(sentence)
        self.show_answer("", "danger")
        self.phone.setFocus()

    def _code(self, theme: Theme) -> Inset:
        code = Inset(kind="code", name="try_code")
        code.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as it is typed, wherever reading begins
        self.call = Label("", "mono", wrap=True, selectable=True, name="try_call")
        self.copy = IconButton(theme, "copy", "Copy the call", name="try_copy")
        self.copy.clicked.connect(self._copy)
        self.answer = Label("", "mono", wrap=True, selectable=True, name="try_answer")
        for label in (self.call, self.answer):
            label.setMinimumHeight(1)  # else it asks for the lines that a narrow page would need
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.call, 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        code.body.addLayout(row)
        code.body.addWidget(self.answer)
        self.answer.hide()
        return code

    def _chosen(self) -> Template | None:
        return next((one for one in self._templates if one.id == self.what.currentData()), None)

    def _changed(self) -> None:
        self._phone_row.show_problem("")
        self.show_answer("", "danger")
        self._show_call()

    def _show_call(self) -> None:
        self.call.setText(curl_of(self._address, self.phone.text(), self._chosen()))
        self.copy.setToolTip("Copy the call")

    def _ask(self) -> None:
        self.try_requested.emit(self.phone.text(), self._chosen())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.call.text())
        self.copy.setToolTip("Copied")
