"""An import being written, or being undone: how far it is, its stop, and its end; with the card or without."""

import asyncio
import threading
from enum import Enum, auto

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.bulk import BulkKind, BulkStatus
from desktop.domain.filters import Kind
from desktop.domain.importcolumns import Becomes
from desktop.domain.importing import Counts, ImportResult
from desktop.domain.problems import Problem
from desktop.services.importruns import ImportRun
from desktop.services.importwriting import Progress, Stage
from desktop.ui.contacts.imports import words
from desktop.ui.contacts.imports.card import ImportCard
from desktop.ui.contacts.imports.mapping import Mapping
from desktop.ui.contacts.imports.pace import Pace
from desktop.ui.desk import Desk
from desktop.ui.dialog import confirm
from desktop.ui.parts.statusbar import StatusBar
from desktop.ui.parts.toasts import ToastKind

SEGMENT = "jobs"
STOP_NOTE = "What was imported so far is taken back."
UNDO_NOTE = "What was said or done since the import stays. You can go on working meanwhile."
STOPPED = "The import was stopped. What it had written was taken back."


class Busy(Enum):
    """What must not be broken off without asking."""

    NO = auto()
    IMPORTING = auto()
    UNDOING = auto()


_VERBS = {
    Stage.READING: "Reading the file",
    Stage.CHECKING: "Checking",
    Stage.WRITING: "Importing",
    Stage.UNDOING: "Taking the import back",
}


