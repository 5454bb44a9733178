"""What survives: a restart, and a kill in the middle of sending."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession

from desktop.sandbox.server import Sandbox
from tests.sandbox.harness import ANA, BEN, NUMBER, WABA, Client, Receiver, code, template, text

RUN = """
import asyncio, sys
from pathlib import Path
from desktop.sandbox.server import Sandbox

async def main():
    print(await Sandbox(Path(sys.argv[1])).start(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.db"


async def test_pending_webhooks_survive_a_restart(
    path: Path, session: ClientSession, receiver: Receiver
) -> None:
    async with Sandbox(path, read_share=0.0, status_delays_s={"sent": 0.0, "delivered": 0.0}) as sandbox:
        client = Client(session, sandbox.base_url)
        wamid = await client.sent(ANA, biz_opaque_callback_data="é", **template())
        inbound = (await client.control(f"customers/{ANA}/text", {"text": "STOP"}))["wamid"]
        refused = await client.sent(BEN, **text())
    async with Sandbox(path) as sandbox:
        client = Client(session, sandbox.base_url)
        await receiver.aim(client)
        await client.settled()
        assert [one["status"] for one in receiver.statuses(wamid)] == ["sent", "delivered"]
        assert {one["biz_opaque_callback_data"] for one in receiver.statuses(wamid)} == {"é"}
        assert [one["errors"][0]["code"] for one in receiver.statuses(refused)] == [131047]
        assert [one["id"] for one in receiver.messages()] == [inbound]
    told = len(receiver.bodies)
    async with Sandbox(path) as sandbox:
        client = Client(session, sandbox.base_url)
        assert (await client.control("webhook")) == {"url": receiver.url, "pending": 0}
        await receiver.status_of(await client.sent(), "delivered")
    assert len(receiver.bodies) > told


async def test_the_log_and_everyones_choices_survive(path: Path, session: ClientSession) -> None:
    async with Sandbox(path) as sandbox:
        client = Client(session, sandbox.base_url)
        first = await client.sent()
        await client.control(f"customers/{ANA}/stop", {})
        await client.control("templates/spring_sale", {"status": "PAUSED"})
        await client.call("DELETE", f"/v25.0/{WABA}/message_templates?name=login_code")
        await client.control("clock", {"advance_s": 500})
        await client.control(f"customers/{BEN}/media", {"type": "image"})
    async with Sandbox(path) as sandbox:
        client = Client(session, sandbox.base_url)
        second = await client.sent(BEN)
        sends = (await client.control("sends"))["sends"]
        assert [(one["n"], one["wamid"]) for one in sends] == [(1, first), (2, second)]
        assert (await client.control("sends/count")) == {"count": 2}
        assert (await client.control(f"customers/{ANA}"))["stopped"] is True
        assert (await client.control(f"customers/{BEN}"))["window_open"] is True
        assert code((await client.send(ANA, **template("spring_sale")))[1]) == 132015
        assert code((await client.send(ANA, **template("login_code", "1")))[1]) == 132001
        assert (await client.control("clock"))["offset_s"] == 500
        (photo,) = [
            one
            for one in (await client.control(f"customers/{BEN}/thread"))["thread"]
            if one["direction"] == "from_customer"
        ]
        assert (await client.call("GET", f"/v25.0/{photo['media']['id']}"))[0] == 200


async def test_a_killed_sandbox_has_every_send_it_answered(path: Path, session: ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    client = Client(session, (await process.stdout.readline()).decode().strip())
    answered: list[str] = []

    async def keep_sending() -> None:
        while True:
            try:
                answered.append(await client.sent())
            except ClientError:
                return
            if len(answered) == 200:
                process.kill()

    await asyncio.gather(*(keep_sending() for _ in range(16)))
    await process.wait()
    assert len(answered) >= 200
    with sqlite3.connect(path) as connection:
        logged = {row[0] for row in connection.execute("SELECT wamid FROM send")}
        owed = {row[0] for row in connection.execute("SELECT n FROM outbox WHERE status = 'sent'")}
        numbers = [row[0] for row in connection.execute("SELECT n FROM send ORDER BY n")]
    connection.close()
    assert set(answered) <= logged
    assert len(logged) - len(answered) <= 16
    assert numbers == list(range(1, len(numbers) + 1))
    assert owed == set(numbers)


async def test_a_send_that_cannot_be_kept_is_not_accepted(path: Path, session: ClientSession) -> None:
    async with Sandbox(path) as sandbox:
        client = Client(session, sandbox.base_url)
        with sqlite3.connect(path) as connection:
            connection.execute(
                "CREATE TRIGGER full BEFORE INSERT ON send BEGIN SELECT RAISE(FAIL, 'full'); END"
            )
        connection.close()
        status, answer = await client.send()
        assert (status, code(answer)) == (500, 131000)
        assert (await client.control("webhook"))["pending"] == 0
        assert (await client.control("sends")) == {"sends": []}


@pytest.fixture
def no_database(path: Path) -> Path:
    path.write_bytes(b"not a database, but long enough to be looked at" * 30)
    return path


async def test_a_file_that_is_no_database_is_refused(no_database: Path) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        await Sandbox(no_database).start()


async def test_a_taken_port_is_an_error(session: ClientSession) -> None:
    async with Sandbox() as sandbox:
        port = int(sandbox.base_url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            await Sandbox(port=port).start()
        assert (await Client(session, sandbox.base_url).call("GET", f"/v25.0/{NUMBER}"))[0] == 200
