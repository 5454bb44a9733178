"""A part of a thread by the key of a message in it, with what its messages answer and the reactions to them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import func, select

from desktop.domain.conversations import NEWEST, MessageView, Place, Quoted, ThreadPage
from desktop.store import conversations, reactions, tables
from desktop.store.engine import Tx

PAGE: Final = 300
"""Messages that one read brings."""
LONGEST_QUOTE: Final = 300
"""Letters of a quoted message: more than its one line shows."""
_message = tables.message.c


def read(tx: Tx, contact_id: int, place: Place = NEWEST, *, first_unread_id: int | None = None) -> ThreadPage:
    """At most PAGE messages. first_unread_id: where `place.unread` begins; None: all are read."""
    page = _page(tx, contact_id, place)
    further = place.unread and page.has_older and page.messages[0].id > (first_unread_id or 0)
    if further and first_unread_id is not None:
        page = _page(tx, contact_id, Place(around_id=first_unread_id))
    return replace(page, messages=_with_more(tx, contact_id, page.messages))


def _page(tx: Tx, contact_id: int, place: Place) -> ThreadPage:
    if place.around_id is not None:
        half = PAGE // 2
        older = conversations.thread(tx, contact_id, before_id=place.around_id + 1, limit=half + 1)
        newer = conversations.thread(tx, contact_id, after_id=place.around_id, limit=half + 1)
        return ThreadPage((*older[-half:], *newer[:half]), len(older) > half, len(newer) > half)
    if place.after_id is not None:
        found = conversations.thread(tx, contact_id, after_id=place.after_id, limit=PAGE + 1)
        return ThreadPage(tuple(found[:PAGE]), True, len(found) > PAGE)
    found = conversations.thread(tx, contact_id, before_id=place.before_id, limit=PAGE + 1)
    return ThreadPage(tuple(found[-PAGE:]), len(found) > PAGE, place.before_id is not None)


def _with_more(tx: Tx, contact_id: int, messages: Sequence[MessageView]) -> tuple[MessageView, ...]:
    quotes = quoted(tx, contact_id, {one.context_wamid for one in messages if one.context_wamid})
    emoji = reactions.of_messages(tx, [one.id for one in messages])
    return tuple(
        replace(one, quoted=quotes.get(one.context_wamid), reaction=emoji.get(one.id, ""))
        if one.id in emoji or one.context_wamid in quotes
        else one
        for one in messages
    )


def quoted(tx: Tx, contact_id: int, wamids: Collection[str]) -> dict[str, Quoted]:
    """The messages of a conversation that have these ids of WhatsApp's, as they are quoted."""
    if not wamids:
        return {}
    joined = tables.message.outerjoin(tables.person, tables.person.c.id == _message.author_id)
    asked = (
        select(
            _message.id,
            _message.wamid,
            _message.outgoing,
            _message.kind,
            func.substr(_message.text, 1, LONGEST_QUOTE).label("text"),
            tables.person.c.name.label("author_name"),
        )
        .select_from(joined)
        .where(_message.wamid.in_(wamids), _message.contact_id == contact_id)
    )
    return {
        row.wamid: Quoted(row.id, row.outgoing, row.author_name or "", row.kind, row.text or "")
        for row in tx.rows(asked)
    }
