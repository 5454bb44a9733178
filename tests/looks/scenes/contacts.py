"""The contacts: the table, its filter and selection, the cards over it, one contact's own page."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QRadioButton

from desktop.domain.bulk import AddTags, BulkKind, BulkStatus
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.services.contacts import ContactEdit
from desktop.store import bulk
from desktop.store.engine import Tx
from desktop.ui.contacts.page import ContactsPage
from desktop.ui.contacts.table import ContactsTable
from desktop.ui.parts.button import Button
from desktop.ui.settings.page import SettingsPage
from tests.looks.stage import Stage, until


async def page(stage: Stage) -> ContactsPage:
    """The page with its first rows read."""
    found = stage.window.go("contacts")
    assert isinstance(found, ContactsPage)
    rows = found.everyone.view.table.rows
    await until(lambda: not rows.rowCount() or rows.row(0) is not None, "the first rows")
    await stage.quiet()
    return found


async def id_of(stage: Stage, name: str) -> int:
    rows = await stage.app.contact_table.page(TableQuery(search=name), 0, 5)
    return rows[0].contact.id


async def opened(stage: Stage, name: str) -> ContactsPage:
    found = await page(stage)
    found.open_contact(await id_of(stage, name))
    await stage.seen("contact_page")
    await stage.quiet()
    return found


async def fields(stage: Stage) -> None:
    """A field of each type, and values for some contacts."""
    user = stage.window.desk.user()
    stage.window.switch_user(
        next(one for one in await stage.app.workspace.people() if one.role.value == "admin")
    )
    await stage.quiet()
    admin = stage.window.desk.user()
    known = {one.name for one in await stage.app.fields.every()}
    for name, kind, choices in (
        ("Loyalty level", Kind.CHOICE, ("Bronze", "Silver", "Gold")),
        ("Interests", Kind.CHOICES, ("Sarees", "Shoes", "Jewellery", "Home")),
        ("Orders", Kind.NUMBER, ()),
        ("Newsletter by post", Kind.YES_NO, ()),
        ("Looked after by", Kind.USER, ()),
    ):
        if name not in known:
            await stage.app.fields.define(name, kind, choices, admin)
    priya = await stage.app.contacts.get(await id_of(stage, "Priya Sharma"))
    values = {
        "Loyalty level": "Gold",
        "Interests": "Sarees|Jewellery",
        "Orders": "14",
        "Newsletter by post": "yes",
    }
    edit = ContactEdit(priya.name, priya.phone, values)
    await stage.app.contacts.edit(priya.id, edit, "CA", admin)
    stage.window.switch_user(user)
    await stage.quiet()
    stage.window.toasts.clear()


async def table(stage: Stage) -> None:
    await page(stage)


async def filtered(stage: Stage) -> None:
    await fields(stage)
    found = await page(stage)
    everyone = found.everyone
    wanted = Filter(
        (
            Condition("tag", Op.ANY_OF, ("VIP",)),
            Filter(
                (
                    Condition("opt_in", Op.IS, ("yes",)),
                    Condition("attribute:Last order", Op.AFTER, ("2026-08-01",)),
                ),
                match_all=False,
            ),
        )
    )
    everyone.ask(TableQuery(wanted))
    await stage.quiet()
    everyone.open_filter(True)
    await stage.quiet()
    stage.window.setFocus()


async def selection(stage: Stage) -> None:
    found = await page(stage)
    contacts = found.everyone.view.table
    click(contacts, 3)
    click(contacts, 8, Qt.KeyboardModifier.ShiftModifier)
    click(contacts, 5, Qt.KeyboardModifier.ControlModifier)
    await stage.seen("selection_bar")
    await stage.quiet()


async def merge_selection(stage: Stage) -> None:
    await _twin(stage)
    found = await page(stage)
    found.everyone.view.search.setText("Priya Sharma")
    found.everyone.view.search.returnPressed.emit()
    await until(lambda: stage_rows(found) == 2, "the two of them")
    await stage.quiet()
    contacts = found.everyone.view.table
    click(contacts, 0)
    click(contacts, 1, Qt.KeyboardModifier.ShiftModifier)
    stage.find(Button, "selection_merge").click()
    await stage.seen("merge_preview")
    await until(stage.find(Button, "merge_do").isEnabled, "the preview")
    await stage.quiet()


async def bulk_opt_in(stage: Stage) -> None:
    found = await page(stage)
    QTest.keyClick(found.everyone.view.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    stage.find(Button, "selection_opt_in").click()
    await stage.seen("bulk_opt_in")
    stage.find(QRadioButton, "bulk_opt_in_yes").click()
    await stage.quiet()


async def recent(stage: Stage) -> None:
    found = await page(stage)
    people = await stage.app.workspace.people()
    chief = next(one for one in people if one.role.value == "supervisor")
    ids = [row.contact.id for row in await stage.app.contact_table.page(TableQuery(), 0, 40)]
    await stage.app.bulk.run(Target(ids=tuple(ids)), AddTags(("Winter",)), chief)
    done = await stage.app.bulk.run(Target(ids=tuple(ids[:7])), AddTags(("Priority",)), chief)
    await stage.app.bulk.undo(done.bulk_id, chief)
    found.everyone.view.recent.click()
    await stage.seen("recent")
    await stage.quiet()


async def interrupted(stage: Stage) -> None:
    """An import whose program ended in the middle."""
    people = await stage.app.workspace.people()
    stage.window.switch_user(next(one for one in people if one.role.value == "supervisor"))
    await stage.quiet()
    stage.window.toasts.clear()
    await page(stage)

    def begin(tx: Tx) -> None:
        made = bulk.start(tx, BulkKind.IMPORT, "november_leads.xlsx", people[0].id, "gone")
        bulk.set_status(tx, made, BulkStatus.INTERRUPTED, counts={"new": 3_900, "known": 100})

    await stage.app.store.write(begin)
    await stage.seen("contacts_interrupted")
    await stage.quiet()


async def tags(stage: Stage) -> None:
    """The editor over a row's tags."""
    found = await page(stage)
    contacts = found.everyone.view.table
    contacts.setFocus()
    click(contacts, 2)
    QTest.keyClick(contacts, Qt.Key.Key_F2)
    await stage.seen("tag_popup")
    await stage.quiet()


