"""What is being written in the conversation that is open: its draft, its files, and its way to the one door."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop.domain.attachments import told
from desktop.domain.compose import Answered, ComposeState, drawn
from desktop.domain.contacts import fields_of
from desktop.domain.meanwhile import Meanwhile, Stale, shortened
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.domain.quick_replies import values_of
from desktop.domain.templates import Template
from desktop.services.conversations import OpenConversation
from desktop.ui.conversations.attaching import Attaching
from desktop.ui.conversations.compose import ComposeBox
from desktop.ui.conversations.delivery import Delivery
from desktop.ui.conversations.drafts import DraftKeeper
from desktop.ui.conversations.loading import Latest
from desktop.ui.conversations.quick_reply_dialog import QuickReplyDialog
from desktop.ui.desk import Desk
from desktop.ui.tasks import Once


class Writing(QObject):
    """Owns the ComposeState that `box` shows. went: called when a message was handed over; reload: reads anew."""

    def __init__(
        self,
        desk: Desk,
        owner: QWidget,
        box: ComposeBox,
        delivery: Delivery,
        *,
        went: Callable[[], object],
        reload: Callable[[], object],
        on_problem: Callable[[Exception], object],
    ) -> None:
        super().__init__(owner)
        self._desk, self._owner, self._box, self._delivery = desk, owner, box, delivery
        self._went, self._reload, self._on_problem = went, reload, on_problem
        self._opened: OpenConversation | None = None
        self._templates: Sequence[Template] = ()
        self._state = ComposeState()
        self._came = Meanwhile()
        self._number_asked = False
        self._edits = 0
        self._keeper = DraftKeeper(desk.app.conversations, desk.tasks, on_problem, owner)
        self._once = Once(desk.tasks, owner)
        self._looking = Latest(desk.tasks, owner, on_problem)
        self._files = Attaching(desk, owner, self._attached, self._not_sent)
        self._wire()

    def _wire(self) -> None:
        box = self._box
        box.text_edited.connect(lambda text: self._edit(self._state.type(text)))
        box.note_edited.connect(lambda text: self._edit(self._state.write_note(text)))
        box.template_chosen.connect(self._choose)
        box.template_dropped.connect(self._drop)
        box.value_edited.connect(lambda name, value: self._edit(self._state.set_value(name, value)))
        box.send_requested.connect(self.send)
        box.anyway_requested.connect(self.send_anyway)
        box.keep_requested.connect(self._keep_editing)
        box.note_requested.connect(self.add_note)
        box.attach_requested.connect(lambda: self._with_contact(self._files.choose))
        box.files_given.connect(self._take_files)
        box.picture_given.connect(self._take_picture)
        box.file_dropped.connect(self._drop_file)
        box.answer_dropped.connect(lambda: self._edit(self._state.answer(None)))
        box.calls.quick_wanted.connect(lambda: self._spawn(self._read_quick_replies()))
        box.calls.edit_requested.connect(lambda: self._spawn(self._edit_quick_replies()))

    # What is shown.

    @property
    def state(self) -> ComposeState:
        """The draft as it stands."""
        return self._state

    @property
    def busy(self) -> bool:
        """True while something is on its way to the door."""
        return self._once.running

    def mark(self) -> int:
        """A number to give `show_opened()` as `edit`: what is read after this is not older than what was done."""
        return self._edits if self._keeper.clean and not self._once.running else -1

    def show_opened(
        self,
        opened: OpenConversation,
        templates: Sequence[Template],
        people: Sequence[User],
        *,
        anew: bool,
        edit: int,
    ) -> None:
        """Show the draft of a conversation that was read. anew: it is another one; edit: `mark()` before the reading."""
        self._opened, self._templates = opened, templates
        before = self._state.file
        self._state = self._draft(opened) if anew else self._known(opened, edit == self._edits)
        if anew:
            self._came = Meanwhile()
        self._box.calls.show_people(people, self._desk.user())
        self.show_box(anew=anew)
        if self._state.file != before:
            self._show_picture()
        self._look()
        self._ask_number()

    def show_box(self, *, anew: bool = False) -> None:
        """Show it again: time has passed, or the state is another."""
        if self._opened is None:
            return
        now, opened = self._desk.app.clock.now(), self._opened
        self._box.show_state(self._state, now, opened.contact, opened.history, self._templates, anew=anew)

    def flush(self) -> None:
        self._keeper.flush()

    async def settle(self) -> None:
        """Return when the draft is kept."""
        await self._keeper.settle()

    # The draft.

    def _draft(self, opened: OpenConversation) -> ComposeState:
        """The kept draft of a conversation, beside what is known of the contact."""
        kept: dict[str, Any] = opened.draft or {}
        wanted = kept.get("template_id")
        template = next((one for one in self._templates if one.id == wanted), None)
        contact = opened.contact
        state = ComposeState(contact_id=contact.id, contact_name=contact.shown_name)
        state = state.know(contact.facts, opened.settings.policy, contact.last_inbound_at)
        return state.restore(kept, template, opened.seen)

    def _known(self, opened: OpenConversation, untouched: bool) -> ComposeState:
        """What stands in the box beside newer facts; a message that came back takes an empty box."""
        state, contact = self._state, opened.contact
        if state.is_empty and not state.note_text and opened.draft and untouched:
            return self._draft(opened)
        state = state.know(contact.facts, opened.settings.policy, contact.last_inbound_at)
        chosen = state.template
        newest = next((one for one in self._templates if chosen and one.id == chosen.id), None)
        return state.choose(newest, state.values) if newest else state

    def _edit(self, state: ComposeState) -> None:
        if self._opened is None:
            return
        if state.is_empty:
            state = replace(state, note="")
        self._state = state.begin(self._opened.seen)
        self._edits += 1
        self._keeper.keep(self._desk.user(), self._state)
        if self._state.began is None:
            self._show_came(Meanwhile())
        self.show_box()

    def _choose(self, template: Template) -> None:
        if self._opened is not None:
            self._edit(self._state.choose(template, drawn(template, self._fields())))
            self._box.focus_writing()

    def _drop(self) -> None:
        self._edit(self._state.drop_template())
        self._box.focus_writing()

    def _fields(self) -> dict[str, str]:
        assert self._opened is not None
        contact = self._opened.contact
        return fields_of(contact.name, contact.phone, contact.attributes)

    def answer(self, message_id: int) -> None:
        """Answer this message of the thread: it stands quoted above the text."""
        opened = self._opened
        message = next((one for one in opened.messages if one.id == message_id), None) if opened else None
        if opened is None or message is None:
            return
        if not message.wamid:
            self._desk.toasts.show_toast(
                "WhatsApp does not know this message, so it cannot be quoted.", "warn"
            )
            return
        who = (message.author_name or "You") if message.outgoing else opened.contact.first_name
        text = shortened(message.text or told(message.kind, message.content.get("object")), 120)
        self._edit(self._state.answer(Answered(message.id, message.wamid, who, text)))
        if self._box.noting:
            self._box.turn_note()
        self._box.focus_writing()

    def _ask_number(self) -> None:
        """Which number messages leave from, once; where WhatsApp cannot be asked it stays unsaid until the next time."""
        account = self._desk.app.account
        if account is None or self._number_asked:
            return
        self._number_asked = True

        async def ask() -> None:
            self._box.show_number((await account.number()).display)

        def unsaid(_wrong: Exception) -> None:
            self._number_asked = False

        self._desk.tasks.spawn(self._owner, ask(), on_problem=unsaid)

    # What came meanwhile.

    def _look(self) -> None:
        """Has something come since the person began to write?"""
        if self._state.began is not None:
            self._looking.again(self._read_news)

    async def _read_news(self) -> None:
        state = self._state
        if state.began is None:
            return
        came = await self._desk.app.sending.meanwhile(state.contact_id, state.began, self._desk.user())
        if (self._state.contact_id, self._state.began) == (state.contact_id, state.began):
            self._show_came(came)

    def _show_came(self, came: Meanwhile) -> None:
        self._came = came
        self._box.show_news(came)

    def _keep_editing(self) -> None:
        """The person has seen it."""
        seen = self._came.seen if self._came else None
        self._show_came(Meanwhile())
        if seen is not None and self._state.began is not None:
            self._edit(self._state.look(seen))
        self._box.show_problem("")
        self._box.focus_writing()

    # Sending.

    def send(self) -> None:
        """Send what stands in the box, once; not while something came that the person has not answered for."""
        if self._opened is None:
            return
        blocked = self._state.blocked_by(self._desk.app.clock.now())
        if blocked:
            # What a template lacks stands there already.
            written = self._state.text.strip() or self._state.file is not None
            self._box.show_problem(blocked if written and not self._state.template else "")
            if not self._box.focus_open_variable():
                self._box.card.focus_first_missing()
            return
        if self._came:
            self._box.show_problem("Look at what came above; Ctrl+Enter sends all the same.")
            return
        state, opened = self._state, self._opened
        self._once.start(lambda: self._send(state, opened), on_problem=self._not_sent)

    def send_anyway(self) -> None:
        """Send although something came: the person has seen what the strip says, and nothing newer."""
        if self._came:
            seen = self._came.seen
            self._show_came(Meanwhile())
            self._edit(self._state.look(seen))
        self.send()

    async def _send(self, state: ComposeState, opened: OpenConversation) -> None:
        self._box.show_problem("")
        await self._keeper.settle()  # a later save would bring back what has been sent
        sent = await self._delivery.send(state, opened)
        if self._state.contact_id != state.contact_id:
            return
        if sent and _same_message(self._state, state):
            self._keeper.forget()
            self._state = self._state.sent()
            self._edits += 1
            if self._state.note_text:
                self._keeper.keep(self._desk.user(), self._state)
            self._show_picture()
            self._show_came(Meanwhile())
            self._went()
        self.show_box()
        self._reload()
        if sent:
            self._box.focus_writing()

    def _not_sent(self, wrong: Exception) -> None:
        if isinstance(wrong, Stale):
            self._show_came(wrong.meanwhile)
            self._box.show_problem("")
        else:
            self._box.show_problem(wrong.sentence if isinstance(wrong, Problem) else str(wrong))
        self._keeper.keep(self._desk.user(), self._state)
        self._box.focus_writing()

    # Notes.

    def add_note(self) -> None:
        """Keep what is written as a note, once."""
        state = self._state
        if state.note_text.strip():
            self._once.start(lambda: self._add_note(state), on_problem=self._not_sent)

    async def _add_note(self, state: ComposeState) -> None:
        self._box.show_problem("")
        await self._keeper.settle()
        await self._desk.app.notes.add(state.contact_id, state.note_text, self._desk.user())
        if self._state.contact_id != state.contact_id:
            return
        if self._state.note_text == state.note_text:
            self._state = self._state.write_note("")
            self._edits += 1
            self._keeper.keep(self._desk.user(), self._state)
        self._went()
        self.show_box()
        self._reload()
        if self._box.noting and not self._state.note_text:
            self._box.turn_note()

    # Quick replies.

    async def _read_quick_replies(self) -> None:
        replies = await self._desk.app.quick_replies.every()
        if self._opened is not None:
            self._box.calls.show_quick_replies(replies, values_of(self._fields(), self._desk.user().name))

    async def _edit_quick_replies(self) -> None:
        dialog = QuickReplyDialog(self._desk, self._owner.window())
        await dialog.run()
        await self._read_quick_replies()
        self._box.focus_writing()

    # Files.

    def _with_contact(self, begin: Callable[[int], object]) -> None:
        if self._opened is not None and self._may_attach():
            begin(self._opened.contact.id)

    def _take_files(self, paths: list[Path]) -> None:
        if len(paths) > 1:
            self._box.show_problem("WhatsApp takes one file per message. Attach them one after the other.")
            return
        self._with_contact(lambda contact_id: self._files.take(contact_id, paths[0]))

    def _take_picture(self, picture: QImage) -> None:
        self._with_contact(lambda contact_id: self._files.take_picture(contact_id, picture))

    def _may_attach(self) -> bool:
        if self._state.needs_template(self._desk.app.clock.now()):
            self._box.show_problem("The reply window is closed: WhatsApp takes only a template now.")
            return False
        if self._box.noting or self._state.template is not None:
            what = "a note" if self._box.noting else "a template"
            self._box.show_problem(f"A file goes with a reply, not with {what}.")
            return False
        if self._state.file is not None:
            self._box.show_problem("WhatsApp takes one file per message. Send this one first, or remove it.")
            return False
        self._box.show_problem("")
        return True

    def _attached(self, contact_id: int, file: Any) -> None:
        if self._state.contact_id != contact_id:
            self._files.discard(file)
            return
        self._edit(self._state.attach(file))
        self._keeper.flush()  # at once: the file is there already, and its draft must know of it
        self._show_picture()
        self._box.focus_writing()

    def _drop_file(self) -> None:
        file = self._state.file
        self._edit(self._state.attach(None))
        self._keeper.flush()
        if file is not None:
            self._files.discard(file)
        self._show_picture()
        self._box.show_problem("")
        self._box.focus_writing()

    def _show_picture(self) -> None:
        file = self._state.file
        if file is None or file.kind != "image":
            self._box.file.show_picture(None)
        else:
            self._spawn(self._read_picture(file.key))

    async def _read_picture(self, key: str) -> None:
        picture = await self._files.picture(key)
        if self._state.file is not None and self._state.file.key == key:
            self._box.file.show_picture(picture)

    def _spawn(self, coro: Coroutine[Any, Any, Any]) -> None:
        self._desk.tasks.spawn(self._owner, coro, on_problem=self._on_problem)


def _same_message(now: ComposeState, sent: ComposeState) -> bool:
    """True if nothing was changed while it was handed over."""
    return (now.text, now.template, now.file) == (sent.text, sent.template, sent.file)
