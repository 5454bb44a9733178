"""Deliveries as rows: what waits, what became of each, and the log of a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, or_, select, update

from desktop.domain.changes import Topic
from desktop.domain.problems import NotFound, Problem
from desktop.domain.subscriptions import Delivery, DeliveryStatus, SubscriptionStatus, next_try
from desktop.store import subscriptions, tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id
from desktop.store.tables import micros

_delivery = tables.delivery.c
_subscription = tables.subscription.c
LONGEST_TROUBLE: Final = 400


@dataclass(frozen=True, slots=True)
class Made:
    """A delivery to be made. event: its name in the header; at: when it happened."""

    event: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be tried now."""

    id: int
    event: str
    body: str
    attempt_count: int
    created_at: datetime

    @property
    def mark(self) -> str:
        """What a receiver knows it by, however often it comes: no other delivery of the store ever has it."""
        return f"{micros(self.created_at):x}-{self.id:x}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. http_status None: no answer came; trouble: "" if it arrived."""

    delivery_id: int
    attempt_count: int
    http_status: int | None
    trouble: str = ""

    @property
    def is_delivered(self) -> bool:
        return not self.trouble


def add(tx: Tx, subscription_id: int, made: Sequence[Made]) -> None:
    """Let these wait, due at once, in this order."""
    if made:
        rows = [_new(tx, subscription_id, one.event, one.body) for one in made]
        tx.conn.execute(insert(tables.delivery), rows)
        tx.touch(Topic.SUBSCRIPTION, subscription_id)


def _new(tx: Tx, subscription_id: int, event: str, body: str) -> dict[str, Any]:
    return {
        "subscription_id": subscription_id,
        "event": event,
        "body": body,
        "status": DeliveryStatus.WAITING.value,
        "due_at": tx.now,
        "created_at": tx.now,
    }


def again(tx: Tx, delivery_id: int) -> int:
    """The same body once more, as a delivery of its own; returns its id. Raises NotFound, or a Problem where it is gone."""
    one = get(tx, delivery_id)
    if not one.body:
        raise Problem(
            "The body is gone", "It arrived, and what it said is kept for a day. Nothing can be sent again."
        )
    subscriptions.get(tx, one.subscription_id)
    row = _new(tx, one.subscription_id, one.event, one.body) | {"replay_of": one.replay_of or one.id}
    id = new_id(tx.conn.execute(insert(tables.delivery).values(**row)))
    tx.touch(Topic.SUBSCRIPTION, one.subscription_id)
    return id


def add_ended(tx: Tx, subscription_id: int, made: Made, outcome: Outcome) -> Delivery:
    """Keep one that was tried already and is not tried again. outcome's delivery_id: any."""
    status = DeliveryStatus.DELIVERED if outcome.is_delivered else DeliveryStatus.FAILED
    row = _new(tx, subscription_id, made.event, made.body) | {
        "status": status.value,
        "attempt_count": outcome.attempt_count,
        "due_at": None,
        "ended_at": tx.now,
        "http_status": outcome.http_status,
        "trouble": outcome.trouble[:LONGEST_TROUBLE],
    }
    id = new_id(tx.conn.execute(insert(tables.delivery).values(**row)))
    tx.touch(Topic.SUBSCRIPTION, subscription_id)
    return get(tx, id)


def to_post(tx: Tx) -> list[tuple[int, bool]]:
    """Active subscriptions of which something is due, and whether their address fails."""
    due = select(_delivery.id).where(
        _delivery.subscription_id == _subscription.id,
        _delivery.due_at.is_not(None),
        _delivery.due_at <= tx.now,
    )
    active = _subscription.status == SubscriptionStatus.ACTIVE.value
    asked = select(_subscription.id, _subscription.failing_since).where(active, due.exists())
    return [(row.id, row.failing_since is not None) for row in tx.rows(asked.order_by(_subscription.id))]


def due(tx: Tx, subscription_id: int, most_count: int) -> list[Due]:
    """What is to be tried, the longest due first."""
    return _due(tx, subscription_id, most_count, _delivery.due_at, _delivery.id)


def probe(tx: Tx, subscription_id: int) -> list[Due]:
    """The one that an address which fails is tried with: of those that are due, the most tried."""
    return _due(tx, subscription_id, 1, _delivery.attempt_count.desc(), _delivery.due_at, _delivery.id)


def _due(tx: Tx, subscription_id: int, most_count: int, *order: Any) -> list[Due]:
    asked = (
        select(_delivery.id, _delivery.event, _delivery.body, _delivery.attempt_count, _delivery.created_at)
        .where(
            _delivery.subscription_id == subscription_id,
            _delivery.due_at.is_not(None),
            _delivery.due_at <= tx.now,
        )
        .order_by(*order)
        .limit(most_count)
    )
    return [Due(row.id, row.event, row.body, row.attempt_count, row.created_at) for row in tx.rows(asked)]


