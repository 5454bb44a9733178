"""A complete program without its window, on a store of its own, against a real sandbox on loopback.

`open_desk()` is the program as it runs; `open_engine_room()` puts the engine together from its parts, so
that a test can choose its clock, its patience and the number of its connections.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import select

from desktop.app import App
from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.changes import Changes
from desktop.domain.consent import OptIn, Override, Source
from desktop.domain.consent import Path as SendPath
from desktop.domain.conversations import MessageView
from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import Role, User
from desktop.domain.settings import Settings
from desktop.domain.templates import Template
from desktop.domain.variables import suggest
from desktop.options import SANDBOX_NUMBER_ID, SANDBOX_SECRET, SANDBOX_TOKEN, SANDBOX_WABA_ID, Options
from desktop.root import open_app
from desktop.sandbox.server import Sandbox
from desktop.server import http, webhooks
from desktop.services.broadcast_rounds import BroadcastRounds
from desktop.services.dispatcher import Dispatcher, take_over
from desktop.services.inbound import Inbound
from desktop.store import consent, contacts, conversations, opening, people, settings, tables
from desktop.store import webhooks as webhook_store
from desktop.store.engine import Tx
from desktop.system.clock import SystemClock
from desktop.system.paths import Paths
from desktop.whatsapp.connection import Connection
from desktop.whatsapp.send import TIMEOUT_S, Sender
from desktop.whatsapp.session import CALLS_AT_ONCE, open_session
from tests.sandbox.harness import Client

WAIT_S = 60.0
"""For a machine that is busy with other things; what is waited for mostly takes hundredths of a second."""
QUICK: Mapping[str, float] = {"sent": 0.0, "delivered": 0.01, "read": 0.02}
PRIYA, ARJUN, LUCIA, TUNDE = "+16045550142", "+14165550117", "+15145550163", "+19025550128"
US = "+12025550142"
VALUES = {"1": "Ana", "2": "50%", "3": "Sunday"}


class TestClock(SystemClock):
    """The system's clock; machine time can be made to jump, or be stopped and moved by hand."""

    __test__ = False

    def __init__(self, *, stopped: bool = False) -> None:
        super().__init__()
        self._stopped_at_s: float | None = super().monotonic_s() if stopped else None
        self._ahead_s = 0.0

    def monotonic_s(self) -> float:
        real_s = super().monotonic_s() if self._stopped_at_s is None else self._stopped_at_s
        return real_s + self._ahead_s

    def pass_s(self, seconds: float) -> None:
        """Let machine time pass at once."""
        self._ahead_s += seconds

    def pass_both(self, seconds: float) -> None:
        """Let machine time and business time pass at once."""
        self.pass_s(seconds)
        self.move(timedelta(seconds=seconds))


