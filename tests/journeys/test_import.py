"""Contacts from a file: the columns, the check, what becomes of a No and a Yes, the way back, and who may not."""

import asyncio
import csv
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QWidget

from desktop.domain.importing import Options
from desktop.domain.people import Right
from desktop.domain.problems import NotAllowed
from desktop.ui.contacts.imports.becomes import BecomesField
from desktop.ui.contacts.imports.dialog import open_import
from desktop.ui.contacts.imports.flow import ImportFlow
from tests.journeys.journey import PATIENCE_S, Journey, journey, until

EVENTS = (
    "SELECT e.value, e.evidence, e.user_id FROM consent_event e JOIN contact c ON c.id = e.contact_id"
    " WHERE e.source = 'import' AND e.evidence LIKE ? AND c.merged_into IS NULL"
)
"""Of contacts that are there: what was once recorded for others is never deleted."""
CONTACTS = "SELECT phone, name FROM contact WHERE merged_into IS NULL ORDER BY phone"


def write_file(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def said(trip: Journey, value: str) -> list[str]:
    return sorted(trip.phones_that_said(value))


def known_no_file(trip: Journey) -> tuple[Path, set[str]]:
    """FALSE for 500 contacts that are here: 480 said Yes, 12 nothing, 8 No. Returns it, and who is not yet No."""
    no, yes = said(trip, "no")[:8], said(trip, "yes")[:480]
    none = sorted(
        {phone for (phone,) in trip.ask("SELECT phone FROM contact")}
        - trip.phones_that_said("yes")
        - trip.phones_that_said("no")
    )[:12]
    assert (len(no), len(yes), len(none)) == (8, 480, 12)
    rows = [(phone, "FALSE") for phone in (*no, *yes, *none)]
    return write_file(trip.path.with_name("stopped.csv"), ("Phone", "Opt-in"), rows), {*yes, *none}


def children() -> list[int]:
    """The processes that this one started for its jobs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # gone meanwhile
        if parent == os.getpid() and b"job" in words:
            found.append(int(entry.name))
    return found


def drop(path: Path, page: QWidget) -> None:
    """Let a file fall on a page, as the system tells it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    QApplication.sendEvent(page, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(9, 9), copy, data, left, none))


async def opened(trip: Journey, path: Path) -> ImportFlow:
    """The card with a file, checked."""
    await trip.click("rail-contacts")
    open_import(trip.window.desk, trip.window, path)
    await until(lambda: trip.can("import_go"), "the check")
    flow = trip.window.findChild(ImportFlow)
    assert isinstance(flow, ImportFlow)
    return flow


def events_of(trip: Journey, path: Path) -> list[tuple[object, ...]]:
    return trip.ask(EVENTS, f"%{path.name}%")


def choose(trip: Journey, name: str, text: str) -> None:
    """Choose in a list that drops down, as the keyboard does."""
    combo = trip.see(name)
    assert isinstance(combo, QComboBox)
    at = combo.findText(text)
    assert at >= 0, [combo.itemText(one) for one in range(combo.count())]
    combo.setCurrentIndex(at)
    combo.activated.emit(at)


async def pick(trip: Journey, dialog: str, path: Path) -> None:
    """Answer the system's file dialog."""
    await until(lambda: trip.shows(dialog), "the file dialog")
    files = trip.see(dialog)
    assert isinstance(files, QFileDialog)
    typed = files.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(typed, QLineEdit)
    typed.setText(str(path))
    files.accept()
    await trip.goes(dialog)


