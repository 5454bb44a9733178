"""The menu behind the face: who sits here, and what belongs to the window."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.people import User
from desktop.ui.actions import action
from desktop.ui.theme import Theme


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
    ) -> None:
        """switch None: there is no choice. do: what to call for the ids of window actions, in their order."""
        super().__init__(parent)
        self.setObjectName("person_menu")
        self.setAccessibleName("Who sits here")
        head = self.addAction("Who sits here" if switch else f"{user.name} · {user.role.value.title()}")
        head.setEnabled(False)
        if switch is not None:
            self._add_people(user, people, switch)
        self.addSeparator()
        icons = {
            "theme": "sun" if theme.mode == "dark" else "moon",
            "shortcuts": "keyboard",
            "close": "sign-out",
        }
        texts = {"theme": "Light theme" if theme.mode == "dark" else "Dark theme"}
        for id, call in do.items():
            one = action(id)
            entry = QAction(theme.icon(icons[id], "text"), f"{texts.get(id, one.text)}\t{one.shortcut}", self)
            entry.setObjectName(f"person_menu_{id}")
            entry.triggered.connect(lambda _checked=False, call=call: call())
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
