"""One open conversation: head, thread, compose box and contact panel, and what is done in them."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Change, Changes, Topic
from desktop.domain.compose import ComposeState, drawn
from desktop.domain.contacts import fields_of
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
from desktop.ui.conversations.drafts import DraftKeeper
from desktop.ui.conversations.header import ThreadHeader
from desktop.ui.conversations.loading import Latest, loop_runs
from desktop.ui.conversations.panel import ContactPanel
from desktop.ui.conversations.thread import ThreadView
from desktop.ui.conversations.thread_pages import ThreadPages
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
        self._edits = 0
        self._state = ComposeState()
        self._templates: list[Template] = []
        self._people: list[User] = []
        self._tags: list[str] = []
        self._kinds: dict[str, Kind] = {}
        self._stale = True
        self._load = Latest(desk.tasks, self, self._problem)
        self._keeper = DraftKeeper(desk.app.conversations, desk.tasks, self._problem, self)
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
        self.compose = ComposeBox(theme)
        column.addWidget(self.header)
        column.addWidget(self.bot)
        column.addWidget(self.thread_view, 1)
        column.addWidget(self.compose)
        self.panel = ContactPanel(theme)
        self.beside = Beside(theme, main, self.panel, self.header)
        row.addWidget(self.beside)
        self._once = Once(desk.tasks, self)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self.reload)
        self._wire()

    def _wire(self) -> None:
        box, thread, panel = self.compose, self.thread_view, self.panel
        box.text_edited.connect(lambda text: self._edit(self._state.type(text)))
        box.template_chosen.connect(self._choose)
        box.template_dropped.connect(self._drop)
        box.value_edited.connect(lambda name, value: self._edit(self._state.set_value(name, value)))
        box.send_requested.connect(self.send)
        box.history_requested.connect(self._show_history)
        box.flow_requested.connect(self._start_flow)
        self.bot.take_over_requested.connect(self._take_over)
        self.header.assign_requested.connect(self._assign)
        self.header.open_requested.connect(self._set_open)
        self.header.panel_requested.connect(self.beside.turn_over)
        self.beside.folded.connect(self.header.show_folded)
        thread.send_again_requested.connect(self._send_again)
        thread.why_requested.connect(lambda message_id: self._spawn(self._delivery.why_of(message_id)))
        box.why_requested.connect(self._why)
        thread.link_requested.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        panel.opt_in.change_requested.connect(
            lambda value: self._with_opened(self._verbs.change_opt_in, value)
        )
        panel.tags.add_requested.connect(lambda name: self._with_opened(self._verbs.add_tag, name))
        panel.tags.remove_requested.connect(lambda name: self._with_opened(self._verbs.remove_tag, name))
        panel.copied.connect(lambda: self._desk.toasts.show_toast("Phone number copied", "done"))

    # Opening and keeping up to date.

    @property
    def contact_id(self) -> int | None:
        """Whose conversation is shown."""
        return self._opened.contact.id if self._opened else None

    @property
    def state(self) -> ComposeState:
        """The draft as it stands."""
        return self._state

    def open_contact(self, contact_id: int) -> None:
        """Load and show a conversation; the one shown so far stays until then."""
        self._keeper.flush()
        self._wanted_id = contact_id
        self._load.start(lambda: self._read(contact_id, anew=True))

    def reload(self) -> None:
        """Read the shown conversation again; one that is being opened meanwhile is not put aside for it."""
        if self.contact_id is not None:
            self._load.again(self._read_again)

    def hear(self, changes: Changes) -> None:
        """Reload if a change concerns the shown conversation."""
        concerned = changes.has(Topic.TEMPLATE) or changes.has(Topic.SETTINGS)
        topics = (Topic.CONTACT, Topic.CONVERSATION, Topic.MESSAGE, Topic.BOT_SESSION)
        self._stale = self._stale or concerned or changes.has(Topic.CONTACT)
        if concerned or any(Change(topic, self.contact_id or 0) in changes.touched for topic in topics):
            self.reload()
        elif any(changes.has(topic, self.contact_id) for topic in topics) and not self._gather.isActive():
            self._gather.start()

    def tick(self) -> None:
        """Time has passed: what is left of the reply window, and whether one may still write."""
        if self._opened is not None:
            self.header.show_window(self._opened.contact, self._desk.app.clock.now())
            self._show_box()

    def look(self) -> None:
        """The person looks at it: nothing is unread any more."""
        row = self._opened.row if self._opened else None
        watched = loop_runs() and self.isVisible() and self.window().isActiveWindow()
        if row is not None and row.unread_count and watched:
            self._spawn(self._desk.app.conversations.mark_read(row.contact_id, self._desk.user()))

    async def settle(self) -> None:
        """Return when the draft is kept."""
        await self._keeper.settle()

    def flush(self) -> None:
        self._keeper.flush()

    async def _read_again(self) -> None:
        if self._wanted_id is not None:
            await self._read(self._wanted_id, anew=self._wanted_id != self.contact_id)

    async def _read(self, contact_id: int, *, anew: bool) -> None:
        app, user = self._desk.app, self._desk.user()
        if anew:
            self._pages.restart()
        await self._refresh()
        edit = self._edits if self._keeper.clean and not self._once.running else -1
        bot = await app.bots.running(contact_id)
        opened = await app.conversations.open(contact_id, user, before_id=self._pages.before_id)
        self._bot = bot
        self._show(opened, anew=anew, untouched=edit == self._edits)

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

    def _show(self, opened: OpenConversation, *, anew: bool, untouched: bool) -> None:
        """Everything in one go: the banner stands before the person can write.

        untouched: what was read of the draft is not older than what the person did.
        """
        self._opened = opened
        self._state = self._draft(opened) if anew else self._known(opened, untouched)
        now = self._desk.app.clock.now()
        user = self._desk.user()
        self._show_box(anew=anew)
        self.header.show_state(opened.contact, opened.row, self._people, user, now)
        self.bot.show_session(self._bot, now)
        self.compose.show_bot(refusal(opened.contact, self._bot))
        self._pages.show_state(opened, self._templates, now, anew=anew)
        may_change = may(user, Right.CHANGE_OPT_IN, opened.settings.given)
        self.panel.show_state(
            opened.contact, opened.history, self._tags, now, may_change=may_change, kinds=self._kinds
        )
        if anew:
            self.beside.put_away()
            self.shown.emit()
            self.compose.focus_writing()
        self.look()

    def _show_box(self, *, anew: bool = False) -> None:
        if self._opened is not None:
            now = self._desk.app.clock.now()
            opened = self._opened
            self.compose.show_state(
                self._state, now, opened.contact, opened.history, self._templates, anew=anew
            )

    # The draft.

    def _draft(self, opened: OpenConversation) -> ComposeState:
        """The kept draft of a conversation, beside what is known of the contact."""
        kept: dict[str, Any] = opened.draft or {}
        wanted = kept.get("template_id")
        template = next((one for one in self._templates if one.id == wanted), None)
        values = {str(name): str(value) for name, value in (kept.get("values") or {}).items()}
        contact = opened.contact
        return ComposeState(
            contact_id=contact.id,
            contact_name=contact.shown_name,
            text=str(kept.get("text") or ""),
            template=template,
            values=values if template else {},
            facts=contact.facts,
            policy=opened.settings.policy,
            last_inbound_at=contact.last_inbound_at,
            note=str(kept.get("note") or ""),
        )

    def _known(self, opened: OpenConversation, untouched: bool) -> ComposeState:
        """What stands in the box beside newer facts; a message that came back takes an empty box."""
        state, contact = self._state, opened.contact
        empty = not state.text and state.template is None
        if empty and opened.draft and untouched:
            return self._draft(opened)
        state = state.know(contact.facts, opened.settings.policy, contact.last_inbound_at)
        chosen = state.template
        newest = next((one for one in self._templates if chosen and one.id == chosen.id), None)
        return state.choose(newest, state.values) if newest else state

    def _edit(self, state: ComposeState) -> None:
        if not state.text and state.template is None:
            state = replace(state, note="")
        self._state = state
        self._edits += 1
        self._keeper.keep(self._desk.user(), state)
        self._show_box()

    def _choose(self, template: Template) -> None:
        if self._opened is not None:
            contact = self._opened.contact
            fields = fields_of(contact.name, contact.phone, contact.attributes)
            self._edit(self._state.choose(template, drawn(template, fields)))
            self.compose.focus_writing()

    def _drop(self) -> None:
        self._edit(self._state.drop_template())
        self.compose.focus_writing()

    # Sending.

    def send(self) -> None:
        """Send what stands in the box, once."""
        if self._opened is None:
            return
        blocked = self._state.blocked_by(self._desk.app.clock.now())
        if blocked:
            # What a template lacks stands there already.
            self.compose.show_problem(
                blocked if self._state.text.strip() and not self._state.template else ""
            )
            self.compose.card.focus_first_missing()
            return
        state, opened = self._state, self._opened
        self._once.start(lambda: self._send(state, opened), on_problem=self._not_sent)

    async def _send(self, state: ComposeState, opened: OpenConversation) -> None:
        self.compose.show_problem("")
        await self._keeper.settle()  # a later save would bring back what has been sent
        sent = await self._delivery.send(state, opened)
        if self._state.contact_id != state.contact_id:
            return
        if sent and (self._state.text, self._state.template) == (state.text, state.template):
            self._keeper.forget()
            self._state = self._state.sent()
            self._edits += 1
            self.thread_view.go_to_bottom()
            self._pages.restart()
        self._show_box()
        self.reload()
        if sent:
            self.compose.focus_writing()

    def _not_sent(self, wrong: Exception) -> None:
        self.compose.show_problem(wrong.sentence if isinstance(wrong, Problem) else str(wrong))
        self._keeper.keep(self._desk.user(), self._state)
        self.compose.focus_writing()

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
            self._spawn(self._delivery.why(self._state))

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

    # Who answers, and whether it is done.

    def _assign(self, user_id: int) -> None:
        to = next((one for one in self._people if one.id == user_id), None)
        self._with_opened(self._verbs.assign, to)

    def _set_open(self, is_open: bool) -> None:
        self._with_opened(self._verbs.set_open, is_open)

    def _with_opened(self, verb: Any, value: Any) -> None:
        if self._opened is not None:
            self._spawn(verb(self._opened, value))

    def _spawn(self, coro: Any) -> None:
        self._desk.tasks.spawn(self, coro, on_problem=self._problem)

    def _problem(self, wrong: Exception) -> None:
        words = f"{wrong.title}. {wrong.sentence}" if isinstance(wrong, Problem) else str(wrong)
        self._desk.toasts.show_toast(words, "danger")
