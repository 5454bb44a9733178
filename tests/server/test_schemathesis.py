"""What the API describes is what it does: schemathesis asks it for everything, rightly and wrongly.

It runs as a program of its own against a running desk. An answer that is a 5xx, that is not described, or that is
not as described makes it fail; the last test makes sure of that.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict

from desktop.domain.consent import OptIn
from desktop.domain.filters import EVERYONE
from desktop.domain.keys import Scope
from desktop.domain.public_ids import public_id
from desktop.domain.sequence import Definition, SequenceStep
from desktop.domain.templates import Template
from desktop.domain.variables import suggest
from desktop.options import SANDBOX_NUMBER_ID
from desktop.server import http
from desktop.server.api import api_over
from desktop.services.inbound import Inbound
from desktop.services.keys import Keys
from desktop.services.templates import Templates
from desktop.store import people
from desktop.system.clock import SystemClock
from tests.server.api import Shop, template
from tests.server.conftest import Server
from tests.services.desk import ARJUN, PRIYA, US, Desk

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
LONGEST_S = 900


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended. code: 0, nothing was found; 1, something was; else it could not run."""

    code: int
    said: str


async def run(
    address: str,
    folder: Path,
    *,
    headers: Mapping[str, str],
    known: Mapping[str, Sequence[str]],
    phases: str,
    most_examples: int,
    only: str = "",
) -> Run:
    """Ask everything that the description at `address` has. known: by parameter ('path.contactId'), what often
    stands there, so that answers are about something. only: a regular expression of paths.
    """
    config = folder / "schemathesis.toml"
    config.write_text(_config(headers, known), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
        *("run", f"{address}/openapi.json", "--url", address),
        *("--checks", ",".join(CHECKS), "--phases", phases, "--max-examples", str(most_examples)),
        *("--seed", "1", "--generation-database", "none", "--suppress-health-check", "all"),
        *("--workers", "2", "--request-timeout", "60", "--no-color", "--no-shrink", "--warnings", "off"),
        *(("--include-path-regex", only) if only else ()),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), LONGEST_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Run(process.returncode, said.decode(errors="replace")[-20_000:])


def _config(headers: Mapping[str, str], known: Mapping[str, Sequence[str]]) -> str:
    """JSON's texts and lists are TOML's, too."""
    lines = ["[headers]", *(f"{name} = {json.dumps(value)}" for name, value in headers.items())]
    for number, values in enumerate(known.values()):
        lines += [f"[dictionaries.known{number}]", f"values = {json.dumps(list(values))}"]
    lines += ["[parameters]"]
    for number, name in enumerate(known):
        lines.append(f'{json.dumps(name)} = {{ dictionary = "known{number}", probability = 0.7 }}')
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Target:
    """A desk with something of everything in it, and a key that opens all of it."""

    shop: Shop
    headers: Mapping[str, str]
    known: Mapping[str, Sequence[str]]

    async def run(self, folder: Path, **more: Any) -> Run:
        address = self.shop.desk.app.server_address
        return await run(address, folder, headers=self.headers, known=self.known, **more)


@pytest.fixture
async def target(desk: Desk) -> AsyncIterator[Target]:
    made = await desk.app.keys.create("fuzz", Scope.ALL, desk.admin)
    headers = {"apiKey": made.api_key.key_id, "apiSecret": made.api_secret}
    async with ClientSession() as session:
        shop = Shop(desk, session, headers)
        await desk.settings(api_per_minute=100_000)

        async def let() -> bool:
            return (await shop.ask("GET", "/devapi/test")).headers["X-RateLimit-Limit"] == "100000"

        await desk.until(let)
        yield Target(shop, {**headers, "Authorization": f"Bearer {made.bearer}"}, await _filled(shop))


async def _filled(shop: Shop) -> dict[str, list[str]]:
    """Make something of everything, and say what it is called where."""
    desk = shop.desk
    contacts = [await desk.contact(PRIYA, OptIn.YES, wrote=True), await desk.contact(ARJUN, OptIn.NO)]
    sale, welcome = await desk.template(), await desk.template("order_shipped")
    message = await shop.send(template())
    everyone = await desk.app.segments.save(None, "Everyone", EVERYONE, desk.admin)
    launched = await desk.launch()
    sequence = await desk.app.sequences.create("Welcome", desk.admin)
    variables = tuple(suggest(name, welcome) for name in welcome.variables)
    steps = (SequenceStep(welcome.id, variables=variables),)
    await desk.app.sequences.save_draft(sequence, Definition(steps), desk.admin)
    await desk.app.sequences.activate(sequence, desk.admin)
    phones = [one.lstrip("+") for one in (PRIYA, ARJUN, US)]
    names = [sale.name, welcome.name, "no_such_template"]
    return {
        "path.version": ["v25.0"],
        "path.phone_number_id": ["me", SANDBOX_NUMBER_ID],
        "path.contactId": [public_id(one) for one in contacts],
        "path.conversationId": [public_id(one) for one in contacts],
        "path.messageId": [message],
        "path.templateId": [public_id(sale.id)],
        "path.broadcastId": [public_id(launched)],
        "path.segmentId": [public_id(everyone)],
        "path.sequenceId": [public_id(sequence)],
        "path.phoneNumber": phones,
        "query.phone": phones,
        "query.p": phones,
        "query.templateName": names,
        "body.phone": phones,
        "body.to": phones,
        "body.recipient.phone": phones,
        "body.contactId": [public_id(one) for one in contacts],
        "body.templateName": names,
        "body.whatsapp.template.templateName": names,
        "body.template.name": names,
        "body.assigneeId": [public_id(desk.agent.id)],
        "body.segments[*]": [public_id(everyone)],
    }


