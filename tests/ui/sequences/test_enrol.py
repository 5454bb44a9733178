"""Putting contacts into a sequence: from the sequence, from the contacts, and who may not."""

import asyncio

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton

from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.people import Role
from desktop.domain.sequence import EnrolmentStatus, SequenceRecord
from desktop.services.contacts import ContactEdit
from desktop.ui.conversations.words import origin
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label
from desktop.ui.sequences.choose_sequence import ChooseSequence
from desktop.ui.sequences.enrol_dialog import EnrolDialog, enrol_contacts
from tests.looks.scenes.sequence_history import lived, welcome
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import click, contacts, id_of, press, sit, table, told

pytestmark = pytest.mark.slow


def enrolling(stage: Stage, record: SequenceRecord, target: Target | None = None) -> "asyncio.Task[None]":
    """What the sequence’s page does."""
    desk = stage.window.desk
    return desk.tasks.spawn(stage.window, enrol_contacts(desk, stage.window, record, target))


async def ask(
    stage: Stage, record: SequenceRecord, target: Target | None = None
) -> "list[asyncio.Task[None]]":
    """Return when the card is open; the task ends when it is answered."""
    asked = enrolling(stage, record, target)
    await stage.seen("enrol")
    return [asked]


def line(stage: Stage, name: str) -> str:
    shown = stage.find(KeyValue, name)
    return f"{shown.key.text()}: {shown.value.text()}"


def do(stage: Stage) -> QPushButton:
    return stage.find(QPushButton, "enrol_do")


async def by(stage: Stage, tab: str) -> None:
    await stage.seen("enrol_by")
    stage.find(QPushButton, f"enrol_by-{tab}").click()


@staged
async def test_everyone_is_counted_before_and_comes_in_with_one_click(stage: Stage) -> None:
    record = await welcome(stage)
    (asked,) = await ask(stage, record)
    await by(stage, "segment")
    assert not do(stage).isEnabled()
    segments = stage.find(QComboBox, "enrol_segment")
    await until(lambda: segments.count() > 0, "the segments")
    segments.setCurrentIndex(segments.findText("All contacts"))
    await until(lambda: do(stage).isEnabled(), "the count")
    assert do(stage).text() == "Enrol 1,000 contacts"
    assert line(stage, "enrol_selected") == "Selected: 1,000"
    assert line(stage, "enrol_will") == "Will come in: 1,000 contacts"
    assert stage.find(Label, "enrol_opted_out").text().startswith("10 of those opted out: their marketing")
    do(stage).click()
    await told(stage, "1,000 contacts are in “Welcome sequence” now.")
    await asked
    counts = (await stage.app.sequences.report(record.id)).counts
    assert counts.enrolled_count == 1_000


@staged
async def test_who_is_in_it_already_is_named_and_the_sum_adds_up(stage: Stage) -> None:
    record = await lived(stage)
    (asked,) = await ask(stage, record, Target())
    await until(lambda: do(stage).isEnabled(), "the count")
    assert not stage.sees("enrol_by")  # it is known whom
    assert line(stage, "enrol_selected") == "Selected: 1,000"
    assert line(stage, "enrol_left_0") == "In it already: − 188"
    assert line(stage, "enrol_left_1") == "Been through it; it runs only once: − 224"
    assert do(stage).text() == "Enrol 588 contacts"
    do(stage).click()
    await stage.seen("enrol_summary")
    assert stage.find(Label, "enrol_summary-title").text() == "588 contacts came in"
    assert line(stage, "enrol_will") == "Came in: 588 contacts"
    press(stage, "enrol_summary_close")
    await asked


@staged
async def test_a_filter_without_a_condition_means_nobody_and_some_are_added_by_name(stage: Stage) -> None:
    record = await welcome(stage)
    (asked,) = await ask(stage, record)
    await by(stage, "filter")
    dialog = stage.find(EnrolDialog, "enrol")
    assert dialog.whom is not None
    await until(lambda: dialog.whom and dialog.whom.builder.group.rows, "a condition to fill in")
    assert dialog.target is None
    assert not do(stage).isEnabled()
    builder = dialog.whom.builder
    builder.group.show_filter(Filter((Condition("tag", Op.ANY_OF, ("VIP",)),)))
    builder.flush()
    vips = await stage.app.contact_table.count(TableQuery(Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))))
    await until(lambda: do(stage).text() == f"Enrol {vips:,} contacts", "the count of the filter")
    await by(stage, "some")
    await until(lambda: not do(stage).isEnabled(), "nobody by name yet")
    some = dialog.whom.some
    for name in ("Priya Sharma", "Arjun Kapoor"):
        some.search.setText(name)
        some.search.returnPressed.emit()
        await until(lambda name=name: [row.contact.name for row in some.rows.rows] == [name], name)  # type: ignore[misc]
        some.search.entered.emit()
    await until(lambda: do(stage).text() == "Enrol 2 contacts", "two of them")
    assert {chip.text() for chip in dialog.findChildren(Chip) if chip.isVisible()} == {
        "Priya Sharma",
        "Arjun Kapoor",
    }
    arjun = await id_of(stage, "Arjun Kapoor")
    stage.find(QPushButton, f"enrol_chosen_{arjun}-remove").click()
    await until(lambda: do(stage).text() == "Enrol 1 contact", "one of them")
    do(stage).click()
    await told(stage, "1 contact is in “Welcome sequence” now.")
    await asked
    priya = await id_of(stage, "Priya Sharma")
    assert [one.status for one in await stage.app.sequences.of_contact(priya)] == [
        EnrolmentStatus.IN_PROGRESS
    ]


