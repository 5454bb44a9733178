"""Integrations: where the HTTP API answers, and the keys with which programs come in."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.keys import ApiKey, KeyFigures
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.services.keys import NewKey
from desktop.ui.desk import Desk
from desktop.ui.dialog import ask, confirm
from desktop.ui.parts import when
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import ElidedLabel, Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.settings.key_dialogs import NewKeyDialog, ShownKeyDialog
from desktop.ui.settings.people_dialogs import ask_until_done
from desktop.ui.theme import Color, Theme

COLUMNS: Final = ("Name", "Key", "Scope", "Last used", "24 h: accepted / failed / of these opted out", "")
NO_KEYS: Final = "No keys yet. A shop or a script needs one to send through Assent."
_SHARES: Final = (4, 2, 2, 2, 6, 0)
"""How the columns share the room that is left."""
_ROW_PX: Final = 28
_FRESH_EVERY_MS: Final = 1_000
"""A broadcast changes thousands of messages a second; the figures follow once in a while."""


class ApiCard(Card):
    """Where the API answers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("HTTP API", name="api_card", spacing_px=4)
        self.state = Badge(theme, "Running", BadgeKind.LIVE, name="api_state")
        self.copy = Button(theme, "Copy address", "link", name="api_copy")
        self.header.addWidget(self.copy)
        self.header.addWidget(self.state)
        self.sentence = Label("", "muted", wrap=True, selectable=True, name="api_sentence")
        self.body.addWidget(self.sentence)
        self._address = ""
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._address))
        self.show_address("", "")

    def show_address(self, address: str, elsewhere: str) -> None:
        """address: '' when this window does not serve; elsewhere: why not."""
        self._address = address
        self.copy.setVisible(bool(address))
        if address:
            self.state.show_badge("Running", BadgeKind.LIVE)
            self.sentence.setText(f"{address} · Gallabox-compatible at /devapi · documentation at /docs")
        else:
            self.state.show_badge("Not here", BadgeKind.NEUTRAL)
            self.sentence.setText(f"This window does not answer. {elsewhere}".strip())


class KeysCard(Card):
    """The keys, and what can be done with them. Signals carry nothing or the key."""

    new_requested = Signal()
    revoke_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Keys", name="keys_card")
        self._theme = theme
        self.new = Button(theme, "New key", icon="plus", name="keys_new")
        self.new.clicked.connect(self.new_requested)
        self.header.addWidget(self.new)
        self.none = Label(NO_KEYS, "soft", wrap=True, name="keys_none")
        self.refused = Label("", "muted", wrap=True, name="keys_refused")
        self._list = QWidget()
        self._grid = QGridLayout(self._list)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        for column, share in enumerate(_SHARES):
            self._grid.setColumnStretch(column, share)
        named(self._list, "keys_list", "API keys")
        for part in (self.refused, self._list, self.none):
            self.body.addWidget(part)
        self._made: list[QWidget] = []
        self._list.hide()
        self.none.hide()

    def show_keys(self, keys: Sequence[ApiKey], now: datetime, refusal: str) -> None:
        """refusal: "" or the sentence why this person may not change them."""
        focus = QApplication.focusWidget()
        focused = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        for old in self._made:
            old.hide()
            old.deleteLater()
        self._made.clear()
        self.new.setEnabled(not refusal)
        self.new.setToolTip(refusal)
        self.refused.setText(refusal)
        self.refused.setVisible(bool(refusal))
        self.none.setVisible(not keys)
        self._list.setVisible(bool(keys))
        if keys:
            self._put_row(0, [Label(title, "muted") for title in COLUMNS])
        for number, one in enumerate(keys):
            self._line(2 * number + 1)
            self._put_row(2 * number + 2, self._cells(one, now, refusal))
        again = next((cell for cell in self._made if cell.objectName() == focused), None) if focused else None
        if again is not None:
            again.setFocus()

    def _cells(self, one: ApiKey, now: datetime, refusal: str) -> list[QWidget]:
        name = f"key_{one.id}"
        used = Label(used_words(one, now), name=f"{name}_used")
        if one.last_used_at is not None:
            used.setToolTip(when.full(one.last_used_at))
        shown = Label(one.short, "mono", name=f"{name}_short")
        shown.setToolTip(one.key_id)
        return [
            ElidedLabel(one.name, "strong" if one.revoked_at is None else "muted", name=f"{name}_name"),
            shown,
            Label(one.scope.label, name=f"{name}_scope"),
            used,
            self._figures(one),
            self._end(one, now, refusal),
        ]

    def _figures(self, one: ApiKey) -> QWidget:
        """The last figure stands out when it is not nought."""
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        before, stopped = figures_words(one.day)
        line.addWidget(Label(before, name=f"key_{one.id}_figures"))
        if stopped:
            color: Color | None = "danger" if one.day.opted_out_count else None
            line.addWidget(Label(stopped, "strong", color=color, name=f"key_{one.id}_opted_out"))
        line.addStretch(1)
        return row

    def _end(self, one: ApiKey, now: datetime, refusal: str) -> QWidget:
        if one.revoked_at is not None:
            gone = Label(f"Revoked {when.short(one.revoked_at, now)}", "muted", name=f"key_{one.id}_revoked")
            gone.setToolTip(when.full(one.revoked_at))
            return gone
        revoke = Button(self._theme, "Revoke", "link-danger", name=f"key_{one.id}_revoke")
        revoke.setAccessibleName(f"Revoke {one.name}")
        revoke.setEnabled(not refusal)
        revoke.setToolTip(refusal)
        revoke.clicked.connect(partial(self.revoke_requested.emit, one))
        return revoke

    def _put_row(self, at: int, cells: Sequence[QWidget]) -> None:
        self._grid.setRowMinimumHeight(at, self._theme.px(_ROW_PX))
        for column, cell in enumerate(cells):
            self._made.append(cell)
            last = column == len(COLUMNS) - 1
            side = Qt.AlignmentFlag.AlignTrailing if last else Qt.AlignmentFlag(0)
            self._grid.addWidget(cell, at, column, side | Qt.AlignmentFlag.AlignVCenter)

    def _line(self, at: int) -> None:
        line = Rule()
        self._made.append(line)
        self._grid.addWidget(line, at, 0, 1, len(COLUMNS))


