"""A table dropped on a page is one to import."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.contacts.imports.dialog import open_import
from desktop.ui.contacts.imports.file_step import dropped_file
from desktop.ui.desk import Desk


class FileDrops(QObject):
    """Lets `page` take files: FileDrops(desk, page) is all there is to say."""

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):
            if dropped_file(event.mimeData()) is not None:
                event.acceptProposedAction()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            path = dropped_file(event.mimeData())
            if path is not None:
                event.acceptProposedAction()
                open_import(self._desk, self._page, path)
            return True
        return False
