"""Templates, the number, files and the connection test, over a real socket."""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from desktop.domain.templates import Quality
from desktop.whatsapp.account import Account
from desktop.whatsapp.graph import FileProblem, NotReached, RefusedByWhatsApp
from tests.whatsapp.wire import Handler, refusing, sandbox, serving

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
NUMBER_ID, WABA_ID = "106500000000001", "204600000000002"


def account(session: aiohttp.ClientSession, url: str, timeout_s: float = 10.0) -> Account:
    return Account(session, sandbox(url), now=lambda: NOW, timeout_s=timeout_s, file_timeout_s=timeout_s)


def item(name: str, language: str = "en_US") -> dict[str, Any]:
    return {
        "id": f"9{len(name)}",
        "name": name,
        "language": language,
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hello"}],
    }


def answering(answers: dict[str, Any]) -> Handler:
    """Answers by path without the version; an (int, body) pair sets the status."""

    async def handle(request: web.Request) -> web.StreamResponse:
        found = answers.get(request.path.removeprefix("/v25.0"))
        if found is None:
            return web.json_response({"error": {"code": 100, "message": "no such edge"}}, status=400)
        status, body = found if isinstance(found, tuple) else (200, found)
        return web.json_response(body, status=status)

    return handle


async def pages(request: web.Request) -> web.StreamResponse:
    """Three pages; only `next` says that there is another."""
    at = request.query.get("after", "0")
    follows = {"0": "1", "1": "2"}.get(at)
    paging: dict[str, Any] = {"cursors": {"before": at, "after": follows or "end"}}
    if follows:
        paging["next"] = "https://elsewhere.example.org/steal"
    broken = [{"id": "5", "name": "broken"}] if at == "1" else []
    return web.json_response({"data": [item(f"page_{at}"), *broken], "paging": paging})


async def test_templates_are_read_to_the_last_page(session: aiohttp.ClientSession) -> None:
    async with serving(pages) as served:
        found = await account(session, served.url).templates()
    assert [one.name for one in found.templates] == ["page_0", "page_1", "page_2"]
    assert [one.fetched_at for one in found.templates] == [NOW] * 3
    assert len(found.skipped) == 1
    assert "broken" in found.skipped[0]
    assert [query.get("after") for query in served.queries] == [None, "1", "2"]
    assert "correct_category" in served.queries[0]["fields"]


async def test_cursor_that_stands_still_ends(session: aiohttp.ClientSession) -> None:
    page = {"data": [item("one")], "paging": {"cursors": {"after": "A"}, "next": "https://x"}}
    async with serving(answering({f"/{WABA_ID}/message_templates": page})) as served:
        found = await account(session, served.url).templates()
    assert len(served.paths) == len(found.templates) == 2


async def test_one_template_by_name_and_language(session: aiohttp.ClientSession) -> None:
    page = {"data": [item("note_long"), item("note", "fr"), item("note", "en-US")]}
    async with serving(answering({f"/{WABA_ID}/message_templates": page})) as served:
        found = await account(session, served.url).template("note", "en_US")
        gone = await account(session, served.url).template("note", "de")
    assert found is not None
    assert (found.name, found.language) == ("note", "en_US")
    assert gone is None
    assert served.queries[0]["name"] == "note"


NUMBER = {
    "id": NUMBER_ID,
    "display_phone_number": "+1 604-555-0100",
    "verified_name": "North Shore Bikes",
    "quality_rating": "GREEN",
    "throughput": {"level": "STANDARD"},
    "status": "CONNECTED",
    "whatsapp_business_manager_messaging_limit": "TIER_2K",
}


async def test_number(session: aiohttp.ClientSession) -> None:
    async with serving(answering({f"/{NUMBER_ID}": NUMBER})) as served:
        number = await account(session, served.url).number()
    assert (number.phone, number.quality) == ("+16045550100", Quality.GREEN)
    assert (number.limit, number.throughput, number.status) == ("TIER_2K", "STANDARD", "CONNECTED")
    assert served.headers[0]["Authorization"] == "Bearer token-of-tests"


async def test_mark_read(session: aiohttp.ClientSession) -> None:
    async with serving(answering({f"/{NUMBER_ID}/messages": {"success": True}})) as served:
        await account(session, served.url).mark_read("wamid.IN4")
    assert served.body == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN4"}


async def test_error_says_what_to_do(session: aiohttp.ClientSession) -> None:
    error = {"error": {"code": 190, "message": "Session has expired"}}
    async with serving(answering({f"/{NUMBER_ID}": (401, error)})) as served:
        with pytest.raises(RefusedByWhatsApp) as refused:
            await account(session, served.url).number()
    assert refused.value.refused.code == 190
    assert refused.value.title == "Token expired"
    assert "Session has expired" in refused.value.sentence
    assert "token" in refused.value.sentence


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_answer_that_is_not_whatsapps(session: aiohttp.ClientSession, status: int) -> None:
    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>", status=status)

    async with serving(page) as served:
        with pytest.raises(NotReached):
            await account(session, served.url).number()


