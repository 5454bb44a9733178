"""The panel of one node: its form, what is wrong beside each input, and where its exits lead."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain import flow_edit
from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.domain.flow_nodes import LABELS, Does
from desktop.ui.bots.forms.exits import Exits
from desktop.ui.bots.forms.form import Form
from desktop.ui.bots.forms.kinds import form_for
from desktop.ui.bots.forms.place import Place
from desktop.ui.bots.forms.rows import Problem
from desktop.ui.bots.forms.taborder import in_order
from desktop.ui.bots.forms.triggers import StartForm
from desktop.ui.bots.forms.words import SENTENCES, START_SENTENCE, START_TITLE
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.label import Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WIDTH_PX, PAD_PX = 320, 16


class NodePanel(QWidget):
    """`changed(definition, joint)`: the whole flow after an edit; joint is what an undo takes back at once.

    Whoever hears it shows the definition again with show_node(); what is being typed stays as it is.
    node_requested: a person wants to see another node. It draws no line around itself.
    """

    changed = Signal(object, str)
    remove_requested = Signal(str)
    node_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._place = Place()
        self._findings: tuple[FlowFinding, ...] = ()
        self._key: tuple[str, str] | None = None
        self._shown_count = 0
        self._tabs: list[QWidget] = []
        self.form: Form[Any] | StartForm | None = None
        self._make()
        named(self, "node_panel", "Settings of the step")
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.show_node(FlowDefinition(), "", Known(), ())

    def _make(self) -> None:
        theme = self._theme
        self.title = Label("", "title", name="node_title")
        self.remove = IconButton(theme, "trash", "Delete this step (Delete)", name="node_remove")
        self.remove.clicked.connect(lambda: self.remove_requested.emit(self._place.node_id))
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title.setMinimumHeight(theme.px(28))  # as high as the button beside it, which not every step has
        head.addWidget(self.title, 1)
        head.addWidget(self.remove)
        self.sentence = Label("", "muted", wrap=True, tight=True, name="node_sentence")
        self.general = Problem("node_problem")
        self.rule = Rule()
        self.exits = Exits(theme)
        self.exits.joined.connect(self._join)
        self.exits.new_requested.connect(self._put_new)
        self.exits.node_requested.connect(self.node_requested)
        inner = QWidget()
        inner.setProperty("surface", "none")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(PAD_PX, 12, PAD_PX, PAD_PX)
        self._column.setSpacing(12)
        self._column.addLayout(head)
        for widget in (self.sentence, self.general, self.rule, self.exits):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self._form_at = 3
        self.area = QScrollArea()
        self.area.setWidget(inner)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        named(self.area, "node_area")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.area)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(WIDTH_PX), 400)

    @property
    def node_id(self) -> str:
        """What is shown; "" for nothing."""
        return self._place.node_id

    def show_workspace(self, zone_name: str) -> None:
        """Its time zone, for office hours; from now on."""
        if zone_name != self._place.zone_name:
            self._place = replace(self._place, zone_name=zone_name)
            self._fill()

    def show_node(
        self, definition: FlowDefinition, node_id: str, known: Known, findings: Sequence[FlowFinding]
    ) -> None:
        """node_id: START for the triggers; one that is not in the flow shows nothing. findings: of the whole flow."""
        self._shown_count += 1
        turn = self._shown_count
        node = definition.node(node_id)
        kind = "start" if node_id == START else node.does.kind if node is not None else ""
        key = (node_id, kind)
        if key != self._key:
            # What is still being typed into the one before goes into the flow as it is by now.
            self._place = replace(self._place, definition=definition, known=known)
            self.finish()
            if turn != self._shown_count:
                return  # whoever heard that has shown everything anew
            definition = self._place.definition
            node = definition.node(node_id)
            self._key = key
            self._place = replace(self._place, definition=definition, node_id=node_id, known=known)
            self._build(node.does if node is not None else None)
        self._place = replace(self._place, definition=definition, node_id=node_id, known=known)
        self._findings = tuple(findings)
        self._fill()

    def finish(self) -> None:
        """Tell what is still being typed."""
        if self.form is not None:
            self.form.finish()

    def focus_part(self, part: str) -> None:
        """The keyboard goes to the input that a finding speaks of, or to the first one."""
        exit = next((row for row in self.exits.rows if f"exit:{row.exit.name}" == part), None)
        found = self.form.input_of(part) if self.form is not None else None
        target = exit.to if exit is not None else found
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(target)

    def hideEvent(self, event: QHideEvent) -> None:
        self.finish()
        super().hideEvent(event)

    def _build(self, does: Does | None) -> None:
        """Another form in the place of the one before."""
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        node_id = self._place.node_id
        if node_id == START:
            start = StartForm(self._theme)
            start.triggers_changed.connect(self._set_triggers)
            start.timeout_changed.connect(self._set_timeout)
            self.form = start
        elif does is not None:
            form = form_for(self._theme, does)
            form.changed.connect(lambda does, joint: self._set_does(node_id, does, joint))
            self.form = form
        if self.form is not None:
            self._column.insertWidget(self._form_at, self.form)
        self.area.verticalScrollBar().setValue(0)

    def _fill(self) -> None:
        place = self._place
        node = place.definition.node(place.node_id)
        is_start = place.node_id == START
        self.title.setText(START_TITLE if is_start else LABELS[node.does.kind] if node else "No step chosen")
        sentence = START_SENTENCE if is_start else SENTENCES[node.does.kind] if node else ""
        self.sentence.setText(sentence or "Choose a step to see and change what it does.")
        self.remove.setVisible(node is not None)
        if isinstance(self.form, StartForm):
            self.form.show_start(place)
        elif self.form is not None and node is not None:
            self.form.show_does(node.does, place)
        self.exits.show_exits(place)
        self.rule.setVisible(not self.exits.isHidden() and self.form is not None)
        self._show_findings()
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes from above to below, also to what was added later."""
        order = in_order(self._column)
        if order != self._tabs:
            self._tabs = order
            for before, after in pairwise(order):
                QWidget.setTabOrder(before, after)

    def _show_findings(self) -> None:
        rest = tuple(one for one in self._findings if one.node_id == self._place.node_id)
        if not self._place.node_id:
            rest = ()
        if self.form is not None:
            rest = self.form.show_findings(rest)
        rest = self.exits.show_findings(rest)
        self.general.show_findings(rest)

    # What a person does.

    def _set_does(self, node_id: str, does: Does, joint: str) -> None:
        self._tell(
            flow_edit.with_does(self._place.definition, node_id, does), f"{node_id}:{joint}" if joint else ""
        )

    def _set_triggers(self, triggers: object, joint: str) -> None:
        self._tell(flow_edit.with_triggers(self._place.definition, triggers), joint)  # type: ignore[arg-type]

    def _set_timeout(self, minutes: int) -> None:
        self._tell(flow_edit.with_timeout(self._place.definition, minutes), f"{START}:timeout")

    def _join(self, exit: str, to_id: str) -> None:
        definition, node_id = self._place.definition, self._place.node_id
        if to_id:
            self._tell(flow_edit.joined(definition, node_id, exit, to_id), "")
        else:
            self._tell(flow_edit.parted(definition, node_id, exit), "")

    def _put_new(self, exit: str, does: Does) -> None:
        definition, new_id = flow_edit.inserted_after(self._place.definition, self._place.node_id, exit, does)
        self._tell(definition, "")
        self.node_requested.emit(new_id)

    def _tell(self, definition: FlowDefinition, joint: str) -> None:
        """The new flow is what the next edit starts from, also before anybody has shown it."""
        if definition == self._place.definition:
            return
        self._place = replace(self._place, definition=definition)
        self.changed.emit(definition, joint)
