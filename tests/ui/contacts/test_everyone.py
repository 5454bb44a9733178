"""The table through widgets and the real store: sort, search, filter, select, change many, undo, rights."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QRadioButton, QWidget

from desktop.domain.consent import OptIn, Source
from desktop.domain.contact_table import SortBy, TableQuery
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.people import Role
from desktop.system.machine import Machine
from desktop.ui.contacts.menus import ColumnsMenu
from desktop.ui.contacts.page import ContactsPage
from desktop.ui.parts.label import Label
from tests.looks.checks import clipped_texts, overlaps, unnamed_controls
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import (
    CONTROL,
    SHIFT,
    click,
    contacts,
    id_of,
    opt_ins,
    press,
    search,
    shown,
    sit,
    table,
    take_back,
    told,
    write,
)

NO = Filter((Condition("opt_in", Op.IS, ("no",)),))


@staged
@pytest.mark.slow
async def test_a_click_on_a_head_sorts_and_a_second_one_turns_it_round(stage: Stage) -> None:
    page = await contacts(stage)
    first = shown(page)
    assert stage.find(Label, "contacts_count").text() == "1,000"
    header = table(page).horizontalHeader()
    header.sectionClicked.emit(0)
    await until(lambda: page.everyone.query.descending and "…" not in shown(page), "the other order")
    await stage.quiet()
    assert shown(page)[0] != first[0]
    assert shown(page)[0].casefold() >= shown(page)[1].casefold()
    assert table(page).rows.headerData(0, Qt.Orientation.Horizontal) == "Name ↓"
    header.sectionClicked.emit(1)  # a phone is nothing to sort by
    await stage.quiet()
    assert page.everyone.query == TableQuery(sort=SortBy.NAME, descending=True)


@staged
async def test_only_what_is_looked_at_is_read(stage: Stage) -> None:
    page = await contacts(stage)
    rows = table(page).rows
    assert rows.rowCount() == 1_000
    assert rows.row(500) is None
    table(page).verticalScrollBar().setValue(table(page).verticalScrollBar().maximum())
    await until(lambda: rows.row(999) is not None, "the end")
    await stage.quiet()
    assert rows.row(500) is None
    last = await stage.app.contact_table.page(TableQuery(), 999, 1)
    assert rows.row(999) == last[0]


@pytest.mark.slow
@staged
async def test_the_filter_builder_asks_and_a_segment_keeps_it(stage: Stage) -> None:
    await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    await stage.click("contacts_filter")
    builder = page.everyone.view.panel.builder
    builder.group.show_filter(NO)
    builder.flush()
    await until(lambda: stage.find(Label, "contacts_count").text() == "10 of 1,000", "the ten")
    await stage.quiet()
    press(stage, "contacts_save_segment")
    await stage.seen("segment_name")
    await stage.type_into("segment_name", "Said no")
    press(stage, "segment_save")
    await told(stage, "Segment “Said no” saved")
    await stage.quiet()
    assert stage.find(QPushButton, "contacts_segment").accessibleName() == "Segment: Said no"
    saved = await stage.app.segments.every()
    assert [(one.name, one.filter) for one in saved] == [("Said no", NO)]
    await stage.click("contacts_clear_filter")
    await until(lambda: stage.find(Label, "contacts_count").text() == "1,000", "everyone")
    await stage.click("contacts_segment")
    segment = page.everyone.findChildren(QAction, f"segment_{saved[0].id}")[-1]
    await until(lambda: segment.text() == "Said no\t10", "its count")
    segment.trigger()
    await until(lambda: stage.find(Label, "contacts_count").text() == "10 of 1,000", "the ten again")
    await stage.quiet()


@staged
async def test_a_filter_that_cannot_be_read_is_said_in_the_panel(stage: Stage) -> None:
    page = await contacts(stage)
    page.everyone.ask(TableQuery(Filter((Condition("attribute:Shoe size", Op.IS, ("7",)),))))
    await stage.quiet()
    assert "Shoe size" in stage.find(Label, "contacts_filter_problem").text()
    assert stage.sees("contacts_filter_panel")


@staged
async def test_selecting_by_mouse_and_keys_and_letting_go_by_escape(stage: Stage) -> None:
    page = await contacts(stage)
    ids = [row.contact.id for row in await stage.app.contact_table.page(TableQuery(), 0, 10)]
    click(page, 1)
    click(page, 4, SHIFT)
    click(page, 2, CONTROL)
    assert table(page).chosen.ids == {ids[1], ids[3], ids[4]}
    assert stage.find(Label, "selection_count").text() == "3 selected"
    assert stage.find(QPushButton, "selection_merge").isVisible()
    table(page).setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_Down)
    assert table(page).chosen.ids == {ids[3]}
    QTest.keyClick(table(page), Qt.Key.Key_Down, SHIFT)
    assert table(page).chosen.ids == {ids[3], ids[4]} or table(page).chosen.ids == {ids[2], ids[3], ids[4]}
    QTest.keyClick(table(page), Qt.Key.Key_A, CONTROL)
    assert stage.find(Label, "selection_count").text() == "1,000 selected"
    assert not stage.sees("selection_all")
    QTest.keyClick(table(page), Qt.Key.Key_Escape)
    assert not stage.sees("selection_bar")
    page.everyone.view.search.setText("Priya Sharma")
    page.everyone.view.search.returnPressed.emit()
    await until(lambda: table(page).rows.rowCount() == 1, "Priya")
    await stage.quiet()
    table(page).setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_Escape)
    await until(lambda: table(page).rows.rowCount() == 1_000, "everyone")
    await stage.quiet()


@staged
@pytest.mark.slow
async def test_a_range_over_rows_that_were_never_read_is_selected_all_the_same(stage: Stage) -> None:
    page = await contacts(stage)
    click(page, 0)
    table(page).setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_End, SHIFT)
    await until(lambda: len(table(page).chosen.ids) == 1_000, "all of them by name")
    await stage.quiet()


@staged
async def test_what_is_selected_and_the_place_stay_when_others_change_contacts(stage: Stage) -> None:
    page = await contacts(stage)
    table(page).verticalScrollBar().setValue(400)
    await stage.quiet()
    at = table(page).sight()[0] + 3
    row = table(page).rows.row(at)
    assert row is not None
    click(page, at)
    user = stage.window.desk.user()
    await stage.app.contacts.add("Aaron First", "+1 604 555 0199", "CA", user)
    await until(lambda: table(page).rows.rowCount() == 1_001, "the new one")
    await stage.quiet()
    assert table(page).chosen.ids == {row.contact.id}
    assert table(page).verticalScrollBar().value() == 400
    assert table(page).rows.position(row.contact.id) == at + 1


@pytest.mark.slow
@staged
async def test_an_opt_in_for_many_asks_why_and_can_be_taken_back(stage: Stage) -> None:
    await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    page.everyone.ask(TableQuery(NO))
    await until(lambda: table(page).rows.rowCount() == 10 and "…" not in shown(page), "the ten")
    await stage.quiet()
    ids = [row.contact.id for row in await stage.app.contact_table.page(TableQuery(NO), 0, 10)]
    before = await opt_ins(stage, ids)
    table(page).setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_A, CONTROL)
    press(stage, "selection_opt_in")
    await stage.seen("bulk_opt_in")
    do = stage.find(QPushButton, "bulk_opt_in-do")
    assert do.text() == "Record for 10 contacts"
    assert not do.isEnabled()
    stage.find(QRadioButton, "bulk_opt_in_no").click()
    assert do.isEnabled()
    stage.find(QRadioButton, "bulk_opt_in_yes").click()
    assert not do.isEnabled()
    assert "10 of them opted out" in stage.find(Label, "bulk_opt_in_warning-text").text()
    stage.find(QLineEdit, "bulk_opt_in_reason").setText("Signed the form at the fair")
    do.click()
    await told(stage, "Opt-in set to Yes for 10 contacts")
    assert await opt_ins(stage, ids) == [OptIn.YES] * 10
    newest = (await stage.app.contacts.history(ids[0]))[-1]
    assert (newest.source, newest.reason) == (Source.AGENT, "Signed the form at the fair")
    await take_back(stage, "Opt-in set to Yes")
    await told(stage, "Undone: 10 contacts are as before.")
    assert await opt_ins(stage, ids) == before


@staged
@pytest.mark.slow
async def test_tags_for_all_that_match_and_the_list_of_recent_changes(stage: Stage) -> None:
    await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    await search(stage, page, "Priya Sharma", 1)
    click(page, 0)
    press(stage, "selection_add_tag")
    await stage.seen("bulk_tags")
    field = stage.find(QLineEdit, "bulk_tags_field")
    field.setText("Diwali")
    QTest.keyClick(field, Qt.Key.Key_Return)
    press(stage, "bulk_tags-do")
    await told(stage, "Tag “Diwali” added to 1 contact")
    await stage.quiet()
    priya = await id_of(stage, "Priya Sharma")
    assert "Diwali" in (await stage.app.contacts.get(priya)).tags
    press(stage, "contacts_recent")
    await stage.seen("recent")
    done = (await stage.app.bulk.newest())[0]
    assert stage.find(Label, f"recent_what_{done.id}").text() == "Tag “Diwali” added"
    press(stage, f"recent_undo_{done.id}")
    await stage.seen("recent_ask_undo")
    said = stage.find(QWidget, "recent_ask_undo").accessibleDescription()
    assert said.startswith("Tag “Diwali” added · 1 contact. What stood before is brought back.")
    press(stage, "recent_ask_undo-keep")
    await stage.seen("recent")
    assert "Diwali" in (await stage.app.contacts.get(priya)).tags, "kept, and the list is back"
    press(stage, f"recent_undo_{done.id}")
    await stage.seen("recent_ask_undo")
    press(stage, "recent_ask_undo-do")
    await told(stage, "Undone: 1 contact is as before.")
    assert "Diwali" not in (await stage.app.contacts.get(priya)).tags


@staged
async def test_tags_are_edited_in_the_row_and_each_change_can_be_taken_back(stage: Stage) -> None:
    page = await contacts(stage)
    await search(stage, page, "Priya Sharma", 1)
    priya = await id_of(stage, "Priya Sharma")
    before = (await stage.app.contacts.get(priya)).tags
    table(page).setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_Down)
    QTest.keyClick(table(page), Qt.Key.Key_F2)
    await stage.seen("tag_popup")
    field = stage.find(QLineEdit, "tag_popup_field")
    assert field.hasFocus()
    field.setText("Early bird")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await told(stage, "Tag “Early bird” added to Priya Sharma")
    await stage.quiet()
    assert set((await stage.app.contacts.get(priya)).tags) == {*before, "Early bird"}
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not stage.sees("tag_popup")
    assert table(page).hasFocus()
    await until(lambda: "Early bird" in tags_in_row(page), "the row")
    await take_back(stage, "Early bird")
    assert (await stage.app.contacts.get(priya)).tags == before


@staged
@pytest.mark.slow
async def test_columns_are_chosen_and_remembered_on_this_machine(stage: Stage, tmp_path: Path) -> None:
    page = await contacts(stage)
    await stage.click("contacts_columns")
    menu = page.everyone.findChildren(ColumnsMenu)[-1]
    assert not menu.boxes["name"].isEnabled()
    menu.boxes["created"].trigger()
    menu.boxes["attribute:City"].trigger()
    menu.boxes["tags"].trigger()
    await stage.quiet()
    assert [one.key for one in table(page).rows.columns] == [
        "name", "phone", "opt_in", "last_message", "created", "attribute:City",
    ]  # fmt: skip
    kept = json.loads((tmp_path / "machine.json").read_text())["contact_columns"]
    assert kept == ["name", "phone", "opt_in", "last_message", "created", "attribute:City"]
    assert Machine(tmp_path / "machine.json").settings.contact_columns == tuple(kept)
    menu.close()
    assert not clipped_texts(stage.window)
    assert not overlaps(stage.window)


@pytest.mark.slow
@staged
async def test_an_agent_sees_why_a_button_is_not_theirs(stage: Stage) -> None:
    await sit(stage, Role.AGENT)
    page = await contacts(stage)
    for name, said in (
        ("contacts_import", "may not import contacts"),
        ("contacts_export", "may not export contacts"),
    ):
        button = stage.find(QPushButton, name)
        assert not button.isEnabled()
        assert said in button.toolTip()
    assert stage.find(QPushButton, "contacts_new").isEnabled()
    click(page, 0)
    click(page, 1, CONTROL)
    for name, said in (
        ("selection_add_tag", "may not change many contacts at once"),
        ("selection_opt_in", "may not change many contacts at once"),
        ("selection_merge", "may not merge contacts"),
    ):
        button = stage.find(QPushButton, name)
        assert not button.isEnabled()
        assert said in button.toolTip()
    assert "Ask a supervisor or an admin." in stage.find(QPushButton, "selection_merge").toolTip()
    await sit(stage, Role.SUPERVISOR)
    assert stage.find(QPushButton, "contacts_import").isEnabled()


@staged
async def test_every_control_has_a_name(stage: Stage) -> None:
    page = await contacts(stage)
    page.everyone.open_filter(True)
    click(page, 0)
    await stage.quiet()
    assert not unnamed_controls(stage.window)


def tags_in_row(page: ContactsPage) -> tuple[str, ...]:
    """The tags that the first row shows."""
    row = table(page).rows.row(0)
    return row.contact.tags if row is not None else ()


@staged
@pytest.mark.slow
async def test_a_field_is_set_for_those_who_are_selected_and_taken_back(stage: Stage) -> None:
    await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    rows = await stage.app.contact_table.page(TableQuery(), 1, 2)
    before = [row.contact.attributes.get("City", "") for row in rows]
    click(page, 1)
    click(page, 2, SHIFT)
    press(stage, "selection_set_field")
    await stage.seen("bulk_field_value")
    do = stage.find(QPushButton, "bulk_field-do")
    assert do.text() == "Clear for 2 contacts"
    await write(stage, "bulk_field_value", "Moncton")
    assert do.text() == "Set for 2 contacts"
    do.click()
    await told(stage, "City set to “Moncton” for 2 contacts")
    assert [await city(stage, row.contact.id) for row in rows] == ["Moncton", "Moncton"]
    await take_back(stage, "City set to")
    await told(stage, "Undone: 2 contacts are as before.")
    assert [await city(stage, row.contact.id) for row in rows] == before


@staged
@pytest.mark.slow
async def test_a_tag_is_removed_only_if_it_is_known(stage: Stage) -> None:
    await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    await search(stage, page, "Priya Sharma", 1)
    click(page, 0)
    press(stage, "selection_remove_tag")
    await stage.seen("bulk_tags")
    field = stage.find(QLineEdit, "bulk_tags_field")
    field.setText("Nobody has this")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not stage.find(QPushButton, "bulk_tags-do").isEnabled()
    field.setText("vip")
    QTest.keyClick(field, Qt.Key.Key_Return)
    press(stage, "bulk_tags-do")
    await told(stage, "Tag “VIP” removed from 1 contact")
    await stage.quiet()
    assert "VIP" not in (await stage.app.contacts.get(await id_of(stage, "Priya Sharma"))).tags


@staged
@pytest.mark.slow
async def test_enter_opens_escape_comes_back_and_export_counts_what_is_selected(stage: Stage) -> None:
    await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    name = shown(page)[2]
    click(page, 2)
    click(page, 1, SHIFT)
    press(stage, "selection_export")
    words = [
        one.text() for one in page.everyone.findChildren(QAction) if one.objectName().startswith("export_")
    ]
    assert words == ["2 as CSV…", "2 as Excel…"]
    page.everyone.findChildren(QMenu, "export_menu")[-1].close()
    click(page, 2)
    table(page).setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_Return)
    await stage.seen("contact_page")
    assert page.contact.view.name.text() == name
    QTest.keyClick(page.contact, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.everyone
    assert table(page).currentIndex().row() == 2


async def city(stage: Stage, contact_id: int) -> str:
    return (await stage.app.contacts.get(contact_id)).attributes.get("City", "")
