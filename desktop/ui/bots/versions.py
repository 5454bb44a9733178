"""The versions of a flow: who published which, what differs, and going back to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.flow import FlowDefinition, FlowRecord, FlowVersion
from desktop.domain.flow_compare import Change, Difference, differences
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.ui.bots.standing import changes_count, has_changes
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask, confirm
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Inset
from desktop.ui.parts.frame import Body
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.table import Table
from desktop.ui.parts.when import full, stamp
from desktop.ui.tasks import Once
from desktop.ui.theme import Color, Theme

GO: Final = 1
WIDTH_PX: Final = 820
TABLE_PX: Final = 190
CHANGES_PX: Final = 190
LINE_PX: Final = 420
NEVER: Final = "This flow was never published. Its first version stands here once it is."
SAME: Final = "No difference: customers go the same way in both."
_ICONS: Final[dict[Change, tuple[str, Color]]] = {
    Change.ADDED: ("plus-circle", "accent"),
    Change.REMOVED: ("minus-circle", "danger"),
    Change.CHANGED: ("pencil-simple", "info"),
    Change.JOINED: ("arrow-right", "accent"),
    Change.PARTED: ("x-circle", "danger"),
    Change.TRIGGERS: ("lightning", "info"),
    Change.TIMEOUT: ("clock", "info"),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """One state of a flow: a version, or the draft (version None)."""

    definition: FlowDefinition
    version: FlowVersion | None = None
    is_current: bool = False

    @property
    def words(self) -> str:
        """'v3', 'the draft'."""
        return f"v{self.version.number}" if self.version else "the draft"

    @property
    def place(self) -> int:
        """Later ones have a higher one."""
        return self.version.number if self.version else 1_000_000_000


def stands_of(record: FlowRecord, versions: Sequence[FlowVersion]) -> list[Stand]:
    """The draft where it differs, then the versions, the newest first."""
    draft = [Stand(record.shown)] if versions and has_changes(record) else []
    return [*draft, *(Stand(one.definition, one, one.id == record.version_id) for one in versions)]


async def open_versions(desk: Desk, parent: QWidget, record: FlowRecord) -> FlowRecord | None:
    """Show the versions. The flow with an earlier one as its draft; None where nothing was changed.

    Raises the service's Problem where they cannot be read.
    """
    versions = await desk.app.flows.versions(record.id)
    dialog = VersionsDialog(desk, parent.window(), record, versions)
    return dialog.made if await ask(dialog) == GO else None


class VersionsDialog(CardDialog):
    """`made` is the flow after going back. Problems are said above the buttons."""

    def __init__(
        self, desk: Desk, window: QWidget, record: FlowRecord, versions: Sequence[FlowVersion]
    ) -> None:
        title = f"Versions of “{record.name}”"
        super().__init__(desk.theme, window, title, width_px=WIDTH_PX, name="versions")
        self._desk, self._record = desk, record
        self.made: FlowRecord | None = None
        self._busy = False
        self.stands = stands_of(record, versions)
        self.rows = Rows(self._columns())
        self.table = Table(desk.theme, self.rows, label=title, name="versions_table")
        self.table.setMinimumHeight(desk.theme.px(TABLE_PX))
        self.before = named(QComboBox(), "versions_before", "Compare with")
        self.changes = ChangesList(desk.theme)
        self.problem = Label("", color="danger", wrap=True, name="versions_problem")
        self.add_button("Close", result=0, safe=True, name="versions_close")
        self.go = Button(desk.theme, "Go back to it", "primary", name="versions_go_back")
        self.buttons.addWidget(self.go)
        self._fill_body()
        self._once = Once(desk.tasks, self, self._show_busy)
        self.go.clicked.connect(lambda: self._once.start(self._go_back, on_problem=self._failed))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._chosen_changed())
        self.before.activated.connect(lambda _: self._compare())
        self.rows.set_rows(self.stands)
        if self.stands:
            self.table.setCurrentIndex(self.rows.index(0, 0))
            self.focus_first(self.table)
        self._chosen_changed()

    def _fill_body(self) -> None:
        if not self.stands:
            self.body.addWidget(Label(NEVER, "soft", wrap=True, name="versions_none"))
        compare = QHBoxLayout()
        compare.setSpacing(8)
        self.compared = Label("", "strong", name="versions_compared")
        compare.addWidget(self.compared)
        compare.addWidget(self.before)
        compare.addStretch(1)
        self.body.addWidget(self.table)
        self.body.addSpacing(4)
        self.body.addLayout(compare)
        self.body.addWidget(self.changes)
        self.body.addWidget(self.problem)
        # In their places first: shown without a parent they would flash as windows of their own.
        for part in (self.table, self.changes, self.before, self.compared, self.go):
            part.setVisible(bool(self.stands))
        self.problem.hide()

    def _columns(self) -> list[Column[Stand]]:
        return [
            Column("Version", _name, 84),
            Column("", _state, 100),
            Column("Published", self._published, 148),
            Column("By", lambda one: Cell((one.version.by_name or "–") if one.version else "", color="muted"), 132),
            Column("Note", _note),
        ]  # fmt: skip

    def _published(self, one: Stand) -> Cell:
        if one.version is None:
            at: datetime = self._record.changed_at
            return Cell(
                f"Edited {stamp(at, self._desk.app.clock.now())}", color="muted", small=True, tooltip=full(at)
            )
        at = one.version.published_at
        return Cell(stamp(at, self._desk.app.clock.now()), color="muted", small=True, tooltip=full(at))

    @property
    def chosen(self) -> Stand | None:
        row = self.table.chosen_row()
        return row if isinstance(row, Stand) else None

    def _chosen_changed(self) -> None:
        """Compare with the one before it, until a person chooses another."""
        chosen = self.chosen
        if chosen is None:
            return
        self.before.clear()
        others = [one for one in self.stands if one.place != chosen.place]
        for one in others:
            self.before.addItem(one.words, one.place)
        earlier = next((one for one in others if one.place < chosen.place), None)
        self.before.setCurrentIndex(max(0, self.before.findData(earlier.place if earlier else None)))
        self._compare()

    def _compare(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        place = self.before.currentData()
        other = next((one for one in self.stands if one.place == place), None)
        self.before.setVisible(other is not None)
        if other is None:
            self.compared.setText("The only version.")
            self.changes.show_steps(chosen.definition)
        else:
            old, new = sorted((chosen, other), key=lambda one: one.place)
            self.compared.setText(f"Compare {chosen.words} with")
            self.changes.show_differences(differences(old.definition, new.definition), old.words, new.words)
        self._fit()

    def _fit(self) -> None:
        """Going back is for what is not shown already, and for those who may."""
        chosen = self.chosen
        version = chosen.version if chosen else None
        self.go.setText(f"Go back to v{version.number}" if version else "Go back to it")
        self.go.setAccessibleName(self.go.text())
        why = self._desk.refusal(Right.BOTS)
        if not why and (version is None or version.definition == self._record.shown):
            why = "This is what the editor shows already."
        self.go.setEnabled(not why and not self._busy)
        self.go.setToolTip(why or "Make it the draft. It starts nobody before it is published.")

    def _show_busy(self, busy: bool) -> None:
        self._busy = busy
        self._fit()

    async def _go_back(self) -> None:
        chosen = self.chosen
        if chosen is None or chosen.version is None:
            return
        if not await self._sure(chosen.version):
            return
        user = self._desk.user()
        self.made = await self._desk.app.flows.go_back(self._record.id, chosen.version.id, user)
        said = f"v{chosen.version.number} is the draft. It starts nobody before it is published."
        self._desk.toasts.show_toast(said, "done")
        self.done(GO)

    async def _sure(self, version: FlowVersion) -> bool:
        """Asked where unpublished edits would be lost."""
        if not has_changes(self._record):
            return True
        count = changes_count(self._record, self._record.shown)
        changes = "1 change that was" if count == 1 else f"{count:,} changes that were"
        return await confirm(
            self._desk.theme, self.window(), f"Go back to v{version.number}?",
            f"The draft has {changes} not published. {'It is' if count == 1 else 'They are'} gone then.",
            do="Go back", keep="Keep the draft", danger=True, name="versions_sure",
        )  # fmt: skip

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.problem.setText(f"{problem.title}. {problem.sentence}")
            self.problem.show()


class ChangesList(Inset):
    """Differences, a line each, with a sign for what was done; it scrolls where there are many."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="versions_changes")
        self._theme = theme
        self.setAccessibleName("Differences")
        self._scroll = Body(name="versions_changes_scroll")
        self._scroll.column.setContentsMargins(0, 0, 0, 0)
        self._scroll.column.setSpacing(6)
        self._scroll.setMinimumHeight(theme.px(CHANGES_PX))
        self.heading = Label("", "muted", wrap=True, name="versions_changes_heading")
        self._scroll.column.addWidget(self.heading)
        self.body.addWidget(self._scroll)
        self.sentences: list[str] = []

    def show_differences(self, found: Sequence[Difference], old: str, new: str) -> None:
        """From the earlier state to the later one."""
        lines = [(*_ICONS[one.kind], one.sentence) for one in found]
        self._show(f"From {old} to {new}:" if lines else SAME, lines)

    def show_steps(self, definition: FlowDefinition) -> None:
        """There is nothing to compare with."""
        count = len(definition.nodes)
        self._show("1 step." if count == 1 else f"{count:,} steps.", [])

    def _show(self, heading: str, lines: Sequence[tuple[str, Color, str]]) -> None:
        self.sentences = [sentence for _, _, sentence in lines]
        column = self._scroll.column
        self.heading.setText(heading)
        while (item := column.takeAt(1)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, (icon, color, sentence) in enumerate(lines):
            column.addWidget(_Line(self._theme, icon, color, sentence, name=f"versions_change_{at + 1}"))
        column.addStretch(1)


class _Line(QWidget):
    def __init__(self, theme: Theme, icon: str, color: Color, sentence: str, *, name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        sign = QVBoxLayout()
        sign.setContentsMargins(0, 2, 0, 0)
        sign.addWidget(Glyph(theme, icon, color, 15))
        sign.addStretch(1)
        row.addLayout(sign)
        words = Label(sentence, wrap=True)
        words.setMinimumWidth(theme.px(LINE_PX))  # a label that may wrap asks for the height of a narrow one
        row.addWidget(words, 1)
        named(self, name, sentence)


def _name(one: Stand) -> Cell:
    return Cell(f"v{one.version.number}" if one.version else "Draft", bold=True)


def _state(one: Stand) -> Cell:
    if one.version is None:
        return Cell("Not published", BadgeKind.NEUTRAL, icon="")
    return Cell("Current", BadgeKind.LIVE) if one.is_current else Cell("")


def _note(one: Stand) -> Cell:
    return Cell(one.version.note if one.version else "", tooltip=one.version.note if one.version else "")
