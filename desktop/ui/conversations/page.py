"""The Conversations page: the list beside the conversation that is open."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.problems import Problem
from desktop.ui.conversations.conversation import ConversationArea
from desktop.ui.conversations.list import ConversationList
from desktop.ui.conversations.loading import Latest
from desktop.ui.desk import Desk
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.naming import named

TICK_MS = 15_000
"""How often what is left of the reply windows is told anew; it is shown in hours and minutes."""
GATHER_MS = 150
"""Changes are gathered this long before the list is read again."""


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
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.list = ConversationList(desk.theme)
        self.list.contact_requested.connect(self.open_contact)
        self.list.filter_requested.connect(self._reload_list)
        self.list.retry_requested.connect(self.refresh)
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
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._again)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._ticked)
        search = QShortcut(QKeySequence("Ctrl+F"), self)
        search.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        search.activated.connect(self.focus_search)
        named(self, "conversations_page", self.title)
        desk.live.follow(self, self._heard)

    def open_contact(self, contact_id: int) -> None:
        """Show somebody's conversation, also of a contact who has none yet."""
        self.list.mark_current(contact_id)
        self.area.open_contact(contact_id)

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

    def _heard(self, changes: Changes) -> None:
        self.area.hear(changes)
        topics = (Topic.CONVERSATION, Topic.MESSAGE, Topic.CONTACT, Topic.BOT_SESSION)
        touched = any(changes.has(topic) for topic in topics)
        if touched and not self._gather.isActive():  # a stream of changes must not put it off for ever
            self._gather.start()

    def _contact_requested(self) -> None:
        if self.area.contact_id is not None:
            self.contact_page_requested.emit(self.area.contact_id)

    def _shown(self) -> None:
        self.stack.setCurrentWidget(self.area)
        self.list.mark_current(self.area.contact_id)

    def _ticked(self) -> None:
        self.area.tick()
        self._again()

    def _reload_list(self) -> None:
        self._load.start(self._read)

    def _again(self) -> None:
        if self.isVisible():
            self._load.again(self._read)

    async def _read(self) -> None:
        app, user = self._desk.app, self._desk.user()
        rows = await app.conversations.rows(self.list.box, user, search=self.list.wanted)
        counts = await app.conversations.counts(user)
        self.list.show_state(rows, counts, app.clock.now())

    def _not_loaded(self, wrong: Exception) -> None:
        if isinstance(wrong, Problem):
            self.list.show_problem(wrong.title, wrong.sentence)
