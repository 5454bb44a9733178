"""What a person does with bots in a conversation: start a flow, take over from one."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.domain.contacts import Contact
from desktop.services.bots import RunningSession
from desktop.ui.conversations.start_flow import choose_flow
from desktop.ui.desk import Desk


class BotVerbs:
    """Coroutines for the conversation area; each reads it again afterwards through `changed`."""

    def __init__(self, desk: Desk, owner: QWidget, changed: Callable[[], object]) -> None:
        self._desk, self._owner, self._changed = desk, owner, changed

    async def start(self, contact: Contact) -> None:
        """Ask which flow, and start it. Raises the Problem of one that cannot be started."""
        chosen = await choose_flow(self._desk, self._owner, contact)
        if chosen is None:
            return
        try:
            await self._desk.app.bots.start(chosen.record.id, contact.id, self._desk.user())
        finally:
            self._changed()
        self._desk.toasts.show_toast(f"“{chosen.record.name}” goes on with {contact.first_name}.", "done")

    async def take_over(self, contact: Contact) -> None:
        """End the bot; the conversation is this person's."""
        await self._desk.app.bots.stop(contact.id, self._desk.user())
        self._changed()
        self._desk.toasts.show_toast("The bot has ended here. The conversation is yours.", "done")


def refusal(contact: Contact, running: RunningSession | None) -> str:
    """Why no flow can be started with a contact now, in a sentence; "" where one can."""
    if running is not None:
        return f"“{running.flow_name}” runs in this conversation. Take over first."
    if not contact.phone:
        return f"{contact.first_name} has no phone number."
    return ""
