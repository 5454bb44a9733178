"""The commands: the window by default, and everything that works without one."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Coroutine
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

if __name__ == "__main__" and sys.argv[1:2] == ["job"]:
    # A child of the window is there in half the time when it loads only what its job needs.
    if sys.argv[2] == "print-broadcast":
        from desktop.ui.broadcasts import report_printing  # Qt lays out the page

        sys.exit(report_printing.answer())
    from desktop.services import jobtable

    sys.exit(jobtable.answer(sys.argv[2]))

from desktop import printed
from desktop.app import App
from desktop.domain import filters
from desktop.domain.audience import Breakdown
from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.consent import OptIn
from desktop.domain.importing import Counts
from desktop.domain.importing import Options as ImportOptions
from desktop.domain.keys import Scope
from desktop.domain.links import read_link
from desktop.domain.people import Role, User
from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.domain.variables import suggest
from desktop.domain.zones import zone
from desktop.options import Options
from desktop.root import open_app
from desktop.sandbox.server import Sandbox
from desktop.services.demo import Demo
from desktop.services.imports import Imports
from desktop.services.seeding import Plan, Seeding
from desktop.store import opening
from desktop.store.engine import REST_S
from desktop.store.ledger import LedgerResult
from desktop.system import logs
from desktop.system.bundle import give_back_environment
from desktop.system.memory import leave_alone
from desktop.system.paths import Paths

T = TypeVar("T")
commands = typer.Typer(add_completion=False, no_args_is_help=False, help="Assent: WhatsApp with consent.")
key = typer.Typer(no_args_is_help=True, help="The keys with which programs use the HTTP API.")
commands.add_typer(key, name="key")
COMMAND_LINE = User(0, "The command line", Role.ADMIN)
"""Who acts when a command does: the person at the shell, who holds the file itself."""

StoreOption = Annotated[
    str, typer.Option("--store", help="A path, or postgresql+psycopg://… ; default: the data folder's.")
]
RealOption = Annotated[bool, typer.Option("--real", help="The real number's store.")]
SandboxUrl = Annotated[str, typer.Option(help="Use the sandbox that answers at this address.")]


@commands.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    store: StoreOption = "",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="The sandbox, even with a number set up.")
    ] = False,
    sandbox_url: SandboxUrl = "",
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Check this program on temporary stores; exits 0 or 1.")
    ] = False,
    open_link: Annotated[
        str, typer.Option("--open", help="A link to what the window shows first: broadcast:12.")
    ] = "",
) -> None:
    """Open the window (on the sandbox with its demo, unless a real number is set up)."""
    if self_test:
        from desktop.ui import selftest

        raise typer.Exit(selftest.self_test(lambda line: print(line, flush=True)))
    if context.invoked_subcommand is None:
        from desktop.system.machine import Machine
        from desktop.ui.run import run

        paths = Paths.of()
        logs.start(paths.log)
        real = not (sandbox or sandbox_url) and not Machine(paths.machine).settings.is_sandbox
        demo = not real
        try:
            link = read_link(open_link) if open_link else None
        except Problem as problem:
            raise _fail(problem) from None
        options = Options(
            _address(store, real=real), paths, sandbox_url, real=real, demo=demo, welcome=demo, link=link
        )
        raise typer.Exit(run(options))


@commands.command()
def serve(
    store: StoreOption = "",
    port: Annotated[int, typer.Option(help="0: any free one.")] = 0,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Start a sandbox inside.")] = False,
    sandbox_url: SandboxUrl = "",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """The engine and the HTTP server, without a window."""
    real = not sandbox and not sandbox_url
    logs.start(None, to_screen=True)
    options = Options(
        _address(store, real=real), Paths.of(), sandbox_url, real=real, host=host, port=port, process="serve"
    )

    async def work() -> None:
        async with open_app(options) as app:
            if app.engine is None:
                raise Problem("Not started", app.engine_elsewhere)
            leave_alone()
            _tell({"listening": app.server_address, "sandbox": app.sandbox_url or None})
            await _until_stopped()

    _run(work())


@commands.command("sandbox")
def sandbox_alone(
    port: Annotated[int, typer.Option(help="0: any free one.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Keep the log in this file; default: in memory.")] = None,
    statuses: Annotated[bool, typer.Option(help="Report sent, delivered and read.")] = True,
) -> None:
    """The pretend WhatsApp alone, on this machine only."""

    async def work() -> None:
        made = Sandbox(data, port=port) if statuses else Sandbox(data, port=port, status_delays_s=None)
        try:
            url = await made.start()
        except OSError as wrong:
            raise Problem("The port cannot be used", f"Port {port}: {wrong.strerror}.") from wrong
        _tell({"listening": url})
        try:
            await _until_stopped()
        finally:
            await made.stop()

    _run(work())


@commands.command()
def seed(
    store: StoreOption = "",
    contacts: Annotated[int, typer.Option(min=0, help="How many contacts to make.")] = 1000,
    opted_out: Annotated[int, typer.Option(min=0, help="How many of them are NO.")] = 10,
    no_choice: Annotated[int, typer.Option(min=0, help="How many have no choice recorded.")] = 0,
    conversations: Annotated[
        int,
        typer.Option(
            min=0, help="How many of them write to you. Only for a new store; 3 % are NO, 12 % none."
        ),
    ] = 0,
    messages: Annotated[
        int | None, typer.Option(min=0, help="In all conversations together; default: ten in each.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Empty the sandbox store first.")] = False,
) -> None:
    """Fill a sandbox store; prints what was made as JSON: without conversations the phones of NO and of none."""
    if opted_out + no_choice > contacts and not conversations:
        raise _fail(Problem("Too many", "--opted-out and --no-choice together exceed --contacts."))
    plan = Plan(contacts, conversations, 10 * conversations if messages is None else messages)

    async def work() -> None:
        options = Options(_address(store), Paths.of(), engine=False, process="seed")
        async with open_app(options) as app:
            demo = Demo(app.store)
            if reset:
                await demo.clear()
            await demo.add_people()
            if plan.conversation_count or plan.message_count:
                _tell(await _seed_talk(app, plan))
                return
            made = await demo.seed(contacts, opted_out, no_choice)
        _tell(
            {
                "contacts": made.contact_count,
                "opted_out": list(made.opted_out),
                "no_choice": list(made.no_choice),
            }
        )

    _run(work())


async def _seed_talk(app: App, plan: Plan) -> dict[str, Any]:
    """Contacts with conversations: how many were made of each. Says on standard error how far it is, and where it ended."""

    def tell(what: str, count: int, wanted_count: int) -> None:
        print(f"{what}: {count:,} of {wanted_count:,}", file=sys.stderr, flush=True)

    seeding = Seeding(app.store, plan, tell)
    try:
        await seeding.run()
    except asyncio.CancelledError:
        made = ", ".join(f"{count:,} {what}" for what, count in seeding.made.items())
        print(
            f"Stopped. The store is not complete: it holds {made}. Begin anew with --reset.", file=sys.stderr
        )
        raise
    return dict(seeding.made)


@commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX, with a header line.")],
    opt_in: Annotated[OptIn, typer.Option(help="For new contacts without a value in the file.")],
    store: StoreOption = "",
    country: Annotated[str, typer.Option(help="Region of numbers without a country code.")] = "CA",
    apply_opt_outs: Annotated[bool, typer.Option(help="A NO in the file counts for known contacts.")] = True,
) -> None:
    """Import contacts; prints counts and the file of rejected rows with their reasons."""

    async def work() -> None:
        async with open_app(Options(_address(store), Paths.of(), engine=False, process="import")) as app:
            options = ImportOptions(country=country, opt_in_for_new=opt_in, apply_opt_outs=apply_opt_outs)
            place = app.paths.home if app.paths else None
            imports = Imports(app.store, rest_s=REST_S, place=place)
            async with imports.read(file, options) as found:
                result = await imports.write(found, options, COMMAND_LINE)
                rejected = await imports.save_rejected(found, file) if result.rejected_rows else None
            told = {one.name: getattr(result.counts, one.name) for one in fields(Counts)}
            _tell(told | {"rejected_rows": str(rejected) if rejected else None})

    _run(work())


@commands.command("job", hidden=True)
def job(name: str) -> None:
    """What a window has done by a process of its own; asked on standard input, see desktop.services.jobs."""
    from desktop.services import jobtable

    raise typer.Exit(jobtable.answer(name))


@commands.command()
def broadcast(
    template: Annotated[str, typer.Option(help="The template's name.")],
    store: StoreOption = "",
    audience: Annotated[str, typer.Option(help="all, or a filter as JSON.")] = "all",
    include_opted_out: Annotated[bool, typer.Option("--include-opted-out")] = False,
    reason: Annotated[str, typer.Option(help="Why opted-out contacts get it; kept.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Without the ten seconds in which a colleague can take it back.")
    ] = False,
    at: Annotated[
        str,
        typer.Option(
            help="When it begins: 2026-12-01T09:00, in the workspace's zone, or with an offset. The command only "
            "schedules it; the engine that runs then sends it."
        ),
    ] = "",
    sandbox_url: SandboxUrl = "",
) -> None:
    """Send a template to an audience; prints the counts and, last, the ledger as one JSON object."""

    async def work() -> bool:
        wanted = _audience(audience)
        if include_opted_out and not reason.strip() and not dry_run:
            raise Problem(
                "Say why",
                "Write the reason with --reason: opted-out contacts are included. It is kept.",
                "reason",
            )
        real = not sandbox_url and _stamp(store) not in (None, opening.SANDBOX)
        options = Options(
            _address(store),
            Paths.of(),
            sandbox_url,
            real=real,
            # Only counted: what else is due on this store does not leave because of it.
            engine=not (dry_run and sandbox_url),
            process="broadcast",
        )
        async with open_app(options) as app:
            _check_engine(app, sandbox_url)
            await app.templates.refresh_if_stale()
            chosen = await app.templates.by_name(template)
            when = await _when(app, at)
            draft = _draft(chosen, wanted, when, only_opted_in=not include_opted_out)
            counted = await app.broadcasts.count(
                wanted, chosen.effective_category, draft.only_opted_in, draft.variables
            )
            _tell(printed.counts(counted))
            if dry_run:
                return True
            launched = await _launch(app, draft, reason, counted, now=now)
            if when.at is not None:
                _tell({"broadcast": launched.id, "starts_at": _moment(launched)})
                return True
            result = await _follow(app, launched.id)
            _tell(printed.ledger(result))
            return result.is_green

    if not _run(work()):
        raise typer.Exit(1)


@commands.command()
def verify(store: StoreOption = "") -> None:
    """Compare the records of every broadcast, then of every sequence; exits 1 if one is red."""

    async def work() -> bool:
        async with open_app(Options(_address(store), Paths.of(), engine=False, process="verify")) as app:
            results = await app.broadcasts.verify_all()
            followed = await app.sequences.verify_all()
        for one in results:
            _tell(printed.ledger(one))
        for other in followed:
            _tell(printed.sequence_ledger(other))
        return all(one.is_green for one in results) and all(one.is_green for one in followed)

    if not _run(work()):
        raise typer.Exit(1)


@commands.command()
def password(
    sign_in_name: Annotated[str, typer.Argument(help="Whose password is forgotten.")],
    store: StoreOption = "",
    real: RealOption = False,
) -> None:
    """Give somebody a new start password: the way back in for an admin who forgot their own."""

    async def work() -> str:
        options = Options(_address(store, real=real), Paths.of(), engine=False, process="password")
        async with open_app(options) as app:
            return await app.accounts.give_start_password(sign_in_name, COMMAND_LINE)

    _tell({"sign_in_name": sign_in_name, "start_password": _run(work())})


@key.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="The program that will use it.")],
    scope: Annotated[Scope, typer.Option(help="restricted: send, and read the status.")] = Scope.ALL,
    store: StoreOption = "",
    real: RealOption = False,
) -> None:
    """Make a key; prints its secrets, which are shown this once."""

    async def work() -> None:
        async with open_app(_for_keys(store, real)) as app:
            made = await app.keys.create(name, scope, COMMAND_LINE)
        _tell({"apiKey": made.api_key.key_id, "apiSecret": made.api_secret, "bearer": made.bearer})

    _run(work())


@key.command("list")
def list_keys(store: StoreOption = "", real: RealOption = False) -> None:
    """Every key on a line, without secrets: when it was last used, and the messages of 24 hours."""

    async def work() -> None:
        async with open_app(_for_keys(store, real)) as app:
            for one in await app.keys.every():
                _tell(printed.key(one))

    _run(work())


@key.command("revoke")
def revoke_key(
    named: Annotated[str, typer.Argument(help="Its name, or the apiKey itself.")],
    store: StoreOption = "",
    real: RealOption = False,
) -> None:
    """Make a key useless from now on."""

    async def work() -> None:
        async with open_app(_for_keys(store, real)) as app:
            found = await app.keys.named(named)
            await app.keys.revoke(found.id, COMMAND_LINE)
        _tell({"apiKey": found.key_id, "name": found.name, "revoked": True})

    _run(work())


def _for_keys(store: str, real: bool) -> Options:
    return Options(_address(store, real=real), Paths.of(), engine=False, process="key")


def _address(store: str, *, real: bool = False) -> str:
    """The store that was named, or the data folder's: the sandbox and a real number have one each."""
    paths = Paths.of()
    return store or os.environ.get("ASSENT_STORE", "") or str(paths.real_store if real else paths.store)


