"""The server itself: its port, its health, what it does not show."""

import asyncio
import json
import re
import socket
import threading
from typing import Any

import pytest
from starlette.types import ASGIApp

from desktop.server.http import HttpServer, PortTaken, bind
from tests.server.conftest import Server, api_of


async def test_health_says_what_the_engine_does(server: Server) -> None:
    status, text = await server.get("/health")
    assert (status, json.loads(text)) == (200, {"status": "ok", "engine": "idle", "on_the_way": 0})


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/redoc", "/openapi.json", "/webhooks", "/webhooks/whatsapp/"]
)
async def test_there_is_nothing_else(server: Server, path: str) -> None:
    status, _ = await server.get(path)
    assert status in (307, 403, 404)
    assert status != 307 or path == "/webhooks/whatsapp/"


def test_a_taken_port_is_a_problem_that_names_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)) as refused:
            bind("127.0.0.1", port)
    assert refused.value.field == "port"
    bind("127.0.0.1", port).close()


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_an_address_of_another_machine_is_a_problem(host: str) -> None:
    with pytest.raises(PortTaken):
        bind(host, 0)


async def test_what_takes_long_is_done_once_and_beside_the_loop(server: Server) -> None:
    """The routes and the description when they are first asked for, however many ask at once."""
    app = api_of(server.store)
    where: dict[str, list[int]] = {"routes": [], "description": []}
    build, describe = app.build_middleware_stack, app.openapi

    def building() -> ASGIApp:
        where["routes"].append(threading.get_ident())
        return build()

    def describing() -> dict[str, Any]:
        where["description"].append(threading.get_ident())
        return describe()

    app.build_middleware_stack, app.openapi = building, describing  # type: ignore[method-assign]
    running = HttpServer(lambda: app, bind("127.0.0.1", 0))
    await running.start()
    assert where == {"routes": [], "description": []}

    async def asked(path: str) -> tuple[int, bytes]:
        async with server.session.get(running.address + path) as answer:
            return answer.status, await answer.read()

    answers = await asyncio.gather(*(asked("/openapi.json") for _ in range(10)))
    assert {status for status, _ in answers} == {200}
    assert len({told for _, told in answers}) == 1
    assert (await asked("/docs"))[0] == 200
    await running.stop()
    assert {name: len(threads) for name, threads in where.items()} == {"routes": 1, "description": 1}
    assert threading.get_ident() not in where["routes"] + where["description"]


async def test_the_page_of_the_description_needs_nobody_else(server: Server) -> None:
    """No script, style or picture of it comes from another machine."""
    running = HttpServer(lambda: api_of(server.store), bind("127.0.0.1", 0))
    await running.start()
    async with server.session.get(f"{running.address}/docs") as answer:
        page = await answer.text()
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(named) == 3
    for address in named:
        assert address.startswith("/docs/")
        async with server.session.get(running.address + address) as answer:
            assert answer.status == 200
            assert await answer.read()
    async with server.session.get(f"{running.address}/docs/main.py") as answer:
        assert answer.status == 422
    await running.stop()


async def test_webhooks_and_health_wait_for_no_route_of_the_api(server: Server) -> None:
    app, intake = api_of(server.store), api_of(server.store)
    running = HttpServer(lambda: app, bind("127.0.0.1", 0), intake)
    await running.start()
    for path, status in (("/health", 200), ("/webhooks/whatsapp", 403)):
        async with server.session.get(running.address + path) as answer:
            assert answer.status == status
    assert app.middleware_stack is None
    async with server.session.get(f"{running.address}/devapi/test") as answer:
        assert answer.status == 401
    assert app.middleware_stack is not None
    await running.stop()
