"""The table of contacts as a screen asks for it."""

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.contact_table import SortBy, TableQuery
from desktop.domain.filters import BadFilter, Condition, Filter, Op
from tests.services.desk import Desk

NO = Filter((Condition("opt_in", Op.IS, ("no",)),))


async def ids(desk: Desk, asked: TableQuery, first: int, limit: int) -> list[int]:
    return [row.contact.id for row in await desk.app.contact_table.page(asked, first, limit)]


@pytest.mark.parametrize("asked", [TableQuery(), TableQuery(NO), TableQuery(search="contact")])
@pytest.mark.sampled(1)
async def test_pages_make_up_the_whole(desk: Desk, asked: TableQuery) -> None:
    await desk.crowd(no=700)
    table = desk.app.contact_table
    assert await table.count(asked) == 700
    whole = await ids(desk, asked, 0, 1_000)
    pages = [one for first in range(0, 700, 90) for one in await ids(desk, asked, first, 90)]
    assert pages == whole
    assert len(set(whole)) == 700
    assert await ids(desk, asked, 700, 90) == []


async def test_a_filtered_table_keeps_its_positions_until_it_is_counted_anew(desk: Desk) -> None:
    made = await desk.crowd(no=700)
    table, asked = desk.app.contact_table, TableQuery(NO, sort=SortBy.CREATED)
    await table.count(asked)
    below = await ids(desk, asked, 600, 100)
    await desk.app.contacts.set_opt_in(made[0], OptIn.YES, desk.agent, "Asked for it")
    assert await ids(desk, asked, 600, 100) == below
    assert (await table.page(asked, 0, 1))[0].contact.opt_in is OptIn.YES
    assert await table.count(asked) == 699
    assert await ids(desk, asked, 600, 100) == below[1:]
    assert made[0] not in await ids(desk, asked, 0, 600)


async def test_another_order_is_another_table(desk: Desk) -> None:
    await desk.crowd(no=700)
    up, down = (TableQuery(NO, sort=SortBy.CREATED, descending=way) for way in (False, True))
    assert await ids(desk, up, 600, 100) == list(reversed(await ids(desk, down, 0, 100)))


async def test_a_filter_that_cannot_be_answered_is_a_problem(desk: Desk) -> None:
    asked = TableQuery(Filter((Condition("shoe size", Op.IS, ("9",)),)))
    with pytest.raises(BadFilter):
        await desk.app.contact_table.count(asked)
    with pytest.raises(BadFilter):
        await desk.app.contact_table.page(asked, 0, 10)