def _stamp(store: str) -> str | None:
    found: str | None = opening.quick_look(opening.store_url(_address(store)))["stamp"]
    return found


def _audience(text: str) -> filters.Filter:
    if text == "all":
        return filters.EVERYONE
    try:
        return filters.from_json(json.loads(text))
    except ValueError as wrong:
        raise Problem("Not a filter", "--audience is “all” or a filter as JSON.", "audience") from wrong


async def _when(app: App, text: str) -> When:
    if not text:
        return When()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Problem("Not a time", "--at is a time such as 2026-12-01T09:00.", "at") from wrong
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone((await app.workspace.settings()).time_zone))
    return When(at)


def _moment(record: BroadcastRecord) -> str | None:
    return record.starts_at.isoformat() if record.starts_at else None


def _draft(template: Template, wanted: filters.Filter, when: When, *, only_opted_in: bool) -> BroadcastDraft:
    variables = tuple(suggest(name, template) for name in template.variables)
    return BroadcastDraft(
        name=f"{template.name} from the command line",
        template_id=template.id,
        audience=wanted,
        only_opted_in=only_opted_in,
        variables=variables,
        when=when,
    )


def _check_engine(app: App, sandbox_url: str) -> None:
    """An engine that runs elsewhere sends for us; it must talk to the same WhatsApp."""
    if app.engine is None and sandbox_url and app.engine_connection not in ("", sandbox_url.rstrip("/")):
        raise Problem(
            "Another connection",
            f"The engine that runs on this store talks to {app.engine_connection}, not to {sandbox_url}.",
        )


