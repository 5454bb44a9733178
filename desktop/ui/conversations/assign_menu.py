"""Who gets a conversation: a menu of people, to be searched where there are many."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget, QWidgetAction

from desktop.domain.people import User
from desktop.domain.text import fold
from desktop.ui.actions import action
from desktop.ui.parts.naming import named

SEARCHED_FROM: Final = 7
"""With so many people the menu has a field to search in."""


class AssignMenu(QMenu):
    """`chosen(user id)`, 0 for nobody."""

    chosen = Signal(int)

    def __init__(
        self, people: Sequence[User], me: int, assigned_to: int | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "thread_assign_menu", "Who answers this conversation")
        self._assigned_to = assigned_to or 0
        self._people: list[tuple[str, QAction]] = []
        self.search: QLineEdit | None = None
        others = [one for one in people if one.id != me]
        if len(others) >= SEARCHED_FROM:
            self._add_search()
        if any(one.id == me for one in people):
            self._add(f"Assign to me\t{action('assign_me').shortcut}", me, "assign to me")
            self.addSeparator()
        for person in others:
            self._add(person.name, person.id, fold(person.name))
        self.addSeparator()
        self._add("Unassigned", 0, "unassigned")
        if self.search is not None:
            self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self.setActiveAction(self._people[0][1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is not self.search
            or not isinstance(event, QKeyEvent)
            or event.type() != QEvent.Type.KeyPress
        ):
            return super().eventFilter(watched, event)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
            return True
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if key == Qt.Key.Key_Down else -1)
            return True
        return super().eventFilter(watched, event)

    def _add_search(self) -> None:
        holder = QWidgetAction(self)
        self.search = named(QLineEdit(), "assign_search", "Search people")
        self.search.setPlaceholderText("Search people")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        holder.setDefaultWidget(self.search)
        self.addAction(holder)

    def _add(self, text: str, user_id: int, folded: str) -> None:
        made = self.addAction(text)
        made.setObjectName(f"thread_assign_{user_id}")
        made.setCheckable(True)
        made.setChecked(self._assigned_to == user_id)
        made.triggered.connect(lambda: self.chosen.emit(user_id))
        self._people.append((folded, made))

    def _filter(self, text: str) -> None:
        wanted = fold(text)
        for folded, one in self._people:
            one.setVisible(wanted in folded)
        found = self._found()
        if wanted and found:
            self.setActiveAction(found[0])

    def _found(self) -> list[QAction]:
        return [one for _, one in self._people if one.isVisible()]

    def _step(self, by: int) -> None:
        found, now = self._found(), self.activeAction()
        if found:
            at = found.index(now) + by if now in found else (0 if by > 0 else -1)
            self.setActiveAction(found[at % len(found)])

    def _take(self) -> None:
        now, found = self.activeAction(), self._found()
        one = now if now in found else (found[0] if found else None)
        if one is not None:
            self.close()
            one.trigger()
