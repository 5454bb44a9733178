"""The template of a step: the one that is chosen, or all of them to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.template_notices import not_sendable
from desktop.domain.templates import Template
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Column
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import Table
from desktop.ui.templates.choice import ChoiceRows, category_cell, has_words, name_cell, reason_cell
from desktop.ui.templates.words import CATEGORY
from desktop.ui.theme import Theme

TABLE_PX = 236


class TemplatePicker(QWidget):
    """`template_chosen(Template)` by a click, Enter, or the arrow keys and Enter."""

    template_chosen = Signal(object)

    def __init__(self, theme: Theme, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._every: Sequence[Template] = ()
        self._chosen: Template | None = None
        self.search = SearchField(theme, "Name or text", name=f"{name}_search")
        self.search.search_requested.connect(lambda _: self._fill())
        columns: list[Column[Template]] = [
            Column("Name", name_cell),
            Column("Category", category_cell, 132),
            Column("Language", lambda one: one.language, 76),
            Column("", reason_cell),
        ]
        self.rows = ChoiceRows(columns)
        self.table = Table(theme, self.rows, label="Templates", name=f"{name}_table")
        self.table.setFixedHeight(theme.px(TABLE_PX))
        self.table.clicked.connect(lambda _: self._take())
        self.table.activated.connect(lambda _: self._take())
        self.none_found = Label("", "soft", wrap=True, name=f"{name}_none")
        self._choose = QWidget()
        choose = QVBoxLayout(self._choose)
        choose.setContentsMargins(0, 0, 0, 0)
        choose.setSpacing(8)
        for widget in (self.search, self.none_found, self.table):
            choose.addWidget(widget)
        self.title = ElidedLabel("", "title", name=f"{name}_name")
        self.badge = Badge(theme, "", name=f"{name}_category")
        self.language = Badge(theme, "", BadgeKind.NEUTRAL, name=f"{name}_language")
        self.change = Button(theme, "Change", "link", name=f"{name}_change")
        self.change.setToolTip("Choose another template")
        self.change.clicked.connect(self.open)
        self._one = QWidget()
        one = QHBoxLayout(self._one)
        one.setContentsMargins(0, 0, 0, 0)
        one.setSpacing(8)
        for part in (self.title, self.badge, self.language, self.change):
            one.addWidget(part)
        one.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._one)
        column.addWidget(self._choose)
        named(self, name, "Template")

    def show_templates(self, templates: Sequence[Template], chosen: Template | None) -> None:
        """All there are, those that can be sent first; chosen None: there is none yet."""
        self._every = sorted(templates, key=lambda one: (bool(not_sendable(one)), one.name, one.language))
        self._chosen = chosen
        self._fill()
        self._show(choosing=chosen is None)

    def open(self) -> None:
        """Choose anew."""
        self._show(choosing=True)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, *, choosing: bool) -> None:
        self._choose.setVisible(choosing)
        self._one.setVisible(not choosing)
        if self._chosen is not None:
            self.title.setText(self._chosen.name)
            self.badge.show_badge(*CATEGORY[self._chosen.effective_category])
            self.language.show_badge(self._chosen.language, BadgeKind.NEUTRAL)

    def _fill(self) -> None:
        found = [one for one in self._every if has_words(one, self.search.text())]
        self.rows.set_rows(found)
        for at, one in enumerate(found):
            if self._chosen is not None and one.id == self._chosen.id:
                self.table.setCurrentIndex(self.rows.index(at, 0))
        none = "No template has these words." if self._every else "No templates yet. Read them in Templates."
        self.none_found.setText(none)
        self.none_found.setVisible(not found)
        self.table.setVisible(bool(found))

    def _take(self) -> None:
        row = self.table.chosen_row()
        if isinstance(row, Template) and not not_sendable(row):
            self._chosen = row
            self._show(choosing=False)
            self.template_chosen.emit(row)
