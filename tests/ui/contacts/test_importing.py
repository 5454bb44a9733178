"""The parts of the import that need no program: the columns' meaning, its sentences, its fields."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPushButton, QWidget

from desktop.domain.bulk import UndoCounts
from desktop.domain.consent import OptIn
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importcolumns import Becomes, Column, recognise
from desktop.domain.importing import Counts, ImportResult
from desktop.ui.contacts.imports import words
from desktop.ui.contacts.imports.becomes import BecomesField
from desktop.ui.contacts.imports.card import ImportCard
from desktop.ui.contacts.imports.country import choose_country, country_name
from desktop.ui.contacts.imports.file_step import dropped_file
from desktop.ui.contacts.imports.filedialogs import with_ending
from desktop.ui.contacts.imports.mapping import Mapping
from desktop.ui.contacts.imports.pace import Pace
from desktop.ui.theme import Theme

CITY = Attribute(1, "City", Kind.TEXT)
DUE = Attribute(2, "Due", Kind.DATE)


def mapping(*headings: str) -> Mapping:
    return Mapping.of(recognise(headings), [CITY, DUE], "CA")


def test_only_attributes_that_there_are_are_filled_unasked() -> None:
    found = mapping("Phone", "city", "Shoe size")
    assert [one.becomes for one in found.columns] == [Becomes.PHONE, Becomes.ATTRIBUTE, Becomes.LEAVE_OUT]
    assert found.columns[1].attribute == "City"
    assert found.columns[2].attribute == ""
    assert found.problem == ""


@pytest.mark.parametrize(
    ("index", "becomes", "attribute", "said"),
    [
        (2, Becomes.PHONE, "", "“Phone” is the phone number already. Choose one of them."),
        (2, Becomes.ATTRIBUTE, "CITY", "“city” is the attribute “CITY” already. Choose one of them."),
    ],
)
def test_two_columns_cannot_be_one_thing(index: int, becomes: Becomes, attribute: str, said: str) -> None:
    found = mapping("Phone", "city", "Other").becoming(index, becomes, attribute)
    assert found.problems() == {index: said}
    assert found.problem == said


def test_two_names_would_lose_one_but_two_opt_ins_are_both_heard() -> None:
    found = mapping("Phone", "Name", "Other")
    assert 2 in found.becoming(2, Becomes.NAME).problems()
    twice = found.becoming(1, Becomes.OPT_IN).becoming(2, Becomes.OPT_OUT)
    assert twice.problems() == {}


def test_a_file_needs_a_phone_column() -> None:
    assert "None of the columns is the phone number" in mapping("Who", "Where").problem


def test_only_columns_and_country_decide_how_a_file_is_read() -> None:
    found = mapping("Phone", "Name")
    assert found.with_opt_in(OptIn.YES).with_apply(False).reading == found.reading
    assert found.in_country("PL").reading != found.reading
    options = found.with_opt_in(OptIn.YES).with_apply(False).options
    assert (options.country, options.opt_in_for_new, options.apply_opt_outs) == ("CA", OptIn.YES, False)
    assert options.columns == found.columns


def test_the_summary_says_what_happened_and_nothing_else() -> None:
    counts = Counts(
        rows=10_482, new=9_731, known=604, updated=604, rejected=35, opt_outs_in_file=12, opt_outs_applied=12,
        kept_no=3,
    )  # fmt: skip
    assert words.done_words(ImportResult("november_leads.xlsx", counts)) == [
        "9,731 contacts were added, 604 updated.",
        "12 opt-outs were recorded.",
        "3 contacts stay No although the file says Yes.",
        "35 rows were left out.",
    ]
    one = Counts(rows=2, known=1, rejected=1, opt_outs_in_file=1, kept_no=1)
    assert words.done_words(ImportResult("a.csv", one)) == [
        "1 contact was up to date already.",
        "1 contact is No in the file and was left as before.",
        "1 contact stays No although the file says Yes.",
        "1 row was left out.",
    ]
    assert "Nothing was imported" in words.done_words(ImportResult("a.csv", Counts(rows=1, rejected=1)))[0]


def test_an_undo_says_what_it_could_not() -> None:
    assert words.undone_words(UndoCounts(604, 9_731, 1)) == [
        "9,731 contacts were removed again.",
        "604 contacts are as before.",
        "1 contact stays as it is: something newer was said or done since.",
    ]


def test_an_undo_says_which_fields_stay() -> None:
    assert words.fields_stay_words([]) == []
    assert words.fields_stay_words(["Notes"]) == ["The contact field “Notes” stays."]
    assert words.fields_stay_words(["A", "B", "C"]) == ["The contact fields “A”, “B” and “C” stay."]


def test_many_numbers_without_a_country_code_are_said_and_a_few_are_not() -> None:
    said = "1,058 numbers have no country code. Another default country may read them."
    assert words.country_words(1_058, 10_482) == said
    assert words.country_words(1_058, 10_482, whole=False) == f"At least {said}"
    assert (
        words.country_words(2, 4) == "2 numbers have no country code. Another default country may read them."
    )
    assert words.country_words(9, 10_482) == ""
    assert words.country_words(0, 0) == ""


def test_while_an_import_is_undone_the_card_says_so(theme: Theme, window: QWidget) -> None:
    card = ImportCard(theme, window)
    card.open()
    card.show_progress("Taking the import back", 1_200, 2_730, undoing=True, stoppable=False)
    assert card.progress.said.text() == "Taking the import back… 1,200 of 2,730"
    assert card.steps.accessibleName() == "Taking back"
    assert not card.stop.isVisible()
    card.show_undone(["There was nothing to take back."])
    assert card.steps.accessibleName() == "Taken back"
    card.back_to_columns()
    assert card.steps.accessibleName() == "Step 2 of 4: Columns"


def test_the_check_has_no_second_cancel(theme: Theme, window: QWidget) -> None:
    card = ImportCard(theme, window)
    card.open()
    card.show_columns("a.csv", mapping("Phone"), [("1",)], [CITY])
    card.options.strip.show_reading(1_200)
    cancels = [one for one in card.findChildren(QPushButton) if one.isVisible() and one.text() == "Cancel"]
    assert cancels == [card.leave]
    card.options.strip.show_counts(Counts(rows=2, new=1, twice=1))
    assert card.options.strip.twice.toolTip() == words.TWICE


def test_the_time_left_is_trusted_after_a_while() -> None:
    now_s = [100.0]
    pace = Pace(lambda: now_s[0])
    assert pace.left_s(0, 1_000) is None
    now_s[0] += 1
    assert pace.left_s(500, 1_000) is None
    now_s[0] += 3
    assert pace.left_s(400, 1_000) == pytest.approx(6.0)
    assert pace.left_s(400, None) is None
    assert words.left_words(6.0) == "less than a minute left"
    assert words.left_words(95) == "about 2 minutes left"
    assert words.left_words(7_300) == "about 2 hours left"


def test_a_country_is_called_by_its_name() -> None:
    assert country_name("CA") == "Canada"
    assert country_name("ZZ") == "ZZ"


async def test_a_country_is_found_by_typing(theme: Theme, window: QWidget) -> None:
    asked = asyncio.ensure_future(choose_country(theme, window, "CA"))
    await asyncio.sleep(0)  # the card opens in the task's first step
    search = window.findChild(QLineEdit, "import_country_search")
    assert isinstance(search, QLineEdit)
    choice = window.findChild(QListWidget, "import_country_list")
    assert isinstance(choice, QListWidget)
    assert choice.currentItem().text().startswith("Canada")
    search.setText("pol")
    assert choice.currentItem().text().startswith("Poland")
    search.setText("po")
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert choice.currentItem().text().startswith("Portugal")
    QTest.keyClick(search, Qt.Key.Key_Up)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert await asked == "PL"


@pytest.mark.parametrize(
    ("typed", "ending", "saved"),
    [
        ("all.xlsx", ".csv", "all.xlsx.csv"),
        ("all", ".csv", "all.csv"),
        ("all.CSV", ".csv", "all.CSV"),
        ("leads 22.11", ".xlsx", "leads 22.11.xlsx"),
    ],
)
def test_a_file_is_called_what_it_is(typed: str, ending: str, saved: str) -> None:
    assert with_ending(Path("/there") / typed, ending) == Path("/there") / saved


def test_one_table_can_be_dropped() -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/somewhere/Leads.XLSX")])
    path = dropped_file(data)
    assert path is not None
    assert path.name == "Leads.XLSX"
    data.setUrls([QUrl.fromLocalFile("/somewhere/a.csv"), QUrl.fromLocalFile("/somewhere/b.csv")])
    assert dropped_file(data) is None
    data.setUrls([QUrl.fromLocalFile("/somewhere/a.pdf")])
    assert dropped_file(data) is None
    data.setUrls([QUrl("https://example.com/a.csv")])
    assert dropped_file(data) is None


def test_a_field_waits_for_the_question_behind_a_choice(theme: Theme, window: QWidget) -> None:
    field = BecomesField(theme, "becomes", "Mobile")
    field.setParent(window)
    field.offer([CITY, DUE], "CA")
    field.show_becomes(Becomes.ATTRIBUTE, "Due")
    assert field.currentText() == "Attribute: Due (date)"
    asked: list[object] = []
    field.country_requested.connect(lambda: asked.append("country"))
    field.new_attribute_requested.connect(lambda: asked.append("new"))
    field.becomes_requested.connect(lambda becomes, name: asked.append((becomes, name)))
    for text in ("Phone · another default country…", "New attribute…", "Phone · default country Canada"):
        at = field.findText(text)
        field.setCurrentIndex(at)
        field.activated.emit(at)
        assert field.currentText() == "Attribute: Due (date)", "the owner decides"
    assert asked == ["country", "new", (Becomes.PHONE, "")]
    field.offer([CITY, DUE], "")
    assert "Phone · numbers with + only" in field.choices()


def test_the_wheel_scrolls_past_a_field(theme: Theme, window: QWidget) -> None:
    field = BecomesField(theme, "becomes", "Mobile")
    field.setParent(window)
    field.offer([CITY], "CA")
    field.show_becomes(Becomes.NAME)
    turned = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, turned)
    assert field.currentText() == "Name"


def test_escape_asks_instead_of_closing(theme: Theme, window: QWidget) -> None:
    card = ImportCard(theme, window)
    wishes: list[str] = []
    card.leave_requested.connect(lambda: wishes.append("leave"))
    card.open()
    card.reject()
    assert wishes == ["leave"]
    assert card.isVisible()


def tab_order(card: ImportCard) -> list[QWidget]:
    """Where Tab goes, from the card on."""
    found, widget = [], card.nextInFocusChain()
    while widget is not None and widget is not card:
        found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def test_a_file_of_many_columns_scrolls_inside_its_card(theme: Theme, window: QWidget) -> None:
    columns = tuple(Column(at, f"Question {at}", Becomes.LEAVE_OUT) for at in range(1, 60))
    found = Mapping((Column(0, "Phone", Becomes.PHONE), *columns), "CA")
    card = ImportCard(theme, window)
    card.open()
    card.show_columns("survey.csv", found, [("yes",)] * 60, [CITY])
    card.show_mapping(found, [CITY], Counts(rows=3, new=3))
    QApplication.processEvents()
    ring = [*card.columns.fields, card.options.new_contacts.choice, card.leave, card.go]
    assert [one for one in tab_order(card) if one in ring] == ring
    assert card.card.height() <= window.height()
    assert card.go.isVisible()
    assert card.go.text() == "Import 3 contacts"
    assert card.go.geometry().bottom() <= card.card.height()
    area = card.findChild(QWidget, "import_columns")
    assert area is not None
    assert area.height() < 60 * theme.px(50)
