"""Many programs at once, and a broadcast beside them: each is answered, none is twice, none waits behind the broadcast."""

import asyncio
from typing import Any

from sqlalchemy import func, select

from desktop.domain.consent import OptIn
from desktop.domain.messages import Status
from desktop.domain.public_ids import own_id
from desktop.store import tables
from desktop.store.engine import Tx
from tests.server.api import MESSAGES, Shop, template, text
from tests.services.desk import PRIYA, Desk

BROADCAST, PACE_PER_S = 120, 40


async def test_each_of_a_burst_gets_its_own_answer(shop: Shop) -> None:
    """Those that are wrong harm no other, and what was asked twice is one message."""
    good = {f"order-{number}": template(phone=f"1604555{1_000 + number}") for number in range(30)}
    wrong = [template(values={}), template(name="no_such"), template(phone="12"), text("")] * 3
    asked = [shop.ask("POST", MESSAGES, body, headers={"Idempotency-Key": key}) for key, body in good.items()]
    again = [shop.ask("POST", MESSAGES, body, headers={"Idempotency-Key": key}) for key, body in good.items()]
    refused = [shop.ask("POST", MESSAGES, body) for body in wrong]
    answers = await asyncio.gather(
        *(one for three in zip(asked, again, strict=True) for one in three), *refused
    )
    ids = [one.body["id"] for one in answers[:60]]
    assert ids[::2] == ids[1::2]
    assert len(set(ids)) == 30
    assert {one.status for one in answers[:60]} == {202}
    assert [one.status for one in answers[60:]] == [422] * 12
    assert all(one.body["field"] for one in answers[60:])

    def kept(tx: Tx) -> int:
        return tx.conn.scalar(select(func.count()).select_from(tables.message)) or 0

    assert await shop.desk.app.store.read(kept) == 30
    for id in ids:
        assert (await shop.arrives(id))["status"] in ("delivered", "read")
    assert len(await shop.desk.sends()) == 30


async def test_no_message_of_a_broadcast_is_claimed_before_one_that_a_program_sent(shop: Shop) -> None:
    """From the moment that it is taken in; what was claimed before is on its way already."""
    desk: Desk = shop.desk
    await desk.contact(PRIYA, OptIn.YES)
    await desk.crowd(yes=BROADCAST)
    await desk.settings(pace_per_s=PACE_PER_S)
    await desk.launch()

    async def under_way() -> bool:
        return bool(await desk.sends())

    await desk.until(under_way)
    ids = [own_id(await shop.send(template(name="winter_clearance"))) or 0 for _ in range(3)]
    for id in ids:
        await desk.until_status(id, Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)
    overtaken, waiting = await desk.app.store.read(lambda tx: claimed_before(tx, ids))
    assert overtaken == []
    assert waiting > 0, "the broadcast was over: nothing is shown"


def claimed_before(tx: Tx, ids: list[int]) -> tuple[list[Any], int]:
    """The broadcast's claims between the making of a message and its own claim; how many of it wait still."""
    message, attempt = tables.message.c, tables.attempt.c
    overtaken = []
    for id in ids:
        made_at = tx.conn.scalar(select(message.created_at).where(message.id == id))
        claimed_at = tx.conn.scalar(select(func.min(attempt.started_at)).where(attempt.message_id == id))
        asked = select(message.id, attempt.started_at).join(tables.attempt, attempt.message_id == message.id)
        between = attempt.started_at > made_at, attempt.started_at < claimed_at
        overtaken += tx.rows(asked.where(message.broadcast_id.is_not(None), *between))
    queued = select(func.count()).where(
        message.broadcast_id.is_not(None), message.status == Status.QUEUED.value
    )
    return overtaken, tx.conn.scalar(queued) or 0