@journey()
async def test_the_noes_of_a_file_are_shown_and_applied(trip: Journey) -> None:
    path, asked = known_no_file(trip)
    await opened(trip, path)
    assert trip.text("import_opt_outs") == "492 contacts you already have are"
    box = trip.see("import_apply_opt_outs")
    assert box.isChecked()  # type: ignore[attr-defined]
    assert trip.text("import_go") == "Import 500 contacts"
    await trip.click("import_go")
    await trip.says("import_done_title", "492 contacts were updated, 8 up to date already.")
    assert trip.text("import_done_summary") == "492 opt-outs were recorded."
    found = events_of(trip, path)
    assert len(found) == 500, "a No is kept as often as it is said"
    assert {value for value, *_ in found} == {"no"}
    assert {user_id for *_, user_id in found} == {trip.window.desk.user().id}
    assert asked <= trip.phones_that_said("no")


@journey()
@pytest.mark.slow
async def test_the_noes_of_a_file_can_be_left_alone(trip: Journey) -> None:
    path, _ = known_no_file(trip)
    before = trip.phones_that_said("no")
    await opened(trip, path)
    assert not trip.shows("import_opt_outs_note")
    await trip.click("import_apply_opt_outs")
    assert trip.text("import_opt_outs_note").startswith("They stay as they are here, and marketing may reach")
    assert trip.can("import_go"), "the file is not read again for that"
    await trip.click("import_go")
    await trip.says("import_done_title", "500 contacts were up to date already.")
    assert trip.text("import_done_summary") == "492 contacts are No in the file and were left as before."
    assert events_of(trip, path) == []
    assert trip.phones_that_said("no") == before


@journey()
@pytest.mark.slow
async def test_a_file_never_turns_a_no_into_a_yes(trip: Journey) -> None:
    no = said(trip, "no")
    path = write_file(trip.path.with_name("all_yes.csv"), ("Phone", "Opt-in"), [(one, "TRUE") for one in no])
    await opened(trip, path)
    assert not trip.shows("import_apply_opt_outs")
    await trip.says("import_new_note", "10 contacts stay No.")
    await trip.click("import_go")
    await trip.says("import_done_summary", "10 contacts stay No although the file says Yes.")
    assert said(trip, "no") == no
    assert events_of(trip, path) == []


@journey()
@pytest.mark.slow
async def test_columns_are_chosen_and_checked_and_an_import_is_undone(trip: Journey) -> None:
    rows = [
        ("604 555 0142", "Priya S.", "", "Vancouver", "called 3 Nov"),
        ("(236) 555-0188", "Łukasz Żak", "TRUE", "Kraków", ""),
        ("236 555 0189", "Ann", "", "", "green"),
        ("236 555 0189", "Ann again", "", "", ""),
        ("perhaps", "Nobody", "", "", ""),
    ]
    path = write_file(
        trip.path.with_name("leads.csv"), ("Mobile No.", "Full name", "OptIn", "City", "Notes"), rows
    )
    before = trip.ask(CONTACTS)
    await opened(trip, path)
    fields = [trip.see(f"import_becomes_{at}") for at in range(5)]
    shown = [field.currentText() for field in fields if isinstance(field, BecomesField)]
    assert shown == [
        "Phone · default country Canada", "Name", "Marketing opt-in", "Attribute: City (text)", "Leave out",
    ]  # fmt: skip
    assert trip.text("import_values_2") == "(blank) · TRUE"
    assert trip.text("import_subject") == "leads.csv · 5 rows"
    counts = [trip.text(f"import_count_{one}") for one in ("new", "known", "twice", "rejected")]
    assert counts == ["2", "1", "1", "1"]

    choose(trip, "import_becomes_4", "Attribute: City (text)")
    await trip.says("import_problem_4", "“City” is the attribute “City” already.")
    assert not trip.can("import_go")
    choose(trip, "import_becomes_4", "New attribute…")
    await trip.appears("import_attribute_use")
    await trip.click("import_attribute_use")
    await until(lambda: trip.can("import_go"), "the new check")
    choose(trip, "import_new_opt_in", "Yes")
    await trip.says("import_new_note", "Only if they agreed to get offers.")

    await trip.click("import_show_rejected")
    await trip.appears("import_rejected")
    assert trip.rows("import_rejected")[0][0] == "6"
    await trip.click("import_save_rejected")
    await pick(trip, "import_rejected_place", path.parent)
    await until(lambda: any("was saved" in one for one in trip.toasts), "the rows to be saved")
    assert "perhaps" in (path.parent / "leads not imported.csv").read_text(encoding="utf-8-sig")
    await trip.click("import_back")

    await trip.click("import_go")
    await trip.says("import_done_title", "2 contacts were added, 1 updated.")
    assert trip.ask("SELECT count(*) FROM contact_attribute a JOIN attribute f ON f.id = a.attribute_id"
                    " WHERE f.name = 'Notes'") == [(2,)]  # fmt: skip
    assert {"+12365550188", "+12365550189"} <= trip.phones_that_said("yes")
    await trip.click("import_undo")
    await trip.click("import_ask_undo-do")
    await trip.says("import_done_title", "The import was undone.")
    await trip.says("import_done_summary", "2 contacts were removed again.\n1 contact is as before.\n"
                    "The contact field “Notes” stays.")  # fmt: skip
    assert trip.text("import_steps").endswith("Taken back</span>")
    assert trip.ask(CONTACTS) == before
    await trip.click("import_close")
    await until(lambda: trip.window.findChild(ImportFlow) is None, "the import to be let go")


