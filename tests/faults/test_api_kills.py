"""A burst of sends under Idempotency-Keys, the engine killed in it, everything asked again: nothing is twice.

The client repeats all it has asked for, answered or not, as a program does that cannot know. The rule: every key is one
message and one answer; nobody gets two; nobody is missing who is not shown as unknown; who said no gets nothing.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from sqlalchemy import func, select

from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from desktop.domain.messages import GONE, Status
from desktop.domain.people import Role, User
from desktop.domain.public_ids import own_id
from desktop.domain.reasons import Reason
from desktop.domain.settings import API_PER_MINUTE
from desktop.options import Options
from desktop.root import open_app
from desktop.store import facts, outbox, tables
from desktop.store import settings as setting_store
from desktop.store.engine import Tx
from desktop.system.paths import Paths
from tests.faults.arena import (
    MOST_UNKNOWN_PER_KILL,
    SENDING,
    WAIT_S,
    Arena,
    Judge,
    Patch,
    faulty_copy,
    said,
)
from tests.faults.test_sequence_kills import sends_by_message

pytestmark = pytest.mark.slow
ADMIN = User(0, "The test", Role.ADMIN)
CONTACTS, NO = 400, 20
AT_ONCE = 24
TEMPLATE = "winter_clearance"
ANSWER_NOT_KEPT = Patch(
    "services/api_answers.py",
    "    api_answers.keep(tx, caller.id, asked.key, KeptAnswer(asked.body_hash, status, answer))\n",
    "",
)
ANSWER_BEFORE_COMMIT = Patch(
    "services/api_outbox.py",
    "            ends = await self._store.write("
    "partial(_each, deeds=deeds, longest_s=self._longest_s), _LANE)\n",
    """            ends = []
            self._store.submit_write(
                lambda tx: (ends.extend(_each(tx, deeds, self._longest_s)), time.sleep(0.05)), _LANE
            )
            while not ends:
                await __import__("asyncio").sleep(0)
""",
)


@dataclass(slots=True)
class Client:
    """Another program: asks for a message to each of its customers, under a key of their order.

    answers: the message of each key, as it was told, every time.
    """

    phones: Sequence[str]
    headers: dict[str, str] = field(repr=False)
    answers: dict[str, list[str]] = field(default_factory=dict)
    told_count: int = 0
    lost_count: int = 0

    async def burst(self, url: str, orders: Sequence[int], told: Callable[[], None]) -> None:
        """Ask for all of them; returns when each was answered or lost. told: called at each answer."""
        waiting = iter(orders)
        timeout = ClientTimeout(total=WAIT_S)
        async with ClientSession(connector=TCPConnector(limit=AT_ONCE), timeout=timeout) as session:
            await asyncio.gather(*(self._ask_on(session, url, waiting, told) for _ in range(AT_ONCE)))

    async def _ask_on(self, session: ClientSession, url: str, waiting: Any, told: Callable[[], None]) -> None:
        for number in waiting:
            try:
                id = await self._ask(session, url, number)
            except (ClientError, OSError):
                self.lost_count += 1
                continue
            self.answers.setdefault(key_of(number), []).append(id)
            self.told_count += 1
            told()

    async def _ask(self, session: ClientSession, url: str, number: int) -> str:
        headers = {**self.headers, "Idempotency-Key": key_of(number)}
        values = {"1": f"Order {number}", "2": "50%", "3": "Sunday"}
        body = {
            "channelType": "whatsapp",
            "recipient": {"phone": self.phones[number]},
            "whatsapp": {"type": "template", "template": {"templateName": TEMPLATE, "bodyValues": values}},
        }
        path = f"{url}/devapi/messages/whatsapp"
        async with session.post(path, json=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            return str((await answer.json())["id"])


def key_of(number: int) -> str:
    return f"order-{number}"


async def prepare(arena: Arena) -> Client:
    """A key, no limit of calls, the sandbox's templates, and the customers."""
    options = Options(str(arena.path), Paths(arena.folder), arena.judge.url, engine=False, process="test")
    async with open_app(options) as app:
        await app.templates.refresh()

        def without_limit(tx: Tx) -> None:
            kept = replace(setting_store.load(tx), api_per_minute=API_PER_MINUTE[1])
            setting_store.save(tx, kept, None)

        await app.store.write(without_limit)
        made = await app.keys.create("shop-sync", Scope.RESTRICTED, ADMIN)
        contact = tables.contact.c
        phones = await app.store.read(
            lambda tx: list(tx.conn.scalars(select(contact.phone).order_by(contact.id)))
        )
    return Client(phones, {"apiKey": made.api_key.key_id, "apiSecret": made.api_secret})


def asked_in(rng: random.Random) -> list[int]:
    """All orders, some of them twice at nearly the same moment: clients retry."""
    orders = [number for number in range(CONTACTS) for _ in range(2 if rng.random() < 0.2 else 1)]
    for at in range(0, len(orders), 40):
        part = orders[at : at + 40]
        rng.shuffle(part)
        orders[at : at + 40] = part
    return orders


