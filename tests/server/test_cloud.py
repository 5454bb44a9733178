"""The consent admission: clients of the Cloud API send through it, and get what Meta would have answered."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.options import SANDBOX_NUMBER_ID
from desktop.services.api_media import LARGEST_BYTES
from desktop.services.meta_shape import CALLBACK
from tests.server.cloud import MARKETING, PRIYA_DIGITS, SENDING, Cloud, cloud_of, template, text, told, winter
from tests.services.desk import ARJUN, PRIYA, US, Desk

HEADED = {
    "name": "new_menu",
    "language": "en",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://shop.example/a.png"]}},
        {
            "type": "BODY",
            "text": "Hi {{first_name}}, here is our menu.",
            "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]},
        },
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {
                    "type": "URL",
                    "text": "See it",
                    "url": "https://shop.example/menu?q={{1}}",
                    "example": ["https://shop.example/menu?q=a"],
                },
            ],
        },
    ],
}
MENU = {"link": "https://shop.example/menu.png"}


@pytest.fixture
async def cloud(desk: Desk) -> AsyncIterator[Cloud]:
    async with ClientSession() as session:
        yield await cloud_of(desk, session)


@pytest.mark.slow
async def test_a_text_goes_and_has_an_id_of_ours(cloud: Cloud) -> None:
    await cloud.desk.contact(PRIYA, wrote=True)
    answer = await cloud.post(text(biz_opaque_callback_data="order-991"))
    assert answer.status == 200
    id = answer.body["messages"][0]["id"]
    assert answer.body == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+16045550142", "wa_id": PRIYA_DIGITS}],
        "messages": [{"id": id}],
    }
    message = await cloud.arrives(id)
    assert (message.text, message.api_key_name, message.content[CALLBACK]) == (
        "On its way",
        "cloud-client",
        "order-991",
    )
    assert message.wamid != id


@pytest.mark.slow
async def test_a_template_is_filled_by_position(cloud: Cloud) -> None:
    answer = await cloud.post(template())
    assert answer.body["messages"][0]["message_status"] == "accepted"
    request = await cloud.request_of(answer.body["messages"][0]["id"])
    (body,) = request["template"]["components"]
    assert [one["text"] for one in body["parameters"]] == ["Priya", "A-991", "Thursday"]


@pytest.mark.slow
async def test_named_values_a_picture_and_buttons_reach_whatsapp(cloud: Cloud) -> None:
    await cloud.desk.client.control("templates", {"templates": [HEADED]})
    await cloud.desk.app.templates.refresh()
    components: list[dict[str, Any]] = [
        {"type": "header", "parameters": [{"type": "image", "image": MENU}]},
        {
            "type": "body",
            "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Priya"}],
        },
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": 0,
            "parameters": [{"type": "payload", "payload": "ty"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "soup%20%26%20salad"}],
        },
    ]
    id = await cloud.send(template("new_menu", (), components=components))
    request = await cloud.request_of(id)
    assert request["template"]["components"] == [
        components[0],
        components[1],
        components[2] | {"index": "0"},
        components[3],
    ]


@pytest.mark.slow
async def test_marketing_goes_by_its_own_path_too(cloud: Cloud) -> None:
    await cloud.desk.contact(PRIYA, OptIn.YES)
    policy = {"product_policy": "STRICT", "message_activity_sharing": True}
    await cloud.arrives(await cloud.send(winter() | policy, MARKETING))


@pytest.mark.parametrize("path", [SENDING, MARKETING])
async def test_marketing_to_a_no_is_refused_at_once_and_is_in_the_report(cloud: Cloud, path: str) -> None:
    contact = await cloud.desk.contact(PRIYA, OptIn.NO)
    status, code, details = await cloud.refused(winter(), path)
    assert (status, code) == (400, 131050)
    assert "opted out" in details
    (message,) = await cloud.thread(contact)
    assert (message.status, message.reason, message.api_key_name) == (
        Status.FAILED,
        Reason.OPTED_OUT,
        "cloud-client",
    )
    assert await cloud.desk.sends() == []
    await cloud.arrives(await cloud.send(template()))


@pytest.mark.slow
async def test_who_stopped_in_whatsapp_no_choice_and_us_numbers_are_refused(cloud: Cloud) -> None:
    await cloud.desk.contact(PRIYA, OptIn.YES, stopped=True)
    assert (await cloud.refused(winter()))[1] == 131050
    assert (await cloud.refused(winter(US)))[1] == 131049
    await cloud.arrives(await cloud.send(winter(ARJUN)))
    await cloud.desk.settings(strict=True)
    assert (await cloud.refused(winter(ARJUN)))[:2] == (400, 131050)


@pytest.mark.slow
async def test_outside_the_window_only_templates_go(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA)
    status, code, _ = await cloud.refused(text())
    assert (status, code) == (400, 131047)
    (message,) = await cloud.thread(contact)
    assert (message.status, message.reason) == (Status.FAILED, Reason.WINDOW_CLOSED)
    assert await cloud.desk.sends() == []


KINDS: list[tuple[str, Any, str]] = [
    ("image", {"link": "https://shop.example/a.png", "caption": "The menu"}, "The menu"),
    ("video", {"link": "https://shop.example/a.mp4"}, "Video · a.mp4"),
    ("document", {"link": "https://shop.example/a", "filename": "menu.pdf"}, "Document · menu.pdf"),
    ("location", {"latitude": "49.28", "longitude": -123.12, "name": "Store 7"}, "Location · Store 7"),
    (
        "contacts",
        [{"name": {"formatted_name": "Arjun Nair", "first_name": "Arjun"}, "phones": [{"phone": ARJUN}]}],
        "Contact card · Arjun Nair",
    ),
    (
        "interactive",
        {
            "type": "button",
            "body": {"text": "Deliver today?"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
        },
        "Deliver today?",
    ),
    ("text", {"body": "See https://shop.example", "preview_url": True}, "See https://shop.example"),
]


@pytest.mark.slow
async def test_each_kind_is_taken_by_whatsapp(cloud: Cloud) -> None:
    await cloud.desk.contact(PRIYA, wrote=True)
    for kind, content, shown in KINDS:
        id = await cloud.send({"messaging_product": "whatsapp", "to": PRIYA, "type": kind, kind: content})
        assert (await cloud.arrives(id)).text == shown
        request = await cloud.request_of(id)
        assert request["type"] == kind
        if kind not in ("location", "contacts"):
            assert request[kind] == content


# Quotes and reactions.


@pytest.mark.slow
async def test_a_quote_of_ours_is_told_to_whatsapp_by_its_own_id(cloud: Cloud) -> None:
    await cloud.desk.contact(PRIYA, wrote=True)
    first = await cloud.send(text("One"))
    second = await cloud.send(text("Two", context={"message_id": first}))
    assert (await cloud.arrives(second)).status in (Status.DELIVERED, Status.READ)
    request = await cloud.request_of(second)
    known = (await cloud.desk.message(cloud.own(first))).wamid
    # Both may have left in the same moment: then WhatsApp had no id of the first yet, and nothing is quoted.
    assert request.get("context", {"message_id": known}) == {"message_id": known}
    third = await cloud.send(text("Three", context={"message_id": first}))
    assert (await cloud.request_of(third))["context"] == {"message_id": known}


@pytest.mark.slow
async def test_a_customers_message_is_quoted_and_reacted_to_as_it_is(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA, wrote=True)
    (theirs,) = await cloud.thread(contact)
    id = await cloud.send(text(context={"message_id": theirs.wamid}))
    assert (await cloud.request_of(id))["context"] == {"message_id": theirs.wamid}
    reaction = {"message_id": theirs.wamid, "emoji": "👍"}
    body = {"messaging_product": "whatsapp", "to": PRIYA, "type": "reaction", "reaction": reaction}
    assert (await cloud.request_of(await cloud.send(body)))["reaction"] == reaction


@pytest.mark.slow
async def test_a_reaction_to_ours_names_it_as_whatsapp_does(cloud: Cloud) -> None:
    await cloud.desk.contact(PRIYA, wrote=True)
    first = await cloud.send(text("One"))
    wamid = (await cloud.arrives(first)).wamid
    body = {"messaging_product": "whatsapp", "to": PRIYA, "type": "reaction"}
    id = await cloud.send(body | {"reaction": {"message_id": first, "emoji": "👍"}})
    assert (await cloud.request_of(id))["reaction"] == {"message_id": wamid, "emoji": "👍"}


# Idempotency.


@pytest.mark.slow
async def test_the_same_key_and_body_get_the_same_answer(cloud: Cloud) -> None:
    key = {"Idempotency-Key": "order-991"}
    first = await cloud.send(template(), **key)
    again = await asyncio.gather(*(cloud.send(template(), **key) for _ in range(5)))
    assert set(again) == {first}
    await cloud.arrives(first)
    assert len(await cloud.desk.sends()) == 1
    assert (await cloud.refused(template(to=ARJUN), **key))[:2] == (409, 100)


@pytest.mark.slow
async def test_a_refusal_is_the_same_again_and_kept_once(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA, OptIn.NO)
    answers = {(await cloud.refused(winter(), **{"Idempotency-Key": "1"}))[1] for _ in range(3)}
    assert answers == {131050}
    assert len(await cloud.thread(contact)) == 1


# Reads.


@pytest.mark.slow
async def test_a_read_message_is_told_to_the_customer(cloud: Cloud) -> None:
    contact = await cloud.desk.contact(PRIYA, wrote=True)
    (theirs,) = await cloud.thread(contact)
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": theirs.wamid}
    for more in ({}, {"typing_indicator": {"type": "text"}}):
        answer = await cloud.post(body | more)
        assert (answer.status, answer.body) == (200, {"success": True})
    assert (await cloud.refused(body | {"message_id": "wamid.nobodys"}))[:2] == (400, 131009)
    restricted = await cloud_of(cloud.desk, cloud.shop.session, Scope.RESTRICTED, "till")
    status, code, details = await restricted.refused(body)
    assert (status, code) == (403, 10)  # it sends, and nothing else
    assert "till" in details


@pytest.mark.slow
async def test_the_number_is_told_and_is_the_only_one(cloud: Cloud) -> None:
    for id in (SANDBOX_NUMBER_ID, "me"):
        answer = await cloud.shop.ask("GET", f"/v25.0/{id}", params={"fields": "verified_name"})
        assert (answer.status, answer.body["id"]) == (200, SANDBOX_NUMBER_ID)
        assert answer.body["display_phone_number"]
    assert told(await cloud.shop.ask("GET", "/v25.0/1"))[:2] == (400, 100)


@pytest.mark.slow
async def test_the_number_is_still_told_while_whatsapp_cannot_be_reached(cloud: Cloud) -> None:
    path = f"/v25.0/{SANDBOX_NUMBER_ID}"
    before = (await cloud.shop.ask("GET", path)).body
    await cloud.desk.sandbox.stop()
    cloud.desk.clock.pass_s(700)
    assert (await cloud.shop.ask("GET", path)).body == before


# Files.


def form(content: bytes, mime: str = "image/png") -> FormData:
    made = FormData()
    made.add_field("messaging_product", "whatsapp")
    made.add_field("type", mime)
    made.add_field("file", BytesIO(content), filename="menu.png", content_type=mime)
    return made


@pytest.mark.slow
async def test_a_file_is_uploaded_sent_and_fetched(cloud: Cloud) -> None:
    await cloud.desk.contact(PRIYA, wrote=True)
    content = b"\x89PNG\r\n\x1a\n--" + bytes(range(256)) * 2_000
    path = f"/v25.0/{SANDBOX_NUMBER_ID}/media"
    answer = await cloud.shop.ask("POST", path, data=form(content))
    assert answer.status == 200, answer.body
    id = answer.body["id"]
    image = {"messaging_product": "whatsapp", "to": PRIYA, "type": "image", "image": {"id": id}}
    assert (await cloud.request_of(await cloud.send(image)))["image"] == {"id": id}
    about = (await cloud.shop.ask("GET", f"/v25.0/{id}")).body
    assert (about["id"], about["mime_type"], about["file_size"]) == (id, "image/png", len(content))
    assert about["url"].startswith(cloud.desk.app.server_address)
    async with cloud.shop.session.get(about["url"], headers=cloud.shop.headers) as fetched:
        assert await fetched.read() == content
        assert fetched.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.slow
async def test_files_are_for_those_who_may(cloud: Cloud) -> None:
    restricted = await cloud_of(cloud.desk, cloud.shop.session, Scope.RESTRICTED, "sender")
    answer = await restricted.shop.ask(
        "POST", f"/v25.0/{SANDBOX_NUMBER_ID}/media", data=form(b"picture", "image/png")
    )
    assert answer.status == 200
    for path in (f"/v25.0/{answer.body['id']}", f"/v25.0/media/{answer.body['id']}"):
        assert told(await restricted.shop.ask("GET", path))[:2] == (403, 10)
        assert (await cloud.shop.ask("GET", path)).status == 200
    for path in ("/v25.0/404", "/v25.0/media/404", "/v25.0/no id", "/v25.0/media/no id"):
        assert told(await cloud.shop.ask("GET", path))[:2] == (400, 100)


@pytest.mark.slow
async def test_an_upload_without_a_file_or_too_large_is_refused(cloud: Cloud) -> None:
    path = f"/v25.0/{SANDBOX_NUMBER_ID}/media"
    assert told(await cloud.shop.ask("POST", path, {"file": "menu.png"}))[:2] == (400, 100)
    assert told(await cloud.shop.ask("POST", path, data=form(b"")))[:2] == (400, 100)
    assert told(await cloud.shop.ask("POST", path, data=form(b"x", "pic")))[:2] == (400, 100)
    large = await cloud.shop.ask("POST", path, data=form(bytes(LARGEST_BYTES + 70_000)))
    assert told(large)[:2] == (413, 100)
