"""The ways out of a node: where each leads, to be joined and parted by keyboard."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_edit import why_not_add
from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_nodes import KINDS, LABELS, NEXT, Does, Exit, exits_of
from desktop.ui.bots.forms.place import Place
from desktop.ui.bots.forms.rows import Choosing, Problem
from desktop.ui.bots.forms.words import nowhere, steps
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.label import ElidedLabel, SectionLabel
from desktop.ui.parts.menu import drop
from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Theme

START_EXIT = Exit(NEXT, "Then", needed=True)


def exits_at(definition: FlowDefinition, node_id: str) -> tuple[Exit, ...]:
    """The ways out of a node or of the trigger."""
    if node_id == START:
        return (START_EXIT,)
    node = definition.node(node_id)
    return exits_of(node.does) if node is not None else ()


class ExitRow(QWidget):
    """One way out: its name, what it leads to, a step to put there, and a way to look at it."""

    chosen = Signal(str)
    """The node it is to lead to; "" for none."""
    new_requested = Signal(object)
    """A new node of this kind, to be put there."""
    node_requested = Signal(str)

    def __init__(self, theme: Theme, exit: Exit, name: str) -> None:
        super().__init__()
        self.exit = exit
        self.label = ElidedLabel(exit.label, "strong", name=f"{name}_label")
        self.to = Choosing(name=name, label=f"{exit.label}: leads to")
        self.to.activated.connect(lambda _: self.chosen.emit(str(self.to.value)))
        self.new = IconButton(theme, "plus", "Put a new step here", name=f"{name}_new")
        self.new.clicked.connect(self.open_menu)
        ahead = "arrow-left" if self.isRightToLeft() else "arrow-right"
        self.go = IconButton(theme, ahead, "Show that step", name=f"{name}_go")
        self.go.clicked.connect(lambda: self.node_requested.emit(str(self.to.value)))
        self.problem = Problem(f"{name}_problem")
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(self.to, 1)
        line.addWidget(self.new)
        line.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.label)
        column.addLayout(line)
        column.addWidget(self.problem)
        named(self, f"{name}_row", exit.label)

    def show_exit(self, exit: Exit, place: Place, to_id: str) -> None:
        self.exit = exit
        self.label.setText(exit.label)
        self.to.setAccessibleName(f"{exit.label}: leads to")
        entries = [("", nowhere(exit)), *steps(place.definition, place.known, place.node_id)]
        if to_id == place.node_id:
            entries.append((to_id, "This step again"))
        self.to.show_entries(entries, to_id)
        self.go.setEnabled(bool(to_id))
        why_not = why_not_add(place.definition)
        self.new.setEnabled(not why_not)
        self.new.setToolTip(why_not or "Put a new step here")

    def show_findings(self, findings: Sequence[FlowFinding]) -> None:
        self.problem.show_findings(findings)
        self.to.setAccessibleDescription(self.problem.text())
        blocks = any(one.blocks for one in findings)
        if bool(self.to.property("problem")) != blocks:
            restyle(self.to, problem=blocks)

    def open_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("new_step_menu")
        for kind in KINDS:
            does = kind()
            action = menu.addAction(LABELS[does.kind])
            action.setObjectName(f"new_step_{does.kind}")
            action.triggered.connect(partial(self._new, does))
        drop(menu, self.new)
        return menu

    def _new(self, does: Does, _: bool = False) -> None:
        self.new_requested.emit(does)


class Exits(QWidget):
    """All of them. `joined(exit, to_id)`, with to_id "" where it is to lead nowhere."""

    joined = Signal(str, str)
    new_requested = Signal(str, object)
    node_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[ExitRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self._column.addWidget(SectionLabel("Leads to"))
        named(self, "node_exits", "Where it leads")

    def show_exits(self, place: Place) -> None:
        exits = exits_at(place.definition, place.node_id)
        self._fit(exits)
        for row, exit in zip(self.rows, exits, strict=True):
            row.show_exit(exit, place, place.definition.after(place.node_id, exit.name))
        self.setVisible(bool(exits))

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """Each beside its exit. Returns those that belong to none."""
        parts = {f"exit:{row.exit.name}" for row in self.rows}
        for row in self.rows:
            row.show_findings([one for one in findings if one.part == f"exit:{row.exit.name}"])
        return tuple(one for one in findings if one.part not in parts)

    def _fit(self, exits: Sequence[Exit]) -> None:
        """A row for each; those that stay are left alone, so that the keyboard stays where it is."""
        before = {row.exit.name: row for row in self.rows}
        wanted = [before.pop(one.name) if one.name in before else self._made(one) for one in exits]
        for old in before.values():
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        if wanted != self.rows:
            self.rows = wanted
            for at, row in enumerate(wanted):
                self._column.insertWidget(at + 1, row)

    def _made(self, exit: Exit) -> ExitRow:
        row = ExitRow(self._theme, exit, f"exit_{exit.name.replace(':', '_')}")
        row.chosen.connect(lambda to_id: self.joined.emit(row.exit.name, to_id))
        row.new_requested.connect(lambda does: self.new_requested.emit(row.exit.name, does))
        row.node_requested.connect(self.node_requested)
        return row
