"""Where a template is used: drafts, broadcasts under way, sequences, flows, and the last broadcasts that ended."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QModelIndex, Signal

from desktop.domain.flow import FlowStatus
from desktop.domain.sequence import SequenceStatus
from desktop.domain.template_uses import TemplateUse, UseKind
from desktop.ui.broadcasts import words
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import ROW, Cell, Column, Rows
from desktop.ui.parts.table import Table
from desktop.ui.sequences import words as sequence_words
from desktop.ui.theme import Theme


class UsesCard(Card):
    """`broadcast_requested(id)`, `sequence_requested(id)`, `flow_requested(id)` when a person follows one, by a click
    or by Enter.
    """

    broadcast_requested = Signal(int)
    sequence_requested = Signal(int)
    flow_requested = Signal(int)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__("Where it is used", pad_px=18, name="template_uses_card")
        self._now = now
        columns: list[Column[TemplateUse]] = [
            Column("Used by", lambda one: Cell(one.name or "No name yet", bold=True)),
            Column("What", lambda one: Cell(_WHAT[one.kind], color="muted"), 92),
            Column("State", _status, 106),
            Column("Sent", _counts, 122),
            Column("When", self._when, 108),
        ]
        self.rows = Rows(columns)
        self.table = Table(theme, self.rows, label="Where it is used", name="template_uses")
        self.table.fit_rows()
        self.table.clicked.connect(self._follow)
        self.table.activated.connect(self._follow)
        self.table.setToolTip("Click to see it")
        self.none = Label(
            "Not used yet: no broadcast, sequence or flow, running or drafted, has this template.", "soft", wrap=True,
            name="template_uses_none",
        )  # fmt: skip
        self.body.addWidget(self.table)
        self.body.addWidget(self.none)
        self.table.hide()
        self.none.hide()

    def show_uses(self, uses: Sequence[TemplateUse]) -> None:
        """The order they come in: what still matters first."""
        if list(uses) != list(self.rows.rows):
            self.rows.set_rows(uses)
        self.table.setVisible(bool(uses))
        self.none.setVisible(not uses)

    def show_loading(self) -> None:
        """Nothing is said until it is known."""
        self.rows.set_rows([])
        self.table.hide()
        self.none.hide()

    def _follow(self, index: QModelIndex) -> None:
        use = index.data(ROW)
        if not isinstance(use, TemplateUse):
            return
        if use.kind is UseKind.SEQUENCE:
            self.sequence_requested.emit(use.id)
        elif use.kind is UseKind.FLOW:
            self.flow_requested.emit(use.id)
        else:
            self.broadcast_requested.emit(use.id)

    def _when(self, use: TemplateUse) -> Cell:
        said = "Begun" if use.is_draft else _SINCE.get(use.kind, "Launched")
        return Cell(words.when(use.at, self._now()), color="muted", tooltip=f"{said} {words.full(use.at)}")


_WHAT: Final = {
    UseKind.DRAFT: "Broadcast",
    UseKind.BROADCAST: "Broadcast",
    UseKind.SEQUENCE: "Sequence",
    UseKind.FLOW: "Flow of a bot",
}
_SINCE: Final = {UseKind.SEQUENCE: "Activated", UseKind.FLOW: "Published"}
_FLOW_STATUS: Final = {
    FlowStatus.DRAFT: ("Draft", BadgeKind.DRAFT),
    FlowStatus.PUBLISHED: ("Published", BadgeKind.LIVE),
    FlowStatus.OFF: ("Off", BadgeKind.PAUSED),
}


def _status(use: TemplateUse) -> Cell:
    if isinstance(use.status, SequenceStatus):
        return Cell(*sequence_words.STATUS[use.status])
    if isinstance(use.status, FlowStatus):
        return Cell(*_FLOW_STATUS[use.status])
    return Cell(*words.BROADCAST_STATUS[use.status])


def _counts(use: TemplateUse) -> Cell:
    if use.is_draft:
        return Cell("–", color="muted")
    return Cell(f"{use.sent_count:,} of {use.selected_count:,}", color="muted")
