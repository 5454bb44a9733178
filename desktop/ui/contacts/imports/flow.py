"""An import from the choice of its file to its undo; it goes on when its card is closed in the middle."""

import asyncio
import threading
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.domain.consent import OptIn
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importcolumns import Becomes
from desktop.domain.importing import Counts, lacks_country_code
from desktop.domain.problems import Problem
from desktop.domain.text import fold
from desktop.services.importruns import ImportRun
from desktop.services.importwriting import Progress
from desktop.ui.contacts.imports import words
from desktop.ui.contacts.imports.card import COLUMNS, ImportCard
from desktop.ui.contacts.imports.country import choose_country
from desktop.ui.contacts.imports.example import NAME as EXAMPLE_NAME
from desktop.ui.contacts.imports.example import write_example
from desktop.ui.contacts.imports.file_step import ENDINGS
from desktop.ui.contacts.imports.filedialogs import choose_file, choose_folder, choose_place
from desktop.ui.contacts.imports.filetask import FileTask, Work
from desktop.ui.contacts.imports.mapping import Mapping, Reading
from desktop.ui.contacts.imports.newattribute import ask_attribute
from desktop.ui.contacts.imports.writing import Busy, Writing
from desktop.ui.contacts.recent import UNDO_IMPORT
from desktop.ui.desk import Desk
from desktop.ui.dialog import confirm
from desktop.ui.tasks import Once

MOST_LOOKED_AT = 10_000
"""Rows that cannot be read in which numbers without a country code are looked for."""


