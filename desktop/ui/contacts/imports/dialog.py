"""Opens the card of an import."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.domain.people import Right
from desktop.ui.contacts.imports.flow import ImportFlow
from desktop.ui.desk import Desk


def open_import(desk: Desk, parent: QWidget, path: Path | None = None) -> None:
    """Open the card over `parent`'s window and return; a path is looked at straight away.

    An import that goes on in the background is shown instead: there is one at a time.
    """
    refusal = desk.refusal(Right.IMPORT)
    if refusal:
        desk.toasts.show_toast(refusal, "danger")
        return
    window = parent.window()
    for flow in window.findChildren(ImportFlow):
        if flow.working:
            flow.show_card()
            return
        flow.leave()
    ImportFlow(desk, window).begin(path)
