"""A customer's message as it came by webhook, told to bots."""

from datetime import datetime
from typing import Final

from desktop.domain.flow_answers import is_of_flows
from desktop.domain.flow_session import Said
from desktop.domain.flow_triggers import Incoming
from desktop.domain.words import Words
from desktop.services.bots import heard
from desktop.store.engine import Tx
from desktop.system.faults import Faults
from desktop.whatsapp.updates import InboundMessage

_NOT_SAID: Final = frozenset({"edit", "revoke", "system", ""})
"""What is no message to a bot: an older one that was changed or taken back."""
_UNREADABLE: Final = frozenset({"unsupported", "unknown"})
"""What nobody can read starts nothing; where a bot waits for an answer, it asks again."""


def hear(tx: Tx, contact_id: int, update: InboundMessage, at: datetime, words: Words, faults: Faults) -> None:
    """Tell bots of a message that is kept already and is no wish about marketing. at: when it was written.

    words: those that change the opt-in. Wherever they stand, under a picture too, they are no word to a bot; what one
    of its own buttons says is.
    """
    if update.kind in _NOT_SAID:
        return
    text = update.text or (update.media.caption if update.media else "")
    if words.wish(text) is not None and not is_of_flows(update.button_payload):
        return
    came_by = update.referral
    advertisement = None if came_by is None else " ".join((came_by.url, came_by.headline, came_by.id))
    incoming = Incoming(text, update.button_payload, advertisement)
    starts = None if update.kind in _UNREADABLE else incoming
    heard(tx, contact_id, starts, Said(text, update.button_payload, update.kind), at=at, faults=faults)
