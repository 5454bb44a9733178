"""One contact: added, edited, tagged, merged, looked at; the contact fields of the settings."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QRadioButton

from desktop.domain.consent import OptIn
from desktop.domain.filters import Kind
from desktop.domain.people import Role
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.contacts.field_editors import ChoicesEditor, DateEditor, read_day
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from desktop.ui.settings.page import SettingsPage
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import (
    CONTROL,
    click,
    contacts,
    id_of,
    press,
    search,
    shown,
    sit,
    table,
    told,
    write,
)

pytestmark = pytest.mark.slow


@staged
async def test_a_new_contact_has_no_choice_and_a_known_number_leads_to_its_owner(stage: Stage) -> None:
    page = await contacts(stage)
    page.setFocus()
    QTest.keyClick(table(page), Qt.Key.Key_N, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    await stage.seen("contact_dialog")
    await write(stage, "contact_name_field", "Nora New")
    await write(stage, "contact_phone_field", "604 555 0142")
    press(stage, "contact_save")
    await until(lambda: stage.sees("contact_open_owner"), "who has it")
    assert stage.find(Label, "contact_row_phone-note").text() == "Priya Sharma has this number already."
    await write(stage, "contact_phone_field", "604 555 01")
    press(stage, "contact_save")
    await until(lambda: "too few" in stage.find(Label, "contact_row_phone-note").text(), "the number's fault")
    await write(stage, "contact_phone_field", "604 555 0199")
    press(stage, "contact_save")
    await told(stage, "Nora New added")
    made = await stage.app.contacts.get(await id_of(stage, "Nora New"))
    assert (made.phone, made.opt_in) == ("+16045550199", OptIn.NONE)


@staged
async def test_an_edit_keeps_values_by_type_and_says_what_does_not_fit(stage: Stage) -> None:
    user = await sit(stage, Role.ADMIN)
    await stage.app.fields.define("Level", Kind.CHOICE, ["Gold", "Silver"], user)
    await stage.app.fields.define("Likes", Kind.CHOICES, ["Shoes", "Home"], user)
    await stage.app.fields.define("Carer", Kind.USER, [], user)
    page = await contacts(stage)
    priya = await id_of(stage, "Priya Sharma")
    page.open_contact(priya)
    await stage.seen("contact_page")
    press(stage, "contact_edit")
    await stage.seen("contact_dialog")
    fields = [one.name for one in await stage.app.fields.every()]
    day = stage.find(QLineEdit, f"contact_field_{fields.index('Last order')}")
    assert day.text() == "13 Nov 2026"
    day.setText("31 Feb 2026")
    level = stage.find(QComboBox, f"contact_field_{fields.index('Level')}")
    level.setCurrentIndex(level.findText("Gold"))
    carer = stage.find(QComboBox, f"contact_field_{fields.index('Carer')}")
    carer.setCurrentIndex(carer.findText(user.name))
    likes = stage.find(ChoicesEditor, f"contact_field_{fields.index('Likes')}")
    likes.boxes["Home"].click()
    likes.boxes["Shoes"].click()
    press(stage, "contact_save")
    note = stage.find(Label, "contact_row_attribute:Last order-note")
    await until(lambda: "not a date" in note.text(), "the date's fault")
    day.setText("Nov 20, 2026")
    press(stage, "contact_save")
    await until(lambda: not stage.sees("contact_dialog"), "the card to go")
    kept = (await stage.app.contacts.get(priya)).attributes
    assert kept["Last order"] == "2026-11-20"
    assert (kept["Level"], kept["Likes"], kept["Carer"]) == ("Gold", "Shoes|Home", user.name)
    await stage.quiet()


@staged
async def test_an_edit_to_a_number_that_is_taken_offers_to_open_who_has_it(stage: Stage) -> None:
    page = await contacts(stage)
    page.open_contact(await id_of(stage, "Arjun Kapoor"))
    await stage.seen("contact_page")
    press(stage, "contact_edit")
    await stage.seen("contact_dialog")
    await write(stage, "contact_phone_field", "+1 604 555 0142")
    press(stage, "contact_save")
    await until(lambda: stage.sees("contact_open_owner"), "who has it")
    assert stage.find(QPushButton, "contact_open_owner").text() == "Open Priya Sharma"
    press(stage, "contact_open_owner")
    await until(lambda: page.contact.view.name.text() == "Priya Sharma", "Priya's page")
    await stage.quiet()
    arjun = await stage.app.contacts.get(await id_of(stage, "Arjun Kapoor"))
    assert arjun.phone == "+14165550117"


@staged
async def test_the_page_shows_consent_messages_and_broadcasts_and_leads_on(stage: Stage) -> None:
    page = await contacts(stage)
    priya = await id_of(stage, "Priya Sharma")
    page.open_contact(priya)
    await stage.seen("contact_page")
    view = page.contact.view
    assert view.badge.text() == "No"
    history = await stage.app.contacts.history(priya)
    assert all(stage.sees(f"optin_event_{one.id}") for one in history)
    assert len(view.messages.rows) == 4
    assert view.broadcasts.rows[0].name == "Diwali early access"
    QTest.keyClick(page.contact, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.everyone
    page.open_contact(priya)
    await stage.seen("contact_page")
    view.broadcasts_table.setCurrentIndex(view.broadcasts.index(0, 0))
    view.broadcasts_table.activated.emit(view.broadcasts.index(0, 0))
    await stage.quiet()
    broadcasts = stage.window.pages.currentWidget()
    assert isinstance(broadcasts, BroadcastsPage)
    listed = broadcasts.report.messages
    await until(lambda: [one.message.contact_id for one in listed.rows.rows] == [priya], "only their message")
    stage.window.go("contacts")
    await stage.click("contact_message")
    talk = stage.window.pages.currentWidget()
    assert isinstance(talk, ConversationsPage)
    assert talk.area.contact_id == priya
    await stage.click("contact_open")
    await until(lambda: stage.window.pages.currentWidget() is page, "the contact's page")
    await stage.quiet()
    assert page.contact.contact_id == priya


@staged
async def test_a_consent_event_is_marked_on_the_page_with_its_number(stage: Stage) -> None:
    page = await contacts(stage)
    priya = await id_of(stage, "Priya Sharma")
    event_id = (await stage.app.contacts.history(priya))[-1].id
    stage.window.places.open_event(priya, event_id)
    await stage.seen("contact_page")

    def marked() -> bool:
        line = page.contact.view.opt_in._line(event_id)
        return isinstance(line, Label) and line.text().endswith(f" · event {event_id}")

    await until(marked, "the entry is marked")
    page.open_contact(await id_of(stage, "Arjun Kapoor"))
    await stage.quiet()
    assert page.contact.view.opt_in._marked_id == 0


@staged
async def test_opting_in_again_asks_why_and_the_page_follows(stage: Stage) -> None:
    page = await contacts(stage)
    priya = await id_of(stage, "Priya Sharma")
    page.open_contact(priya)
    await stage.seen("contact_page")
    page.contact.view.opt_in.opt_in.click()
    await stage.seen("reason_field")
    stage.find(QLineEdit, "reason_field").setText("Asked for offers at the counter")
    press(stage, "reason_do")
    await until(lambda: page.contact.view.badge.text() == "Yes", "the badge")
    await stage.quiet()
    newest = (await stage.app.contacts.history(priya))[-1]
    assert newest.reason == "Asked for offers at the counter"
    assert stage.sees(f"optin_event_{newest.id}")


@staged
async def test_a_merge_keeps_the_no(stage: Stage) -> None:
    user = await sit(stage, Role.SUPERVISOR)
    twin = await stage.app.contacts.add("Priya Sharma", "+1 236 555 0100", "CA", user)
    await stage.app.contacts.set_opt_in(twin, OptIn.YES, user)
    page = await contacts(stage)
    await search(stage, page, "Priya Sharma", 2)
    click(page, 0)
    click(page, 1, CONTROL)
    press(stage, "selection_merge")
    await stage.seen("merge_preview")
    keep = stage.find(QPushButton, "merge_do")
    stage.find(QRadioButton, f"merge_keep_{twin}").click()
    await until(keep.isEnabled, "the preview")
    assert stage.find(Badge, "merge_result_badge").text() == "No"
    assert keep.text() == "Merge 2 contacts"
    keep.click()
    await told(stage, "2 contacts are one now: Priya Sharma")
    merged = await stage.app.contacts.get(twin)
    assert merged.opt_in is OptIn.NO
    await until(lambda: shown(page) == ["Priya Sharma"], "one of them")
    await stage.quiet()


@staged
async def test_fields_are_added_and_changed_by_who_may(stage: Stage) -> None:
    await sit(stage, Role.AGENT)
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    page.open_section("fields")
    await stage.quiet()
    assert not page.fields.add.isEnabled()
    assert "may not define contact fields" in page.fields.refused.text()
    await sit(stage, Role.SUPERVISOR)
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    page.open_section("fields")
    await stage.quiet()
    press(stage, "fields_add")
    await stage.seen("field_dialog")
    await write(stage, "field_name", "city")
    press(stage, "field_save")
    await until(lambda: "already" in stage.find(Label, "field_row_name-note").text(), "the name is taken")
    await write(stage, "field_name", "Level")
    kind = stage.find(QComboBox, "field_kind")
    kind.setCurrentIndex(kind.findData(Kind.CHOICE.value))
    press(stage, "field_save")
    await until(lambda: "at least one" in stage.find(Label, "field_row_choices-note").text(), "choices")
    entry = stage.find(QLineEdit, "field_choices")
    for choice in ("Gold", "Silver"):
        entry.setText(choice)
        QTest.keyClick(entry, Qt.Key.Key_Return)
    press(stage, "field_save")
    await told(stage, "Field “Level” added")
    await stage.quiet()
    made = (await stage.app.fields.every())[-1]
    assert (made.name, made.kind, made.choices) == ("Level", Kind.CHOICE, ("Gold", "Silver"))
    assert page.fields.rows.rows[-1] == (made, 0)
    contacts_page = await contacts(stage)
    titles = [one.title for one in contacts_page.everyone._every_column()]
    assert titles[-1] == "Level"


def test_days_are_read_as_people_write_them() -> None:
    days = [
        read_day(text)
        for text in ("2026-11-13", "13 Nov 2026", " 13  november 2026", "Nov 13, 2026", "13.11.2026")
    ]
    assert {str(day) for day in days} == {"2026-11-13"}
    assert read_day("11/13/2026") is None


async def test_a_date_is_shown_in_words_and_kept_as_a_day(app: object) -> None:
    editor = DateEditor("day", "Day")
    editor.set_value("2026-11-13")
    assert (editor.edit.text(), editor.value()) == ("13 Nov 2026", "2026-11-13")
    editor.edit.setText("soon")
    assert editor.value() == "soon"
