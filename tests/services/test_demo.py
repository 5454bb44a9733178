"""The demo that a newcomer meets: 1,000 contacts, of whom a marketing broadcast reaches 990."""

import pytest

from desktop.domain.audience import Line
from desktop.domain.consent import Category, OptIn
from desktop.domain.contact_table import Target
from desktop.domain.conversations import Box
from desktop.domain.filters import EVERYONE
from desktop.domain.phones import is_us, region
from desktop.domain.sequence import SequenceStatus
from desktop.services.demo import Demo
from desktop.store import contacts
from tests.services.desk import PRIYA, Desk


async def lines(desk: Desk) -> dict[Line, int]:
    counted = await desk.app.broadcasts.count(EVERYONE, Category.MARKETING, True)
    assert (counted.selected_count, counted.will_be_sent_count) == (1_000, 990)
    return dict(counted.counts)


@pytest.mark.slow
async def test_the_demo_and_starting_over(mute: Desk) -> None:
    """A broadcast, a few opt-outs and settings later it is brought back as it was."""
    desk = mute
    await Demo(desk.app.store).fill()
    fresh = {Line.WILL_OPTED_IN: 970, Line.WILL_NO_CHOICE: 20, Line.OPTED_OUT: 10}
    assert await lines(desk) == fresh
    conversations = len(await desk.app.conversations.rows(Box.ALL, desk.admin))
    assert conversations >= 10
    launched = await desk.launch()
    await desk.until_counts(launched, accepted=990, left_out=10)
    (priya,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=PRIYA))
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO
    await desk.says(PRIYA, "START")
    await desk.app.quiet()
    await desk.app.start_over(desk.admin)
    assert await lines(desk) == fresh
    assert [one.name for one, _ in await desk.app.broadcasts.every()] == ["Diwali early access"]
    assert await desk.sends() == []
    assert len(await desk.app.conversations.rows(Box.ALL, desk.admin)) == conversations
    assert [one.name for one in await desk.app.workspace.people()] == [
        desk.admin.name, desk.supervisor.name, desk.agent.name
    ]  # fmt: skip


async def test_the_demo_has_a_welcome_series_that_nobody_is_in(mute: Desk) -> None:
    """Four steps that can be sent at once; a contact put in gets the first; starting over brings it back."""
    app = mute.app
    app.welcomes = True
    await app.fill_demo()
    ((made, counts),) = await app.sequences.every()
    assert (made.name, made.status, made.version_number) == ("Welcome", SequenceStatus.ACTIVE, 1)
    assert (counts.enrolled_count, made.definition.trigger.is_set) == (0, False)
    known = {one.id: one for one in await app.templates.every()}
    steps = [(known[one.template_id or 0], one.delay.sentence) for one in made.definition.steps]
    assert [(one.name, one.is_marketing, delay) for one, delay in steps] == [
        ("welcome_note", False, "at once"),
        ("first_order_offer", True, "after 2 days"),
        ("how_to_return", False, "after 3 days"),
        ("vip_invite", True, "after 7 days"),
    ]
    await lines(mute)
    (ravi,) = await app.store.read(lambda tx: contacts.find(tx, phone="+12505550109"))
    await app.sequences.enrol(made.id, Target(ids=(ravi,)), mute.admin)

    async def taken() -> bool:
        return await mute.sent_to() == ["+12505550109"]

    await mute.until(taken)
    await app.quiet()
    await app.start_over(mute.admin)
    ((again, counts),) = await app.sequences.every()
    assert (again.definition.steps[0].variables, counts.enrolled_count) == (
        made.definition.steps[0].variables,
        0,
    )


async def test_its_numbers_are_nobodys_and_not_american(mute: Desk) -> None:
    await Demo(mute.app.store).fill()
    phones = await mute.app.store.read(contacts.every_phone)
    assert len(set(phones)) == 1_000
    assert all("555" in phone[5:8] for phone in phones)
    assert {region(phone) for phone in phones} == {"CA"}
    assert not any(is_us(phone) for phone in phones)


async def test_a_seed_says_whom_it_made(mute: Desk) -> None:
    made = await Demo(mute.app.store).seed(60, 5, 7)
    assert (made.contact_count, len(made.opted_out), len(made.no_choice)) == (60, 5, 7)
    for phones, value in ((made.opted_out, OptIn.NO), (made.no_choice, OptIn.NONE)):
        for phone in phones:
            (found,) = await mute.app.store.read(lambda tx, phone=phone: contacts.find(tx, phone=phone))  # type: ignore[misc]
            assert (await mute.app.contacts.get(found)).opt_in is value
