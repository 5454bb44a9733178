"""Outgoing webhooks as rows: what each wants, how far it was told, and whether it works."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, case, delete, exists, func, insert, or_, select, true, update

from desktop.domain.changes import Topic
from desktop.domain.problems import NotFound
from desktop.domain.subscriptions import (
    DayFigures,
    DeliveryStatus,
    Event,
    Shape,
    Subscription,
    SubscriptionDraft,
    SubscriptionStatus,
)
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.horizon import Reached, here
from desktop.store.keys import IS_SHUT
from desktop.store.statements import new_id

_subscription = tables.subscription.c
_delivery = tables.delivery.c
_NOTHING: Final = DayFigures()
_REMOVED: Final = "removed"
"""The status of one that is gone for everybody; it goes for good when its log has, which is done in small steps."""
_ALL: Final = true()
_THERE: Final = _subscription.status != _REMOVED
BY_CHANGES: Final = frozenset(
    {
        Event.CONVERSATION_CREATED,
        Event.CONVERSATION_UPDATED,
        Event.CONVERSATION_RESOLVED,
        Event.TEMPLATE_STATUS,
    }
)
"""What is told by the change table."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the engine needs of a subscription that is active.

    secret_mark: of the secret that salt and the machine's own make; reached: how far it was told, as kept.
    made_by_key_id: of the key that chose the address; None: a person did. key_is_open: False if that key, or the one
    whose messages it tells of, opens nothing any more.
    """

    id: int
    url: str
    events: frozenset[Event]
    shape: Shape
    api_key_id: int | None
    salt: str
    secret_mark: str
    reached: Reached
    failing_since: datetime | None
    made_by_key_id: int | None = None
    waiting_count: int = 0
    key_is_open: bool = True


def add(
    tx: Tx,
    draft: SubscriptionDraft,
    salt: str,
    secret_mark: str,
    reached: Reached,
    created_by: int | None,
    made_by_key_id: int | None = None,
) -> Subscription:
    """Keep a new one; it is told what comes behind `reached`. Made by a person, a key, or at the shell."""
    made = tx.conn.execute(
        insert(tables.subscription).values(
            **_values(draft),
            status=SubscriptionStatus.ACTIVE.value,
            salt=salt,
            secret_mark=secret_mark,
            told_to=reached.to_json(),
            made_by_key_id=made_by_key_id,
            created_by=created_by,
            created_at=tx.now,
        )
    )
    id = new_id(made)
    tx.touch(Topic.SUBSCRIPTION, id)
    return Subscription(
        id,
        draft.url,
        draft.events,
        draft.shape,
        SubscriptionStatus.ACTIVE,
        tx.now,
        draft.api_key_id,
        created_by=created_by,
        made_by_key_id=made_by_key_id,
    )


def _values(draft: SubscriptionDraft) -> dict[str, Any]:
    return {
        "url": draft.url,
        "events": sorted(one.value for one in draft.events),
        "shape": draft.shape.value,
        "api_key_id": draft.api_key_id,
    }


def change(tx: Tx, id: int, draft: SubscriptionDraft, reached: Reached) -> None:
    """Another address, other events; told from `reached` on."""
    _set(tx, id, **_values(draft), told_to=reached.to_json())


def hand_over(tx: Tx, id: int, made_by_key_id: int | None) -> None:
    """From now on it hangs on this key; None: on none."""
    _set(tx, id, made_by_key_id=made_by_key_id)


def active_of_key(tx: Tx, key_id: int) -> list[int]:
    """Those that are told and were made by this key, or tell of its messages."""
    theirs = or_(_subscription.made_by_key_id == key_id, _subscription.api_key_id == key_id)
    is_active = _subscription.status == SubscriptionStatus.ACTIVE.value
    return list(tx.conn.scalars(select(_subscription.id).where(theirs, is_active).order_by(_subscription.id)))


def set_status(tx: Tx, id: int, status: SubscriptionStatus, because: str = "") -> None:
    """Paused, or active; it counts as working until it fails (again)."""
    _set(tx, id, status=status.value, paused_because=because, failing_since=None)


def set_failing(tx: Tx, id: int, since: datetime | None) -> None:
    _set(tx, id, failing_since=since)


def set_reached(tx: Tx, id: int, reached: Reached) -> None:
    """How far it was told; nothing that a screen shows."""
    values = update(tables.subscription).where(_subscription.id == id).values(told_to=reached.to_json())
    tx.conn.execute(values)


def go_on_from_here(tx: Tx) -> None:
    """Each is told what comes from now on, and of nothing before: what there was is gone."""
    tx.conn.execute(update(tables.subscription).values(told_to=here(tx).to_json(), failing_since=None))
    tx.touch(Topic.SUBSCRIPTION)


def _set(tx: Tx, id: int, **values: Any) -> None:
    tx.conn.execute(update(tables.subscription).where(_subscription.id == id).values(**values))
    tx.touch(Topic.SUBSCRIPTION, id)


def remove(tx: Tx, id: int) -> None:
    """Nothing finds it any more, nor its deliveries; `sweep()` drops them."""
    _set(tx, id, status=_REMOVED, events=[])


def sweep(tx: Tx, most_count: int) -> int:
    """Drop some deliveries of those that were removed, and them when none is left; returns how many."""
    removed = list(tx.conn.scalars(select(_subscription.id).where(~_THERE).order_by(_subscription.id)))
    for id in removed:
        ids = tx.conn.scalars(
            select(_delivery.id).where(_delivery.subscription_id == id).limit(most_count)
        ).all()
        if ids:
            tx.conn.execute(delete(tables.delivery).where(_delivery.id.in_(ids)))
            return len(ids)
        tx.conn.execute(delete(tables.subscription).where(_subscription.id == id))
    return 0


def get(tx: Tx, id: int, *, since: datetime | None = None) -> Subscription:
    """One; with the figures of what ended since then, without any where that is None. Raises NotFound."""
    row = _row(tx, id)
    if since is None:
        return _subscription_of(row)
    day = _figures(tx, since, _subscription.id == id).get(id, _NOTHING)
    return _subscription_of(row, day, _waiting(tx, _delivery.subscription_id == id).get(id, 0))


def count(tx: Tx) -> int:
    """How many there are."""
    return int(tx.conn.scalar(select(func.count()).where(_THERE)) or 0)


def told(tx: Tx, id: int, *, lock: bool = False) -> Told:
    """One as the engine needs it, active or not. lock: hold it until the end of the transaction. Raises NotFound."""
    return _told(_row(tx, id, lock=lock))


def _row(tx: Tx, id: int, *, lock: bool = False) -> Row[Any]:
    asked = select(tables.subscription).where(_subscription.id == id, _THERE)
    row = tx.conn.execute(asked.with_for_update() if lock else asked).one_or_none()
    if row is None:
        raise NotFound("Webhook not found", "This webhook was removed meanwhile.")
    return row


def is_active(tx: Tx, id: int) -> bool:
    """True if it is there and not paused."""
    asked = select(_subscription.status).where(_subscription.id == id)
    return tx.conn.scalar(asked) == SubscriptionStatus.ACTIVE.value


def every(tx: Tx, *, since: datetime) -> list[Subscription]:
    """All, in the order in which they were made; with the figures of what ended since then."""
    rows = tx.rows(select(tables.subscription).where(_THERE).order_by(_subscription.id))
    figures, waiting = _figures(tx, since), _waiting(tx)
    return [_subscription_of(row, figures.get(row.id, _NOTHING), waiting.get(row.id, 0)) for row in rows]


_HANGS_ON: Final = or_(
    tables.api_key.c.id == _subscription.api_key_id, tables.api_key.c.id == _subscription.made_by_key_id
)
_KEY_IS_OPEN: Final = ~exists().where(_HANGS_ON, IS_SHUT).correlate(tables.subscription)
_ACTIVE: Final = (
    select(tables.subscription, _KEY_IS_OPEN.label("key_is_open"))
    .where(_subscription.status == SubscriptionStatus.ACTIVE.value)
    .order_by(_subscription.id)
)


def active(tx: Tx) -> list[Told]:
    """Those that are told, in the order of their ids."""
    rows = tx.rows(_ACTIVE)
    waiting = _waiting(tx) if rows else {}
    return [_told(row, waiting.get(row.id, 0), row.key_is_open) for row in rows]


def oldest_change(tx: Tx) -> int | None:
    """Up to which row of the change table every subscription was told that is told by it; None: there is none."""
    rows = tx.rows(select(_subscription.events, _subscription.told_to))
    wanted = {one.value for one in BY_CHANGES}
    reached = [Reached.from_json(row.told_to).changes for row in rows if wanted & set(row.events)]
    return min(reached, default=None)


def _waiting(tx: Tx, of: ColumnElement[bool] = _ALL) -> dict[int, int]:
    asked = (
        select(_delivery.subscription_id, func.count())
        .where(_delivery.due_at.is_not(None), of)
        .group_by(_delivery.subscription_id)
    )
    return {id: int(count) for id, count in tx.conn.execute(asked)}


def _figures(tx: Tx, since: datetime, of: ColumnElement[bool] = _ALL) -> Mapping[int, DayFigures]:
    delivered = _delivery.status == DeliveryStatus.DELIVERED.value
    asked = (
        select(
            _delivery.subscription_id.label("id"),
            func.sum(case((delivered, 1), else_=0)).label("delivered"),
            func.sum(case((delivered & (_delivery.attempt_count > 1), 1), else_=0)).label("retried"),
            func.sum(case((_delivery.status == DeliveryStatus.FAILED.value, 1), else_=0)).label("failed"),
        )
        # Each subscription is one stretch of `ix_delivery_ended`, which holds all that is counted.
        .join_from(tables.subscription, tables.delivery, _delivery.subscription_id == _subscription.id)
        .where(_delivery.ended_at >= since, of)
        .group_by(_delivery.subscription_id)
    )
    return {
        row.id: DayFigures(int(row.delivered), int(row.retried), int(row.failed)) for row in tx.rows(asked)
    }


def _events(names: Collection[str]) -> frozenset[Event]:
    return frozenset(Event(one) for one in names)


def _subscription_of(row: Any, day: DayFigures = _NOTHING, waiting_count: int = 0) -> Subscription:
    return Subscription(
        row.id,
        row.url,
        _events(row.events),
        Shape(row.shape),
        SubscriptionStatus(row.status),
        row.created_at,
        row.api_key_id,
        row.paused_because,
        row.failing_since,
        row.created_by,
        waiting_count,
        day,
        row.made_by_key_id,
    )


def _told(row: Any, waiting_count: int = 0, key_is_open: bool = True) -> Told:
    return Told(
        row.id,
        row.url,
        _events(row.events),
        Shape(row.shape),
        row.api_key_id,
        row.salt,
        row.secret_mark,
        Reached.from_json(row.told_to),
        row.failing_since,
        row.made_by_key_id,
        waiting_count,
        key_is_open,
    )
