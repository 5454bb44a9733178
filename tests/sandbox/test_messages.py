"""What a send is answered: the checks Meta makes, and the shape of yes and no."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession

from desktop.sandbox.server import Sandbox
from tests.sandbox.harness import ANA, BEN, NUMBER, WABA, Client, code, template, text

PATH = f"/v25.0/{NUMBER}/messages"


async def test_a_template_is_accepted_and_logged_before_the_answer(client: Client) -> None:
    status, answer = await client.send("+1 (604) 555-0142", biz_opaque_callback_data="row-7", **template())
    assert status == 200
    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"] == [{"input": "+1 (604) 555-0142", "wa_id": "16045550142"}]
    (message,) = answer["messages"]
    assert message["message_status"] == "accepted"
    (logged,) = (await client.control("sends"))["sends"]
    assert logged == {
        "n": 1,
        "at": logged["at"],
        "to": ANA,
        "type": "template",
        "template": "winter_clearance",
        "biz_opaque_callback_data": "row-7",
        "wamid": message["id"],
    }
    assert (await client.control("sends/count")) == {"count": 1}


@pytest.mark.parametrize("version", ["v19.0", "v25.0", "v99.1"])
async def test_any_version_number_is_served(client: Client, version: str) -> None:
    body = {"messaging_product": "whatsapp", "to": ANA} | text()
    status, _ = await client.call("POST", f"/{version}/{NUMBER}/messages", body)
    assert status == 200


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (text("x" * 4096), 0),
        (text("x" * 4097), 100),
        (text(""), 100),
        ({"type": "text"}, 100),
        ({"type": "poem", "poem": {}}, 100),
        ({"type": 7}, 100),
        ({"type": "image", "image": {"link": "https://example.com/a.png", "caption": "Look"}}, 0),
        ({"type": "image", "image": {"link": "ftp://example.com/a.png"}}, 100),
        ({"type": "image", "image": {"id": "1", "link": "https://example.com/a.png"}}, 100),
        ({"type": "image", "image": {"id": "12345"}}, 100),
        ({"type": "audio", "audio": {"link": "https://example.com/a.ogg", "caption": "no"}}, 100),
        ({"type": "document", "document": {"link": "https://example.com/a.pdf", "filename": "a.pdf"}}, 0),
        ({"type": "location", "location": {"latitude": 49.28, "longitude": -123.1}}, 0),
        ({"type": "location", "location": {"latitude": 149.28, "longitude": -123.1}}, 131009),
        ({"type": "location", "location": {"latitude": 49.28}}, 100),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]}, 0),
        ({"type": "contacts", "contacts": []}, 100),
        ({"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": ""}}, 0),
        ({"type": "reaction", "reaction": {"emoji": "👍"}}, 100),
    ],
)
async def test_content_is_checked(client: Client, content: dict[str, Any], wanted: int) -> None:
    status, answer = await client.send(ANA, **content)
    assert (status, 0 if status == 200 else code(answer)) == (400 if wanted else 200, wanted)


def buttons(*titles: str) -> dict[str, Any]:
    replies = [
        {"type": "reply", "reply": {"id": f"b{at}", "title": title}} for at, title in enumerate(titles)
    ]
    content = {"type": "button", "body": {"text": "Today?"}, "action": {"buttons": replies}}
    return {"type": "interactive", "interactive": content}


def rows(count: int) -> dict[str, Any]:
    listed = [{"id": f"r{at}", "title": f"Row {at}"} for at in range(count)]
    action = {"button": "Slots", "sections": [{"title": "Morning", "rows": listed}]}
    return {
        "type": "interactive",
        "interactive": {"type": "list", "body": {"text": "Pick"}, "action": action},
    }


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (buttons("Yes", "No"), 0),
        (buttons("1", "2", "3", "4"), 131009),
        (buttons("a title of more than twenty"), 100),
        (buttons(), 131009),
        (rows(10), 0),
        (rows(11), 131009),
        ({"type": "interactive", "interactive": {"type": "puzzle"}}, 100),
    ],
)
async def test_interactive_is_checked(client: Client, content: dict[str, Any], wanted: int) -> None:
    status, answer = await client.send(ANA, **content)
    assert (0 if status == 200 else code(answer)) == wanted


@pytest.mark.parametrize(
    ("content", "http", "wanted"),
    [
        (template("no_such"), 404, 132001),
        (template(language="en_US"), 404, 132001),
        (template("winter_clearance", "Ana", "50%"), 400, 132000),
        (template("winter_clearance", "Ana", "50%", "Sunday", "more"), 400, 132000),
        (template("winter_clearance", "Ana", "50%\nnow", "Sunday"), 400, 132018),
        (template("winter_clearance", "Ana", "50%", "x" * 1000), 400, 132005),
        ({"type": "template", "template": {"name": "spring_sale"}}, 400, 100),
        ({"type": "template"}, 400, 100),
    ],
)
async def test_templates_are_checked(client: Client, content: dict[str, Any], http: int, wanted: int) -> None:
    status, answer = await client.send(ANA, **content)
    assert (status, code(answer)) == (http, wanted)
    assert (await client.control("sends/count")) == {"count": 0}


async def test_a_parameter_of_the_wrong_kind_is_refused(client: Client) -> None:
    content = template()
    content["template"]["components"][0]["parameters"][1] = {"type": "image", "image": {"id": "1"}}
    _, answer = await client.send(ANA, **content)
    assert code(answer) == 132012


@pytest.mark.parametrize(
    ("state", "wanted"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)]
)
async def test_only_an_approved_template_leaves(client: Client, state: str, wanted: int) -> None:
    await client.control("templates/spring_sale", {"status": state})
    _, answer = await client.send(ANA, **template("spring_sale"))
    assert code(answer) == wanted


async def test_a_quick_reply_payload_goes_to_its_button(client: Client) -> None:
    content = template("spring_sale")
    button = {"type": "button", "sub_type": "quick_reply", "index": "0"}
    content["template"]["components"].append(button | {"parameters": [{"type": "payload", "payload": "OUT"}]})
    await client.sent(ANA, **content)
    thread = (await client.control(f"customers/{ANA}/thread"))["thread"]
    assert thread[0]["buttons"] == [{"text": "Stop offers", "payload": "OUT", "kind": "quick_reply"}]
    content["template"]["components"][-1]["index"] = "1"
    _, answer = await client.send(ANA, **content)
    assert code(answer) == 132018


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"to": ""}, "The parameter to is required."),
        ({"to": "12"}, "not a valid"),
        ({"to": 16045550142}, "not a valid"),
        ({"messaging_product": "sms"}, "messaging_product"),
        ({"recipient_type": "group"}, "recipient_type"),
        ({"biz_opaque_callback_data": "x" * 513}, "512"),
        ({"context": {}}, "message_id"),
    ],
)
async def test_the_envelope_of_a_send_is_checked(client: Client, change: dict[str, Any], wanted: str) -> None:
    body = {"messaging_product": "whatsapp", "to": ANA} | text() | change
    status, answer = await client.call("POST", PATH, body)
    assert (status, code(answer)) == (400, 100)
    assert wanted in answer["error"]["error_data"]["details"]


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff\xfe", b'"text"', b""])
async def test_bad_json_is_code_100(client: Client, raw: bytes) -> None:
    headers = {"Authorization": "Bearer sandbox-token"}
    async with client.session.post(client.base_url + PATH, data=raw, headers=headers) as answer:
        assert answer.status == 400
        assert code(await answer.json()) == 100


async def test_the_sender_cannot_be_the_recipient(client: Client) -> None:
    _, answer = await client.send("+12365550100", **text())
    assert code(answer) == 131021


@pytest.mark.parametrize(("token", "wanted"), [(None, 104), ("wrong", 190)])
async def test_the_token_is_checked(client: Client, token: str | None, wanted: int) -> None:
    for method, path in (("POST", PATH), ("GET", f"/v25.0/{WABA}/message_templates")):
        status, answer = await client.call(method, path, token=token)
        assert (status, code(answer)) == (401, wanted)


async def test_an_unknown_number_or_path_is_refused(client: Client) -> None:
    status, answer = await client.call("POST", "/v25.0/999/messages", text())
    assert (status, code(answer), answer["error"]["error_subcode"]) == (400, 100, 33)
    assert answer["error"]["type"] == "GraphMethodException"
    status, answer = await client.call("GET", "/nothing/here/at/all")
    assert (status, code(answer)) == (400, 2500)


async def test_a_business_scoped_id_is_answered_without_wa_id(client: Client) -> None:
    body = {"messaging_product": "whatsapp", "recipient": "CA.123"} | template()
    status, answer = await client.call("POST", PATH, body)
    assert status == 200
    assert answer["contacts"] == [{"input": "CA.123", "user_id": "CA.123"}]
    body |= template("login_code", "481052")
    _, answer = await client.call("POST", PATH, body)
    assert code(answer) == 131062


@pytest.mark.parametrize(
    "raw",
    [
        '{"recipient": "CA.\\ud800", "type": "template", "template": %s}',
        '{"to": "+16045550142", "type": "location", "location": {"latitude": 1%s, "longitude": 2}}'
        % ("0" * 400),
        '{"to": "+16045550142", "type": %s, "text": {}}' % ("[" * 2000 + "]" * 2000),
        '{"to": "+16045550142", "type": "template", "template": {"name": "x", "language": {"code": "\\ud800"}}}',
    ],
)
async def test_hostile_values_are_refused_and_harm_nobody_else(client: Client, raw: str) -> None:
    wanted = json.dumps(template()["template"])
    body = (raw.replace("%s", wanted)[:-1] + ', "messaging_product": "whatsapp"}').encode()
    headers = {"Authorization": "Bearer sandbox-token"}

    async def hostile() -> int:
        async with client.session.post(client.base_url + PATH, data=body, headers=headers) as answer:
            return answer.status

    refused, (good, _) = await asyncio.gather(hostile(), client.send())
    assert refused in (400, 404)
    assert good == 200


async def test_surrogates_are_kept_where_text_is_free(client: Client) -> None:
    odd = "row \ud800 \x00 é"
    await client.sent(ANA, biz_opaque_callback_data=odd, **template("winter_clearance", odd, "50%", "Sunday"))
    (logged,) = (await client.control("sends"))["sends"]
    assert logged["biz_opaque_callback_data"] == odd
    assert odd in (await client.control(f"customers/{ANA}/thread"))["thread"][0]["text"]


async def test_to_wins_over_recipient(client: Client) -> None:
    _, answer = await client.send(ANA, recipient="CA.123", **template())
    assert answer["contacts"] == [{"input": ANA, "wa_id": "16045550142"}]


async def test_marketing_messages_take_marketing_templates_only(client: Client) -> None:
    path = f"/v25.0/{NUMBER}/marketing_messages"
    body = {"messaging_product": "whatsapp", "to": ANA}
    status, _ = await client.call("POST", path, body | template() | {"product_policy": "STRICT"})
    assert status == 200
    _, answer = await client.call("POST", path, body | template("order_shipped"))
    assert code(answer) == 134100
    _, answer = await client.call("POST", path, body | text())
    assert code(answer) == 131055


async def test_a_receipt_marks_the_thread_read(client: Client) -> None:
    wamid = (await client.control(f"customers/{ANA}/text", {"text": "Hi"}))["wamid"]
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    status, answer = await client.call("POST", PATH, receipt | {"typing_indicator": {"type": "text"}})
    assert (status, answer) == (200, {"success": True})
    (message,) = (await client.control(f"customers/{ANA}/thread"))["thread"]
    assert message["status"] == "read"
    _, answer = await client.call("POST", PATH, receipt | {"message_id": "wamid.unknown"})
    assert code(answer) == 100


async def test_wamids_never_repeat(client: Client) -> None:
    first = [await client.sent(to) for to in (ANA, BEN, ANA)]
    await client.control("reset", {})
    second = [await client.sent(to) for to in (ANA, BEN, ANA)]
    assert len({*first, *second}) == 6
    assert [one["n"] for one in (await client.control("sends"))["sends"]] == [1, 2, 3]


async def test_sends_are_listed_in_pages(client: Client) -> None:
    for _ in range(5):
        await client.sent()
    page = (await client.control("sends?after=2&limit=2"))["sends"]
    assert [one["n"] for one in page] == [3, 4]


async def test_limits_strike_when_they_are_on(session: ClientSession) -> None:
    async with Sandbox(pair_limit=True) as sandbox:
        client = Client(session, sandbox.base_url)
        answers = [await client.send(ANA) for _ in range(46)]
        assert [status for status, _ in answers] == [200] * 45 + [400]
        assert code(answers[-1][1]) == 131056
        assert (await client.send(BEN))[0] == 200
        await client.control("limits", {"pairs": False, "per_s": 2})
        answers = [await client.send(BEN) for _ in range(6)]
        assert code(answers[-1][1]) == 130429
