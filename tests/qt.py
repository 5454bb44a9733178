"""The application, theme and loop of the tests that need a window."""

import os
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # without it and a display, QApplication aborts

from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QMessageBox

from desktop.ui.collector import collect_here
from desktop.ui.loop import Loop, loop_factory
from desktop.ui.theme import Theme

STATIC = {
    QMessageBox: ("about", "critical", "information", "question", "warning"),
    QFileDialog: ("getExistingDirectory", "getOpenFileName", "getOpenFileNames", "getSaveFileName"),
    QInputDialog: ("getDouble", "getInt", "getItem", "getMultiLineText", "getText"),
}


def _refuse(*args: object, **kwargs: object) -> None:
    raise AssertionError("a nested event loop: open() the dialog and await it with desktop.ui.dialog.ask")


def application() -> QApplication:
    """The one application of the process; what starts a nested loop raises in it."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    app = QApplication(["assent-tests"])
    app.setQuitOnLastWindowClosed(False)
    collect_here(app)
    QDialog.exec = _refuse  # type: ignore[method-assign, assignment]
    for owner, names in STATIC.items():
        for name in names:
            setattr(owner, name, staticmethod(_refuse))
    return app


def themed(app: QApplication) -> Theme:
    """The light theme at 100 %, without motion, on `app`."""
    theme = Theme(motion=False)
    theme.apply(app)
    return theme


def qt_loop_factory() -> Callable[[], Loop]:
    return loop_factory(application())
