"""One flow: its canvas, library and settings, tried in the simulator, published. Every edit is kept a moment later."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.flow import START, FlowCounts, FlowDefinition, FlowRecord, SessionStatus
from desktop.domain.flow_checks import FlowFinding, Known, check
from desktop.domain.flow_edit import FlowEdit
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.ui.bots import chosen, keys
from desktop.ui.bots.card_look import CardLook, Looks
from desktop.ui.bots.chosen import Chosen
from desktop.ui.bots.editor_acts import EditorActs
from desktop.ui.bots.editor_parts import ADD, SETTINGS, TEST, EditorParts
from desktop.ui.bots.editor_reading import EditorReading
from desktop.ui.bots.editor_verbs import EditorVerbs
from desktop.ui.bots.head import BUILD, REPORT, WAS_USED, HeadLook
from desktop.ui.bots.standing import changes_count
from desktop.ui.desk import Desk
from desktop.ui.draft_keeper import DraftKeeper
from desktop.ui.parts.naming import named

CHECK_MS: Final = 120
"""After the last change of a word: the checks of 200 steps are not for every letter."""
LIST_MS: Final = 200
"""The same for the list of steps while it is not seen."""


class Editor(QWidget):
    """`back_requested` to all flows; `flow_requested(id)` after a copy; `contact_requested(id)` for a conversation."""

    back_requested = Signal()
    flow_requested = Signal(int)
    contact_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.flow_id = 0
        self.record: FlowRecord | None = None
        self.counts = FlowCounts({})
        self.edit, self.chosen = FlowEdit(), Chosen()
        self.known = Known()
        self.findings: tuple[FlowFinding, ...] = ()
        self.looks: dict[str, CardLook] = {}
        self._looks = Looks()
        self._changes_count = 0
        self.parts = EditorParts(desk, self)
        self.keeper = DraftKeeper(desk.tasks, self, desk.app.flows.save_draft, desk.user, self._not_saved)
        self.verbs = EditorVerbs(self)
        self.acts = EditorActs(self)
        self.reading = EditorReading(self)
        self._checking = self._timer(CHECK_MS, self._check_later)
        self._listing = self._timer(LIST_MS, self._show_outline)
        self._wire()
        named(self, "bots_editor", "Flow")
        desk.live.follow(self, self.reading.heard)

    def _timer(self, wait_ms: int, act: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(wait_ms)
        timer.timeout.connect(act)
        return timer

    def _wire(self) -> None:
        head, canvas, left, right = self.parts.head, self.parts.canvas, self.parts.left, self.parts.right
        head.back_requested.connect(self.leave)
        head.tab_chosen.connect(self.show_tab)
        head.verb_requested.connect(self.do)
        self.keeper.saved.connect(self._saved)
        for view in (canvas, left.outline):
            view.chosen_requested.connect(self.choose)
            view.settings_requested.connect(lambda id: self.go_to(id))
        canvas.key_pressed.connect(lambda event: self._card_key(event, on_canvas=True))
        left.outline.key_pressed.connect(lambda event: self._card_key(event, on_canvas=False))
        canvas.moved.connect(self.verbs.move_to)
        canvas.join_requested.connect(self.verbs.join)
        canvas.led_nowhere.connect(self.verbs.add_at_exit)
        left.library.add_requested.connect(self.verbs.add)
        left.library.dragged.connect(self.verbs.drag)
        left.library.dropped.connect(self.verbs.drop)
        left.tabs_shown.connect(self._show_outline)
        left.library.left.connect(canvas.setFocus)
        left.outline.left.connect(canvas.setFocus)
        right.node.changed.connect(self.change)
        right.node.remove_requested.connect(self.verbs.remove_one)
        right.node.node_requested.connect(self.go_to)
        right.problems.finding_requested.connect(lambda one: self.go_to(one.node_id, one.part))
        right.simulator.at_node.connect(canvas.show_here)
        canvas.menu_requested.connect(self.verbs.menu)
        self.parts.tools.zoom.lay_out_requested.connect(lambda: self.do("lay_out"))
        self.parts.report.contact_requested.connect(self.contact_requested)

    # Opening and leaving.

    def show_flow(self, flow_id: int) -> None:
        """Read it and show it."""
        self.desk.tasks.spawn(self, self._open(flow_id), on_problem=self.gone)

    async def _open(self, flow_id: int) -> None:
        await self.settle()
        self.flow_id = flow_id
        record = await self.reading.first(flow_id)
        if self.flow_id != flow_id:
            return
        self._take(record)
        self.show_side(SETTINGS)
        self.parts.canvas.show_here("")
        self.parts.left.show_tab(ADD)
        self.show_tab(BUILD)
        self.choose(chosen.one(self.edit.definition, START))
        self.parts.canvas.begin()

    def _take(self, record: FlowRecord) -> None:
        """What was read, or what a verb made of it; undo does not lead behind it."""
        self.keeper.generation += 1
        self.record, self.edit = record, FlowEdit(record.shown)
        self.reading.kept = record.shown
        self.check_now()
        self.show_all()

    def take(self, record: FlowRecord) -> None:
        """A verb made this of the flow."""
        if record.id == self.flow_id:
            self._take(record)

    def take_standing(self, record: FlowRecord) -> None:
        """Its name, state and version are these now; what is edited stays."""
        self.record = record
        self.check_now()
        self.show_all()

    def closed(self) -> None:
        """The flow is gone."""
        self.keeper.drop()
        self.flow_id, self.record = 0, None
        self.back_requested.emit()

    def leave(self) -> None:
        """Back to all flows, once everything is kept."""
        self.desk.tasks.spawn(self, self._leave(), on_problem=self.failed)

    async def _leave(self) -> None:
        await self.settle()
        self.flow_id = 0
        self.back_requested.emit()

    async def settle(self) -> None:
        """Return when every edit is kept. Raises the service's Problem."""
        self.parts.right.node.finish()
        await self.keeper.settle()

    def refresh(self) -> None:
        """Read it anew; also when another person sits here."""
        if self.flow_id:
            self.show_all()
            self.reading.again()
            self.parts.report.look_again()

    def focus_search(self) -> None:
        """Ctrl+F: among the steps."""
        self.do("search")

    # What is shown.

    @property
    def refusal(self) -> str:
        return self.desk.refusal(Right.BOTS)

    def show_tab(self, key: str) -> None:
        """Build or Report."""
        self.parts.head.tabs.choose(key)
        self.parts.stack.setCurrentIndex(1 if key == REPORT else 0)
        if key == REPORT:
            self.parts.report.show_flow(self.flow_id)
        self._show_head()

    def show_side(self, key: str) -> None:
        """What stands at the right."""
        self.parts.right.show_side(key)
        self._show_right()
        self._show_head()

    def show_all(self) -> None:
        """Everything; each part takes over only what differs."""
        if self.record is None:
            return
        definition = self.edit.definition
        self.looks = self._looks.made(definition, self.known, self.findings)
        self.chosen = self.chosen.kept(definition)
        parts = self.parts
        if not parts.canvas.mouse.busy:
            parts.canvas.show_flow(definition, self.looks, self.chosen)
        if parts.left.outline.isVisible():
            self._show_outline()
        else:
            self._listing.start()
        parts.left.library.show_refusal(self.refusal)
        parts.right.node.setEnabled(not self.refusal)
        parts.right.refused.setText(self.refusal)
        parts.tools.zoom.show_refusal(self.refusal)
        parts.right.refused.setVisible(bool(self.refusal))
        self._show_right()
        parts.tools.show_empty(not definition.nodes)
        self._show_head()

    def _show_outline(self) -> None:
        self._listing.stop()
        self.parts.left.outline.show_flow(self.edit.definition, self.looks, self.chosen)

    def _show_right(self) -> None:
        """What is seen of it."""
        right, definition = self.parts.right, self.edit.definition
        if right.side == SETTINGS:
            right.node.show_node(definition, self.chosen.current, self.known, self.findings)
        elif right.side == TEST:
            right.simulator.show_definition(definition, self.known)
        else:
            right.problems.show_findings(definition, self.findings, self.known)

    def _show_head(self) -> None:
        if self.record is None:
            return
        blocking_count = sum(one.blocks for one in self.findings)
        look = HeadLook(
            self._changes_count, blocking_count, len(self.findings) - blocking_count,
            self.edit.can_undo, self.edit.can_redo, self.parts.right.side == TEST, self.keeper.busy,
            self.acts.busy, self.refusal, WAS_USED if self.counts.started_count else "",
        )  # fmt: skip
        self.parts.head.show_record(self.record, look)

    def show_busy(self) -> None:
        """A verb began or ended."""
        self._show_head()

    def check_now(self) -> None:
        """What stands against publishing, and what differs from the version that runs."""
        self._checking.stop()
        record, definition = self.record, self.edit.definition
        if record is None:
            return
        # The card of a marketing template says so itself.
        self.findings = tuple(one for one in check(definition, self.known) if not one.mark)
        self._changes_count = changes_count(record, definition)

    def _check_later(self) -> None:
        self.check_now()
        self.show_all()

    def choose(self, now: Chosen) -> None:
        """Other cards, another exit or line."""
        moved = now.current != self.chosen.current
        self.chosen = now
        self.parts.canvas.show_chosen(now)
        self.parts.left.outline.show_chosen(now)
        if moved:
            if self.parts.right.side == SETTINGS:
                self._show_right()
            if now.current and self.parts.canvas.hasFocus() and not self.parts.canvas.mouse.busy:
                self.parts.canvas.reveal(now.current)
            self.verbs.say(now)

    def go_to(self, id: str, part: str = "") -> None:
        """Show a step with its settings, and the keyboard at the input that is meant."""
        self.show_tab(BUILD)
        self.choose(chosen.one(self.edit.definition, id or START))
        self.parts.canvas.reveal(self.chosen.current)
        self.show_side(SETTINGS)
        self.parts.right.node.focus_part(part)

    # Editing.

    def change(self, definition: FlowDefinition, joint: str = "") -> None:
        """Another definition: shown at once, kept a moment later."""
        self.apply(self.edit.change(definition, joint))

    def apply(self, edit: FlowEdit) -> None:
        if self.refusal or self.record is None:
            if self.refusal:
                self.desk.toasts.show_toast(self.refusal, "warn")
            self.show_all()
            return
        changed = edit.definition != self.edit.definition
        self.edit = edit
        if changed:
            self.keeper.later(self.flow_id, edit.definition)
            if edit.joint:
                self._checking.start()
            else:
                self.check_now()
        self.show_all()

    def make(self, made: tuple[FlowDefinition, Chosen], joint: str = "") -> None:
        """What a verb made, with what is chosen then."""
        definition, now = made
        self.chosen = now
        self.change(definition, joint)
        self.choose(self.chosen)
        self.parts.canvas.reveal(self.chosen.current)

    @property
    def running_count(self) -> int:
        """Customers that are in the flow now."""
        return self.counts.of(SessionStatus.RUNNING)

    # Keys.

    def do(self, verb: str) -> None:
        """A verb of the keys or of the head."""
        if self.record is None:
            return
        if not self.verbs.do(verb):
            self.acts.do(verb)

    def event(self, event: QEvent) -> bool:
        """Its keys are its own, also where the page or the window has the same ones."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            at_cards = self.parts.canvas.hasFocus() or self.parts.left.outline.tree.hasFocus()
            if keys.verb_in(keys.EVERYWHERE, event) or (at_cards and keys.verb_in(keys.CARDS, event)):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no field wanted. Escape leads back: to the canvas, to one card, to none, to all flows."""
        if verb := keys.verb_in(keys.EVERYWHERE, event):
            self.do(verb)
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.parts.head.tab == BUILD and not self.parts.canvas.hasFocus():
            self.parts.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        elif len(self.chosen.ids) > 1 or self.chosen.edge is not None:
            self.choose(chosen.one(self.edit.definition, self.chosen.current or START))
        elif self.parts.head.tab == BUILD and self.chosen.ids:
            self.choose(Chosen())
        else:
            self.leave()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """No proxy: Tab would never come from the last control to the first."""
        self.parts.canvas.setFocus(event.reason())

    def _card_key(self, event: QKeyEvent, *, on_canvas: bool) -> None:
        """Accepted where it was wanted."""
        verb = keys.verb_in(keys.ARROWS, event) if on_canvas else ""
        if verb and self.verbs.go(verb):
            event.accept()
            return
        if verb := keys.verb_in(keys.CARDS, event):
            self.do(verb)
            event.accept()

    # What goes wrong, and what is heard.

    def _saved(self, definition: object) -> None:
        assert isinstance(definition, FlowDefinition)
        self.reading.kept = definition
        self._show_head()

    def gone(self, problem: Exception) -> None:
        """The flow cannot be shown any more; say why, and lead back."""
        self.failed(problem)
        self.closed()

    def _not_saved(self, problem: Exception) -> None:
        self.failed(problem)
        self.reading.again()

    def failed(self, problem: Exception) -> None:
        """Say it; one that stands at a step leads there."""
        if not isinstance(problem, Problem):
            return
        node_id, _, part = problem.field.partition(":")
        if part and node_id in self.looks:
            self.go_to(node_id, part)
        self.desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
