"""What to open, and whom it talks to: WhatsApp, a sandbox somewhere, or one inside this process."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from desktop.domain.links import Link
from desktop.sandbox.server import Sandbox
from desktop.services.connecting import Connecting
from desktop.store import opening
from desktop.system.clock import SystemClock
from desktop.system.paths import Paths
from desktop.whatsapp.connection import BadConnection, Connection

SANDBOX_TOKEN: Final = "sandbox-token"
SANDBOX_SECRET: Final = "sandbox-secret"
SANDBOX_NUMBER_ID: Final = "106500000000001"
SANDBOX_WABA_ID: Final = "102290000000001"


@dataclass(frozen=True, slots=True)
class Options:
    """What to open.

    store: a path or an SQLAlchemy address. sandbox_url: an outside sandbox; "" starts one inside this
    process unless the machine is set to a real number (`real`). engine: send and receive here; without it
    the store is only looked at. port 0: any free one. demo: fill an empty sandbox store; welcome: with a
    sequence, too. link: what the window shows first.
    """

    store: str
    paths: Paths
    sandbox_url: str = ""
    real: bool = False
    engine: bool = True
    host: str = "127.0.0.1"
    port: int = 0
    demo: bool = False
    welcome: bool = False
    process: str = "window"
    clock: SystemClock | None = None
    link: Link | None = None
    status_delays_s: dict[str, float] | None = field(
        default_factory=lambda: {"sent": 0.05, "delivered": 0.3, "read": 2.0}
    )


async def connect(options: Options, stack: AsyncExitStack, connecting: Connecting) -> Connection:
    """The connection; an inside sandbox is started, and closed on leaving."""
    if options.real:
        try:
            return await connecting.real()
        except BadConnection as wrong:
            way_out = "Open the sandbox with “assent --sandbox” and mend it in Settings → WhatsApp."
            raise BadConnection(wrong.title, f"{wrong.sentence} {way_out}", wrong.field) from wrong
    url = options.sandbox_url
    if not url and options.engine:
        # An inside sandbox stands still while no engine runs: only the engine's process has one.
        sandbox = Sandbox(_sandbox_path(options), status_delays_s=options.status_delays_s)
        url = await sandbox.start()
        stack.push_async_callback(sandbox.stop)
    return Connection(
        url or "http://127.0.0.1:1",
        SANDBOX_NUMBER_ID,
        SANDBOX_WABA_ID,
        SANDBOX_TOKEN,
        SANDBOX_SECRET,
        is_sandbox=True,
    )


def _sandbox_path(options: Options) -> Path:
    path = opening.file_path(opening.store_url(options.store))
    return path.with_name(path.stem + ".sandbox.db") if path else options.paths.sandbox_log
