"""What the panel and the head change: opt-in, tags, who answers, open or closed; with a way back where there is one."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from desktop.domain.consent import OptIn
from desktop.domain.contacts import Contact, Fact
from desktop.domain.people import User
from desktop.domain.reminders import Reminder
from desktop.services.contacts import ReasonNeeded
from desktop.services.conversations import OpenConversation
from desktop.ui.conversations import consent_words
from desktop.ui.conversations.asking import reason_to_opt_in
from desktop.ui.conversations.reminder_words import due_words
from desktop.ui.desk import Desk

_UNDONE: Final = "Undone right after it was recorded"


class ContactVerbs:
    """Coroutines for the conversation area; each reads it again afterwards through `changed`."""

    def __init__(
        self,
        desk: Desk,
        owner: QWidget,
        changed: Callable[[], object],
        on_problem: Callable[[Exception], object],
    ) -> None:
        self._desk, self._owner, self._changed, self._on_problem = desk, owner, changed, on_problem

    async def change_opt_in(self, opened: OpenConversation, value: str) -> None:
        """Record another answer: YES to NO at once and undoable, NO to YES with a reason."""
        to, contact, user = OptIn(value), opened.contact, self._desk.user()
        verbs = self._desk.app.contacts
        reason = ""
        if contact.opt_in is OptIn.NO:
            given = await self._reason(opened)
            if given is None:
                return
            reason = given
        try:
            await verbs.set_opt_in(contact.id, to, user, reason)
        except ReasonNeeded:  # they opted out while we looked
            fresh = await self._desk.app.conversations.open(contact.id, user)
            given = await self._reason(fresh)
            if given is None:
                return
            await verbs.set_opt_in(contact.id, to, user, given)
        self._changed()
        told = f"{contact.first_name} is opted {'out of' if to is OptIn.NO else 'in to'} marketing."
        if to is OptIn.NO or contact.opt_in is OptIn.NONE:  # by one click
            await self._offer_undo(contact, to, user, told)
        else:
            self._desk.toasts.show_toast(told, "done")

    async def add_tag(self, opened: OpenConversation, name: str) -> None:
        await self._desk.app.contacts.add_tag(opened.contact.id, name, self._desk.user())
        self._changed()

    async def remove_tag(self, opened: OpenConversation, name: str) -> None:
        await self._desk.app.contacts.remove_tag(opened.contact.id, name, self._desk.user())
        self._changed()
        self._desk.toasts.show_toast(
            f"Tag “{name}” removed",
            "done",
            action="Undo",
            on_action=lambda: self._spawn(self.add_tag(opened, name)),
        )

    async def assign(self, opened: OpenConversation, to: User | None) -> None:
        """Give it to somebody, or to nobody; told with a way back where it leaves the person's hands."""
        me, row = self._desk.user(), opened.row
        await self._desk.app.conversations.assign(opened.contact.id, to, me)
        self._changed()
        if row is None or to == me or row.assigned_to == (to.id if to is not None else None):
            return
        people = await self._desk.app.workspace.people()
        before = next((one for one in people if one.id == row.assigned_to), None)
        told = f"{opened.contact.first_name} is {f'with {to.name}' if to is not None else 'unassigned'} now"
        back = None if row.assigned_to is not None and before is None else self._back_to(opened, before)
        self._tell(told, back)

    def _back_to(
        self, opened: OpenConversation, before: User | None
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        async def back() -> None:
            await self._desk.app.conversations.assign(opened.contact.id, before, self._desk.user())
            self._changed()

        return back

    async def set_open(self, opened: OpenConversation, is_open: bool) -> None:
        verbs, user = self._desk.app.conversations, self._desk.user()
        await (verbs.reopen if is_open else verbs.close)(opened.contact.id, user)
        self._changed()
        if not is_open:
            self._tell(f"Closed: {opened.contact.first_name}", lambda: self.set_open(opened, True))

    async def remind(self, opened: OpenConversation, at: datetime) -> None:
        """The conversation comes back to this person at a time. Raises the Problem of one that has passed."""
        await self._desk.app.reminders.put(opened.contact.id, at, self._desk.user())
        self._changed()
        told = due_words(at, self._desk.app.clock.now())
        self._desk.toasts.show_toast(f"You will be reminded {told}", "done")

    async def forget_reminder(self, opened: OpenConversation, was: Reminder) -> None:
        """Take a reminder away; with a way back as long as its time is to come."""
        await self._desk.app.reminders.remove(opened.contact.id, self._desk.user())
        self._changed()
        if was.due_at > self._desk.app.clock.now():
            self._tell("Reminder removed", lambda: self.remind(opened, was.due_at))

    def _tell(self, told: str, back: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        """What was done; with a way back where there is one."""
        undo = "" if back is None else "Undo"
        on_undo = None if back is None else lambda: self._spawn(back())
        self._desk.toasts.show_toast(told, "done", action=undo, on_action=on_undo)

    def _spawn(self, coro: Coroutine[Any, Any, None]) -> None:
        self._desk.tasks.spawn(self._owner, coro, on_problem=self._on_problem)

    async def _reason(self, opened: OpenConversation) -> str | None:
        contact, now = opened.contact, self._desk.app.clock.now()
        event = consent_words.no_event(opened.history, False)
        first = contact.first_name
        sentence = consent_words.opted_out_at(first, event, now) if event else f"{first} opted out."
        if contact.facts.stopped_in_whatsapp:
            sentence += " They also stopped promotions in WhatsApp; only they can resume those there."
        sentence += " Say where they asked for marketing again."
        return await reason_to_opt_in(self._desk.theme, self._owner.window(), first, sentence)

    async def _offer_undo(self, contact: Contact, to: OptIn, user: User, told: str) -> None:
        """Tell what was recorded; with a way back unless somebody answered otherwise in the same moment."""
        recorded = await self._recorded(contact, to, user)
        if recorded is None:
            self._desk.toasts.show_toast(told, "done")
            return

        def undo() -> None:
            self._desk.tasks.spawn(
                self._owner, self._undo(contact, to, recorded, user), on_problem=self._on_problem
            )

        self._desk.toasts.show_toast(told, "done", action="Undo", on_action=undo)

    async def _recorded(self, contact: Contact, to: OptIn, user: User) -> int | None:
        """The event of this person's answer; None when it is not the newest one."""
        answers = [
            one for one in await self._desk.app.contacts.history(contact.id) if one.fact is Fact.OPT_IN
        ]
        last = answers[-1] if answers else None
        ours = last is not None and last.value == to.value and last.user_name == user.name
        return last.id if last is not None and ours else None

    async def _undo(self, contact: Contact, said: OptIn, recorded: int, user: User) -> None:
        """Put the answer back, unless somebody said something since: that is newer than the mistake."""
        verbs = self._desk.app.contacts
        is_newest = (await verbs.get(contact.id)).facts.consent_event_id == recorded
        # Without a reason the store itself refuses to overrule a No that comes in this very moment.
        reason = _UNDONE if said is OptIn.NO else ""
        try:
            if is_newest:
                await verbs.set_opt_in(contact.id, contact.opt_in, user, reason)
        except ReasonNeeded:
            is_newest = False
        if not is_newest:
            told = f"Not undone: the opt-in of {contact.first_name} has changed since."
            self._desk.toasts.show_toast(told, "warn")
        self._changed()
