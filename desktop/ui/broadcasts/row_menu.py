"""What can be done with one line of the list of broadcasts."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


def row_menu(
    parent: QWidget,
    archived: bool,
    why_not: Callable[[str], str],
    ask: Callable[[str], None],
    open_it: Callable[[], None],
) -> QMenu:
    """why_not(verb): a sentence where it cannot be done. ask(verb): do it."""
    menu = QMenu(parent)
    menu.setObjectName("broadcasts_menu")
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(_action(menu, "Open", "Return", "", open_it))
    for verb, text, keys in (
        ("duplicate", "Duplicate", "Ctrl+D"),
        ("archive", "Put back" if archived else "Put away", "Del"),
        ("link", "Copy link", "Ctrl+C"),
    ):
        menu.addAction(_action(menu, text, keys, why_not(verb), lambda verb=verb: ask(verb)))  # type: ignore[misc]
    return menu


def _action(menu: QMenu, text: str, keys: str, refused: str, act: Callable[[], None]) -> QAction:
    action = QAction(f"{text}\t{keys}", menu)
    action.setEnabled(not refused)
    action.setToolTip(refused)
    action.triggered.connect(lambda _=False: act())
    return action
