"""Secrets of keys are in no log, however talkative, in no export, in no diagnostics, and nowhere in the store's files."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession

from desktop.domain.contact_table import Target
from desktop.domain.keys import Scope
from desktop.domain.report import Choice
from desktop.domain.report import Scope as ReportScope
from desktop.services.exports import ExportFormat
from desktop.services.keys import NewKey
from desktop.system import logs
from desktop.system.paths import Paths
from desktop.ui.shell import diagnostics
from tests.server.api import MESSAGES, SHIPPED, Shop, template, text
from tests.services.desk import Desk

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Secrets:
    """The two secrets of a key that works, and one that nobody has."""

    key: NewKey
    wrong: str = "wrong-but-perhaps-only-by-a-letter-0123456789"

    @property
    def texts(self) -> tuple[str, ...]:
        return self.key.api_secret, self.key.bearer.partition(".")[2], self.wrong

    def found_in(self, told: str) -> list[str]:
        return [one for one in self.texts if one in told]


@pytest.fixture
async def secrets(desk: Desk) -> Secrets:
    return Secrets(await desk.app.keys.create("shop-sync", Scope.ALL, desk.admin))


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as made:
        yield made


@pytest.fixture
def log_file(desk: Desk) -> Iterator[Path]:
    """The program's own log, as the window and the commands keep it."""
    path = Paths(desk.folder).log
    root = logging.getLogger("assent")
    before, level = list(root.handlers), root.level
    logs.start(path)
    yield path
    for one in [one for one in root.handlers if one not in before]:
        root.removeHandler(one)
        one.close()
    root.setLevel(level)


async def use(desk: Desk, session: ClientSession, secrets: Secrets) -> list[int]:
    """A burst of all kinds: right, wrong, malformed, by header, bearer and query; returns the answers' statuses."""
    key_id, (secret, _, wrong) = secrets.key.api_key.key_id, secrets.texts
    by_key = {"apiKey": key_id, "apiSecret": secret}
    by_bearer = {"Authorization": f"Bearer {secrets.key.bearer}"}
    refused = ({"apiKey": key_id, "apiSecret": wrong}, {"Authorization": f"Bearer {key_id}.{wrong}"})
    shops = [Shop(desk, session, headers) for headers in (by_key, by_bearer, *refused)]
    bodies = [template(), text("Hello"), template(name="no_such"), {"recipient": {"phone": 7}}]
    asked = [
        shop.ask("POST", MESSAGES, body, headers={"Idempotency-Key": f"{number}-{at}"})
        for at, shop in enumerate(shops)
        for number, body in enumerate(bodies * (AT_ONCE // 4))
    ]
    values = {f"bodyValues_{name}": value for name, value in SHIPPED.items()}
    sending = {"p": "16045550142", "t": "template", "templateName": "order_shipped", **values}
    asked += [
        Shop(desk, session, {}).ask("GET", path, params={"apikey": key_id, "apisecret": one, **sending})
        for path in (MESSAGES, "/devapi/test", "/devapi/none")
        for one in (secret, wrong)
    ]
    asked += [
        shop.ask("POST", MESSAGES, data=b"{", headers={"Content-Type": "application/json"}) for shop in shops
    ]
    return [one.status for one in await asyncio.gather(*asked)]


async def test_no_log_tells_a_secret(
    desk: Desk, session: ClientSession, secrets: Secrets, caplog: pytest.LogCaptureFixture
) -> None:
    """Of no library either: each at its most talkative, before anything is taken out."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)
    statuses = await use(desk, session, secrets)
    await desk.app.keys.revoke(secrets.key.api_key.id, desk.admin)
    statuses += await use(desk, session, secrets)
    assert {202, 401, 422} <= set(statuses)
    assert max(statuses) < 500
    assert secrets.found_in(caplog.text) == []
    logging.getLogger("assent.api").debug("the log is listened to")
    assert "the log is listened to" in caplog.text


@pytest.mark.slow
async def test_no_export_no_diagnostics_and_no_file_holds_a_secret(
    desk: Desk, session: ClientSession, secrets: Secrets, log_file: Path, tmp_path: Path
) -> None:
    app = desk.app
    await use(desk, session, secrets)
    await desk.settled()
    people, messages = tmp_path / "people.csv", tmp_path / "messages.csv"
    await app.exports.run(Target(), people, ExportFormat.CSV, desk.admin)
    await app.report_exports.run_messages(ReportScope(), Choice(), messages, ExportFormat.CSV, desk.admin)
    told = await diagnostics.text_of(app, with_log=True)
    told += repr(await app.accounts.activity(desk.admin)) + repr(await app.keys.every())
    assert "Store revision" in told
    assert "shop-sync" in told
    assert secrets.found_in(told) == []
    files = [one for one in desk.folder.rglob("*") if one.is_file()]
    assert {people, messages, log_file, desk.folder / "store.db"} <= set(files)
    held = {one.name: one.read_bytes().decode("latin-1") for one in files}
    assert {name: found for name, kept in held.items() if (found := secrets.found_in(kept))} == {}
    assert secrets.key.api_key.key_id in held["store.db"] + held.get("store.db-wal", "")
