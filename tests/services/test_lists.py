"""Lists of contacts: of an import, with every row of its file, or picked; and what a broadcast makes of them."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from desktop.domain.activity import Deed
from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.consent import Category, OptIn, Source
from desktop.domain.filters import EVERYONE
from desktop.domain.importing import Options
from desktop.domain.people import User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.domain.selection import Selection, SourceKind
from desktop.domain.selection import Source as From
from desktop.services.imports import Imports
from desktop.store import activity, consent, contacts, tables
from tests.services.desk import ARJUN, LUCIA, PRIYA, TUNDE, Desk


def of_lists(*ids: int) -> Selection:
    return Selection(From(SourceKind.LISTS, ids))


async def imported(desk: Desk, folder: Path, *phones: str) -> int:
    """A file of these phones, imported; returns the change's id."""
    file = folder / "leads.csv"
    file.write_text("\n".join(["phone,name", *(f"{one},Ana" for one in phones)]) + "\n", encoding="utf-8")
    result = await Imports(desk.app.store).run(file, Options("CA"), desk.supervisor)
    assert result.bulk_id is not None
    return result.bulk_id


async def test_a_list_of_an_import_has_every_row_and_whoever_was_known_keeps_their_no(
    desk: Desk, tmp_path: Path
) -> None:
    known = await desk.app.store.write(lambda tx: contacts.create(tx, "Priya", PRIYA))
    await desk.app.store.write(lambda tx: consent.record(tx, known, OptIn.NO, Source.KEYWORD))
    bulk_id = await imported(desk, tmp_path, PRIYA, ARJUN, LUCIA, ARJUN, ARJUN)
    assert await desk.app.lists.every() == [], "an import is no list to choose until it has a name"

    list_id = await desk.app.lists.from_import(bulk_id, " November  leads ", desk.supervisor)

    (found,) = await desk.app.lists.every()
    assert (found.id, found.name, found.row_count, found.contact_count) == (list_id, "November leads", 5, 3)
    assert found.created_by_name == desk.supervisor.name
    counted = await desk.app.broadcasts.count(EVERYONE, Category.MARKETING, True, (), of_lists(list_id))
    assert counted.counts == {Line.WILL_NO_CHOICE: 2, Line.OPTED_OUT: 1, Line.DUPLICATE: 2}
    twice = await desk.app.broadcasts.people(
        EVERYONE, Category.MARKETING, True, selection=of_lists(list_id), line=Line.DUPLICATE
    )
    assert [(person.phone, line) for person, line in twice] == [(ARJUN, Line.DUPLICATE)]


async def test_an_import_that_is_taken_back_leaves_only_whom_it_did_not_make(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.app.store.write(lambda tx: contacts.create(tx, "Priya", PRIYA))
    bulk_id = await imported(desk, tmp_path, PRIYA, ARJUN)
    list_id = await desk.app.lists.from_import(bulk_id, "Leads", desk.supervisor)

    await desk.app.bulk.undo(bulk_id, desk.supervisor)

    assert [one.contact_count for one in await desk.app.lists.every()] == [1]
    counted = await desk.app.broadcasts.count(EVERYONE, Category.MARKETING, True, (), of_lists(list_id))
    assert counted.counts == {Line.WILL_NO_CHOICE: 1}


async def test_whoever_is_united_stands_in_the_list_as_one(desk: Desk) -> None:
    store = desk.app.store
    phones = (PRIYA, ARJUN, TUNDE)
    ids = await store.write(lambda tx: [contacts.create(tx, "Ana", phone) for phone in phones])
    list_id = await desk.app.lists.from_picked("Three", ids, desk.supervisor)
    await store.write(lambda tx: consent.merge(tx, ids[0], [ids[1]]))

    counted = await desk.app.broadcasts.count(EVERYONE, Category.MARKETING, True, (), of_lists(list_id))

    assert counted.counts == {Line.WILL_NO_CHOICE: 2, Line.DUPLICATE: 1}
    assert counted.selected_count == 3, "nobody goes missing without a line"


async def test_lists_are_renamed_and_deleted_but_not_from_under_a_draft(desk: Desk) -> None:
    id = await desk.app.store.write(lambda tx: contacts.create(tx, "Ana", PRIYA))
    service = desk.app.lists
    one = await service.from_picked("One", [id], desk.supervisor)
    two = await service.from_picked("Two", [id], desk.supervisor)
    with pytest.raises(Problem, match="list “One” already"):
        await service.rename(two, "One", desk.supervisor)
    await service.rename(two, "Second", desk.supervisor)
    assert [found.name for found in await service.every()] == ["Second", "One"]
    await desk.app.broadcasts.save_draft(
        None, BroadcastDraft("Spring", selection=of_lists(one)), desk.supervisor
    )
    with pytest.raises(Problem, match="“Spring” takes its people from it"):
        await service.delete(one, desk.supervisor)
    await service.delete(two, desk.supervisor)
    assert [found.id for found in await service.every()] == [one]
    rows = select(func.count()).select_from(tables.contact_list_row)
    assert await desk.app.store.read(lambda tx: tx.conn.scalar(rows)) == 1, "its rows are gone, too"
    with pytest.raises(NotFound):
        await service.rename(two, "Third", desk.supervisor)
    deeds = [(line.deed, line.subject) for line in await desk.app.store.read(activity.newest)]
    assert deeds[0] == (Deed.LIST_CHANGED, "Second")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "Kept"])
async def test_a_list_has_a_name_of_its_own(desk: Desk, name: str) -> None:
    id = await desk.app.store.write(lambda tx: contacts.create(tx, "Ana", PRIYA))
    await desk.app.lists.from_picked("Kept", [id], desk.supervisor)
    with pytest.raises(Problem) as refused:
        await desk.app.lists.from_picked(name, [id], desk.supervisor)
    assert refused.value.field == "name"


async def test_who_may_and_what_there_must_be(desk: Desk) -> None:
    service = desk.app.lists
    with pytest.raises(NotFound):
        await service.from_import(4711, "Leads", desk.supervisor)
    with pytest.raises(Problem, match="at least one"):
        await service.from_picked("Nobody", [], desk.supervisor)
    agent: User = desk.agent
    with pytest.raises(NotAllowed):
        await service.from_picked("Mine", [1], agent)
