"""Clock, wire, reset and the control API's manners."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError

from tests.sandbox.harness import ANA, BEN, Client, Receiver, template


async def now(client: Client) -> datetime:
    return datetime.fromisoformat((await client.control("clock"))["at"])


async def test_the_clock_moves_forward_only(client: Client) -> None:
    began = await now(client)
    await client.control("clock", {"advance_s": 3600})
    assert timedelta(hours=1) <= await now(client) - began < timedelta(hours=1, minutes=1)
    later = began + timedelta(days=3)
    await client.control("clock", {"at": later.isoformat()})
    assert timedelta() <= await now(client) - later < timedelta(minutes=1)
    for body in (
        {"at": began.isoformat()},
        {"advance_s": -1},
        {"at": "2099-01-01T00:00:00"},
        {"at": "soon"},
        {},
    ):
        status, _ = await client.call("POST", "/_control/clock", body)
        assert status == 400


async def test_business_time_is_in_the_log_and_the_webhooks(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("clock", {"advance_s": 10 * 86400})
    began = await now(hooked)
    wamid = await hooked.sent()
    sent = await receiver.status_of(wamid, "sent")
    (logged,) = (await hooked.control("sends"))["sends"]
    assert abs(datetime.fromisoformat(logged["at"]) - began) < timedelta(minutes=1)
    assert abs(int(sent["timestamp"]) - began.timestamp()) < 60


async def test_the_wire_shows_both_ways_and_no_token(hooked: Client, receiver: Receiver) -> None:
    wamid = await hooked.sent(ANA, biz_opaque_callback_data="row-1", **template())
    await hooked.settled()
    await hooked.call("GET", "/v25.0/1?access_token=sandbox-token", token=None)
    exchanges = (await hooked.control("wire"))["exchanges"]
    first = next(one for one in exchanges if one["direction"] == "in")
    assert (first["method"], first["status"]) == ("POST", 200)
    assert "row-1" in first["request"]
    assert wamid in first["answer"]
    assert any(one["direction"] == "out" and wamid in one["request"] for one in exchanges)
    assert "sandbox-token" not in str(exchanges)
    assert receiver.verify_token not in str(exchanges)
    assert (await hooked.control(f"wire?after={exchanges[-1]['n']}")) == {"exchanges": []}


async def test_a_dropped_answer_is_on_the_wire_without_a_status(client: Client) -> None:
    await client.control("trouble", {"kind": "drop_after_accept"})
    with pytest.raises(ServerDisconnectedError):
        await client.send()
    (exchange,) = (await client.control("wire"))["exchanges"]
    assert (exchange["method"], exchange["status"], exchange["answer"]) == ("POST", None, "")


async def test_reset_keeps_only_the_webhook(hooked: Client, receiver: Receiver) -> None:
    await hooked.sent(BEN)
    await hooked.control(f"customers/{ANA}/stop", {})
    await hooked.control("templates/spring_sale", {"status": "PAUSED"})
    await hooked.control("trouble", {"code": 131026, "count": None})
    await hooked.control("clock", {"advance_s": 86400})
    await hooked.control("reset", {})
    assert (await hooked.control("sends")) == {"sends": []}
    assert (await hooked.control("sends/count")) == {"count": 0}
    assert (await hooked.control("customers")) == {"customers": []}
    assert (await hooked.control("trouble")) == {"troubles": []}
    assert (await hooked.control("clock"))["offset_s"] == 0
    wamid = await hooked.sent(ANA, **template("spring_sale"))
    await receiver.status_of(wamid, "delivered")
    await hooked.control("clock", {"advance_s": 86400})
    assert (await hooked.control("reset", {"keep_clock": True}))["offset_s"] == 86400


@pytest.mark.parametrize(
    ("method", "path", "body", "wanted"),
    [
        ("GET", "nothing", None, 404),
        ("GET", "sends?after=x", None, 400),
        ("POST", "status_delays", {"delays_s": {"sent": -1}}, 400),
        ("POST", "status_delays", {"delays_s": {"played": 1}}, 400),
        ("POST", "limits", {"per_s": 0}, 400),
        ("POST", "webhooks/raw", {"body": {}}, 400),
        ("POST", "clock", ["not an object"], 400),
    ],
)
async def test_mistakes_are_answered_with_a_sentence(
    client: Client, method: str, path: str, body: Any, wanted: int
) -> None:
    status, answer = await client.call(method, f"/_control/{path}", body, token=None)
    assert status == wanted
    assert isinstance(answer["error"], str)


async def test_templates_of_long_ago_are_approved_and_kept_once(client: Client) -> None:
    """Those that are there stay as they are; one that Meta would refuse is refused, and nothing is added."""
    note = {
        "name": "welcome_note",
        "language": "en",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Thanks for joining."}],
    }
    sale = note | {"name": "spring_sale"}
    assert await client.control("templates", {"templates": [note, sale]}) == {"added": 1}
    assert await client.control("templates", {"templates": [note]}) == {"added": 0}
    found = {one["name"]: one for one in (await client.control("templates"))["templates"]}
    assert (found["welcome_note"]["status"], found["spring_sale"]["category"]) == ("APPROVED", "MARKETING")
    bad = note | {"name": "Not a name"}
    status, answer = await client.call(
        "POST", "/_control/templates", {"templates": [note | {"name": "good"}, bad]}
    )
    assert status == 400, answer
    assert len((await client.control("templates"))["templates"]) == 5