async def test_nobody_there(session: aiohttp.ClientSession) -> None:
    async with refusing() as url:
        with pytest.raises(NotReached, match="Check the network"):
            await account(session, url).templates()


async def test_slow_answer(session: aiohttp.ClientSession) -> None:
    done = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        await done.wait()
        return web.json_response(NUMBER)

    async with serving(hang) as served:
        with pytest.raises(NotReached, match="in time"):
            await account(session, served.url, timeout_s=0.1).number()
        done.set()


async def test_upload(session: aiohttp.ClientSession) -> None:
    content = b"%PDF " + b"x" * 2_000_000
    async with serving(answering({f"/{NUMBER_ID}/media": {"id": 4711}})) as served:
        media_id = await account(session, served.url).upload(content, "application/pdf", "offer.pdf")
    assert media_id == "4711"
    assert content in served.bodies[0]
    assert b'filename="offer.pdf"' in served.bodies[0]
    assert b"whatsapp" in served.bodies[0]


async def test_upload_without_an_id_is_a_problem(session: aiohttp.ClientSession) -> None:
    async with serving(answering({f"/{NUMBER_ID}/media": {}})) as served:
        with pytest.raises(NotReached):
            await account(session, served.url).upload(b"x", "image/png", "a.png")


CONTENT = bytes(range(256)) * 1_000


def offering(**about: Any) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/files/"):
            assert request.headers["Authorization"] == "Bearer token-of-tests"
            return web.Response(body=CONTENT)
        offer = {"url": f"http://{request.host}/files/7", "mime_type": "image/png", "file_size": len(CONTENT)}
        return web.json_response(offer | about)

    return handle


async def test_download(session: aiohttp.ClientSession) -> None:
    async with serving(offering(sha256=hashlib.sha256(CONTENT).hexdigest())) as served:
        file = await account(session, served.url).download("7")
    assert (file.mime, file.content) == ("image/png", CONTENT)


@pytest.mark.parametrize(
    "about",
    [
        {"sha256": "0" * 64},
        {"file_size": "999999"},
        {"file_size": 5},  # told small, came large
        {"url": "https://files.example.org/7"},
        {"url": None},
    ],
)
async def test_download_of_a_file_that_is_not_right(
    session: aiohttp.ClientSession, about: dict[str, Any]
) -> None:
    largest_bytes = 100_000 if "file_size" in about else len(CONTENT)
    async with serving(offering(**about)) as served:
        with pytest.raises(FileProblem):
            await account(session, served.url).download("7", largest_bytes=largest_bytes)


async def test_download_that_is_gone(session: aiohttp.ClientSession) -> None:
    async def gone(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/files/"):
            return web.Response(status=404)
        return web.json_response({"url": f"http://{request.host}/files/7"})

    async with serving(gone) as served:
        with pytest.raises(NotReached):
            await account(session, served.url).download("7")


TEMPLATES: dict[str, Any] = {f"/{WABA_ID}/message_templates": {"data": []}}


async def test_connection_that_works(session: aiohttp.ClientSession) -> None:
    numbers = {f"/{WABA_ID}/phone_numbers": {"data": [{"id": NUMBER_ID}]}}
    async with serving(answering({f"/{NUMBER_ID}": NUMBER} | TEMPLATES | numbers)) as served:
        test = await account(session, served.url).test_connection()
    assert test.ok
    assert [check.ok for check in test.checks] == [True, True, True]
    assert test.number is not None
    assert test.sentence == "The connection works."


async def test_connection_with_a_number_of_another_account(session: aiohttp.ClientSession) -> None:
    numbers = {f"/{WABA_ID}/phone_numbers": {"data": [{"id": "1"}]}}
    async with serving(answering({f"/{NUMBER_ID}": NUMBER} | TEMPLATES | numbers)) as served:
        test = await account(session, served.url).test_connection()
    assert not test.ok
    assert "another account" in test.sentence


async def test_connection_whose_numbers_cannot_be_listed_is_not_wrong(session: aiohttp.ClientSession) -> None:
    async with serving(answering({f"/{NUMBER_ID}": NUMBER} | TEMPLATES)) as served:
        test = await account(session, served.url).test_connection()
    assert test.ok
    assert [check.ok for check in test.checks] == [True, True, None]


async def test_connection_with_an_old_token(session: aiohttp.ClientSession) -> None:
    expired = (401, {"error": {"code": 190}})
    answers = {f"/{NUMBER_ID}": expired, f"/{WABA_ID}/message_templates": expired}
    async with serving(answering(answers)) as served:
        test = await account(session, served.url).test_connection()
    assert not test.ok
    assert test.number is None
    assert "new token" in test.sentence


async def test_connection_to_nobody(session: aiohttp.ClientSession) -> None:
    async with refusing() as url:
        test = await account(session, url).test_connection()
    assert not test.ok
    assert len(test.checks) == 1
