"""What calls for a person's attention: messages of customers, notes that name them, reminders that are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

LONGEST_TOLD: Final = 80
"""Characters of a message in a notification."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A customer's message that nobody has read, in a conversation of the person or of nobody."""

    message_id: int
    contact_id: int
    contact_name: str
    kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told. text: what stands in the window; discreet: what may stand outside of it.

    contact_id: whose conversation it opens; None: the list.
    """

    title: str
    text: str
    discreet: str
    contact_id: int | None = None


def gathered(messages: Sequence[NewMessage]) -> Notice | None:
    """One notice for all: a message with its words, several by their number."""
    if not messages:
        return None
    names = list(dict.fromkeys(one.contact_name for one in messages))
    ids = {one.contact_id for one in messages}
    contact_id = messages[-1].contact_id if len(ids) == 1 else None
    if len(messages) == 1:
        only = messages[0]
        return Notice(only.contact_name, said(only), "New message", contact_id)
    count = f"{len(messages):,} new messages"
    if contact_id is not None:
        return Notice(names[0], f"{count}: {said(messages[-1])}", count, contact_id)
    others = len(ids) - 2
    more = f" and {others:,} more" if others > 0 else ""
    from_whom = f"{', '.join(names[:2])}{more}" if others > 0 else " and ".join(names[:2])
    return Notice(count, from_whom, from_whom)


def said(message: NewMessage) -> str:
    """'“Is it on its way?”', 'Image', shortened."""
    text = " ".join(message.text.split())
    if not text:
        return message.kind.replace("_", " ").capitalize()
    short = text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 1].rstrip()}…"
    return f"“{short}”"
