"""Opens the card of an export and sees it through."""

import asyncio
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services.exports import ExportFormat, ExportResult, Tell
from desktop.ui.contacts.imports.filedialogs import choose_place
from desktop.ui.contacts.imports.pace import Pace
from desktop.ui.desk import Desk
from desktop.ui.exports import words
from desktop.ui.exports.card import ExportCard
from desktop.ui.exports.words import Subject
from desktop.ui.tasks import Once


class Run(Protocol):
    """Writes the file: a verb of the services, all but its place already said."""

    def __call__(
        self, path: Path, format: ExportFormat, user: User, tell: Tell, stop: threading.Event, /
    ) -> Awaitable[ExportResult | None]: ...


def start_export(
    desk: Desk, parent: QWidget, subject: Subject, count: int, run: Run, format: ExportFormat | None = None
) -> "ExportFlow | None":
    """Ask where `count` rows go, write them there and say when they are. Returns at once; None if not allowed.

    format None: it is asked for.
    """
    refusal = desk.refusal(Right.EXPORT)
    if refusal:
        desk.toasts.show_toast(refusal, "danger")
        return None
    flow = ExportFlow(desk, parent.window(), subject, count, run, format)
    flow.card.open()
    return flow


class ExportFlow(QObject):
    """One export and its card; gone with it. `over` is done then."""

    def __init__(
        self, desk: Desk, window: QWidget, subject: Subject, count: int, run: Run, format: ExportFormat | None
    ) -> None:
        super().__init__(window)
        self.setObjectName("export_flow")
        self._desk, self._window = desk, window
        self._subject, self._run = subject, run
        self._stop = threading.Event()
        self._pace = Pace()
        self._far = (0, count)
        self._count = count
        self._once = Once(desk.tasks, self)
        self.over = asyncio.Event()
        self.card = ExportCard(desk.theme, window, subject, format)
        self.card.choose_requested.connect(lambda: self._once.start(self._export, on_problem=self._refused))
        self.card.leave_requested.connect(self._leave)
        over = self.over
        self.destroyed.connect(lambda: over.set())

    async def _export(self) -> None:
        format = self.card.format
        day = self._desk.app.clock.now().astimezone()
        path = await choose_place(
            self._desk.theme, self._window, f"Save the {self._subject.name}",
            f"{self._subject.file_stem} {day:%Y-%m-%d}.{format.value}", words.FILTERS[format], name="export_place",
        )  # fmt: skip
        if path is None:
            return
        self._stop, self._pace = threading.Event(), Pace()
        self._tell(0, self._count)
        result = await self._run(path, format, self._desk.user(), self._tell, self._stop)
        if result is None:
            self._desk.toasts.show_toast("The export was stopped. No file was written.")
        else:
            folder = result.path.parent
            said = words.done_words(self._subject, result)
            self._desk.toasts.show_toast(
                said, "done", action="Show in folder", on_action=lambda: _open_folder(folder)
            )
        self._close()

    def _tell(self, done: int, total: int) -> None:
        self._far = (done, total)
        self.card.show_progress(done, total, self._pace.left_s(done, total), stopping=self._stop.is_set())

    def _refused(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.card.show_problem(problem)

    def _leave(self) -> None:
        if self._once.running:
            self._stop.set()
            self._tell(*self._far)
        else:
            self._close()

    def _close(self) -> None:
        self.card.done(0)
        self.card.deleteLater()
        self.deleteLater()
        self.over.set()


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
