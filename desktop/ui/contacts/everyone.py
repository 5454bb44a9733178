"""All contacts: asks the services for what the page shows, and does what a person asks there."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QDate, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.contact_table import SortBy, TableQuery
from desktop.domain.contacts import Contact
from desktop.domain.filters import EVERYONE, Attribute, BadFilter, Filter
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.segments import Segment
from desktop.ui.contacts.bulk_verbs import BulkVerbs, problem_words
from desktop.ui.contacts.chosen import EVERYTHING, NOBODY, Chosen
from desktop.ui.contacts.columns import chosen_columns, every_column
from desktop.ui.contacts.editing import Editing
from desktop.ui.contacts.everyone_view import EveryoneState, EveryoneView
from desktop.ui.contacts.exports import open_export
from desktop.ui.contacts.imports.dialog import open_import
from desktop.ui.contacts.menus import ColumnsMenu, ExportMenu
from desktop.ui.contacts.merging import Merging
from desktop.ui.contacts.pages import PageReader
from desktop.ui.contacts.recent_verbs import RecentVerbs
from desktop.ui.contacts.row_tags import RowTags
from desktop.ui.contacts.rows import PAGE
from desktop.ui.contacts.search_keys import SearchKeys
from desktop.ui.contacts.segment_verbs import SegmentVerbs
from desktop.ui.desk import Desk
from desktop.ui.filters.condition_row import Vocabulary
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.menu import drop

REFRESH_MS = 500
RANGE_STEP = 1_000


class Everyone(QWidget):
    """`contact_requested(id)` when one is opened."""

    contact_requested = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._attributes: list[Attribute] = []
        self._tags: list[str] = []
        self._people: list[str] = []
        self._state = EveryoneState()
        self._dirty = False
        machine = desk.app.machine
        self._column_keys = machine.settings.contact_columns if machine is not None else ()
        self.view = EveryoneView(desk.theme, chosen_columns(self._every_column(), self._column_keys))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.bulk = BulkVerbs(desk, self, self.refresh, self._toast)
        self.recent = RecentVerbs(desk, self, self.bulk, self.view.interrupted)
        self.editing = Editing(desk, self, self.contact_requested.emit)
        self.merging = Merging(desk, self, self._merged)
        self.segments = SegmentVerbs(desk, self, self._toast)
        self.tags = RowTags(desk, self, self.view.table, self.refresh, self._toast)
        self._reader = PageReader(desk.tasks, self, self.view.table.rows, self._page, self._failed)
        self._asking = Latest(desk.tasks, self, self._failed)
        self._ranging = Latest(desk.tasks, self, self._toast)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REFRESH_MS)
        self._keys = SearchKeys(
            self.view.search,
            self.view.table,
            lambda: self._asking.running,
            lambda: self._state.matching_count,
        )
        self._reload = Reload(desk.tasks, self, self._again, wait_ms=REFRESH_MS, on_problem=self._failed)
        self._connect()
        desk.live.follow(self, self._heard)
        self.setFocusProxy(self.view.table)
        self.show_state()
        self.ask(TableQuery())

    # What is asked.

    @property
    def query(self) -> TableQuery:
        return self._state.query

    @property
    def chosen(self) -> Chosen:
        return self.view.table.chosen

    def ask(self, query: TableQuery, *, segment: Segment | None = None) -> None:
        """Show other contacts, or the same in another order; what is selected stays only in the latter case."""
        same = replace(query, sort=self.query.sort, descending=self.query.descending) == self.query
        if not same and self.chosen:
            self.view.table.choose(NOBODY)
        known = self._state.matching_count if same else None
        self._state = replace(self._state, query=query, segment=segment, problem="")
        self._keys.forget()
        self._reader.stop()
        self._asking.start(self._begin(query, known))
        self.show_state()

    def refresh(self) -> None:
        """The same again, quietly: at once, and while changes go on at most twice a second."""
        if not self.isVisible():
            self._dirty = True
        elif self._rest.isActive():
            self._reload.soon()
        else:
            self._reload.now()

    def look_again(self) -> None:
        """Somebody else sits here."""
        self.show_state()
        self.refresh()

    async def _begin(self, query: TableQuery, count: int | None) -> None:
        """The first rows at once, then how many there are: a million take a while to count."""
        app, table = self._desk.app, self.view.table
        first = await app.contact_table.page(query, 0, PAGE)
        if len(first) < PAGE:
            count = len(first)
        table.show_answer(first, len(first) if count is None else count)
        self._state = replace(self._state, matching_count=count)
        self.show_state()
        self._keys.answered()
        await self._read_words()
        if count is None:
            count = await app.contact_table.count(query)
            table.grow(count)
        total = count if query.selects_everyone else await app.contacts.count()
        self._state = replace(self._state, matching_count=count, total_count=total)
        self.show_state()
        await self.recent.look()

    async def _again(self) -> None:
        self._dirty = False
        self._rest.start()
        query = self.query
        if self._asking.running:
            self._reload.soon()
            return
        table = self.view.table
        table.age(table.rows.rowCount())  # what is in sight is read first
        await self._read_words()
        count = await self._desk.app.contact_table.count(query)
        total = count if query.selects_everyone else await self._desk.app.contacts.count()
        if query != self.query:
            return
        self._state = replace(self._state, matching_count=count, total_count=total)
        if count != table.rows.rowCount():
            table.age(count)
        self.show_state()
        await self.recent.look()

    async def _read_words(self) -> None:
        """Fields, tags and people: what columns and conditions are made of."""
        app = self._desk.app
        attributes = await app.contacts.attributes()
        tags = await app.contacts.tag_names()
        people = [one.name for one in await app.workspace.people()]
        if attributes != self._attributes:
            self._attributes = attributes
            self._show_columns()
        self._tags, self._people = tags, people

    async def _page(self, first: int, limit: int) -> Any:
        return await self._desk.app.contact_table.page(self.query, first, limit)

    # What is shown.

    def show_state(self) -> None:
        self.view.show_state(self._state, self._desk.refusal)

    def focus_search(self) -> None:
        self.view.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.view.search.selectAll()

    def open_filter(self, opened: bool) -> None:
        """Unfold the filter builder, or fold it up; the filter stays."""
        if opened:
            self._fill_builder(self.query.filter)
        self._state = replace(self._state, filter_open=opened)
        self.show_state()
        if opened:
            rows = self.view.panel.builder.group.rows
            (rows[0] if rows else self.view.panel.builder.group.add).setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill_builder(self, wanted: Filter) -> None:
        now = self._desk.app.clock.now().astimezone()
        by_name = {one.name: one for one in self._attributes}
        today = QDate(now.year, now.month, now.day)
        builder = self.view.panel.builder
        builder.show_filter(wanted, Vocabulary(by_name, self._tags, today, self._people))
        if not builder.group.rows:
            builder.group.add_row()

    def _every_column(self) -> Any:
        return every_column(self._attributes, self._desk.app.clock.now)

    def _show_columns(self) -> None:
        self.view.table.show_columns(chosen_columns(self._every_column(), self._column_keys))

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, BadFilter):
            self._state = replace(self._state, problem=problem.sentence, filter_open=True)
            self.view.panel.builder.group.show_problem(problem.field, problem.sentence)
            self.show_state()
        elif isinstance(problem, Problem):
            self.view.show_problem(problem.title, problem.sentence)

    def _toast(self, problem: Exception) -> None:
        self._desk.toasts.show_toast(problem_words(problem), "danger")

    def _spawn(self, coro: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        return self._desk.tasks.spawn(self, coro, on_problem=self._toast)

    # What a person does.

    def _connect(self) -> None:
        view, table = self.view, self.view.table
        view.new_requested.connect(self.new_contact)
        view.import_requested.connect(self.open_import)
        view.export_requested.connect(self._export_menu)
        view.recent_requested.connect(lambda: self._spawn(self.recent.open()))
        view.search_requested.connect(
            lambda text: self.ask(replace(self.query, search=text), segment=self._state.segment)
        )
        self._keys.opened.connect(self.contact_requested)
        view.filter_open_requested.connect(self.open_filter)
        view.segments_requested.connect(
            lambda: self._spawn(
                self.segments.open_menu(view.segment, self._state.segment, self._choose_segment)
            )
        )
        view.columns_requested.connect(self._columns_menu)
        view.retry_requested.connect(lambda: self.ask(self.query, segment=self._state.segment))
        view.nothing.action_requested.connect(self._show_everyone)
        view.panel.builder.filter_changed.connect(self._filtered)
        view.panel.clear_requested.connect(self._clear_filter)
        view.panel.save_requested.connect(lambda: self._spawn(self._save_segment()))
        view.interrupted.undo_requested.connect(lambda id: self._spawn(self.recent.undo(id)))
        view.interrupted.keep_requested.connect(lambda id: self._spawn(self.recent.keep(id)))
        view.bar.verb_requested.connect(self._do)
        view.bar.all_requested.connect(lambda: table.choose(EVERYTHING))
        view.bar.clear_requested.connect(lambda: table.choose(NOBODY))
        table.chosen_changed.connect(self.show_state)
        table.range_requested.connect(
            lambda first, last: self._ranging.start(self._choose_range(first, last))
        )
        table.open_requested.connect(self.contact_requested)
        table.tags_requested.connect(self._edit_tags)
        table.sort_requested.connect(self._sort)
        table.sight_changed.connect(self._reader.look)
        for keys, run in (
            ("Ctrl+F", self.focus_search),
            ("Ctrl+Shift+N", self.new_contact),
            ("Ctrl+I", self.open_import),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape: first the selection goes, then the search."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.chosen:
            self.view.table.choose(NOBODY)
        elif self.query.search:
            self.view.search.clear()
            self.ask(replace(self.query, search=""), segment=self._state.segment)
        else:
            super().keyPressEvent(event)

    def new_contact(self) -> None:
        if self._allowed(Right.EDIT_CONTACTS):
            self._spawn(self._add())

    def open_import(self) -> None:
        if self._allowed(Right.IMPORT):
            open_import(self._desk, self)

    def _allowed(self, right: Right) -> bool:
        refusal = self._desk.refusal(right)
        if refusal:
            self._desk.toasts.show_toast(refusal, "warn")
        return not refusal

    async def _add(self) -> None:
        made = await self.editing.edit(None)
        if made is not None:
            contact = await self._desk.app.contacts.get(made)
            self._desk.toasts.show_toast(
                f"{contact.shown_name} added",
                "done",
                action="Open",
                on_action=lambda: self.contact_requested.emit(made),
            )
            self.refresh()

    def _edit_tags(self, contact_id: int) -> None:
        if self._allowed(Right.EDIT_CONTACTS):
            self.tags.edit(contact_id, self._tags)

    def _filtered(self, wanted: Filter) -> None:
        if wanted != self.query.filter:
            self.ask(replace(self.query, filter=wanted), segment=self._state.segment)
        else:
            self.show_state()

    def _clear_filter(self) -> None:
        self._fill_builder(EVERYONE)
        self.ask(replace(self.query, filter=EVERYONE))

    def _show_everyone(self) -> None:
        self.view.search.clear()
        if self._state.filter_open:
            self._fill_builder(EVERYONE)
        self.ask(replace(self.query, filter=EVERYONE, search=""))

    def _sort(self, sort: SortBy, descending: bool) -> None:
        self.ask(replace(self.query, sort=sort, descending=descending), segment=self._state.segment)

    async def _choose_range(self, first: int, last: int) -> None:
        ids: list[int] = []
        for position in range(first, last + 1, RANGE_STEP):
            limit = min(RANGE_STEP, last + 1 - position)
            ids += [
                row.contact.id for row in await self._desk.app.contact_table.page(self.query, position, limit)
            ]
        self.view.table.choose(Chosen(frozenset(ids)))

    def _do(self, key: str) -> None:
        """One of the verbs of the bar."""
        target = self.chosen.target(self.query)
        if key == "export":
            self._export_menu(self.view.bar.verb_place("export"))
        elif key == "merge":
            self._spawn(self.merging.merge(sorted(self.chosen.ids)))
        else:
            verbs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
                "add_tag": lambda: self.bulk.tags(target, add=True),
                "remove_tag": lambda: self.bulk.tags(target, add=False),
                "set_field": lambda: self.bulk.field(target),
                "opt_in": lambda: self.bulk.opt_in(target),
                "enrol": lambda: self.bulk.enrol(target),
            }
            self._spawn(verbs[key]())

    def _merged(self, kept: Contact) -> None:
        self.view.table.choose(Chosen(frozenset({kept.id})))
        self.refresh()

    # Menus and cards.

    def _export_menu(self, button: QWidget | None = None) -> None:
        """What is selected, or else what is shown."""
        chosen = self.chosen if self.chosen else EVERYTHING
        target = chosen.target(self.query)
        count = chosen.count(self._state.matching_count or 0)
        menu = ExportMenu(self, count, lambda wanted: open_export(self._desk, self, target, count, wanted))
        drop(menu, button or self.view.export)

    def _columns_menu(self) -> None:
        shown = [one.key for one in self.view.table.rows.columns]
        sort = (self.query.sort, self.query.descending)
        menu = ColumnsMenu(
            self, self._every_column(), shown, sort, choose=self._choose_columns, order=self._sort
        )  # fmt: skip
        drop(menu, self.view.columns)

    def _choose_columns(self, keys: tuple[str, ...]) -> None:
        self._column_keys = keys
        self._show_columns()
        machine = self._desk.app.machine
        if machine is not None:
            self._spawn(machine.keep(contact_columns=keys))

    def _choose_segment(self, segment: Segment | None) -> None:
        wanted = segment.filter if segment is not None else EVERYONE
        if self._state.filter_open:
            self._fill_builder(wanted)
        self.ask(replace(self.query, filter=wanted), segment=segment)

    async def _save_segment(self) -> None:
        saved = await self.segments.save(self.query.filter, self._state.segment)
        if saved is not None:
            self._state = replace(self._state, segment=saved)
            self.show_state()

    # What changes elsewhere.

    def _heard(self, changes: Changes) -> None:
        if any(changes.has(topic) for topic in (Topic.CONTACT, Topic.MESSAGE, Topic.BULK)):
            ids = {one.id for one in changes.touched if one.topic is Topic.CONTACT and one.id}
            if ids and self.isVisible():
                self.view.table.age_contacts(ids)  # one that was edited shows it at once
            self.refresh()
        if changes.has(Topic.PERSON) or changes.has(Topic.SETTINGS):
            self.show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state()
        if self._dirty:
            self._reload.now()

    def hideEvent(self, event: QHideEvent) -> None:
        self.tags.close()
        super().hideEvent(event)
