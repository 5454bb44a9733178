"""From the draft to the one door, with the questions that stand between."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.domain.compose import ComposeState
from desktop.domain.consent import Category, Outcome, Override, Path, Verdict
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.outgoing_files import OutgoingFile
from desktop.domain.people import Right, User, may
from desktop.domain.templates import Template, missing, preview
from desktop.services.conversations import OpenConversation
from desktop.ui.conversations import consent_words
from desktop.ui.conversations.asking import Caution, Why, explain, warn
from desktop.ui.desk import Desk
from desktop.ui.why.dialog import EventWanted, why_contact, why_message

_MOST_ROUNDS: Final = 5
"""How often the facts may change between the dialog and the door before the person is told to look again."""


def submission(
    state: ComposeState, user: User, override: Override | None, retry_of: int | None = None
) -> Submission:
    """What is handed over: a text, or a template with its values."""
    made = Submission(
        contact_id=state.contact_id,
        path=Path.COMPOSE,
        kind="text",
        text=state.text,
        lane=Lane.PEOPLE,
        author_id=user.id,
        override=override,
        retry_of=retry_of,
        context_wamid=state.answered.wamid if state.answered is not None else None,
    )
    if state.template is None:
        return made if state.file is None else _with_file(made, state.file)
    values = dict(state.values)
    return replace(
        made,
        kind="template",
        text=preview(state.template, values),
        content={"values": values},
        template_id=state.template.id,
    )


def _with_file(made: Submission, file: OutgoingFile) -> Submission:
    """The text goes as the caption; WhatsApp's id of the file follows when it has it."""
    caption = made.text.strip()
    shown = {"caption": caption} if caption else {}
    if file.kind == "document":
        shown["filename"] = file.name
    content = {"file": file.to_json(), "caption": caption, "object": shown}
    return replace(made, kind=file.kind, text=caption, content=content)


def repeated(
    message: MessageView, opened: OpenConversation, templates: list[Template]
) -> ComposeState | None:
    """The draft that says what a message said; None if its template is gone, lacks its values, or begins with a file."""
    values = {str(key): str(value) for key, value in (message.content.get("values") or {}).items()}
    template = next((one for one in templates if one.id == message.template_id), None)
    if template is None or missing(template, values) or "header" in message.content:
        return None
    state = ComposeState(opened.contact.id, opened.contact.shown_name)
    contact = opened.contact
    return state.choose(template, values).know(contact.facts, opened.settings.policy, contact.last_inbound_at)


class Delivery:
    """Sends drafts and repeats messages, each asked by the rule first. The dialogs open in `owner`'s window.

    show_event(event id, a dialog is open): marks a consent event in the history of the contact's opt-in.
    """

    def __init__(self, desk: Desk, owner: QWidget, show_event: Callable[[int, bool], object]) -> None:
        self._desk = desk
        self._owner = owner
        self._show_event = show_event

    async def send(
        self, state: ComposeState, opened: OpenConversation, *, retry_of: int | None = None
    ) -> bool:
        """Hand the draft over. False if the person decided against it, or was told that it cannot go.

        Raises a Problem, as `Sending.submit` does: Stale where something came since the person began to write.
        """
        app, user = self._desk.app, self._desk.user()
        verdict = state.verdict(app.clock.now())
        for _ in range(_MOST_ROUNDS):
            override: Override | None = None
            if verdict.outcome is Outcome.WARN:
                reason = await self._warn(state, opened, user)
                if reason is None:
                    return False
                override = state.reason_to_send(reason, user.id)
            elif verdict.outcome is not Outcome.SEND:
                break
            seen = state.began if retry_of is None else None
            done = await app.sending.submit(submission(state, user, override, retry_of), user, seen)
            if done.message_id is not None:
                return True
            state, opened = await self._fresh(state, user)
            verdict = state.verdict(app.clock.now())
            if verdict.outcome is Outcome.SEND:
                verdict = done.verdict
        await self._explain(verdict, state)
        return False

    async def send_again(
        self, message: MessageView, opened: OpenConversation, templates: list[Template]
    ) -> bool:
        """Repeat a message: a new one, asked anew, with the warning where the rule wants it."""
        done = await self._desk.app.sending.send_again(message.id, self._desk.user())
        if done.message_id is not None:
            return True
        state = repeated(message, opened, templates)
        if state is None:
            await self._explain(done.verdict, None)
            return False
        state, opened = await self._fresh(state, self._desk.user())
        return await self.send(state, opened, retry_of=message.id)

    async def _fresh(self, state: ComposeState, user: User) -> tuple[ComposeState, OpenConversation]:
        """The same draft beside what is true now."""
        app = self._desk.app
        opened = await app.conversations.open(state.contact_id, user)
        contact = opened.contact
        state = state.know(contact.facts, opened.settings.policy, contact.last_inbound_at)
        if state.began is not None:  # the question that follows tells of the opt-in as it is now
            state = state.look(replace(state.began, consent_event_id=opened.seen.consent_event_id))
        if state.template is not None:
            state = state.choose(await app.templates.get(state.template.id), state.values)
        return state, opened

    async def _warn(self, state: ComposeState, opened: OpenConversation, user: User) -> str | None:
        refused = ""
        if not may(user, Right.OVERRIDE_OPT_OUT, opened.settings.given):
            refused = consent_words.may_not_override(user.name, user.role.value)
        now = self._desk.app.clock.now()
        caution = Caution(
            consent_words.warning_title(state),
            consent_words.warning_html(state, opened.history, now),
            refused,
        )
        return await warn(self._desk.theme, self._owner.window(), caution, self._why(state))

    async def _explain(self, verdict: Verdict, state: ComposeState | None) -> None:
        why = self._why(state) if state is not None else None
        words = escape(verdict.sentence)
        await explain(self._desk.theme, self._owner.window(), verdict.reason.label, words, why)

    def _why(self, state: ComposeState) -> Why:
        """Answers for the draft over a dialog, which stays: a consent event is marked in the history behind it."""
        return lambda dialog: self._desk.tasks.spawn(dialog, self.why(state, over_dialog=True))

    async def why(self, state: ComposeState, *, over_dialog: bool = False) -> None:
        """Say what would become of the draft if it were marketing."""
        chosen = state.template
        asks = chosen is not None and chosen.effective_category is Category.MARKETING
        wanted = await why_contact(
            self._desk,
            self._owner,
            state.contact_id,
            chosen.id if chosen is not None and asks else None,
            Path.COMPOSE,
            marketing=True,
        )
        self._leave_for(wanted, over_dialog=over_dialog)

    async def why_of(self, message_id: int) -> None:
        """Say why a message of the thread went out or did not."""
        self._leave_for(await why_message(self._desk, self._owner, message_id))

    def _leave_for(self, wanted: EventWanted | None, *, over_dialog: bool = False) -> None:
        if wanted is not None:
            self._show_event(wanted.event_id, over_dialog)
