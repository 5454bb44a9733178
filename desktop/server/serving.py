"""Listening, from the port to the sandbox's aim: what `desktop.app` opens of the server."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from desktop.server import http, webhooks
from desktop.server.api import Api
from desktop.services.inbound import Inbound
from desktop.whatsapp.connection import Connection
from desktop.whatsapp.control import SandboxControl


async def serve(
    stack: AsyncExitStack,
    host: str,
    port: int,
    *,
    inbound: Inbound,
    connection: Connection,
    verify_token: str,
    look: Callable[[], Awaitable[dict[str, Any]]],
    api: Api,
    control: SandboxControl | None,
) -> str:
    """Listen until the stack closes, and have the sandbox send its webhooks here; returns the address.

    Raises PortTaken.
    """
    bound = http.bind(host, port)
    make = partial(
        http.make_app,
        inbound,
        app_secret=lambda: connection.app_secret,
        verify_token=lambda: verify_token,
        look=look,
    )
    server = http.HttpServer(partial(make, api=api), bound, intake=make())
    stack.push_async_callback(server.stop)
    await server.start()
    if control is not None:
        await control.set_webhook(server.address + webhooks.PATH, connection.app_secret, verify_token)
    return server.address
