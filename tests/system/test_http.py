"""The other way out: where it may not lead, and how little of an answer is read."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from desktop.system.http import (
    CALLS_AT_ONCE,
    MOST_READ_BYTES,
    READ_BYTES,
    BadAddress,
    NoAnswer,
    Web,
    checked_url,
    open_web,
)
from tests.receiver import Receiver, open_receiver

INWARDS = [
    "http://127.0.0.1/x",
    "https://127.0.0.1:8443/x",
    "https://localhost/x",
    "https://shop.localhost/x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[::]/x",
    "https://0.0.0.0/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://017700000001/x",
    "https://10.1.2.3/x",
    "https://172.16.0.1/x",
    "https://192.168.1.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/x",
    "https://[fc00::1]/x",
    "https://[fe80::1]/x",
    "https://[fec0::1]/x",
    "https://[64:ff9b::a00:1]/x",
    "https://[2002:a00:1::]/x",
    "https://224.0.0.1/x",
    "https://255.255.255.255/x",
]
WHATSAPP = [
    "https://graph.facebook.com/v25.0/1/messages",
    "https://GRAPH.FACEBOOK.COM./v25.0/1/messages",
    "https://facebook.com/x",
    "https://lookaside.fbsbx.com/x",
    "https://web.whatsapp.com/x",
    "https://mmg.whatsapp.net/x",
    "https://ｇraph.facebook.com/x",
]
NOT_AN_ADDRESS = [
    "",
    "shop.example/hooks",
    "ftp://shop.example",
    "https://",
    "https:///x",
    "javascript:alert(1)",
    "https://shop.example/a b",
    "https://name:word@shop.example/x",
    "https://shop.example:0/x",
    "https://shop.example:99999/x",
    "http://shop.example/x",
    "https://shop.example/" + "x" * 2_000,
]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as found:
        yield found


@pytest.fixture
async def way() -> AsyncIterator[Web]:
    async with open_web(allow_loopback=True) as found:
        yield found


@pytest.mark.parametrize("url", [*INWARDS, *WHATSAPP, *NOT_AN_ADDRESS])
async def test_where_it_never_leads(url: str) -> None:
    with pytest.raises(BadAddress) as wrong:
        checked_url(url, allow_loopback=False)
    assert wrong.value.field == "url"
    async with open_web(allow_loopback=False) as way:
        with pytest.raises(BadAddress):
            await way.post(url, b"{}", {})


@pytest.mark.parametrize("url", [*INWARDS[6:8], *INWARDS[12:], *WHATSAPP, *NOT_AN_ADDRESS])
def test_this_machine_allowed_is_this_machine_alone(url: str) -> None:
    with pytest.raises(BadAddress):
        checked_url(url, allow_loopback=True)


@pytest.mark.parametrize(
    "url", ["https://shop.example/hooks?a=b", "https://8.8.8.8/x", "https://münchen.example"]
)
def test_a_public_address_is_kept_as_written(url: str) -> None:
    assert checked_url(f" {url} ", allow_loopback=False) == url


async def test_a_name_that_leads_inwards_is_refused_when_it_is_looked_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the name leads to is what is checked, however innocent it is written."""
    real = socket.getaddrinfo

    def lookup(host: str, *more: object, **named: object) -> object:
        return real("127.0.0.1" if host == "shop.example.com" else host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    port = receiver.address.rpartition(":")[2]
    async with open_web(allow_loopback=False) as way:
        with pytest.raises(BadAddress, match="private network"):
            await way.post(f"https://shop.example.com:{port}/x", b"{}", {})
    assert receiver.posts == []


async def test_what_is_posted_is_what_arrives(receiver: Receiver, way: Web) -> None:
    raw = '{"é": "😀"}'.encode()
    answer = await way.post(receiver.url, raw, {"x-event-name": "Test"})
    assert (answer.status, answer.is_success) == (200, True)
    (one,) = receiver.posts
    assert (one.raw, one.event) == (raw, "Test")
    assert one.headers["user-agent"].startswith("Assent/")


async def test_a_redirect_is_an_answer_and_not_a_way(receiver: Receiver, way: Web) -> None:
    for to in (f"{receiver.address}/elsewhere", "https://graph.facebook.com/v25.0/1/messages"):
        receiver.answer = lambda _one, to=to: web.Response(status=307, headers={"Location": to})  # type: ignore[misc]
        answer = await way.post(receiver.url, b"{}", {})
        assert (answer.status, answer.is_success) == (307, False)
    assert {one.path for one in receiver.posts} == {"/hooks"}


async def test_of_an_answer_a_kilobyte_is_read(receiver: Receiver, way: Web) -> None:
    receiver.answer = lambda _one: web.Response(status=502, text="x" * 5_000_000)
    answer = await way.post(receiver.url, b"{}", {})
    assert len(answer.text) == READ_BYTES
    assert answer.words == "Bad Gateway: " + "x" * 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_any_method_asks_with_a_body_where_there_is_one(
    receiver: Receiver, way: Web, method: str
) -> None:
    receiver.answer = lambda _one: web.Response(text='{"é": 1}')
    body = b"" if method == "GET" else b'{"order": 7}'
    answer = await way.ask(method, f"{receiver.address}/orders?n=%20a", body, {"X-Key": "k"})
    assert (answer.status, answer.text, answer.is_whole) == (200, '{"é": 1}', True)
    (one,) = receiver.posts
    assert (one.method, one.raw, one.headers["x-key"]) == (method, body, "k")
    assert one.headers["accept-encoding"] == "identity"
    assert ("content-type" in one.headers) is bool(body)


@pytest.mark.parametrize("more", [0, 1, 3_000_000])
async def test_of_what_is_asked_a_quarter_of_a_megabyte_is_read_and_more_is_said(
    receiver: Receiver, way: Web, more: int
) -> None:
    receiver.answer = lambda _one: web.Response(text="x" * (MOST_READ_BYTES + more))
    answer = await way.ask("GET", receiver.url, b"", {})
    assert (len(answer.text), answer.is_whole) == (MOST_READ_BYTES, not more)


async def test_what_is_asked_leads_no_more_inwards_than_what_is_posted(receiver: Receiver) -> None:
    async with open_web(allow_loopback=False) as way:
        for url in (receiver.url, "https://graph.facebook.com/v25.0/me", "https://10.0.0.1/x"):
            with pytest.raises(BadAddress):
                await way.ask("GET", url, b"", {})
    assert receiver.posts == []


async def test_no_answer_is_told_in_words(receiver: Receiver) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the caller gives up
        writer.close()

    async def rude(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with open_web(allow_loopback=True, answer_within_s=0.05) as way:
        for handler, said in ((silent, "no answer within"), (rude, "closed without an answer")):
            server = await asyncio.start_server(handler, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(NoAnswer, match=said):
                await way.post(f"http://127.0.0.1:{port}/x", b"{}", {})
            server.close()
            await server.wait_closed()
        with pytest.raises(NoAnswer, match="the connection was refused"):
            await way.post(f"http://127.0.0.1:{port}/x", b"{}", {})
        with pytest.raises(NoAnswer, match="the name is not known"):
            await way.post("https://shop.example/x", b"{}", {})


async def test_addresses_that_answer_slowly_hold_up_no_other(receiver: Receiver) -> None:
    waiting: list[asyncio.StreamWriter] = []
    all_there = asyncio.Event()

    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting.append(writer)
        if len(waiting) == 4 * CALLS_AT_ONCE:
            all_there.set()

    servers = [await asyncio.start_server(slow, "127.0.0.1", 0) for _ in range(4)]
    urls = [f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x" for server in servers]
    async with open_web(allow_loopback=True) as way:
        held = [asyncio.create_task(way.post(url, b"{}", {})) for url in urls * CALLS_AT_ONCE]
        async with asyncio.timeout(9):
            await all_there.wait()
            assert (await way.post(receiver.url, b"{}", {})).is_success
        for writer in waiting:
            writer.close()
        ended = await asyncio.gather(*held, return_exceptions=True)
    assert {type(one) for one in ended} == {NoAnswer}
    for server in servers:
        server.close()
        await server.wait_closed()