@staged
async def test_what_changes_while_the_card_is_open_is_counted_anew(stage: Stage) -> None:
    record = await welcome(stage)
    priya = await id_of(stage, "Priya Sharma")
    (asked,) = await ask(stage, record, Target(ids=(priya,)))
    await until(lambda: do(stage).text() == "Enrol 1 contact", "the count")
    await stage.app.sequences.enrol(record.id, Target(ids=(priya,)), stage.window.desk.user())
    await until(lambda: not do(stage).isEnabled(), "nobody to be left")
    assert line(stage, "enrol_left_0") == "In it already: − 1"
    press(stage, "enrol_cancel")
    await asked


@staged
async def test_a_draft_takes_nobody_and_an_agent_hears_why(stage: Stage) -> None:
    user = stage.window.desk.user()
    draft = await stage.app.sequences.get(await stage.app.sequences.create("Later", user))
    await enrolling(stage, draft)
    await told(stage, "“Later” is not active yet. Activate it first, then put contacts in.")
    record = await welcome(stage)
    agent = await sit(stage, Role.AGENT)
    await enrolling(stage, record)
    assert any(agent.name in toast.text for toast in stage.window.toasts.shown)
    assert not stage.sees("enrol")


@staged
async def test_the_contacts_page_puts_its_selection_into_a_sequence(stage: Stage) -> None:
    await welcome(stage, "Welcome")
    await stage.app.sequences.create("A draft", stage.window.desk.user())
    page = await contacts(stage)
    click(page, 0)
    click(page, 1, column=0)
    chosen = table(page).rows.row(1)
    assert chosen is not None
    bar = page.everyone.view.bar
    bar.verb_requested.emit("enrol")
    await stage.seen("choose_sequence")
    dialog = stage.find(ChooseSequence, "choose_sequence")
    assert [entry[0].name for entry in dialog.rows.rows] == ["Welcome"]
    press(stage, "choose_sequence_do")
    await until(lambda: stage.sees("enrol_do") and do(stage).isEnabled(), "the count")
    count = page.everyone.chosen.count(0)
    assert do(stage).text() == f"Enrol {count} contact{'' if count == 1 else 's'}"
    do(stage).click()
    await until(lambda: any("in “Welcome” now" in one.text for one in stage.window.toasts.shown), "the toast")


@staged
async def test_a_contacts_page_lists_their_runs_and_takes_them_out(stage: Stage) -> None:
    await lived(stage)
    page = await contacts(stage)
    page.open_contact(await id_of(stage, "Priya Sharma"))
    await stage.seen("contact_sequences")
    runs = page.contact.view.runs
    row = [str(runs.rows.index(0, column).data()) for column in range(4)]
    assert row[1:3] == ["Welcome sequence", "In progress"]
    assert row[3].startswith("Step 4 ·")
    press(stage, "contact_take_out")
    await stage.seen("take_out")
    press(stage, "take_out-do")
    await told(stage, "Priya Sharma was taken out of “Welcome sequence”.")
    await until(lambda: runs.rows.index(0, 2).data() == "Taken out", "the state")
    assert not stage.sees("contact_take_out")


@staged
async def test_a_message_of_a_sequence_says_so_in_its_conversation(stage: Stage) -> None:
    await lived(stage)
    priya = await id_of(stage, "Priya Sharma")
    opened = await stage.app.conversations.open(priya, stage.window.desk.user())
    told_of = {origin(one) for one in opened.messages}
    assert {f"Sequence · Welcome sequence, step {number}" for number in (1, 2, 3)} <= told_of


@staged
async def test_one_without_a_number_stays_out(stage: Stage) -> None:
    record = await welcome(stage)
    user = await sit(stage, Role.ADMIN)
    priya = await stage.app.contacts.get(await id_of(stage, "Priya Sharma"))
    await stage.app.contacts.edit(priya.id, ContactEdit(priya.name, "", {}), "CA", user)
    (asked,) = await ask(stage, record, Target(ids=(priya.id,)))
    await until(lambda: stage.sees("enrol_left_0"), "the count")
    assert line(stage, "enrol_left_0") == "No phone number: − 1"
    assert not do(stage).isEnabled()
    press(stage, "enrol_cancel")
    await asked
