"""The words of a report's table, on the screen and in its files."""

from typing import Final

from desktop.domain.consent import Category, Path, Source
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason

PATHS: Final = {
    Path.COMPOSE: "Inbox",
    Path.BROADCAST: "Broadcast",
    Path.SEQUENCE: "Sequence",
    Path.API: "API",
    Path.BOT: "Bot",
    Path.AUTOMATIC: "Automatic",
}
CATEGORIES: Final = {
    Category.MARKETING: "Marketing",
    Category.UTILITY: "Utility",
    Category.AUTHENTICATION: "Authentication",
    Category.SERVICE: "Service",
}
STATUSES: Final = {
    Status.QUEUED: "Waiting",
    Status.SENDING: "Sending",
    Status.ACCEPTED: "Accepted",
    Status.SENT: "Sent",
    Status.DELIVERED: "Delivered",
    Status.READ: "Read",
    Status.FAILED: "Failed",
    Status.LEFT_OUT: "Left out",
    Status.CANCELLED: "Cancelled",
    Status.UNKNOWN: "Not certain",
}
CONSENT: Final = frozenset(
    {
        Reason.OPTED_OUT,
        Reason.OPTED_OUT_AFTER_LAUNCH,
        Reason.STOPPED_IN_WHATSAPP,
        Reason.NO_CHOICE,
        Reason.US_NUMBER,
    }
)
"""Reasons that are about consent: they look alike on every path, and a contact of a sequence always moves on."""
STOPPED: Final = frozenset({Status.FAILED, Status.LEFT_OUT, Status.CANCELLED, Status.UNKNOWN})
"""Where a report says why, and what to do."""
SOURCES: Final = {
    Source.AGENT: "A colleague",
    Source.KEYWORD: "Keyword",
    Source.BUTTON: "Button",
    Source.IMPORT: "Import",
    Source.API: "API",
    Source.BOT: "Bot",
    Source.WHATSAPP: "WhatsApp",
    Source.MERGE: "Merged contact",
}


def of_words(message: MessageView) -> str:
    """Which of its path: 'Winter clearance', 'Welcome, step 2 (version 3)', the flow 'Order status', the API key
    'shop-sync', or nothing.
    """
    if message.broadcast_id is not None:
        return message.broadcast_name
    if message.sequence_id is not None:
        step = f", step {message.step_number}" if message.step_number else ""
        version = f" (version {message.version_number})" if message.version_number is not None else ""
        return f"{message.sequence_name}{step}{version}"
    return message.flow_name or message.api_key_name
