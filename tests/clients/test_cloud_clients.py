"""Two client libraries of the Cloud API send through the gate; nothing but their base address was changed.

Both are installed as published, at pinned versions, into a temporary folder; without pip, npm or Node 20 the test
of that library is passed over.
"""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from desktop.domain.messages import Status
from desktop.domain.subscriptions import Shape, SubscriptionDraft
from desktop.options import SANDBOX_NUMBER_ID
from desktop.store import contacts
from tests.services.desk import ARJUN, PRIYA, Desk, empty_store, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
HERE: Final = Path(__file__).parent
_INSTALL_S: Final = 180.0
_WAIT_S: Final = 60.0


@dataclass(slots=True)
class Client:
    """A running client program, and all that it has said."""

    process: Process
    said: list[dict[str, Any]] = field(default_factory=list)

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first thing that it said, or says next, which is wanted."""
        seen = 0
        async with asyncio.timeout(_WAIT_S):
            while True:
                for one in self.said[seen:]:
                    if wanted(one):
                        return one
                seen = len(self.said)
                await self._hear()

    async def _hear(self) -> None:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        assert line, f"it ended with {await self.process.wait()} after {self.said}"
        self.said.append(json.loads(line))

    def tell(self, **what: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what).encode() + b"\n")


async def install(command: Sequence[str], folder: Path) -> None:
    """Run a package manager's install; a machine that cannot passes the test over."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not there")
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=PIPE, stderr=PIPE)
    try:
        _, wrong = await asyncio.wait_for(process.communicate(), _INSTALL_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        pytest.skip(f"{command[0]} could not install in {_INSTALL_S:.0f} s")
    if process.returncode:
        pytest.skip(f"{command[0]} cannot install: {wrong.decode()[-200:]}")


async def pywa(folder: Path) -> tuple[list[str], dict[str, str]]:
    """The Python client, ready to run."""
    wanted = ["-r", str(HERE / "requirements.txt")]
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", str(folder)]
    await install([*pip, *wanted], folder)
    return [sys.executable, str(HERE / "pywa_client.py")], {"PYTHONPATH": str(folder)}


async def kapso(folder: Path) -> tuple[list[str], dict[str, str]]:
    """The JavaScript client, ready to run."""
    if shutil.which("node") is None:
        pytest.skip("node is not there")
    for name in ("package.json", "kapso_client.mjs"):
        shutil.copy(HERE / name, folder)
    await install(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
    return ["node", str(folder / "kapso_client.mjs")], {}


@asynccontextmanager
async def running(command: Sequence[str], more: dict[str, str]) -> AsyncIterator[Client]:
    """The client program; it ends by itself when its input does."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, env={**os.environ, **more}
    )
    try:
        yield Client(process)
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), _WAIT_S) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_store(tmp_path_factory.mktemp("empty"))


@pytest.mark.parametrize("library", [pywa, kapso])
async def test_a_client_library_sends_is_told_and_is_refused(
    library: Any, empty: Path, tmp_path: Path
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    command, more = await library(packages)
    async with open_desk(empty, tmp_path) as desk, running(command, more) as client:
        await desk.contact(PRIYA, OptIn.YES, wrote=True)
        await desk.contact(ARJUN, OptIn.NO, name="Arjun Nair")
        await aim(desk, client)
        await sends_and_is_told(desk, client)
        await is_refused(desk, client)
        await is_answered(desk, client)
        await is_told_of_a_no_at_the_claim(desk, client)


async def aim(desk: Desk, client: Client) -> None:
    """A key, and the client's own address as its webhook in WhatsApp's shape."""
    hook = await client.until(lambda one: "webhook" in one)
    key = await desk.app.keys.create("shop", Scope.RESTRICTED, desk.admin)
    draft = SubscriptionDraft(hook["webhook"], shape=Shape.META, api_key_id=key.api_key.id)
    added = await desk.app.subscriptions.add(draft, desk.admin)
    client.tell(
        gate=desk.app.server_address,
        number_id=SANDBOX_NUMBER_ID,
        token=key.bearer,
        app_secret=added.secret,
        to=PRIYA.lstrip("+"),
        to_no=ARJUN.lstrip("+"),
    )


async def sends_and_is_told(desk: Desk, client: Client) -> None:
    """A text and templates go out, and their statuses come back under the ids that the client was given."""
    for kind in ("text", "utility", "marketing", "image"):
        sent = await client.until(lambda one, kind=kind: one.get("sent") == kind)  # type: ignore[misc]
        for status in ("sent", "delivered"):
            told = await client.until(
                lambda one, id=sent["id"], status=status: (one.get("id"), one.get("status")) == (id, status)  # type: ignore[misc]
            )
            assert told["tracker"] == ("order-991" if kind == "text" else None)
    assert [one["type"] for one in await desk.sends()] == ["text", "template", "template", "image"]


async def is_refused(desk: Desk, client: Client) -> None:
    """Marketing to somebody who opted out: the library raises its own error for 131050."""
    refused = await client.until(lambda one: "refused" in one)
    assert refused["refused"] == 131050
    assert "opted out" in refused["details"]
    assert ARJUN not in await desk.sent_to()
    assert not [one for one in client.said if "unsigned" in one or one.get("status") == "failed"]


async def is_told_of_a_no_at_the_claim(desk: Desk, client: Client) -> None:
    """Who opts out between the answer and the call gets nothing, and the client is told by its webhook."""
    (contact,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=PRIYA))
    before = len(await desk.sends())
    assert desk.engine is not None
    async with desk.engine.still():
        client.tell(winter_to=PRIYA.lstrip("+"))
        sent = await client.until(lambda one: one.get("sent") == "late")
        await desk.app.contacts.set_opt_in(contact, OptIn.NO, desk.admin)
    desk.engine.wake()
    told = await client.until(lambda one: (one.get("id"), one.get("status")) == (sent["id"], "failed"))
    assert told["code"] == 131050
    assert len(await desk.sends()) == before


async def is_answered(desk: Desk, client: Client) -> None:
    """A customer quotes the client's template; the client knows which, and quotes their answer in turn."""
    (template,) = [one["id"] for one in client.said if one.get("sent") == "utility"]
    wamid = (await desk.sends())[1]["wamid"]
    await desk.client.control(f"customers/{PRIYA}/text", {"text": "Thank you!", "context_wamid": wamid})
    reply = await client.until(lambda one: "reply" in one)
    assert (reply["reply"], reply["quoted"], reply["who"]) == ("Thank you!", template, PRIYA.lstrip("+"))
    await client.until(lambda one: one.get("sent") == "answer")

    async def arrived() -> bool:
        thread = (await desk.app.conversations.open(1, desk.admin)).messages
        return thread[-1].text == "You are welcome" and thread[-1].status in (Status.DELIVERED, Status.READ)

    await desk.until(arrived)