@dataclass(slots=True)
class Desk:
    """The program, its sandbox, and the verbs that tests share."""

    app: App
    client: Client
    clock: TestClock
    folder: Path
    sandbox: Sandbox
    engine: Dispatcher | None = None
    admin: User = field(default=User(0, "", Role.ADMIN))
    supervisor: User = field(default=User(0, "", Role.SUPERVISOR))
    agent: User = field(default=User(0, "", Role.AGENT))
    start_engine: Callable[[], None] = field(default=lambda: None)

    # Making things.

    async def contact(
        self,
        phone: str | None = PRIYA,
        opt_in: OptIn = OptIn.NONE,
        *,
        stopped: bool = False,
        wrote: bool = False,
        name: str = "Priya Sharma",
        user_id: str | None = None,
    ) -> int:
        """A contact; wrote: a moment ago, so that the reply window is open."""

        def write(tx: Tx) -> int:
            made = contacts.create(tx, name, phone, user_id=user_id)
            if opt_in is not OptIn.NONE:
                consent.record(tx, made, opt_in, Source.IMPORT, evidence="spring list")
            if stopped:
                consent.record(tx, made, True, Source.WHATSAPP)
            return made

        made = await self.app.store.write(write)
        if wrote:
            await self.says(phone or "", "Hello")
        return made

    async def says(self, phone: str, text: str) -> None:
        """A customer writes a text, and the program has it."""
        await self.client.control(f"customers/{phone}/text", {"text": text})
        await self.settled()

    async def crowd(self, yes: int = 0, no: int = 0, none: int = 0) -> list[int]:
        """Many contacts: first those of YES, then NO, then those without a choice."""
        wanted = [OptIn.YES] * yes + [OptIn.NO] * no + [OptIn.NONE] * none

        def write(tx: Tx) -> list[int]:
            made = []
            for number, opt_in in enumerate(wanted):
                one = contacts.create(tx, f"Contact {number}", f"+1604555{1000 + number:04d}")
                if opt_in is not OptIn.NONE:
                    consent.record(tx, one, opt_in, Source.IMPORT, evidence="spring list")
                made.append(one)
            return made

        return await self.app.store.write(write)

    async def template(self, name: str = "winter_clearance") -> Template:
        return await self.app.templates.by_name(name)

    async def submission(
        self,
        contact_id: int,
        path: SendPath = SendPath.COMPOSE,
        *,
        template: str | None = None,
        text: str = "Good morning",
        reason: str = "",
        **more: Any,
    ) -> Submission:
        """What a path would submit; reason: an override bound to what is true now."""
        chosen = await self.template(template) if template else None
        override = None
        if reason:
            one = await self.app.contacts.get(contact_id)
            override = Override(
                reason,
                self.agent.id,
                one.facts.consent_event_id,
                chosen.revision if chosen else None,
                contact_id,
                chosen.id if chosen else None,
            )
        lanes = {SendPath.COMPOSE: Lane.PEOPLE, SendPath.AUTOMATIC: Lane.AUTOMATIC, SendPath.API: Lane.API}
        return Submission(
            contact_id=contact_id,
            path=path,
            kind="template" if chosen else "text",
            text="" if chosen else text,
            lane=lanes.get(path, Lane.SEQUENCE),
            content={"values": VALUES} if chosen else {},
            template_id=chosen.id if chosen else None,
            override=override,
            author_id=self.agent.id if path is SendPath.COMPOSE else None,
            **more,
        )

    async def send(self, contact_id: int, path: SendPath = SendPath.API, **more: Any) -> int:
        """Submit something that must be kept; returns its message id."""
        user = self.agent if path is SendPath.COMPOSE else None
        done = await self.app.sending.submit(await self.submission(contact_id, path, **more), user)
        assert done.message_id is not None, done.verdict
        return done.message_id

    async def draft(
        self, template: str = "winter_clearance", *, only_opted_in: bool = True, audience: Filter = EVERYONE
    ) -> int:
        """A saved broadcast draft to everybody."""
        chosen = await self.template(template)
        variables = tuple(suggest(name, chosen) for name in chosen.variables)
        wanted = BroadcastDraft("Test", chosen.id, audience, only_opted_in, variables)
        return await self.app.broadcasts.save_draft(None, wanted, self.supervisor)

    async def launch(self, template: str = "winter_clearance", *, reason: str = "", **more: Any) -> int:
        """Launch a broadcast to everybody; with a reason the toggle is off."""
        saved = await self.draft(template, only_opted_in=not reason, **more)
        await self.app.broadcasts.launch(saved, self.supervisor, reason=reason, now=True)
        return saved

    async def settings(self, **changes: Any) -> Settings:
        """Change workspace settings."""
        wanted = replace(await self.app.workspace.settings(), **changes)
        await self.app.store.write(lambda tx: settings.save(tx, wanted, self.admin.id))
        return wanted

    async def trouble(self, **wanted: Any) -> None:
        """Ask the sandbox for a trouble."""
        await self.client.control("trouble", wanted)

    async def webhook(self, body: object, signature: str = "good") -> int:
        """Have the sandbox post any body to the program's webhook; returns the status."""
        answer = await self.client.control("webhooks/raw", {"body": body, "signature": signature})
        return int(answer["status"])

    # Looking.

    async def message(self, message_id: int) -> MessageView:
        found = await self.app.store.read(lambda tx: conversations.messages(tx, [message_id]))
        return found[0]

    async def thread(self, contact_id: int) -> list[MessageView]:
        return await self.app.store.read(lambda tx: conversations.thread(tx, contact_id))

    async def sends(self) -> list[dict[str, Any]]:
        """What the sandbox accepted."""
        found: list[dict[str, Any]] = (await self.client.control("sends?limit=20000"))["sends"]
        return found

    async def sent_to(self) -> list[str]:
        """The phones that the sandbox accepted sends to, in order."""
        return [one["to"] for one in await self.sends()]

    async def rows(self, broadcast_id: int) -> dict[str, MessageView]:
        """A broadcast's messages by phone."""
        found = await self.app.broadcasts.messages(broadcast_id, limit=5_000)
        return {one.phone: one for one in found}

    async def quarantined(self) -> list[str]:
        found = await self.app.store.read(webhook_store.quarantined)
        return [why for _, why, _ in found]

    async def attempts(self, message_id: int) -> list[str]:
        """How each attempt of a message ended, in order; 'open' while it is on the way."""
        attempt = tables.attempt.c
        asked = select(attempt.outcome).where(attempt.message_id == message_id).order_by(attempt.number)
        return await self.app.store.read(lambda tx: list(tx.conn.scalars(asked)))

    async def calls(self, message_id: int) -> list[str]:
        """How each call that began ended, in order. A claim older than a second when its turn comes is withdrawn
        and claimed again, which a busy machine does by itself: no call began, so it is none of these."""
        return [one for one in await self.attempts(message_id) if one != "withdrawn"]

    # Waiting.

    async def until(self, wanted: Callable[[], Awaitable[Any]]) -> Any:
        """Look again and again until `wanted` is truthy; returns what it said."""
        async with asyncio.timeout(WAIT_S):
            while not (found := await wanted()):  # noqa: ASYNC110 - other processes change it, too
                await asyncio.sleep(0.01)
            return found

    async def until_status(self, message_id: int, *wanted: Status) -> MessageView:
        """Wait until a message is in one of these states."""

        async def look() -> MessageView | None:
            found = await self.message(message_id)
            return found if found.status in wanted else None

        found: MessageView = await self.until(look)
        return found

    async def until_counts(self, broadcast_id: int, **wanted: int) -> None:
        """Wait until a broadcast has exactly these counts of states (now)."""

        async def look() -> bool:
            now = (await self.app.broadcasts.report(broadcast_id)).figures.now
            return {status.value: count for status, count in now.items() if count} == wanted

        await self.until(look)

    async def until_record(self, broadcast_id: int, *wanted: BroadcastStatus) -> BroadcastRecord:
        async def look() -> BroadcastRecord | None:
            self.app.broadcasts.wake()
            found = await self.app.broadcasts.get(broadcast_id)
            return found if found.status in wanted else None

        found: BroadcastRecord = await self.until(look)
        return found

    async def ended(self, broadcast_id: int) -> BroadcastRecord:
        """Wait until a broadcast is through; its ledger must be green."""
        record = await self.until_record(broadcast_id, BroadcastStatus.DONE, BroadcastStatus.STOPPED)
        await self.green(broadcast_id)
        return record

    async def green(self, broadcast_id: int) -> None:
        result = await self.app.broadcasts.verify(broadcast_id)
        assert result.is_green, result.faults

    async def settled(self) -> None:
        """Wait until the sandbox owes no webhook and the program has applied all it got."""
        await self.client.settled()

        async def look() -> bool:
            return not await self.app.store.read(webhook_store.waiting)

        await self.until(look)