async def _launch(
    app: App, draft: BroadcastDraft, reason: str, counted: Breakdown, *, now: bool
) -> BroadcastRecord:
    saved = await app.broadcasts.save_draft(None, draft, COMMAND_LINE)
    return await app.broadcasts.launch(saved, COMMAND_LINE, reason=reason, approved=counted, now=now)


async def _follow(app: App, broadcast_id: int) -> LedgerResult:
    """Until it is through."""
    while True:
        record = await app.broadcasts.get(broadcast_id)
        if record.status.is_over:
            break
        if record.status is BroadcastStatus.DRAFT:
            raise Problem("Taken back", f"Somebody took “{record.name}” back before it began.")
        if record.held_because:
            raise Problem("The broadcast is held", record.held_because)
        await asyncio.sleep(0.2)
    await app.quiet()
    return await app.broadcasts.verify(broadcast_id)


def _tell(what: dict[str, Any]) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except Problem as problem:
        raise _fail(problem) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fail(problem: Problem) -> typer.Exit:
    """Say it on standard error; the exit to raise."""
    print(f"{problem.title}. {problem.sentence}", file=sys.stderr)
    return typer.Exit(2)


async def _until_stopped() -> None:
    """Until Ctrl+C or a polite end by the system."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stopped.set)
    await stopped.wait()


def main() -> None:
    """The `assent` command."""
    give_back_environment()
    commands()


if __name__ == "__main__":
    main()