@pytest.mark.slow
@journey()
async def test_escape_goes_back_and_asks_before_it_forgets_what_was_chosen(trip: Journey) -> None:
    rows = [*((f"098450 1{at:04d}", "") for at in range(12)), ("604 555 0142", ""), ("+48 512 345 678", "")]
    path = write_file(trip.path.with_name("bare.csv"), ("Phone", "Notes"), rows)
    await opened(trip, path)
    await trip.says(
        "import_country_hint", "12 numbers have no country code. Another default country may read"
    )
    await trip.click("import_show_rejected")
    await trip.appears("import_rejected")
    await trip.press(Qt.Key.Key_Escape)
    await trip.goes("import_rejected")
    assert trip.shows("import_columns")

    await trip.click("import_country_change")
    await trip.appears("import_country_search")
    field = trip.see("import_country_search")
    assert isinstance(field, QLineEdit)
    field.setText("India")
    await trip.click("import_country_use")
    await until(lambda: trip.can("import_go") and not trip.shows("import_country_hint"), "the check as India")
    assert trip.text("import_count_new") == "14", "the bare number of Vancouver could be one of India too"
    await trip.press(Qt.Key.Key_Escape)
    await trip.click("import_ask_leave-keep")
    assert trip.shows("import_columns")
    await trip.click("import_cancel")
    await trip.click("import_ask_leave-do")
    await trip.goes("import")

    await until(lambda: trip.window.findChild(ImportFlow) is None, "the import to be let go")
    await opened(trip, path)
    assert trip.see("import_becomes_0").currentText() == "Phone · default country India"  # type: ignore[attr-defined]
    await trip.press(Qt.Key.Key_Escape)
    await trip.goes("import")


@pytest.mark.slow
@journey()
async def test_an_import_that_is_stopped_leaves_nothing(trip: Journey) -> None:
    rows = [
        (f"+1 604 {exchange} {line:04d}", "TRUE")
        for exchange in range(560, 566)
        for line in range(2_000, 7_000)
    ]
    path = write_file(trip.path.with_name("many.csv"), ("Phone", "Opt-in"), rows)
    before = trip.ask(CONTACTS)
    flow = await opened(trip, path)
    await trip.click("import_go")
    await until(
        lambda: trip.ask("SELECT count(*) FROM contact") > [(len(before) + 500,)], "a part to be written"
    )
    await trip.press(Qt.Key.Key_Escape)
    await trip.click("import_ask_stop-do")
    await until(lambda: not flow.working, "the import to stop")
    assert any("was stopped" in one for one in trip.toasts)
    assert trip.ask(CONTACTS) == before
    assert events_of(trip, path) == []
    assert trip.can("import_go"), "it can be imported after all"