def empty_store(folder: Path) -> Path:
    """A migrated store with three people, to copy from: migrating takes most of a small test's time."""
    path = folder / "empty.db"
    opened = opening.open_store(str(path), SystemClock(), "test").store
    names = [("Meera Rao", Role.ADMIN), ("Arun Das", Role.SUPERVISOR), ("Lina Haddad", Role.AGENT)]
    opened.submit_write(lambda tx: people.add(tx, names)).result()
    opened.close()
    return path


def _options(folder: Path, url: str, clock: TestClock, *, engine: bool) -> Options:
    return Options(str(folder / "store.db"), Paths(folder), url, engine=engine, clock=clock, process="test")


async def _desk(app: App, session: ClientSession, sandbox: Sandbox, clock: TestClock, folder: Path) -> Desk:
    admin, supervisor, agent = await app.workspace.people()
    desk = Desk(
        app, Client(session, sandbox.base_url), clock, folder, sandbox, app.engine, admin, supervisor, agent
    )
    await app.templates.refresh()
    return desk


def make_sandbox(statuses: Mapping[str, float] | None, port: int = 0, data: Path | None = None) -> Sandbox:
    return Sandbox(data, port=port, status_delays_s=statuses, retry_first_s=0.01, review_s=None)


@asynccontextmanager
async def open_desk(
    empty: Path,
    folder: Path,
    *,
    statuses: Mapping[str, float] | None = QUICK,
    pace_per_s: int | None = None,
) -> AsyncIterator[Desk]:
    """The whole program. pace_per_s None: unlimited."""
    shutil.copy(empty, folder / "store.db")
    clock = TestClock()
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(make_sandbox(statuses))
        session = await stack.enter_async_context(ClientSession())
        options = _options(folder, sandbox.base_url, clock, engine=True)
        app = await stack.enter_async_context(open_app(options))
        desk = await _desk(app, session, sandbox, clock, folder)
        await desk.settings(pace_per_s=pace_per_s)
        yield desk


