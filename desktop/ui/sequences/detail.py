"""One sequence: its steps, its report, its settings. Every edit is kept a moment later."""

import contextlib
from collections.abc import Awaitable, Callable
from html import escape
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import NotFound, Problem
from desktop.domain.sequence import Definition, SequenceRecord, SequenceStatus
from desktop.domain.sequence_checks import Finding
from desktop.domain.sequence_edit import SequenceEdit
from desktop.ui.desk import Desk
from desktop.ui.draft_keeper import DraftKeeper
from desktop.ui.loads import Reload
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.frame import EDGE_PX, Body
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.sequences.around import Around, look_around
from desktop.ui.sequences.changes_bar import ChangesBar
from desktop.ui.sequences.enrol_dialog import enrol_contacts
from desktop.ui.sequences.head import REPORT, SETTINGS, STEPS, HeadLook, SequenceHead
from desktop.ui.sequences.list_view import WAS_USED
from desktop.ui.sequences.report_tab import ReportTab
from desktop.ui.sequences.settings_tab import SettingsTab
from desktop.ui.sequences.step_hands import StepHands
from desktop.ui.sequences.steps_tab import StepsTab
from desktop.ui.sequences.verbs import SequenceVerbs
from desktop.ui.tasks import Once
from desktop.ui.why.dialog import why_message

_TOPICS: Final = (Topic.TEMPLATE, Topic.SETTINGS, Topic.PERSON)


