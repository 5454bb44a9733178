"""The template being sent: its name, category and words with the variables filled, and the fields to fill them."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from desktop.domain import templates
from desktop.domain.compose import variable_label
from desktop.domain.templates import Template
from desktop.ui.conversations import template_words
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Inset
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.templates.words import CATEGORY
from desktop.ui.theme import Theme


class TemplateCard(Inset):
    """`value_edited(variable, text)`, `dropped`, `send_requested` (Enter in a field)."""

    value_edited = Signal(str, str)
    dropped = Signal()
    send_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(name="compose_template", parent=parent)
        self._theme = theme
        self._template: Template | None = None
        self._values: dict[str, str] = {}
        self._fields: dict[str, QLineEdit] = {}
        self._opened = False
        self.body.setSpacing(5)
        top = QHBoxLayout()
        top.setSpacing(6)
        self.name = ElidedLabel("", "strong", name="compose_template_name")
        self.category = Badge(theme, "", name="compose_template_category")
        self.language = Badge(theme, "", BadgeKind.NEUTRAL, name="compose_template_language")
        self.edit = IconButton(theme, "pencil-simple", "Change the values", name="compose_template_edit")
        self.edit.setCheckable(True)
        self.edit.toggled.connect(self._open_fields)
        self.drop = IconButton(theme, "x", "Drop the template", name="compose_template_drop")
        self.drop.clicked.connect(self.dropped)
        for button in (self.edit, self.drop):
            button.setProperty("kind", "chip-cross")
            button.set_icon_px(14)
        for widget in (self.name, self.category, self.language):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(self.edit)
        top.addWidget(self.drop)
        self.body.addLayout(top)
        self.preview = Label("", wrap=True, rich=True, name="compose_template_preview")
        self.preview.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.preview.linkActivated.connect(self._go_to)
        self.body.addWidget(self.preview)
        self.buttons = Label("", "strong", color="accent", wrap=True, name="compose_template_buttons")
        self.body.addWidget(self.buttons)
        self.fields = QWidget()
        self._grid = QGridLayout(self.fields)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.body.addWidget(self.fields)
        theme.changed.connect(self._fill)

    def show_state(self, template: Template, values: Mapping[str, str]) -> None:
        """Show a template; the fields are made anew only when it is another one."""
        other = self._template is None or (self._template.id, self._template.revision) != (
            template.id,
            template.revision,
        )
        self._template, self._values = template, dict(values)
        self.name.setText(template.name)
        self.category.show_badge(*CATEGORY[template.effective_category])
        self.language.show_badge(template.language, BadgeKind.NEUTRAL)
        self.buttons.setText(" · ".join(button.text for button in template.buttons))
        self.buttons.setVisible(bool(template.buttons))
        if other:
            self._opened = bool(templates.missing(template, values))
            self._make_fields()
        self.edit.setVisible(bool(template.variables))
        self._fill()

    def focus_first_missing(self) -> None:
        """Lead the person to what is not filled yet."""
        missing = templates.missing(self._template, self._values) if self._template else ()
        if missing:
            self._go_to(missing[0])

    def _make_fields(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._fields = {}
        assert self._template is not None
        for number, name in enumerate(self._template.variables):
            words = variable_label(self._template, name)
            label = Label(words, "muted")
            field = named(QLineEdit(), f"compose_value_{name}", words)
            label.setBuddy(field)
            field.setText(self._values.get(name, ""))
            field.setPlaceholderText(template_words.hint(self._template, name))
            field.textEdited.connect(lambda text, name=name: self.value_edited.emit(name, text))
            field.returnPressed.connect(self.send_requested)
            self._grid.addWidget(label, number, 0)
            self._grid.addWidget(field, number, 1)
            label.show()  # at once, and not when the loop comes round: the focus goes there next
            field.show()
            self._fields[name] = field

    def _fill(self) -> None:
        if self._template is None:
            return
        tokens = self._theme.tokens
        html = template_words.preview_html(self._template, self._values, tokens.text, tokens.danger)
        self.preview.setText(html)
        missing = templates.missing(self._template, self._values)
        for name, field in self._fields.items():
            if field.text() != self._values.get(name, ""):
                field.setText(self._values.get(name, ""))
        opened = bool(self._fields) and (self._opened or bool(missing))
        self._opened = opened
        self.fields.setVisible(opened)
        self.edit.blockSignals(True)
        self.edit.setChecked(opened)
        self.edit.blockSignals(False)

    def _open_fields(self, opened: bool) -> None:
        self._opened = opened
        if not opened and any(field.hasFocus() for field in self._fields.values()):
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)  # or Qt would take it anywhere
        self._fill()
        if opened and self._fields:
            next(iter(self._fields.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to(self, name: str) -> None:
        self._opened = True
        self._fill()
        if name in self._fields:
            self._fields[name].setFocus(Qt.FocusReason.OtherFocusReason)
            self._fields[name].selectAll()
