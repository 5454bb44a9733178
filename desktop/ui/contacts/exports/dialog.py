"""Opens the card of an export and sees it through."""

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.domain.contact_table import Target
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.services.exports import ExportFormat
from desktop.ui.contacts.exports import words
from desktop.ui.contacts.exports.card import ExportCard
from desktop.ui.contacts.imports.filedialogs import choose_place
from desktop.ui.contacts.imports.pace import Pace
from desktop.ui.desk import Desk
from desktop.ui.tasks import Once


def open_export(desk: Desk, parent: QWidget, target: Target, count: int, format: ExportFormat) -> None:
    """Ask where `count` contacts go, write them there and say when they are; returns at once."""
    refusal = desk.refusal(Right.EXPORT)
    if refusal:
        desk.toasts.show_toast(refusal, "danger")
        return
    ExportFlow(desk, parent.window(), target, count, format).card.open()


class ExportFlow(QObject):
    """One export and its card; gone with it."""

    def __init__(self, desk: Desk, window: QWidget, target: Target, count: int, format: ExportFormat) -> None:
        super().__init__(window)
        self.setObjectName("export_flow")
        self._desk, self._window = desk, window
        self._target, self._count, self._format = target, count, format
        self._stop = threading.Event()
        self._pace = Pace()
        self._far = (0, count)
        self._once = Once(desk.tasks, self)
        self.card = ExportCard(desk.theme, window, target, count, format)
        self.card.choose_requested.connect(lambda: self._once.start(self._export, on_problem=self._refused))
        self.card.leave_requested.connect(self._leave)

    async def _export(self) -> None:
        day = self._desk.app.clock.now().astimezone()
        path = await choose_place(
            self._desk.theme, self._window, "Save the contacts", f"contacts {day:%Y-%m-%d}.{self._format.value}",
            words.FILTERS[self._format], name="export_place",
        )  # fmt: skip
        if path is None:
            return
        self._stop, self._pace = threading.Event(), Pace()
        self._tell(0, self._count)
        user = self._desk.user()
        result = await self._desk.app.exports.run(
            self._target, path, self._format, user, self._tell, self._stop
        )
        if result is None:
            self._desk.toasts.show_toast("The export was stopped. No file was written.")
        else:
            folder = result.path.parent
            self._desk.toasts.show_toast(
                words.done_words(result), "done", action="Open folder", on_action=lambda: _open_folder(folder)
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


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
