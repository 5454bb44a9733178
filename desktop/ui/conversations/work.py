"""What is done about an open conversation: who answers, whether it is closed, when it comes back, its tags."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.domain.people import User
from desktop.domain.reminders import Later, due
from desktop.services.conversations import OpenConversation
from desktop.system.zone import machine_zone
from desktop.ui.actions import action
from desktop.ui.conversations.beside import Beside
from desktop.ui.conversations.contact_verbs import ContactVerbs
from desktop.ui.conversations.header import ThreadHeader
from desktop.ui.conversations.panel import ContactPanel
from desktop.ui.conversations.reminder_dialog import choose_time
from desktop.ui.conversations.reminder_strip import ReminderStrip
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog


class Work(QObject):
    """Wires head, strip and panel to the verbs, and binds their keys while `area` is in sight.

    `closed(contact id)` after the person closed it, while the list still has it.
    """

    closed = Signal(int)

    def __init__(
        self,
        desk: Desk,
        area: QWidget,
        verbs: ContactVerbs,
        header: ThreadHeader,
        panel: ContactPanel,
        beside: Beside,
        on_problem: Callable[[Exception], object],
    ) -> None:
        super().__init__(area)
        self._desk, self._area, self._verbs, self._on_problem = desk, area, verbs, on_problem
        self._header, self._panel, self._beside = header, panel, beside
        self._opened: OpenConversation | None = None
        self.people: list[User] = []
        """Who works here, as last read."""
        self._seen: tuple[int, int] | None = None
        self.strip = ReminderStrip(desk.theme)
        self._wire()
        self._bind()

    def show_state(self, opened: OpenConversation, people: list[User], now: datetime) -> None:
        """A conversation was read."""
        self._opened, self.people = opened, people
        self.strip.show_reminder(opened.reminder, now)
        self._header.show_reminder(opened.reminder, now)

    def tick(self, now: datetime) -> None:
        """Time has passed."""
        self.strip.tick(now)

    def looked(self) -> None:
        """The person looks at it: notes that name them here are seen."""
        opened, me = self._opened, self._desk.user()
        if opened is None:
            return
        naming = [one.id for one in opened.notes if me.id in one.mentioned_ids]
        if naming and self._seen != (me.id, naming[-1]):
            self._seen = (me.id, naming[-1])
            self._spawn(self._desk.app.notes.mark_seen(opened.contact.id, me))

    def _wire(self) -> None:
        header, panel = self._header, self._panel
        header.assign_requested.connect(self._assign)
        header.open_requested.connect(self._set_open)
        header.later_requested.connect(self._remind_later)
        header.time_requested.connect(self._choose_time)
        header.reminder_removed.connect(self._remove_reminder)
        self.strip.remove_requested.connect(self._remove_reminder)
        panel.opt_in.change_requested.connect(lambda value: self._do(self._verbs.change_opt_in, value))
        panel.tags.add_requested.connect(lambda name: self._do(self._verbs.add_tag, name))
        panel.tags.remove_requested.connect(lambda name: self._do(self._verbs.remove_tag, name))
        panel.copied.connect(lambda: self._desk.toasts.show_toast("Phone number copied", "done"))

    def _bind(self) -> None:
        calls: dict[str, Callable[[], object]] = {
            "assign_me": lambda: self._assign(self._desk.user().id),
            "assign": self._header.open_assign,
            "close_conversation": self._header.toggle_open,
            "tag": self._tag,
            "remind": self._header.open_reminders,
        }
        for id, call in calls.items():
            shortcut = QShortcut(QKeySequence(action(id).keys[0]), self._area)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(lambda do=call: self._pressed(do))

    def _pressed(self, call: Callable[[], object]) -> None:
        """A key was pressed; not while a dialog lies over the window."""
        cards = self._area.window().findChildren(CardDialog)
        if self._opened is not None and not any(card.isVisible() for card in cards):
            call()

    def _tag(self) -> None:
        self._beside.bring()
        self._panel.begin_tag()

    def _assign(self, user_id: int) -> None:
        known = [*self.people, self._desk.user()]
        to = next((one for one in known if one.id == user_id), None)
        if self._opened is not None and self._opened.row is not None:
            self._do(self._verbs.assign, to)

    def _set_open(self, is_open: bool) -> None:
        if self._opened is not None and self._opened.row is not None:
            self._spawn(self._opened_or_closed(self._opened, is_open))

    async def _opened_or_closed(self, opened: OpenConversation, is_open: bool) -> None:
        await self._verbs.set_open(opened, is_open)
        if not is_open:
            self.closed.emit(opened.contact.id)

    def _remind_later(self, later: Later) -> None:
        async def put(opened: OpenConversation, wanted: Later) -> None:
            zone = await _zone()
            await self._verbs.remind(opened, due(wanted, self._desk.app.clock.now(), zone))

        self._do(put, later)

    def _choose_time(self) -> None:
        async def choose(opened: OpenConversation, _: None) -> None:
            before = opened.reminder.due_at if opened.reminder is not None else None
            desk, zone = self._desk, await _zone()
            at = await choose_time(desk.theme, self._area.window(), desk.app.clock.now(), zone, before)
            if at is not None:
                await self._verbs.remind(opened, at)

        self._do(choose, None)

    def _remove_reminder(self) -> None:
        if self._opened is not None and self._opened.reminder is not None:
            self._do(self._verbs.forget_reminder, self._opened.reminder)

    def _do(self, verb: Callable[[OpenConversation, Any], Coroutine[Any, Any, None]], value: Any) -> None:
        if self._opened is not None:
            self._spawn(verb(self._opened, value))

    def _spawn(self, coro: Coroutine[Any, Any, None]) -> None:
        self._desk.tasks.spawn(self._area, coro, on_problem=self._on_problem)


async def _zone() -> ZoneInfo:
    """The computer's: times are shown in it everywhere."""
    return ZoneInfo(await asyncio.to_thread(machine_zone))
