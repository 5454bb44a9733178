"""People: who works here, as what, what each role may do, and whether they sign in."""

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Account, Given, Right, Role
from desktop.domain.problems import Problem
from desktop.domain.settings import Settings
from desktop.ui.desk import Desk
from desktop.ui.dialog import confirm
from desktop.ui.parts.avatar import Avatar
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import ElidedLabel, Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.settings.people_dialogs import AddPersonDialog, ask_until_done, set_password
from desktop.ui.settings.people_words import (
    holds,
    keys_words,
    no_password_words,
    right_words,
    role_words,
    seen_tooltip,
    seen_words,
)
from desktop.ui.settings.savecard import SettingsCard
from desktop.ui.settings.switch_row import SwitchRow
from desktop.ui.theme import Theme

SIGN_IN = (
    "Before the window opens everybody says who they are with a name and a password, so that each thing done has "
    "its person. On a real number this is on as soon as two people work here."
)
AVATAR_PX = 36


class SignInCard(SettingsCard):
    """The switch *Ask people to sign in*."""

    def __init__(self, theme: Theme) -> None:
        self.sign_in = SwitchRow(theme, "Ask people to sign in", SIGN_IN, name="people_sign_in")
        super().__init__(theme, "", name="people_sign_in_card")
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.sign_in)
        self.warning = Banner(theme, "warn", "", name="people_sign_in_warning")
        self.warning.hide()
        column.addWidget(self.warning)
        self.setAccessibleName("Ask people to sign in")
        self._locked_out = ""
        self.sign_in.switch.toggled.connect(self.changed)
        self.sign_in.switch.toggled.connect(lambda _on: self._warn())

    def show_people(self, accounts: Sequence[Account]) -> None:
        """Who works here: some of them may have no password."""
        self._locked_out = no_password_words(accounts)
        self._warn()

    def _warn(self) -> None:
        self.warning.show_banner("warn", escape(self._locked_out))
        self.warning.setVisible(bool(self._locked_out) and self.sign_in.switch.isChecked())

    def fill(self, settings: Settings) -> None:
        self.sign_in.switch.setChecked(settings.sign_in)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, sign_in=self.sign_in.switch.isChecked())


class PersonRow(QWidget):
    """One account. Signals carry nothing: the card knows whose row it is."""

    role_requested = Signal(str)
    password_requested = Signal()
    close_requested = Signal()
    open_requested = Signal()

    def __init__(self, theme: Theme, account: Account, now: datetime, *, refusal: str, own: bool) -> None:
        super().__init__()
        id, name = account.user.id, account.user.name
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(f"{name} (you)" if own else name, "strong", name=f"person_{id}_name"))
        words.addWidget(
            ElidedLabel(account.sign_in_name or "No sign-in name", "muted", name=f"person_{id}_sign_in")
        )
        self.seen = Label(seen_words(account, now), "muted", name=f"person_{id}_seen")
        self.seen.setToolTip(seen_tooltip(account))
        self.role = named(QComboBox(), f"person_{id}_role", f"Role of {name}")
        for role in Role:
            self.role.addItem(role.value.title(), role.value)
        self.role.setCurrentIndex(list(Role).index(account.user.role))
        password = "Change password…" if account.has_password else "Set password…"
        self.password = Button(theme, password, name=f"person_{id}_password")
        verb = "Deactivate" if account.active else "Open again"
        self.turn = Button(theme, verb, "link-danger" if account.active else "link", name=f"person_{id}_turn")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(12)
        row.addWidget(Avatar(theme, name, AVATAR_PX))
        row.addLayout(words, 1)
        if not account.active:
            row.addWidget(Badge(theme, "Closed", BadgeKind.NEUTRAL, name=f"person_{id}_state"))
        row.addWidget(self.seen)
        for one in (self.role, self.password, self.turn):
            row.addWidget(one)
            allowed = not refusal or (own and one is self.password)
            one.setEnabled(allowed and (account.active or one is self.turn))
            one.setToolTip("" if allowed else refusal)
        for button in (self.password, self.turn):
            button.setAccessibleName(
                f"{button.text()} of {name}" if button is self.password else f"{verb} {name}"
            )
        self.columns = (self.role, self.password, self.turn)
        self.role.activated.connect(lambda _at: self.role_requested.emit(self.role.currentData()))
        self.password.clicked.connect(self.password_requested)
        self.turn.clicked.connect(self.close_requested if account.active else self.open_requested)
        named(self, f"person_{id}", name)


