"""Replies to a broadcast: told apart when they come, and given to whom the supervisor said.

A message answers a broadcast if it quotes one of its messages or presses its button, or if it comes within a day of one
and nothing of ours was said in between: most people write their answer without quoting.
"""

from datetime import datetime, timedelta
from typing import Final

from desktop.domain.afterwards import Afterwards, RouteKind
from desktop.services import bots
from desktop.store import broadcast_replies as store
from desktop.store import broadcasts, conversations, people, sessions
from desktop.store.engine import Tx
from desktop.system.faults import Faults

ANSWERS_WITHIN: Final = timedelta(hours=24)
"""The length of WhatsApp's reply window."""
ROUTED_WITHIN: Final = timedelta(days=30)
"""Who quotes an older message, or presses its button, answers it; but whoever was to take the answers has long gone on."""


def note(tx: Tx, contact_id: int, message_id: int, context_wamid: str, at: datetime) -> int | None:
    """Keep which broadcast a customer's message answers; returns its id if it is their first answer to it.

    at: when it was written.
    """
    broadcast_id = store.answered(tx, contact_id, message_id, context_wamid, at - ANSWERS_WITHIN)
    if broadcast_id is None:
        return None
    is_first = not store.has_answered(tx, contact_id, broadcast_id)
    store.keep(tx, message_id, broadcast_id)
    return broadcast_id if is_first else None


def route(
    tx: Tx,
    contact_id: int,
    broadcast_id: int,
    at: datetime,
    faults: Faults | None = None,
    *,
    was_open: bool = True,
) -> bool:
    """Give the conversation to whom the broadcast says; True if nothing else of ours is to answer the message.

    Only a first answer within 30 days is routed, and not while a bot talks with the contact: what is handed on later
    stays there. Nor is it taken from a colleague who has written since the broadcast did, unless the conversation was
    resolved. Somebody whose account is closed gets nothing: then it is Unassigned. A flow that is not on changes nothing.
    was_open: before the message came.
    """
    record = broadcasts.get(tx, broadcast_id)
    afterwards = record.draft.afterwards
    if afterwards.route is RouteKind.AS_ALWAYS or sessions.hold_of(tx, contact_id) is not None:
        return False
    said_at = store.said_at(tx, contact_id, broadcast_id)
    if said_at is None or at - said_at > ROUTED_WITHIN:
        return False
    has_it = was_open and conversations.assigned_to(tx, contact_id) is not None
    if has_it and store.has_person_said(tx, contact_id, said_at):
        return False
    if afterwards.route is RouteKind.BOT:
        return bots.answer_with(tx, afterwards.route_id, contact_id, f"Reply to “{record.name}”", at, faults)
    conversations.assign(tx, contact_id, _person(tx, afterwards), f"Broadcast “{record.name}”")
    return True


def _person(tx: Tx, afterwards: Afterwards) -> int | None:
    if afterwards.route is not RouteKind.PERSON:
        return None
    found = people.find(tx, afterwards.route_id)
    return found.id if found is not None else None