EVERY_PHASE = "examples,coverage,fuzzing,stateful"
WITHOUT_ACCOUNT = r"^(?!/devapi/accounts/)"
WITH_ACCOUNT = "^/devapi/accounts/"


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S + 60)
async def test_everything_that_is_described_is_as_described(target: Target, tmp_path: Path) -> None:
    shop = target.shop
    found = await target.run(tmp_path, phases=EVERY_PHASE, most_examples=10, only=WITHOUT_ACCOUNT)
    assert found.code == 0, found.said
    # It came through to the things themselves, and they go on as before.
    assert len((await shop.ask("GET", "/devapi/broadcasts")).body) > 1
    assert await shop.desk.app.contacts.count() > 2
    await shop.arrives(await shop.send(template("13065550191")))


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S + 60)
async def test_the_same_paths_with_an_account_are_as_described(target: Target, tmp_path: Path) -> None:
    found = await target.run(tmp_path, phases="examples,fuzzing", most_examples=5, only=WITH_ACCOUNT)
    assert found.code == 0, found.said


async def test_a_few_of_them_are_as_described(target: Target, tmp_path: Path) -> None:
    found = await target.run(tmp_path, phases="fuzzing", most_examples=2, only="^/devapi/(me|users)$")
    assert found.code == 0, found.said


class Told(BaseModel):
    """What the routes below say that they answer."""

    model_config = ConfigDict(extra="forbid")

    name: str


def _routes(app: FastAPI) -> None:
    """One route that is as it says, and one for each way not to be."""
    known: dict[int | str, dict[str, Any]] = {401: {}, 405: {}, 429: {}}

    @app.get("/devapi/right", response_model=Told, responses=known)
    async def right() -> JSONResponse:
        return JSONResponse({"name": "right"})

    @app.get("/devapi/wrong/extra", response_model=Told, responses=known)
    async def extra() -> JSONResponse:
        return JSONResponse({"name": "extra", "secret": "told"})

    @app.get("/devapi/wrong/status", response_model=Told, responses=known)
    async def status() -> JSONResponse:
        return JSONResponse({"name": "status"}, 418)

    @app.get("/devapi/wrong/type", response_model=Told, responses=known)
    async def kind() -> PlainTextResponse:
        return PlainTextResponse("type")

    @app.get("/devapi/wrong/crash", response_model=Told, responses={**known, 500: {}})
    async def crash() -> JSONResponse:
        raise RuntimeError("a bug")

    @app.get(
        "/devapi/wrong/header",
        response_model=Told,
        responses={**known, 200: {"headers": {"X-Count": {"required": True, "schema": {"type": "integer"}}}}},
    )
    async def header() -> JSONResponse:
        return JSONResponse({"name": "header"})


@pytest.mark.slow
async def test_a_wrong_answer_makes_the_run_fail(server: Server, tmp_path: Path) -> None:
    keys, clock = Keys(server.store), SystemClock()

    async def fetch() -> list[Template]:
        return []

    async def look() -> dict[str, Any]:
        return {}

    inbound = Inbound(server.store, store_key="0badcafe", wake=lambda: None, refresh_templates=lambda: None)
    app = http.make_app(
        inbound,
        app_secret=lambda: "",
        verify_token=lambda: "",
        look=look,
        api=api_over(server.store, clock, keys, Templates(server.store, clock, fetch), lambda: None, None),
    )
    _routes(app)
    (admin, *_) = await server.store.read(people.every)
    made = await keys.create("fuzz", Scope.ALL, admin)
    running = http.HttpServer(lambda: app, http.bind("127.0.0.1", 0))
    await running.start()
    try:
        found = await run(
            running.address,
            tmp_path,
            headers={"apiKey": made.api_key.key_id, "apiSecret": made.api_secret},
            known={},
            phases="fuzzing",
            most_examples=1,
            only="^/devapi/(right|wrong)",
        )
    finally:
        await running.stop()
    assert found.code == 1, found.said
    for wrong in ("extra", "status", "type", "crash", "header"):
        assert f"GET /devapi/wrong/{wrong}" in found.said, found.said
    assert "GET /devapi/right" not in found.said
