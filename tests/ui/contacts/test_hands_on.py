"""What the keyboard, the roles and the narrow window do to the contacts: found by people who used them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from desktop.domain.filters import Kind
from desktop.domain.people import Role
from desktop.ui.contacts.menus import SegmentMenu
from desktop.ui.contacts.page import ContactsPage
from desktop.ui.contacts.tag_popup import TagPopup
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Cell
from tests.looks.checks import clipped_texts, overlaps
from tests.looks.stage import Stage, staged, until
from tests.qt import application
from tests.ui.contacts.hands import (
    CONTROL,
    click,
    contacts,
    id_of,
    press,
    shown,
    sit,
    table,
    take_back,
    told,
    write,
)

pytestmark = pytest.mark.slow

DOWN, ENTER, ESCAPE = Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape


@staged
async def test_down_leads_from_the_search_to_the_first_row(stage: Stage) -> None:
    page = await contacts(stage)
    page.focus_search()
    QTest.keyClick(page.everyone.view.search, DOWN)
    assert table(page).hasFocus()
    assert table(page).currentIndex().row() == 0


@staged
async def test_enter_in_the_search_opens_the_only_one_or_leads_to_the_rows(stage: Stage) -> None:
    page = await contacts(stage)
    page.focus_search()
    await stage.type_into("contacts_search", "Ana Dubois")
    QTest.keyClick(page.everyone.view.search, ENTER)
    await until(table(page).hasFocus, "the rows")
    assert set(shown(page)) == {"Ana Dubois"}
    assert len(shown(page)) > 1
    assert not stage.sees("contact_page")
    page.focus_search()
    page.everyone.view.search.clear()
    await stage.type_into("contacts_search", "Priya Sharma")
    QTest.keyClick(page.everyone.view.search, ENTER)
    await stage.seen("contact_page")
    assert page.contact.view.name.text() == "Priya Sharma"
    await stage.quiet()


@staged
async def test_enter_saves_from_every_line_of_the_card(stage: Stage) -> None:
    await sit(stage, Role.ADMIN)
    await stage.app.fields.define("Orders", Kind.NUMBER, [], stage.window.desk.user())
    page = await contacts(stage)
    priya = await id_of(stage, "Priya Sharma")
    page.open_contact(priya)
    await stage.seen("contact_page")
    names = [one.name for one in await stage.app.fields.every()]
    for number, city in ((names.index("City"), "Pune"), (names.index("Orders"), "Goa")):
        press(stage, "contact_edit")
        await stage.seen("contact_dialog")
        await write(stage, f"contact_field_{names.index('City')}", city)
        QTest.keyClick(stage.find(QLineEdit, f"contact_field_{number}"), ENTER)
        await until(lambda: not stage.sees("contact_dialog"), "the card to go")
        assert (await stage.app.contacts.get(priya)).attributes["City"] == city
        await stage.quiet()


@staged
async def test_a_fault_goes_when_its_field_is_changed(stage: Stage) -> None:
    page = await contacts(stage)
    page.new_contact()
    await stage.seen("contact_dialog")
    press(stage, "contact_save")
    note = stage.find(Label, "contact_row_name-note")
    await until(lambda: "a name or a number" in note.text(), "the fault")
    await write(stage, "contact_phone_field", "604 555 0142")
    assert note.isHidden()
    press(stage, "contact_save")
    await until(lambda: stage.sees("contact_open_owner"), "who has it")
    await stage.type_into("contact_phone_field", "9")
    assert stage.find(Label, "contact_row_phone-note").isHidden()
    assert not stage.sees("contact_open_owner")
    press(stage, "contact_cancel")
    await stage.quiet()


@staged
async def test_a_name_that_was_taken_away_can_be_brought_back(stage: Stage) -> None:
    page = await contacts(stage)
    priya = await id_of(stage, "Priya Sharma")
    page.open_contact(priya)
    await stage.seen("contact_page")
    press(stage, "contact_edit")
    await stage.seen("contact_dialog")
    await write(stage, "contact_name_field", "")
    await write(stage, "contact_phone_field", "")
    press(stage, "contact_save")
    note = stage.find(Label, "contact_row_name-note")
    await until(lambda: "a name or a number" in note.text(), "the fault")
    await write(stage, "contact_phone_field", "+1 604 555 0142")
    press(stage, "contact_save")
    await told(stage, "Saved without a name")
    assert (await stage.app.contacts.get(priya)).name == ""
    await take_back(stage, "Saved without a name")
    assert (await stage.app.contacts.get(priya)).name == "Priya Sharma"


async def editor(stage: Stage, page: ContactsPage) -> tuple[TagPopup, QLineEdit]:
    """The editor over the tags of the second row, which has none of them yet."""
    click(page, 2)
    table(page).setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_F2)
    await stage.seen("tag_popup")
    return stage.find(TagPopup, "tag_popup"), stage.find(QLineEdit, "tag_popup_field")


@staged
async def test_suggestions_stand_clear_of_the_tag_editor_and_enter_closes_them(stage: Stage) -> None:
    page = await contacts(stage)
    popup, field = await editor(stage, page)
    completer = field.completer()
    assert completer is not None
    words = completer.popup()
    assert words is not None
    await stage.type_into("tag_popup_field", "VI")
    await until(words.isVisible, "the suggestions")
    assert words.geometry().top() > popup.mapToGlobal(QPoint(0, popup.height())).y() - 2
    QTest.keyClick(words, DOWN)
    QTest.keyClick(words, ENTER)
    assert not words.isVisible()
    await told(stage, "Tag “VIP” added")
    await stage.type_into("tag_popup_field", "VI")
    await until(words.isVisible, "the suggestions")
    QTest.keyClick(words, ESCAPE)
    assert not words.isVisible()
    assert stage.sees("tag_popup")
    assert field.text() == "VI"
    QTest.keyClick(field, ESCAPE)
    assert not stage.sees("tag_popup")
    await stage.quiet()


@staged
async def test_a_tag_added_on_the_page_can_be_taken_back(stage: Stage) -> None:
    page = await contacts(stage)
    priya = await id_of(stage, "Priya Sharma")
    before = (await stage.app.contacts.get(priya)).tags
    page.open_contact(priya)
    await stage.seen("contact_page")
    await stage.click("tag_add")
    field = stage.find(QLineEdit, "tag_field")
    await stage.type_into("tag_field", "New")
    completer = field.completer()
    assert completer is not None
    words = completer.popup()
    assert words is not None
    await until(words.isVisible, "the suggestions")
    QTest.keyClick(words, ENTER)
    assert not words.isVisible()
    await told(stage, "Tag “New” added")
    assert set((await stage.app.contacts.get(priya)).tags) == {*before, "New"}
    await take_back(stage, "Tag “New” added")
    assert (await stage.app.contacts.get(priya)).tags == before


@staged
async def test_the_bar_is_for_those_who_may_and_hides_no_row(stage: Stage) -> None:
    await sit(stage, Role.AGENT)
    page = await contacts(stage)
    click(page, 0)
    assert not stage.sees("selection_bar")
    click(page, 1, CONTROL)
    assert stage.sees("selection_bar")
    await sit(stage, Role.SUPERVISOR)
    table(page).setFocus()
    QTest.keyClick(table(page), ESCAPE)
    assert not stage.sees("selection_bar")
    QTest.keyClick(table(page), Qt.Key.Key_End)
    await until(lambda: stage.sees("selection_bar"), "the bar")
    await stage.quiet()
    row = table(page).visualRect(table(page).rows.index(999, 0))
    assert row.bottom() <= table(page).viewport().height()


@staged
async def test_the_bar_has_one_line_in_a_narrow_window(stage: Stage) -> None:
    await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    click(page, 0)
    click(page, 1, CONTROL)
    await stage.quiet()
    assert not stage.sees("selection_more")
    wide_px = page.everyone.view.bar.height()
    stage.window.resize(1100, 700)
    stage.theme.set_text_scale(130)
    stage.theme.apply(application())
    await stage.quiet()
    assert stage.sees("selection_more")
    assert stage.sees("selection_add_tag")
    assert not stage.sees("selection_merge")
    assert page.everyone.view.bar.height() < 1.5 * wide_px
    assert not clipped_texts(stage.window)
    assert not overlaps(stage.window)
    await stage.click("selection_more")
    menu = page.everyone.view.bar.more_menu
    assert menu is not None
    folded = [one.text() for one in menu.actions()]
    assert folded[-1] == "Merge…"
    assert all(not stage.find(QPushButton, one.objectName()).isVisible() for one in menu.actions())
    menu.actions()[-1].trigger()
    await stage.seen("merge_preview")
    menu.close()
    press(stage, "merge_cancel")
    stage.theme.set_text_scale(100)
    stage.theme.apply(application())
    await stage.quiet()


@staged
async def test_an_agent_reads_who_saves_segments(stage: Stage) -> None:
    await sit(stage, Role.AGENT)
    page = await contacts(stage)
    await stage.click("contacts_segment")
    menu = page.everyone.findChildren(SegmentMenu)[-1]
    words = menu.actions()[-1].text()
    assert words.startswith("No segments yet. Lina Haddad (Agent) may not save and delete segments")
    menu.close()


@staged
async def test_back_leads_to_the_conversation_that_the_page_was_opened_from(stage: Stage) -> None:
    priya = await id_of(stage, "Priya Sharma")
    stage.window.places.open_contact(priya)
    await stage.quiet()
    await stage.click("contact_open")
    page = stage.window.pages.currentWidget()
    assert isinstance(page, ContactsPage)
    await stage.seen("contact_page")
    await stage.quiet()
    assert page.contact.view.back.toolTip() == "Back to the conversation (Esc)"
    QTest.keyClick(page.contact, ESCAPE)
    talk = stage.window.pages.currentWidget()
    assert isinstance(talk, ConversationsPage)
    assert talk.area.contact_id == priya
    page = await contacts(stage)
    assert page.stack.currentWidget() is page.everyone
    page.open_contact(priya)
    await stage.seen("contact_page")
    assert page.contact.view.back.toolTip() == "All contacts (Esc)"
    await stage.click("contact_back")
    assert page.stack.currentWidget() is page.everyone


@staged
async def test_the_text_has_the_most_room_and_is_what_was_sent(stage: Stage) -> None:
    page = await contacts(stage)
    page.open_contact(await id_of(stage, "Priya Sharma"))
    await stage.seen("contact_page")
    await stage.quiet()
    view = page.contact.view
    widths = [view.messages_table.columnWidth(at) for at in range(4)]
    assert widths[2] > 2 * widths[3]
    sent = view.messages.rows[-1]
    assert view.messages.cell(3, 2).text.startswith("Hi Priya, our Diwali sale starts Friday")
    by_template = view.messages.columns[2].cell(replace(sent, template_name="diwali_early_access"))
    assert isinstance(by_template, Cell)
    assert by_template.text == view.messages.cell(3, 2).text
    assert by_template.tooltip.startswith("Template diwali_early_access\nHi Priya")


@staged
async def test_only_heads_that_sort_look_like_it(stage: Stage) -> None:
    page = await contacts(stage)
    header = table(page).horizontalHeader()

    def shape_over(section: int) -> Qt.CursorShape:
        spot = QPointF(header.sectionViewportPosition(section) + header.sectionSize(section) / 2, 8)
        move = QMouseEvent(
            QEvent.Type.MouseMove, spot, header.viewport().mapToGlobal(spot), Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(header.viewport(), move)
        return header.viewport().cursor().shape()

    titles = [one.title for one in table(page).rows.columns]
    assert shape_over(titles.index("Name")) is Qt.CursorShape.PointingHandCursor
    assert shape_over(titles.index("Last message")) is Qt.CursorShape.ArrowCursor
