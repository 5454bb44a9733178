"""A week of messages over every path, written into the store as the engine would have left them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import insert, select

from desktop.domain.changes import Topic
from desktop.domain.consent import Category, OptIn, Path
from desktop.domain.messages import Lane, Status
from desktop.domain.reasons import Reason
from desktop.store import tables
from desktop.store.engine import Store, Tx

SEED: Final = 5


@dataclass(frozen=True, slots=True)
class Traffic:
    """count: messages beside those of the two broadcasts. days: over how many before now they are spread."""

    count: int = 1_200
    days: int = 7
    long_names: bool = False


@dataclass(frozen=True, slots=True)
class _Places:
    """What the messages belong to."""

    contacts: list[tuple[int, bool]]
    templates: dict[str, list[int]]
    broadcasts: list[int]
    version_id: int
    users: list[int]


_PATHS: Final = (
    (Path.BROADCAST, 52),
    (Path.SEQUENCE, 18),
    (Path.COMPOSE, 12),
    (Path.API, 10),
    (Path.BOT, 5),
    (Path.AUTOMATIC, 3),
)
_ENDS: Final[tuple[tuple[Status, Reason, int | None, int], ...]] = (
    (Status.READ, Reason.OPTED_IN, None, 420),
    (Status.DELIVERED, Reason.OPTED_IN, None, 330),
    (Status.SENT, Reason.OPTED_IN, None, 90),
    (Status.FAILED, Reason.OPTED_OUT, None, 60),
    (Status.FAILED, Reason.WHATSAPP_ERROR, 131026, 34),
    (Status.FAILED, Reason.WHATSAPP_ERROR, 131049, 21),
    (Status.FAILED, Reason.STOPPED_IN_WHATSAPP, None, 11),
    (Status.UNKNOWN, Reason.ANSWER_LOST, None, 2),
    (Status.CANCELLED, Reason.BROADCAST_STOPPED, None, 4),
)


async def fill(store: Store, traffic: Traffic = Traffic()) -> int:
    """Add the messages; how many there are then. Told as a change, as every write."""
    return await store.write(lambda tx: _fill(tx, traffic))


def _fill(tx: Tx, traffic: Traffic) -> int:
    rng = Random(SEED)
    places = _places(tx, traffic)
    rows = [_row(tx.now, rng, places, traffic, number) for number in range(traffic.count)]
    rows += _broadcast_rows(tx.now, rng, places)
    tx.conn.execute(insert(tables.message), rows)
    tx.touch(Topic.MESSAGE)
    return len(rows)


def _places(tx: Tx, traffic: Traffic) -> _Places:
    contact, template, event = tables.contact.c, tables.template.c, tables.consent_event.c
    no = {row.contact_id for row in tx.rows(select(event.contact_id).where(event.value == OptIn.NO.value))}
    contacts = [(row.id, row.id in no) for row in tx.rows(select(contact.id))]
    templates: dict[str, list[int]] = {}
    for row in tx.rows(select(template.id, template.category)):
        templates.setdefault(row.category.lower(), []).append(row.id)
    names = ["Winter clearance – Mumbai", "Spring preview"]
    if traffic.long_names:
        names = [
            "Everything must go: the great winter clearance of all shops in Québec and the Maritimes, part two"
        ]
    broadcasts = [_broadcast(tx, name, at) for at, name in enumerate(names)]
    sequence_id = _add(
        tx, tables.sequence, name="Welcome" if not traffic.long_names else "Welcome to the club, with all that we ever wanted to say",
        status="active", created_at=tx.now, activated_at=tx.now,
    )  # fmt: skip
    version_id = _add(
        tx, tables.sequence_version, sequence_id=sequence_id, number=1, definition={}, at=tx.now
    )
    users = [row.id for row in tx.rows(select(tables.person.c.id))]
    return _Places(contacts, templates, broadcasts, version_id, users)


def _broadcast(tx: Tx, name: str, at: int) -> int:
    day = tx.now - timedelta(days=1 + 2 * at)
    return _add(
        tx, tables.broadcast, name=name, status="done", draft={}, created_at=day, launched_at=day, ended_at=day
    )  # fmt: skip


def _add(tx: Tx, table: Any, **values: Any) -> int:
    found = tx.conn.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    return int(found)


def _row(now: datetime, rng: Random, places: _Places, traffic: Traffic, number: int) -> dict[str, Any]:
    path = rng.choices([one for one, _ in _PATHS], [share for _, share in _PATHS])[0]
    status, reason, code, _ = rng.choices(_ENDS, [one[3] for one in _ENDS])[0]
    if path is Path.BROADCAST and status is Status.FAILED and code is None:
        status = Status.LEFT_OUT
    if status is Status.CANCELLED and path is not Path.BROADCAST:
        status, reason = Status.READ, Reason.OPTED_IN
    contact_id = rng.choice(places.contacts)[0]
    at = now - timedelta(seconds=rng.uniform(60, traffic.days * 86_400 - 70_000))
    category = Category.MARKETING if rng.random() < 0.7 or reason in (Reason.OPTED_OUT,) else Category.UTILITY
    if path is Path.AUTOMATIC:
        status, reason, code, category = Status.DELIVERED, Reason.AUTOMATIC, None, Category.SERVICE
    if category is not Category.MARKETING and reason is Reason.OPTED_IN:
        reason = Reason.NOT_MARKETING
    template_id = rng.choice(places.templates[category.value]) if category.value in places.templates else None
    return _values(path, status, reason, code, contact_id, category, template_id, at) | _of_path(
        path, places, rng, number
    )


def _of_path(path: Path, places: _Places, rng: Random, number: int) -> dict[str, Any]:
    if path is Path.SEQUENCE:
        return {"version_id": places.version_id, "step_number": rng.randint(1, 4)}
    return {"author_id": rng.choice(places.users)} if path is Path.COMPOSE else {}


def _broadcast_rows(now: datetime, rng: Random, places: _Places) -> Iterator[dict[str, Any]]:
    """What each broadcast did: one message a contact."""
    for at, broadcast_id in enumerate(places.broadcasts):
        day = now - timedelta(days=1 + 2 * at)
        for contact_id, no in places.contacts[at :: 1 + at]:
            status, reason = (Status.LEFT_OUT, Reason.OPTED_OUT) if no else (Status.READ, Reason.OPTED_IN)
            if not no and rng.random() < 0.02:
                status, reason = Status.FAILED, Reason.WHATSAPP_ERROR
            code = 131026 if reason is Reason.WHATSAPP_ERROR else None
            marketing = places.templates[Category.MARKETING.value]
            values = _values(
                Path.BROADCAST, status, reason, code, contact_id, Category.MARKETING, marketing[0], day
            )
            yield values | {"broadcast_id": broadcast_id}


def _values(
    path: Path, status: Status, reason: Reason, code: int | None, contact_id: int, category: Category,
    template_id: int | None, at: datetime,
) -> dict[str, Any]:  # fmt: skip
    return {
        "contact_id": contact_id,
        "outgoing": True,
        "path": path.value,
        "lane": Lane.BROADCAST.value if path is Path.BROADCAST else Lane.PEOPLE.value,
        "status": status.value,
        "reason": reason.value,
        "error_code": code,
        "kind": "text" if template_id is None else "template",
        "category": category.value,
        "text": "Our winter clearance is on",
        "template_id": template_id,
        "asked": category is Category.MARKETING,
        "created_at": at,
        "due_at": at,
        "changed_at": at,
        "broadcast_id": None,
        "version_id": None,
        "step_number": None,
        "author_id": None,
    }
