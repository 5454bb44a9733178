"""Contact fields: what the workspace keeps of each contact beside name, phone, tags and opt-in."""

import asyncio
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.fields import KINDS, LONGEST_NAME
from desktop.domain.filters import Attribute, Kind
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.table import Table
from desktop.ui.tasks import Once
from desktop.ui.theme import Theme

KIND_WORDS = {
    Kind.TEXT: ("Text", "Any text, for example a city."),
    Kind.NUMBER: ("Number", "A number that can be compared: more than, less than."),
    Kind.DATE: ("Date", "A day that can be compared: before, after."),
    Kind.CHOICE: ("Choice", "One of the choices below."),
    Kind.CHOICES: ("Several choices", "Any number of the choices below."),
    Kind.YES_NO: ("Yes or no", "Yes, no, or not set."),
    Kind.USER: ("Colleague", "One of the people who work here, for example who looks after the contact."),
}
"""Name and explanation of each type."""
FieldRow = tuple[Attribute, int | None]
"""A field, and how many contacts have a value; None while that is counted."""


class FieldDialog(CardDialog):
    """field None: a new one. The type of one that is there stays: values were entered for it."""

    save_requested = Signal()

    def __init__(self, theme: Theme, window: QWidget, field: Attribute | None) -> None:
        title = "Add a contact field" if field is None else f"Edit “{field.name}”"
        super().__init__(theme, window, title, name="field_dialog")
        self.name_field = named(QLineEdit(), "field_name")
        self.name_field.setMaxLength(LONGEST_NAME)
        self.kind = named(QComboBox(), "field_kind")
        for one in KINDS:
            self.kind.addItem(KIND_WORDS[one][0], one.value)
        self.choices = ChipsValue(theme, (), "field_choices", free=True, hint="Type a choice, Enter keeps it")
        self._rows = {
            "name": FormRow("Name", self.name_field, name="field_row_name"),
            "kind": FormRow("Type", self.kind, help_text=" ", name="field_row_kind"),
            "choices": FormRow("Choices", self.choices, name="field_row_choices"),
        }
        for row in self._rows.values():
            self.body.addWidget(row)
        self.note = Label("", color="danger", wrap=True, name="field_problem")
        self.body.addWidget(self.note)
        self.note.hide()
        self.add_button("Cancel", result=0, name="field_cancel")
        self.save = Button(theme, "Add field" if field is None else "Save", "primary", name="field_save")
        self.save.clicked.connect(self.save_requested)
        self.buttons.addWidget(self.save)
        self.kind.currentIndexChanged.connect(self._fit)
        self.name_field.returnPressed.connect(self.save_requested)
        self.focus_first(self.name_field)
        if field is not None:
            self.name_field.setText(field.name)
            self.kind.setCurrentIndex(max(0, self.kind.findData(field.kind.value)))
            self.kind.setEnabled(False)
            self.choices.set_values(field.choices)
        self._fit()

    @property
    def chosen_kind(self) -> Kind:
        return Kind(self.kind.currentData())

    def show_problem(self, problem: Problem) -> None:
        for row in self._rows.values():
            row.show_problem("")
        self._fit()
        found = self._rows.get(problem.field)
        self.note.setVisible(found is None)
        if found is None:
            self.note.setText(f"{problem.title}. {problem.sentence}")
        else:
            found.show_problem(problem.sentence)
            found.field.setFocus()

    def _fit(self) -> None:
        kind = self.chosen_kind
        row = self._rows["kind"]
        row.note.setText(KIND_WORDS[kind][1])
        row.field.setAccessibleDescription(KIND_WORDS[kind][1])
        self._rows["choices"].setVisible(kind in (Kind.CHOICE, Kind.CHOICES))


