"""Every trouble: what the caller sees, and whether the send was accepted."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest

from tests.sandbox.harness import ANA, BEN, NUMBER, Client, Receiver, code, template


async def count(client: Client) -> int:
    return int((await client.control("sends/count"))["count"])


async def test_a_code_in_the_answer_strikes_so_many_times(client: Client) -> None:
    await client.control("trouble", {"code": 131000, "when": "answer", "count": 2})
    answers = [await client.send() for _ in range(3)]
    assert [status for status, _ in answers] == [500, 500, 200]
    assert code(answers[0][1]) == 131000
    assert await count(client) == 1
    assert (await client.control("trouble")) == {"troubles": []}


async def test_a_code_by_webhook_is_accepted_first(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("trouble", {"code": 131026, "when": "webhook", "count": 1})
    wamid = await hooked.sent()
    failed = await receiver.status_of(wamid, "failed")
    assert failed["errors"][0]["code"] == 131026
    assert set(failed["errors"][0]) == {"code", "title", "message", "error_data", "href"}
    await hooked.settled()
    assert [one["status"] for one in receiver.statuses(wamid)] == ["failed"]
    assert await count(hooked) == 1


async def test_a_trouble_can_be_for_one_customer(client: Client) -> None:
    await client.control("trouble", {"code": 130472, "to": BEN})
    assert (await client.send(ANA))[0] == 200
    assert code((await client.send(BEN))[1]) == 130472


async def test_throttling_is_400_or_429_as_asked(client: Client) -> None:
    await client.control("trouble", {"code": 130429})
    await client.control("trouble", {"kind": "http_429"})
    answers = [await client.send() for _ in range(2)]
    assert [(status, code(answer)) for status, answer in answers] == [(400, 130429), (429, 130429)]
    assert await count(client) == 0


@pytest.mark.parametrize(("kind", "logged"), [("drop_before_accept", 0), ("drop_after_accept", 1)])
async def test_a_dropped_connection(client: Client, kind: str, logged: int) -> None:
    await client.control("trouble", {"kind": kind})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.send()
    assert await count(client) == logged
    assert (await client.send())[0] == 200


async def test_half_an_answer(client: Client) -> None:
    await client.control("trouble", {"kind": "half_answer"})
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.send()
    assert await count(client) == 1


async def test_a_wrong_json_answer(client: Client) -> None:
    await client.control("trouble", {"kind": "wrong_json"})
    assert await client.send() == (200, {"ok": True})
    assert await count(client) == 1


@pytest.mark.parametrize(("after", "logged"), [(False, 0), (True, 1)])
async def test_a_gateway_that_answers_html(client: Client, after: bool, logged: int) -> None:
    await client.control("trouble", {"kind": "html_502", "after_accept": after})
    status, answer = await client.send()
    assert status == 502
    assert answer.startswith(b"<html>")
    assert await count(client) == logged


async def test_a_slow_answer_is_logged_at_once(client: Client) -> None:
    await client.control("trouble", {"kind": "slow_answer", "delay_s": 0.2})
    url, headers = f"{client.base_url}/v25.0/{NUMBER}/messages", {"Authorization": "Bearer sandbox-token"}
    body = {"messaging_product": "whatsapp", "to": ANA} | template()
    began = time.monotonic()
    status, _ = await client.send()
    assert status == 200
    assert time.monotonic() - began >= 0.2
    # The send is in the log before its slow answer comes.
    await client.control("trouble", {"kind": "slow_answer", "delay_s": 60})
    with pytest.raises(TimeoutError):
        await client.session.post(url, json=body, headers=headers, timeout=aiohttp.ClientTimeout(total=0.3))
    assert await count(client) == 2


async def test_webhooks_can_come_twice(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("trouble", {"kind": "duplicate_webhooks"})
    await hooked.control(f"customers/{ANA}/text", {"text": "STOP"})
    await hooked.settled()
    assert len(receiver.bodies) == 2
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_webhooks_can_come_in_any_order(client: Client, receiver: Receiver) -> None:
    await client.control("trouble", {"kind": "shuffle_webhooks"})
    wamids = [await client.sent() for _ in range(40)]
    await receiver.aim(client)
    await client.settled()
    usual = [(wamid, status) for wamid in wamids for status in ("sent", "delivered")]
    told = [(one["id"], one["status"]) for one in receiver.statuses() if one["status"] != "read"]
    assert sorted(told) == sorted(usual)
    backwards = [wamid for wamid in wamids if told.index((wamid, "delivered")) < told.index((wamid, "sent"))]
    assert backwards


async def test_webhooks_can_come_late(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("trouble", {"kind": "delay_webhooks", "delay_s": 0.3})
    late = (await hooked.control(f"customers/{ANA}/text", {"text": "first"}))["wamid"]
    # The trouble is used up as soon as the first POST was put off.
    while (await hooked.control("trouble"))["troubles"]:
        continue
    soon = (await hooked.control(f"customers/{ANA}/text", {"text": "second"}))["wamid"]
    await receiver.until(lambda: len(receiver.messages()) == 2)
    assert [one["id"] for one in receiver.messages()] == [soon, late]


async def test_troubles_are_listed_and_cleared(client: Client) -> None:
    await client.control("trouble", {"code": 131026, "when": "webhook", "count": None, "to": ANA})
    (trouble,) = (await client.control("trouble"))["troubles"]
    assert (trouble["kind"], trouble["code"], trouble["when"]) == ("code", 131026, "webhook")
    assert (trouble["count"], trouble["to"]) == (None, ANA)
    await client.control("trouble", method="DELETE")
    assert (await client.control("trouble")) == {"troubles": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "code"},
        {"code": 131026, "when": "later"},
        {"code": 131026, "count": 0},
        {"kind": "slow_answer", "delay_s": -1},
    ],
)
async def test_a_trouble_that_makes_no_sense_is_refused(client: Client, body: dict[str, Any]) -> None:
    status, answer = await client.call("POST", "/_control/trouble", body)
    assert status == 400
    assert answer["error"]