class ImportFlow(QObject):
    """One import and its card: the file, its columns, the check; what writes is `writing`."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("import_flow")
        self._desk, self._window = desk, window
        self._file: FileTask | None = None
        self._mapping = self._proposed = Mapping(())
        self._known: list[Attribute] = []
        self._made: dict[str, Kind] = {}
        self._counts: Counts | None = None
        self._checked: Reading | None = None
        self._stop = threading.Event()
        self._asking = Once(desk.tasks, self)
        self.card = ImportCard(desk.theme, window)
        self.writing = Writing(desk, window, self.card, self)
        self._listen()

    def begin(self, path: Path | None) -> None:
        """Open the card; a path is looked at straight away."""
        self.card.open()
        if path is not None:
            self._take(path)

    def show_card(self) -> None:
        """Bring the card back."""
        self.card.open()
        self.writing.show_in_status()

    @property
    def working(self) -> bool:
        """True while contacts are being written, or an import undone."""
        return self.writing.busy is not Busy.NO

    @property
    def at_stake(self) -> str:
        """What closing the window would do to it."""
        if self.writing.busy is Busy.UNDOING:
            return f"{self.writing.what}: it would stay half undone; undo it again to finish."
        return f"{self.writing.what}: it would be stopped, and what it has written taken back."

    async def end(self) -> None:
        """Stop, and return when what was written has been taken back. An undo stays where it is."""
        ended = asyncio.Event()
        self.writing.calm.connect(ended.set)
        self.writing.stop()
        if self.working:
            await ended.wait()

    def leave(self) -> None:
        """Close for good. Not while it works."""
        self._stop.set()
        self.card.done(0)
        file, self._file = self._file, None
        if file is not None:
            file.leave()
        else:
            self._forget()

    def _forget(self) -> None:
        self.card.hide()
        self.card.deleteLater()
        self.deleteLater()

    # Wishes of the card.

    def _listen(self) -> None:
        card, ask = self.card, self._asking.start
        card.file.drop.file_requested.connect(self._take)
        card.file.drop.choose_requested.connect(lambda: ask(self._choose))
        card.file.example_requested.connect(lambda: ask(self._save_example, on_problem=self._say_problem))
        card.columns.becomes_requested.connect(
            lambda index, becomes, name: self._mapped(self._mapping.becoming(index, becomes, name))
        )
        card.columns.country_requested.connect(lambda index: ask(lambda: self._ask_country(index)))
        card.columns.new_attribute_requested.connect(lambda index: ask(lambda: self._ask_attribute(index)))
        card.options.country_requested.connect(self._other_country)
        card.options.new_contacts.opt_in_requested.connect(self._choose_opt_in)
        card.options.opt_outs.apply_requested.connect(
            lambda apply: self._mapped(self._mapping.with_apply(apply))
        )
        strip = card.options.strip
        strip.show_rejected_requested.connect(lambda: self._ask_file(self._show_rejected))
        strip.stop_requested.connect(self._stop_check)
        strip.check_requested.connect(self._check_again)
        card.rejected_step.save_requested.connect(lambda: ask(self._save_rejected))
        card.done_step.save_requested.connect(lambda: ask(self._save_rejected))
        card.done_step.undo_requested.connect(lambda: ask(self._ask_undo))
        card.back_requested.connect(card.back_to_columns)
        card.step_requested.connect(self._go_back)
        card.import_requested.connect(self._import)
        card.background_requested.connect(self._go_behind)
        card.leave_requested.connect(self._leave_asked)
        self.writing.stopped.connect(self._was_stopped)

    def _leave_asked(self) -> None:
        if self.working:
            if self.writing.can_stop:
                self._asking.start(self.writing.ask_stop)
        elif self.card.shows_rejected:
            self.card.back_to_columns()
        elif self.card.shows_columns and self._mapping != self._proposed:
            self._asking.start(self._ask_leave)
        else:
            self.leave()

    async def _ask_leave(self) -> None:
        if await confirm(
            self._desk.theme, self._window, "Leave the import?", "The columns you chose are forgotten.",
            do="Leave it", keep="Go on choosing", name="import_ask_leave",
        ):  # fmt: skip
            self.leave()

    def _go_back(self, step: int) -> None:
        if step == COLUMNS:
            self.card.back_to_columns()
        else:
            self._stop.set()
            self.card.show_file("")

    def _say_problem(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")

    # The file.

    async def _choose(self) -> None:
        filters = [f"Tables ({' '.join('*' + one for one in ENDINGS)})", "All files (*)"]
        path = await choose_file(self._window, "Choose a file to import", filters, name="import_choose_file")
        if path is not None:
            self._take(path)

    async def _save_example(self) -> None:
        path = await choose_place(
            self._desk.theme, self._window, "Save an example file", EXAMPLE_NAME, ["CSV (*.csv)"],
            name="import_example_place",
        )  # fmt: skip
        if path is not None:
            await asyncio.to_thread(write_example, path)
            self._desk.toasts.show_toast(f"“{path.name}” was saved.", "done")

    def _take(self, path: Path) -> None:
        """Look at a file, in place of the one before."""
        self._stop.set()
        if self._file is not None:
            self._file.leave()
        self._counts, self._checked, self._made = None, None, {}
        self.card.show_file(path.name)
        self._file = FileTask(
            self._desk, self, path, first=self._look, refused=self._refused, ended=self._ended
        )

    def _ask_file(self, work: Work) -> None:
        if self._file is not None:
            self._file.ask(work)

    def _refused(self, file: FileTask, problem: Problem) -> None:
        if file is self._file:
            self._file = None
            self.card.show_file_problem(problem)

    def _ended(self, file: FileTask) -> None:
        """The file is closed: for good, unless another one was taken meanwhile."""
        if self._file in (None, file):
            self._forget()

    async def _look(self, run: ImportRun) -> None:
        self._known = await self._desk.app.fields.every()
        settings = await self._desk.app.workspace.settings()
        machine = self._desk.app.machine
        country = (machine.settings.import_country if machine is not None else "") or settings.default_country
        self._mapping = self._proposed = Mapping.of(run.look.columns, self._known, country)
        self.card.show_columns(run.path.name, self._mapping, run.look.first_values, self._known)
        self._mapped(self._mapping)

    # The columns and the choices.

    def _choose_opt_in(self, opt_in: OptIn) -> None:
        self._mapped(self._mapping.with_opt_in(opt_in))

    async def _ask_country(self, index: int) -> None:
        chosen = await choose_country(self._desk.theme, self._window, self._mapping.country)
        if chosen is not None:
            self._mapped(self._mapping.becoming(index, Becomes.PHONE).in_country(chosen))
            machine = self._desk.app.machine
            if machine is not None:
                await machine.keep(import_country=chosen)

    def _other_country(self) -> None:
        columns = self._mapping.columns
        at = next((one.index for one in columns if one.becomes is Becomes.PHONE), None)
        if at is not None:
            self._asking.start(lambda: self._ask_country(at))

    async def _ask_attribute(self, index: int) -> None:
        heading = next(one.heading for one in self._mapping.columns if one.index == index)
        taken = frozenset(fold(one.name) for one in self._known)
        suggested = "" if fold(heading) in taken else heading
        asked = await ask_attribute(self._desk.theme, self._window, suggested, taken)
        if asked is not None:
            name, kind = asked
            self._known.append(Attribute(0, name, kind))
            self._made[name] = kind
            self._mapped(self._mapping.becoming(index, Becomes.ATTRIBUTE, name))

    def _mapped(self, mapping: Mapping) -> None:
        """Something was chosen: the file is checked anew only if it is read in another way now."""
        self._mapping = mapping
        fresh = self._checked == mapping.reading
        self.card.show_mapping(mapping, self._known, self._counts if fresh else None)
        if not fresh:
            self._check_again()

    # The check.

    def _check_again(self) -> None:
        self._stop.set()  # whatever is being checked was of other columns
        self._checked, self._counts = None, None
        if self._mapping.problem or self._file is None:
            return
        self._stop = stop = threading.Event()
        self._checked = self._mapping.reading
        self.card.options.strip.show_reading(0)
        self._file.ask(lambda run: self._check(run, stop))

    def _stop_check(self) -> None:
        self._stop.set()
        self._checked = None
        self.card.options.strip.show_stopped()

    async def _check(self, run: ImportRun, stop: threading.Event) -> None:
        def tell(progress: Progress) -> None:
            if not stop.is_set():
                self.card.options.strip.show_progress(progress.done_rows, progress.total_rows)

        if stop.is_set():
            return
        try:
            counts = await run.check(self._mapping.options, tell, stop)
        except Problem as problem:
            if not stop.is_set():
                self._checked = None
                self.card.options.strip.show_failed(problem.sentence)
            return
        if not stop.is_set():
            stop.set()  # what is told from now on comes too late
            self._counts = counts
            self.card.subject.setText(words.title_words(run.path.name, counts.rows))
            self.card.show_mapping(self._mapping, self._known, counts)
            await self._look_for_country(run, counts)

    async def _look_for_country(self, run: ImportRun, counts: Counts) -> None:
        """Say so when another default country would read many of the rows that cannot be read."""
        columns = self._mapping.columns
        rejected = await run.rejected(MOST_LOOKED_AT) if counts.rejected else []
        if self._counts is counts:
            count = sum(lacks_country_code(row, columns) for row in rejected)
            whole = len(rejected) == counts.rejected
            self.card.options.show_hint(words.country_words(count, counts.rows, whole=whole))

    async def _show_rejected(self, run: ImportRun) -> None:
        if self._counts is not None:
            self.card.show_rejected(await run.rejected(), self._counts.rejected)

    async def _save_rejected(self) -> None:
        folder = await choose_folder(
            self._window, "Save these rows in a folder", name="import_rejected_place"
        )
        if folder is not None:
            self._ask_file(lambda run: self._write_rejected(run, folder))

    async def _write_rejected(self, run: ImportRun, folder: Path) -> None:
        try:
            path = await run.save_rejected(folder)
        except Problem as problem:
            self._say_problem(problem)
        else:
            self._desk.toasts.show_toast(f"“{path.name}” was saved.", "done")

    # The import and its undo.

    def _import(self) -> None:
        if self.working or self._counts is None or self._file is None:
            return
        self.writing.begin(Busy.IMPORTING, self._file.path.name, self._counts.contacts)
        self._file.ask(lambda run: self.writing.write(run, self._mapping, self._made))

    def _was_stopped(self) -> None:
        self.card.back_to_columns()
        if not self.card.isVisible():
            self.leave()

    def _go_behind(self) -> None:
        self.card.done(0)
        self.writing.show_in_status()

    async def _ask_undo(self) -> None:
        wanted = await confirm(
            self._desk.theme, self._window, "Undo the whole import?", UNDO_IMPORT, do="Undo the import", keep="Keep it",
            danger=True, name="import_ask_undo",
        )  # fmt: skip
        if wanted and not self.working and self._file is not None:
            self.writing.begin(Busy.UNDOING, self._file.path.name, None)
            self._file.ask(lambda run: self.writing.undo())
