"""The server itself: its port, its health, what it does not show."""

import json
import socket

import pytest

from desktop.server.http import PortTaken, bind
from tests.server.conftest import Server


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