async def opted_out(stage: Stage) -> None:
    await fields(stage)
    await _twin(stage)
    await opened(stage, "Priya Sharma")


async def opted_in(stage: Stage) -> None:
    await opened(stage, "Arjun Kapoor")


async def edit(stage: Stage) -> None:
    await fields(stage)
    found = await opened(stage, "Priya Sharma")
    found.contact.view.edit.click()
    await stage.seen("contact_dialog")
    await stage.quiet()


async def new(stage: Stage) -> None:
    found = await page(stage)
    found.new_contact()
    await stage.seen("contact_dialog")
    for name, text in (("contact_name_field", "Priya S."), ("contact_phone_field", "604 555 0142")):
        await stage.type_into(name, text)
    stage.find(Button, "contact_save").click()
    await stage.seen("contact_open_owner")
    await stage.quiet()


async def empty(stage: Stage) -> None:
    await page(stage)
    await stage.seen("contacts_empty")


async def no_match(stage: Stage) -> None:
    await page(stage)
    await stage.type_into("contacts_search", "Zebedee")
    await stage.seen("contacts_no_match")


async def settings_fields(stage: Stage) -> None:
    await fields(stage)
    found = stage.window.go("settings")
    assert isinstance(found, SettingsPage)
    found.open_section("fields")
    await stage.quiet()


async def settings_field(stage: Stage) -> None:
    await settings_fields(stage)
    people = await stage.app.workspace.people()
    stage.window.switch_user(next(one for one in people if one.role.value == "admin"))
    await stage.quiet()
    stage.window.toasts.clear()
    found = stage.window.go("settings")
    assert isinstance(found, SettingsPage)
    found.open_section("fields")
    await stage.quiet()
    found.fields.table.setCurrentIndex(found.fields.rows.index(4, 0))
    found.fields.edit.click()
    await stage.seen("field_dialog")
    await stage.quiet()


def click(
    contacts: ContactsTable, position: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Click the name of a row."""
    place = contacts.visualRect(contacts.rows.index(position, 0)).center()
    QTest.mouseClick(contacts.viewport(), Qt.MouseButton.LeftButton, keys, QPoint(place.x(), place.y()))


def stage_rows(found: ContactsPage) -> int:
    return found.everyone.view.table.rows.rowCount()


async def _twin(stage: Stage) -> None:
    """A second Priya, with a choice of her own."""
    user = stage.window.desk.user()
    made = await stage.app.contacts.add("Priya Sharma", "+1 236 555 0100", "CA", user)
    await stage.app.contacts.set_opt_in(made, OptIn.YES, user)
    await stage.app.contacts.add_tag(made, "Toronto", user)
