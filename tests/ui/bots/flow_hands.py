"""What a person does on the page of the bots, in words of the tests."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from desktop.ui.bots.page import BotsPage
from desktop.ui.parts.rows import Rows
from tests.looks.stage import Stage, until


def cells(rows: Rows, column: int) -> list[str]:  # type: ignore[type-arg]
    """A column of a table, from above."""
    return [rows.cell(at, column).text for at in range(rows.rowCount())]


async def chosen(stage: Stage, page: BotsPage, name: str) -> None:
    """Choose a flow of the list."""
    await until(lambda: name in cells(page.list.rows, 0), f"“{name}” in the list")
    at = cells(page.list.rows, 0).index(name)
    page.list.table.setCurrentIndex(page.list.rows.index(at, 0))
    page.list.table.setFocus()
    await stage.quiet()


async def write(stage: Stage, name: str, text: str) -> None:
    """Put other words into a field."""
    await stage.seen(name)
    field = stage.find(QLineEdit, name)
    field.setText(text)
    field.textEdited.emit(text)


def enter(stage: Stage, name: str) -> None:
    """The Enter key in a field."""
    QTest.keyClick(stage.find(QLineEdit, name), Qt.Key.Key_Return)


async def pick_file(stage: Stage, dialog: str, path: Path) -> None:
    """Choose a file in the system's dialog."""
    await until(lambda: bool(stage.window.findChildren(QFileDialog, dialog)), "the dialog")
    shown = stage.window.findChildren(QFileDialog, dialog)[-1]
    await until(shown.isVisible, "it to be open")
    shown.setDirectory(str(path.parent))
    field = shown.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(field, QLineEdit)
    field.setText(str(path))
    shown.accept()
