"""One open conversation: head, thread, compose box and contact panel, and what is done in them."""

from typing import Any

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Change, Changes, Topic
from desktop.domain.compose import ComposeState
from desktop.domain.conversations import MessageView
from desktop.domain.filters import Kind
from desktop.domain.messages import Status
from desktop.domain.people import Right, User, may
from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.services.bots import RunningSession
from desktop.services.conversations import OpenConversation
from desktop.ui.conversations.beside import Beside
from desktop.ui.conversations.bot_strip import BotStrip
from desktop.ui.conversations.bot_verbs import BotVerbs, refusal
from desktop.ui.conversations.compose import ComposeBox
from desktop.ui.conversations.contact_verbs import ContactVerbs
from desktop.ui.conversations.delivery import Delivery
from desktop.ui.conversations.header import ThreadHeader
from desktop.ui.conversations.loading import Latest, loop_runs
from desktop.ui.conversations.panel import ContactPanel
from desktop.ui.conversations.thread import ThreadView
from desktop.ui.conversations.thread_file_verbs import FileVerbs
from desktop.ui.conversations.thread_pace import Pace
from desktop.ui.conversations.thread_pages import ThreadPages
from desktop.ui.conversations.work import Work
from desktop.ui.conversations.writing import Writing
from desktop.ui.desk import Desk
from desktop.ui.tasks import Once

GATHER_MS = 500
"""Changes that name no contact, as a broadcast's, are gathered this long before the thread is read again."""


