"""The composition root: builds everything once, in order, and closes it in reverse."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from desktop.domain.activity import Deed
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.options import Options, connect
from desktop.process import (
    engine_lock,
    process_name,
    retire,
    set_clock,
    stamp_of,
    store_key_of,
    who_sits_here,
)
from desktop.server import webhooks
from desktop.server.api import api_over
from desktop.server.serving import serve
from desktop.services import welcome
from desktop.services.accounts import Accounts
from desktop.services.api_rules import ApiRulesNow
from desktop.services.bot_engine import HEARS_WITHIN_S, BotEngine
from desktop.services.bot_reports import BotReports
from desktop.services.bots import Bots
from desktop.services.broadcasts import Broadcasts
from desktop.services.bulk import BulkChanges
from desktop.services.connecting import Connecting, ConnectionForm
from desktop.services.contact_table import ContactTable
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.services.courier import Courier
from desktop.services.demo import Demo
from desktop.services.dispatcher import Dispatcher, EngineState, EngineStatus, take_over
from desktop.services.enrolments import Enrolments
from desktop.services.exports import Exports
from desktop.services.feed import Feed
from desktop.services.fields import Fields
from desktop.services.flows import Flows
from desktop.services.importruns import ImportRuns
from desktop.services.inbound import Inbound
from desktop.services.keys import Keys
from desktop.services.meta_shape import Number
from desktop.services.own_number import OwnNumber
from desktop.services.reportexports import ReportExports
from desktop.services.reports import Reports
from desktop.services.rights import allow
from desktop.services.segments import Segments
from desktop.services.sending import Sending
from desktop.services.sequences import Sequences
from desktop.services.subscriptions import Subscriptions
from desktop.services.templates import Templates
from desktop.services.trials import Trials
from desktop.services.why import Whys
from desktop.services.workspace import Workspace
from desktop.store import activity, engines, opening, outbox, settings
from desktop.store import conversations as conversation_store
from desktop.store import webhooks as webhook_store
from desktop.store.engine import Store, StoreClosed
from desktop.system.background import Background, Wakers, kept_up
from desktop.system.clock import SystemClock
from desktop.system.faults import Faults
from desktop.system.http import open_web
from desktop.system.lock import EngineRuns
from desktop.system.machine import Machine
from desktop.system.paths import Paths
from desktop.system.secrets import Secrets
from desktop.system.zone import machine_zone
from desktop.whatsapp.account import Account, ConnectionTest
from desktop.whatsapp.connection import Connection
from desktop.whatsapp.control import SandboxControl
from desktop.whatsapp.send import Sender
from desktop.whatsapp.session import open_session

_CLOSE_WITHIN_S: Final = 35.0
_QUIET_POLL_S: Final = 0.1
_log = logging.getLogger("assent.app")


@dataclass(slots=True)
class App:
    """The running program without its window. `open_app()` makes it."""

    store: Store
    clock: SystemClock
    feed: Feed
    workspace: Workspace
    contacts: Contacts
    conversations: Conversations
    sending: Sending
    broadcasts: Broadcasts
    sequences: Sequences
    templates: Templates
    is_sandbox: bool
    secrets: Secrets = field(default_factory=Secrets)
    machine: Machine | None = None
    paths: Paths | None = None
    server_address: str = ""
    sandbox_url: str = ""
    engine: Dispatcher | None = None
    engine_elsewhere: str = ""
    """Why this process is not the engine; "" when it is."""
    engine_connection: str = ""
    """The address that the engine elsewhere talks to."""
    backup_path: Path | None = None
    connecting: Connecting | None = None
    account: Account | None = None
    control: SandboxControl | None = None
    welcomes: bool = False
    """The demo has a sequence."""
    contact_table: ContactTable = field(init=False)
    segments: Segments = field(init=False)
    fields: Fields = field(init=False)
    bulk: BulkChanges = field(init=False)
    imports: ImportRuns = field(init=False)
    exports: Exports = field(init=False)
    report_exports: ReportExports = field(init=False)
    accounts: Accounts = field(init=False)
    reports: Reports = field(init=False)
    whys: Whys = field(init=False)
    keys: Keys = field(init=False)
    trials: Trials = field(init=False)
    subscriptions: Subscriptions = field(init=False)
    flows: Flows = field(init=False)
    bots: Bots = field(init=False)
    bot_reports: BotReports = field(init=False)

    def __post_init__(self) -> None:
        """The services that need nothing but the store."""
        self.contact_table = ContactTable(self.store)
        self.segments = Segments(self.store)
        self.fields = Fields(self.store)
        self.reports = Reports(self.store)
        self.whys = Whys(self.store)
        self.keys = Keys(self.store)
        self.trials = Trials(self.store)
        self.subscriptions = Subscriptions(self.store, self.secrets, is_sandbox=self.is_sandbox)
        self.flows = Flows(self.store)
        self.bots = Bots(self.store, self.sending.wake)
        self.bulk = BulkChanges(self.store)
        place = self.paths.home if self.paths else None
        self.imports = ImportRuns(self.store, place)
        self.exports = Exports(self.store, place)
        self.report_exports = ReportExports(self.store, place)
        self.bot_reports = BotReports(self.store, place)
        self.accounts = Accounts(self.store, sittings=self.workspace.sittings)

    def engine_status(self) -> EngineStatus:
        """What the engine of this process does."""
        return self.engine.status if self.engine else EngineStatus(trouble=self.engine_elsewhere)

    async def health(self) -> dict[str, Any]:
        """What /health answers: whether this process sends, and what it has to do."""
        status = self.engine_status()
        return {
            "status": "ok" if status.state is not EngineState.STOPPED and not status.trouble else "trouble",
            "engine": status.state.value,
            "on_the_way": status.on_the_way_count,
            "done": status.done_count,
            "trouble": status.trouble,
            "sandbox": self.is_sandbox,
        }

    async def last_webhook_at(self) -> datetime | None:
        return await self.store.read(webhook_store.last_at, people=True)

    async def quiet(self) -> None:
        """Return when nothing is due any more: the confirmation of a late STOP has left, too."""
        while await self.store.read(outbox.open_count):  # noqa: ASYNC110 - other processes settle, too
            await asyncio.sleep(_QUIET_POLL_S)

    async def start_over(self, user: User) -> None:
        """Bring the demo back: sandbox stores only. Raises WrongStore for a real one, NotAllowed by role."""
        await self.store.read(lambda tx: allow(tx, user, Right.START_OVER), people=True)
        async with AsyncExitStack() as stack:
            if self.engine is not None:
                # Calls on the way would come back to rows that are gone, or to new ones of the same number.
                await stack.enter_async_context(self.engine.still())
            await Demo(self.store).start_over(user)
            if self.control is not None:
                await self.control.reset()
            await self.fill_demo()

    async def fill_demo(self) -> None:
        """Fill an empty sandbox store, and tell the sandbox whose reply window is open.

        With `welcomes` there is a sequence as well, and the sandbox has its templates.
        """
        await Demo(self.store).fill()
        if self.control is not None:
            now = self.clock.now()
            for phone, wrote_at in await self.store.read(conversation_store.open_windows):
                await self.control.customer_wrote(phone, (now - wrote_at).total_seconds())
            if self.welcomes:
                await self.control.add_templates(welcome.TEMPLATES)
        await self.templates.refresh()
        if self.welcomes:
            await Demo(self.store).add_welcome()

    async def move_clock(self, by: timedelta) -> None:
        """Move business time forward, here and in the sandbox, so that tests need not wait.

        No screen and no command calls it, so it asks for nobody's right: one that wants to, asks for
        Right.START_OVER first. Raises a Problem for a real store, ValueError for a step back.
        """
        if not self.is_sandbox:
            raise Problem("Not a sandbox", "Only a sandbox store's clock can be moved.")
        self.clock.move(by)
        offset_s = str(self.clock.offset.total_seconds())
        await self.store.write(lambda tx: settings.set_meta(tx, "clock_offset_s", offset_s))
        if self.control is not None:
            await self.control.advance(by.total_seconds())
        if self.engine is not None:
            self.engine.wake()

    async def connection_form(self) -> ConnectionForm:
        assert self.connecting is not None
        return await self.connecting.form(self.server_address + webhooks.PATH)

    async def save_connection(
        self, form: ConnectionForm, token: str | None, app_secret: str | None, user: User
    ) -> bool:
        """See `Connecting.save`; takes effect at the next start."""
        assert self.connecting is not None
        await self.store.read(lambda tx: allow(tx, user, Right.SETTINGS), people=True)
        saved = await self.connecting.save(form, token, app_secret, user)
        told = f"Number {form.phone_number_id or 'none'}, account {form.waba_id or 'none'}"
        secrets_told = " and secrets" if token or app_secret else ""
        await self.store.write(
            lambda tx: activity.log(tx, user, Deed.SETTINGS_CHANGED, f"Connection{secrets_told}", told)
        )
        return saved

    async def test_connection(self) -> ConnectionTest:
        """Ask WhatsApp (or the sandbox) whether this connection works."""
        assert self.account is not None
        return await self.account.test_connection()


@asynccontextmanager
async def open_app(options: Options) -> AsyncIterator[App]:
    """Open everything that `options` ask for; on leaving, close it in reverse.

    Raises a Problem if something cannot be opened: the store, the port, the connection.
    """
    async with AsyncExitStack() as stack:
        yield await _build(options, stack)


async def _build(options: Options, stack: AsyncExitStack) -> App:
    clock = options.clock or SystemClock()
    opened = await asyncio.to_thread(opening.open_store, options.store, clock, process_name(options))
    store = opened.store
    stack.push_async_callback(asyncio.to_thread, store.close)
    await set_clock(store, clock)
    machine, secrets = Machine(options.paths.machine), Secrets()
    connecting = Connecting(machine, secrets)
    session = open_session()
    stack.push_async_callback(session.close)
    connection = await connect(options, stack, connecting)
    if options.engine or options.process == "seed":
        await store.write(lambda tx: opening.stamp(tx, stamp_of(connection)))
    stamp = await store.read(lambda tx: settings.meta(tx, "stamp"))
    account = Account(session, connection, now=clock.now)
    store_key = await store.write(store_key_of)
    wake = Wakers()

    async def fetch() -> Any:
        return (await account.templates()).templates

    templates = Templates(store, clock, fetch)
    app = App(
        store=store,
        clock=clock,
        feed=Feed(store),
        workspace=Workspace(store),
        contacts=Contacts(store),
        conversations=Conversations(store),
        sending=Sending(store, wake),
        broadcasts=Broadcasts(store, wake),
        sequences=Sequences(store, wake),
        templates=templates,
        is_sandbox=stamp in (None, opening.SANDBOX),
        secrets=secrets,
        machine=machine,
        paths=options.paths,
        sandbox_url=connection.base_url if connection.is_sandbox else "",
        backup_path=opened.backup_path,
        connecting=connecting,
        account=account,
        control=SandboxControl(session, connection.base_url) if connection.is_sandbox else None,
        welcomes=options.welcome,
    )
    await app.workspace.ensure_time_zone(await asyncio.to_thread(machine_zone))
    background = Background(stack)
    background.start(kept_up("the feed", app.feed.run, StoreClosed))
    if options.engine:
        sender = Sender(session, connection)
        await _start_engine(options, stack, background, app, connection, sender, store_key, wake)
    if options.demo and app.is_sandbox:
        await _fill(app)
    if not app.is_sandbox:
        await app.workspace.ensure_admin(who_sits_here())
    return app


async def _start_engine(
    options: Options,
    stack: AsyncExitStack,
    background: Background,
    app: App,
    connection: Connection,
    sender: Sender,
    store_key: str,
    wake: Wakers,
) -> None:
    try:
        lock = await asyncio.to_thread(engine_lock, app.store)
    except EngineRuns as elsewhere:
        app.engine_elsewhere = elsewhere.sentence
        app.engine_connection = await app.store.read(engines.connection_of_newest)
        return
    stack.callback(lock.release)
    engine_id, _ = await take_over(
        app.store, app.store.process, connection.base_url, hold_marketing=not connection.is_sandbox
    )
    stack.push_async_callback(retire, app.store, engine_id)
    faults = Faults.from_environment(os.environ) if connection.is_sandbox else None
    inbound = Inbound(
        app.store,
        store_key=store_key,
        wake=wake,
        refresh_templates=lambda: background.start(app.templates.follow_change()),
        faults=faults,
    )
    assert app.connecting is not None
    assert app.account is not None
    number = OwnNumber(Number(connection.waba_id, connection.phone_number_id), app.account, app.clock)
    background.start(number.learn())
    rules, wake_engine = ApiRulesNow(app.store), Wakers()
    await rules.read()
    background.start(kept_up("the API's rules", lambda: rules.follow(app.feed), StoreClosed))
    app.server_address = await serve(
        stack,
        options.host,
        options.port,
        inbound=inbound,
        connection=connection,
        verify_token=app.connecting.verify_token(),
        look=app.health,
        api=api_over(
            app.store,
            app.clock,
            app.keys,
            app.templates,
            wake,
            app.move_clock if app.is_sandbox else None,
            rules,
            number,
            app.subscriptions,
            wake_engine,
        ),
        control=app.control,
    )
    engine = Dispatcher(
        app.store,
        app.clock,
        sender,
        store_key=store_key,
        engine_id=engine_id,
        refresh_templates=app.templates.refresh_if_stale,
        faults=faults,
    )
    app.engine = engine
    enrolments = Enrolments(app.store, engine.wake, faults)
    wake_engine.called.append(engine.wake)
    web = await stack.enter_async_context(open_web(allow_loopback=app.is_sandbox))
    missed_s = 0.0 if app.is_sandbox else HEARS_WITHIN_S  # the built-in one stops with the program
    bots = BotEngine(app.store, web, app.secrets, engine.wake, faults, hears_within_s=missed_s)
    wake.called += [engine.wake, app.broadcasts.wake, enrolments.wake, bots.wake]
    background.start(kept_up("the templates", app.templates.keep_up, StoreClosed))
    background.start(kept_up("inbound", inbound.run, StoreClosed))
    background.start(kept_up("broadcasts", app.broadcasts.run, StoreClosed))
    background.start(kept_up("sequences", enrolments.run, StoreClosed))
    background.start(kept_up("bots", bots.run, StoreClosed))
    stack.push_async_callback(bots.finish)
    courier = Courier(app.store, app.clock, web, app.subscriptions.signing, lambda: number.now)
    background.start(kept_up("webhooks", courier.run, StoreClosed))
    forget = app.feed.subscribe(lambda _changes: engine.wake())
    stack.callback(forget)
    running = asyncio.get_running_loop().create_task(engine.run(), name="engine")

    async def end() -> None:
        # Calls on the way are awaited, as long as a call may take: what is settled is not uncertain.
        try:
            await asyncio.wait_for(engine.stop(), _CLOSE_WITHIN_S)
        except TimeoutError:
            _log.warning("calls on the way did not end; they will be shown as not certain")
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    stack.push_async_callback(end)


async def _fill(app: App) -> None:
    demo = Demo(app.store)
    await demo.add_people()
    if await demo.is_empty():
        await app.fill_demo()
    else:
        await app.templates.refresh_if_stale()
