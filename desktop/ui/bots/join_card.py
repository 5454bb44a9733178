"""Leading an exit to a step from the keyboard: choose the exit, type a part of the step's words, Enter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QDialog, QListWidget, QListWidgetItem, QWidget

from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_ways import in_order
from desktop.domain.text import fold
from desktop.ui.bots.card_look import CardLook, exits_at
from desktop.ui.bots.chosen import Chosen
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.naming import named
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

JOIN, PART = 1, 2
LIST_PX: Final = 240
ROW_PX: Final = 30
_ARROWS: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class Join:
    """to_id "": the exit leads nowhere from now on."""

    exit: str
    to_id: str


class _Steps(QListWidget):
    """The arrows move in it while the focus is in the search."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


class JoinCard(CardDialog):
    """Where an exit of one step leads."""

    def __init__(
        self, theme: Theme, window: QWidget, definition: FlowDefinition, looks: Mapping[str, CardLook], now: Chosen
    ) -> None:  # fmt: skip
        look = looks[now.current]
        super().__init__(theme, window, f"Where “{look.kind}” leads", name="bots_join")
        self._definition, self._id = definition, now.current
        self.exits = named(QComboBox(), "bots_join_exit")
        for one in exits_at(definition, now.current):
            self.exits.addItem(one.label, one.name)
        self.exits.setCurrentIndex(max(0, self.exits.findData(now.exit)))
        self.search = SearchField(theme, "Find a step", name="bots_join_search")
        self.steps = named(_Steps(), "bots_join_steps", "Steps")
        self.steps.setMinimumHeight(theme.px(LIST_PX))
        for id in in_order(definition):
            if id != START and id in looks:
                words = f"{looks[id].kind}: {' '.join(looks[id].text.split())}"
                item = QListWidgetItem(words, self.steps)
                item.setData(Qt.ItemDataRole.UserRole, id)
                item.setToolTip(words)
                item.setSizeHint(QSize(0, theme.px(ROW_PX)))
        self.search.installEventFilter(self.steps)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._take)
        self.steps.itemActivated.connect(lambda _: self._take())
        self.steps.currentItemChanged.connect(lambda *_: self._show())
        self.exits.currentIndexChanged.connect(lambda _: self._point())
        self.body.addWidget(FormRow("Exit", self.exits, name="bots_join_exit_row"))
        self.body.addWidget(FormRow("Leads to", self.search, name="bots_join_search_row"))
        self.body.addWidget(self.steps)
        self.add_button("Cancel", result=0, name="bots_join_cancel")
        self.part = self.add_button("Lead nowhere", result=PART, name="bots_join_part")
        self.go = self.add_button("Join", "primary", result=JOIN, name="bots_join_do")
        self.focus_first(self.exits if self.exits.count() > 1 else self.search)
        self._point()

    @property
    def exit(self) -> str:
        return str(self.exits.currentData() or "")

    @property
    def to_id(self) -> str:
        if self.steps.currentRow() < 0 or self.steps.currentItem().isHidden():
            return ""
        return str(self.steps.currentItem().data(Qt.ItemDataRole.UserRole))

    def _point(self) -> None:
        """At the step that the exit leads to now."""
        to_id = self._definition.after(self._id, self.exit)
        self.part.setEnabled(bool(to_id))
        for at in range(self.steps.count()):
            if self.steps.item(at).data(Qt.ItemDataRole.UserRole) == to_id:
                self.steps.setCurrentRow(at)
        self._show()

    def _narrow(self, text: str) -> None:
        wanted, first = fold(text).split(), -1
        for at in range(self.steps.count()):
            item = self.steps.item(at)
            fits = all(one in fold(item.text()) for one in wanted)
            item.setHidden(not fits)
            first = at if fits and first < 0 else first
        if first >= 0:
            self.steps.setCurrentRow(first)
        self._show()

    def _show(self) -> None:
        self.go.setEnabled(bool(self.to_id))

    def _take(self) -> None:
        if self.to_id:
            self.done(JOIN)


async def ask_join(
    theme: Theme, window: QWidget, definition: FlowDefinition, looks: Mapping[str, CardLook], now: Chosen
) -> Join | None:
    """None where the person leaves it as it is."""
    dialog = JoinCard(theme, window, definition, looks, now)
    result = await ask(dialog)
    if result == JOIN:
        return Join(dialog.exit, dialog.to_id)
    if result == PART:
        return Join(dialog.exit, "")
    assert result in (0, QDialog.DialogCode.Rejected.value)
    return None
