"""Choosing a template, in the place of the text box: search, category, language, preview; by keyboard alone."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QListView, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.compose import drawn
from desktop.domain.consent import Category
from desktop.domain.contacts import Contact, fields_of
from desktop.domain.template_notices import not_sendable
from desktop.domain.templates import Template
from desktop.ui.conversations import template_words
from desktop.ui.conversations.picker_rows import PickerDelegate, picker_rows
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Inset
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.listrows import ROW
from desktop.ui.parts.naming import named
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

LIST_PX = 190
_TABS = (
    Tab("all", "All"),
    Tab(Category.MARKETING.value, "Marketing"),
    Tab(Category.UTILITY.value, "Utility"),
    Tab(Category.AUTHENTICATION.value, "Authentication"),
)
_ANY = "Any language"


class TemplatePicker(QWidget):
    """`chosen(Template)`; `closed` when the person goes back to the text."""

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._templates: Sequence[Template] = ()
        self._contact: Contact | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._why())
        column.addLayout(self._filters())
        column.addLayout(self._middle(), 1)
        named(self, "template_picker", "Choose a template")
        theme.changed.connect(self._show_preview)

    def show_state(self, templates: Sequence[Template], contact: Contact, why: str) -> None:
        """why: the sentence about the closed window; "" when the picker was opened by choice."""
        self._contact = contact
        self.why.setText(why)
        self._why_row.setVisible(bool(why))
        self.close_button.setVisible(not why)
        if list(templates) != list(self._templates):
            self._templates = templates
            self._show_languages()
        self._filter()

    def forget(self) -> None:
        """Another conversation: what was looked for in the last one says nothing about this one."""
        self.search.clear()
        self.tabs.choose(_TABS[0].key)
        self.language.setCurrentIndex(0)
        self.view.setCurrentIndex(QModelIndex())
        self._filter()

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def current(self) -> Template | None:
        index = self.view.currentIndex()
        template = index.data(ROW) if index.isValid() else None
        return template if isinstance(template, Template) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        assert isinstance(event, QKeyEvent)
        if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            row = min(max(self.view.currentIndex().row() + step, 0), self.rows.rowCount() - 1)
            self.view.setCurrentIndex(self.rows.index(row))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._use()
            return True
        if event.key() == Qt.Key.Key_Escape and not self.search.text() and self.close_button.isVisible():
            self.closed.emit()
            return True
        return super().eventFilter(watched, event)

    def _why(self) -> QWidget:
        self._why_row = QWidget()
        row = QHBoxLayout(self._why_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(self._theme, "clock", "muted", 16), 0, Qt.AlignmentFlag.AlignTop)
        self.why = Label("", "soft", wrap=True, name="picker_why")
        row.addWidget(self.why, 1)
        return self._why_row

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.search = SearchField(self._theme, "Search", name="picker_search")
        self.search.setAccessibleName("Search templates")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        row.addWidget(self.search, 1)
        self.tabs = Tabs(self._theme, _TABS, label="Category", name="picker_category")
        self.tabs.chosen.connect(self._filter)
        row.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignVCenter)
        self.language = named(QComboBox(), "picker_language", "Language")
        self.language.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.language.currentIndexChanged.connect(self._filter)
        row.addWidget(self.language)
        self.close_button = IconButton(self._theme, "x", "Back to the text (Esc)", name="picker_close")
        self.close_button.clicked.connect(self.closed)
        row.addWidget(self.close_button)
        return row

    def _middle(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.rows = picker_rows(self)
        self.view = QListView()
        self.view.setModel(self.rows)
        self.view.setItemDelegate(PickerDelegate(self._theme, self.view))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setProperty("surface", "raised")
        self.view.setMinimumHeight(self._theme.px(LIST_PX))
        self.view.setMaximumHeight(self._theme.px(LIST_PX))
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.installEventFilter(self)
        self.view.doubleClicked.connect(self._use)
        self.view.selectionModel().currentChanged.connect(self._show_preview)
        named(self.view, "picker_list", "Templates")
        row.addWidget(self.view, 3)
        row.addWidget(self._preview(), 2)
        return row

    def _preview(self) -> QWidget:
        box = Inset(name="picker_preview")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("surface", "none")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        self.words = Label("", wrap=True, rich=True, name="picker_words")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.state = Label("", "muted", color="danger", wrap=True, name="picker_state")
        column.addWidget(self.words)
        column.addWidget(self.state)
        column.addStretch(1)
        area.setWidget(inside)
        box.body.addWidget(area, 1)
        self.use = Button(self._theme, "Use this template", "primary", name="picker_use")
        self.use.setToolTip("Use this template (Enter)")
        self.use.clicked.connect(self._use)
        box.body.addWidget(self.use)
        box.setMaximumHeight(self._theme.px(LIST_PX))
        return box

    def _show_languages(self) -> None:
        chosen = self.language.currentText()
        names = sorted({template.language for template in self._templates})
        self.language.blockSignals(True)
        self.language.clear()
        self.language.addItems([_ANY, *names])
        self.language.setCurrentIndex(max(0, self.language.findText(chosen)))
        self.language.blockSignals(False)
        self.language.setVisible(len(names) > 1)

    def _filter(self) -> None:
        before = self.current()
        wanted = self.search.text().strip().casefold()
        category, language = self.tabs.current, self.language.currentText()
        found = [
            template
            for template in self._templates
            if category in ("all", template.effective_category.value)
            and language in ("", _ANY, template.language)
            and (wanted in template.name.casefold() or wanted in template.body.casefold())
        ]
        found.sort(key=_rank)
        self.rows.set_rows(found)
        kept = next((row for row, one in enumerate(found) if before and one.id == before.id), 0)
        self.view.setCurrentIndex(self.rows.index(kept) if found else QModelIndex())
        self._show_preview()

    def _show_preview(self) -> None:
        template = self.current()
        why = not_sendable(template) if template else ""
        self.use.setEnabled(template is not None and not why)
        if template is None or self._contact is None:
            self.words.setText("No template fits the search." if self._templates else "No templates yet.")
            self.state.hide()
            return
        tokens = self._theme.tokens
        contact = self._contact
        values = drawn(template, fields_of(contact.name, contact.phone, contact.attributes))
        self.words.setText(template_words.preview_html(template, values, tokens.text, tokens.muted))
        self.state.setText(why)
        self.state.setVisible(bool(why))

    def _use(self) -> None:
        template = self.current()
        if template is not None and not not_sendable(template):
            self.chosen.emit(template)


def _rank(template: Template) -> tuple[bool, bool, str, str]:
    """By name; those that cannot be sent after the others, and codes last: a slip must not send one."""
    code = template.effective_category is Category.AUTHENTICATION
    return code, bool(not_sendable(template)), template.name.casefold(), template.language
