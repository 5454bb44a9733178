"""Webhooks: handshake, signature, statuses, batches, retries."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession

from desktop.sandbox.server import Sandbox
from tests.sandbox.harness import ANA, BEN, NUMBER, WABA, Client, Receiver, template, text


async def test_the_handshake_decides(client: Client, receiver: Receiver) -> None:
    body = {"url": receiver.url, "secret": "s", "verify_token": "wrong"}
    answer = await client.control("webhook", body)
    assert answer == {
        "verified": False,
        "reason": "The webhook answered 403 to the verification, not 200.",
    }
    assert (await client.control("webhook"))["url"] is None
    await receiver.aim(client)
    assert (await client.control("webhook"))["url"] == receiver.url


async def test_an_unreachable_webhook_is_reported(client: Client) -> None:
    answer = await client.control("webhook", {"url": "http://127.0.0.1:1/hook", "verify_token": "v"})
    assert answer["verified"] is False
    assert "could not be reached" in answer["reason"]


@pytest.mark.parametrize(
    "url", ["http://example.com/hook", "http://10.0.0.7/hook", "ftp://127.0.0.1/", "hook"]
)
async def test_webhooks_stay_on_this_computer(client: Client, url: str) -> None:
    status, answer = await client.call("POST", "/_control/webhook", {"url": url, "verify_token": "v"})
    assert status == 400
    assert answer["error"]


async def test_a_delivered_template_tells_its_life(hooked: Client, receiver: Receiver) -> None:
    wamid = await hooked.sent(ANA, biz_opaque_callback_data='row "7" é', **template())
    delivered = await receiver.status_of(wamid, "delivered")
    sent = receiver.statuses(wamid)[0]
    assert sent == {
        "id": wamid,
        "status": "sent",
        "timestamp": sent["timestamp"],
        "recipient_id": "16045550142",
        "biz_opaque_callback_data": 'row "7" é',
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
    }
    assert sent["timestamp"].isdigit()
    assert delivered["biz_opaque_callback_data"] == 'row "7" é'
    assert receiver.values()[0]["metadata"] == {
        "display_phone_number": "12365550100",
        "phone_number_id": NUMBER,
    }
    assert receiver.bodies[0]["object"] == "whatsapp_business_account"
    assert receiver.bodies[0]["entry"][0]["id"] == WABA
    await hooked.settled()
    assert all(receiver.signatures)


async def test_a_share_is_read_the_same_for_the_same_seed(session: ClientSession, receiver: Receiver) -> None:
    async def shares(seed: int) -> list[bool]:
        delays_s = dict.fromkeys(("sent", "delivered", "read"), 0.0)
        async with Sandbox(status_delays_s=delays_s, seed=seed) as sandbox:
            client = Client(session, sandbox.base_url)
            await receiver.aim(client)
            wamids = [await client.sent() for _ in range(60)]
            await client.settled()
            return ["read" in {one["status"] for one in receiver.statuses(wamid)} for wamid in wamids]

    first = await shares(5)
    assert 10 <= sum(first) <= 32
    assert await shares(5) == first
    assert await shares(6) != first


async def test_many_updates_share_a_post(client: Client, receiver: Receiver) -> None:
    await asyncio.gather(*(client.sent() for _ in range(600)))
    await receiver.aim(client)
    await client.settled()
    per_post = [
        sum(len(change["value"]["statuses"]) for change in body["entry"][0]["changes"])
        for body in receiver.bodies
    ]
    assert max(per_post) == 1000
    assert len(per_post) < 10
    keys = [(one["id"], one["status"]) for one in receiver.statuses()]
    assert len(keys) == len(set(keys)) >= 1200


async def test_a_post_stays_under_three_megabytes(client: Client, receiver: Receiver) -> None:
    wide = "\x01" * 512
    await asyncio.gather(*(client.sent(ANA, biz_opaque_callback_data=wide, **template()) for _ in range(700)))
    await receiver.aim(client)
    await client.settled()
    assert 2_500_000 < max(receiver.sizes) <= 3_000_000
    assert {one["biz_opaque_callback_data"] for one in receiver.statuses()} == {wide}


async def test_an_answer_other_than_200_is_tried_again(hooked: Client, receiver: Receiver) -> None:
    receiver.answers = 500
    wamid = await hooked.sent()
    await receiver.until(lambda: len(receiver.bodies) >= 3)
    assert (await hooked.control("webhook"))["pending"] >= 2
    receiver.answers = 200
    await hooked.settled()
    tries = [one for one in receiver.statuses(wamid) if one["status"] == "sent"]
    assert len(tries) >= 2
    assert len({str(one) for one in tries}) == 1


async def test_what_waits_leaves_when_a_webhook_is_set(client: Client, receiver: Receiver) -> None:
    wamid = await client.sent()
    await client.control(f"customers/{ANA}/text", {"text": "Hello?"})
    assert (await client.control("webhook"))["pending"] >= 3
    await receiver.aim(client)
    await receiver.status_of(wamid, "delivered")
    await client.settled()
    assert [one["text"]["body"] for one in receiver.messages()] == ["Hello?"]


async def test_a_removed_webhook_gets_nothing(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("webhook", method="DELETE")
    await hooked.control(f"customers/{ANA}/text", {"text": "Hello?"})
    assert (await hooked.control("webhook")) == {"url": None, "pending": 1}
    assert receiver.bodies == []


async def test_no_statuses_at_all_if_asked(session: ClientSession, receiver: Receiver) -> None:
    async with Sandbox(status_delays_s=None) as sandbox:
        client = Client(session, sandbox.base_url)
        await receiver.aim(client)
        silent = await client.sent()
        assert (await client.control("webhook"))["pending"] == 0
        await client.control("status_delays", {"delays_s": {"sent": 0, "delivered": 0}, "read_share": 0})
        told = await client.sent()
        await client.settled()
        assert receiver.statuses(silent) == []
        assert [one["status"] for one in receiver.statuses(told)] == ["sent", "delivered"]


async def test_a_raw_webhook_is_signed_as_asked(hooked: Client, receiver: Receiver) -> None:
    for signature in ("good", "wrong", "none"):
        answer = await hooked.control("webhooks/raw", {"body": {"object": "x"}, "signature": signature})
        assert answer["status"] == 200
    await hooked.control("webhooks/raw", {"body": "not json"})
    assert receiver.signatures == [True, False, False, True]
    assert receiver.bodies[-1] == {"raw": "not json"}


async def test_prices_follow_the_window(hooked: Client, receiver: Receiver) -> None:
    outside = await hooked.sent(BEN, **template("order_shipped"))
    await hooked.control(f"customers/{ANA}/text", {"text": "Hi"})
    inside = await hooked.sent(ANA, **template("order_shipped"))
    service = await hooked.sent(ANA, **text())
    marketing = await hooked.sent(ANA)
    prices = {}
    for name, wamid in (("outside", outside), ("inside", inside), ("service", service), ("m", marketing)):
        price = (await receiver.status_of(wamid, "sent"))["pricing"]
        prices[name] = (price["category"], price["type"])
    assert prices == {
        "outside": ("utility", "regular"),
        "inside": ("utility", "free_customer_service"),
        "service": ("service", "free_customer_service"),
        "m": ("marketing", "regular"),
    }


async def test_a_reset_drops_what_is_pending(client: Client, receiver: Receiver) -> None:
    await client.sent()
    await client.control("reset", {})
    assert (await client.control("webhook"))["pending"] == 0
    await receiver.aim(client)
    kept = await client.sent()
    await receiver.status_of(kept, "delivered")
    assert {one["id"] for one in receiver.statuses()} == {kept}


def test_the_constructor_refuses_a_host_elsewhere() -> None:
    with pytest.raises(ValueError, match="this computer only"):
        Sandbox(host="0.0.0.0")
    Sandbox(host="0.0.0.0", allow_remote=True)
