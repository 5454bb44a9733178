"""Opens the window: the application, its loop, the program, and the way out."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import cast

from PySide6.QtWidgets import QApplication

from desktop.app import App, open_app
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.options import Options
from desktop.system.machine import Machine
from desktop.ui.loop import loop_factory
from desktop.ui.shell.failure import Failures, watch_loop
from desktop.ui.shell.opening import Opening, Refused, app_icon
from desktop.ui.theme import TEXT_SCALE_PERCENT, Mode, Theme
from desktop.ui.window import MainWindow

_log = logging.getLogger("assent.window")


def run(options: Options) -> int:
    """Open the window and return when it is closed: 0, or 1 if the program could not be opened."""
    app = application()
    theme = theme_of(options)
    theme.apply(app)
    with asyncio.Runner(loop_factory=loop_factory(app)) as runner:
        return runner.run(_session(options, theme))


def application() -> QApplication:
    """The one application of the process, named; its last window closing ends nothing."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("assent")
    app.setApplicationDisplayName("Assent")
    app.setDesktopFileName("assent")
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(app_icon())
    return app


def theme_of(options: Options) -> Theme:
    """As this computer remembers it; what it cannot be is as usual."""
    kept = Machine(options.paths.machine).settings
    mode = kept.theme if kept.theme in ("light", "dark") else "light"
    percent = kept.text_scale_percent if kept.text_scale_percent in TEXT_SCALE_PERCENT else 100
    return Theme(cast(Mode, mode), percent)


async def _session(options: Options, theme: Theme) -> int:
    opening = Opening(theme)
    try:
        async with open_app(options) as app:
            people = await app.workspace.people()
            window = MainWindow(app, theme, people, _who(app, people), (await app.workspace.settings()).given)
            opening.done()
            window.show()
            await _until_closed(window)
    except Problem as problem:
        opening.done()
        _log.error("not opened: %s", problem)
        await Refused(theme, _with_way_out(problem) if options.real else problem).read()
        return 1
    window.hide()
    window.deleteLater()
    return 0


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


async def _until_closed(window: MainWindow) -> None:
    """Until a person closes it or the system ends the program; faults meanwhile are shown in it."""
    loop = asyncio.get_running_loop()
    watch_loop(loop, window.failures)
    hook = sys.excepthook
    sys.excepthook = _excepthook(window.failures)
    forget = _on_signals(lambda: loop.call_soon_threadsafe(window.close_now))
    try:
        await window.closed()
        await window.leave()
    finally:
        forget()
        sys.excepthook = hook


def _excepthook(
    failures: Failures,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Errors in slots arrive here: Qt cannot hand them to a caller."""

    def heard(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        failures.show(error.with_traceback(trace))

    return heard


def _on_signals(close: Callable[[], object]) -> Callable[[], None]:
    """Interrupt and terminate close the window. Returns the undo.

    Python runs a handler between two of its own steps; the feed's polls make those four times a second.
    """

    def heard(number: int, frame: FrameType | None) -> None:
        close()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}

    def forget() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return forget
