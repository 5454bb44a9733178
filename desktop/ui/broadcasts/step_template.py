"""Step 1: which template."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.template_notices import not_sendable, warnings
from desktop.domain.templates import Template, example_values
from desktop.ui.broadcasts.summary import MessageCard, column_px
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Column
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import Table
from desktop.ui.templates.choice import (
    ChoiceRows,
    category_cell,
    has_words,
    name_cell,
    quality_cell,
    reason_cell,
    status_cell,
)
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.theme import Theme


class TemplateStep(QWidget):
    """`template_chosen(template)`; Enter or a double click is `onward_requested` too."""

    template_chosen = Signal(object)
    onward_requested = Signal()
    refresh_requested = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._every: Sequence[Template] = ()
        self._silent = False
        self.search = SearchField(theme, "Name or text", hint="Ctrl F", name="wizard_template_search")
        self.search.setMinimumWidth(theme.px(240))
        self.search.search_requested.connect(lambda _: self._fill())
        self.refresh = IconButton(
            theme, "arrows-clockwise", "Refresh from WhatsApp", name="wizard_template_refresh"
        )
        self.refresh.clicked.connect(self.refresh_requested)
        columns: list[Column[Template]] = [
            Column("Name", name_cell),
            Column("Category", category_cell, 132),
            Column("Language", lambda one: one.language, 76),
            Column("Status", status_cell, 110),
            Column("Quality", quality_cell, 84),
            Column("", reason_cell),
        ]
        self.rows = ChoiceRows(columns)
        self.table = Table(theme, self.rows, label="Templates", name="wizard_templates")
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.activated.connect(lambda _: self.onward_requested.emit())
        self.empty = EmptyState(
            theme, "file-text", "No templates yet",
            "A broadcast sends a template that WhatsApp approved. Refresh the list, or write one in Templates.",
            action="Refresh from WhatsApp", name="wizard_templates_empty",
        )  # fmt: skip
        self.empty.action_requested.connect(self.refresh_requested)
        self.none_found = Label("No template has these words.", "soft", name="wizard_templates_none")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        card = Card("Which template?", name="wizard_template_card")
        card.header.addWidget(self.search)
        card.header.addWidget(self.refresh)
        card.body.addWidget(self.none_found)
        card.body.addWidget(self.stack, 1)
        self.none_found.hide()
        self.preview = MessageCard(theme, name="wizard_template_preview")
        self._theme = theme
        theme.changed.connect(self._rescale)
        self._rescale()
        self.notices = NoticeBanners(theme, name="wizard_template_notices")
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(card, 1)
        row.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.notices)
        column.addLayout(row, 1)

    def _rescale(self) -> None:
        self.preview.setFixedWidth(column_px(self._theme))

    def show_templates(self, templates: Sequence[Template]) -> None:
        self._every = templates
        self.stack.setCurrentWidget(self.table if templates else self.empty)
        self._fill()

    def show_template(self, template: Template | None) -> None:
        """The one that is chosen."""
        self.preview.show_message(template, example_values(template) if template else {})
        self.notices.show_notices(warnings(template, self._now()) if template else ())
        self._mark(template.id if template else None)

    def _fill(self) -> None:
        chosen = self.table.chosen_row()
        found = [one for one in self._every if has_words(one, self.search.text())]
        self._silent = True
        self.rows.set_rows(found)
        self._silent = False
        self.none_found.setVisible(bool(self._every) and not found)
        self._mark(chosen.id if isinstance(chosen, Template) else None)

    def _mark(self, template_id: int | None) -> None:
        self._silent = True
        for position, one in enumerate(self.rows.rows):
            if one.id == template_id and not not_sendable(one):
                self.table.setCurrentIndex(self.rows.index(position, 0))
        self._silent = False

    def _selected(self, selected: QItemSelection, _: QItemSelection) -> None:
        row = self.table.chosen_row()
        if self._silent or not isinstance(row, Template) or not_sendable(row):
            return
        if selected.indexes():
            self.template_chosen.emit(row)
