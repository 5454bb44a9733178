"""The webhook's two calls: the handshake, and the signed delivery that is 200 only once it is kept."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from desktop.domain.consent import OptIn
from desktop.server import webhooks
from desktop.store import consent, contacts
from desktop.store import webhooks as webhook_store
from desktop.store.engine import Tx
from tests.server.conftest import VERIFY, Server, signature

PHONE = "+16045550142"


def stop(wamid: str = "wamid.in1", name: str = "Priya") -> dict[str, object]:
    message = {"id": wamid, "from": PHONE[1:], "type": "text", "text": {"body": "STOP"}}
    value = {"messages": [message], "contacts": [{"wa_id": PHONE[1:], "profile": {"name": name}}]}
    return {"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


async def opt_in(server: Server) -> OptIn | None:
    def read(tx: Tx) -> OptIn | None:
        found = contacts.find(tx, phone=PHONE)
        return contacts.get(tx, found[0]).opt_in if found else None

    return await server.store.read(read)


# The handshake.


async def handshake(server: Server, **query: str) -> tuple[int, str]:
    return await server.get(webhooks.PATH, **{f"hub.{name}": value for name, value in query.items()})


async def test_the_right_word_is_answered_with_the_challenge(server: Server) -> None:
    found = await handshake(server, mode="subscribe", verify_token=VERIFY, challenge="1158201444")
    assert found == (200, "1158201444")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"mode": "subscribe", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "", "challenge": "1"},
        {"mode": "subscribe", "verify_token": VERIFY + " ", "challenge": "1"},
        {"mode": "unsubscribe", "verify_token": VERIFY, "challenge": "1"},
        {"mode": "subscribe", "verify_token": VERIFY},
        {"mode": "subscribe", "verify_token": "vérifié", "challenge": "1"},
    ],
)
async def test_anything_else_is_refused(server: Server, query: dict[str, str]) -> None:
    status, text = await handshake(server, **query)
    assert status == 403
    assert VERIFY not in text


# The signature.


async def test_a_signed_delivery_is_kept_and_applied_before_the_answer(server: Server) -> None:
    raw = json.dumps(stop()).encode()
    assert await server.post(raw) == 200
    assert await opt_in(server) is OptIn.NO
    assert server.woken == ["wake"]


async def test_the_signature_is_over_the_bytes_as_they_came(server: Server) -> None:
    """Escaped, unescaped and oddly spaced JSON are different bytes; each is right with its own signature."""
    body = stop(name="Zoë 🛑")
    escaped = json.dumps(body).encode()
    plain = json.dumps(body, ensure_ascii=False).encode()
    spaced = json.dumps(body, indent=3).encode() + b"\n\n"
    assert len({escaped, plain, spaced}) == 3
    for raw in (escaped, plain, spaced):
        assert await server.post(raw) == 200
        for other in {escaped, plain, spaced} - {raw}:
            assert await server.post(raw, **{"X-Hub-Signature-256": signature(other)}) == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Other": "nothing"},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": signature(b"{}", "another secret")},
        {"X-Hub-Signature-256": signature(b"{}", "")},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature": signature(json.dumps(stop()).encode())},
    ],
)
async def test_without_the_right_signature_nothing_is_kept(server: Server, headers: dict[str, str]) -> None:
    assert await server.post(json.dumps(stop()).encode(), **headers) == 401
    assert await opt_in(server) is None
    assert await server.store.read(webhook_store.last_at) is None
    assert server.woken == []


# Bodies that cannot be used.


@pytest.mark.parametrize("raw", [b"", b"STOP", b"{", b"\xff\xfe", b'{"entry": NaN', b"[" * 100_000])
async def test_what_is_not_json_is_refused(server: Server, raw: bytes) -> None:
    assert await server.post(raw) == 400


@pytest.mark.parametrize("raw", [b"{}", b"[]", b"null", b'{"entry": 5}', b'{"entry": [{"changes": 7}]}'])
async def test_json_that_is_no_webhook_is_kept_for_a_look_and_not_repeated(
    server: Server, raw: bytes
) -> None:
    assert await server.post(raw) == 200
    assert await server.store.read(webhook_store.last_at) is not None


async def test_a_body_that_is_too_large_is_refused_unread(server: Server) -> None:
    padded = json.dumps(stop() | {"padding": "x" * 4_000_000}).encode()
    assert await server.post(padded) == 413
    assert await opt_in(server) is None
    assert await server.post(json.dumps(stop() | {"padding": "x" * 2_900_000}).encode()) == 200
    assert await opt_in(server) is OptIn.NO


# The store cannot keep it.


async def test_what_is_not_stored_is_not_answered_with_200(server: Server, tmp_path: Path) -> None:
    """WhatsApp then sends it again, and it counts when the store can be written again."""
    raw = json.dumps(stop()).encode()
    breaking = "CREATE TRIGGER broken BEFORE INSERT ON webhook BEGIN SELECT RAISE(ABORT, 'disk I/O'); END"
    await _sql(tmp_path, breaking)
    assert await server.post(raw) >= 500
    assert await opt_in(server) is None
    await _sql(tmp_path, "DROP TRIGGER broken")
    assert await server.post(raw) == 200
    assert await opt_in(server) is OptIn.NO


async def test_a_closed_store_is_503(server: Server) -> None:
    await asyncio.to_thread(server.store.close)
    assert await server.post(json.dumps(stop()).encode()) == 503


async def _sql(folder: Path, statement: str) -> None:
    def run() -> None:
        conn = sqlite3.connect(folder / "store.db", isolation_level=None)
        conn.execute(statement)
        conn.close()

    await asyncio.to_thread(run)


async def test_many_at_once(server: Server) -> None:
    """The same message in forty deliveries side by side is one message and one event."""
    raws = [json.dumps(stop() | {"n": number}).encode() for number in range(40)]
    assert set(await asyncio.gather(*(server.post(raw) for raw in raws))) == {200}
    (priya,) = await server.store.read(lambda tx: contacts.find(tx, phone=PHONE))
    assert len(await server.store.read(lambda tx: consent.history(tx, priya))) == 1