class FieldsCard(Card):
    """The fields, and what can be done with them; reads and follows them itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Fields", name="fields_card")
        self._desk = desk
        self.add = Button(desk.theme, "Add field", "primary", icon="plus", name="fields_add")
        self.edit = Button(desk.theme, "Edit", name="fields_edit")
        self.header.addWidget(self.edit)
        self.header.addWidget(self.add)
        self.body.addWidget(
            Label(
                "Kept of each contact beside name, phone, tags and opt-in. Filters, template variables and files "
                "can use them.",
                "soft",
                wrap=True,
                name="fields_sentence",
            )
        )
        self.rows: Rows[FieldRow] = Rows(_columns())
        self.table = Table(desk.theme, self.rows, label="Contact fields", name="fields_table")
        self.table.fit_rows()
        self.table.activated.connect(lambda _: self._edit_chosen())
        self.none = Label("No fields yet.", "soft", name="fields_none")
        self.refused = Label("", "muted", wrap=True, name="fields_refused")
        self.body.addWidget(self.table)
        self.body.addWidget(self.none)
        self.body.addWidget(self.refused)
        self.add.clicked.connect(lambda: self._spawn(self._define(None)))
        self.edit.clicked.connect(self._edit_chosen)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self.show_rights())
        self._reading: asyncio.Task[Any] | None = None
        desk.live.follow(self, self._heard)
        self.show_rights()
        self._read_soon()

    def show_rights(self) -> None:
        """What this person may do here."""
        refusal = self._desk.refusal(Right.FIELDS)
        self.add.setEnabled(not refusal)
        self.add.setToolTip(refusal)
        self.edit.setEnabled(not refusal and self.table.chosen_row() is not None)
        self.edit.setToolTip(refusal or "Edit the chosen field (Enter)")
        self.refused.setText(refusal)
        self.refused.setVisible(bool(refusal))

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.SETTINGS) or changes.has(Topic.CONTACT, 0) or changes.has(Topic.PERSON):
            self.show_rights()
            self._read_soon()

    def _read_soon(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._spawn(self._read())

    async def _read(self) -> None:
        fields = await self._desk.app.fields.every()
        known = {one.id: count for one, count in self.rows.rows}
        self._show([(one, known.get(one.id)) for one in fields])
        counted = [(one, await self._desk.app.fields.used_count(one.id)) for one in fields]
        self._show(counted)

    def _show(self, rows: Sequence[FieldRow]) -> None:
        if list(rows) != list(self.rows.rows):
            chosen = self.table.chosen_row()
            self.rows.set_rows(rows)
            for at, (one, _) in enumerate(rows):
                if chosen is not None and one.id == chosen[0].id:
                    self.table.setCurrentIndex(self.rows.index(at, 0))
        self.none.setVisible(not rows)
        self.table.setVisible(bool(rows))
        self.show_rights()

    def _edit_chosen(self) -> None:
        row = self.table.chosen_row()
        if row is not None and not self._desk.refusal(Right.FIELDS):
            self._spawn(self._define(row[0]))

    async def _define(self, field: Attribute | None) -> None:
        desk, verbs = self._desk, self._desk.app.fields
        dialog = FieldDialog(desk.theme, self.window(), field)
        once = Once(desk.tasks, dialog, lambda busy: dialog.save.setEnabled(not busy))
        saved: list[Attribute] = []

        async def save() -> None:
            name, choices = dialog.name_field.text(), dialog.choices.values()
            if field is None:
                saved.append(await verbs.define(name, dialog.chosen_kind, choices, desk.user()))
            else:
                saved.append(await verbs.change(field.id, name, choices, desk.user()))
            dialog.done(1)

        def wrong(problem: Exception) -> None:
            if isinstance(problem, Problem):
                dialog.show_problem(problem)

        dialog.save_requested.connect(lambda: once.start(save, on_problem=wrong))
        await ask(dialog)
        if saved:
            desk.toasts.show_toast(f"Field “{saved[0].name}” {'saved' if field else 'added'}", "done")
            self._read_soon()

    def _spawn(self, coro: Any) -> "asyncio.Task[Any]":
        return self._desk.tasks.spawn(self, coro, on_problem=self._toast)

    def _toast(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")


def _columns() -> list[Column[FieldRow]]:
    return [
        Column("Name", lambda row: Cell(row[0].name, bold=True)),
        Column("Type", lambda row: Cell(KIND_WORDS[row[0].kind][0], tooltip=KIND_WORDS[row[0].kind][1]), 130),
        Column("Choices", lambda row: Cell(", ".join(row[0].choices) or "–", color="muted")),
        Column("Contacts with a value", lambda row: Cell("" if row[1] is None else f"{row[1]:,}", end=True), 150, end=True),
    ]  # fmt: skip
