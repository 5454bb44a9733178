"""`assent --self-test`: whether this program, as it lies on this disk, can do what it is for.

Everything happens offscreen, on stores in a temporary folder, against a sandbox of its own; nothing of the person's is
opened. It is the last check of a bundle: what was forgotten in it is missing here.
"""

import asyncio
import importlib
import os
import pkgutil
import shutil
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase, QImage
from PySide6.QtWidgets import QApplication, QWidget

import desktop
from desktop.app import App
from desktop.domain import zones
from desktop.domain.consent import OptIn, Outcome
from desktop.domain.consent import Path as By
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import Role, User
from desktop.options import Options
from desktop.root import open_app
from desktop.services.contacts import Contacts
from desktop.store import contacts, conversations, oldstore, opening
from desktop.store.engine import StoreBroken
from desktop.system import secrets
from desktop.system.clock import SystemClock
from desktop.system.passwords import Passwords
from desktop.system.paths import Paths
from desktop.system.version import described
from desktop.ui.loop import loop_factory
from desktop.ui.parts.chart import Line, LineChart
from desktop.ui.theme import FAMILIES, MONO_FAMILIES, Theme
from desktop.ui.window import MainWindow

WITHIN_S: Final = 50.0
"""The whole test; with the time the program takes to start it is over in a minute."""
_MESSAGE_WITHIN_S: Final = 20.0
_POLL_S: Final = 0.05
_YES, _NO = "+14165550117", "+12505550109"  # of the demo: Arjun Kapoor, Ravi Iyer
_LEAST_COLORS: Final = 20

Tell = Callable[[str], object]


class Wrong(Exception):
    """A check found something else than it should have."""


@dataclass(slots=True)
class Ground:
    """What the checks stand on."""

    home: Path
    theme: Theme
    stack: AsyncExitStack
    opened: list[App] = field(default_factory=list)

    @property
    def app(self) -> App:
        if not self.opened:
            raise Wrong("the program could not be opened")
        return self.opened[0]


def self_test(tell: Tell, *, within_s: float = WITHIN_S) -> int:
    """Make every check and tell a line for each; 0 if all are good, else 1.

    Ends the process with 1 if that takes longer than `within_s`, and names the check that hung.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    at_work = ["starting"]

    def too_long() -> None:
        tell(f"failed  {at_work[0]}: not done within {within_s:.0f} s")
        os._exit(1)

    watchdog = threading.Timer(within_s, too_long)
    watchdog.daemon = True
    watchdog.start()
    home = Path(tempfile.mkdtemp(prefix="assent-self-test-"))
    before = {name: os.environ.pop(name, None) for name in ("ASSENT_HOME", "ASSENT_STORE", "ASSENT_CRASH_AT")}
    os.environ["ASSENT_HOME"] = str(home)
    try:
        found = QApplication.instance()
        app = found if isinstance(found, QApplication) else QApplication(["assent"])
        with asyncio.Runner(loop_factory=loop_factory(app)) as runner:
            failed_count = runner.run(_run(home, app, tell, at_work))
    finally:
        watchdog.cancel()
        os.environ.pop("ASSENT_HOME")
        os.environ.update({name: value for name, value in before.items() if value is not None})
        shutil.rmtree(home, ignore_errors=True)
    return 1 if failed_count else 0


async def _run(home: Path, app: QApplication, tell: Tell, at_work: list[str]) -> int:
    tell(described())
    started_s, failed_count = time.monotonic(), 0
    async with AsyncExitStack() as stack:
        ground = Ground(home, Theme(motion=False), stack)
        for name, check in CHECKS:
            at_work[0] = name
            failed_count += await _made(name, check(ground), tell)
        at_work[0] = "closing"
    passed_s = time.monotonic() - started_s
    tell(
        f"{'FAILED' if failed_count else 'passed'}: {len(CHECKS) - failed_count} of {len(CHECKS)}, {passed_s:.1f} s"
    )
    return failed_count


async def _made(name: str, check: Awaitable[str], tell: Tell) -> int:
    """1 if the check failed."""
    started_s = time.monotonic()
    try:
        said, is_good = await check, True
    except Exception as wrong:
        said, is_good = f"{type(wrong).__name__}: {wrong}".replace("\n", " "), False
    tell(f"{'ok    ' if is_good else 'failed'}  {name}: {said} ({time.monotonic() - started_s:.2f} s)")
    return 0 if is_good else 1


def _must(condition: object, sentence: str) -> None:
    if not condition:
        raise Wrong(sentence)


# What lies on the disk.


async def _files(ground: Ground) -> str:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    ground.theme.apply(app)
    known = set(QFontDatabase.families())
    missing = sorted({*FAMILIES, *MONO_FAMILIES} - known)
    _must(not missing, f"these fonts are missing: {', '.join(missing)}")
    _must("QPushButton" in app.styleSheet(), "the style sheet is empty")
    pages = resources.files("fastapi_swagger") / "resources" / "swagger-ui.css"
    _must(pages.is_file(), "the page that shows the API's description is missing")
    return f"{len({*FAMILIES, *MONO_FAMILIES})} fonts, the style sheet, the API's page"


async def _modules(ground: Ground) -> str:
    names = [
        one.name for one in pkgutil.walk_packages(desktop.__path__, "desktop.") if _is_ordinary(one.name)
    ]
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as wrong:
            raise Wrong(f"{name}: {type(wrong).__name__}: {wrong}") from wrong
    _must(len(names) > 100, f"only {len(names)} modules are there")
    return f"{len(names)} modules load"


async def _zones(ground: Ground) -> str:
    names = zones.names()
    _must(len(names) > 400, f"only {len(names)} time zones are there")
    for name in names:
        zones.zone(name)
    for phone, wanted in (("+14165550117", "America/Toronto"), ("+447400123456", "Europe/London")):
        found = zones.of_phone(phone)
        _must(found is not None and found.key == wanted, f"a number of {wanted} is one of {found}")
    return f"{len(names)} time zones, and those of numbers"


def _is_ordinary(name: str) -> bool:
    """The entry and Alembic's scripts do something when they are imported."""
    return name != "desktop.__main__" and ".migrations." not in name


