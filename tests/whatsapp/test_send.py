"""Sending over a real socket: each way a call can end has one answer, and no call is made twice."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from desktop.domain.consent import Category, Verdict
from desktop.whatsapp import payloads
from desktop.whatsapp.answers import LONGEST_KEPT, Accepted, Lost, NotStarted, Refused, Withdrawn
from desktop.whatsapp.payloads import Envelope
from desktop.whatsapp.send import Sender
from desktop.whatsapp.session import open_session
from tests.whatsapp.wire import cleared, refusing, request_of, sandbox, serving, talking

BODY = payloads.text(Envelope("+16045550142", callback_data="row-7"), "Good morning, Zoë")
TAKEN = {"contacts": [{"input": "+16045550142", "wa_id": "16045550142"}], "messages": [{"id": "wamid.OUT7"}]}


def yes() -> bool:
    return True


async def taken(_request: web.Request) -> web.StreamResponse:
    return web.json_response(TAKEN)


async def test_accepted(session: aiohttp.ClientSession) -> None:
    async with serving(taken) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=yes)
    assert answer == Accepted("wamid.OUT7", "16045550142")
    assert served.paths == ["/v25.0/106500000000001/messages"]
    assert served.body == BODY
    assert served.headers[0]["Authorization"] == "Bearer token-of-tests"
    assert served.headers[0]["Content-Type"] == "application/json"


async def test_refused_by_code(session: aiohttp.ClientSession) -> None:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"code": 131047, "message": "window"}}, status=400)

    async with serving(refuse) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, Refused)
    assert answer.code == 131047


async def test_html_502_is_lost(session: aiohttp.ClientSession) -> None:
    async def gateway(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>Bad Gateway</html>", status=502, content_type="text/html")

    async with serving(gateway) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, Lost)
    assert len(served.bodies) == 1


async def test_redirect_is_lost_and_not_followed(session: aiohttp.ClientSession) -> None:
    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "/other"})

    async with serving(elsewhere) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, Lost)
    assert len(served.paths) == 1


async def test_hang_up_before_the_request_is_read_is_lost(session: aiohttp.ClientSession) -> None:
    async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        return

    async with talking(hang_up) as url:
        answer = await Sender(session, sandbox(url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, Lost)


async def test_reset_after_the_request_is_lost_and_sent_once(session: aiohttp.ClientSession) -> None:
    received: list[bytes] = []

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await request_of(reader))
        writer.transport.abort()

    async with talking(reset) as url:
        answer = await Sender(session, sandbox(url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, Lost)
    assert len(received) == 1


async def test_hang_up_on_a_kept_connection_is_lost_and_sent_once(session: aiohttp.ClientSession) -> None:
    received: list[bytes] = []

    async def second_time_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await request_of(reader))
        content = b'{"messages":[{"id":"wamid.1"}]}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content)
        await writer.drain()
        received.append(await request_of(reader))

    async with talking(second_time_silent) as url:
        sender = Sender(session, sandbox(url))
        first = await sender.send(cleared(), BODY, still_claimed=yes)
        second = await sender.send(cleared(message_id=2), BODY, still_claimed=yes)
    assert first == Accepted("wamid.1")
    assert isinstance(second, Lost)
    assert len(received) == 2


@pytest.mark.parametrize(
    "part",
    [
        b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"messages":[{"id":"wamid.1"}',
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
async def test_half_an_answer_is_lost(session: aiohttp.ClientSession, part: bytes) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(part)
        await writer.drain()

    async with talking(half) as url:
        answer = await Sender(session, sandbox(url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, Lost)


async def test_nobody_listening_is_not_started(session: aiohttp.ClientSession) -> None:
    async with refusing() as url:
        answer = await Sender(session, sandbox(url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, NotStarted)
    assert "token-of-tests" not in answer.why


async def test_name_that_cannot_be_found_is_not_started() -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=_NoNames())) as session:
        sender = Sender(session, sandbox("http://nowhere.localhost:9"))
        assert isinstance(await sender.send(cleared(), BODY, still_claimed=yes), NotStarted)


class _NoNames(aiohttp.abc.AbstractResolver):
    async def resolve(self, host: str, *_args: Any, **_kwargs: Any) -> Any:
        raise OSError(f"no address for {host}")

    async def close(self) -> None:
        return


async def test_no_answer_in_time_is_lost(session: aiohttp.ClientSession) -> None:
    received = asyncio.Event()
    done = asyncio.Event()

    async def silent(_request: web.Request) -> web.StreamResponse:
        received.set()
        await done.wait()
        return web.json_response(TAKEN)

    async with serving(silent) as served:
        sender = Sender(session, sandbox(served.url), timeout_s=0.2)
        answer = await sender.send(cleared(), BODY, still_claimed=yes)
        done.set()
    assert received.is_set()
    assert isinstance(answer, Lost)


async def test_time_out_while_waiting_for_a_connection_is_not_started() -> None:
    received = asyncio.Event()
    done = asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        received.set()
        await done.wait()
        return web.json_response(TAKEN)

    async with serving(slow) as served, open_session(calls_at_once=1) as session:
        first = asyncio.create_task(
            Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=yes)
        )
        await received.wait()
        hurried = Sender(session, sandbox(served.url), timeout_s=0.1)
        assert isinstance(await hurried.send(cleared(message_id=2), BODY, still_claimed=yes), NotStarted)
        done.set()
        assert isinstance(await first, Accepted)
    assert len(served.bodies) == 1


async def test_withdrawn_before_the_call(session: aiohttp.ClientSession) -> None:
    async with serving(taken) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=lambda: False)
    assert answer == Withdrawn()
    assert served.bodies == []


async def test_withdrawn_while_waiting_for_a_connection() -> None:
    """An opt-out that arrives while the call waits for its turn still stops it."""
    received = asyncio.Event()
    done = asyncio.Event()
    claimed = True

    async def slow(_request: web.Request) -> web.StreamResponse:
        received.set()
        await done.wait()
        return web.json_response(TAKEN)

    async with serving(slow) as served, open_session(calls_at_once=1) as session:
        sender = Sender(session, sandbox(served.url))
        first = asyncio.create_task(sender.send(cleared(), BODY, still_claimed=yes))
        await received.wait()
        asked = asyncio.Event()

        def still_claimed() -> bool:
            asked.set()
            return claimed

        second = asyncio.create_task(sender.send(cleared(message_id=2), BODY, still_claimed=still_claimed))
        await asked.wait()
        claimed = False
        done.set()
        assert isinstance(await first, Accepted)
        assert await second == Withdrawn()
        assert isinstance(await sender.send(cleared(message_id=3), BODY, still_claimed=yes), Accepted)
    assert len(served.bodies) == 2


async def test_withdrawn_on_a_new_connection_sends_no_byte(session: aiohttp.ClientSession) -> None:
    received: list[bytes] = []
    ended = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        ended.set()

    answers = iter([True, False])
    async with talking(listen) as url:
        answer = await Sender(session, sandbox(url)).send(
            cleared(), BODY, still_claimed=lambda: next(answers)
        )
        await ended.wait()
    assert answer == Withdrawn()
    assert received == [b""]


async def test_only_the_cleared_value_is_taken(session: aiohttp.ClientSession) -> None:
    async with serving(taken) as served:
        sender = Sender(session, sandbox(served.url))
        verdict: Verdict = cleared().verdict
        with pytest.raises(TypeError, match="clear"):
            await sender.send(verdict, BODY, still_claimed=yes)  # type: ignore[arg-type]
    assert served.bodies == []


TEMPLATE = Envelope("+16045550142").body("template", {"name": "spring_sale", "language": {"code": "en"}})


@pytest.mark.parametrize(
    ("category", "body", "edge"),
    [
        (Category.MARKETING, TEMPLATE, "marketing_messages"),
        (Category.UTILITY, TEMPLATE, "messages"),
        (Category.SERVICE, BODY, "messages"),
    ],
)
async def test_marketing_endpoint_takes_marketing_templates_only(
    session: aiohttp.ClientSession, category: Category, body: dict[str, Any], edge: str
) -> None:
    async with serving(taken) as served:
        sender = Sender(session, sandbox(served.url), marketing_endpoint=True)
        await sender.send(cleared(category), body, still_claimed=yes)
    assert served.paths == [f"/v25.0/106500000000001/{edge}"]


async def test_marketing_goes_the_ordinary_way_by_default(session: aiohttp.ClientSession) -> None:
    async with serving(taken) as served:
        await Sender(session, sandbox(served.url)).send(
            cleared(Category.MARKETING), TEMPLATE, still_claimed=yes
        )
    assert served.paths == ["/v25.0/106500000000001/messages"]


# What is kept of a call.

TOKEN = "token-of-tests"


async def test_an_accepted_call_is_kept_without_the_token(session: aiohttp.ClientSession) -> None:
    async with serving(taken) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=yes)
        url = served.url
    assert isinstance(answer, Accepted)
    assert answer.wire is not None
    head, body = answer.wire.request_text.split("\n\n")
    assert head.splitlines() == [
        f"POST {url}/v25.0/106500000000001/messages",
        "Authorization: Bearer ••••",
        "Content-Type: application/json",
    ]
    assert json.loads(body) == BODY
    assert answer.wire.http_status == 200
    assert json.loads(answer.wire.answer_text) == TAKEN
    assert TOKEN not in answer.wire.request_text + answer.wire.answer_text


@pytest.mark.parametrize("status", [401, 200])
async def test_a_token_that_whatsapp_repeats_is_masked_everywhere(
    session: aiohttp.ClientSession, status: int
) -> None:
    """An error may come with HTTP 200 as well: the code decides."""

    async def refuse(_request: web.Request) -> web.StreamResponse:
        said = {"code": 190, "message": f"Malformed access token {TOKEN}"}
        return web.json_response({"error": said}, status=status)

    async with serving(refuse) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, Refused)
    assert answer.wire is not None
    assert answer.wire.http_status == status
    assert answer.details == "Malformed access token ••••"
    assert "Malformed access token ••••" in answer.wire.answer_text
    assert TOKEN not in answer.raw + answer.details + answer.wire.answer_text


async def test_a_call_without_an_answer_keeps_its_request(session: aiohttp.ClientSession) -> None:
    async with refusing() as url:
        answer = await Sender(session, sandbox(url)).send(cleared(), BODY, still_claimed=yes)
    assert isinstance(answer, NotStarted)
    assert answer.wire is not None
    assert "Good morning, Zoë" in answer.wire.request_text
    assert (answer.wire.http_status, answer.wire.answer_text) == (None, "")


async def test_what_is_kept_is_short(session: aiohttp.ClientSession) -> None:
    async def chatty(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="é" * 9_000, status=502)

    long = payloads.text(Envelope("+16045550142"), "ü" * 4_096)
    async with serving(chatty) as served:
        answer = await Sender(session, sandbox(served.url)).send(cleared(), long, still_claimed=yes)
    assert isinstance(answer, Lost)
    assert answer.wire is not None
    assert len(answer.wire.request_text) == len(answer.wire.answer_text) == LONGEST_KEPT
    assert set(answer.wire.answer_text) == {"é"}


async def test_many_at_once_arrive_once_each(session: aiohttp.ClientSession) -> None:
    async with serving(taken) as served:
        sender = Sender(session, sandbox(served.url))
        bodies = [payloads.text(Envelope("+16045550142"), f"number {index}") for index in range(200)]
        answers = await asyncio.gather(*(sender.send(cleared(), body, still_claimed=yes) for body in bodies))
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert len(set(served.bodies)) == len(served.bodies) == 200