def settle(tx: Tx, subscription_id: int, outcomes: Sequence[Outcome]) -> None:
    """Write how attempts ended; one whose delivery was removed meanwhile is passed over."""
    for one in outcomes:
        due_at = None if one.is_delivered else next_try(one.attempt_count, tx.now)
        status = DeliveryStatus.WAITING if due_at else DeliveryStatus.FAILED
        tx.conn.execute(
            update(tables.delivery)
            .where(_delivery.id == one.delivery_id, _delivery.due_at.is_not(None))
            .values(
                status=(DeliveryStatus.DELIVERED if one.is_delivered else status).value,
                attempt_count=one.attempt_count,
                due_at=due_at,
                ended_at=None if due_at else tx.now,
                http_status=one.http_status,
                trouble=one.trouble[:LONGEST_TROUBLE],
            )
        )
    tx.touch(Topic.SUBSCRIPTION, subscription_id)


def failed_since(tx: Tx, subscription_id: int, since: datetime) -> int:
    """How many have used up every attempt since then."""
    asked = select(func.count()).where(
        _delivery.subscription_id == subscription_id,
        _delivery.ended_at >= since,
        _delivery.status == DeliveryStatus.FAILED.value,
    )
    return int(tx.conn.scalar(asked) or 0)


def drop_waiting(tx: Tx, subscription_id: int) -> int:
    """Forget what waits; returns how many."""
    asked = delete(tables.delivery).where(
        _delivery.subscription_id == subscription_id, _delivery.due_at.is_not(None)
    )
    return tx.conn.execute(asked).rowcount


def hurry(tx: Tx, subscription_id: int) -> None:
    """What waits for another try is due now."""
    tx.conn.execute(
        update(tables.delivery)
        .where(
            _delivery.subscription_id == subscription_id,
            _delivery.due_at.is_not(None),
            _delivery.due_at > tx.now,
        )
        .values(due_at=tx.now)
    )


def get(tx: Tx, id: int) -> Delivery:
    """One. Raises NotFound."""
    row = tx.conn.execute(select(tables.delivery).where(_delivery.id == id)).one_or_none()
    if row is None:
        raise NotFound("Delivery not found", "It is not in the log any more: deliveries are kept for a week.")
    return _delivery_of(row)


def hurry_one(tx: Tx, one: Delivery) -> None:
    """One that waits for another try is due now."""
    asked = update(tables.delivery).where(_delivery.id == one.id, _delivery.due_at > tx.now)
    tx.conn.execute(asked.values(due_at=tx.now))
    tx.touch(Topic.SUBSCRIPTION, one.subscription_id)


def log(
    tx: Tx, subscription_id: int, *, before_id: int | None, most_count: int, tried_only: bool = False
) -> list[Delivery]:
    """The newest, older than before_id. tried_only: without those that wait for their first attempt."""
    asked = select(tables.delivery).where(_delivery.subscription_id == subscription_id)
    if tried_only:
        asked = asked.where(_delivery.attempt_count > 0)
    if before_id is not None:
        asked = asked.where(_delivery.id < before_id)
    return [_delivery_of(row) for row in tx.rows(asked.order_by(_delivery.id.desc()).limit(most_count))]


def trim(tx: Tx, before: datetime, most_count: int) -> int:
    """Drop some of those that ended before then; returns how many."""
    ids: list[int] = []
    for subscription_id in tx.conn.scalars(select(_subscription.id)).all():
        asked = (
            select(_delivery.id)
            .where(_delivery.subscription_id == subscription_id, _delivery.ended_at < before)
            .limit(most_count - len(ids))
        )
        ids += tx.conn.scalars(asked).all()
        if len(ids) >= most_count:
            break
    if ids:
        tx.conn.execute(delete(tables.delivery).where(_delivery.id.in_(ids)))
        tx.touch(Topic.SUBSCRIPTION)
    return len(ids)


@dataclass(frozen=True, slots=True)
class Old:
    """Deliveries of one subscription whose bodies are not kept any more. last_id: up to where was looked."""

    subscription_id: int
    ids: list[int]
    last_id: int


def old_bodies(
    tx: Tx, after: Mapping[int, int], before: datetime, newest_count: int, most_count: int
) -> Old | None:
    """The next that arrived, and were made before then or are not among the newest; None: there are none.

    after: of each subscription, up to which delivery they are gone.
    """
    for subscription_id in tx.conn.scalars(select(_subscription.id).order_by(_subscription.id)).all():
        own = _delivery.subscription_id == subscription_id
        newest = select(_delivery.id).where(own).order_by(_delivery.id.desc()).offset(newest_count).limit(1)
        asked = (
            select(_delivery.id, _delivery.status)
            .where(
                own,
                _delivery.id > after.get(subscription_id, 0),
                or_(_delivery.id <= int(tx.conn.scalar(newest) or 0), _delivery.created_at < before),
            )
            .order_by(_delivery.id)
            .limit(most_count)
        )
        if rows := tx.rows(asked):
            ids = [row.id for row in rows if row.status == DeliveryStatus.DELIVERED.value]
            return Old(subscription_id, ids, rows[-1].id)
    return None


def forget_bodies(tx: Tx, ids: Sequence[int]) -> None:
    """What arrived stays in the log, without what it said."""
    tx.conn.execute(
        update(tables.delivery).where(_delivery.id.in_(ids), _delivery.body != "").values(body="")
    )
    tx.touch(Topic.SUBSCRIPTION)


def _delivery_of(row: Any) -> Delivery:
    return Delivery(
        row.id,
        row.subscription_id,
        row.event,
        row.body,
        DeliveryStatus(row.status),
        row.created_at,
        row.attempt_count,
        row.due_at,
        row.ended_at,
        row.http_status,
        row.trouble,
        row.replay_of,
    )
