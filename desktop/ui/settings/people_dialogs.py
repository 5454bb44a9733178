"""The cards in which a person is added and a password is set. They stay open until the service agrees."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QWidget

from desktop.domain.people import Account, Given, Role
from desktop.domain.problems import Problem
from desktop.ui.desk import Desk
from desktop.ui.dialog import CARD_PX, CardDialog, ask
from desktop.ui.parts.button import Button
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.passwordfield import PasswordField
from desktop.ui.settings.people_words import role_words
from desktop.ui.tasks import Once
from desktop.ui.theme import Theme


class FormDialog(CardDialog):
    """Rows, Cancel and one button that asks for the deed; a Problem is shown beside its field."""

    wanted = Signal()

    def __init__(
        self, theme: Theme, window: QWidget, title: str, *, do: str, name: str, width_px: int = CARD_PX
    ) -> None:
        super().__init__(theme, window, title, name=name, width_px=width_px)
        self._rows: dict[str, FormRow] = {}
        self.note = Label("", "muted", wrap=True, color="danger", name=f"{name}_note", parent=self)
        self.note.hide()
        self.do = Button(theme, do, "primary", name=f"{name}_do")
        self.do.clicked.connect(self.wanted)
        self.add_button("Cancel", result=QDialog.DialogCode.Rejected.value, name=f"{name}_cancel")
        self.buttons.addWidget(self.do)

    def add_row(self, field: str, label: str, widget: QWidget, help_text: str = "") -> FormRow:
        row = FormRow(label, widget, help_text=help_text, name=f"row_{widget.objectName()}")
        self._rows[field] = row
        self.body.addWidget(row)
        entry = widget.entry if isinstance(widget, PasswordField) else widget
        if isinstance(entry, QLineEdit):
            entry.returnPressed.connect(self.do.click)
            entry.textEdited.connect(lambda: self._clear(field))
        return row

    def add_note(self) -> None:
        """After the last row: where a Problem of no field is said."""
        self.body.addWidget(self.note)

    def show_problem(self, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        row = self._rows.get(problem.field)
        if row is None:
            self.note.setText(problem.sentence)
            self.note.show()
            return
        row.show_problem(problem.sentence)
        row.field.setFocus()
        if isinstance(row.field, PasswordField):
            row.field.show_wrong(True)

    def show_busy(self, busy: bool) -> None:
        self.do.setEnabled(not busy)

    def _clear(self, field: str) -> None:
        row = self._rows[field]
        row.show_problem("")
        if isinstance(row.field, PasswordField):
            row.field.show_wrong(False)
        self.note.hide()


class AddPersonDialog(FormDialog):
    """Name, sign-in name, role with what it may do, and a start password."""

    def __init__(self, theme: Theme, window: QWidget, given: Given) -> None:
        super().__init__(theme, window, "Add a person", do="Add person", name="person_add")
        self._given = given
        self.name = named(QLineEdit(), "person_name")
        self.sign_in_name = named(QLineEdit(), "person_sign_in_name")
        self.role = named(QComboBox(), "person_role")
        for role in Role:
            self.role.addItem(role.value.title(), role)
        self.password = PasswordField(theme, "Start password", name="person_password", makes=True)
        self.add_row("name", "Name", self.name, "As customers and colleagues know them.")
        self.add_row("sign_in_name", "Sign-in name", self.sign_in_name, "An e-mail address is fine.")
        self.role_row = self.add_row("role", "Role", self.role, role_words(Role.AGENT, given))
        self.add_row(
            "password", "Start password", self.password,
            "At least 10 letters. Hand it over yourself; it is shown this once and can be changed by them.",
        )  # fmt: skip
        self.add_note()
        self.role.currentIndexChanged.connect(self._show_role)
        self.focus_first(self.name)

    def values(self) -> Mapping[str, Any]:
        """The arguments of `Accounts.add`."""
        return {
            "name": self.name.text(),
            "role": Role(self.role.currentData()),
            "sign_in_name": self.sign_in_name.text(),
            "password": self.password.text(),
        }

    def _show_role(self) -> None:
        self.role_row.note.setText(role_words(Role(self.role.currentData()), self._given))


class PasswordDialog(FormDialog):
    """A new password, one's own or somebody else's, and the name it goes with."""

    def __init__(self, theme: Theme, window: QWidget, account: Account, *, own: bool) -> None:
        new = not account.has_password
        title = "Set your password" if new else "Change your password"
        title = title if own else f"Set a password for {account.user.name}"
        super().__init__(
            theme, window, title, do="Set password" if new or not own else "Change", name="password"
        )
        self.sign_in_name = named(QLineEdit(account.sign_in_name), "password_sign_in_name")
        self.add_row("sign_in_name", "Sign-in name", self.sign_in_name, "An e-mail address is fine.")
        self.present: PasswordField | None = None
        if own and account.has_password:
            self.present = PasswordField(theme, "Present password", name="password_present")
            self.add_row("present_password", "Present password", self.present)
        self.password = PasswordField(theme, "New password", name="password_new", makes=not own)
        help_text = "At least 10 letters, and not the name."
        if not own:
            help_text += " Hand it over yourself; it is shown this once."
        self.add_row("password", "New password", self.password, help_text)
        self.add_note()
        first = self.sign_in_name if not account.sign_in_name else self.present or self.password
        self.focus_first(first)

    def values(self) -> Mapping[str, Any]:
        """The arguments of `Accounts.set_password`."""
        return {
            "password": self.password.text(),
            "sign_in_name": self.sign_in_name.text(),
            "present_password": self.present.text() if self.present is not None else "",
        }


async def ask_until_done(
    desk: Desk,
    dialog: FormDialog,
    do: Callable[[Mapping[str, Any]], Awaitable[object]],
    values: Callable[[], Mapping[str, Any]],
) -> bool:
    """Open the dialog until `do` succeeded (True) or it was left."""
    once = Once(desk.tasks, dialog, dialog.show_busy)

    async def attempt() -> None:
        await do(values())
        dialog.accept()

    dialog.wanted.connect(lambda: once.start(attempt, on_problem=dialog.show_problem))
    return await ask(dialog) == QDialog.DialogCode.Accepted.value


async def set_password(desk: Desk, window: QWidget, account: Account) -> bool:
    """Ask for a new password of this person and keep it; False if nothing was changed."""
    person_id, user = account.user.id, desk.user()
    dialog = PasswordDialog(desk.theme, window, account, own=person_id == user.id)

    async def keep(values: Mapping[str, Any]) -> None:
        await desk.app.accounts.set_password(person_id, user=user, **values)

    done = await ask_until_done(desk, dialog, keep, dialog.values)
    if done:
        desk.toasts.show_toast("The new password counts from now on.", "done")
    return done


async def set_own_password(desk: Desk, window: QWidget) -> None:
    """The same for whoever sits here."""
    accounts = await desk.app.accounts.every()
    mine = next((one for one in accounts if one.user.id == desk.user().id), None)
    if mine is not None:
        await set_password(desk, window, mine)