def killed_in_burst(arena: Arena, client: Client, rng: random.Random, crash_at: str) -> None:
    """An engine that dies during the burst: at its crash point, or after some answers."""
    process = arena.serve(crash_at)
    url = said(process)["listening"]
    last = client.told_count + rng.randint(1, CONTACTS // 2)

    def told() -> None:
        if not crash_at and client.told_count == last:
            process.kill()

    lost = client.lost_count
    asyncio.run(client.burst(url, asked_in(rng), told))
    arena.wait_until_killed(process)
    assert client.lost_count > lost, "the burst was over before the engine died"


def everything_again(arena: Arena, client: Client, rng: random.Random) -> None:
    """An engine that lives, and the client that repeats all."""
    process = arena.serve()
    lost = client.lost_count
    try:
        asyncio.run(client.burst(said(process)["listening"], asked_in(rng), lambda: None))
    finally:
        process.terminate()
        assert process.wait(WAIT_S) == 0
        assert process.stdout is not None
        process.stdout.close()
    assert client.lost_count == lost


def violations(arena: Arena, client: Client) -> list[str]:
    """What breaks the rule; nothing if all is well."""
    with arena.opened() as store:
        return store.submit_read(lambda tx: judge_in(tx, arena, client)).result()


def judge_in(tx: Tx, arena: Arena, client: Client) -> list[str]:
    sent = sends_by_message(arena, tx)
    rows = {row.id: row for row in messages(tx)}
    faults = [f"{len(rows)} messages for {CONTACTS} keys"] if len(rows) != CONTACTS else []
    if set(client.answers) != {key_of(number) for number in range(CONTACTS)}:
        faults.append("some keys have no answer")
    for key, told in client.answers.items():
        if len(set(told)) > 1:
            faults.append(f"{key} was answered with {sorted(set(told))}")
    ids = Counter(own_id(told[0]) for told in client.answers.values())
    faults += [f"message {id} answers {count} keys" for id, count in ids.items() if count > 1]
    faults += [f"message {id} was answered and is not kept" for id in ids if id not in rows]
    for key, told in client.answers.items():
        row = rows.get(own_id(told[0]) or 0)
        if row is not None and row.phone != client.phones[int(key.removeprefix("order-"))]:
            faults.append(f"{key} is a message to {row.phone}")
    for row in rows.values():
        faults += fault_of(row, sent.pop(row.id, []))
    faults += [f"message {id} was sent and is not kept" for id in sent]
    event, answer = tables.message_event.c, tables.api_answer
    unknown = tx.conn.scalar(select(func.count()).where(event.status == Status.UNKNOWN.value)) or 0
    if unknown > MOST_UNKNOWN_PER_KILL * arena.kills:
        faults.append(f"{unknown} became unknown by {arena.kills} kills")
    kept = tx.conn.scalar(select(func.count()).select_from(answer)) or 0
    return faults if kept == CONTACTS else [*faults, f"{kept} answers are kept"]


def messages(tx: Tx) -> list[Any]:
    message, contact = tables.message.c, tables.contact.c
    asked = select(message.id, message.status, message.reason, contact.phone, contact.facts).join(
        tables.contact, message.contact_id == contact.id
    )
    return tx.rows(asked.where(message.api_key_id.is_not(None)))


def fault_of(row: Any, sends: list[dict[str, Any]]) -> list[str]:
    status = Status(row.status)
    if len(sends) > 1:
        return [f"message {row.id} was sent {len(sends)} times"]
    refused = status is Status.FAILED and row.reason == Reason.OPTED_OUT.value
    if facts.unpack(row.facts, None).opt_in is OptIn.NO:
        return [] if refused and not sends else [f"message {row.id} to a No stands as {status.value}"]
    if sends and status not in GONE:
        return [f"message {row.id} was sent and stands as {status.value}"]
    if not sends and status is not Status.UNKNOWN:
        return [f"message {row.id} was never sent and stands as {status.value}"]
    return []


def is_over(tx: Tx) -> bool:
    return not outbox.open_count(tx)


@pytest.mark.timeout(240)
def test_every_key_is_one_message_however_often_the_engine_dies(
    judge: Judge, tmp_path: Path, round_number: int
) -> None:
    """Killed at any moment, and at a point of sending; then the client repeats all to an engine that lives."""
    rng = random.Random(round_number)
    arena = Arena(tmp_path, judge)
    arena.prepare(CONTACTS, NO)
    client = asyncio.run(prepare(arena))
    point = SENDING[round_number % len(SENDING)]
    # The point comes first: an engine that finds work from before could die there before it listens.
    for crash_at in (f"{point.value}:{rng.randint(1, 4)}", *[""] * (1 + round_number % 2)):
        killed_in_burst(arena, client, rng, crash_at)
    everything_again(arena, client, rng)
    arena.finish(is_over)
    assert violations(arena, client) == []
    assert client.lost_count > 0


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("patch", "expected"),
    [(ANSWER_NOT_KEPT, "messages for"), (ANSWER_BEFORE_COMMIT, "was answered with")],
    ids=["the answer is not kept", "answered before the commit"],
)
def test_a_planted_fault_is_found(judge: Judge, tmp_path: Path, patch: Patch, expected: str) -> None:
    rng = random.Random(0)
    source = tmp_path / "source"
    source.mkdir()
    arena = Arena(tmp_path, judge, faulty_copy(source, [patch]))
    arena.prepare(CONTACTS, NO)
    client = asyncio.run(prepare(arena))
    for _ in range(2):
        killed_in_burst(arena, client, rng, "")
    everything_again(arena, client, rng)
    arena.finish(is_over)
    found = violations(arena, client)
    assert any(expected in fault for fault in found), found
