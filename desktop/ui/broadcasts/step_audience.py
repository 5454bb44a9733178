"""Step 2: who gets it."""

from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.selection import Source, SourceKind
from desktop.ui.broadcasts.exclusions_row import ExclusionsRow
from desktop.ui.broadcasts.recipients import RecipientsCard
from desktop.ui.broadcasts.segment_choice import SegmentRow
from desktop.ui.broadcasts.source_panels import ListsPanel, OutcomePanel, PickedPanel
from desktop.ui.broadcasts.toggle_card import ToggleCard
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import Pages
from desktop.ui.parts.label import Label, Rule
from desktop.ui.parts.naming import restyle
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

_TABS: Final = (
    Tab(SourceKind.EVERYONE.value, "Filter contacts"),
    Tab(SourceKind.LISTS.value, "Import a list"),
    Tab(SourceKind.PICKED.value, "Pick by hand"),
    Tab(SourceKind.OUTCOME.value, "From an earlier broadcast"),
)
_WITHOUT: Final = {
    SourceKind.EVERYONE: "Without conditions the whole contact list is selected.",
    SourceKind.LISTS: "Conditions narrow the lists down; without any, everyone on them is selected.",
    SourceKind.PICKED: "Conditions narrow the picked contacts down; without any, all of them are selected.",
    SourceKind.OUTCOME: "Conditions narrow them down; without any, all of them are selected.",
}


class SourceTabs(QObject):
    """Which people the filter is asked of: `source_requested(Source)`. Whoever shows it places `tabs` and `pages`.

    A tab that is left keeps what was chosen in it.
    """

    source_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._kept = {kind: Source(kind) for kind in SourceKind}
        self._kind = SourceKind.EVERYONE
        self.tabs = Tabs(theme, _TABS, label="How", name="wizard_audience_by")
        self.tabs.chosen.connect(self._chosen)
        self.lists, self.picked, self.outcome = ListsPanel(theme), PickedPanel(theme), OutcomePanel(theme)
        self._panels: dict[SourceKind, ListsPanel | PickedPanel | OutcomePanel] = {
            SourceKind.LISTS: self.lists,
            SourceKind.PICKED: self.picked,
            SourceKind.OUTCOME: self.outcome,
        }
        self.pages = Pages()
        for panel in self._panels.values():
            panel.source_requested.connect(self.source_requested)
            self.pages.add_page(panel)
        self.pages.hide()

    def show_source(self, source: Source) -> None:
        other, self._kind = source.kind is not self._kind, source.kind
        self._kept[source.kind] = source
        if self.tabs.current != source.kind.value:
            self.tabs.choose(source.kind.value)
        if other:
            # A tab that is chosen has another width than one that is not, and Qt keeps the one it measured first.
            restyle(self.tabs)
            for tab in _TABS:
                self.tabs.button(tab.key).updateGeometry()
        kinds = list(self._panels)
        self.pages.setVisible(source.kind in self._panels)
        if source.kind in self._panels:
            self._panels[source.kind].show_source(source)
            self.pages.show_page(kinds.index(source.kind))

    def _chosen(self, key: str) -> None:
        kind = SourceKind(key)
        if kind is not self._kind:
            self.source_requested.emit(self._kept[kind])


class AudienceStep(QWidget):
    """The three cards on the left; what a person changes is `…_requested`."""

    filter_requested = Signal(object)
    toggle_requested = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.builder = FilterBuilder(theme)
        self.builder.filter_changed.connect(self.filter_requested)
        self.toggle = ToggleCard(theme)
        self.toggle.toggle_requested.connect(self.toggle_requested)
        self.recipients = RecipientsCard(theme)
        self.source = SourceTabs(theme, self)
        self.exclusions = ExclusionsRow(theme)
        who = Card("Who should get it?", name="wizard_audience_card")
        self.segment = SegmentRow(theme)
        self.builder.filter_changed.connect(self.segment.show_filter)
        by = QHBoxLayout()
        by.setSpacing(8)
        by.addWidget(self.source.tabs, 1, Qt.AlignmentFlag.AlignVCenter)
        by.addWidget(self.segment)
        who.body.addLayout(by)
        who.body.addWidget(self.source.pages)
        who.body.addWidget(self.builder)
        self.everyone = Label(_WITHOUT[SourceKind.EVERYONE], "muted", wrap=True, name="wizard_everyone")
        who.body.addWidget(self.everyone)
        who.body.addWidget(Rule())
        who.body.addWidget(self.exclusions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(who)
        column.addWidget(self.toggle)
        column.addWidget(self.recipients, 1)

    def show_state(self, state: WizardState) -> None:
        selection = state.draft.selection
        self.source.show_source(selection.source)
        self.exclusions.show_exclusions(selection.exclusions)
        self.toggle.show_state(state)
        self.everyone.setText(_WITHOUT[selection.source.kind])
        self.everyone.setVisible(not self.builder.group.rows)
