"""The breakdown and the snapshot of a thousand random audiences: what deciding about each contact in Python gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.domain.audience import Breakdown, Difference, Line, Rule, differences
from desktop.domain.broadcast import BroadcastDraft, checksum_part
from desktop.domain.selection import Selection
from desktop.domain.templates import Template, Variable
from desktop.store import audience, broadcasts, tables
from desktop.store.engine import Store, Tx
from tests.databases import write
from tests.store.audiences import Asked, Change, Kept, World, asked, changes, counted, worlds
from tests.store.people import make_attributes
from tests.store.test_audience import RULES, VARIABLES, try_out
from tests.store.world import add_template

Rows = list[tuple[int, Line]]


def _make(tx: Tx) -> dict[str, Template]:
    make_attributes(tx)
    return {rule.category.value: add_template(tx, rule.category.value, rule.category) for rule in RULES}


@pytest.mark.parametrize(
    "example_count",
    [25, pytest.param(1_000, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])],
)
def test_of_random_audiences_each_number_is_that_of_each_contact(store: Store, example_count: int) -> None:
    made = write(store, _make)

    @settings(max_examples=example_count)
    @given(
        worlds(),
        asked(),
        st.sampled_from(RULES),
        st.sampled_from(VARIABLES),
        st.lists(changes(), max_size=4),
        st.sets(st.sampled_from(Line), max_size=2),
    )
    def agree(
        world: World,
        chosen: Asked,
        rule: Rule,
        variables: tuple[Variable, ...],
        meanwhile: list[Change],
        opened: set[Line],
    ) -> None:
        def run(tx: Tx) -> None:
            kept = Kept.keep(tx, world)
            selection = kept.selection(chosen)
            rows = kept.lines(tx, chosen, rule, variables)
            button = audience.breakdown(tx, chosen.wanted, rule, variables, selection)
            assert button == counted(rows)
            _people_agree(tx, chosen, rule, variables, selection, rows, opened)
            draft = BroadcastDraft(
                "Spring",
                made[rule.category.value].id,
                chosen.wanted,
                rule.only_opted_in,
                variables,
                selection,
            )
            for change in meanwhile:
                change(tx, kept)
            then = rows if not meanwhile else kept.lines(tx, chosen, rule, variables)
            snapshot = _launch(tx, draft, rule, then)
            _explained(button, snapshot, rows, then)

        try_out(store, run)

    agree()


def _people_agree(
    tx: Tx,
    chosen: Asked,
    rule: Rule,
    variables: tuple[Variable, ...],
    selection: Selection,
    rows: Rows,
    opened: set[Line],
) -> None:
    """Each opened line shows exactly its people, page by page."""
    of_contact: dict[int, Line] = {}
    for id, line in rows:
        of_contact.setdefault(id, line)
    twice = {id for id, line in rows if line is Line.DUPLICATE}
    shown = audience.people(tx, chosen.wanted, rule, variables, selection=selection)
    assert {person.id: line for person, line in shown} == of_contact
    for line in opened:
        pages: list[int] = []
        while True:
            last = pages[-1] if pages else 0
            page = audience.people(
                tx, chosen.wanted, rule, variables, selection=selection, line=line, after_id=last, limit=2
            )
            assert all(on is line for _, on in page)
            pages += [person.id for person, _ in page]
            if len(page) < 2:
                break
        mine = twice if line is Line.DUPLICATE else {id for id, on in of_contact.items() if on is line}
        assert pages == sorted(mine), line


def _launch(tx: Tx, draft: BroadcastDraft, rule: Rule, rows: Rows) -> Breakdown:
    """The snapshot has each contact of the selection on its line; returns its counts."""
    id = broadcasts.save_draft(tx, None, draft, None)
    done = broadcasts.launch(tx, id, rule, reason="", user_id=None, approved_count=None)
    recipient = tables.broadcast_recipient.c
    fixed = select(recipient.contact_id, recipient.line).where(recipient.broadcast_id == id)
    once = {contact_id: line.value for contact_id, line in rows if line is not Line.DUPLICATE}
    assert {contact_id: line for contact_id, line in tx.conn.execute(fixed)} == once
    found = audience.lines(tx, id)
    assert found == counted(rows)
    assert (done.selected_count, done.duplicate_count) == (len(rows), found.count(Line.DUPLICATE))
    assert done.approved_no_count == found.despite_count
    kept = tx.conn.scalar(select(tables.broadcast.c.checksum).where(tables.broadcast.c.id == id))
    assert kept == sum(checksum_part(contact_id) for contact_id in once)
    return found


def _explained(button: Breakdown, snapshot: Breakdown, rows: Rows, then: Rows) -> None:
    """With writes held still nothing differs; else each line says by how much, and together they tell all of it."""
    found = differences(button, snapshot)
    before, after = [line for _, line in rows], [line for _, line in then]
    assert found == tuple(
        Difference(line, before.count(line), after.count(line))
        for line in Line
        if before.count(line) != after.count(line)
    )
    moved = sum(one.after_count - one.before_count for one in found)
    assert moved == snapshot.selected_count - button.selected_count
    if rows == then:
        assert found == ()
