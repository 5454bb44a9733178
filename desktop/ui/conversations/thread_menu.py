"""What can be done with one message or note, as its menu."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.messages import Status
from desktop.ui.conversations.bubble_media import OPEN_MAP, FileRef
from desktop.ui.conversations.entries import BubbleEntry, NoteEntry
from desktop.ui.theme import Theme


class Verbs(Protocol):
    """The thread's signals that a menu may need."""

    def may_reply(self, entry: BubbleEntry) -> bool: ...

    def do(self, verb: str, value: object) -> None: ...


def message_menu(parent: QWidget, theme: Theme, entry: BubbleEntry | NoteEntry, verbs: Verbs) -> QMenu:
    """A menu that deletes itself when it closes. Its verbs: why, send_again, reply, quoted, open, save, link."""
    menu = QMenu(parent)
    menu.setObjectName("thread_menu")

    def add(name: str, icon: str, words: str, act: Callable[[], object], *, enabled: bool = True) -> None:
        action = menu.addAction(theme.icon(icon), words)
        action.setObjectName(f"thread_{name}")
        action.setEnabled(enabled)
        action.triggered.connect(lambda: act())

    add("copy", "copy", "Copy text\tCtrl+C", lambda: copy(entry), enabled=bool(entry.text))
    if isinstance(entry, NoteEntry):
        return menu
    message = entry.message
    if verbs.may_reply(entry):
        add("reply", "arrow-bend-up-left", "Reply to this", lambda: verbs.do("reply", message.id))
    if entry.quote is not None:
        quoted_id = entry.quote.message_id
        add("quoted", "arrow-up", "Go to the quoted message", lambda: verbs.do("quoted", quoted_id))
    if entry.carried is not None and entry.carried.link:
        link = entry.carried.link
        add("map", "map-pin", OPEN_MAP, lambda: verbs.do("link", link))
    if entry.carried is not None and entry.carried.file is not None:
        add_file(add, entry.carried.file, verbs)
    if message.outgoing:
        add("why", "question", "Why?\t?", lambda: verbs.do("why", message.id))
    if message.status is Status.FAILED:
        again = "arrow-clockwise"
        add("send_again", again, "Send again", lambda: verbs.do("send_again", message.id))
    return menu


def file_menu(parent: QWidget, theme: Theme, file: FileRef, verbs: Verbs) -> QMenu:
    """What *Open with…* offers."""
    menu = QMenu(parent)
    menu.setObjectName("thread_file_menu")

    def add(name: str, icon: str, words: str, act: Callable[[], object]) -> None:
        action = menu.addAction(theme.icon(icon), words)
        action.setObjectName(f"thread_{name}")
        action.triggered.connect(lambda: act())

    add_file(add, file, verbs)
    return menu


def add_file(add: Callable[..., None], file: FileRef, verbs: Verbs) -> None:
    add("open", "arrow-square-out", "Open", lambda: verbs.do("open", file))
    add("save", "download-simple", "Save as…", lambda: verbs.do("save", file))


def copy(entry: BubbleEntry | NoteEntry) -> None:
    if entry.text:
        QGuiApplication.clipboard().setText(entry.text)
