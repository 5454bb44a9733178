"""The composition root: builds everything once, in order, and closes it in reverse."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from desktop.app import App
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
from desktop.server.api import api_over
from desktop.server.serving import serve
from desktop.services.absence import Absence
from desktop.services.api_rules import ApiRulesNow
from desktop.services.bot_engine import HEARS_WITHIN_S, BotEngine
from desktop.services.broadcast_rounds import BroadcastRounds
from desktop.services.broadcasts import Broadcasts
from desktop.services.connecting import Connecting
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.services.courier import Courier
from desktop.services.demo import Demo
from desktop.services.dispatcher import Dispatcher, take_over
from desktop.services.enrolments import Enrolments
from desktop.services.feed import Feed
from desktop.services.guard_watch import GuardWatch
from desktop.services.inbound import Inbound
from desktop.services.meta_shape import Number
from desktop.services.own_number import OwnNumber
from desktop.services.sending import Sending
from desktop.services.sequences import Sequences
from desktop.services.templates import Templates
from desktop.services.uploads import Uploads
from desktop.services.workspace import Workspace
from desktop.store import engines, opening, settings
from desktop.store.engine import StoreClosed
from desktop.system.background import Background, Wakers, kept_up
from desktop.system.clock import SystemClock
from desktop.system.faults import Faults
from desktop.system.http import open_web
from desktop.system.lock import EngineRuns
from desktop.system.machine import Machine
from desktop.system.secrets import Secrets
from desktop.system.seen import Seen
from desktop.system.zone import machine_zone
from desktop.whatsapp.account import Account
from desktop.whatsapp.connection import Connection
from desktop.whatsapp.control import SandboxControl
from desktop.whatsapp.send import Sender
from desktop.whatsapp.session import open_session

_CLOSE_WITHIN_S: Final = 35.0
_log = logging.getLogger("assent.app")


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
    uploads = Uploads(store, app.outgoing_files, account, wake)
    background.start(kept_up("files", uploads.run, StoreClosed))
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
    absence = Absence(app.store, app.clock, store_key, Seen(options.paths.home / "seen"))
    await absence.look()  # what falls due from here on is nobody's absence
    rounds = BroadcastRounds(app.store, engine.wake, absence=absence, faults=faults)
    wake.called += [engine.wake, rounds.wake, enrolments.wake, bots.wake]
    background.start(kept_up("the templates", app.templates.keep_up, StoreClosed))
    background.start(kept_up("inbound", inbound.run, StoreClosed))
    background.start(kept_up("broadcasts", rounds.run, StoreClosed))
    background.start(kept_up("sequences", enrolments.run, StoreClosed))
    background.start(kept_up("bots", bots.run, StoreClosed))
    stack.push_async_callback(bots.finish)
    courier = Courier(app.store, app.clock, web, app.subscriptions.signing, lambda: number.now)
    app.rounds = (rounds, enrolments, bots, courier)
    background.start(kept_up("webhooks", courier.run, StoreClosed))
    background.start(kept_up("the search", app.searching.run, StoreClosed))
    forget = app.feed.subscribe(lambda _changes: engine.wake())
    stack.callback(forget)
    _watch(background, app, number)
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


def _watch(background: Background, app: App, number: OwnNumber) -> None:
    """What no webhook tells. On a sandbox silence counts only where it says so."""
    expects = app.control.expects_webhooks if app.control is not None else None
    watch = GuardWatch(app.store, number.told, ask=number.ask, silence_counts=expects)
    background.start(kept_up("the guard", watch.run, StoreClosed))
    background.start(kept_up("the number", watch.follow_number, StoreClosed))


async def _fill(app: App) -> None:
    demo = Demo(app.store)
    await demo.add_people()
    if await demo.is_empty():
        await app.fill_demo()
    else:
        await app.templates.refresh_if_stale()
