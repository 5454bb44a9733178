"""Wrong input is refused with a 4xx that names the field, nothing is half done, and the description is kept to."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from desktop.domain.keys import Scope
from desktop.server import http
from desktop.services.keys import Keys
from desktop.store import people
from tests.server.api import MESSAGES, Shop, template, text
from tests.server.conftest import Server, api_of

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case


def without(path: str) -> Callable[[dict[str, Any]], None]:
    return put(path, None, leave_out=True)


def put(path: str, value: Any, *, leave_out: bool = False) -> Callable[[dict[str, Any]], None]:
    """Change one place of a body: 'recipient.phone'."""

    def change(body: dict[str, Any]) -> None:
        *way, last = path.split(".")
        at: Any = body
        for name in way:
            at = at[name]
        if leave_out:
            del at[last]
        else:
            at[last] = value

    return change


URL = {"index": 0, "sub_type": "url", "parameters": {"type": "text", "text": "x"}}
FILM = {"path": "https://shop.example/film.mp4", "mimeType": "video/mp4"}
T = "whatsapp.template"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (without("recipient"), "recipient"),
        (without("recipient.phone"), "recipient.phone"),
        (put("recipient.phone", ""), "recipient.phone"),
        (put("recipient.phone", "call me"), "recipient.phone"),
        (put("recipient.phone", "16045550"), "recipient.phone"),
        (put("recipient.phone", ["16045550142"]), "recipient.phone"),
        (put("recipient.name", "x" * 257), "recipient.name"),
        (put("recipient.tags", [{"name": " "}]), "recipient.tags.0.name"),
        (put("channelType", "sms"), "channelType"),
        (put("whatsapp.type", "poll"), "whatsapp.type"),
        (put("whatsapp.type", "image"), "whatsapp.image"),
        (put("whatsapp", {"type": "image", "image": {"caption": "x"}}), "whatsapp.image.path"),
        (put("whatsapp", {"type": "image", "image": {"path": "a.png"}}), "whatsapp.image.path"),
        (put("whatsapp", {"type": "audio", "audio": FILM}), "whatsapp.audio.mimeType"),
        (
            put("whatsapp", {"type": "video", "video": FILM | {"caption": "x" * 1_025}}),
            "whatsapp.video.caption",
        ),
        (
            put("whatsapp", {"type": "location", "location": {"latitude": 91, "longitude": 1}}),
            "whatsapp.location",
        ),
        (put("whatsapp", {"type": "contacts", "contacts": []}), "whatsapp.contacts"),
        (
            put("whatsapp", {"type": "contacts", "contacts": [{"name": {"firstName": "Priya"}}]}),
            "whatsapp.contacts.0.name.formattedName",
        ),
        (
            put("whatsapp", {"type": "interactive", "interactive": {"type": "poll"}}),
            "whatsapp.interactive.type",
        ),
        (
            put(
                "whatsapp", {"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}}}
            ),
            "whatsapp.interactive.action",
        ),
        (put("whatsapp.type", "text"), "whatsapp.text"),
        (without("whatsapp.template"), "whatsapp.template"),
        (put(f"{T}.templateName", "no_such_template"), f"{T}.templateName"),
        (put(f"{T}.language", "hi"), f"{T}.templateName"),
        (put(f"{T}.bodyValues.3", ""), f"{T}.bodyValues.3"),
        (without(f"{T}.bodyValues.3"), f"{T}.bodyValues.3"),
        (put(f"{T}.bodyValues.4", "x"), f"{T}.bodyValues.4"),
        (put(f"{T}.bodyValues.\ud800", "x"), f"{T}.bodyValues"),
        (put(f"{T}.bodyValues.3", {"a": 1}), f"{T}.bodyValues.3"),
        (put(f"{T}.headerValues", {"mediaUrl": "https://shop.example/a.png"}), f"{T}.headerValues.mediaUrl"),
        (put(f"{T}.buttonValues", [URL]), f"{T}.buttonValues.0.index"),
        (put(f"{T}.buttonValues", [URL | {"index": -1}]), f"{T}.buttonValues.0.index"),
        (put(f"{T}.buttonValues", [URL | {"sub_type": "order_details"}]), f"{T}.buttonValues.0.sub_type"),
        (put("botId", "64f0"), "botId"),
        (put("replyTo", {"assigneeType": "bot", "assigneeId": "64f0"}), "replyTo.assigneeType"),
        (put("replyTo", {"assigneeType": "team", "assigneeId": "64f0"}), "replyTo.assigneeType"),
        (put("replyTo", {"assigneeType": "user"}), "replyTo.assigneeId"),
        (put("replyTo", {"assigneeType": "user", "assigneeId": "no@shop.example"}), "replyTo.assigneeId"),
        (put("replyTo", {"assigneeType": "user", "assigneeId": "f" * 24}), "replyTo.assigneeId"),
    ],
)
async def test_a_wrong_message_names_its_field(
    shop: Shop, change: Callable[[dict[str, Any]], None], field: str
) -> None:
    body = template()
    change(body)
    for path in (MESSAGES, f"{MESSAGES}/explain"):
        answer = await shop.ask("POST", path, body)
        assert answer.status == 422, answer.body
        assert answer.body["status"] == "UNPROCESSABLE_ENTITY"
        assert answer.body["field"].startswith(field), answer.body
        assert answer.body["message"]
    assert await shop.desk.app.contacts.count() == 0
    assert await shop.desk.sends() == []


@pytest.mark.parametrize(
    "change",
    [put("botId", "7"), put("replyTo", {"assigneeType": "bot", "assigneeId": "7"})],
    ids=["botId", "replyTo"],
)
async def test_who_wants_a_bot_reads_how_to_get_one(
    shop: Shop, change: Callable[[dict[str, Any]], None]
) -> None:
    body = template()
    change(body)
    answer = await shop.ask("POST", MESSAGES, body)
    assert answer.status == 422
    assert "bot takes a conversation by its triggers" in answer.body["message"]
    assert await shop.desk.sends() == []


@pytest.mark.parametrize("body", ["", "  \n", "x" * 4_097])
async def test_a_text_has_one_to_4096_characters(shop: Shop, body: str) -> None:
    answer = await shop.ask("POST", MESSAGES, text(body))
    assert (answer.status, answer.body["field"]) == (422, "whatsapp.text.body")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "phone"),
        ({"phone": []}, "phone"),
        ({"phone": ["16045550142", "16045550143"]}, "phone"),
        ({"phone": {"mobile": "16045550142"}}, "phone"),
        ({"email": ["a@shop.example", "b@shop.example"]}, "email"),
        ({"phone": "123"}, "phone"),
        ({"name": "x" * 300}, "name"),
        ({"fieldValues": {"No such": "x"}}, "fieldValues.No such"),
        ({"optIn": "maybe"}, "optIn"),
        ({"marketingOptIn": True}, "marketingOptIn"),
        ({"marketingOptIn": False}, "marketingOptIn"),
        ({"contactOwnerId": "lina@shop.example"}, "contactOwnerId"),
    ],
)
async def test_a_wrong_contact_names_its_field(shop: Shop, wanted: dict[str, Any], field: str) -> None:
    body = ({"phone": "16045550142"} | wanted) if wanted else wanted
    for path in ("/devapi/contacts", "/devapi/contacts/upsert"):
        answer = await shop.ask("POST", path, body)
        assert answer.status == 422, answer.body
        assert answer.body["field"] == field
    assert await shop.desk.app.contacts.count() == 0


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 8_000, 400),
        (b"[" * 100_000, 413),
        (b"null", 422),
        (b"[]", 422),
        (b'{"recipient": {"phone": NaN}}', 422),
        (b'{"recipient": {"phone": ' + b"9" * 5_000 + b"}}", 400),
        (b'{"a": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
async def test_what_is_no_message_is_refused(shop: Shop, raw: bytes, status: int) -> None:
    headers = JSON | {"Idempotency-Key": "1"}
    answer = await shop.ask("POST", MESSAGES, data=raw, headers=headers)
    assert answer.status == status, answer.body
    assert set(answer.body) == {"status", "message", "field"}


@pytest.mark.parametrize("id", ["1", "x" * 24, "f" * 24, "0" * 24, "0" * 23 + "9", "%00", "0" * 23 + "é"])
@pytest.mark.parametrize("path", ["messages/{}/status", "contacts/{}", "whatsappTemplates/{}"])
async def test_an_id_that_is_nobodys_is_404(shop: Shop, path: str, id: str) -> None:
    answer = await shop.ask("GET", "/devapi/" + path.format(id))
    assert (answer.status, answer.body["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"page": "x"}, "page"),
        ({"page": "0"}, "page"),
    ],
)
async def test_a_wrong_page_names_its_field(shop: Shop, query: dict[str, str], field: str) -> None:
    answer = await shop.ask("GET", "/devapi/contacts/search", params=query)
    assert (answer.status, answer.body["field"]) == (422, field)


async def test_other_paths_and_methods_are_refused_in_the_same_form(shop: Shop) -> None:
    assert (await shop.ask("GET", "/devapi/nothing")).body["status"] == "NOT_FOUND"
    wrong = await shop.ask("DELETE", MESSAGES)
    assert (wrong.status, wrong.body["status"]) == (405, "METHOD_NOT_ALLOWED")
    wrong = await shop.ask("OPTIONS", "/devapi/contacts")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, PATCH, POST")


async def test_what_could_not_be_kept_was_not_done_and_can_be_asked_again(shop: Shop) -> None:
    headers = {"Idempotency-Key": "order-991"}
    breaking = "CREATE TRIGGER broken BEFORE INSERT ON api_answer BEGIN SELECT RAISE(ABORT, 'disk I/O'); END"
    await _sql(shop, breaking)
    answer = await shop.ask("POST", MESSAGES, template(), headers=headers)
    assert answer.status == 503, answer.body
    assert await shop.desk.app.contacts.count() == 0
    await _sql(shop, "DROP TRIGGER broken")
    assert (await shop.ask("POST", MESSAGES, template(), headers=headers)).status == 202


async def _sql(shop: Shop, statement: str) -> None:
    def run() -> None:
        conn = sqlite3.connect(shop.desk.folder / "store.db", isolation_level=None)
        conn.execute(statement)
        conn.close()

    await asyncio.to_thread(run)


async def test_a_closed_store_is_503_and_a_real_one_has_no_clock(server: Server) -> None:
    """The API over a store alone, as it is for a real number: nothing moves its clock."""
    keys, app = Keys(server.store), api_of(server.store)
    running = http.HttpServer(lambda: app, http.bind("127.0.0.1", 0))
    await running.start()
    (admin, *_) = await server.store.read(people.every)
    made = await keys.create("shop-sync", Scope.ALL, admin)
    headers = {"apikey": made.api_key.key_id, "APISECRET": made.api_secret}
    async with server.session.get(running.address + "/devapi/me", headers=headers) as answer:
        assert answer.status == 200
    async with server.session.post(running.address + "/_qa/clock", json={"advance_s": 1}) as answer:
        assert answer.status == 404
    await asyncio.to_thread(server.store.close)
    async with server.session.get(running.address + "/devapi/me", headers=headers) as answer:
        assert answer.status == 503
        assert (await answer.json())["status"] == "SERVICE_UNAVAILABLE"
    await running.stop()


# The description.


async def test_the_api_describes_itself(shop: Shop) -> None:
    described = (await shop.ask("GET", "/openapi.json")).body
    paths = described["paths"]
    for path in ("/devapi/messages/whatsapp", "/devapi/contacts/upsert", "/devapi/me"):
        beside = path.replace("/devapi", "/devapi/accounts/{accountId}", 1)
        assert set(paths[path]) == set(paths[beside])
    for path, methods in paths.items():
        for method, told in methods.items():
            named = {one["name"] for one in told.get("parameters", []) if one["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, (method, path)
    assert not {"/health", "/webhooks/whatsapp"} & set(paths)
    for name, schema in described["components"]["schemas"].items():
        if name.endswith(("Answer", "Refusal")):
            assert schema["additionalProperties"] is False, name


# The clock.


async def test_the_clock_of_a_sandbox_store_can_be_moved(shop: Shop) -> None:
    before = shop.desk.clock.now()
    answer = await shop.ask("POST", "/_qa/clock", {"advance_s": 86_400})
    assert (answer.status, answer.body) == (200, {"advanced_s": 86_400})
    assert shop.desk.clock.now() - before >= timedelta(days=1)


@pytest.mark.parametrize(
    "wanted", [{}, {"advance_s": -1}, {"advance_s": 1e12}, {"advance_s": "x"}, {"advance_s": True}, {"by": 1}]
)
async def test_it_never_goes_back(shop: Shop, wanted: dict[str, Any]) -> None:
    answer = await shop.ask("POST", "/_qa/clock", wanted)
    assert answer.status == 422
    assert answer.body["field"] in ("advance_s", "by")