class SequenceDetail(QWidget):
    """`left` back to all of them; `other_requested(id)` after a copy; `contact_requested(id)` for a conversation,
    `event_requested(contact id, event id)` for what a verdict rests on."""

    left = Signal()
    other_requested = Signal(int)
    contact_requested = Signal(int)
    event_requested = Signal(int, int)
    template_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.record: SequenceRecord | None = None
        self.edit = SequenceEdit()
        self.around = Around()
        self._found: tuple[Finding, ...] = ()
        self._enrolled_count = self._in_progress_count = 0
        self.sequence_id = self._act_count = 0
        self._build()
        tasks = desk.tasks
        self.keeper = DraftKeeper(tasks, self, desk.app.sequences.save_draft, desk.user, self._not_saved)
        self.verbs = SequenceVerbs(desk, self)
        self._is_busy = False
        self._once = Once(tasks, self, self._show_busy)
        self._reload = Reload(tasks, self, self._load, on_problem=self._failed)
        self.hands = StepHands(desk, self, self, self.steps.timeline)
        self._wire()
        desk.live.follow(self, self._heard)

    # What it is made of.

    def _build(self) -> None:
        theme = self._desk.theme
        self.head = SequenceHead(theme)
        self.held = Banner(theme, "warn", "", name="sequence_held")
        self.changes = ChangesBar(theme)
        self.refused = Label("", "muted", wrap=True, tight=True, name="sequence_refused")
        self._bars = QWidget()
        bars = QVBoxLayout(self._bars)
        bars.setContentsMargins(EDGE_PX, 16, EDGE_PX, 0)
        bars.setSpacing(10)
        for bar in (self.held, self.changes, self.refused):
            bars.addWidget(bar)
            bar.hide()
        self.steps = StepsTab(theme)
        self.settings = SettingsTab(theme)
        self.report = ReportTab(self._desk, self)
        self.stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {REPORT: self.report}
        for key, tab in ((STEPS, self.steps), (SETTINGS, self.settings)):
            body = Body(name=f"sequence_{key}_body")
            body.column.addWidget(tab)
            self._pages[key] = body
        for page in self._pages.values():
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._bars)
        column.addWidget(self.stack, 1)
        named(self, "sequence_detail", "Sequence")

    def _wire(self) -> None:
        self.head.back_requested.connect(self.leave)
        self.head.tab_chosen.connect(self.show_tab)
        self.head.verb_requested.connect(self.do)
        self.changes.publish_requested.connect(lambda: self.do("publish"))
        self.changes.discard_requested.connect(lambda: self.do("discard"))
        self.steps.verb_requested.connect(self._step_verb)
        self.steps.add_requested.connect(self.add_step)
        self.steps.place_requested.connect(self.show_place)
        self.settings.change_requested.connect(self._settings_changed)
        self.report.contact_requested.connect(self.contact_requested)
        self.report.message_why_requested.connect(self._why)
        self.keeper.saved.connect(lambda _: self._show())
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+Z", lambda: self.do("undo")), ("Ctrl+Shift+Z", lambda: self.do("redo")),
            ("Ctrl+Shift+A", self.add_step), ("Alt+1", lambda: self.show_tab(STEPS)),
            ("Alt+2", lambda: self.show_tab(REPORT)), ("Alt+3", lambda: self.show_tab(SETTINGS)),
        )  # fmt: skip
        for sequence, act in keys:
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, unless a search wanted it, leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    # Opening.

    def open_sequence(self, sequence_id: int, contact_id: int | None = None) -> None:
        """Read it and show it: a draft at its steps, any other at its report. contact_id: chosen there."""
        self._desk.tasks.spawn(self, self._open(sequence_id, contact_id), on_problem=self._gone)

    async def _open(self, sequence_id: int, contact_id: int | None = None) -> None:
        await self.keeper.settle()
        self.sequence_id = sequence_id
        self.settings.forget()
        record = await self._desk.app.sequences.get(sequence_id)
        self.around = await look_around(self._desk.app)
        await self._count(sequence_id)
        if self.sequence_id != sequence_id:
            return
        self.record, self.edit = record, SequenceEdit(record.shown)
        self.show_tab(STEPS if record.status is SequenceStatus.DRAFT else REPORT)
        if contact_id:
            self.report.choose_contact(contact_id)

    async def _load(self) -> None:
        """Read anew; what is being edited here is not overwritten by what was read before it was kept."""
        sequence_id, generation, acts = self.sequence_id, self.keeper.generation, self._act_count
        if not sequence_id or self.record is None:
            return
        try:
            record = await self._desk.app.sequences.get(sequence_id)
        except NotFound:
            self.left.emit()
            return
        around = await look_around(self._desk.app)
        await self._count(sequence_id)
        if sequence_id != self.sequence_id:
            return
        if acts != self._act_count:  # read before a verb was done
            self._reload.soon()
            return
        self.record, self.around = record, around
        if (
            not self.keeper.busy
            and generation == self.keeper.generation
            and record.shown != self.edit.definition
        ):
            self.edit = SequenceEdit(record.shown)  # somebody else edited it
        self._show()
        if self.head.tab == REPORT:
            self.report.show_sequence(record)

    async def _count(self, sequence_id: int) -> None:
        every = await self._desk.app.sequences.every()
        counts = next((counts for record, counts in every if record.id == sequence_id), None)
        if counts is not None:
            self._enrolled_count, self._in_progress_count = counts.enrolled_count, counts.in_progress_count

    def leave(self) -> None:
        """Back to all of them, once everything is kept."""
        self._desk.tasks.spawn(self, self._leave(), on_problem=self._failed)

    async def _leave(self) -> None:
        await self.settle()
        self.sequence_id = 0
        self.left.emit()

    async def settle(self) -> None:
        """Return when every edit is kept."""
        self.settings.flush()
        await self.keeper.settle()

    def show_tab(self, key: str) -> None:
        self.head.tabs.choose(key)
        self.stack.setCurrentWidget(self._pages[key])
        self._show()
        if key == REPORT and self.record is not None:
            self.report.show_sequence(self.record)
        self.setFocusProxy(self._pages[key])

    def show_place(self, place: str) -> None:
        """Show what a finding is about: 'step:2', or a part of the settings."""
        kind, _, number = place.partition(":")
        if kind in ("step", "steps"):
            self.show_tab(STEPS)
            self.steps.timeline.focus_step(int(number or 1))
        else:
            self.show_tab(SETTINGS)
            card = {
                "trigger": self.settings.trigger, "success": self.settings.ends, "failure": self.settings.ends,
                "cooling_days": self.settings.again, "hours": self.settings.hours,
            }.get(kind, self.settings.trigger)  # fmt: skip
            body = self._pages[SETTINGS]
            assert isinstance(body, Body)
            body.ensureWidgetVisible(card)

    def refresh(self) -> None:
        """Another person sits here."""
        if self.sequence_id:
            self._show()
            self._reload.now()

    # What is shown.

    @property
    def refusal(self) -> str:
        return self._desk.refusal(Right.SEQUENCES)

    @property
    def changed(self) -> bool:
        """True if what is shown differs from the version that is followed."""
        record = self.record
        return (
            record is not None and record.version_id is not None and self.edit.definition != record.definition
        )

    def _show(self) -> None:
        record = self.record
        if record is None:
            return
        refused, editing = self.refusal, self.head.tab != REPORT
        self._found = self.around.findings(self.edit.definition)
        look = HeadLook(
            refused, "Saving…" if self.keeper.busy else "Saved" if self.edit.can_undo else "",
            self.edit.can_undo, self.edit.can_redo, WAS_USED if self._enrolled_count else "", self._is_busy,
        )  # fmt: skip
        self.head.show_record(record, look)
        self.held.setVisible(record.status is SequenceStatus.HELD)
        if record.status is SequenceStatus.HELD:
            self.held.show_banner("warn", f"<b>Held.</b> {escape(record.held_because)}")
        self.changes.show_record(
            record, changed=self.changed and editing, refused=refused, busy=self._is_busy
        )
        self.refused.setText(refused)
        self.refused.setVisible(bool(refused) and editing)
        shown = (self.held, self.changes, self.refused)
        self._bars.setVisible(any(not bar.isHidden() for bar in shown))
        self.steps.show_edit(self.edit, self.around, self._found, refused)
        self.settings.show_definition(self.edit.definition, self.around, self._found, refused)

    def _show_busy(self, on: bool) -> None:
        """What would be passed over while a verb is under way cannot be pressed."""
        self._is_busy = on
        self._show()

    def _heard(self, changes: Changes) -> None:
        if not self.sequence_id:
            return
        if changes.has(Topic.SEQUENCE, self.sequence_id) or any(changes.has(topic) for topic in _TOPICS):
            self._reload.soon()

    # Editing.

    def apply(self, edit: SequenceEdit) -> None:
        """Show an edit, and keep it a moment later."""
        if self.refusal or edit is self.edit:
            self._show()
            return
        changed = edit.definition != self.edit.definition
        self.edit = edit
        if changed:
            self.keeper.later(self.sequence_id, edit.definition)
        self._show()

    def _settings_changed(self, definition: Definition, joint: str) -> None:
        self.apply(self.edit.change(definition, joint))

    def _step_verb(self, number: int, verb: str) -> None:
        if verb != "template":
            self.hands.do(number, verb)
        elif (template_id := self.edit.step(number).template_id) is not None:
            self.template_requested.emit(template_id)

    def add_step(self) -> None:
        """Ask for a new step, at the end."""
        if self.record is not None:
            self.show_tab(STEPS)
            self.hands.add()

    # Verbs on the whole.

    def do(self, verb: str) -> None:
        """One of the head's verbs, or publish, discard."""
        if self.record is None:
            return
        if verb in ("undo", "redo"):
            if self.head.tab != REPORT:
                self.apply(self.edit.undo() if verb == "undo" else self.edit.redo())
            return
        acts: dict[str, Callable[[SequenceRecord], Awaitable[object]]] = {
            "activate": self._activate, "publish": self._publish, "discard": self._discard,
            "pause": self.verbs.pause, "resume": self.verbs.resume, "rename": self.verbs.rename,
            "copy": self._copy_all, "delete": self._delete, "enrol": self._enrol,
        }  # fmt: skip
        self._once.start(lambda: self._do(acts[verb]), on_problem=self._failed)

    async def _do(self, act: Callable[[SequenceRecord], Awaitable[object]]) -> None:
        await self.settle()
        assert self.record is not None
        sequence_id = self.record.id
        await act(self.record)
        if self.sequence_id == sequence_id:
            # Before the buttons can be pressed again: they offer what is possible now.
            with contextlib.suppress(NotFound):
                self.record = await self._desk.app.sequences.get(sequence_id)
            self._act_count += 1

    async def _activate(self, record: SequenceRecord) -> None:
        self.around = await look_around(self._desk.app)
        done = await self.verbs.activate(record, self.edit.definition, self.around)
        if isinstance(done, SequenceRecord):
            self._take(done)
            self.show_tab(REPORT)
            self._desk.toasts.show_toast(
                f"“{record.name}” is active.", "done", action="Enrol contacts…", on_action=lambda: self.do("enrol")
            )  # fmt: skip
        elif done:
            self.show_place(done)

    async def _publish(self, record: SequenceRecord) -> None:
        self.around = await look_around(self._desk.app)
        done = await self.verbs.publish(record, self.edit.definition, self.around, self._in_progress_count)
        if isinstance(done, SequenceRecord):
            self._take(done)
        elif done:
            self.show_place(done)

    async def _discard(self, record: SequenceRecord) -> None:
        before = await self.verbs.discard(record)
        if before is not None:
            self._take(before)

    async def _copy_all(self, record: SequenceRecord) -> None:
        self.other_requested.emit(await self.verbs.copy(record))

    async def _delete(self, record: SequenceRecord) -> None:
        if await self.verbs.delete(record):
            self.sequence_id = 0
            self.left.emit()

    def _why(self, message_id: int) -> None:
        self._desk.tasks.spawn(self, self._show_why(message_id), on_problem=self._failed)

    async def _show_why(self, message_id: int) -> None:
        wanted = await why_message(self._desk, self, message_id)
        if wanted is not None:
            self.event_requested.emit(wanted.contact_id, wanted.event_id)

    async def _enrol(self, record: SequenceRecord) -> None:
        await enrol_contacts(self._desk, self, record)

    def _take(self, record: SequenceRecord) -> None:
        """What a verb made of it; undo does not lead behind a version that was published."""
        if record.id == self.sequence_id:
            self.keeper.generation += 1
            self.record, self.edit = record, SequenceEdit(record.shown)
            self._show()

    # What goes wrong.

    def _gone(self, problem: Exception) -> None:
        self._failed(problem)
        self.left.emit()

    def _not_saved(self, problem: Exception) -> None:
        self._failed(problem)
        self._reload.now()

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
