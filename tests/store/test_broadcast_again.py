"""Who was selected twice has no message, and is listed all the same: as many as the number says, page by page."""

import dataclasses

from desktop.domain.audience import Rule
from desktop.domain.broadcast_report import Chosen, Milestone, Person, Why
from desktop.domain.consent import Category, OptIn
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.selection import Selection, Source, SourceKind
from desktop.store import broadcast_figures, broadcast_people, broadcasts, lists
from desktop.store.engine import Store, Tx
from tests.databases import read, write
from tests.store.world import add_contacts, add_template, draft, plan_all

MARKETING = Rule(Category.MARKETING)
TWICE = Chosen(why=Why(Status.LEFT_OUT, Reason.DUPLICATE))
LEFT_OUT = Chosen((Status.LEFT_OUT,))


def _launched(store: Store) -> tuple[int, int]:
    """Three people on five rows of one list and one of another, and the id of the first list."""

    def run(tx: Tx) -> tuple[int, int]:
        ids = add_contacts(tx, OptIn.YES, OptIn.NO, OptIn.YES)
        template = add_template(tx)
        first = lists.make(tx, "VIPs", [*ids, ids[1], ids[0]], None)
        second = lists.make(tx, "Old friends", [ids[0]], None)
        chosen = Selection(Source(SourceKind.LISTS, (first, second)))
        id = broadcasts.save_draft(tx, None, dataclasses.replace(draft(template), selection=chosen), None)
        broadcasts.launch(tx, id, MARKETING, reason="", user_id=None, approved_count=None)
        plan_all(tx, id)
        return id, first

    return write(store, run)


def _lines(store: Store, id: int, chosen: Chosen, limit: int = 200) -> list[Person]:
    """Page after page, as a file is written."""
    found: list[Person] = []

    def page(tx: Tx) -> list[Person]:
        behind = found[-1] if found else None
        return broadcast_people.lines(tx, id, chosen, behind=behind, limit=limit)

    while more := read(store, page):
        found += more
        if len(more) < limit:
            break
    return found


def _count(store: Store, id: int, chosen: Chosen) -> int:
    return read(store, lambda tx: broadcast_people.count(tx, id, chosen))


def test_each_number_opens_also_who_was_selected_twice(store: Store) -> None:
    id, _ = _launched(store)
    figures = read(store, lambda tx: broadcast_figures.figures(tx, id))
    assert (figures.selected_count, figures.left_out_count) == (6, 4)
    for chosen, count in ((Chosen(), 6), (LEFT_OUT, 4), (TWICE, 3)):
        assert len(_lines(store, id, chosen)) == count
        assert _count(store, id, chosen) == count
        by_two = _lines(store, id, chosen, limit=2)
        assert [one.message.id for one in by_two] == [one.message.id for one in _lines(store, id, chosen)]
        assert len({one.message.id for one in by_two}) == count
    told = [one.again.words for one in _lines(store, id, TWICE) if one.again]
    assert told == ["also on row 4 of “VIPs”", "also on row 5 of “VIPs”", "also on row 1 of “Old friends”"]


def test_who_was_selected_twice_is_found_and_belongs_to_no_other_number(store: Store) -> None:
    id, _ = _launched(store)
    phone = _lines(store, id, TWICE)[0].message.phone
    found = read(store, lambda tx: broadcast_people.lines(tx, id, LEFT_OUT, search=phone))
    assert [one.again is not None for one in found] == [False, True]
    assert read(store, lambda tx: broadcast_people.count(tx, id, LEFT_OUT, search=phone)) == 2
    for other in (Chosen((Status.FAILED,)), Chosen(reached=Milestone.SENT), Chosen(despite=True)):
        assert _lines(store, id, other) == []


def test_a_list_that_was_deleted_names_nobody_and_is_not_counted_as_written(store: Store) -> None:
    id, first = _launched(store)
    write(store, lambda tx: lists.retire(tx, first))
    assert len(_lines(store, id, Chosen())) == _count(store, id, Chosen())
