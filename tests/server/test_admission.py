"""Admission as callers meet it: over HTTP, in front of routes that would tell if they were reached."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import pytest
from aiohttp import ClientSession
from fastapi import Body, Depends, FastAPI

from desktop.domain.keys import ANY_SCOPE, MAY_READ, MAY_SEND, MAY_WRITE, Caller, Scope
from desktop.domain.people import Role, User
from desktop.server import http
from desktop.server.admission import REFUSALS, Admission
from desktop.services.api_rules import ApiRules
from desktop.services.keys import Keys, NewKey
from tests.clock import FakeClock
from tests.server.conftest import Server

ADMIN = User(0, "The command line", Role.ADMIN)
PER_MINUTE = 6


@dataclass(slots=True)
class Door:
    """The guarded server, its keys, and what got through."""

    address: str
    session: ClientSession
    keys: Keys
    clock: FakeClock
    passed: list[str]

    async def ask(
        self, path: str, headers: dict[str, str], *, method: str = "GET", data: bytes | None = None
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Status, body and headers, the latter's names in small letters."""
        async with self.session.request(method, self.address + path, headers=headers, data=data) as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, await answer.json(), told

    async def make(self, scope: Scope = Scope.ALL) -> NewKey:
        return await self.keys.create(f"{scope}-key", scope, ADMIN)


@pytest.fixture
async def door(server: Server) -> AsyncIterator[Door]:
    """Routes behind an admission on a port of their own; six calls a minute."""
    keys, clock, passed = Keys(server.store), FakeClock(), list[str]()
    admission = Admission(keys, clock, lambda: ApiRules(per_minute=PER_MINUTE))
    app = FastAPI()

    for name, scopes in (("any", ANY_SCOPE), ("read", MAY_READ), ("send", MAY_SEND), ("write", MAY_WRITE)):

        @app.get(f"/devapi/{name}", responses=REFUSALS)
        async def come_in(caller: Annotated[Caller, Depends(admission.needs(scopes))]) -> dict[str, str]:
            passed.append(caller.name)
            return {"name": caller.name}

    @app.post("/devapi/any")
    async def bring(
        caller: Annotated[Caller, Depends(admission.needs(ANY_SCOPE))],
        body: Annotated[dict[str, Any], Body()],
    ) -> dict[str, Any]:
        return body

    @app.get("/open")
    async def outside() -> dict[str, str]:
        return {}

    @app.get("/forgotten")
    async def forgotten(caller: Annotated[Caller, Depends(admission.needs(ANY_SCOPE))]) -> dict[str, str]:
        passed.append(caller.name)
        return {}

    admission.guard(app)
    running = http.HttpServer(lambda: app, http.bind("127.0.0.1", 0))
    await running.start()
    yield Door(running.address, server.session, keys, clock, passed)
    await running.stop()


def headers(key: NewKey, names: tuple[str, str] = ("apiKey", "apiSecret")) -> dict[str, str]:
    return {names[0]: key.api_key.key_id, names[1]: key.api_secret}


@pytest.mark.parametrize(
    "names",
    [("apiKey", "apiSecret"), ("apikey", "apisecret"), ("APIKEY", "APISECRET"), ("ApiKey", "apiSECRET")],
)
async def test_the_headers_are_read_in_any_case(door: Door, names: tuple[str, str]) -> None:
    made = await door.make()
    status, body, _ = await door.ask("/devapi/any", headers(made, names))
    assert (status, body) == (200, {"name": "all-key"})


async def test_a_bearer_token_opens_as_well(door: Door) -> None:
    made = await door.make()
    for kind in ("Bearer", "bearer"):
        status, _, _ = await door.ask("/devapi/any", {"Authorization": f"{kind} {made.bearer}"})
        assert status == 200
    status, _, _ = await door.ask("/devapi/any", {"Authorization": f"Basic {made.bearer}"})
    assert status == 401


async def test_every_refusal_of_the_unknown_reads_the_same(door: Door) -> None:
    made = await door.make()
    gone = await door.make(Scope.READ)
    await door.keys.revoke(gone.api_key.id, ADMIN)
    right = headers(made)
    wrong: list[dict[str, str]] = [
        {},
        right | {"apiSecret": "wrong"},
        right | {"apiKey": "ak_" + "A" * 20},
        headers(gone),
        # A key that is wrong is not mended by a token that is right.
        {"apiKey": "x", "Authorization": f"Bearer {made.bearer}"},
    ]
    told = [await door.ask("/devapi/any", one) for one in wrong]
    assert [status for status, _, _ in told] == [401] * len(wrong)
    assert {str(body) for _, body, _ in told} == {
        "{'status': 'UNAUTHORIZED', 'message': 'The key is missing, wrong or revoked. "
        "Send apiKey and apiSecret as headers.'}"
    }
    assert all(one["www-authenticate"] == "Bearer" for _, _, one in told)
    assert door.passed == []


