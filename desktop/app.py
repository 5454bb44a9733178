"""The running program without its window: its services, and what concerns several of them."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from desktop.domain.activity import Deed
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.server import webhooks
from desktop.services import welcome
from desktop.services.accounts import Accounts
from desktop.services.approvals import Approvals
from desktop.services.attention import Attention
from desktop.services.bot_reports import BotReports
from desktop.services.bots import Bots
from desktop.services.broadcast_drafts import BroadcastDrafts
from desktop.services.broadcast_list import BroadcastList
from desktop.services.broadcast_reports import BroadcastReports
from desktop.services.broadcasts import Broadcasts
from desktop.services.bulk import BulkChanges
from desktop.services.connecting import Connecting, ConnectionForm
from desktop.services.contact_table import ContactTable
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.services.demo import Demo
from desktop.services.dispatcher import Dispatcher, EngineState, EngineStatus
from desktop.services.exports import Exports
from desktop.services.feed import Feed
from desktop.services.fields import Fields
from desktop.services.flows import Flows
from desktop.services.importruns import ImportRuns
from desktop.services.inbox import Inbox
from desktop.services.keys import Keys
from desktop.services.limits import Limits
from desktop.services.lists import Lists
from desktop.services.notes import Notes
from desktop.services.outgoing_files import OutgoingFiles
from desktop.services.quick_replies import QuickReplies
from desktop.services.received_files import ReceivedFiles
from desktop.services.reminders import Reminders
from desktop.services.reportexports import ReportExports
from desktop.services.reports import Reports
from desktop.services.retries import Retries
from desktop.services.rights import allow
from desktop.services.searching import Searching
from desktop.services.segments import Segments
from desktop.services.sending import Sending
from desktop.services.sequences import Sequences
from desktop.services.subscriptions import Subscriptions
from desktop.services.templates import Templates
from desktop.services.trials import Trials
from desktop.services.why import Whys
from desktop.services.workspace import Workspace
from desktop.store import activity, outbox, settings
from desktop.store import conversations as conversation_store
from desktop.store import webhooks as webhook_store
from desktop.store.engine import Store
from desktop.system.clock import SystemClock
from desktop.system.machine import Machine
from desktop.system.paths import Paths
from desktop.system.secrets import Secrets
from desktop.whatsapp.account import Account, ConnectionTest
from desktop.whatsapp.control import SandboxControl

_QUIET_POLL_S: Final = 0.1


class Troubled(Protocol):
    """What can say why it cannot work now."""

    @property
    def trouble(self) -> str: ...


@dataclass(slots=True)
class App:
    """The running program without its window. `desktop.root.open_app()` makes it."""

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
    rounds: Sequence[Troubled] = ()
    """What works beside the engine: broadcasts, sequences, bots, webhooks."""
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
    broadcast_drafts: BroadcastDrafts = field(init=False)
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
    approvals: Approvals = field(init=False)
    limits: Limits = field(init=False)
    lists: Lists = field(init=False)
    broadcast_list: BroadcastList = field(init=False)
    broadcast_reports: BroadcastReports = field(init=False)
    retries: Retries = field(init=False)
    received: ReceivedFiles = field(init=False)
    notes: Notes = field(init=False)
    quick_replies: QuickReplies = field(init=False)
    outgoing_files: OutgoingFiles = field(init=False)
    reminders: Reminders = field(init=False)
    attention: Attention = field(init=False)
    inbox: Inbox = field(init=False)
    searching: Searching = field(init=False)

    def __post_init__(self) -> None:
        """The services that need nothing but the store."""
        self.broadcast_drafts = BroadcastDrafts(self.store)
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
        self.approvals = Approvals(self.store)
        self.limits = Limits(self.store)
        self.lists = Lists(self.store)
        self.broadcast_list = BroadcastList(self.store)
        self.broadcast_reports = BroadcastReports(self.store, place)
        self.retries = Retries(self.store, self.broadcasts.wake)
        self.received = ReceivedFiles(lambda: self.account, place / "received" if place else None)
        self.notes = Notes(self.store)
        self.quick_replies = QuickReplies(self.store)
        self.outgoing_files = OutgoingFiles(self.store, place)
        self.reminders = Reminders(self.store)
        self.attention = Attention(self.store)
        self.inbox = Inbox(self.store)
        self.searching = Searching(self.store)
        self.accounts = Accounts(self.store, sittings=self.workspace.sittings)

    def engine_status(self) -> EngineStatus:
        """What the engine of this process does, and what is the matter with it or with its rounds."""
        if self.engine is None:
            return EngineStatus(trouble=self.engine_elsewhere)
        status = self.engine.status
        trouble = next((one.trouble for one in self.rounds if one.trouble), "")
        if trouble and not status.trouble:
            return replace(status, state=EngineState.WAITING, trouble=trouble)
        return status

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
