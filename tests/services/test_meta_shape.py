"""What is passed on in the Cloud API's webhook shape, read back as our own webhooks are."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from desktop.domain.consent import OptIn
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.public_ids import public_user_id
from desktop.domain.reasons import reason_of
from desktop.options import SANDBOX_NUMBER_ID, SANDBOX_WABA_ID
from desktop.services import meta_shape
from desktop.services.meta_shape import Number
from desktop.store import cloud_ids, conversations, tables
from desktop.store.engine import Tx
from desktop.whatsapp.updates import InboundMessage, StatusUpdate
from desktop.whatsapp.webhooks import parse
from tests.server.cloud import Cloud, cloud_of, template, text, winter
from tests.services.desk import PRIYA, Desk

NUMBER = Number(SANDBOX_WABA_ID, SANDBOX_NUMBER_ID, "15550100200")


@pytest.fixture
async def cloud(desk: Desk) -> AsyncIterator[Cloud]:
    async with ClientSession() as session:
        yield await cloud_of(desk, session)


def read_back(body: dict[str, Any]) -> Any:
    """The one update in a webhook."""
    delivery = parse(json.dumps(body).encode())
    assert delivery.bad == ()
    (update,) = delivery.updates
    assert (update.waba_id, update.phone_number_id) == (SANDBOX_WABA_ID, SANDBOX_NUMBER_ID)
    return update


async def statuses(cloud: Cloud, message_id: int) -> list[dict[str, Any]]:
    """A webhook for each event of a message that Meta tells of."""

    def read(tx: Tx) -> list[dict[str, Any] | None]:
        (message,) = conversations.messages(tx, [message_id])
        user_id = cloud_ids.user_ids(tx, [message.contact_id]).get(message.contact_id, "")
        event = tables.message_event.c
        rows = tx.rows(select(tables.message_event).where(event.message_id == message_id).order_by(event.id))
        return [
            meta_shape.status_body(
                NUMBER,
                cloud.store_key,
                message,
                Status(one.status),
                one.at,
                reason=reason_of(one.reason),
                error_code=one.error_code,
                user_id=user_id,
            )
            for one in rows
        ]

    return [one for one in await cloud.desk.app.store.read(read) if one is not None]


async def inbound(cloud: Cloud, message: MessageView) -> Any:
    """The webhook for a customer's message, read back."""

    def read(tx: Tx) -> dict[str, Any]:
        ids = meta_shape.own_ids(tx, meta_shape.mentions(message), cloud.store_key)
        return meta_shape.inbound_body(NUMBER, cloud.store_key, message, ids)

    return read_back(await cloud.desk.app.store.read(read))


async def newest(cloud: Cloud, contact_id: int) -> MessageView:
    return (await cloud.thread(contact_id))[-1]


async def test_the_statuses_of_a_message_come_under_our_id_with_the_senders_mark(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA)
    id = await cloud.send(template(biz_opaque_callback_data="order-991"))
    await cloud.desk.until_status(cloud.own(id), Status.READ, Status.DELIVERED)
    await cloud.desk.settled()
    updates = [read_back(one) for one in await statuses(cloud, cloud.own(id))]
    assert [one.status for one in updates][:2] == [Status.SENT, Status.DELIVERED]
    for one in updates:
        assert isinstance(one, StatusUpdate)
        assert (one.wamid, one.callback_data, one.recipient_phone) == (id, "order-991", PRIYA)
        assert one.recipient_user_id == public_user_id(contact, "CA", cloud.store_key)


async def test_what_was_refused_in_the_answer_is_not_told_again(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA, OptIn.NO)
    await cloud.refused(winter())
    await cloud.refused(text())
    for one in await cloud.thread(contact):
        assert one.status is Status.FAILED
        assert await statuses(cloud, one.id) == []


async def test_a_no_at_the_claim_is_failed_131050(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA, OptIn.YES)
    assert cloud.desk.engine is not None
    async with cloud.desk.engine.still():
        id = await cloud.send(winter())
        await cloud.desk.app.contacts.set_opt_in(contact, OptIn.NO, cloud.desk.admin)
    cloud.desk.engine.wake()
    await cloud.desk.until_status(cloud.own(id), Status.FAILED)
    (told,) = await statuses(cloud, cloud.own(id))
    update = read_back(told)
    assert (update.wamid, update.status, update.errors[0].code) == (id, Status.FAILED, 131050)
    assert "opted out" in update.errors[0].details


async def test_a_customers_text_quotes_ours_by_the_id_that_its_sender_knows(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA, wrote=True)
    id = await cloud.send(template())
    wamid = (await cloud.arrives(id)).wamid
    await cloud.desk.client.control(f"customers/{PRIYA}/text", {"text": "Thanks", "context_wamid": wamid})
    await cloud.desk.settled()
    message = await newest(cloud, contact)
    update = await inbound(cloud, message)
    assert isinstance(update, InboundMessage)
    assert (update.kind, update.text, update.phone) == ("text", "Thanks", PRIYA)
    assert (update.wamid, update.context_wamid) == (message.wamid, id)
    assert update.profile_name == "Priya Sharma"


async def test_pressed_buttons_and_pictures_are_passed_on_whole(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA, wrote=True)
    pressed = {"text": "More", "payload": "MORE-7"}
    await cloud.desk.client.control(f"customers/{PRIYA}/button", pressed)
    await cloud.desk.settled()
    update = await inbound(cloud, await newest(cloud, contact))
    assert (update.kind, update.text, update.button_payload) == ("button", "More", "MORE-7")
    chosen = {"id": "s1", "title": "09:00", "kind": "list_reply"}
    await cloud.desk.client.control(f"customers/{PRIYA}/interactive", chosen)
    await cloud.desk.settled()
    update = await inbound(cloud, await newest(cloud, contact))
    assert (update.kind, update.button_payload) == ("interactive", "s1")
    await cloud.desk.client.control(f"customers/{PRIYA}/media", {"type": "image", "caption": "Broken"})
    await cloud.desk.settled()
    update = await inbound(cloud, await newest(cloud, contact))
    assert update.media.id
    assert (update.media.caption, update.media.mime) == ("Broken", "image/png")