async def _icon(ground: Ground) -> str:
    drawn = ground.theme.icon("paper-plane-right", "accent").pixmap(QSize(64, 64)).toImage()
    inked = _inked_count(drawn)
    _must(300 < inked < 64 * 64 * 0.8, f"an icon of 64 × 64 has {inked} inked pixels")
    _must(not ground.theme.icon("gear").isNull(), "an icon is empty")
    return f"{inked:,} pixels inked"


async def _plot(ground: Ground) -> str:
    lines = (
        Line("delivered", "accent", ((0, 0), (1, 40), (2, 90))),
        Line("failed", "danger", ((0, 0), (2, 3))),
    )
    chart = LineChart(ground.theme, lines, x_labels=((0, "0 s"), (2, "2 s")), name="self_test_plot")
    chart.resize(420, 180)
    picture = chart.grab().toImage()
    wanted = {ground.theme.color(line.color).rgb() for line in lines}
    seen = {picture.pixelColor(x, y).rgb() for x in range(picture.width()) for y in range(picture.height())}
    chart.deleteLater()
    _must(wanted <= seen, "a line of the plot is missing")
    return f"two lines, {len(seen)} colours"


def _inked_count(image: QImage) -> int:
    return sum(
        image.pixelColor(x, y).alpha() > 40 for x in range(image.width()) for y in range(image.height())
    )


# What the program stands on.


async def _old_file(ground: Ground) -> str:
    path = ground.home / "old.db"
    contact_id = await asyncio.to_thread(oldstore.write_old_store, path)
    opened = await asyncio.to_thread(opening.open_store, str(path), SystemClock(), "self-test")
    try:
        history = await Contacts(opened.store).history(contact_id)
        person = await Contacts(opened.store).get(contact_id)
    finally:
        await asyncio.to_thread(opened.store.close)
    _must([one.evidence for one in history] == [oldstore.EVIDENCE], "the consent event is not as it was")
    _must(person.facts.opt_in is OptIn.NO, "who opted out counts as something else")
    _must(opened.backup_path and opened.backup_path.is_file(), "no copy was made before the upgrade")
    now = opening.newest_revision()
    _must(opening.quick_look(opening.store_url(str(path)))["revision"] == now, "it was not upgraded")
    return f"{oldstore.FIRST} → {now}, the opt-out and its evidence kept, a copy made before"


async def _postgresql(ground: Ground) -> str:
    """No server is asked for: the driver's own refusal shows that it is there."""
    nobody = "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=3"
    try:
        await asyncio.to_thread(opening.open_store, nobody, SystemClock(), "self-test")
    except StoreBroken:
        return "the driver is there"
    raise Wrong("something answers at port 1")


async def _passwords(ground: Ground) -> str:
    passwords = Passwords()
    kept = await passwords.hash("correct horse")
    _must(kept.startswith("$argon2id$"), "not argon2id")
    _must(await passwords.matches(kept, "correct horse"), "the right password is refused")
    _must(not await passwords.matches(kept, "battery staple"), "a wrong password is taken")
    return "argon2id hashed and compared"


