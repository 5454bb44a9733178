"""What a person does on the pages of the sequences, in words of the tests."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from desktop.domain.sequence import Definition, SequenceRecord
from desktop.ui.parts.table import Table
from desktop.ui.sequences.detail import SequenceDetail
from desktop.ui.sequences.page import SequencesPage
from tests.looks.stage import Stage, until

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
NO_KEY, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


async def page(stage: Stage) -> SequencesPage:
    """The list, read."""
    shown = stage.window.go("sequences")
    assert isinstance(shown, SequencesPage)
    await stage.quiet()
    return shown


async def opened(stage: Stage, sequence_id: int, tab: str = "steps") -> SequenceDetail:
    """One sequence, at one of its tabs."""
    detail = (await page(stage)).detail
    stage.window.places.open_sequence(sequence_id)
    await until(lambda: detail.record is not None and detail.record.id == sequence_id, "it to be open")
    await stage.quiet()
    detail.show_tab(tab)
    await stage.quiet()
    return detail


async def made(stage: Stage, name: str, definition: Definition) -> int:
    """A draft; its id."""
    user, verbs = stage.window.desk.user(), stage.app.sequences
    new = await verbs.create(name, user)
    await verbs.save_draft(new, definition, user)
    return new


async def kept(stage: Stage, detail: SequenceDetail) -> SequenceRecord:
    """The sequence as the store has it once everything is kept."""
    await detail.settle()
    return await stage.app.sequences.get(detail.sequence_id)


def names(detail: SequenceDetail) -> list[str]:
    """What the cards say, from above."""
    return [row.card.title.text() for row in detail.steps.timeline.rows]


def press_key(detail: SequenceDetail, number: int, key: Qt.Key, mods: Qt.KeyboardModifier = NO_KEY) -> None:
    """A key on a step's card."""
    card = detail.steps.timeline.card(number)
    card.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(card, key, mods)


async def pick(stage: Stage, template: str) -> None:
    """In the open card of a step: find a template by its name, and click it."""
    search = stage.find(QLineEdit, "step_template_search")
    search.setText(template)
    search.returnPressed.emit()
    table = stage.find(Table, "step_template_table")
    await until(lambda: table.model().rowCount() == 1, f"{template} alone")
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, NO_KEY, table.visualRect(table.model().index(0, 0)).center()
    )  # fmt: skip


def choose(stage: Stage, combo: str, data: str) -> None:
    """An entry of a list that drops down, as a person takes it."""
    found = stage.find(QComboBox, combo)
    at = found.findData(data)
    assert at >= 0, f"{combo} has no {data}"
    found.setCurrentIndex(at)
    found.activated.emit(at)