class PeopleCard(Card):
    """The list. Signals carry the account."""

    add_requested = Signal()
    role_requested = Signal(object, str)
    password_requested = Signal(object)
    close_requested = Signal(object)
    open_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Who works here", name="people_card", spacing_px=4)
        self._theme = theme
        self.add = Button(theme, "Add person…", "primary", icon="user-plus", name="people_add")
        self.add.clicked.connect(self.add_requested)
        self.header.addWidget(self.add)
        self.note = Label("", "muted", wrap=True, name="people_note", parent=self)
        self.note.hide()
        self.body.addWidget(self.note)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.body.addLayout(self._list)
        self._made: list[QWidget] = []
        self._rows: list[PersonRow] = []
        theme.changed.connect(self._line_up)

    def show_people(self, accounts: Sequence[Account], now: datetime, user_id: int, refusal: str) -> None:
        """refusal: "" or the sentence why this person may not change them."""
        focus = QApplication.focusWidget()
        focused = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        for old in self._made:
            old.hide()
            old.deleteLater()
        self._made.clear()
        self._rows.clear()
        self.add.setEnabled(not refusal)
        self.add.setToolTip(refusal)
        self.note.setText(refusal)
        self.note.setVisible(bool(refusal))
        for position, account in enumerate(accounts):
            if position:
                self._put(Rule())
            row = PersonRow(self._theme, account, now, refusal=refusal, own=account.user.id == user_id)
            row.role_requested.connect(partial(self.role_requested.emit, account))
            row.password_requested.connect(partial(self.password_requested.emit, account))
            row.close_requested.connect(partial(self.close_requested.emit, account))
            row.open_requested.connect(partial(self.open_requested.emit, account))
            self._put(row)
            self._rows.append(row)
            again = row.findChild(QWidget, focused) if focused else None
            if isinstance(again, QWidget):
                again.setFocus()
        self._line_up()

    def _line_up(self) -> None:
        """What stands under each other begins and ends at the same place."""
        for column in zip(*(row.columns for row in self._rows), strict=True):
            widest_px = max(one.sizeHint().width() for one in column)
            for one in column:
                one.setMinimumWidth(widest_px)

    def _put(self, widget: QWidget) -> None:
        self._made.append(widget)
        self._list.addWidget(widget)


