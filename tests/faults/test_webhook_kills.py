"""The engine killed at any moment while it tells an outgoing webhook of a broadcast: nothing that happened is missing,
nothing is made twice, and what comes twice comes under the same mark.
"""

import asyncio
import json
import random
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import OptIn, Source
from desktop.domain.messages import Status
from desktop.domain.people import Role, User
from desktop.domain.public_ids import public_id
from desktop.domain.subscriptions import DeliveryStatus, Event, SubscriptionDraft
from desktop.process import store_key_of
from desktop.services.carrying import POSTS_AT_ONCE
from desktop.services.happening_bodies import FAILED, REPORTED
from desktop.services.subscriptions import Subscriptions
from desktop.store import broadcasts, consent, horizon, subscriptions, tables
from desktop.store.engine import Store, Tx
from desktop.system.faults import CrashPoint
from desktop.system.secrets import Secrets
from tests.faults.arena import Arena, Judge, until

EVENTS = frozenset({Event.BROADCAST_STATUS, Event.BROADCAST_FAILED, Event.OPT_IN_UPDATED})
ADMIN = User(0, "the command line", Role.ADMIN)
TOLD = {status: "failed" for status in FAILED} | {status: status.value for status in REPORTED}


@dataclass(slots=True)
class Shop:
    """A program in this process that is told; how often each mark came."""

    url: str = ""
    marks: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, bytes] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    differing_count: int = 0

    @property
    def count(self) -> int:
        return sum(self.marks.values())

    def takes(self, mark: str, body: bytes) -> None:
        with self.guard:
            self.marks[mark] += 1
            self.differing_count += self.bodies.setdefault(mark, body) != body


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Whoever calls is killed in the middle of it."""


@contextmanager
def a_shop() -> Iterator[Shop]:
    shop = Shop()

    class Hook(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.takes(self.headers["x-assent-delivery"], body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = _Server(("127.0.0.1", 0), Hook)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    try:
        yield shop
    finally:
        server.shutdown()
        running.join()
        server.server_close()


def subscribe(arena: Arena, shop: Shop) -> int:
    """Tell the shop from now on; returns the newest consent event that it is not told of."""

    async def run(store: Store) -> int:
        await store.write(store_key_of)
        await Subscriptions(store, Secrets({}), is_sandbox=True).add(
            SubscriptionDraft(shop.url, EVENTS), ADMIN
        )
        return await store.read(lambda tx: horizon.here(tx).consents)

    with arena.opened() as store:
        return asyncio.run(run(store))


def _has(shop: Shop, count: int, process: "subprocess.Popen[str]") -> bool:
    assert process.poll() is None, "the engine ended by itself"
    return shop.count >= count


def say_no(arena: Arena, most_count: int) -> None:
    """Some who have not said so before, in another program, while no engine runs."""

    def write(tx: Tx) -> None:
        contact = tables.contact.c
        asked = select(contact.id).where(contact.consent_event_id.is_(None)).order_by(contact.id.desc())
        for id in tx.conn.scalars(asked.limit(most_count)).all():
            consent.record(tx, id, OptIn.NO, Source.AGENT, evidence="asked at the counter")

    with arena.opened() as store:
        store.submit_write(write).result()


def is_told(tx: Tx) -> bool:
    """The broadcast is through, and all of it was told."""
    if not broadcasts.with_status(tx, BroadcastStatus.DONE):
        return False
    (one,) = subscriptions.every(tx, since=tx.now)
    return not one.waiting_count and not untold(tx)


def wanted(tx: Tx) -> Counter[tuple[str, str]]:
    """What happened to the broadcast's messages: message and state."""
    event, message = tables.message_event.c, tables.message.c
    asked = (
        select(event.message_id, event.status)
        .join_from(tables.message_event, tables.message, message.id == event.message_id)
        .where(message.broadcast_id.is_not(None), event.status.in_([one.value for one in TOLD]))
    )
    return Counter((public_id(row.message_id), TOLD[Status(row.status)]) for row in tx.rows(asked))


def made(tx: Tx) -> Counter[tuple[str, str]]:
    rows = tx.rows(select(tables.delivery).where(tables.delivery.c.event != Event.OPT_IN_UPDATED.value))
    bodies = [json.loads(row.body) for row in rows]
    return Counter((body["id"], body["status"]) for body in bodies)


def untold(tx: Tx) -> Counter[tuple[str, str]]:
    return wanted(tx) - made(tx)


def faults_in(tx: Tx, shop: Shop, first_consent: int, kill_count: int) -> list[str]:
    found = [f"{one} is missing" for one in untold(tx)]
    found += [f"{one} was made {count} times too often" for one, count in (made(tx) - wanted(tx)).items()]
    event, delivery = tables.consent_event.c, tables.delivery.c
    said = tx.conn.scalar(select(func.count()).where(event.id > first_consent)) or 0
    told = tx.conn.scalar(select(func.count()).where(delivery.event == Event.OPT_IN_UPDATED.value)) or 0
    found += [f"{said} opt-outs were told {told} times"] if said != told or not said else []
    rows = tx.rows(select(tables.delivery))
    found += [f"{row.id} is {row.status}" for row in rows if row.status != DeliveryStatus.DELIVERED.value]
    if len(shop.marks) != len(rows):
        found.append(f"{len(rows)} deliveries, and {len(shop.marks)} came")
    again = shop.count - len(shop.marks)
    if again > POSTS_AT_ONCE * kill_count:
        found.append(f"{again} came again after {kill_count} kills")
    return found + (["the same mark came with another body"] if shop.differing_count else [])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_engine_killed_while_it_tells(judge: Judge, tmp_path: Path) -> None:
    rng = random.Random(5)
    arena = Arena(tmp_path, judge)
    arena.prepare(160, 20)
    with a_shop() as shop:
        first_consent = subscribe(arena, shop)
        arena.wait_until_killed(arena.broadcast(f"{CrashPoint.AFTER_CLAIM.value}:1"))
        for _ in range(4):
            process = arena.serve()
            at = shop.count + rng.randint(1, 40)
            until(lambda at=at, process=process: _has(shop, at, process), 100)  # type: ignore[misc]
            process.kill()
            arena.wait_until_killed(process)
            say_no(arena, 5)
        arena.finish(is_told, wait_s=100)
        with arena.opened() as store:
            found = store.submit_read(lambda tx: faults_in(tx, shop, first_consent, arena.kills)).result()
    assert found == []
    assert arena.violations() == []
