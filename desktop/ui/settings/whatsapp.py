"""WhatsApp: where this workspace sends, the real number's address and secrets, and a test of the connection."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.services.connecting import ConnectionForm
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.copyable import Copyable
from desktop.ui.settings.savecard import SaveCard
from desktop.ui.theme import Color, Theme
from desktop.whatsapp.account import ConnectionTest

KEPT = "Kept in this computer’s keyring, never in a file. Leave empty to keep the one you have."
MISSING = "Goes to this computer’s keyring, never to a file."
SANDBOX = (
    "<b>This workspace is a sandbox.</b> It talks to the pretend WhatsApp on this computer and never to the real "
    "one, so its connection cannot be changed."
)
ADMINS_ONLY = "Shown to admins"
TOP = Qt.AlignmentFlag.AlignTop
FIELDS = (
    ("phone_number_id", "Phone number id", "From Meta’s app dashboard, WhatsApp, API setup."),
    ("waba_id", "Business account id", "On the same page of the dashboard."),
    ("base_url", "Address", "WhatsApp’s own unless Meta told you another one."),
    ("version", "Graph version", "Such as v25.0."),
)


class Checks(QWidget):
    """The lines of a connection test: a sign and a sentence each."""

    def __init__(self, theme: Theme, *, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        named(self, name, "Result of the test")
        self.hide()

    def show_test(self, test: ConnectionTest) -> None:
        signs: dict[bool | None, tuple[str, Color]] = {
            True: ("check-circle", "accent"), False: ("warning-circle-fill", "danger"), None: ("question", "muted"),
        }  # fmt: skip
        self._show([(*signs[check.ok], f"{check.name}: {check.sentence}") for check in test.checks])

    def show_problem(self, sentence: str) -> None:
        self._show([("warning-circle-fill", "danger", sentence)])

    def sentences(self) -> list[str]:
        return [label.text() for label in self.findChildren(Label) if not label.isHidden()]

    def _show(self, lines: Sequence[tuple[str, Color, str]]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for icon, color, sentence in lines:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            row.addWidget(Glyph(self._theme, icon, color, 16), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(sentence, wrap=True, tight=True), 1)
            self._column.addWidget(line)
        self.show()


class TestRow(QWidget):
    """The button that tests, and its result."""

    __test__ = False
    test_requested = Signal()

    def __init__(self, theme: Theme, *, name: str) -> None:
        super().__init__()
        self.button = Button(theme, "Test connection", icon="wifi-high", name=f"{name}_test")
        self.button.clicked.connect(self.test_requested)
        self.checks = Checks(theme, name=f"{name}_checks")
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(self.checks)

    def show_busy(self, busy: bool) -> None:
        self.button.setEnabled(not busy)
        self.button.setText("Testing…" if busy else "Test connection")


class SandboxConnectionCard(Card):
    """A sandbox workspace's connection, to look at."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("This workspace", name="whatsapp_sandbox_card", spacing_px=14)
        self.body.addWidget(Banner(theme, "info", SANDBOX, icon="flask", name="whatsapp_sandbox_banner"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(14)
        self.fields: dict[str, QLineEdit] = {}
        places = (
            ("base_url", "Address"),
            ("webhook", "Webhooks arrive at"),
            ("phone_number_id", "Phone number id"),
        )
        for position, (key, label) in enumerate((*places, ("waba_id", "Business account id"))):
            field = named(QLineEdit(), f"whatsapp_sandbox_{key}")
            field.setReadOnly(True)
            field.setEnabled(False)
            self.fields[key] = field
            grid.addWidget(FormRow(label, field), position // 2, position % 2, TOP)
        self.body.addLayout(grid)
        self.test = TestRow(theme, name="whatsapp_sandbox")
        self.body.addWidget(self.test)

    def show_connection(self, base_url: str, webhook: str, phone_number_id: str, waba_id: str) -> None:
        shown = {
            "base_url": base_url,
            "webhook": webhook,
            "phone_number_id": phone_number_id,
            "waba_id": waba_id,
        }
        for key, value in shown.items():
            self.fields[key].setText(value)
            self.fields[key].setCursorPosition(0)


class ConnectionCard(SaveCard):
    """The real number: ids, secrets, the webhook's address and verify token. Takes effect at the next start."""

    def __init__(self, theme: Theme, *, is_sandbox: bool) -> None:
        self.kept: ConnectionForm | None = None
        self._is_sandbox = is_sandbox
        self._shows_token = False
        self.fields = {key: named(QLineEdit(), f"whatsapp_{key}") for key, _, _ in FIELDS}
        self.token = _secret("whatsapp_token")
        self.app_secret = _secret("whatsapp_app_secret")
        self.verify_token = named(QLineEdit(), "whatsapp_verify_token")
        self.open_real = named(QCheckBox("Open the real number at the next start"), "whatsapp_open_real")
        super().__init__(
            theme,
            "Real number" if is_sandbox else "This workspace",
            "The connection of a real workspace, which is kept apart from the sandbox. It is used from the next "
            "start on." if is_sandbox else "The number that this workspace sends from. A change takes effect at the "
            "next start.",
            name="whatsapp_card",
        )  # fmt: skip
        self.refused = Banner(theme, "info", "", name="whatsapp_refused")
        self.refused.hide()
        self.body.insertWidget(self.body.indexOf(self.content), self.refused)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(14)
        for column_at in (0, 1):
            grid.setColumnStretch(column_at, 1)
        for position, (key, label, help_text) in enumerate(FIELDS):
            row = self.row(key, FormRow(label, self.fields[key], help_text=help_text, name=f"row_{key}"))
            grid.addWidget(row, position // 2, position % 2, TOP)
        self.token_row = self.row("token", FormRow("Access token", self.token, help_text=MISSING))
        self.secret_row = self.row("app_secret", FormRow("App secret", self.app_secret, help_text=MISSING))
        grid.addWidget(self.token_row, 2, 0, TOP)
        grid.addWidget(self.secret_row, 2, 1, TOP)
        self.webhook = Copyable(theme, "Webhook address", name="whatsapp_webhook")
        webhook_help = "Enter it at Meta with a host that leads to this computer in front (an assent serve or a tunnel you name)."
        grid.addWidget(FormRow("Webhook address", self.webhook, help_text=webhook_help), 3, 0, TOP)
        verify_help = "Meta repeats it when the webhook is set up. Enter the same there."
        verify = FormRow("Verify token", self.verify_token, help_text=verify_help)
        grid.addWidget(self.row("verify_token", verify), 3, 1, TOP)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(grid)
        column.addWidget(self.open_real)
        self.test = TestRow(theme, name="whatsapp")
        if is_sandbox:
            self.test.hide()
        column.addWidget(self.test)
        for field in (*self.fields.values(), self.token, self.app_secret, self.verify_token):
            field.textChanged.connect(self.changed)
        self.open_real.toggled.connect(self.changed)

    @property
    def is_changed(self) -> bool:
        if self.kept is None:
            return False
        return self.wanted(self.kept) != self.kept or bool(self.token.text() or self.app_secret.text())

    def wanted(self, kept: ConnectionForm) -> ConnectionForm:
        return replace(
            kept,
            is_sandbox=not self.open_real.isChecked(),
            base_url=self.fields["base_url"].text().strip(),
            phone_number_id=self.fields["phone_number_id"].text().strip(),
            waba_id=self.fields["waba_id"].text().strip(),
            version=self.fields["version"].text().strip(),
            verify_token=self.verify_token.text().strip() if self._shows_token else kept.verify_token,
        )

    def secrets(self) -> tuple[str | None, str | None]:
        """Token and app secret as typed now; None: leave as it is."""
        return self.token.text().strip() or None, self.app_secret.text().strip() or None

    def show_editable(self, refusal: str) -> None:
        """The reason stands above the fields: the foot is far below. The verify token is not for everybody."""
        if self._shows_token is bool(refusal):
            self._shows_token = not refusal
            self._filling = True
            self.verify_token.setText(self.kept.verify_token if self.kept and not refusal else "")
            self._filling = False
        self.verify_token.setPlaceholderText(ADMINS_ONLY if refusal else "")
        self.refused.show_banner("info", escape(refusal))
        self.refused.setVisible(bool(refusal))
        super().show_editable(refusal)
        self.note.setVisible(not refusal)

    def show_form(self, form: ConnectionForm) -> None:
        """What is kept; typed secrets are forgotten."""
        self.kept = form
        self._filling = True
        for key, field in self.fields.items():
            field.setText(getattr(form, key))
        self.verify_token.setText(form.verify_token if self._shows_token else "")
        self.webhook.show_value(form.webhook_path)
        self.open_real.setChecked(not form.is_sandbox)
        for row, field, known in (
            (self.token_row, self.token, form.has_token), (self.secret_row, self.app_secret, form.has_app_secret),
        ):  # fmt: skip
            field.clear()
            field.setPlaceholderText("••••••••••••" if known else "")
            row.note.setText(KEPT if known else MISSING)
        self._filling = False
        self._forget_problems()
        self._show_foot()


def _secret(name: str) -> QLineEdit:
    field = named(QLineEdit(), name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
