"""The sandbox's server: builds the parts, binds a loopback port, checks tokens, routes, notes the wire.

Runs in the window's own loop or alone. `control.py` documents the control API.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from aiohttp import web

from .asked import is_loopback
from .clock import BusinessClock
from .cloud import Cloud
from .control import Control
from .control_account import ControlAccount, Repute
from .control_customers import ControlCustomers
from .customers import Customers
from .deliver import Courier
from .envelope import GraphError, json_response, no_object
from .inbound import Inbound
from .kept import Kept
from .limits import Limits
from .log import SendLog
from .media import LARGEST_BYTES, MediaShelf
from .messages import HangUp, Messages
from .plan import READ_SHARE, USUAL_DELAYS_S, StatusPlan, Wamids
from .ready import body_of
from .routes import Routes
from .template_changes import TemplateChanges
from .templates import Catalogue
from .templates_api import TemplatesApi
from .trouble import Troubles
from .updates import Number
from .wire import Wire

SHUTDOWN_S = 1.0
BACKLOG = 512

_VERSION = re.compile(r"v\d+\.\d+")


class Sandbox:
    """A pretend WhatsApp for one number and one account, to be started once.

    `data_path` is its own SQLite file, None for memory; sends, owed webhooks, customers, templates, media, the
    clock and the webhook's target survive a restart, troubles and limits do not. `port` 0 picks a free one.
    `status_delays_s` None means no statuses. `review_s` None leaves created templates pending. Unless
    `allow_remote`, it binds loopback only and posts webhooks to loopback only.
    """

    def __init__(
        self,
        data_path: Path | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = "sandbox-token",
        app_secret: str = "sandbox-secret",
        phone_number_id: str = "106500000000001",
        waba_id: str = "102290000000001",
        display_phone: str = "+12365550100",
        verified_name: str = "Your Shop",
        status_delays_s: Mapping[str, float] | None = USUAL_DELAYS_S,
        read_share: float = READ_SHARE,
        seed: int = 1,
        retry_first_s: float = 1.0,
        retry_max_s: float = 30.0,
        review_s: float | None = 2.0,
        per_s: float | None = None,
        pair_limit: bool = False,
        allow_remote: bool = False,
    ) -> None:
        if not allow_remote and not is_loopback(host):
            raise ValueError(f"The sandbox listens on this computer only, and {host} is not it.")
        self._host = host
        self._port = port
        self._bearer = f"Bearer {token}"
        self._site: web.SockSite | None = None
        self._runner: web.ServerRunner | None = None
        self._base_url = ""
        number = Number(phone_number_id, waba_id, display_phone, verified_name)
        self._number = number
        self._clock = BusinessClock()
        self._wire = Wire()
        self._troubles = Troubles()
        self._customers = Customers()
        self._catalogue = Catalogue(self._clock.now_s())
        self._log = SendLog(data_path)
        self._media = MediaShelf(self._log)
        limits = Limits(per_s, pair_limit)
        plan = StatusPlan(status_delays_s, read_share, seed)
        wamids = Wamids()
        self._courier = Courier(
            number=number,
            log=self._log,
            troubles=self._troubles,
            wire=self._wire,
            seed=seed,
            retry_first_s=retry_first_s,
            retry_max_s=retry_max_s,
        )
        self._messages = Messages(
            number=number,
            log=self._log,
            courier=self._courier,
            catalogue=self._catalogue,
            customers=self._customers,
            media=self._media,
            troubles=self._troubles,
            limits=limits,
            clock=self._clock,
            plan=plan,
            wamids=wamids,
        )
        self._changes = TemplateChanges(
            number=number,
            catalogue=self._catalogue,
            log=self._log,
            clock=self._clock,
            announce=self._courier.announce,
            review_s=review_s,
        )
        inbound = Inbound(
            number=number,
            log=self._log,
            courier=self._courier,
            customers=self._customers,
            media=self._media,
            clock=self._clock,
            wamids=wamids,
        )
        repute = Repute()
        self._kept = Kept(
            log=self._log,
            clock=self._clock,
            customers=self._customers,
            catalogue=self._catalogue,
            media=self._media,
            messages=self._messages,
            courier=self._courier,
            troubles=self._troubles,
            wire=self._wire,
            repute=repute,
        )
        self._routes = Routes()
        ControlAccount(
            number=number, repute=repute, log=self._log, courier=self._courier, clock=self._clock
        ).add_to(self._routes)
        Control(
            log=self._log,
            courier=self._courier,
            catalogue=self._catalogue,
            changes=self._changes,
            troubles=self._troubles,
            limits=limits,
            clock=self._clock,
            plan=plan,
            wire=self._wire,
            app_secret=app_secret,
            allow_remote=allow_remote,
            start_over=self._kept.start_over,
        ).add_to(self._routes)
        ControlCustomers(
            inbound=inbound,
            customers=self._customers,
            catalogue=self._catalogue,
            log=self._log,
            clock=self._clock,
        ).add_to(self._routes)
        TemplatesApi(
            number=number,
            catalogue=self._catalogue,
            changes=self._changes,
            clock=self._clock,
            troubles=self._troubles,
        ).add_to(self._routes)
        Cloud(number=number, repute=repute, media=self._media, catalogue=self._catalogue).add_to(self._routes)

    @property
    def base_url(self) -> str:
        """Where it listens, such as http://127.0.0.1:40123; '' before the start."""
        return self._base_url

    async def start(self) -> str:
        """Opens the file, binds the port and serves; returns the base URL.

        OSError if the port is taken, sqlite3.Error if the file cannot be used.
        """
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere the option would let two servers share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
            await self._log.open()
        except BaseException:
            listener.close()
            raise
        await self._courier.start()
        await self._kept.restore()
        server = web.Server(self._serve, request_factory=self._request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.SockSite(self._runner, listener, backlog=BACKLOG).start()
        host = f"[{self._host}]" if ":" in self._host else self._host
        self._base_url = f"http://{host}:{listener.getsockname()[1]}"
        return self._base_url

    async def stop(self) -> None:
        """Ends the server and the posts and closes the file. Safe to call twice."""
        if self._runner is None:
            return
        runner, self._runner = self._runner, None
        await runner.cleanup()
        await self._changes.stop()
        await self._courier.stop()
        await self._log.close()

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        largest = LARGEST_BYTES + 1024 * 1024
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=largest)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/_control"):
            return await self._control(request, path)
        began = time.perf_counter()
        raw = b""
        status: int | None
        try:
            self._authorise(request)
            parts = path.split("/")
            if (
                request.method == "POST"
                and len(parts) == 4
                and parts[3] in ("messages", "marketing_messages")
            ):
                raw = await body_of(request)
                self._expect_number(parts[1], parts[2])
                response: web.StreamResponse = await self._messages.answer(
                    raw, marketing_api=parts[3] == "marketing_messages"
                )
            else:
                response = await self._route(request, path)
                raw = await request.read() if request.content_type == "application/json" else b""
            status = response.status
        except GraphError as problem:
            response = problem.response()
            status = response.status
        except HangUp as hang_up:
            response = _hang_up(request, hang_up)
            status = None
        answer = response.body if isinstance(response, web.Response) else None
        shown = answer if status is not None and isinstance(answer, bytes) else b""
        self._wire.note(
            "in", request.method, request.path_qs, raw, status, shown, time.perf_counter() - began
        )
        return response

    async def _route(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        found = self._routes.find(request.method, path)
        if found is None:
            sentence = f"Unknown path components: {path}"
            raise GraphError(2500, sentence, message=sentence)
        handler, parts = found
        return await handler(request, *parts)

    async def _control(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        found = self._routes.find(request.method, path)
        if found is None:
            return json_response({"error": f"There is no {request.method} {path}."}, 404)
        handler, parts = found
        try:
            return await handler(request, *parts)
        except ValueError as problem:
            return json_response({"error": str(problem)}, 400)

    def _authorise(self, request: web.BaseRequest) -> None:
        given = request.headers.get("Authorization")
        if given is None:
            token = request.query.get("access_token")
            given = f"Bearer {token}" if token else None
        if given is None:
            sentence = "An access token is required to request this resource."
            raise GraphError(104, sentence, message=sentence)
        if given != self._bearer:
            sentence = "Invalid OAuth access token - Cannot parse access token"
            raise GraphError(190, sentence, message=sentence)

    def _expect_number(self, version: str, number_id: str) -> None:
        if number_id != self._number.phone_number_id or not _VERSION.fullmatch(version):
            raise no_object(number_id, "post")


def _hang_up(request: web.BaseRequest, hang_up: HangUp) -> web.Response:
    transport = request.transport
    if transport is not None:
        if hang_up.partial:
            transport.write(hang_up.partial)
        transport.close()
    return web.Response()