class Writing(QObject):
    """`calm` when it is not at work any more; `stopped` when an import was and nothing of it is left."""

    calm = Signal()
    stopped = Signal()

    def __init__(self, desk: Desk, window: QWidget, card: ImportCard, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._window, self._card = desk, window, card
        self.busy = Busy.NO
        self.result: ImportResult | None = None
        self._file_name = ""
        self._new_fields: list[str] = []
        self._stop = threading.Event()
        self._stopping: asyncio.Task[object] | None = None
        self._pace = Pace()
        self._last: Progress | None = None

    @property
    def what(self) -> str:
        """'Importing november_leads.xlsx'"""
        verb = "Undoing the import of" if self.busy is Busy.UNDOING else "Importing"
        return f"{verb} {self._file_name}"

    @property
    def can_stop(self) -> bool:
        return self.busy is Busy.IMPORTING and not self._stop.is_set()

    def begin(self, busy: Busy, file_name: str, total: int | None) -> None:
        """From now on it counts as at work."""
        self.busy, self._file_name = busy, file_name
        self._stop, self._pace = threading.Event(), Pace()
        self._tell(Progress(Stage.UNDOING if busy is Busy.UNDOING else Stage.WRITING, 0, total))

    def stop(self) -> None:
        """End it soon: an import takes back what it wrote, an undo stays where it is."""
        self._stop.set()
        if self.busy is not Busy.NO and self._last is not None:
            self._tell(self._last)

    async def write(self, run: ImportRun, mapping: Mapping, made: dict[str, Kind]) -> None:
        """Import. made: new attributes by name, of which those that are no texts are defined first."""
        self._new_fields = [one.attribute for one in mapping.columns if one.attribute in made]
        try:
            await self._define(mapping, made)
            result = await run.run(mapping.options, self._desk.user(), self._tell, self._stop)
        except Problem as problem:
            await self._failed(problem)
            return
        finally:
            self._calm_down()
        if result.stopped:
            self._desk.toasts.show_toast(STOPPED, "info")
            self.stopped.emit()
            return
        self.result = result
        sentences = words.done_words(result)
        left_out = result.counts.rejected > 0
        self._card.show_done(sentences, undoable=result.bulk_id is not None, left_out=left_out)
        self._tell_end(f"{result.file_name}: {sentences[0]}", "done")

    async def _define(self, mapping: Mapping, made: dict[str, Kind]) -> None:
        for column in mapping.columns:
            kind = made.get(column.attribute, Kind.TEXT)
            if column.becomes is Becomes.ATTRIBUTE and kind is not Kind.TEXT:
                await self._desk.app.fields.define(column.attribute, kind, (), self._desk.user())
                del made[column.attribute]

    async def _failed(self, problem: Problem) -> None:
        """Refused, or broken off in the middle: then the journal knows, and it can be undone."""
        newest = await self._desk.app.bulk.newest(5)
        mine = [one for one in newest if one.kind is BulkKind.IMPORT and one.title == self._file_name]
        broken = [one.id for one in mine if one.status is BulkStatus.INTERRUPTED]
        if broken:
            self.result = ImportResult(self._file_name, Counts(), stopped=True, bulk_id=broken[0])
            self._card.show_done([f"{problem.title}.", problem.sentence], undoable=True, left_out=False)
        else:
            self._card.back_to_columns()
            self._card.options.strip.show_failed(problem.sentence)
        self._tell_end(f"{problem.title}. {problem.sentence}", "danger")

    async def undo(self) -> None:
        """Bring back what stood before the import."""
        assert self.result is not None
        assert self.result.bulk_id is not None

        def tell(done: int, total: int) -> None:
            self._tell(Progress(Stage.UNDOING, done, total))

        try:
            undone = await self._desk.app.bulk.undo(self.result.bulk_id, self._desk.user(), tell, self._stop)
        except Problem as problem:
            self._card.back_to_done()
            self._card.done_step.show_problem(problem.sentence)
            self._tell_end(f"{problem.title}. {problem.sentence}", "danger")
        else:
            sentences = [*words.undone_words(undone), *words.fields_stay_words(self._new_fields)]
            self._card.show_undone(sentences)
            self._tell_end(f"The import of {self._file_name} was undone. {sentences[0]}", "done")
        finally:
            self._calm_down()

    async def ask_stop(self) -> None:
        """Whether to stop; the question goes when the import ends first."""
        self._stopping = asyncio.current_task()
        try:
            wanted = await confirm(
                self._desk.theme, self._window, "Stop the import?", STOP_NOTE, do="Stop the import",
                keep="Go on importing", danger=True, name="import_ask_stop",
            )  # fmt: skip
        finally:
            self._stopping = None
        if wanted and self.can_stop:
            self.stop()

    def show_in_status(self) -> None:
        """The card is away: how far it is stands at the window's foot."""
        away = self.busy is not Busy.NO and not self._card.isVisible()
        text = f"{self.what}… {self._card.progress.counted}".strip() if away else ""
        bar = self._window.findChild(StatusBar)
        if isinstance(bar, StatusBar):
            bar.show_segment(SEGMENT, text, "info", tooltip=text)

    def _tell(self, progress: Progress) -> None:
        self._last = progress
        stopping = self.busy is Busy.IMPORTING and self._stop.is_set()
        undoing = progress.stage is Stage.UNDOING
        what = "Stopping" if stopping and not undoing else _VERBS[progress.stage]
        self._card.show_progress(
            what,
            progress.done_rows,
            progress.total_rows,
            self._pace.left_s(progress.done_rows, progress.total_rows),
            note=STOP_NOTE if stopping else UNDO_NOTE if undoing else "",
            stoppable=self.can_stop,
            undoing=undoing,
        )
        self.show_in_status()

    def _calm_down(self) -> None:
        self.busy = Busy.NO
        if self._stopping is not None:
            self._stopping.cancel()
        self.show_in_status()
        self.calm.emit()

    def _tell_end(self, text: str, kind: ToastKind) -> None:
        """Nobody looks at the card: say it, and offer to show what can be done about it."""
        if not self._card.isVisible():
            self._desk.toasts.show_toast(text, kind, action="Show", on_action=self._show_card)

    def _show_card(self) -> None:
        if shiboken6.isValid(self._card):
            self._card.open()
