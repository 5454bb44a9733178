"""The broadcasts page: all of them, the wizard, a report."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.changes import Changes, Topic
from desktop.domain.links import BROADCAST, Link
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.settings import Settings
from desktop.domain.zones import zone
from desktop.services.broadcast_list import Page
from desktop.ui.broadcasts.list_view import ARCHIVED, CALENDAR, BroadcastList
from desktop.ui.broadcasts.report import ReportPage
from desktop.ui.broadcasts.rights import why_not_save
from desktop.ui.broadcasts.row import BroadcastRow
from desktop.ui.broadcasts.wizard import NumberSource, Wizard
from desktop.ui.desk import Desk
from desktop.ui.loads import Reload
from desktop.ui.parts.naming import named


class BroadcastsPage(QWidget):
    """`contact_requested(contact id)` when a person's line is opened, `event_requested(contact id, event id)` for a
    consent event that *Why?* names.

    number: reads what is known of the number that sends, once per wizard; without it dashes are shown.
    """

    contact_requested = Signal(int)
    event_requested = Signal(int, int)

    def __init__(self, desk: Desk, number: NumberSource | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._number = desk, number
        self.list = BroadcastList(desk.theme, desk.app.clock.now)
        self.report = ReportPage(desk)
        self.wizard: Wizard | None = None
        self._settings: Settings | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.report)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.stack.currentChanged.connect(self._pass_focus)
        self._pass_focus()
        self.list.new_requested.connect(self.new_broadcast)
        self.list.open_requested.connect(self._open)
        self.list.load_requested.connect(self._look_again)
        self.list.verb_requested.connect(self._do)
        self.report.back_requested.connect(self.show_all)
        self.report.draft_requested.connect(self.open_draft)
        self.report.contact_requested.connect(self.contact_requested)
        self.report.event_requested.connect(self.event_requested)
        self.list.show_refusal(self._refused())
        self._reload = Reload(desk.tasks, self, self._load, on_problem=self._failed)
        desk.live.follow(self, self._heard)
        named(self, "broadcasts", "Broadcasts")
        self._reload.now()

    def _pass_focus(self) -> None:
        """Who gives the page the keyboard gives it to what is shown, so that Escape and Ctrl+F work at once."""
        shown = self.stack.currentWidget()
        self.setFocusProxy(self.list.table if shown is None or shown is self.list else shown)

    def open_report(self, broadcast_id: int, search: str = "") -> None:
        """Show the report of a broadcast, its messages filtered by a name or number."""
        self._close_wizard()
        self.report.show_broadcast(broadcast_id, search)
        self.stack.setCurrentWidget(self.report)
        self.report.setFocus()

    def new_broadcast(self, template_id: int | None = None) -> None:
        """Open the wizard; one that is open already stays as it is, unless a template is given: then its draft
        is kept and a new one begins with that template. Who may not send broadcasts is told so instead."""
        refused = self._refused()
        if refused and (self.wizard is None or template_id is not None):
            self._desk.toasts.show_toast(refused, "warn")
        elif self.wizard is None:
            self._open_wizard(None, template_id)
        elif template_id is not None:
            self._desk.tasks.spawn(self, self._begin_another(template_id), on_problem=self._failed)

    async def _begin_another(self, template_id: int) -> None:
        await self.settle()
        self._close_wizard()
        self._open_wizard(None, template_id)

    def open_draft(self, broadcast_id: int) -> None:
        """Go on with a draft."""
        self._close_wizard()
        self._open_wizard(broadcast_id)

    def open_broadcast(self, broadcast_id: int, contact_id: int = 0) -> None:
        """Show its report, or go on with it if it is a draft. Not there any more: a sentence says so.

        contact_id: whose message alone is listed; 0 for all.
        """
        self._desk.tasks.spawn(self, self._open_by_id(broadcast_id, contact_id), on_problem=self._failed)

    async def _open_by_id(self, broadcast_id: int, contact_id: int) -> None:
        app = self._desk.app
        record = await app.broadcasts.get(broadcast_id)
        if record.status is BroadcastStatus.DRAFT:
            self.open_draft(broadcast_id)
            return
        contact = await app.contacts.get(contact_id) if contact_id else None
        # The number is one contact's alone; two may have one name.
        self.open_report(broadcast_id, (contact.phone or contact.name) if contact is not None else "")

    def show_all(self) -> None:
        """The list."""
        self._close_wizard()
        self.report.leave()
        self.stack.setCurrentWidget(self.list)
        self.list.table.setFocus()
        self._reload.now()

    async def settle(self) -> None:
        """Return when the wizard's draft is kept; for the window before it closes."""
        if self.wizard is not None:
            await self.wizard.settle()

    def _open_wizard(self, draft_id: int | None, template_id: int | None = None) -> None:
        self.report.leave()
        wizard = Wizard(self._desk, self._number, draft_id=draft_id, template_id=template_id)
        wizard.launched.connect(self.open_report)
        wizard.left.connect(self.show_all)
        wizard.contact_requested.connect(self.contact_requested)
        wizard.event_requested.connect(self.event_requested)
        self.wizard = wizard
        self.stack.addWidget(wizard)
        self.stack.setCurrentWidget(wizard)

    def _close_wizard(self) -> None:
        wizard, self.wizard = self.wizard, None
        if wizard is not None:
            self.stack.removeWidget(wizard)
            wizard.deleteLater()

    def _open(self, row: BroadcastRow) -> None:
        if row.record.status is BroadcastStatus.DRAFT:
            self.open_draft(row.record.id)
        else:
            self.open_report(row.record.id)

    def _look_again(self) -> None:
        self._reload.now()

    async def _load(self) -> None:
        app, shown = self._desk.app, self.list
        tab, search = shown.tab, shown.search.text().strip()
        self._settings = await app.workspace.settings()
        shown.show_refusal(self._refused())
        shown.show_zone(zone(self._settings.time_zone))
        found = Page((), 0)
        if tab != CALENDAR:
            found = await app.broadcast_list.page(archived=tab == ARCHIVED, search=search, limit=shown.limit)
        any_at_all = bool(found.lines) or await app.broadcast_list.are_any()
        templates = {one.id: one for one in await app.templates.every()}
        if tab == CALENDAR:
            shown.calendar.show_month(await app.broadcast_list.month(shown.calendar.first))
        asks = {one.broadcast_id for one in await app.approvals.waiting()}
        granted = await app.approvals.granted_drafts()
        shown.show_rows(found, templates, waiting=asks, granted=granted, any_at_all=any_at_all)

    def _do(self, verb: str, row: BroadcastRow) -> None:
        self._desk.tasks.spawn(self, self._act(verb, row), on_problem=self._failed)

    async def _act(self, verb: str, row: BroadcastRow) -> None:
        """Duplicate, put away or back, or copy the link of one broadcast."""
        lists, user, record = self._desk.app.broadcast_list, self._desk.user(), row.record
        if verb == "duplicate":
            self.open_draft(await lists.duplicate(record.id, user))
        elif verb == "link":
            QGuiApplication.clipboard().setText(str(Link(BROADCAST, record.id)))
            self._desk.toasts.show_toast("The link is copied.", "done")
        else:
            away = record.archived_at is None
            await lists.archive(record.id, user, away)
            done = (
                f"“{record.name or 'No name yet'}” is {'put away' if away else 'back among the broadcasts'}."
            )

            def undo() -> None:
                self._desk.tasks.spawn(self, self._put(record.id, not away), on_problem=self._failed)

            self._desk.toasts.show_toast(done, "done", action="Undo", on_action=undo)
            self._reload.now()

    async def _put(self, broadcast_id: int, away: bool) -> None:
        await self._desk.app.broadcast_list.archive(broadcast_id, self._desk.user(), away)
        self._reload.now()

    def _refused(self) -> str:
        """Why the person who sits here may not send broadcasts; "" when they may."""
        if self._settings is None:
            return self._desk.refusal(Right.BROADCAST)
        return why_not_save(self._desk.user(), self._settings)

    def _heard(self, changes: Changes) -> None:
        shown = self.stack.currentWidget() is self.list
        rights = changes.has(Topic.SETTINGS) or changes.has(Topic.PERSON)
        if rights or (shown and (changes.has(Topic.BROADCAST) or changes.has(Topic.TEMPLATE))):
            self._reload.soon()

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