@pytest.mark.slow
@journey()
async def test_an_import_goes_on_in_the_background(trip: Journey) -> None:
    rows = [(f"+1 604 560 {line:04d}", "") for line in range(2_000, 6_000)]
    path = write_file(trip.path.with_name("many.csv"), ("Phone", "Opt-in"), rows)
    await opened(trip, path)
    await trip.click("import_go")
    await trip.click("import_background")
    await trip.says("status-jobs-text", "Importing many.csv…")
    await trip.click("rail-broadcasts")
    trip.window.close()
    await trip.click("close_jobs-keep")
    open_import(trip.window.desk, trip.window)
    await trip.appears("import_progress")
    await trip.click("import_background")
    await until(lambda: any("4,000 contacts were added" in one for one in trip.toasts), "its end to be said")
    assert not trip.shows("status-jobs")
    next(one for one in trip.window.toasts.shown if "were added" in one.text).action.click()
    await trip.says("import_done_title", "4,000 contacts were added.")


@pytest.mark.slow
@journey()
async def test_closing_in_the_middle_takes_the_import_back(trip: Journey) -> None:
    rows = [(f"+1 604 560 {line:04d}", "") for line in range(2_000, 6_000)]
    path = write_file(trip.path.with_name("many.csv"), ("Phone", "Opt-in"), rows)
    before = trip.ask(CONTACTS)
    await opened(trip, path)
    await trip.click("import_go")
    await until(lambda: len(trip.ask(CONTACTS)) > len(before), "a part to be written")
    trip.window.close()
    await trip.click("close_jobs-do")
    await asyncio.wait_for(trip.window.closed(), PATIENCE_S)
    assert trip.ask(CONTACTS) == before


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the child in /proc")
@pytest.mark.slow
@journey()
async def test_an_import_whose_process_is_killed_can_be_undone(trip: Journey) -> None:
    rows = [(f"+1 604 560 {line:04d}", "") for line in range(2_000, 6_000)]
    path = write_file(trip.path.with_name("many.csv"), ("Phone", "Opt-in"), rows)
    before = trip.ask(CONTACTS)
    await opened(trip, path)
    await trip.click("import_go")
    await until(lambda: len(trip.ask(CONTACTS)) > len(before), "a part to be written")
    for child in children():
        os.kill(child, signal.SIGKILL)
    await trip.appears("import_undo")
    assert len(trip.ask(CONTACTS)) > len(before)
    await trip.click("import_undo")
    await trip.click("import_ask_undo-do")
    await trip.says("import_done_title", "The import was undone.")
    assert trip.ask(CONTACTS) == before


@pytest.mark.slow
@journey()
async def test_a_file_that_is_no_table_is_refused_and_another_can_be_chosen(trip: Journey) -> None:
    picture = trip.path.with_name("logo.csv")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    good = write_file(trip.path.with_name("good.csv"), ("Phone",), [("604 555 0142",)])
    await trip.click("rail-contacts")
    drop(picture, await trip.appears("contacts_page"))
    await trip.says("import_file_problem-text", "Not a table.", "logo.csv")
    await trip.click("import_choose")
    await pick(trip, "import_choose_file", good)
    await until(lambda: trip.can("import_go"), "the check")
    await trip.press(Qt.Key.Key_Escape)
    await trip.goes("import")


@journey()
async def test_an_agent_may_not_import(trip: Journey) -> None:
    path, _ = known_no_file(trip)
    await trip.choose_person("Lina Haddad")
    open_import(trip.window.desk, trip.window, path)
    assert any("Lina Haddad (Agent) may not import contacts" in one for one in trip.toasts)
    assert not trip.shows("import")
    lina = await trip.user("Lina Haddad")
    with pytest.raises(NotAllowed, match=Right.IMPORT.value):
        async with trip.app.imports.open(path, lina) as run:
            await run.run(Options("CA", run.look.columns), lina)
    assert events_of(trip, path) == []
