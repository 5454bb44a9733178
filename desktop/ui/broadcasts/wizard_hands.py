"""What the wizard reads beside its state: lists and imports, contacts to pick, earlier broadcasts, who takes replies."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QDate, QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from desktop.domain.bulk import Bulk, BulkKind, BulkStatus
from desktop.domain.changes import Changes, Topic
from desktop.domain.contact_table import TableQuery
from desktop.domain.flow import FlowStatus
from desktop.domain.selection import Source, SourceKind
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.source_panels import BroadcastChoice, ListChoice
from desktop.ui.broadcasts.step_audience import SourceTabs
from desktop.ui.broadcasts.when_after import Named
from desktop.ui.contacts.imports.dialog import open_import
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.filters.condition_row import Vocabulary
from desktop.ui.loads import Latest
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.menu import drop
from desktop.ui.parts.naming import named

FOUND_MOST, PICKED_SHOWN, EARLIER_SHOWN = 30, 200, 10
KEEP = 1


class SourceHands(QObject):
    """Fills the panels of the audience's sources; what a person chooses there is `source_requested(Source)`.

    source: what is chosen now. `read` when the names of lists and broadcasts are other ones.
    """

    source_requested = Signal(object)
    read = Signal()

    def __init__(
        self, desk: Desk, tabs: SourceTabs, source: Callable[[], Source], on_problem: Callable[[Exception], object]
    ) -> None:  # fmt: skip
        super().__init__(tabs)
        self._desk, self._tabs, self._source, self._on_problem = desk, tabs, source, on_problem
        self.list_names: dict[int, str] = {}
        self.broadcast_names: dict[int, str] = {}
        self._before_import: int | None = None
        self._found = Latest(desk.tasks, self, on_problem)
        tabs.picked.search_requested.connect(self._search)
        tabs.picked.keep_requested.connect(lambda: self._spawn(self._keep_picked()))
        tabs.lists.import_requested.connect(lambda: self._spawn(self._import()))
        tabs.lists.earlier_requested.connect(lambda: self._spawn(self._earlier()))

    async def load(self) -> None:
        """Lists, earlier broadcasts, and who is picked."""
        await self.load_lists()
        await self.load_broadcasts()
        self._search(self._tabs.picked.search.text())

    async def load_lists(self) -> None:
        now = self._desk.app.clock.now()
        lists = await self._desk.app.lists.every()
        self.list_names = {one.id: one.name for one in lists}
        choices = [
            ListChoice(
                one.id, one.name, one.row_count, one.contact_count,
                f"{words.when(one.created_at, now)} · {one.created_by_name}".rstrip(" ·"),
            )
            for one in lists
        ]  # fmt: skip
        self._tabs.lists.show_lists(choices)
        self._tabs.lists.show_source(self._source())
        self.read.emit()

    async def load_broadcasts(self) -> None:
        """Those that were launched, tests and retries aside, the newest first."""
        now = self._desk.app.clock.now()
        launched = await self._desk.app.broadcast_list.to_choose()
        self.broadcast_names = {one.id: one.name for one in launched}
        self._tabs.outcome.show_broadcasts(
            [
                BroadcastChoice(
                    one.id, f"{one.name} · {words.when(one.launched_at, now)} · {one.selected_count:,}"
                )
                for one in launched
            ]
        )
        self.read.emit()

    def heard(self, changes: Changes) -> None:
        if changes.has(Topic.BULK):
            self._spawn(self._bulk_heard())

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        self._desk.tasks.spawn(self, work, on_problem=self._on_problem)

    # Picking by hand.

    def show_picked(self) -> None:
        """Whoever is picked, as long as nothing is searched."""
        if not self._tabs.picked.search.text().strip():
            self._search("")

    def _search(self, text: str) -> None:
        self._found.start(self._find(text.strip()))

    async def _find(self, text: str) -> None:
        app, source = self._desk.app, self._source()
        if text:
            rows = await app.contact_table.page(TableQuery(search=text), 0, FOUND_MOST)
            self._tabs.picked.show_found([row.contact for row in rows])
        elif source.kind is SourceKind.PICKED and source.ids:
            rows = await app.contact_table.some(source.ids[:PICKED_SHOWN])
            self._tabs.picked.show_found([row.contact for row in rows])
        else:
            self._tabs.picked.show_found([])

    async def _keep_picked(self) -> None:
        name = await ask_name(self._desk, self._tabs.tabs.window(), "Keep them as a list")
        if name is not None:
            made = await self._desk.app.lists.from_picked(name, self._source().ids, self._desk.user())
            await self.load_lists()
            self.source_requested.emit(Source(SourceKind.LISTS, (made,)))
            self._desk.toasts.show_toast(f"“{name}” is a list now.", "done")

    # Lists of imports.

    async def _import(self) -> None:
        newest = await self._imports()
        self._before_import = newest[0].id if newest else 0
        open_import(self._desk, self._tabs.tabs)

    async def _bulk_heard(self) -> None:
        """The import that was begun here is through: its people are a list, and it is chosen."""
        if self._before_import is None:
            return
        newest = await self._imports()
        if newest and newest[0].id > self._before_import and newest[0].status is BulkStatus.DONE:
            self._before_import = None
            await self._take_import(newest[0])

    async def _imports(self) -> list[Bulk]:
        found = await self._desk.app.bulk.newest(50)
        return [one for one in found if one.kind is BulkKind.IMPORT]

    async def _earlier(self) -> None:
        menu = named(QMenu(self._tabs.tabs.window()), "wizard_earlier_imports", "Earlier imports")
        imports = [one for one in await self._imports() if one.status is BulkStatus.DONE]
        now = self._desk.app.clock.now()
        for one in imports[:EARLIER_SHOWN]:
            action = menu.addAction(f"{one.title} · {words.when(one.started_at, now)}")
            action.triggered.connect(lambda _, one=one: self._spawn(self._take_import(one)))
        if not imports:
            none = QAction("Nothing was imported yet", menu)
            none.setEnabled(False)
            menu.addAction(none)
        drop(menu, self._tabs.lists.earlier)

    async def _take_import(self, one: Bulk) -> None:
        app = self._desk.app
        made = await app.lists.from_import(one.id, one.title, self._desk.user())
        await self.load_lists()
        source = self._source()
        ids = source.ids if source.kind is SourceKind.LISTS else ()
        if made not in ids:
            self.source_requested.emit(Source(SourceKind.LISTS, (*ids, made)))


class NameDialog(CardDialog):
    """Asks for the name of a list."""

    def __init__(self, desk: Desk, window: QWidget, title: str) -> None:
        super().__init__(desk.theme, window, title, name="list_name")
        self.field = named(QLineEdit(), "list_name_field", "Name")
        self.row = FormRow("Name", self.field)
        self.body.addWidget(self.row)
        self.add_button("Cancel", result=0, name="list_name_cancel")
        self.keep = self.add_button("Keep", "primary", result=KEEP, name="list_name_keep")
        self.field.textChanged.connect(lambda text: self.keep.setEnabled(bool(text.strip())))
        self.field.returnPressed.connect(self.keep.click)
        self.keep.setEnabled(False)
        self.focus_first(self.field)


async def ask_name(desk: Desk, window: QWidget, title: str) -> str | None:
    """The name of a list; None when the person leaves it."""
    dialog = NameDialog(desk, window, title)
    return dialog.field.text().strip() if await ask(dialog) == KEEP else None


async def takers(desk: Desk) -> tuple[list[Named], list[Named]]:
    """Who can take replies: people, and bots that are published."""
    people = [(one.id, one.name) for one in await desk.app.workspace.people()]
    flows = await desk.app.flows.every()
    bots = [(one.record.id, one.record.name) for one in flows if one.record.status is FlowStatus.PUBLISHED]
    return people, bots


async def vocabulary_of(desk: Desk) -> Vocabulary:
    """What conditions can be asked of."""
    app = desk.app
    now = app.clock.now().astimezone()
    return Vocabulary(
        {one.name: one for one in await app.contacts.attributes()}, await app.contacts.tag_names(),
        QDate(now.year, now.month, now.day), [one.name for one in await app.workspace.people()],
    )  # fmt: skip