@pytest.mark.parametrize(
    ("scope", "opened"),
    [
        (Scope.ALL, ["any", "read", "send", "write"]),
        (Scope.READ, ["any", "read"]),
        (Scope.RESTRICTED, ["any", "send"]),
    ],
)
async def test_a_key_opens_what_its_scope_says(door: Door, scope: Scope, opened: list[str]) -> None:
    made = await door.make(scope)
    found = []
    for name in ("any", "read", "send", "write"):
        status, body, _ = await door.ask(f"/devapi/{name}", headers(made))
        if status == 200:
            found.append(name)
        else:
            assert (status, body["status"]) == (403, "FORBIDDEN")
            assert f"“{scope}-key” ({scope.label})" in body["message"]
    assert found == opened
    assert len(door.passed) == len(opened)


async def test_a_revoked_key_is_refused_at_its_next_call(door: Door) -> None:
    made = await door.make()
    assert (await door.ask("/devapi/any", headers(made)))[0] == 200
    await door.keys.revoke(made.api_key.id, ADMIN)
    assert (await door.ask("/devapi/any", headers(made)))[0] == 401


async def test_nothing_of_a_strangers_body_is_read(door: Door) -> None:
    """Not even whether it is JSON: what stands behind the admission is not reached."""
    status, body, _ = await door.ask("/devapi/any", {}, method="POST", data=b"{not json")
    assert (status, body["status"]) == (401, "UNAUTHORIZED")
    status, _, _ = await door.ask("/devapi/nowhere", {})
    assert status == 401


async def test_every_answer_tells_what_is_left(door: Door) -> None:
    made = await door.make(Scope.READ)
    calls = [
        ("/devapi/any", "GET", None, 200),
        ("/devapi/write", "GET", None, 403),
        ("/devapi/nowhere", "GET", None, 404),
        ("/devapi/any", "POST", b"{not json", 422),
        ("/devapi/any", "DELETE", None, 405),
    ]
    for number, (path, method, data, expected) in enumerate(calls, 1):
        door.clock.move(timedelta(seconds=0.5))
        status, _, told = await door.ask(
            path, headers(made) | {"Content-Type": "application/json"}, method=method, data=data
        )
        assert status == expected
        assert told["x-ratelimit-limit"] == str(PER_MINUTE)
        assert told["x-ratelimit-remaining"] == str(PER_MINUTE - number)
        assert told["x-ratelimit-reset"] == str(60 - (number - 1) // 2)
    status, _, told = await door.ask("/devapi/any", {})
    assert (status, told["x-ratelimit-remaining"]) == (401, str(PER_MINUTE - 1))


async def test_what_is_not_behind_the_gate_is_left_alone(door: Door) -> None:
    status, _, told = await door.ask("/open", {})
    assert status == 200
    assert not [name for name in told if name.startswith("x-ratelimit")]


async def test_a_route_that_nobody_guards_lets_nobody_in(door: Door) -> None:
    made = await door.make()
    status, body, _ = await door.ask("/forgotten", headers(made))
    assert (status, body["status"]) == (401, "UNAUTHORIZED")
    assert door.passed == []


async def test_too_many_calls_get_gallaboxs_words_until_the_minute_is_over(door: Door) -> None:
    made, other = await door.make(), await door.make(Scope.READ)
    told = await asyncio.gather(*(door.ask("/devapi/any", headers(made)) for _ in range(PER_MINUTE)))
    assert {status for status, _, _ in told} == {200}
    assert sorted(one["x-ratelimit-remaining"] for _, _, one in told) == list("012345")
    door.clock.move(timedelta(seconds=29.5))
    status, body, told_headers = await door.ask("/devapi/any", headers(made))
    assert (status, body) == (
        429,
        {
            "status": "TOO_MANY_REQUEST",
            "message": "API rate limit exceeded. Please try again in 31 seconds",
        },
    )
    assert (told_headers["x-ratelimit-remaining"], told_headers["retry-after"]) == ("0", "31")
    assert (await door.ask("/devapi/any", headers(other)))[0] == 200, "each key has its own minute"
    door.clock.move(timedelta(seconds=30.5))
    status, _, told_headers = await door.ask("/devapi/any", headers(made))
    assert (status, told_headers["x-ratelimit-remaining"]) == (200, str(PER_MINUTE - 1))
    assert len(door.passed) == PER_MINUTE + 2


async def test_guessing_is_slowed_down_and_hinders_nobody_with_a_key(door: Door) -> None:
    made = await door.make()
    guesses = [
        await door.ask("/devapi/any", {"apiKey": "ak_x", "apiSecret": str(n)}) for n in range(PER_MINUTE + 2)
    ]
    assert [status for status, _, _ in guesses] == [401] * PER_MINUTE + [429] * 2
    assert (await door.ask("/devapi/any", headers(made)))[0] == 200


async def test_the_documentation_names_the_headers_and_the_refusals(door: Door) -> None:
    _, api, _ = await door.ask("/openapi.json", {})
    schemes = api["components"]["securitySchemes"]
    assert {one.get("name", one["type"]) for one in schemes.values()} == {"apiKey", "apiSecret", "http"}
    assert {"401", "403", "429"} <= set(api["paths"]["/devapi/any"]["get"]["responses"])
