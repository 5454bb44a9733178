"""The list of templates: search, filters, rows, and what stands there when there are none."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.consent import Category
from desktop.domain.templates import Template, TemplateStatus
from desktop.domain.text import fold
from desktop.ui.parts.card import Panel
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.parts.listrows import ROW
from desktop.ui.parts.naming import named
from desktop.ui.parts.picklist import PickList
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.templates import words
from desktop.ui.templates.rows import TemplateDelegate, template_rows
from desktop.ui.theme import Theme

WIDTH_PX = 320


class TemplateList(Panel):
    """`template_chosen(id)` when a person chooses a row; the search and the filters work by themselves."""

    template_chosen = Signal(int)
    filtered = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("list", name="templates_panel", parent=parent)
        self._every: Sequence[Template] = ()
        self._current: int | None = None
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        inner = QVBoxLayout()
        inner.setContentsMargins(16, 12, 16, 10)
        inner.setSpacing(8)
        self.search = SearchField(theme, "Name or text", hint="Ctrl F", name="templates_search")
        self.search.setToolTip("Search by name or text (Ctrl+F)")
        self.search.search_requested.connect(self._fill)
        self.search.installEventFilter(self)
        inner.addWidget(self.search)
        inner.addWidget(self._filters())
        column.addLayout(inner)
        self.rows = template_rows(self)
        self.view = PickList(ROW, name="templates_list", label="Templates", parent=self)
        self.view.setUniformItemSizes(True)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(TemplateDelegate(theme, self.view))
        self.view.chosen.connect(self._chosen)
        theme.changed.connect(self.view.scheduleDelayedItemsLayout)
        self.none_found = EmptyState(
            theme, "magnifying-glass", "No template found", "", action="Clear the filters",
            name="templates_none_found",
        )  # fmt: skip
        self.none_found.action_requested.connect(self.clear_filters)
        self.stack = QStackedWidget()
        self.blank = Label("Loading…", "soft", name="templates_loading")
        self.blank.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in (self.blank, self.view, self.none_found):
            self.stack.addWidget(page)
        column.addWidget(self.stack, 1)

    def _filters(self) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box, spacing_px=6, line_spacing_px=6)
        self.category = _combo("templates_category", "Category")
        self.category.addItem("Any category", "")
        for one in (Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION):
            self.category.addItem(words.CATEGORY[one][0], one.value)
        self.status = _combo("templates_status", "State")
        self.status.addItem("Any state", "")
        for status in TemplateStatus:
            self.status.addItem(words.STATUS[status][0], status.value)
        self.language = _combo("templates_language", "Language")
        self.language.addItem("Any language", "")
        for combo in (self.category, self.status, self.language):
            combo.currentIndexChanged.connect(self._fill)
            flow.addWidget(combo)
        self.language.hide()
        return box

    @property
    def shown(self) -> Sequence[Template]:
        """What the search and the filters leave."""
        return self.rows.rows

    @property
    def is_filtered(self) -> bool:
        return bool(self.search.text().strip()) or any(
            combo.currentData() for combo in (self.category, self.status, self.language)
        )

    def show_templates(self, templates: Sequence[Template]) -> None:
        """All there are; the chosen one stays chosen."""
        self._every = templates
        self._show_languages()
        self._fill()

    def mark_current(self, template_id: int | None) -> None:
        """Which one is shown."""
        self._current = template_id
        at = self.rows.row_of(template_id)
        self.view.setCurrentIndex(self.rows.index(at) if at >= 0 else QModelIndex())

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def clear_filters(self) -> None:
        """Show all again."""
        for combo in (self.category, self.status, self.language):
            combo.setCurrentIndex(0)
        self.search.clear()
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and self.rows.rowCount():
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.view.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._fill()
                if self.rows.rowCount():
                    self._chosen(self.rows.rows[0])
                return True
        return super().eventFilter(watched, event)

    def _show_languages(self) -> None:
        names = sorted({template.language for template in self._every})
        known = [self.language.itemText(at) for at in range(1, self.language.count())]
        if names != known:
            chosen = self.language.currentData()
            self.language.blockSignals(True)
            while self.language.count() > 1:
                self.language.removeItem(1)
            for name in names:
                self.language.addItem(name, name)
            self.language.setCurrentIndex(max(0, self.language.findData(chosen)))
            self.language.blockSignals(False)
        self.language.setVisible(len(names) > 1)

    def _fill(self) -> None:
        wanted = fold(self.search.text())
        category, status = self.category.currentData(), self.status.currentData()
        language = self.language.currentData()
        found = [
            one
            for one in self._every
            if category in ("", one.effective_category.value)
            and status in ("", one.status.value)
            and language in ("", one.language)
            and wanted in fold(f"{one.name} {one.name.replace('_', ' ')} {one.body}")
        ]
        self.rows.set_rows(found)
        if not found:
            self.none_found.sentence.setText(self._why_none())
        self.stack.setCurrentWidget(self.view if found else self.none_found)
        self.mark_current(self._current)
        self.filtered.emit()

    def _why_none(self) -> str:
        text = self.search.text().strip()
        narrowed = any(combo.currentData() for combo in (self.category, self.status, self.language))
        if text and not narrowed:
            return f"No name or text here contains “{text}”."
        if text:
            return f"No name or text here contains “{text}” under these filters."
        return "No template is like that. Choose other filters."

    def _chosen(self, template: Template) -> None:
        self.mark_current(template.id)
        self.template_chosen.emit(template.id)


def _combo(name: str, label: str) -> QComboBox:
    made = named(QComboBox(), name, label)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return made
