"""Step 1: which template."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.audience import Lately
from desktop.domain.broadcast_wizard import stands_against
from desktop.domain.consent import Category
from desktop.domain.template_notices import Notice, NoticeKind, warnings
from desktop.domain.templates import Quality, Template, example_values
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.summary import MessageCard, column_px
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import ROW, Cell, Column, Index, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import Table
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.templates import words as template_words
from desktop.ui.templates.choice import category_cell, has_words, quality_cell, reason_cell, status_cell
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.theme import Theme

_ANY: Final = ""
_CATEGORIES: Final = (Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION)
_GIVEN_HERE: Final = (NoticeKind.NEEDS_FILE, NoticeKind.NEEDS_CODE)


class TemplateRows(Rows[Template]):
    """Templates with which no broadcast can be made are shown, but cannot be chosen."""

    def flags(self, index: Index) -> Qt.ItemFlag:
        template = index.data(ROW)
        if isinstance(template, Template) and stands_against(template):
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)


def _name_cell(template: Template) -> Cell:
    against = bool(stands_against(template))
    return Cell(template.name, color="muted" if against else "text", bold=not against, tooltip=template.body)


def _reason_cell(template: Template) -> Cell:
    """What is given in a later step is no reason against it."""
    told = warnings(template)
    if told and told[0].kind in _GIVEN_HERE and not stands_against(template):
        brings = "a code" if told[0].kind is NoticeKind.NEEDS_CODE else f"{article(template.header_kind)}"
        return Cell(f"Brings {brings}", color="muted", small=True)
    return reason_cell(template)


def told_of(template: Template, now: datetime) -> tuple[Notice, ...]:
    """What a person should know of it here: not that it needs what this wizard asks for."""
    open_ones = stands_against(template, now)
    return tuple(one for one in warnings(template, now) if open_ones or one.kind not in _GIVEN_HERE)


def article(noun: str) -> str:
    """'an image', 'a video'."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


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
            Column("Name", _name_cell),
            Column("Category", category_cell, 132),
            Column("Language", lambda one: one.language, 76),
            Column("Status", status_cell, 110),
            Column("Quality", quality_cell, 84),
            Column("", _reason_cell),
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
        card.body.addLayout(self._narrowing(theme))
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
        self.lately = Banner(theme, "info", "", icon="clock-counter-clockwise", name="wizard_template_lately")
        column.addWidget(self.notices)
        column.addWidget(self.lately)
        column.addLayout(row, 1)
        self.lately.hide()

    def _narrowing(self, theme: Theme) -> QHBoxLayout:
        """By category and by quality."""
        tabs = [Tab(_ANY, "All"), *(Tab(one.value, template_words.CATEGORY[one][0]) for one in _CATEGORIES)]
        self.category = Tabs(theme, tabs, label="Category", name="wizard_template_category")
        self.category.chosen.connect(lambda _: self._fill())
        self.quality = named(QComboBox(), "wizard_template_quality", "Quality")
        self.quality.addItem("Any quality", _ANY)
        for one in (Quality.GREEN, Quality.YELLOW, Quality.RED):
            self.quality.addItem(f"{template_words.QUALITY[one][0]} quality", one.value)
        self.quality.currentIndexChanged.connect(lambda _: self._fill())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.category, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.quality)
        return row

    def show_lately(self, found: Lately | None) -> None:
        """How many of the people that are chosen so far got it already; None: nobody, or not read."""
        self.lately.setVisible(found is not None)
        if found is not None:
            self.lately.show_banner("info", f"<b>{words.lately(found, self._now())}</b>")

    def _rescale(self) -> None:
        self.preview.setFixedWidth(column_px(self._theme))

    def show_templates(self, templates: Sequence[Template]) -> None:
        self._every = templates
        self.stack.setCurrentWidget(self.table if templates else self.empty)
        self._fill()

    def show_template(self, template: Template | None) -> None:
        """The one that is chosen."""
        self.preview.show_message(template, example_values(template) if template else {})
        self.notices.show_notices(told_of(template, self._now()) if template else ())
        self._mark(template.id if template else None)

    def _fill(self) -> None:
        chosen = self.table.chosen_row()
        found = [one for one in self._every if has_words(one, self.search.text()) and self._fits(one)]
        self._silent = True
        self.rows.set_rows(found)
        self._silent = False
        self.none_found.setVisible(bool(self._every) and not found)
        self._mark(chosen.id if isinstance(chosen, Template) else None)

    def _fits(self, one: Template) -> bool:
        category, quality = self.category.current, self.quality.currentData()
        return category in (_ANY, one.effective_category.value) and quality in (_ANY, one.quality.value)

    def _mark(self, template_id: int | None) -> None:
        self._silent = True
        for position, one in enumerate(self.rows.rows):
            if one.id == template_id and not stands_against(one):
                self.table.setCurrentIndex(self.rows.index(position, 0))
        self._silent = False

    def _selected(self, selected: QItemSelection, _: QItemSelection) -> None:
        row = self.table.chosen_row()
        if self._silent or not isinstance(row, Template) or stands_against(row):
            return
        if selected.indexes():
            self.template_chosen.emit(row)