@asynccontextmanager
async def open_engine_room(
    empty: Path,
    folder: Path,
    *,
    clock: TestClock | None = None,
    statuses: Mapping[str, float] | None = None,
    pace_per_s: int | None = None,
    timeout_s: float = TIMEOUT_S,
    calls_at_once: int = CALLS_AT_ONCE,
    run: bool = True,
) -> AsyncIterator[Desk]:
    """The program with an engine of the test's own making. run False: built, and started by `desk.start_engine()`."""
    shutil.copy(empty, folder / "store.db")
    clock = clock or TestClock()
    async with AsyncExitStack() as stack:
        sandbox = make_sandbox(statuses)
        await stack.enter_async_context(sandbox)
        session = await stack.enter_async_context(ClientSession())
        app = await stack.enter_async_context(
            open_app(_options(folder, sandbox.base_url, clock, engine=False))
        )
        desk = await _desk(app, session, sandbox, clock, folder)
        await desk.settings(pace_per_s=pace_per_s)
        calls = await stack.enter_async_context(open_session(calls_at_once=calls_at_once))
        connection = Connection(
            sandbox.base_url,
            SANDBOX_NUMBER_ID,
            SANDBOX_WABA_ID,
            SANDBOX_TOKEN,
            SANDBOX_SECRET,
            is_sandbox=True,
        )
        engine_id, _ = await take_over(app.store, "test", sandbox.base_url)
        store_key = await app.store.read(lambda tx: settings.meta(tx, "key"))
        assert store_key
        desk.engine = engine = Dispatcher(
            app.store,
            clock,
            Sender(calls, connection, timeout_s=timeout_s),
            store_key=store_key,
            engine_id=engine_id,
            refresh_templates=app.templates.refresh_if_stale,
        )
        await _receive(stack, desk, store_key)
        rounds = BroadcastRounds(app.store, engine.wake)
        app.rounds, app.broadcasts.wake = (rounds,), rounds.wake
        await _background(stack, rounds.run())
        loop = asyncio.get_running_loop()

        def woken(_changes: Changes) -> None:
            loop.call_soon_threadsafe(engine.wake)

        stack.callback(app.store.listen(woken))

        def start() -> None:
            running = asyncio.create_task(engine.run())
            stack.push_async_callback(_end, engine, running)

        desk.start_engine = start
        if run:
            start()
        yield desk


async def _receive(stack: AsyncExitStack, desk: Desk, store_key: str) -> None:
    """Webhooks for an engine room: the same routes, the same server."""
    app, engine = desk.app, desk.engine
    assert engine is not None
    inbound = Inbound(app.store, store_key=store_key, wake=engine.wake, refresh_templates=lambda: None)

    async def look() -> dict[str, Any]:
        return {}

    routes = http.make_app(
        inbound, app_secret=lambda: SANDBOX_SECRET, verify_token=lambda: "verify-me", look=look
    )
    server = http.HttpServer(lambda: routes, http.bind("127.0.0.1", 0))
    await server.start()
    stack.push_async_callback(server.stop)
    await _background(stack, inbound.run())
    aimed = {"url": server.address + webhooks.PATH, "secret": SANDBOX_SECRET, "verify_token": "verify-me"}
    assert (await desk.client.control("webhook", aimed))["verified"]


async def _background(stack: AsyncExitStack, work: Any) -> None:
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)


async def _end(engine: Dispatcher, running: "asyncio.Task[None]") -> None:
    await asyncio.wait_for(engine.stop(), WAIT_S)
    await running
