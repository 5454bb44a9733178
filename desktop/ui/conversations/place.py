"""Where a person is in the conversations: box, order and conditions, whose conversation, and which part of it."""

from collections.abc import Mapping
from typing import Any

from desktop.domain.inbox import Wanted
from desktop.ui.conversations.entries import BubbleEntry
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.conversations.thread import ThreadView


def kept(page: ConversationsPage) -> dict[str, Any]:
    """As JSON. message_id: in the middle of what is seen; 0: the newest ones are seen."""
    return {
        "wanted": page.list.wanted.to_json(),
        "contact_id": page.area.contact_id or 0,
        "message_id": _seen(page.area.thread_view),
    }


def restore(page: ConversationsPage, place: Mapping[str, Any]) -> None:
    """Go there again; what another version wrote is passed over."""
    wanted, contact_id, message_id = place.get("wanted"), place.get("contact_id"), place.get("message_id")
    if isinstance(wanted, Mapping):
        page.list.ask_for(Wanted.from_json(wanted))
    if not isinstance(contact_id, int) or contact_id <= 0:
        return
    if isinstance(message_id, int) and message_id > 0:
        page.open_message(contact_id, message_id)
    else:
        page.open_contact(contact_id)


def _seen(view: ThreadView) -> int:
    """The message in the middle of the view; 0 at the end of the thread."""
    bar, rows = view.verticalScrollBar(), view.entries()
    if bar.value() >= bar.maximum():
        return 0
    middle = view.indexAt(view.viewport().rect().center()).row()
    near = sorted(range(len(rows)), key=lambda at: abs(at - middle)) if middle >= 0 else []
    return next((one.message.id for at in near if isinstance(one := rows[at], BubbleEntry)), 0)