async def _keyrings(ground: Ground) -> str:
    names = await asyncio.to_thread(secrets.backends)
    _must(names, "no keyring backend is known")
    return ", ".join(names)


# What the program does.


async def _open(ground: Ground) -> str:
    paths = Paths(ground.home)
    options = Options(str(paths.store), paths, demo=True, process="self-test")
    app = await ground.stack.enter_async_context(open_app(options))
    ground.opened.append(app)
    _must(app.engine is not None, app.engine_elsewhere)
    _must(app.server_address and app.sandbox_url, "the server or the sandbox has no address")
    return f"server {app.server_address}, sandbox {app.sandbox_url}, {await app.contacts.count():,} contacts"


async def _send(ground: Ground) -> str:
    app = ground.app
    message_id, outcome = await _submit(app, _YES, By.COMPOSE)
    _must(outcome is Outcome.SEND, f"who opted in is answered {outcome.value}")
    end_s = time.monotonic() + _MESSAGE_WITHIN_S
    while (status := await _status(app, message_id)) not in (Status.DELIVERED, Status.READ):
        _must(time.monotonic() < end_s, f"the message is {status.value if status else 'gone'}")
        await asyncio.sleep(_POLL_S)
    _must(await app.last_webhook_at(), "no webhook came")
    return "marketing to who opted in: delivered, told by webhook"


async def _stop(ground: Ground) -> str:
    app = ground.app
    message_id, outcome = await _submit(app, _NO, By.API)
    _must(outcome is Outcome.FAIL, f"who opted out is answered {outcome.value}")
    (kept,) = await app.store.read(lambda tx: conversations.messages(tx, [message_id]))
    _must(kept.status is Status.FAILED and kept.reason, "the stopped message has no reason")
    assert kept.reason is not None
    return f"marketing to who opted out: stopped, “{kept.reason.label}”"


async def _submit(app: App, phone: str, by: By) -> tuple[int, Outcome]:
    template = await app.templates.by_name("winter_clearance")
    (contact_id,) = await app.store.read(lambda tx: contacts.find(tx, phone=phone))
    person = (await app.workspace.people())[0]
    wanted = Submission(
        contact_id,
        by,
        "template",
        "",
        Lane.PEOPLE if by is By.COMPOSE else Lane.API,
        content={"values": {name: "Ana" for name in template.variables}},
        template_id=template.id,
        author_id=person.id,
    )
    done = await app.sending.submit(wanted, person if by is By.COMPOSE else None)
    if done.message_id is None:
        raise Wrong(f"nothing was kept: {done.verdict.outcome.value}")
    return done.message_id, done.verdict.outcome


async def _status(app: App, message_id: int) -> Status | None:
    found = await app.store.read(lambda tx: conversations.messages(tx, [message_id]))
    return found[0].status if found else None


async def _job(ground: Ground) -> str:
    table = ground.home / "people.csv"
    table.write_text("Name,Phone,Opt-in\nZoe Roy,604-555-0178,TRUE\n", encoding="utf-8")
    (person, *_) = [one for one in await ground.app.workspace.people() if one.role is Role.ADMIN]
    async with ground.app.imports.open(table, person) as run:
        _must(len(run.look.columns) == 3, "the child process read something else")
    return "a child process read a file"


async def _window(ground: Ground) -> str:
    app = ground.app
    people: list[User] = await app.workspace.people()
    window = MainWindow(app, ground.theme, people, people[0], (await app.workspace.settings()).given)
    try:
        window.resize(1200, 800)
        window.show()
        for key in ("conversations", "contacts", "broadcasts", "templates", "settings"):
            window.go(key)
            await window.tasks.drain()
        colors = _color_count(window)
    finally:
        await window.leave()
        window.hide()
        window.deleteLater()
    _must(colors > _LEAST_COLORS, f"the window has {colors} colours")
    return f"every page opened and drawn, {colors:,} colours"


def _color_count(widget: QWidget) -> int:
    picture = widget.grab().toImage()
    steps = range(0, picture.height(), 3)
    return len({picture.pixelColor(x, y).rgb() for x in range(0, picture.width(), 3) for y in steps})


CHECKS: Final[tuple[tuple[str, Callable[[Ground], Awaitable[str]]], ...]] = (
    ("fonts and style", _files),
    ("modules", _modules),
    ("time zones", _zones),
    ("icon", _icon),
    ("plot", _plot),
    ("old file", _old_file),
    ("PostgreSQL", _postgresql),
    ("passwords", _passwords),
    ("keyrings", _keyrings),
    ("server and sandbox", _open),
    ("message", _send),
    ("opt-out", _stop),
    ("child process", _job),
    ("window", _window),
)
