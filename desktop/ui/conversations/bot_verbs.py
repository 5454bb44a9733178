"""What a person does with bots in a conversation: start a flow, take over from one."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.domain.contacts import Contact
from desktop.domain.flow import SessionStatus
from desktop.services.bots import Became, RunningSession, Unsent
from desktop.ui.conversations.start_flow import choose_flow
from desktop.ui.conversations.words import lower_first
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
        bots = self._desk.app.bots
        try:
            session_id = await bots.start(chosen.record.id, contact.id, self._desk.user())
        finally:
            self._changed()
        became = await bots.became(session_id)
        went_wrong = bool(became.unsent) or became.status.is_dropped
        told = started_words(chosen.record.name, contact.first_name, became)
        self._desk.toasts.show_toast(told, "danger" if went_wrong else "done")

    async def take_over(self, contact: Contact) -> None:
        """End the bot; the conversation is this person's. Raises the Problem of one that a colleague has by now."""
        try:
            await self._desk.app.bots.stop(contact.id, self._desk.user())
        finally:
            self._changed()
        self._desk.toasts.show_toast("The bot has ended here. The conversation is yours.", "done")


def started_words(flow_name: str, first_name: str, became: Became) -> str:
    """What came of a start: '“Sale” ended at once: winter_clearance was not sent (opted out of marketing).'"""
    unsent = ", ".join(_unsent(one) for one in became.unsent)
    if became.status is SessionStatus.RUNNING:
        but = f", but {unsent}" if unsent else ""
        return f"“{flow_name}” goes on with {first_name}{but}."
    if became.status.is_dropped:
        because = unsent or became.because.strip().removesuffix(".") or became.status.label
        return f"“{flow_name}” ended at once: {because}."
    but = f": {unsent}" if unsent else ""
    return f"“{flow_name}” is through with {first_name} already{but}."


def _unsent(one: Unsent) -> str:
    why = f" ({lower_first(one.reason.label)})" if one.reason is not None else ""
    return f"{one.what or 'its message'} was not sent{why}"


def refusal(contact: Contact, running: RunningSession | None) -> str:
    """Why no flow can be started with a contact now, in a sentence; "" where one can."""
    if running is not None:
        return f"“{running.flow_name}” runs in this conversation. Take over first."
    if not contact.phone:
        return f"{contact.first_name} has no phone number."
    return ""