class ConversationArea(QWidget):
    """Shows the conversation that was opened last; all that is shown is of that one contact.

    `shown` when another one has taken the place.
    """

    shown = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._opened: OpenConversation | None = None
        self._bot: RunningSession | None = None
        self._wanted_id: int | None = None
        self._message_id: int | None = None
        self._focuses = True
        self._templates: list[Template] = []
        self._people: list[User] = []
        self._tags: list[str] = []
        self._kinds: dict[str, Kind] = {}
        self._stale = True
        self._load = Latest(desk.tasks, self, self._problem)
        self._delivery = Delivery(desk, self, self._show_event)
        self._verbs = ContactVerbs(desk, self, self.reload, self._problem)
        self._bots = BotVerbs(desk, self, self.reload)
        theme = desk.theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header = ThreadHeader(theme)
        self.bot = BotStrip(theme)
        self.thread_view = ThreadView(theme)
        self._pages = ThreadPages(self.thread_view, self.reload)
        self._pace = Pace(self.reload, self)
        self._files = FileVerbs(desk, self, self.thread_view.files)
        self.compose = ComposeBox(theme)
        self.writing = Writing(
            desk,
            self,
            self.compose,
            self._delivery,
            went=self._went,
            reload=self.reload,
            on_problem=self._problem,
        )
        column.addWidget(self.header)
        column.addWidget(self.bot)
        column.addWidget(self.thread_view, 1)
        column.addWidget(self.compose)
        self.panel = ContactPanel(theme)
        self.beside = Beside(theme, main, self.panel, self.header)
        row.addWidget(self.beside)
        self.work = Work(desk, self, self._verbs, self.header, self.panel, self.beside, self._problem)
        column.insertWidget(1, self.work.strip)
        self._once = Once(desk.tasks, self)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self.reload)
        self._wire()

    def _wire(self) -> None:
        box, thread = self.compose, self.thread_view
        box.history_requested.connect(self._show_history)
        box.flow_requested.connect(self._start_flow)
        self.bot.take_over_requested.connect(self._take_over)
        self.header.panel_requested.connect(self.beside.turn_over)
        self.beside.folded.connect(self.header.show_folded)
        thread.send_again_requested.connect(self._send_again)
        thread.reply_requested.connect(self.writing.answer)
        thread.why_requested.connect(lambda message_id: self._spawn(self._delivery.why_of(message_id)))
        box.why_requested.connect(self._why)
        thread.open_file_requested.connect(lambda file: self._spawn(self._files.open(file)))
        thread.save_file_requested.connect(lambda file: self._spawn(self._files.save(file)))
        thread.link_requested.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))

    # Opening and keeping up to date.

    @property
    def contact_id(self) -> int | None:
        """Whose conversation is shown."""
        return self._opened.contact.id if self._opened else None

    @property
    def state(self) -> ComposeState:
        """The draft as it stands."""
        return self.writing.state

    def open_contact(self, contact_id: int, *, message_id: int | None = None, focus: bool = True) -> None:
        """Load and show a conversation; the one shown so far stays until then.

        message_id: of it, the part around this message. focus: the keyboard goes to the compose box.
        """
        self.writing.flush()
        self._wanted_id, self._message_id, self._focuses = contact_id, message_id, focus
        self._load.start(lambda: self._read(contact_id, anew=True))

    def reload(self) -> None:
        """Read the shown conversation again; one that is being opened meanwhile is not put aside for it."""
        if self.contact_id is not None:
            self._load.again(self._read_again)

    def hear(self, changes: Changes) -> None:
        """Reload if a change concerns the shown conversation."""
        concerned = any(changes.has(one) for one in (Topic.TEMPLATE, Topic.SETTINGS, Topic.PERSON))
        topics = (
            Topic.CONTACT,
            Topic.CONVERSATION,
            Topic.MESSAGE,
            Topic.BOT_SESSION,
            Topic.NOTE,
            Topic.REMINDER,
        )
        self._stale = self._stale or concerned or changes.has(Topic.CONTACT)
        if concerned or any(Change(topic, self.contact_id or 0) in changes.touched for topic in topics):
            self._pace.ask()
        elif any(changes.has(topic, self.contact_id) for topic in topics) and not self._gather.isActive():
            self._gather.start()

    def tick(self) -> None:
        """Time has passed: what is left of the reply window, and whether one may still write."""
        if self._opened is not None:
            now = self._desk.app.clock.now()
            self.header.show_window(self._opened.contact, now)
            self.work.tick(now)
            self.writing.show_box()

    def look(self) -> None:
        """The person looks at it: nothing is unread any more."""
        row = self._opened.row if self._opened else None
        watched = loop_runs() and self.isVisible() and self.window().isActiveWindow()
        if row is not None and row.unread_count and watched:
            self._spawn(self._desk.app.conversations.mark_read(row.contact_id, self._desk.user()))
        if watched:
            self.work.looked()

    async def settle(self) -> None:
        """Return when the draft is kept."""
        await self.writing.settle()

    def flush(self) -> None:
        self.writing.flush()

    async def _read_again(self) -> None:
        if self._wanted_id is not None:
            await self._read(self._wanted_id, anew=self._wanted_id != self.contact_id)

    async def _read(self, contact_id: int, *, anew: bool) -> None:
        app, user = self._desk.app, self._desk.user()
        if anew:
            self._pages.begin(self._message_id)
        await self._refresh()
        edit = self.writing.mark() if not self._once.running else -1
        bot = await app.bots.running(contact_id)
        opened = await app.conversations.open(contact_id, user, place=self._pages.place)
        self._bot = bot
        self._show(opened, anew=anew, edit=edit)

    async def _refresh(self) -> None:
        """Read the workspace's templates, people and tags again if they changed."""
        if not self._stale:
            return
        app, self._stale = self._desk.app, False
        try:
            templates, people = await app.templates.every(), await app.workspace.people()
            kinds = {one.name: one.kind for one in await app.contacts.attributes()}
            self._tags = await app.contacts.tag_names()
            self._templates, self._people, self._kinds = templates, people, kinds
        except BaseException:  # a cancelled read has brought nothing either
            self._stale = True
            raise

    def _show(self, opened: OpenConversation, *, anew: bool, edit: int) -> None:
        """Everything in one go: the banner stands before the person can write. edit: see `Writing.mark()`."""
        self._opened = opened
        now = self._desk.app.clock.now()
        user = self._desk.user()
        self.writing.show_opened(opened, self._templates, self._people, anew=anew, edit=edit)
        self.header.show_state(opened.contact, opened.row, self._people, user, now)
        self.work.show_state(opened, self._people, now)
        self.bot.show_session(self._bot, now)
        self.compose.show_bot(refusal(opened.contact, self._bot))
        self._pages.show_state(opened, self._templates, now, anew=anew, people=self._people)
        may_change = may(user, Right.CHANGE_OPT_IN, opened.settings.given)
        self.panel.show_state(
            opened.contact, opened.history, self._tags, now, may_change=may_change, kinds=self._kinds
        )
        if anew:
            self.beside.put_away()
            self.shown.emit()
            if self._focuses:
                self.compose.focus_writing()
        self.look()

    # Sending.

    def send(self) -> None:
        """Send what stands in the box, once."""
        self.writing.send()

    def _went(self) -> None:
        """A message or a note of ours was handed over: it stands at the foot of the thread."""
        self.thread_view.go_to_bottom()
        self._pages.restart()

    def _send_again(self, message_id: int) -> None:
        if self._opened is None:
            return
        opened = self._opened
        message = next((one for one in opened.messages if one.id == message_id), None)
        if message is not None and message.status is Status.FAILED:
            self._once.start(lambda: self._repeat(message, opened), on_problem=self._problem)

    async def _repeat(self, message: MessageView, opened: OpenConversation) -> None:
        await self._delivery.send_again(message, opened, self._templates)
        self.reload()

    def _why(self) -> None:
        """Why the banner stands there: for the chosen template, else for any marketing."""
        if self._opened is not None:
            self._spawn(self._delivery.why(self.state))

    def _show_history(self) -> None:
        self.beside.bring()
        self.panel.show_history()

    def _show_event(self, event_id: int, over_dialog: bool) -> None:
        """Mark a consent event in the history; a dialog that stays open keeps the focus."""
        self.beside.bring()
        self.panel.mark_event(event_id, focus=not over_dialog)

    # Bots.

    def _start_flow(self) -> None:
        if self._opened is not None:
            opened = self._opened
            self._once.start(lambda: self._bots.start(opened.contact), on_problem=self._problem)

    def _take_over(self) -> None:
        if self._opened is not None:
            self._spawn(self._bots.take_over(self._opened.contact))

    def _spawn(self, coro: Any) -> None:
        self._desk.tasks.spawn(self, coro, on_problem=self._problem)

    def _problem(self, wrong: Exception) -> None:
        words = f"{wrong.title}. {wrong.sentence}" if isinstance(wrong, Problem) else str(wrong)
        self._desk.toasts.show_toast(words, "danger")