class RightsCard(Card):
    """What each role may do: read from the rights, so that it is always true."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("What each role may do", name="people_rights_card", spacing_px=12)
        self._theme = theme
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(32)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(len(Role) + 1, 1)
        for column, role in enumerate(Role, 1):
            head = Label(role.value.title(), "strong", name=f"rights_{role.value}")
            self._grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignHCenter)
        self._marks: dict[tuple[Right, Role], Glyph] = {}
        for line, right in enumerate(Right, 1):
            self._grid.addWidget(Label(right_words(right), name=f"rights_{right.name.lower()}"), line, 0)
            for column, role in enumerate(Role, 1):
                mark = Glyph(theme, "minus", "muted", 16, name=f"rights_{right.name.lower()}_{role.value}")
                self._marks[right, role] = mark
                self._grid.addWidget(mark, line, column, Qt.AlignmentFlag.AlignCenter)
        self.body.addLayout(self._grid)
        self.body.addWidget(
            Label("Who may override an opt-out, launch and export is set under Consent.", "muted", wrap=True)
        )

    def show_given(self, given: Given) -> None:
        for (right, role), mark in self._marks.items():
            allowed = holds(role, right, given)
            mark.show_icon("check-bold" if allowed else "minus", "accent" if allowed else "muted")
            mark.setAccessibleName(f"{role.value.title()}: {'may' if allowed else 'may not'} {right.value}")
            mark.setToolTip(mark.accessibleName())


class PeoplePanel(QWidget):
    """The list and the verbs behind it. `rights` stands elsewhere on the page and is kept up to date here.

    `people_read(accounts)` whenever they were read.
    """

    people_read = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.list = PeopleCard(desk.theme)
        self.rights = RightsCard(desk.theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        named(self, "people_panel", "People")
        self.list.add_requested.connect(lambda: self._spawn(self._add()))
        self.list.role_requested.connect(
            lambda account, role: self._spawn(self._set_role(account, Role(role)))
        )
        self.list.password_requested.connect(
            lambda account: self._spawn(set_password(desk, self.window(), account))
        )
        self.list.close_requested.connect(lambda account: self._spawn(self._close(account)))
        self.list.open_requested.connect(lambda account: self._spawn(self._open(account)))
        desk.live.follow(self, self._heard)
        self.refresh()

    def refresh(self) -> None:
        """Read everything anew: something changed, or somebody else sits here."""
        self._desk.tasks.spawn(self, self._read(), on_problem=self._say)

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.PERSON) or changes.has(Topic.SETTINGS):
            self.refresh()

    async def _read(self) -> None:
        desk = self._desk
        accounts = await desk.app.accounts.every()
        given = (await desk.app.workspace.settings()).given
        self.list.show_people(accounts, desk.app.clock.now(), desk.user().id, desk.refusal(Right.PEOPLE))
        self.rights.show_given(given)
        self.people_read.emit(accounts)

    async def _add(self) -> None:
        desk = self._desk
        dialog = AddPersonDialog(desk.theme, self.window(), desk.given())

        async def keep(values: Any) -> None:
            await desk.app.accounts.add(user=desk.user(), **values)

        if await ask_until_done(desk, dialog, keep, dialog.values):
            desk.toasts.show_toast("Added. They sign in with the start password.", "done")

    async def _set_role(self, account: Account, role: Role) -> None:
        if role is account.user.role:
            return
        desk = self._desk
        keeps = holds(role, Right.KEYS, desk.given())
        sure = await confirm(
            desk.theme, self.window(), f"Make {account.user.name} {_article(role)}?",
            _sentences(role_words(role, desk.given()), "" if keeps else await self._keys_words(account)),
            do="Change role", name="person_role_change",
        )  # fmt: skip
        try:
            if sure:
                await desk.app.accounts.set_role(account.user.id, role, desk.user())
        finally:
            self.refresh()  # refused or not wanted: the list shows the role that counts

    async def _close(self, account: Account) -> None:
        desk, name = self._desk, account.user.name
        text = f"{name} cannot come in any more. Their conversations become unassigned; what they did stays recorded."
        text = _sentences(text, await self._keys_words(account))
        if await confirm(
            desk.theme, self.window(), f"Deactivate {name}?", text, do="Deactivate", danger=True,
            name="person_deactivate",
        ):  # fmt: skip
            await desk.app.accounts.deactivate(account.user.id, desk.user())
            desk.toasts.show_toast(f"The account of {name} is closed.", "done")

    async def _keys_words(self, account: Account) -> str:
        return keys_words(await self._desk.app.keys.every(), account.user.id)

    async def _open(self, account: Account) -> None:
        await self._desk.app.accounts.reactivate(account.user.id, self._desk.user())
        self._desk.toasts.show_toast(f"{account.user.name} may come in again.", "done")

    def _spawn(self, coro: Coroutine[Any, Any, Any]) -> None:
        self._desk.tasks.spawn(self, coro, on_problem=self._say)

    def _say(self, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")


def _sentences(*some: str) -> str:
    return " ".join(one for one in some if one)


def _article(role: Role) -> str:
    return f"{'a' if role is Role.SUPERVISOR else 'an'} {role.value}"
