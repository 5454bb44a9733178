from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget

from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.rows import ROW, Cell, Column, Rows
from desktop.ui.parts.table import Table
from desktop.ui.theme import Theme
from tests.looks.checks import clipped_texts

Person = tuple[str, str, bool]
PEOPLE: list[Person] = [("Arjun Kapoor", "+1 416 555 0117", True), ("Priya Sharma", "+1 604 555 0142", False)]


def consent(person: Person) -> Cell:
    return Cell("Yes", BadgeKind.IN) if person[2] else Cell("No", BadgeKind.OUT)


def made(theme: Theme, window: QWidget) -> tuple[Rows[Person], Table]:
    columns: list[Column[Person]] = [
        Column("Contact", lambda person: person[0]),
        Column("Phone", lambda person: Cell(person[1], small=True, color="muted")),
        Column("Marketing opt-in", consent, 60),
    ]
    rows = Rows(columns, PEOPLE)
    table = Table(theme, rows, label="Recipients", name="recipients")
    QVBoxLayout(window).addWidget(table)
    QApplication.processEvents()
    return rows, table


def test_rows_give_cells_texts_and_titles(theme: Theme, window: QWidget) -> None:
    rows, _ = made(theme, window)
    assert (rows.rowCount(), rows.columnCount()) == (2, 3)
    assert rows.index(1, 2).data() == "No"
    assert rows.index(1, 2).data(Qt.ItemDataRole.AccessibleTextRole) == "No"
    assert rows.index(1, 0).data(ROW) == PEOPLE[1]
    assert rows.headerData(2, Qt.Orientation.Horizontal) == "Marketing opt-in"


def test_rows_change(theme: Theme, window: QWidget) -> None:
    rows, table = made(theme, window)
    rows.append([("Sofia Greco", "+1 514 555 0163", True)])
    rows.replace(0, ("Arjun K.", "+1 416 555 0117", False))
    assert table.model().rowCount() == 3
    assert rows.index(0, 0).data() == "Arjun K."
    rows.set_rows([])
    assert table.chosen_row() is None


def test_a_row_is_chosen_by_mouse_and_keys(theme: Theme, window: QWidget) -> None:
    _, table = made(theme, window)
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(0, 0)).center()
    )
    assert table.chosen_row() == PEOPLE[0]
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.chosen_row() == PEOPLE[1]


def test_a_title_is_never_cut(theme: Theme, window: QWidget) -> None:
    _, table = made(theme, window)
    window.resize(320, 200)
    QApplication.processEvents()
    assert clipped_texts(window) == []
    assert table.horizontalHeader().length() > table.viewport().width()


def test_colours_of_a_badge_cell_are_painted(theme: Theme, window: QWidget) -> None:
    _, table = made(theme, window)
    box = table.visualRect(table.model().index(1, 2))
    image = table.viewport().grab().toImage()
    spots = {image.pixelColor(x, box.center().y()).name() for x in range(box.left(), box.left() + 40)}
    assert theme.color("danger_bg").name() in spots


def test_a_fitted_table_is_as_high_as_its_rows(theme: Theme, window: QWidget) -> None:
    rows, table = made(theme, window)
    table.fit_rows()
    before = table.height()
    rows.append(PEOPLE)
    assert table.height() == before + 2 * theme.px(33)


def test_a_text_that_is_cut_is_told_whole(theme: Theme, window: QWidget) -> None:
    rows, table = made(theme, window)
    long = "Maximiliane Bartholomäa von Hohenstein-Oberursel auf der Höhe"
    rows.replace(0, (long, "+1 416 555 0117", True))
    table.horizontalHeader().resizeSection(0, 120)
    for position, told in ((1, ""), (0, long)):  # what is hidden goes a moment later
        spot = table.visualRect(rows.index(position, 0)).center()
        asked = QHelpEvent(QEvent.Type.ToolTip, spot, table.viewport().mapToGlobal(spot))
        QApplication.sendEvent(table.viewport(), asked)
        assert (QToolTip.text() if QToolTip.isVisible() else "") == told
    QToolTip.hideText()


def test_a_narrow_column_keeps_its_width(theme: Theme, window: QWidget) -> None:
    _, table = made(theme, window)
    table.horizontalHeader().resizeSection(1, 16)
    assert table.columnWidth(1) == 16
