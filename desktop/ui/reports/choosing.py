"""The menus of the filter row: several choices of one kind, each with how many messages it has."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop.ui.parts.menu import MenuButton, drop
from desktop.ui.theme import Theme

LONGEST = 22
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Entry(Generic[K]):
    """One line of a menu. count: messages that choosing it would show."""

    key: K
    text: str
    count: int


class ChoiceMenu(QMenu):
    """All, then each entry with its count; it stays open while several are ticked."""

    def __init__(
        self, parent: QWidget, entries: Sequence[Entry[K]], chosen: frozenset[K], choose: Callable[[frozenset[K]], object],
        *, name: str,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName(f"{name}_menu")
        self._choose = choose
        self._keys: dict[QAction, K] = {}
        self.all = self._line(f"All\t{sum(one.count for one in entries):,}", not chosen, f"{name}_all")
        self.all.triggered.connect(self._open_all)
        self.addSeparator()
        for position, one in enumerate(entries):
            text = one.text.replace("&", "&&")
            action = self._line(f"{text}\t{one.count:,}", one.key in chosen, f"{name}_{position}")
            action.triggered.connect(self._ticked)
            self._keys[action] = one.key
        if not entries:
            self.addAction("Nothing to choose from").setEnabled(False)

    def _line(self, text: str, checked: bool, name: str) -> QAction:
        action = self.addAction(text)
        action.setObjectName(name)
        action.setCheckable(True)
        action.setChecked(checked)
        return action

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A tick does not close the menu: several are set in a row."""
        action = self.activeAction()
        if action in self._keys and action.isEnabled():
            action.trigger()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action in self._keys:
            action.trigger()
            return
        super().keyPressEvent(event)

    def _ticked(self) -> None:
        chosen = frozenset(key for action, key in self._keys.items() if action.isChecked())
        self.all.setChecked(not chosen)
        self._choose(chosen)

    def _open_all(self) -> None:
        for action in self._keys:
            action.setChecked(False)
        self.all.setChecked(True)
        self._choose(frozenset())


class ChoiceButton(MenuButton, Generic[K]):
    """'Path: all', 'Status: failed, left out', 'Template: 3 chosen'. The menu asks for its lines when it opens."""

    def __init__(
        self, theme: Theme, title: str, entries: Callable[[], Sequence[Entry[K]]], choose: Callable[[frozenset[K]], object],
        *, name: str,
    ) -> None:  # fmt: skip
        super().__init__(theme, f"{title}: all", name=name, tooltip=f"Filter by {title.lower()}")
        self._title, self._name = title, name
        self._entries, self._choose = entries, choose
        self._chosen: frozenset[K] = frozenset()
        self.clicked.connect(self._open)

    def show_chosen(self, chosen: frozenset[K], words: Sequence[str]) -> None:
        """words: of the chosen ones, in the menu's order."""
        self._chosen = chosen
        said = ", ".join(words)
        short = said if len(words) <= 2 and len(said) <= LONGEST else f"{len(words)} chosen"
        if len(words) == 1 and len(said) > LONGEST:
            short = f"{said[: LONGEST - 1].rstrip()}…"
        self.show_words(f"{self._title}: {short if words else 'all'}")
        self.setAccessibleName(f"{self._title}: {said or 'all'}")
        self.setToolTip(f"{self._title}: {said}" if words else f"Filter by {self._title.lower()}")

    def _open(self) -> None:
        drop(ChoiceMenu(self, self._entries(), self._chosen, self._choose, name=self._name), self)


class OneMenu(QMenu):
    """All, or one of the entries."""

    def __init__(
        self, parent: QWidget, entries: Sequence[tuple[K, str]], chosen: K | None, choose: Callable[[K | None], object],
        *, name: str,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName(f"{name}_menu")
        lines: list[tuple[K | None, str]] = [(None, "All"), *entries]
        for key, text in lines:
            action = self.addAction(text)
            action.setObjectName(f"{name}_{key or 'all'}")
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.triggered.connect(lambda _=False, key=key: choose(key))
