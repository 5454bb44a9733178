"""Who is there? The screen before the window, and the coming in."""

import asyncio
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.app import App
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.shell.failure import Failures
from desktop.ui.shell.opening import app_icon
from desktop.ui.tasks import Once, Tasks
from desktop.ui.theme import Theme

SIZE_PX = (960, 640)
CARD_PX = 380
CAPS_LOCK = "Caps Lock is on"


class SignInScreen(QWidget):
    """Name, password, Sign in. `sign_in_requested(name, password)` by the button or Enter; `closed` when it is closed."""

    sign_in_requested = Signal(str, str)
    closed = Signal()

    def __init__(
        self, theme: Theme, workspace: str, *, is_sandbox: bool, sign_in_name: str = "", notice: str = ""
    ) -> None:
        """sign_in_name: who signed in here last. notice: why the window before this one was left."""
        super().__init__()
        self._theme = theme
        self.setObjectName("window")  # the ground of windows comes from the style sheet by this name
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Sign in — Assent" + (" — SANDBOX" if is_sandbox else ""))
        self.setWindowIcon(app_icon())
        self.setAccessibleName("Sign in")
        self.resize(theme.px(SIZE_PX[0]), theme.px(SIZE_PX[1]))
        self.card = Card(name="sign_in_card", spacing_px=16, pad_px=28)
        self.card.setAccessibleName("Sign in")
        self._head(workspace, is_sandbox)
        self.notice = Banner(theme, "info", "", name="sign_in_notice")
        self.notice.text.setText(escape(notice))
        self.card.body.addWidget(self.notice)
        self.notice.setVisible(bool(notice))
        self.name = named(QLineEdit(sign_in_name), "sign_in_name")
        self.password = named(QLineEdit(), "sign_in_password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.name_row = FormRow("Name or e-mail", self.name, name="row_sign_in_name")
        self.password_row = FormRow("Password", self.password, name="row_sign_in_password")
        self.card.body.addWidget(self.name_row)
        self.card.body.addWidget(self.password_row)
        self.button = Button(theme, "Sign in", "primary", name="sign_in_button")
        self.card.body.addWidget(self.button)
        self.card.body.addWidget(
            Label("Forgot it? An admin gives you a new one in Settings, People.", "muted", wrap=True)
        )
        self._place()
        self.button.clicked.connect(self._ask)
        self.name.returnPressed.connect(self._next)
        self.password.returnPressed.connect(self._ask)
        self.password.installEventFilter(self)
        self.password.textEdited.connect(self._typed)
        theme.changed.connect(self._rescale)
        self._rescale()
        (self.password if sign_in_name else self.name).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, problem: Exception) -> None:
        """Beside the password, which is to be typed again."""
        assert isinstance(problem, Problem)
        self.password.clear()
        self.password_row.show_problem(problem.sentence)
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_busy(self, busy: bool) -> None:
        """While the password is compared."""
        for one in (self.name, self.password, self.button):
            one.setEnabled(not busy)
        self.button.setText("Signing in…" if busy else "Sign in")
        if not busy:
            self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt does not say whether Caps Lock is on; a letter typed with and without Shift does."""
        if watched is self.password and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            letter = event.text()
            if letter.isalpha() and letter.upper() != letter.lower():
                shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._show_caps_lock(letter.isupper() != shifted)
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # whoever opened it takes it away
        self.closed.emit()

    def _head(self, workspace: str, is_sandbox: bool) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Glyph(self._theme, "check-circle-fill", "accent", 36))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label("Assent", "h2", name="sign_in_title"))
        words.addWidget(Label(workspace, "soft", wrap=True, name="sign_in_workspace"))
        head.addLayout(words, 1)
        if is_sandbox:
            badge = Badge(self._theme, "SANDBOX", BadgeKind.MARKETING, name="sign_in_sandbox")
            head.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        self.card.body.addLayout(head)

    def _place(self) -> None:
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.card)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)

    def _typed(self) -> None:
        if self.password_row.note.text() != CAPS_LOCK:
            self.password_row.show_problem("")

    def _show_caps_lock(self, on: bool) -> None:
        said = self.password_row.note.text()
        if on and not said:
            self.password_row.note.setText(CAPS_LOCK)
            self.password_row.note.show()
        elif not on and said == CAPS_LOCK:
            self.password_row.show_problem("")

    def _next(self) -> None:
        if self.password.text():
            self._ask()
        else:
            self.password.setFocus(Qt.FocusReason.TabFocusReason)

    def _ask(self) -> None:
        if not self.name.text().strip():
            self.name.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.sign_in_requested.emit(self.name.text(), self.password.text())

    def _rescale(self) -> None:
        self.card.setFixedWidth(self._theme.px(CARD_PX))


class SignIn:
    """Shows the screen until somebody is let in or goes away."""

    def __init__(self, app: App, theme: Theme, workspace: str, notice: str = "") -> None:
        kept = app.machine.settings.sign_in_name if app.machine is not None else ""
        self._app = app
        self.screen = SignInScreen(
            theme, workspace, is_sandbox=app.is_sandbox, sign_in_name=kept, notice=notice
        )
        self.failures = Failures(theme, self.screen)
        self.tasks = Tasks(self._unexpected, Problem)
        self._once = Once(self.tasks, self.screen, self.screen.show_busy)
        self._done: asyncio.Future[User | None] = asyncio.get_running_loop().create_future()
        self.screen.sign_in_requested.connect(self._asked)
        self.screen.closed.connect(self.close_now)

    async def user(self) -> User | None:
        """Who was let in; None if the screen was closed. The screen stays until `remove()`."""
        self.screen.show()
        try:
            return await self._done
        finally:
            await self.tasks.close()

    def close_now(self) -> None:
        """Nobody comes in: the screen was closed, or the system ends the program."""
        if not self._done.done():
            self._done.set_result(None)

    def remove(self) -> None:
        self.screen.hide()
        self.screen.deleteLater()

    def _asked(self, sign_in_name: str, password: str) -> None:
        self._once.start(lambda: self._ask(sign_in_name, password), on_problem=self.screen.show_problem)

    async def _ask(self, sign_in_name: str, password: str) -> None:
        user = await self._app.accounts.sign_in(sign_in_name, password)
        machine = self._app.machine
        if machine is not None:
            await machine.keep(sign_in_name=sign_in_name.strip(), user_id=user.id)
        if not self._done.done():
            self._done.set_result(user)

    def _unexpected(self, error: Exception) -> None:
        self.failures.show(error)
