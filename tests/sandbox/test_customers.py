"""What customers do and are, as the business meets it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.harness import ANA, BEN, NUMBER, Client, Receiver, code, template, text

DAY_S = 24 * 3600


async def failed_with(client: Client, receiver: Receiver, to: str, **content: Any) -> int:
    wamid = await client.sent(to, **content)
    failed = await receiver.status_of(wamid, "failed")
    assert [one["status"] for one in receiver.statuses(wamid)] == ["failed"]
    return int(failed["errors"][0]["code"])


async def test_the_window_opens_with_a_message_and_closes_after_a_day(
    hooked: Client, receiver: Receiver
) -> None:
    assert await failed_with(hooked, receiver, ANA, **text()) == 131047
    await hooked.control(f"customers/{ANA}/text", {"text": "Hi"})
    await receiver.status_of(await hooked.sent(ANA, **text()), "delivered")
    await hooked.control("clock", {"advance_s": DAY_S - 60})
    await receiver.status_of(await hooked.sent(ANA, **text()), "delivered")
    await hooked.control("clock", {"advance_s": 120})
    assert await failed_with(hooked, receiver, ANA, **text()) == 131047
    await receiver.status_of(await hooked.sent(ANA), "delivered")


async def test_stop_and_resume_are_told_and_remembered(hooked: Client, receiver: Receiver) -> None:
    await hooked.control(f"customers/{ANA}/stop", {})
    await hooked.settled()
    (value,) = receiver.values("user_preferences")
    (preference,) = value["user_preferences"]
    assert (preference["wa_id"], preference["value"]) == ("16045550142", "stop")
    assert preference["category"] == "marketing_messages"
    assert isinstance(preference["timestamp"], int)
    assert value["contacts"][0]["wa_id"] == "16045550142"
    assert await failed_with(hooked, receiver, ANA) == 131050
    await receiver.status_of(await hooked.sent(ANA, **template("order_shipped")), "delivered")
    await hooked.control(f"customers/{ANA}/resume", {})
    await receiver.status_of(await hooked.sent(ANA), "delivered")


async def test_a_us_number_gets_no_marketing(hooked: Client, receiver: Receiver) -> None:
    await hooked.control(f"customers/{ANA}/us", {"value": True})
    assert await failed_with(hooked, receiver, ANA) == 131049
    await receiver.status_of(await hooked.sent(ANA, **template("order_shipped")), "delivered")


@pytest.mark.parametrize(
    ("act", "body"), [("not_on_whatsapp", {"value": True}), ("block", {"blocked": True})]
)
async def test_some_cannot_be_reached(
    hooked: Client, receiver: Receiver, act: str, body: dict[str, Any]
) -> None:
    await hooked.control(f"customers/{ANA}/{act}", body)
    assert await failed_with(hooked, receiver, ANA, **template("order_shipped")) == 131026
    await hooked.control(f"customers/{ANA}/{act}", dict.fromkeys(body, False))
    await receiver.status_of(await hooked.sent(ANA), "delivered")


async def test_inbound_messages_have_metas_shapes(hooked: Client, receiver: Receiver) -> None:
    path = f"customers/{ANA}"
    await hooked.control(f"{path}/name", {"name": "Ana"})
    out = await hooked.sent(ANA, **template("spring_sale"))
    await hooked.control(f"{path}/text", {"text": "STOP ✋"})
    await hooked.control(f"{path}/button", {"text": "Stop offers", "payload": "OUT", "context_wamid": out})
    await hooked.control(f"{path}/interactive", {"id": "s1", "title": "09:00", "kind": "list_reply"})
    await hooked.control(f"{path}/reaction", {"message_id": out, "emoji": "👍"})
    await hooked.control(f"{path}/location", {"latitude": 1.5, "longitude": 2})
    await hooked.control(f"{path}/unsupported", {})
    await hooked.settled()
    told = receiver.messages()
    for message in told:
        assert message.pop("from") == "16045550142"
        assert message.pop("id").startswith("wamid.")
        assert message.pop("timestamp").isdigit()
    assert told[-1].pop("errors")[0]["code"] == 131051
    context = {"from": "12365550100", "id": out}
    assert told == [
        {"type": "text", "text": {"body": "STOP ✋"}},
        {"type": "button", "button": {"payload": "OUT", "text": "Stop offers"}, "context": context},
        {
            "type": "interactive",
            "interactive": {"type": "list_reply", "list_reply": {"id": "s1", "title": "09:00"}},
        },
        {"type": "reaction", "reaction": {"message_id": out, "emoji": "👍"}},
        {"type": "location", "location": {"latitude": 1.5, "longitude": 2}},
        {"type": "unsupported"},
    ]
    contacts = [value["contacts"] for value in receiver.values() if "messages" in value]
    assert contacts[0] == [{"profile": {"name": "Ana"}, "wa_id": "16045550142"}]


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
async def test_media_sent_by_a_customer_can_be_fetched(hooked: Client, receiver: Receiver, kind: str) -> None:
    await hooked.control(f"customers/{ANA}/media", {"type": kind, "caption": "Look"})
    await receiver.until(lambda: bool(receiver.messages()))
    content = receiver.messages()[0][kind]
    assert content["caption"] == "Look"
    status, medium = await hooked.call("GET", f"/v25.0/{content['id']}")
    assert (status, medium["sha256"]) == (200, content["sha256"])
    assert medium["url"].startswith(hooked.base_url)
    status, data = await hooked.call("GET", medium["url"].removeprefix(hooked.base_url))
    assert (status, len(data)) == (200, medium["file_size"])
    assert (await hooked.call("GET", medium["url"].removeprefix(hooked.base_url), token=None))[0] == 401


async def test_another_wa_id_is_told_everywhere(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("customers/+5511955501000/wa_id", {"wa_id": "551155501000"})
    status, answer = await hooked.send("+5511955501000")
    assert status == 200
    assert answer["contacts"] == [{"input": "+5511955501000", "wa_id": "551155501000"}]
    sent = await receiver.status_of(answer["messages"][0]["id"], "sent")
    assert sent["recipient_id"] == "551155501000"
    await hooked.control("customers/+5511955501000/text", {"text": "Oi"})
    await receiver.until(lambda: bool(receiver.messages()))
    assert receiver.messages()[0]["from"] == "551155501000"
    assert (await hooked.control("sends"))["sends"][0]["to"] == "+5511955501000"


async def test_someone_can_be_known_by_user_id_only(hooked: Client, receiver: Receiver) -> None:
    await hooked.control(f"customers/{ANA}/no_phone", {"user_id": "CA.123"})
    await hooked.control(f"customers/{ANA}/text", {"text": "STOP"})
    await hooked.control(f"customers/{ANA}/stop", {})
    await hooked.settled()
    (message,) = receiver.messages()
    assert "from" not in message
    assert message["from_user_id"] == "CA.123"
    (value,) = receiver.values("user_preferences")
    assert "wa_id" not in value["user_preferences"][0] | value["contacts"][0]
    assert value["user_preferences"][0]["user_id"] == "CA.123"
    body = {"messaging_product": "whatsapp", "recipient": "CA.123"} | template("order_shipped")
    _, answer = await hooked.call("POST", f"/v25.0/{NUMBER}/messages", body)
    sent = await receiver.status_of(answer["messages"][0]["id"], "sent")
    assert "recipient_id" not in sent
    assert sent["recipient_user_id"] == "CA.123"
    assert (await hooked.control("sends"))["sends"][0]["to"] == ANA


async def test_a_failure_to_a_phone_tells_no_user_id(hooked: Client, receiver: Receiver) -> None:
    await hooked.control(f"customers/{ANA}/user_id", {"user_id": "CA.123"})
    sent = await receiver.status_of(await hooked.sent(ANA), "sent")
    assert (sent["recipient_id"], sent["recipient_user_id"]) == ("16045550142", "CA.123")
    await hooked.control(f"customers/{ANA}/not_on_whatsapp", {"value": True})
    failed = await receiver.status_of(await hooked.sent(ANA), "failed")
    assert "recipient_user_id" not in failed


async def test_a_number_change_is_told_and_the_old_one_is_gone(hooked: Client, receiver: Receiver) -> None:
    await hooked.control(f"customers/{ANA}/stop", {})
    await hooked.control(f"customers/{ANA}/change_number", {"new_phone": BEN})
    await receiver.until(lambda: bool(receiver.messages()))
    (message,) = receiver.messages()
    assert (message["type"], message["from"]) == ("system", "16045550142")
    assert message["system"]["type"] == "user_changed_number"
    assert message["system"]["wa_id"] == "14165550117"
    assert await failed_with(hooked, receiver, ANA) == 131026
    assert await failed_with(hooked, receiver, BEN) == 131050


async def test_read_reads_everything_delivered_once(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("status_delays", {"delays_s": {"sent": 0, "delivered": 0}, "read_share": 0})
    wamids = {await hooked.sent(ANA), await hooked.sent(ANA)}
    await hooked.sent(BEN)
    await hooked.settled()
    assert (await hooked.control(f"customers/{ANA}/read", {})) == {"read": 2}
    assert (await hooked.control(f"customers/{ANA}/read", {})) == {"read": 0}
    await hooked.settled()
    assert {one["id"] for one in receiver.statuses() if one["status"] == "read"} == wamids


async def test_what_is_not_delivered_yet_is_not_read(hooked: Client) -> None:
    await hooked.control("status_delays", {"delays_s": {"delivered": 3600}, "read_share": 0})
    await hooked.sent(ANA)
    assert (await hooked.control(f"customers/{ANA}/read", {})) == {"read": 0}


async def test_the_thread_shows_both_sides_as_on_a_phone(client: Client) -> None:
    await client.sent(ANA, **template("spring_sale", "Ana", "Friday", "20%"))
    await client.control(f"customers/{ANA}/button", {"text": "Stop offers"})
    reply = {"type": "reply", "reply": {"id": "sub", "title": "Subscribe"}}
    content = {"type": "button", "body": {"text": "Got it."}, "action": {"buttons": [reply]}}
    await client.sent(ANA, type="interactive", interactive=content)
    await client.control("trouble", {"code": 131026, "when": "webhook"})
    await client.sent(ANA, **text("never seen"))
    thread = (await client.control(f"customers/{ANA}/thread"))["thread"]
    assert [(one["direction"], one["text"]) for one in thread] == [
        (
            "from_business",
            "Hi Ana, our spring sale starts Friday. Early access for members: 20% off everything.",
        ),
        ("from_customer", "Stop offers"),
        ("from_business", "Got it."),
    ]
    assert thread[0]["footer"] == "Reply STOP to opt out"
    assert thread[0]["buttons"] == [{"text": "Stop offers", "payload": "Stop offers", "kind": "quick_reply"}]
    assert thread[2]["buttons"] == [{"text": "Subscribe", "id": "sub", "kind": "button_reply"}]


async def test_customers_are_listed(client: Client) -> None:
    await client.sent(BEN)
    await client.control(f"customers/{ANA}/text", {"text": "Hi"})
    listed = {one["phone"]: one for one in (await client.control("customers"))["customers"]}
    assert set(listed) == {ANA, BEN}
    assert (listed[ANA]["window_open"], listed[BEN]["window_open"]) == (True, False)
    assert (await client.control(f"customers/{ANA}"))["last_inbound_at"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{ANA}/text", {}),
        (f"{ANA}/dance", {}),
        ("12/text", {"text": "Hi"}),
        (f"{ANA}/media", {"type": "hologram"}),
        (f"{ANA}/media", {"type": "image", "data_base64": "%%%"}),
        (f"{ANA}/block", {"blocked": "yes"}),
        (f"{ANA}/change_number", {"new_phone": ANA}),
        (f"{ANA}/interactive", {"id": "1", "title": "x", "kind": "poem"}),
    ],
)
async def test_a_mistake_is_told_in_a_sentence(client: Client, path: str, body: dict[str, Any]) -> None:
    status, answer = await client.call("POST", f"/_control/customers/{path}", body)
    assert status == 400
    assert answer["error"].endswith(".")


async def test_utility_turned_marketing_follows_marketings_rules(hooked: Client, receiver: Receiver) -> None:
    await hooked.control(f"customers/{ANA}/stop", {})
    await hooked.control("templates/order_shipped", {"category": "MARKETING"})
    assert await failed_with(hooked, receiver, ANA, **template("order_shipped")) == 131050
    _, answer = await hooked.send(ANA, **template("nothing"))
    assert code(answer) == 132001
