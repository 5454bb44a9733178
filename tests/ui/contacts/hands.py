"""What a person does on the contacts page, in words of the tests."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.domain.consent import OptIn
from desktop.domain.contact_table import TableQuery
from desktop.domain.people import Role, User
from desktop.ui.contacts.page import ContactsPage
from desktop.ui.contacts.table import ContactsTable
from tests.looks.stage import Stage, until

NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


async def sit(stage: Stage, role: Role) -> User:
    """Somebody of this role sits here."""
    people = await stage.app.workspace.people()
    stage.window.switch_user(next(one for one in people if one.role is role))
    await stage.quiet()
    stage.window.toasts.clear()
    return stage.window.desk.user()


async def contacts(stage: Stage) -> ContactsPage:
    """The page with its first rows read."""
    page = stage.window.go("contacts")
    assert isinstance(page, ContactsPage)
    await until(lambda: table(page).rows.row(0) is not None, "the first rows")
    await stage.quiet()
    return page


def table(page: ContactsPage) -> ContactsTable:
    return page.everyone.view.table


def shown(page: ContactsPage, count: int = 5) -> list[str]:
    """The names of the first rows; "…" for one that is not read yet."""
    rows = [table(page).rows.row(at) for at in range(min(count, table(page).rows.rowCount()))]
    return [row.contact.shown_name if row is not None else "…" for row in rows]


async def search(stage: Stage, page: ContactsPage, text: str, count: int) -> None:
    """Look for somebody until so many are found."""
    field = page.everyone.view.search
    field.setText(text)
    field.returnPressed.emit()
    await until(
        lambda: table(page).rows.rowCount() == count and "…" not in shown(page), f"{count} like “{text}”"
    )
    await stage.quiet()


def click(page: ContactsPage, position: int, keys: Qt.KeyboardModifier = NO_KEY, column: int = 0) -> None:
    """Click a cell."""
    place = table(page).visualRect(table(page).rows.index(position, column)).center()
    QTest.mouseClick(table(page).viewport(), Qt.MouseButton.LeftButton, keys, QPoint(place.x(), place.y()))


def press(stage: Stage, name: str) -> None:
    """Press a button whose work waits for another answer."""
    button = stage.find(QPushButton, name)
    assert button.isVisible(), name
    assert button.isEnabled(), name
    button.click()


async def write(stage: Stage, name: str, text: str) -> None:
    field = stage.find(QLineEdit, name)
    field.setText(text)
    field.textEdited.emit(text)
    await stage.quiet()


async def told(stage: Stage, words: str) -> None:
    """Return when a toast says this."""
    await until(lambda: any(words in toast.text for toast in stage.window.toasts.shown), f"“{words}”")


async def take_back(stage: Stage, words: str) -> None:
    """Press Undo on the toast that says this."""
    await told(stage, words)
    toast = next(one for one in stage.window.toasts.shown if words in one.text)
    toast.action.click()
    await stage.quiet()


async def id_of(stage: Stage, name: str) -> int:
    rows = await stage.app.contact_table.page(TableQuery(search=name), 0, 5)
    return rows[0].contact.id


async def opt_ins(stage: Stage, ids: list[int]) -> list[OptIn]:
    return [(await stage.app.contacts.get(id)).opt_in for id in ids]
