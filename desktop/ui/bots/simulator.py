"""Try it: a flow in the hands of a made-up customer, by the transition that real sessions take."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain import zones
from desktop.domain.changes import Changes, Topic
from desktop.domain.consent import Policy
from desktop.domain.flow import FlowDefinition
from desktop.domain.flow_checks import Known
from desktop.domain.flow_compare import differences
from desktop.domain.flow_simulation import Simulation, begin
from desktop.domain.flow_triggers import Incoming
from desktop.ui.bots.sim_contact import MadeUpWay, contact_words, edit_made_up, made_up
from desktop.ui.bots.sim_controls import SimControls
from desktop.ui.bots.sim_openings import openings
from desktop.ui.bots.sim_thread import SimThread
from desktop.ui.bots.sim_welcome import SimWelcome
from desktop.ui.desk import Desk
from desktop.ui.dialog import focused_in
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named

CHANGED: Final = "The flow was changed since. This goes on as it was."
LONGEST_MESSAGE: Final = 4_096
"""WhatsApp's limit for a text."""


class Simulator(QWidget):
    """`at_node(node id)` where the session stands now; "" where it stands nowhere."""

    at_node = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.contact = made_up(desk.app.clock.now())
        self._sends, self._zone, self._policy = True, ZoneInfo("UTC"), Policy()
        self._at: datetime | None = None
        self._wanted = (FlowDefinition(), Known())
        self.simulation = self._fresh()
        self._build()
        self._wire()
        self._show()
        desk.live.follow(self, self._heard)
        desk.tasks.spawn(self, self._read_settings())

    def _build(self) -> None:
        theme = self._desk.theme
        self.person = IconButton(
            theme, "user", "Who writes, and when: name, opt-in, tags, fields, time", name="simulator_contact"
        )
        self.restart = IconButton(theme, "arrow-counter-clockwise", "Begin again", name="simulator_restart")
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 8, 0)
        head.setSpacing(2)
        head.addWidget(Label("Try it", "strong", name="simulator_title"))
        head.addStretch(1)
        head.addWidget(self.person)
        head.addWidget(self.restart)
        self.who = ElidedLabel("", "muted", name="simulator_who")
        who = QHBoxLayout()
        who.setContentsMargins(12, 0, 12, 6)
        who.addWidget(self.who)
        self.welcome = SimWelcome(theme)
        self.thread_view = SimThread(theme)
        self.controls = SimControls(theme)
        self.changed = QWidget()
        changed = QVBoxLayout(self.changed)
        changed.setContentsMargins(12, 0, 12, 6)
        changed.setSpacing(2)
        changed.addWidget(Label(CHANGED, "muted", wrap=True, name="simulator_changed"))
        self.anew = Button(theme, "Begin again with the changes", "link", name="simulator_anew")
        changed.addWidget(self.anew, 0, Qt.AlignmentFlag.AlignLeading)
        self.field = named(QLineEdit(), "simulator_text", "Write as the customer")
        self.field.setPlaceholderText("Write as the customer…")
        self.field.setMaxLength(LONGEST_MESSAGE)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 0, 12, 12)
        foot.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(who)
        column.addWidget(self.welcome)
        column.addWidget(self.thread_view, 1)
        column.addWidget(self.changed)
        column.addWidget(self.controls)
        column.addLayout(foot)
        self.setFocusProxy(self.field)
        named(self, "simulator", "Try it")

    def _wire(self) -> None:
        self.field.returnPressed.connect(self._say)
        self.thread_view.pressed.connect(lambda payload: self._take(self.simulation.pressed(payload)))
        self.welcome.opening_chosen.connect(self._begin)
        self.welcome.by_hand_requested.connect(lambda: self._begin(None))
        self.controls.time_requested.connect(lambda: self._take(self.simulation.time_passed()))
        self.controls.answered.connect(lambda values: self._take(self.simulation.answered(values)))
        self.controls.failed.connect(lambda because: self._take(self.simulation.failed(because)))
        for button in (self.restart, self.anew):
            button.clicked.connect(self.start)
        self.controls.again_requested.connect(self.start)
        self.person.clicked.connect(lambda: self._desk.tasks.spawn(self, self._edit_contact()))

    # For the editor.

    def show_definition(self, definition: FlowDefinition, known: Known) -> None:
        """What is tried from the next start on; nothing was said yet: from now on."""
        self._wanted = (definition, known)
        if self.simulation.lines:
            self._show_changed()
        else:
            self._take(self._fresh())

    def start(self) -> None:
        """A conversation in which nothing was said yet."""
        self._take(self._fresh())
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # What happens.

    def _fresh(self) -> Simulation:
        definition, known = self._wanted
        return Simulation(
            definition, self.contact, self._now(), self._zone, known, sends=self._sends, policy=self._policy
        )

    def _begin(self, incoming: Incoming | None) -> None:
        """With a first message, or by a colleague's hand."""
        definition, known = self._wanted
        made = begin(
            definition, self.contact, self._now(), self._zone, known, incoming,
            sends=self._sends, policy=self._policy,
        )  # fmt: skip
        self._take(made)

    def _say(self) -> None:
        text = self.field.text().strip()
        if text:
            self.field.clear()
            self._take(self.simulation.said(text))

    def _take(self, simulation: Simulation) -> None:
        held = focused_in(self.window())
        self.simulation = simulation
        self._show()
        self.at_node.emit(simulation.state.node_id)
        if held is not None and self.controls.isAncestorOf(held) and not held.isVisible():
            self._focus_next()

    def _focus_next(self) -> None:
        """What was pressed is gone: to what is waited for now."""
        if self.controls.request.isVisible():
            self.controls.request.focus_first()
        else:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _edit_contact(self) -> None:
        _, known = self._wanted
        done = await edit_made_up(
            self._desk, self.window(), self.contact, known, MadeUpWay(self._sends, self._at, self._zone)
        )
        if done is not None:
            self.contact, way = done
            self._sends, self._at = way.sends, way.at
            self.start()

    async def _read_settings(self) -> None:
        """The workspace's clock, which office hours go by, and whether its bots ask for consent."""
        settings = await self._desk.app.workspace.settings()
        self._zone, self._policy = zones.zone(settings.time_zone), settings.policy
        self.simulation = replace(self.simulation, zone=self._zone, policy=self._policy)

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.SETTINGS):
            self._desk.tasks.spawn(self, self._read_settings())

    def _now(self) -> datetime:
        """When the try-out begins: now, or at the time that was chosen."""
        return self._at or self._desk.app.clock.now()

    # What is shown.

    def _show(self) -> None:
        made = self.simulation
        told = [contact_words(made.contact)]
        told += [] if self._at is None else [f"{self._at.astimezone(self._zone):%a %H:%M}"]
        told += [] if made.sends else ["messages do not go out"]
        self.who.setText(" · ".join(told))
        self.welcome.setVisible(not made.lines)
        self.welcome.show_openings(openings(made.definition), made.definition)
        self.thread_view.show_lines(made.lines)
        self.restart.setEnabled(bool(made.lines))
        self._show_changed()

    def _show_changed(self) -> None:
        definition, _ = self._wanted
        now = self.simulation
        is_other = definition is not now.definition and bool(differences(now.definition, definition))
        self.changed.setVisible(bool(now.lines) and is_other)
        self.controls.show_simulation(now, can_begin_again=not self.changed.isVisibleTo(self))
