"""Tells the person who sits here what is new: customers' messages, notes that name them, reminders that are due."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.attention import NewMessage, Notice, gathered
from desktop.domain.changes import Changes, Topic
from desktop.domain.notes import Mention
from desktop.domain.people import User
from desktop.domain.quiet import QuietHours, Span
from desktop.domain.reminders import Reminder
from desktop.services.attention import ForYou
from desktop.system.machine import MachineSettings
from desktop.ui.conversations.loading import loop_runs
from desktop.ui.desk import Desk
from desktop.ui.parts import when
from desktop.ui.tasks import Once

GATHER_MS: Final = 700
"""What comes within this time is told in one."""
REST_MS: Final = 5_000
"""After messages were told, the next ones are gathered this long: a burst is a few notices, not hundreds."""
POLL_MS: Final = 15_000
"""Reminders fall due without anyone saying so."""
OVERLAP: Final = timedelta(seconds=60)
"""Another process may write a message a little later than its time says; what was told is not told again."""
_TOPICS: Final = (
    Topic.MESSAGE,
    Topic.CONVERSATION,
    Topic.CONVERSATION_MOVED,
    Topic.CONVERSATION_RESOLVED,
    Topic.NOTE,
    Topic.REMINDER,
)


class Ways(Protocol):
    """What is told outside of the window (`desktop.ui.shell.outside.Outside`)."""

    def tell(self, title: str, text: str) -> bool: ...

    def beep(self) -> None: ...


class Notifications(QObject):
    """`open_requested(contact id or None)` when a person follows a notice; `counted(ForYou)` after each look."""

    open_requested = Signal(object)
    counted = Signal(object)

    def __init__(
        self,
        desk: Desk,
        window: QWidget,
        ways: Ways,
        looked_at: Callable[[], int | None],
        *,
        gather_ms: int = GATHER_MS,
        rest_ms: int = REST_MS,
        poll_ms: int = POLL_MS,
    ) -> None:
        """looked_at: the contact whose conversation the person sees now; None: none."""
        super().__init__(window)
        self._desk, self._window, self._ways, self._looked_at = desk, window, ways, looked_at
        self._gather_ms, self._rest_ms = gather_ms, rest_ms
        self._user_id = 0
        self._began = self._since = desk.app.clock.now()
        self._told: dict[int, datetime] = {}
        self._newest_note: int | None = None
        self._is_first = True
        self.last: Notice | None = None
        """What was told last."""
        self._once, self._due_once = Once(desk.tasks, self), Once(desk.tasks, self)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.timeout.connect(self._gathered)
        self._poll = QTimer(self)
        self._poll.setInterval(poll_ms)
        self._poll.timeout.connect(self.look)
        self._poll.start()
        desk.live.follow(self, self._heard)
        self.look()

    def look(self) -> None:
        """Look now: at what is new, and at what is due."""
        self._gathered()
        if loop_runs():
            self._due_once.start(self._tell_due, on_problem=_left)

    def open_last(self) -> None:
        """Follow what was told last, outside of the window."""
        self.open_requested.emit(self.last.contact_id if self.last is not None else None)

    def _heard(self, changes: Changes) -> None:
        if any(changes.has(topic) for topic in _TOPICS) and not self._gather.isActive():
            self._gather.start(self._gather_ms)

    def _gathered(self) -> None:
        if loop_runs() and not self._once.start(self._read, on_problem=_left):
            self._gather.start(self._gather_ms)

    async def _read(self) -> None:
        app, user = self._desk.app, self._desk.user()
        self._expect(user)
        now = app.clock.now()
        news = await app.attention.news(user, max(self._began, self._since - OVERLAP))
        for_you = await app.attention.for_you(user)
        if self._desk.user().id != user.id:
            return
        self._since = now
        self.counted.emit(for_you)
        self._tell_mentions(for_you.mentions)
        self._tell_messages(news)

    def _expect(self, user: User) -> None:
        """Somebody else sits here: what came before is not news for them."""
        if user.id != self._user_id:
            self._user_id = user.id
            self._began = self._since = self._desk.app.clock.now()
            self._told, self._newest_note, self._is_first = {}, None, True

    def _tell_messages(self, news: Sequence[NewMessage]) -> None:
        looked_at = self._looked_at()
        new = [one for one in news if one.message_id not in self._told]
        self._told |= {one.message_id: one.at for one in new}
        since = self._since - 2 * OVERLAP
        self._told = {id: at for id, at in self._told.items() if at >= since}
        notice = gathered([one for one in new if one.contact_id != looked_at])
        was_first, self._is_first = self._is_first, False
        if notice is not None and self._settings.notify and not was_first:
            self._tell(notice)
            self._gather.start(self._rest_ms)  # until then nothing more is told

    def _tell_mentions(self, mentions: Sequence[Mention]) -> None:
        """mentions: newest first. Those from before are in the list, but no news."""
        before, newest = self._newest_note, max((one.note.id for one in mentions), default=0)
        self._newest_note = max(before or 0, newest)
        if before is None:
            return
        looked_at = self._looked_at()
        for one in reversed(mentions):
            if one.note.id > before and one.note.contact_id != looked_at:
                title = f"{one.note.author_name} mentioned you"
                said = " ".join(one.note.text.split())
                text = f"{one.contact_name}: {said}"
                self._tell(Notice(title, text, one.contact_name, one.note.contact_id))

    async def _tell_due(self) -> None:
        app, user = self._desk.app, self._desk.user()
        for one in await app.reminders.due(user):
            if await app.reminders.mark_told(one.contact_id, user):
                self._tell(_reminded(one))

    def _tell(self, notice: Notice) -> None:
        self.last = notice
        settings = self._settings
        quiet = is_quiet(settings, self._desk.app.clock.now())
        is_outside = False
        if settings.notify and not quiet:
            if not self._window.isActiveWindow():
                text = notice.text if settings.notify_words else notice.discreet
                is_outside = self._ways.tell(notice.title, text)
            if settings.notify_sound:
                self._ways.beep()
        if not is_outside:
            self._desk.toasts.show_toast(
                f"{notice.title}: {notice.text}",
                action="Open",
                on_action=lambda: self.open_requested.emit(notice.contact_id),
            )

    @property
    def _settings(self) -> MachineSettings:
        machine = self._desk.app.machine
        return machine.settings if machine is not None else MachineSettings()


def is_quiet(settings: MachineSettings, now: datetime) -> bool:
    """Whether the computer's quiet hours hold now, on its own wall."""
    hours = QuietHours(Span(*settings.quiet_week), Span(*settings.quiet_weekend))
    return settings.quiet and hours.holds(when.local(now))


def _reminded(one: Reminder) -> Notice:
    return Notice(
        "Reminder", f"you wanted to come back to {one.contact_name}", one.contact_name, one.contact_id
    )


def _left(_: Exception) -> None:
    """Nobody asked for this look: what goes wrong is shown where a person asked for something."""


def waiting_words(title: str, for_you: ForYou) -> str:
    """'(3) Assent'."""
    return f"({for_you.waiting_count:,}) {title}" if for_you.waiting_count else title
