"""The menu behind the face: who sits here, and what belongs to the window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.people import User
from desktop.ui.actions import action
from desktop.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Entry:
    """Something of one's own in the menu, which no key does."""

    id: str
    text: str
    icon: str
    call: Callable[[], object]


class PersonMenu(QMenu):
    """On a sandbox one click makes somebody else sit here: `switch` is called with the person."""

    def __init__(
        self,
        theme: Theme,
        user: User,
        people: Sequence[User],
        *,
        switch: Callable[[User], object] | None,
        do: dict[str, Callable[[], object]],
        parent: QWidget,
        own: Sequence[Entry] = (),
    ) -> None:
        """switch None: there is no choice. do: what to call for the ids of window actions, in their order.

        own: what concerns the person's account, above the rest.
        """
        super().__init__(parent)
        self.setObjectName("person_menu")
        self.setAccessibleName("Who sits here")
        head = self.addAction("Who sits here" if switch else f"{user.name} · {user.role.value.title()}")
        head.setEnabled(False)
        if switch is not None:
            self._add_people(user, people, switch)
        self.addSeparator()
        for one in own:
            self._add(theme, one)
        if own:
            self.addSeparator()
        icons = {
            "theme": "sun" if theme.mode == "dark" else "moon",
            "shortcuts": "keyboard",
            "close": "power",
        }
        texts = {"theme": "Light theme" if theme.mode == "dark" else "Dark theme"}
        for id, call in do.items():
            known = action(id)
            self._add(theme, Entry(id, f"{texts.get(id, known.text)}\t{known.shortcut}", icons[id], call))

    def _add(self, theme: Theme, one: Entry) -> None:
        entry = QAction(theme.icon(one.icon, "text"), one.text, self)
        entry.setObjectName(f"person_menu_{one.id}")
        entry.triggered.connect(lambda _checked=False: one.call())
        self.addAction(entry)

    def _add_people(self, user: User, people: Sequence[User], switch: Callable[[User], object]) -> None:
        group = QActionGroup(self)
        for person in people:
            entry = QAction(f"{person.name}\t{person.role.value.title()}", self)
            entry.setObjectName(f"person_menu_user_{person.id}")
            entry.setCheckable(True)
            entry.setChecked(person.id == user.id)
            entry.triggered.connect(lambda _checked=False, person=person: switch(person))
            group.addAction(entry)
            self.addAction(entry)
