"""Adding, changing and deleting quick replies; what is deleted can be brought back."""

from collections.abc import Sequence
from typing import Final

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.problems import Problem
from desktop.domain.quick_replies import QuickReply
from desktop.ui.conversations.suggestions import Suggestion, SuggestionRows
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.listrows import ROW, ListRows
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once

WIDTH_PX: Final = 680
LIST_PX: Final = 200
HEIGHT_PX: Final = 250


class QuickReplyDialog(CardDialog):
    """`run()` opens it and returns when it is closed."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(desk.theme, window, "Quick replies", width_px=WIDTH_PX, name="quick_reply_dialog")
        self._desk = desk
        self._chosen: QuickReply | None = None
        self._once = Once(desk.tasks, self)
        self.add_text(
            "Everybody in the workspace uses them: write / and the shortcut. {{first_name}}, {{name}}, {{phone}}, "
            "{{agent}} and the contact’s fields by name are filled in.",
            muted=True,
        )
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(self._left())
        row.addLayout(self._right(), 1)
        self.body.addLayout(row)
        self.problem = Label("", "muted", color="danger", wrap=True, name="quick_reply_problem")
        self.problem.hide()
        self.body.addWidget(self.problem)
        done = self.add_button("Done", result=QDialog.DialogCode.Accepted.value, name="quick_reply_done")
        done.setToolTip("Close (Esc)")
        self.focus_first(self.shortcut)

    async def run(self) -> None:
        """Show what there is until the person is done. Raises Problem where it cannot be read."""
        self._show(await self._desk.app.quick_replies.every())
        await ask(self)

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        self.rows = ListRows[Suggestion](
            lambda one: one.key,
            name=lambda one: one.title,
            spoken=lambda one: f"{one.title}. {one.value.text}",
            tip=lambda one: str(one.value.text),
            parent=self,
        )
        self.view = named(QListView(), "quick_reply_list", "Quick replies")
        self.view.setModel(self.rows)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setProperty("surface", "raised")
        self.view.setFixedWidth(self._desk.theme.px(LIST_PX))
        self.view.setFixedHeight(self._desk.theme.px(HEIGHT_PX))
        self.view.setItemDelegate(SuggestionRows(self._desk.theme, self.view))
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.selectionModel().currentChanged.connect(self._choose)
        column.addWidget(self.view)
        self.new = Button(self._desk.theme, "New quick reply", "link", icon="plus", name="quick_reply_new")
        self.new.clicked.connect(self._begin)
        column.addWidget(self.new, 0, Qt.AlignmentFlag.AlignLeading)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        said = Label("Shortcut", "muted")
        self.shortcut = named(QLineEdit(), "quick_reply_shortcut", "Shortcut")
        self.shortcut.setPlaceholderText("thanks")
        said.setBuddy(self.shortcut)
        text_said = Label("Text", "muted")
        self.text = named(QPlainTextEdit(), "quick_reply_text", "Text")
        self.text.setPlaceholderText("Thank you, {{first_name}}! Is there anything else?")
        self.text.setTabChangesFocus(True)
        text_said.setBuddy(self.text)
        for widget in (said, self.shortcut, text_said):
            column.addWidget(widget)
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.save = Button(self._desk.theme, "Add", "primary", name="quick_reply_save")
        self.save.clicked.connect(self._save)
        self.remove = Button(
            self._desk.theme, "Delete", "link-danger", icon="trash", name="quick_reply_remove"
        )
        self.remove.clicked.connect(self._remove)
        self.shortcut.returnPressed.connect(self._save)
        row.addWidget(self.remove)
        row.addStretch(1)
        row.addWidget(self.save)
        column.addLayout(row)
        return column

    def _show(self, replies: Sequence[QuickReply], chosen_id: int | None = None) -> None:
        self.rows.set_rows([Suggestion(one.id, f"/{one.shortcut}", "", "", one) for one in replies])
        row = self.rows.row_of(chosen_id)
        if row >= 0:
            self.view.setCurrentIndex(self.rows.index(row))
        else:
            self._begin()

    def _choose(self) -> None:
        one = self.view.currentIndex().data(ROW)
        if isinstance(one, Suggestion):
            self._show_one(one.value)

    def _begin(self) -> None:
        self.view.clearSelection()
        self.view.setCurrentIndex(self.rows.index(-1))
        self._show_one(None)
        self.shortcut.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_one(self, one: QuickReply | None) -> None:
        self._chosen = one
        self.shortcut.setText(one.shortcut if one is not None else "")
        self.text.setPlainText(one.text if one is not None else "")
        self.save.setText("Save" if one is not None else "Add")
        self.remove.setVisible(one is not None)
        self._tell("")

    def _save(self) -> None:
        self._once.start(self._saved, on_problem=self._refused)

    async def _saved(self) -> None:
        id = self._chosen.id if self._chosen is not None else None
        verbs = self._desk.app.quick_replies
        kept = await verbs.save(id, self.shortcut.text(), self.text.toPlainText(), self._desk.user())
        self._show(await verbs.every(), kept if id is not None else None)

    def _remove(self) -> None:
        if self._chosen is not None:
            one = self._chosen
            self._once.start(lambda: self._removed(one), on_problem=self._refused)

    async def _removed(self, one: QuickReply) -> None:
        verbs, user = self._desk.app.quick_replies, self._desk.user()
        await verbs.remove(one.id, user)
        self._show(await verbs.every())

        def undo() -> None:
            window = self._desk.toasts
            self._desk.tasks.spawn(
                window,
                self._bring_back(one),
                on_problem=lambda wrong: window.show_toast(str(wrong), "danger"),
            )

        told = f"Quick reply “/{one.shortcut}” deleted"
        self._desk.toasts.show_toast(told, "done", action="Undo", on_action=undo)

    async def _bring_back(self, one: QuickReply) -> None:
        verbs = self._desk.app.quick_replies
        await verbs.save(None, one.shortcut, one.text, self._desk.user())
        replies = await verbs.every()
        if shiboken6.isValid(self) and self.isVisible():
            self._show(replies)

    def _refused(self, wrong: Exception) -> None:
        self._tell(wrong.sentence if isinstance(wrong, Problem) else str(wrong))
        if isinstance(wrong, Problem) and wrong.field:
            field = self.text if wrong.field == "text" else self.shortcut
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