class IntegrationsPanel(QWidget):
    """Both cards; reads and follows what they show."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._reading: asyncio.Task[Any] | None = None
        self.api, self.keys = ApiCard(desk.theme), KeysCard(desk.theme)
        self.keys.new_requested.connect(lambda: self._spawn(self._make()))
        self.keys.revoke_requested.connect(lambda one: self._spawn(self._revoke(one)))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_FRESH_EVERY_MS)
        self._later.timeout.connect(self.refresh)
        desk.live.follow(self, self._heard)
        self.refresh()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.api)
        column.addWidget(self.keys)
        named(self, "integrations_panel", "Integrations")

    def refresh(self) -> None:
        """Read everything anew: something changed, or somebody else sits here."""
        app = self._desk.app
        self.api.show_address(app.server_address, app.engine_elsewhere)
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._spawn(self._read())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    async def _read(self) -> None:
        desk = self._desk
        self.keys.show_keys(await desk.app.keys.every(), desk.app.clock.now(), desk.refusal(Right.KEYS))

    def _heard(self, changes: Changes) -> None:
        if any(changes.has(topic) for topic in (Topic.KEY, Topic.PERSON, Topic.SETTINGS)):
            self.refresh()
        elif self.isVisible() and changes.has(Topic.MESSAGE) and not self._later.isActive():
            self._later.start()

    async def _make(self) -> None:
        desk = self._desk
        dialog = NewKeyDialog(desk.theme, self.window())
        made: list[NewKey] = []

        async def create(values: Mapping[str, Any]) -> None:
            made.append(await desk.app.keys.create(user=desk.user(), **values))

        if await ask_until_done(desk, dialog, create, dialog.values):
            await ask(ShownKeyDialog(desk.theme, self.window(), made[-1]))

    async def _revoke(self, one: ApiKey) -> None:
        desk = self._desk
        text = (
            "Whatever uses it is refused from its next call on. This cannot be undone; a new key can be made."
        )
        if await confirm(
            desk.theme,
            self.window(),
            f"Revoke {one.name}?",
            text,
            do="Revoke",
            danger=True,
            name="key_revoke",
        ):
            await desk.app.keys.revoke(one.id, desk.user())
            desk.toasts.show_toast(f"The key “{one.name}” opens nothing any more.", "done")

    def _spawn(self, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return self._desk.tasks.spawn(self, coro, on_problem=self._say)

    def _say(self, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")


def used_words(one: ApiKey, now: datetime) -> str:
    """'11:04', 'Yesterday', '3 Nov' or 'Never'."""
    return when.short(one.last_used_at, now) if one.last_used_at is not None else "Never"


def figures_words(day: KeyFigures) -> tuple[str, str]:
    """('6,044 / 97 /', '61'); a dash and nothing when no message came."""
    if not day.accepted_count:
        return "–", ""
    return f"{day.accepted_count:,} / {day.failed_count:,} /", f"{day.opted_out_count:,}"
