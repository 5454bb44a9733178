"""Step 1: which template."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.domain.templates import Template
from desktop.domain.text import fold
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.summary import MessageCard, column_px
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import ROW, Cell, Column, Index, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import Table
from desktop.ui.theme import Color, Theme


def why_not(template: Template) -> str:
    """Why a template cannot be chosen, "" when it can."""
    return words.TEMPLATE_STATUS[template.status][2]


class TemplateRows(Rows[Template]):
    """Templates that WhatsApp does not accept are shown, but cannot be chosen."""

    def flags(self, index: Index) -> Qt.ItemFlag:
        template = index.data(ROW)
        if isinstance(template, Template) and not template.sendable:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)


def _name(template: Template) -> Cell:
    ink: Color = "text" if template.sendable else "muted"
    return Cell(template.name, color=ink, bold=template.sendable, tooltip=template.body)


def _category(template: Template) -> Cell:
    text, kind = words.CATEGORY[template.effective_category]
    turning = template.correct_category is not None and template.correct_category is not template.category
    return Cell(text, kind, tooltip="WhatsApp is changing its category." if turning else "")


def _status(template: Template) -> Cell:
    text, kind, reason = words.TEMPLATE_STATUS[template.status]
    return Cell(text, kind, tooltip=reason)


def _quality(template: Template) -> Cell:
    text, color = words.QUALITY[template.quality]
    return Cell(text, icon="circle-fill" if text != "–" else "", color=color)


def _reason(template: Template) -> Cell:
    reason = why_not(template)
    return Cell(reason, color="muted", small=True, tooltip=reason)


class TemplateStep(QWidget):
    """`template_chosen(template)`; Enter or a double click is `onward_requested` too."""

    template_chosen = Signal(object)
    onward_requested = Signal()
    refresh_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
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
            Column("Name", _name),
            Column("Category", _category, 132),
            Column("Language", lambda one: one.language, 76),
            Column("Status", _status, 110),
            Column("Quality", _quality, 84),
            Column("", _reason),
        ]
        self.rows = TemplateRows(columns)
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
        self.problem = Label("", "muted", wrap=True, color="danger", name="wizard_template_problem")
        self.problem.hide()
        self.preview.body.addWidget(self.problem)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        row.addWidget(card, 1)
        row.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)

    def _rescale(self) -> None:
        self.preview.setFixedWidth(column_px(self._theme))

    def show_templates(self, templates: Sequence[Template]) -> None:
        self._every = templates
        self.stack.setCurrentWidget(self.table if templates else self.empty)
        self._fill()

    def show_template(self, template: Template | None) -> None:
        """The one that is chosen."""
        examples = dict(zip(template.variables, template.examples, strict=False)) if template else {}
        self.preview.show_message(template, examples)
        reason = why_not(template) if template else ""
        self.problem.setText(reason)
        self.problem.setVisible(bool(reason))
        self._mark(template.id if template else None)

    def _fill(self) -> None:
        wanted = fold(self.search.text())
        chosen = self.table.chosen_row()
        found = [
            one
            for one in self._every
            if wanted in fold(f"{one.name} {one.name.replace('_', ' ')} {one.body}")
        ]
        self._silent = True
        self.rows.set_rows(found)
        self._silent = False
        self.none_found.setVisible(bool(self._every) and not found)
        self._mark(chosen.id if isinstance(chosen, Template) else None)

    def _mark(self, template_id: int | None) -> None:
        self._silent = True
        for position, one in enumerate(self.rows.rows):
            if one.id == template_id and one.sendable:
                self.table.setCurrentIndex(self.rows.index(position, 0))
        self._silent = False

    def _selected(self, selected: QItemSelection, _: QItemSelection) -> None:
        row = self.table.chosen_row()
        if not self._silent and isinstance(row, Template) and row.sendable and selected.indexes():
            self.template_chosen.emit(row)
