"""People and who did what in the settings: through the widgets, with the services that refuse."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QWidget

from desktop.domain.activity import Activity, Deed
from desktop.domain.bulk import AddTags, deed_of
from desktop.domain.keys import Scope
from desktop.domain.people import Account, Right, Role, User
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.switch import Switch
from desktop.ui.parts.table import Table
from desktop.ui.settings.activity import DETAILS, SUBJECT, ActivityPanel, subject_and_details
from desktop.ui.settings.people_words import holds, no_password_words
from tests.looks.stage import Stage, staged, until
from tests.ui.settings.place import settings

pytestmark = pytest.mark.slow

PASSWORD = "harbour lantern nine"


async def account(stage: Stage, name: str) -> Account:
    return next(one for one in await stage.app.accounts.every() if one.user.name == name)


def told_in(stage: Stage, card: str) -> str:
    """What a card says."""
    return " ".join(one.text() for one in stage.find(QWidget, card).findChildren(Label))


async def people(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("people")
    await stage.quiet()


async def choose(stage: Stage, name: str, at: int) -> None:
    """Choose an entry as the keyboard does."""
    box = stage.find(QComboBox, name)
    box.setCurrentIndex(at)
    box.activated.emit(at)
    await stage.quiet()


@staged
async def test_a_person_is_added_with_a_password_that_is_shown_once(stage: Stage) -> None:
    await people(stage)
    stage.find(QPushButton, "people_add").click()
    await stage.seen("person_add")
    await stage.type_into("person_name", "Kim Lee")
    await stage.type_into("person_sign_in_name", "kim")
    await choose(stage, "person_role", 1)
    assert "launch and stop broadcasts" in stage.find(Label, "row_person_role-note").text()
    await stage.click("person_password_generate")
    await stage.click("person_password_copy")
    entry = stage.find(QLineEdit, "person_password_entry")
    made = entry.text()
    assert entry.displayText() == made, "it can be read"
    assert QGuiApplication.clipboard().text() == made
    await stage.click("person_add_do")
    await until(lambda: not stage.sees("person_add"), "the card to close")
    kim = await account(stage, "Kim Lee")
    assert (kim.user.role, kim.sign_in_name) == (Role.SUPERVISOR, "kim")
    assert await stage.app.accounts.sign_in("kim", made) == kim.user
    await until(lambda: stage.sees(f"person_{kim.user.id}"), "the row")


@staged
async def test_what_is_wrong_stands_beside_its_field_and_the_card_stays(stage: Stage) -> None:
    await people(stage)
    stage.find(QPushButton, "people_add").click()
    await stage.seen("person_add")
    await stage.type_into("person_name", "Kim Lee")
    await stage.type_into("person_sign_in_name", "kim")
    await stage.type_into("person_password_entry", "short")
    await stage.click("person_add_do")
    note = stage.find(Label, "row_person_password-note")
    await until(lambda: "10 to 200" in note.text(), "what is wrong")
    assert stage.window.focusWidget() is stage.find(QLineEdit, "person_password_entry")
    assert len(await stage.app.accounts.every()) == 3
    await stage.type_into("person_password_entry", " but now long")
    assert "At least 10" in note.text()
    await stage.click("person_add_do")
    await until(lambda: not stage.sees("person_add"), "the card to close")
    assert len(await stage.app.accounts.every()) == 4


@staged
async def test_a_role_is_changed_after_a_question(stage: Stage) -> None:
    await people(stage)
    lina = (await account(stage, "Lina Haddad")).user
    box = stage.find(QComboBox, f"person_{lina.id}_role")
    box.setCurrentIndex(2)
    box.activated.emit(2)
    await stage.click("person_role_change-keep")
    await stage.quiet()
    assert stage.find(QComboBox, f"person_{lina.id}_role").currentText() == "Agent"
    box = stage.find(QComboBox, f"person_{lina.id}_role")
    box.setCurrentIndex(1)
    box.activated.emit(1)
    await stage.click("person_role_change-do")
    await stage.quiet()
    assert (await account(stage, "Lina Haddad")).user.role is Role.SUPERVISOR
    assert stage.find(QComboBox, f"person_{lina.id}_role").currentText() == "Supervisor"


@staged
async def test_an_account_is_closed_and_opened_again(stage: Stage) -> None:
    await people(stage)
    lina = (await account(stage, "Lina Haddad")).user
    stage.find(QPushButton, f"person_{lina.id}_turn").click()
    await stage.seen("person_deactivate")
    assert "API key" not in told_in(stage, "person_deactivate")
    await stage.click("person_deactivate-do")
    assert not (await account(stage, "Lina Haddad")).active
    await until(lambda: stage.sees(f"person_{lina.id}_state"), "the row to say so")
    assert not stage.find(QPushButton, f"person_{lina.id}_password").isEnabled()
    await stage.click(f"person_{lina.id}_turn")
    assert (await account(stage, "Lina Haddad")).active


@staged
async def test_who_closes_an_account_is_told_that_its_keys_stop(stage: Stage) -> None:
    meera, lina = [(await account(stage, name)).user for name in ("Meera Rao", "Lina Haddad")]
    await stage.app.accounts.set_role(lina.id, Role.ADMIN, meera)
    maker = (await account(stage, "Lina Haddad")).user
    made = [await stage.app.keys.create(name, Scope.READ, maker) for name in ("till", "shop", "crm")]
    await stage.app.keys.revoke(made[0].api_key.id, meera)
    await people(stage)
    stage.find(QPushButton, f"person_{lina.id}_turn").click()
    await stage.seen("person_deactivate")
    assert told_in(stage, "person_deactivate").endswith("The 2 API keys they made stop.")
    await stage.click("person_deactivate-keep")
    await choose(stage, f"person_{lina.id}_role", 1)
    await stage.seen("person_role_change")
    assert told_in(stage, "person_role_change").endswith("The 2 API keys they made stop.")
    await stage.click("person_role_change-keep")
    assert (await account(stage, "Lina Haddad")).user.role is Role.ADMIN


@staged
async def test_the_last_admin_is_refused_in_a_sentence(stage: Stage) -> None:
    await people(stage)
    meera = (await account(stage, "Meera Rao")).user
    stage.find(QPushButton, f"person_{meera.id}_turn").click()
    await stage.click("person_deactivate-do")
    said = [toast.text for toast in stage.window.toasts.shown]
    assert any("Meera Rao is the only admin. Make somebody else an admin first." in one for one in said)
    assert (await account(stage, "Meera Rao")).active


@staged
async def test_ones_own_password_is_set_from_the_menu_and_then_signing_in_is_turned_on(stage: Stage) -> None:
    await people(stage)
    await stage.click("people_sign_in")
    await stage.click("people_sign_in_card_save")
    note = stage.find(Label, "people_sign_in_card_note")
    assert "Set your own password first" in note.text()
    stage.window._own_entries()[0].call()
    await stage.seen("password")
    await stage.type_into("password_sign_in_name", "meera")
    await stage.type_into("password_new_entry", PASSWORD)
    await stage.click("password_do")
    await until(lambda: not stage.sees("password"), "the card to close")
    await stage.click("people_sign_in_card_save")
    assert (await stage.app.workspace.settings()).sign_in
    stage.window._own_entries()[0].call()
    await stage.seen("password_present")
    await stage.type_into("password_present_entry", "something else")
    await stage.type_into("password_new_entry", "a quite different one")
    await stage.click("password_do")
    wrong = stage.find(Label, "row_password_present-note")
    await until(lambda: wrong.text() == "This is not your present password.", "the refusal")
    await stage.click("password_cancel")


@staged
async def test_turning_signing_in_on_says_whom_it_would_lock_out(stage: Stage) -> None:
    await people(stage)
    warning = stage.find(QWidget, "people_sign_in_warning")
    assert not warning.isVisible()
    names = [one.user.name for one in await stage.app.accounts.every() if not one.can_sign_in]
    await stage.click("people_sign_in")
    assert warning.isVisible()
    said = stage.find(Label, "people_sign_in_warning-text").text()
    assert said.startswith(f"{', '.join(names[:-1])} and {names[-1]} have no password yet: they cannot")
    last = await account(stage, names[-1])
    await stage.app.accounts.deactivate(last.user.id, stage.window.desk.user())
    await until(
        lambda: names[-1] not in stage.find(Label, "people_sign_in_warning-text").text(), "only who is active"
    )
    await stage.click("people_sign_in")
    assert not warning.isVisible()


def test_whom_signing_in_would_lock_out() -> None:
    ann = Account(User(1, "Ann", Role.AGENT))
    assert no_password_words([ann]) == "Ann has no password yet: they cannot come in until somebody sets one."
    assert no_password_words([replace(ann, active=False)]) == ""
    assert no_password_words([replace(ann, sign_in_name="ann", has_password=True)]) == ""


@staged
async def test_the_matrix_says_what_counts_and_follows_the_settings(stage: Stage) -> None:
    await people(stage)
    given = (await stage.app.workspace.settings()).given
    for right in Right:
        for role in Role:
            mark = stage.find(Glyph, f"rights_{right.name.lower()}_{role.value}")
            word = "may" if holds(role, right, given) else "may not"
            assert mark.accessibleName() == f"{role.value.title()}: {word} {right.value}"
    page = await settings(stage)
    page.open_section("consent")
    stage.find(QCheckBox, "consent_launch_agent").click()
    stage.find(QCheckBox, "consent_export_supervisor").click()
    await stage.click("consent_roles_card_save")
    kept = await stage.app.workspace.settings()
    assert kept.launch_roles == frozenset(Role)
    assert kept.export_roles == {Role.ADMIN}
    page.open_section("people")
    may = stage.find(Glyph, "rights_broadcast_agent")
    await until(lambda: may.accessibleName() == "Agent: may launch and stop broadcasts", "the matrix")
    assert stage.find(Glyph, "rights_export_supervisor").accessibleName().startswith("Supervisor: may not")


@staged
async def test_who_is_no_admin_looks_only(stage: Stage) -> None:
    for name, role in (("Arun Das", "Supervisor"), ("Lina Haddad", "Agent")):
        await stage.sit_down(name)
        await people(stage)
        sentence = f"{name} ({role}) may not add people and change what they may do. Ask an admin."
        assert stage.find(Label, "people_note").text() == sentence
        add = stage.find(QPushButton, "people_add")
        assert not add.isEnabled()
        assert add.toolTip() == sentence
        me = stage.window.desk.user().id
        for one in await stage.app.accounts.every():
            id = one.user.id
            assert not stage.find(QComboBox, f"person_{id}_role").isEnabled()
            assert not stage.find(QPushButton, f"person_{id}_turn").isEnabled()
            assert stage.find(QPushButton, f"person_{id}_password").isEnabled() is (id == me)
        assert not stage.find(Switch, "people_sign_in").isEnabled()


@staged
async def test_a_change_of_my_role_counts_at_once(stage: Stage) -> None:
    meera = stage.window.desk.user()
    await stage.app.accounts.set_role((await account(stage, "Arun Das")).user.id, Role.ADMIN, meera)
    await people(stage)
    arun = (await account(stage, "Arun Das")).user
    await stage.app.accounts.set_role(meera.id, Role.AGENT, arun)
    await until(lambda: stage.window.desk.user().role is Role.AGENT, "the window to follow")
    await stage.quiet()
    assert stage.window.pages.current_key == "settings"
    await people(stage)
    assert not stage.find(QPushButton, "people_add").isEnabled()


# Who did what.


@staged
async def test_the_log_shows_what_happens_and_can_be_filtered(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("activity")
    await stage.quiet()
    assert stage.sees("activity_empty")
    workspace, user = stage.app.workspace, stage.window.desk.user()
    await workspace.change_settings(replace(await workspace.settings(), strict=True), user)
    rows = stage.find(ActivityPanel, "activity_card").rows
    await until(lambda: len(rows.rows) == 1, "the line")
    cells = [rows.cell(0, column) for column in range(5)]
    assert [cell.text for cell in cells] == [
        "22 Nov 18:46", "Meera Rao", "Settings changed", "Strict opt-in", "Strict opt-in: off → on",
    ]  # fmt: skip
    assert cells[0].tooltip.endswith("UTC")
    assert stage.sees("activity_table")
    arun = stage.find(QComboBox, "activity_person").findText("Arun Das")
    await choose(stage, "activity_person", arun)
    assert not rows.rows
    await choose(stage, "activity_person", 0)
    await choose(stage, "activity_deed", stage.find(QComboBox, "activity_deed").findText("Merged"))
    assert not rows.rows
    await choose(stage, "activity_deed", 0)
    assert len(rows.rows) == 1


@staged
async def test_more_of_the_log_is_read_on_scrolling(stage: Stage) -> None:
    meera = stage.window.desk.user()
    lina = (await account(stage, "Lina Haddad")).user.id
    for turn in range(150):
        await stage.app.accounts.set_role(lina, (Role.SUPERVISOR, Role.AGENT)[turn % 2], meera)
    page = await settings(stage)
    page.open_section("activity")
    await stage.quiet()
    rows = stage.find(ActivityPanel, "activity_card").rows
    assert len(rows.rows) == 100
    bar = stage.find(Table, "activity_table").verticalScrollBar()
    bar.setValue(bar.maximum())
    await until(lambda: len(rows.rows) == 150, "the rest")
    ids = [one.id for one in rows.rows]
    assert ids == sorted(set(ids), reverse=True)
    await stage.app.accounts.set_role(lina, Role.SUPERVISOR, meera)
    await until(lambda: rows.rows[0].id > ids[0], "the newest")
    assert bar.value() > 0, "who reads further down stays there"


@staged
async def test_an_agent_reads_why_the_log_is_not_shown(stage: Stage) -> None:
    await stage.sit_down("Lina Haddad")
    page = await settings(stage)
    page.open_section("activity")
    await stage.quiet()
    assert stage.sees("activity_refused")
    panel = stage.find(ActivityPanel, "activity_card")
    assert panel.refused.sentence.text() == (
        "Lina Haddad (Agent) may not see who did what. Ask a supervisor or an admin."
    )


@staged
async def test_the_room_of_empty_details_is_given_to_what_was_changed(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("activity")
    await stage.app.accounts.set_role(
        (await account(stage, "Arun Das")).user.id, Role.SUPERVISOR, stage.window.desk.user()
    )
    await stage.quiet()
    table = stage.find(Table, "activity_table")
    panel = stage.find(ActivityPanel, "activity_card")
    line = Activity(1, stage.app.clock.now(), 1, "Meera Rao", Deed.EXPORTED, "contacts.csv")
    panel.rows.set_rows([line])
    assert table.columnWidth(SUBJECT) > 2 * table.columnWidth(DETAILS), "the names have the room"
    panel.rows.append([replace(line, details="1,000 contacts")])
    assert abs(table.columnWidth(SUBJECT) - table.columnWidth(DETAILS)) <= 1


def test_how_many_were_changed_stands_first_in_the_details() -> None:
    subject = deed_of(AddTags(("sent to 3",)), 1_204)
    line = Activity(1, datetime(2026, 11, 22, tzinfo=UTC), 1, "Meera Rao", Deed.BULK_CHANGED, subject)
    assert subject_and_details(line) == ("Tag “sent to 3” added", "1,204 contacts")
    more = replace(line, details="12 were so before")
    assert subject_and_details(more)[1] == "1,204 contacts; 12 were so before"
    other = replace(line, deed=Deed.EXPORTED)
    assert subject_and_details(other) == (subject, "")
