"""The Conversations page: the list beside the conversation that is open."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.conversations import BoxCounts, ConversationRow
from desktop.domain.inbox import excerpt
from desktop.domain.problems import Problem
from desktop.domain.text import search_words
from desktop.ui.conversations.conversation import ConversationArea
from desktop.ui.conversations.list import ConversationList
from desktop.ui.conversations.list_verbs import ListVerbs
from desktop.ui.conversations.loading import Latest
from desktop.ui.conversations.rows import FoundMessage
from desktop.ui.desk import Desk
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.naming import named

TICK_MS = 15_000
"""How often what is left of the reply windows is told anew; it is shown in hours and minutes."""
GATHER_MS = 150
"""Changes are gathered this long before the list is read again."""
FOUND_COUNT = 50
"""Messages that a search shows."""


class ConversationsPage(QWidget):
    """Built once by the window. `open_contact()` shows somebody's conversation.

    `contact_page_requested(contact id)` when a person wants to see the contact's own page.
    """

    contact_page_requested = Signal(int)

    title = "Conversations"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._load = Latest(desk.tasks, self, self._not_loaded)
        self._finding = Latest(desk.tasks, self, self._problem)
        self._rows: tuple[Sequence[ConversationRow], BoxCounts] = ((), BoxCounts())
        self._found: Sequence[FoundMessage] = ()
        self._tags_stale = True
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.list = ConversationList(desk.theme, desk.refusal)
        self._verbs = ListVerbs(desk, self.list, self._again, self._problem)
        self._wire()
        row.addWidget(self.list)
        self.area = ConversationArea(desk)
        self.nothing = EmptyState(
            desk.theme,
            "chat-circle-dots",
            "No conversation chosen",
            "Choose one on the left, or search with Ctrl+F.",
            name="conversations_nothing",
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(self.area)
        row.addWidget(self.stack, 1)
        self.area.shown.connect(self._shown)
        self.area.panel.contact_requested.connect(self._contact_requested)
        self.area.work.closed.connect(self._closed)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._again)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._ticked)
        self._keys()
        named(self, "conversations_page", self.title)
        desk.live.follow(self, self._heard)

    def _wire(self) -> None:
        list, verbs = self.list, self._verbs
        list.contact_requested.connect(self.open_contact)
        list.peek_requested.connect(lambda contact_id: self.open_contact(contact_id, focus=False))
        list.message_requested.connect(self.open_message)
        list.filter_requested.connect(self._reload_list)
        list.more_requested.connect(self._again)
        list.retry_requested.connect(self.refresh)
        list.views_requested.connect(lambda: self._spawn(verbs.open_views()))
        done: dict[str, Callable[[], object]] = {
            "assign": lambda: self._spawn(verbs.assign()),
            "close": lambda: verbs.set_open(False),
            "reopen": lambda: verbs.set_open(True),
            "tag": lambda: self._spawn(verbs.tag()),
        }
        list.verb_requested.connect(lambda key: done[key]())

    def _keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+F": self.focus_search,
            "F6": self._next_part,
            "Ctrl+Shift+U": self.open_longest_waiting,
            "Ctrl+Alt+Down": self.open_next,
            "Ctrl+Alt+Up": self.open_previous,
        }
        for key, run in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    # Opening.

    def open_contact(self, contact_id: int, *, focus: bool = True) -> None:
        """Show somebody's conversation, also of a contact who has none yet. focus: one writes at once."""
        self.list.mark_current(contact_id)
        self.area.open_contact(contact_id, focus=focus)

    def open_message(self, contact_id: int, message_id: int) -> None:
        """Show a conversation at one of its messages."""
        self.list.mark_current(contact_id)
        self.area.open_contact(contact_id, message_id=message_id, focus=False)

    def open_next(self) -> None:
        """The conversation below the open one; the first one where none is open."""
        self._open_beside(1)

    def open_previous(self) -> None:
        """The conversation above the open one."""
        self._open_beside(-1)

    def _closed(self, contact_id: int) -> None:
        """What was closed gives way to the next one, where the person wants that."""
        machine = self._desk.app.machine
        beside = self.list.beside(1) or self.list.beside(-1)
        wanted = machine is not None and machine.settings.next_after_close
        if wanted and beside is not None and contact_id == self.area.contact_id:
            self.open_contact(beside)

    def open_longest_waiting(self) -> None:
        """The conversation of this box, under its conditions, whose customer waits longest for an answer."""
        self._spawn(self._open_longest_waiting())

    async def _open_longest_waiting(self) -> None:
        found = await self._desk.app.inbox.longest_waiting(self.list.wanted, self._desk.user())
        if found is None:
            self._desk.toasts.show_toast("Nobody waits for an answer here", "done")
        else:
            self.open_contact(found.contact_id)

    def _open_beside(self, step: int) -> None:
        contact_id = self.list.beside(step)
        if contact_id is not None:
            self.open_contact(contact_id)

    # What the window asks of it.

    def refresh(self) -> None:
        """Read everything again: after a change of the person, or when the page comes back."""
        self._reload_list()
        if self.area.contact_id is not None:
            self.area.open_contact(self.area.contact_id)

    def focus_search(self) -> None:
        self.list.focus_search()

    async def settle(self) -> None:
        """Return when what stands in the compose box is kept; for the window before it closes."""
        await self.area.settle()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick.start()
        self._reload_list()
        self.area.look()

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
        self.area.flush()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self.area.look()

    # What happens elsewhere.

    def _heard(self, changes: Changes) -> None:
        self.area.hear(changes)
        self._tags_stale = self._tags_stale or changes.has(Topic.CONTACT)
        topics = (
            Topic.CONVERSATION,
            Topic.MESSAGE,
            Topic.CONTACT,
            Topic.BOT_SESSION,
            Topic.REMINDER,
            Topic.PERSON,
        )
        touched = any(changes.has(topic) for topic in topics)
        if touched and not self._gather.isActive():  # a stream of changes must not put it off for ever
            self._gather.start()

    def _contact_requested(self) -> None:
        if self.area.contact_id is not None:
            self.contact_page_requested.emit(self.area.contact_id)

    def _shown(self) -> None:
        self.stack.setCurrentWidget(self.area)
        self.list.mark_current(self.area.contact_id)

    def _next_part(self) -> None:
        """From the rows to the conversation, and back."""
        in_list = self.list.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        if in_list and self.area.isVisible():
            self.area.compose.focus_writing()
        else:
            self.list.focus_rows()

    def _ticked(self) -> None:
        self.area.tick()
        self._again()

    # Reading.

    def _reload_list(self) -> None:
        self._load.start(self._read)
        self._finding.start(self._find)

    def _again(self) -> None:
        if self.isVisible():
            self._load.again(self._read)

    async def _read(self) -> None:
        app, user = self._desk.app, self._desk.user()
        asked = self.list
        rows = await app.inbox.rows(asked.wanted, user, search=asked.searched, limit=asked.limit)
        counts = await app.inbox.counts(user)
        if self._tags_stale:
            self.list.show_tags(await app.contacts.tag_names())
            self._tags_stale = False
        self._rows = (rows, counts)
        self._show()

    async def _find(self) -> None:
        """The messages that hold what is searched for, below the names that do."""
        app, wanted = self._desk.app, self.list.searched
        words = search_words(wanted)
        hits = await app.searching.messages(wanted, limit=FOUND_COUNT) if words else []
        names = await app.inbox.names([one.contact_id for one in hits]) if hits else {}
        before, self._found = (
            self._found,
            [FoundMessage(one, names.get(one.contact_id, ""), excerpt(one.text, words)) for one in hits],
        )
        if self._found != before and not self._load.running:  # else it shows them with the rows
            self._show()

    def _show(self) -> None:
        rows, counts = self._rows
        self.list.show_state(rows, counts, self._desk.app.clock.now(), self._found)

    def _not_loaded(self, wrong: Exception) -> None:
        if isinstance(wrong, Problem):
            self.list.show_problem(wrong.title, wrong.sentence)

    def _problem(self, wrong: Exception) -> None:
        told = f"{wrong.title}. {wrong.sentence}" if isinstance(wrong, Problem) else str(wrong)
        self._desk.toasts.show_toast(told, "danger")

    def _spawn(self, coro: object) -> None:
        self._desk.tasks.spawn(self, coro, on_problem=self._problem)  # type: ignore[arg-type]
