"""Opens the window: the application, its loop, the program, and the way out."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, cast

from PySide6.QtWidgets import QApplication

from desktop.app import App
from desktop.domain.links import Link
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.options import Options
from desktop.root import open_app
from desktop.system.crash import Running, hear_all
from desktop.system.machine import Machine
from desktop.system.memory import leave_alone
from desktop.ui.collector import collect_here
from desktop.ui.loop import loop_factory
from desktop.ui.shell import diagnostics
from desktop.ui.shell.crashed import tell_crashes
from desktop.ui.shell.failure import Failures, report_of, watch_loop
from desktop.ui.shell.opening import Opening, Refused, app_icon
from desktop.ui.shell.signin import SignIn
from desktop.ui.theme import TEXT_SCALE_PERCENT, Mode, Theme
from desktop.ui.window import MainWindow

_log = logging.getLogger("assent.window")
_SWITCH_S = 0.001
"""How long a thread of the store may keep the window waiting for the interpreter: Python's usual 5 ms are a third
of a frame. While sending, the 99th percentile of the window's stalls fell from 19 to 11 ms, at the same rate."""
_BEAT_S = 60.0
_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""How a program is ended politely: Ctrl+C at the shell, logging out, shutting down."""
_ENDED = 130
"""What the program returns when it was ended so before its window was there."""


def run(options: Options) -> int:
    """Open the window and return when it is closed: 0, or 1 if the program could not be opened."""
    app = application()
    theme = theme_of(options)
    theme.apply(app)
    running = Running(options.paths.home)
    _end_at_once()
    try:
        running.begin()
        with asyncio.Runner(loop_factory=loop_factory(app)) as runner:
            return runner.run(_session(options, theme, running))
    except asyncio.CancelledError:
        return _ENDED
    finally:
        running.end()


def _end_at_once() -> None:
    """Until the loop runs: a program that the system ends did not crash."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(_ENDED)

    for number in _ENDING:
        signal.signal(number, end)


