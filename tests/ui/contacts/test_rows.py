"""The window over a million rows, and what is selected, without a window."""

import asyncio
from datetime import UTC, datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop.domain.consent import Facts
from desktop.domain.contact_table import ContactRow, TableQuery, Target
from desktop.domain.contacts import Contact
from desktop.domain.problems import Problem
from desktop.ui.contacts.chosen import EVERYTHING, NOBODY, Chosen
from desktop.ui.contacts.columns import USUAL, chosen_columns, every_column
from desktop.ui.contacts.pages import PageReader
from desktop.ui.contacts.rows import KEPT_PAGES, PAGE, ContactRows
from desktop.ui.parts.rows import ROW
from desktop.ui.tasks import Tasks

NOW = datetime(2026, 11, 22, 18, 46, tzinfo=UTC)
MILLION = 1_000_000


def made(position: int) -> ContactRow:
    """The contact at a position; its id is one more."""
    return ContactRow(Contact(position + 1, f"Contact {position}", "+16045550142", Facts(), NOW), NOW)


def page(number: int) -> list[ContactRow]:
    return [made(position) for position in range(number * PAGE, (number + 1) * PAGE)]


def rows_of_a_million() -> ContactRows:
    rows = ContactRows(chosen_columns(every_column((), lambda: NOW), ()), lambda _: False)
    rows.show_answer(page(0), MILLION)
    return rows


def test_a_million_rows_are_there_and_only_pages_that_were_looked_at_are_kept(app: QApplication) -> None:
    rows = rows_of_a_million()
    assert rows.rowCount() == MILLION
    for number in range(200):
        rows.keep(number, page(number))
    kept = [number for number in range(200) if rows.row(number * PAGE) is not None]
    assert kept == list(range(200 - KEPT_PAGES, 200))
    assert rows.index(5, 0).data(ROW) is None
    assert rows.index(19_999, 0).data() == "Contact 19999"


def test_what_is_in_sight_comes_before_its_neighbours(app: QApplication) -> None:
    rows = rows_of_a_million()
    assert rows.lacking(5_050, 5_120) == [50, 51, 52, 49]
    rows.keep(51, page(51))
    assert rows.lacking(5_050, 5_120) == [50, 52, 49]
    assert rows.lacking(MILLION - 10, MILLION + 30) == [9_999, 9_998]


def test_an_old_page_is_shown_until_it_has_been_read_again(app: QApplication) -> None:
    rows = rows_of_a_million()
    rows.age(MILLION - 1)
    assert rows.rowCount() == MILLION - 1
    assert rows.row(3) == made(3)
    assert rows.lacking(0, 20) == [0, 1]
    rows.keep(0, page(0))
    assert rows.lacking(0, 20) == [1]


def test_only_the_page_of_a_contact_that_was_edited_is_read_again(app: QApplication) -> None:
    rows = rows_of_a_million()
    rows.keep(1, page(1))
    rows.age_pages_of({made(PAGE + 3).contact.id, 999_999})
    assert rows.lacking(0, PAGE - 1) == [1]
    rows.keep(1, page(1))
    assert rows.lacking(0, PAGE - 1) == []


async def test_pages_that_were_scrolled_past_are_not_waited_for(app: QApplication) -> None:
    rows = rows_of_a_million()
    asked: list[int] = []
    cancelled: list[int] = []
    answers = {500: asyncio.Event(), 501: asyncio.Event(), 499: asyncio.Event()}

    async def read(first: int, limit: int) -> list[ContactRow]:
        asked.append(first // limit)
        try:
            if first // limit in answers:
                await answers[first // limit].wait()
        except asyncio.CancelledError:
            cancelled.append(first // limit)
            raise
        return page(first // limit)

    owner = QObject()
    tasks = Tasks(lambda wrong: None, Problem)
    reader = PageReader(tasks, owner, rows, read, lambda wrong: None)
    reader.look(50_000, 50_020)
    await asyncio.sleep(0)
    assert asked == [500, 501]
    reader.look(900_000, 900_020)
    await tasks.drain()
    assert sorted(cancelled) == [500, 501]
    assert asked[2:] == [9_000, 9_001, 8_999]
    assert rows.row(900_000) == made(900_000)
    assert rows.row(50_000) is None
    reader.deleteLater()


def test_a_selection_is_of_contacts_or_of_all_that_match() -> None:
    some = NOBODY.toggled(3).toggled(7).toggled(3)
    assert some == Chosen(frozenset({7}))
    assert some.joined([9]).count(MILLION) == 2
    assert some.target(TableQuery(search="a")) == Target(TableQuery(search="a"), (7,))
    assert EVERYTHING.count(1_204) == 1_204
    assert EVERYTHING.target(TableQuery()) == Target(TableQuery())
    assert EVERYTHING.toggled(3) == Chosen(frozenset({3}))
    assert [Chosen(frozenset(range(count))).can_merge for count in (1, 2, 5, 6)] == [False, True, True, False]
    assert not EVERYTHING.can_merge


def test_columns_keep_their_order_and_one_that_is_gone_is_passed_over(app: QApplication) -> None:
    every = every_column((), lambda: NOW)
    assert [one.key for one in chosen_columns(every, ())] == list(USUAL)
    assert [one.key for one in chosen_columns(every, ("created", "attribute:Gone", "phone"))] == [
        "name", "phone", "created",
    ]  # fmt: skip
