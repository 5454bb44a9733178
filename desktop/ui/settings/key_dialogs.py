"""The cards in which a key is made, and in which its secrets are shown this once."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QWidget

from desktop.domain.keys import LONGEST_NAME, Scope
from desktop.services.keys import NewKey
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.copyable import Copyable
from desktop.ui.settings.people_dialogs import FormDialog
from desktop.ui.theme import Theme

SCOPE_HELP: Final = {
    Scope.ALL: (
        "Sends messages and broadcasts. Reads and changes contacts, conversations, sequences and webhooks."
    ),
    Scope.READ: "Reads contacts, templates and the status of messages. Sends and changes nothing.",
    Scope.RESTRICTED: "Sends messages and reads their status, nothing else.",
}

UNCOPIED: Final = (
    "No secret was copied yet, and nobody can show them again. Copy one, or close once more to go without."
)


class NewKeyDialog(FormDialog):
    """The program that will use the key, and what it may."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window, "New key", do="Make key", name="key_new")
        self.name = named(QLineEdit(), "key_name")
        self.name.setMaxLength(LONGEST_NAME)
        self.scope = named(QComboBox(), "key_scope")
        for scope in Scope:
            self.scope.addItem(scope.label, scope.value)
        self.add_row("name", "Name", self.name, "The program that will use it, for example shop-sync.")
        self._scope_row = self.add_row("scope", "Scope", self.scope, SCOPE_HELP[Scope.ALL])
        self.add_note()
        self.scope.currentIndexChanged.connect(self._show_scope)
        self.focus_first(self.name)

    def values(self) -> Mapping[str, Any]:
        """The arguments of `Keys.create`."""
        return {"name": self.name.text(), "scope": Scope(self.scope.currentData())}

    def _show_scope(self) -> None:
        self._scope_row.note.setText(SCOPE_HELP[Scope(self.scope.currentData())])


class Secret(Copyable):
    """A value that is copied without being seen, unless somebody asks to see it."""

    def __init__(self, theme: Theme, label: str, *, name: str) -> None:
        super().__init__(theme, label, name=name)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.eye = IconButton(theme, "eye", f"Show {label}", name=f"{name}_eye")
        self.eye.setCheckable(True)
        self.eye.toggled.connect(self._show_letters)
        row = self.layout()
        assert row is not None
        row.addWidget(self.eye)

    def _show_letters(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.field.setEchoMode(mode)


class ShownKeyDialog(CardDialog):
    """A key that was just made: to copy now, since nobody can read its secrets again.

    It goes at once when a secret was copied, else at the second wish: Escape is pressed quickly.
    """

    def __init__(self, theme: Theme, window: QWidget, made: NewKey) -> None:
        super().__init__(theme, window, f"The key “{made.api_key.name}”", name="key_shown")
        self.add_text("Copy them now: the secrets are kept as hashes only, so they are shown this once.")
        key_id = Copyable(theme, "apiKey", name="key_shown_id")
        secret = Secret(theme, "apiSecret", name="key_shown_secret")
        bearer = Secret(theme, "bearer token", name="key_shown_bearer")
        for field, value, label, help_text in (
            (key_id, made.api_key.key_id, "apiKey", "A header of every call, with apiSecret."),
            (secret, made.api_secret, "apiSecret", ""),
            (bearer, made.bearer, "Bearer token", "In place of both, as Authorization: Bearer …"),
        ):
            field.show_value(value)
            self.body.addWidget(FormRow(label, field, help_text=help_text, name=f"row_{field.objectName()}"))
        self.note = Label("", "muted", color="danger", wrap=True, name="key_shown_note")
        self.body.addWidget(self.note)
        self.note.hide()
        self._secrets, self._may_go = (secret, bearer), False
        done = QDialog.DialogCode.Accepted.value
        self.add_button("Done", "primary", result=done, name="key_shown_done")
        self.focus_first(secret.copy)

    def done(self, result: int) -> None:
        if self._may_go or any(one.is_copied for one in self._secrets):
            super().done(result)
            return
        self._may_go = True
        self.note.setText(UNCOPIED)
        self.note.show()
        self.setAccessibleDescription(UNCOPIED)
        self._secrets[0].copy.setFocus(Qt.FocusReason.OtherFocusReason)