def application() -> QApplication:
    """The one application of the process, named; its last window closing ends nothing."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("assent")
    app.setApplicationDisplayName("Assent")
    app.setDesktopFileName("assent")
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(app_icon())
    sys.setswitchinterval(_SWITCH_S)
    collect_here(app)
    return app


def theme_of(options: Options) -> Theme:
    """As this computer remembers it; what it cannot be is as usual."""
    kept = Machine(options.paths.machine).settings
    mode = kept.theme if kept.theme in ("light", "dark") else "light"
    percent = kept.text_scale_percent if kept.text_scale_percent in TEXT_SCALE_PERCENT else 100
    return Theme(cast(Mode, mode), percent)


async def _session(options: Options, theme: Theme, running: Running | None = None) -> int:
    forget = _until_there()
    beat = asyncio.ensure_future(_beat(running)) if running is not None else None
    opening = Opening(theme)
    try:
        async with open_app(options) as app:
            window = await _sittings(app, theme, opening, options.link)
    except Problem as problem:
        opening.done()
        _log.error("not opened: %s", problem)
        await Refused(theme, _with_way_out(problem) if options.real else problem).read()
        return 1
    except Exception as error:
        opening.done()
        _log.exception("unexpected, outside the window")
        await Refused(theme, _fault(error), report=report_of(error)).read()
        return 1
    finally:
        forget()
        if beat is not None:
            beat.cancel()
    if window is not None:  # until here it said that it closes
        _remove(window)
    return 0


def _until_there() -> Callable[[], None]:
    """While no window is there to be closed, the session is cancelled: an exception in a handler would be lost
    wherever Qt called what it interrupts, and the program would go on. Returns the undo."""
    loop, session = asyncio.get_running_loop(), asyncio.current_task()
    assert session is not None
    return _on_signals(lambda: loop.call_soon_threadsafe(session.cancel))


async def _sittings(app: App, theme: Theme, opening: Opening, link: Link | None = None) -> MainWindow | None:
    """One person after the other, until one closes the window, which is returned; None: closed at the door.

    link: what the first one is shown.
    """
    notice = ""
    while (user := await _come_in(app, theme, opening, notice)) is not None:
        settings, people = await app.workspace.settings(), await app.workspace.people()
        window = MainWindow(app, theme, people, user, settings.given, sign_in=settings.sign_in)
        opening.done()
        window.show()
        leave_alone()
        if link is not None:
            window.places.open_broadcast(link.id)
            link = None
        await _until_closed(window, app, theme)
        if not window.leaving.out:
            return window
        notice = window.leaving.notice
        await app.accounts.sign_out(window.desk.user())
        _remove(window)
    return None


async def _come_in(app: App, theme: Theme, opening: Opening, notice: str) -> User | None:
    """Who sits here: whoever signs in, where people do; None if nobody wants to."""
    settings = await app.workspace.settings()
    if not settings.sign_in:
        return _who(app, await app.workspace.people())
    door = SignIn(app, theme, settings.business_name, notice)
    opening.done()
    try:
        with _attended(door.failures, door.close_now):
            return await door.user()
    finally:
        door.remove()


def _remove(window: MainWindow) -> None:
    window.hide()
    window.deleteLater()


async def _beat(running: Running) -> None:
    """So that it can be told when a program was last seen that ended without a word."""
    while True:
        await asyncio.sleep(_BEAT_S)
        await asyncio.to_thread(running.beat)


def _fault(error: Exception) -> Problem:
    """A fault while no window is there to show it in."""
    return Problem(
        "Assent could not go on",
        f"A fault in Assent ended it: {type(error).__name__}. What was kept before is safe. Copy the report; it "
        "helps to mend it.",
    )


def _with_way_out(problem: Problem) -> Problem:
    """A real number that cannot be opened is mended in the settings, which the sandbox's window has too."""
    way_out = "To change the connection, start with: assent --sandbox, and open Settings, WhatsApp."
    return Problem(problem.title, f"{problem.sentence} {way_out}", problem.field)


def _who(app: App, people: list[User]) -> User:
    """Who sat here last; else the first person. Raises a Problem if the workspace has nobody."""
    if not people:
        raise Problem("Nobody works here yet", "This workspace has no people, so nobody can sit here.")
    last_id = app.machine.settings.user_id if app.machine is not None else 0
    return next((one for one in people if one.id == last_id), people[0])


async def _until_closed(window: MainWindow, app: App, theme: Theme) -> None:
    """Until a person closes it or the system ends the program; faults meanwhile are shown in it."""
    with _attended(window.failures, window.close_now):
        if app.paths is not None:
            telling = tell_crashes(theme, window, app.paths.home, lambda: diagnostics.text_of(app))
            window.tasks.spawn(window, telling)
        await window.closed()
        await window.leave()


@contextmanager
def _attended(failures: Failures, close: Callable[[], object]) -> Iterator[None]:
    """Faults are shown in the window of `failures`; when the system ends the program, `close` is called."""
    loop = asyncio.get_running_loop()
    watch_loop(loop, failures)
    # Errors in slots arrive there: Qt cannot hand them to a caller.
    stop_hearing = hear_all(lambda error: failures.hear(error, loop))
    forget = _on_signals(lambda: loop.call_soon_threadsafe(close))
    leaving = _application().commitDataRequest.connect(lambda _session: close())
    try:
        yield
    finally:
        _application().commitDataRequest.disconnect(leaving)
        forget()
        stop_hearing()


def _application() -> QApplication:
    found = QApplication.instance()
    assert isinstance(found, QApplication)
    return found


def _on_signals(close: Callable[[], object]) -> Callable[[], None]:
    """Interrupt and terminate close the window. Returns the undo.

    Python runs a handler between two of its own steps; the feed's polls make those four times a second.
    """

    def heard(number: int, frame: FrameType | None) -> None:
        close()

    before = {number: signal.signal(number, heard) for number in _ENDING}

    def forget() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return forget
