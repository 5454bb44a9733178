"""Do webhooks come? Where they do not, a STOP does not arrive either."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import Category
from desktop.domain.drift import Cause
from desktop.domain.messages import Status
from desktop.store import heartbeat, opening, settings, tables, webhooks
from desktop.store.engine import Tx

_AWAY_TO: Final = "away_to"
_broadcast, _message, _template = tables.broadcast.c, tables.message.c, tables.template.c


def is_silent(tx: Tx) -> bool:
    """True if the last webhook came longer ago than the workspace allows, or none ever came."""
    last = webhooks.last_at(tx)
    return last is None or tx.now - last > timedelta(minutes=settings.load(tx).catch_up_minutes)


def note_absence(tx: Tx) -> bool:
    """To be asked when an engine begins, or wakes, before it counts on; True if it was away for long on a real number.

    Until a webhook comes nobody knows who wrote STOP meanwhile: WhatsApp tells in the next minutes, not at once.
    """
    if settings.meta(tx, "stamp") in (None, opening.SANDBOX) or not is_silent(tx):
        return False
    seen_at = heartbeat.last(tx).at
    if seen_at is not None and tx.now - seen_at <= timedelta(minutes=settings.load(tx).catch_up_minutes):
        return False
    settings.set_meta(tx, _AWAY_TO, tx.now.isoformat())
    return True


def is_unheard(tx: Tx, broadcast_id: int) -> bool:
    """True if replies to earlier messages may be missing on a real number, and no person let this one go on all the
    same: no webhook has come since an absence, or what was accepted of it long ago was told nothing more of."""
    if settings.meta(tx, "stamp") in (None, opening.SANDBOX):
        return False
    last, away_to = webhooks.last_at(tx), settings.meta(tx, _AWAY_TO)
    if away_to is not None and (last is None or last <= datetime.fromisoformat(away_to)):
        gone_on = _gone_on_at(tx, broadcast_id)
        if gone_on is None or gone_on < datetime.fromisoformat(away_to):
            return True
    before = tx.now - timedelta(minutes=settings.load(tx).catch_up_minutes)
    return is_silent(tx) and _has_unanswered(tx, broadcast_id, last, before)


def unanswered(tx: Tx) -> list[int]:
    """Running marketing broadcasts of which WhatsApp accepted messages so long ago that it must have told more of them.

    A webhook that came, and a person who let it go on, start the time anew. Where nothing leaves nothing is missed: a
    broadcast that goes on tomorrow is not one of them.
    """
    last = webhooks.last_at(tx)
    before = tx.now - timedelta(minutes=settings.load(tx).catch_up_minutes)
    if not is_silent(tx):
        return []
    running = (
        select(_broadcast.id)
        .join(tables.template, _template.id == _broadcast.template_id)
        .where(
            _broadcast.status == BroadcastStatus.RUNNING.value,
            or_(
                _template.category == Category.MARKETING.value,
                _template.correct_category == Category.MARKETING.value,
            ),
        )
        .order_by(_broadcast.id)
    )
    return [id for id in tx.conn.scalars(running) if _has_unanswered(tx, id, last, before)]


def _has_unanswered(tx: Tx, broadcast_id: int, last: datetime | None, before: datetime) -> bool:
    gone_on = _gone_on_at(tx, broadcast_id)
    asked = select(_message.id).where(
        _message.broadcast_id == broadcast_id,
        _message.status == Status.ACCEPTED.value,
        _message.changed_at <= before,
    )
    since = max((one for one in (last, gone_on) if one is not None), default=None)
    if since is not None:
        asked = asked.where(_message.changed_at > since)
    return tx.conn.scalar(asked.limit(1)) is not None


def _gone_on_at(tx: Tx, broadcast_id: int) -> datetime | None:
    """When a person, told of the silence, last let it go on."""
    row = tables.broadcast_hold.c
    asked = select(func.max(row.decided_at)).where(
        row.broadcast_id == broadcast_id, row.cause == Cause.CATCHING_UP.value
    )
    found: datetime | None = tx.conn.scalar(asked)
    return found
