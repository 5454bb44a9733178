"""The menus of the list: its order, a person's views of it, and to whom several conversations go."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.inbox import InboxView, Order, Wanted
from desktop.domain.people import User
from desktop.ui.conversations.list_strip import ORDERS


class SortMenu(QMenu):
    """`choose` gets the order."""

    def __init__(self, parent: QWidget, order: Order, choose: Callable[[Order], object]) -> None:
        super().__init__(parent)
        self.setObjectName("inbox_sort_menu")
        group = QActionGroup(self)
        for one, words in ORDERS.items():
            action = self.addAction(words)
            action.setObjectName(f"inbox_sort-{one.value}")
            action.setCheckable(True)
            action.setChecked(one is order)
            action.triggered.connect(partial(_with, choose, one))
            group.addAction(action)


class ViewsMenu(QMenu):
    """A person's views: `choose(view)`; `save()` keeps what is shown now; `remove(view)` the one that is chosen."""

    def __init__(
        self,
        parent: QWidget,
        views: Sequence[InboxView],
        wanted: Wanted,
        *,
        choose: Callable[[InboxView], object],
        save: Callable[[], object],
        remove: Callable[[InboxView], object],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inbox_views_menu")
        chosen = next((one for one in views if one.wanted == wanted), None)
        for one in views:
            action = self._add(one.name, f"inbox_view-{one.id}", partial(_with, choose, one))
            action.setCheckable(True)
            action.setChecked(one is chosen)
        if not views:
            none = self._add("No views yet: filter or sort, then save", "inbox_view_none", lambda: None)
            none.setEnabled(False)
        self.addSeparator()
        keep = self._add("Save this view…", "inbox_view_save", lambda: save())
        keep.setEnabled(chosen is None)
        if chosen is not None:
            self._add(f"Delete “{chosen.name}”", "inbox_view_delete", partial(_with, remove, chosen))

    def _add(self, words: str, name: str, run: Callable[..., object]) -> QAction:
        action = self.addAction(words.replace("&", "&&"))
        action.setObjectName(name)
        action.triggered.connect(run)
        return action


class AssignMenu(QMenu):
    """Who gets several conversations; `choose(person)`, or None for nobody."""

    def __init__(
        self, parent: QWidget, people: Sequence[User], me: User, choose: Callable[[User | None], object]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inbox_assign_menu")
        for one in sorted(people, key=lambda one: (one.id != me.id, one.name)):
            words = "Assign to me" if one.id == me.id else one.name.replace("&", "&&")
            action = self.addAction(words)
            action.setObjectName(f"inbox_assign-{one.id}")
            action.triggered.connect(partial(_with, choose, one))
        self.addSeparator()
        nobody = self.addAction("Unassigned")
        nobody.setObjectName("inbox_assign-0")
        nobody.triggered.connect(partial(_with, choose, None))


def _with(run: Callable[..., object], value: object, checked: bool = False) -> None:
    run(value)
