"""The people of the counted store: 40 tags and 6 attributes, with gaps; always the same, around a fixed day.

Filters of years to come ask for the same days, so that one run can be compared with another.
"""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus
from desktop.domain.consent import OptIn, Path
from desktop.domain.filters import Kind
from desktop.domain.messages import Lane, Status
from desktop.services.demo import phones
from desktop.store import contacts, seeds, tables
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.seeds import SeedContact
from desktop.store.statements import new_id
from desktop.store.tables import micros

TODAY: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""The business time of the counted store."""
NAMED_TAGS: Final = ("VIP", "Mumbai", "New", "Wholesale", "Newsletter")
TAGS: Final = (*NAMED_TAGS, *(f"Club {number}" for number in range(1, 36)))
CITIES: Final = ("Mumbai", "Vancouver", "Toronto", "Montréal", "Halifax", "Kraków", "Lagos")
LANGUAGES: Final = ("English", "Français", "हिन्दी")
PLANS: Final = ("Basic", "Plus", "Gold")
FIRST: Final = (
    "Ana", "Ben", "Chen", "Dalia", "Emeka", "Farah", "Giulia", "Hugo", "Ines", "Jonas", "Kavya", "Liam",
    "Mei", "Nadia", "Omar", "Paula", "Quentin", "Rohan", "Sara", "Tomás", "Uma", "Viktor", "Wanja", "Ximena",
    "Yusuf", "Zoe", "Łukasz", "Noémie", "Søren", "Ayşe",
)  # fmt: skip
LAST: Final = (
    "Adeyemi", "Bhatt", "Costa", "Dubois", "Eriksen", "Fofana", "Gill", "Haddad", "Ivanova", "Jensen", "Khan",
    "Lopez", "Mehta", "Novak", "Okafor", "Pereira", "Quispe", "Rossi", "Singh", "Tanaka", "Usman", "Vargas",
)  # fmt: skip
_CHUNK_COUNT: Final = 10_000
_RUNNING_SHARE: Final = 50
"""One in so many waits for a message of a broadcast that is under way."""


class Still:
    """The business time of the counted store, which stands still."""

    def now(self) -> datetime:
        return TODAY

    def monotonic_s(self) -> float:
        return time.monotonic()


async def fill(store: Store, contact_count: int, no_count: int, none_count: int) -> None:
    """Add the contacts, `no_count` of them NO and `none_count` without a choice, and a running broadcast."""
    rng = random.Random("crowd")
    special = rng.sample(range(contact_count), no_count + none_count)
    no, none = set(special[:no_count]), set(special[no_count:])
    await store.write(_attributes)
    numbers = phones()
    for start in range(0, contact_count, _CHUNK_COUNT):
        made = []
        for index in range(start, min(contact_count, start + _CHUNK_COUNT)):
            opt_in = OptIn.NO if index in no else OptIn.NONE if index in none else OptIn.YES
            made.append(_person(rng, next(numbers), opt_in))
        await store.write(lambda tx, made=made: seeds.add_contacts(tx, made), WriteLane.BULK)  # type: ignore[misc]
    await store.write(_times, WriteLane.BULK)
    await store.write(_running, WriteLane.BULK)


def _attributes(tx: Tx) -> None:
    contacts.make_attribute(tx, "City", Kind.TEXT)
    contacts.make_attribute(tx, "Last order", Kind.DATE)
    contacts.make_attribute(tx, "Language", Kind.CHOICE, LANGUAGES)
    contacts.make_attribute(tx, "Plan", Kind.CHOICE, PLANS)
    contacts.make_attribute(tx, "Points", Kind.NUMBER)
    contacts.make_attribute(tx, "Member", Kind.YES_NO)


def _person(rng: random.Random, phone: str, opt_in: OptIn) -> SeedContact:
    """Two in a hundred have no name, five no city, ten no language, fifteen never ordered."""
    first = "" if rng.random() < 0.02 else f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    ordered_on = (TODAY - timedelta(days=rng.randrange(1, 400))).date().isoformat()
    values = (
        ("City", rng.choice(CITIES), 0.95),
        ("Last order", ordered_on, 0.85),
        ("Language", rng.choice(("English", "English", "Français", "हिन्दी")), 0.9),
        ("Plan", rng.choice(("Basic", "Basic", "Basic", "Plus", "Gold")), 0.6),
        ("Points", str(rng.randrange(1000)), 0.7),
        ("Member", rng.choice(("yes", "no")), 0.5),
    )
    return SeedContact(
        first,
        phone,
        opt_in,
        TODAY,
        "web form" if opt_in is OptIn.NO else "spring list",
        tags=_tags(rng),
        attributes=tuple((name, value) for name, value, share in values if rng.random() < share),
    )


def _tags(rng: random.Random) -> tuple[str, ...]:
    """One in four has a tag of the five that everybody uses, one in two some of the others."""
    often = rng.sample(NAMED_TAGS, rng.choice((0, 0, 1, 2)))
    return (*often, *rng.sample(TAGS[len(NAMED_TAGS) :], rng.choice((0, 0, 1, 1, 2))))


def _times(tx: Tx) -> None:
    """When contacts came, wrote, and last got marketing: spread over their ids without an order in them."""
    day_us, now_us = 86_400_000_000, micros(TODAY)
    tx.conn.exec_driver_sql(
        f"UPDATE contact SET created_at = {now_us} - (1 + id * 7919 % 500) * {day_us},"
        f" last_inbound_at = CASE WHEN id * 6151 % 10 < 4 THEN {now_us} - (id * 4099 % 300) * {day_us} END,"
        f" last_marketing_at = CASE WHEN id * 3079 % 10 < 5 THEN {now_us} - (id * 2029 % 60) * {day_us} END"
    )


def _running(tx: Tx) -> None:
    """A broadcast under way, for whom nothing has left yet."""
    draft = BroadcastDraft("Under way").to_json()
    made = tx.conn.execute(
        tables.broadcast.insert().values(
            name="Under way", status=BroadcastStatus.RUNNING.value, draft=draft, selected_count=0, checksum=0,
            created_at=TODAY, launched_at=TODAY,
        )
    )  # fmt: skip
    id = new_id(made)
    chosen = f"FROM contact WHERE id % {_RUNNING_SHARE} = 0"
    tx.conn.exec_driver_sql(
        f"INSERT INTO broadcast_recipient (broadcast_id, contact_id, line) SELECT {id}, id, 'will_opted_in' {chosen}"
    )
    tx.conn.exec_driver_sql(
        "INSERT INTO message (contact_id, broadcast_id, outgoing, path, lane, status, reason, kind, category, text,"
        " attempt_count, created_at, due_at, changed_at)"
        f" SELECT id, {id}, 1, '{Path.BROADCAST}', {int(Lane.BROADCAST)}, '{Status.QUEUED}', '', 'template',"
        f" 'marketing', '', 0, {micros(TODAY)}, {micros(TODAY)}, {micros(TODAY)} {chosen}"
    )
    tx.conn.exec_driver_sql(
        f"UPDATE broadcast SET selected_count = (SELECT count(*) {chosen}),"
        f" planned_to = (SELECT max(id) {chosen}) WHERE id = {id}"
    )
