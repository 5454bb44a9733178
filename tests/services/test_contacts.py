"""What a person may change about a contact, and what the history keeps of it."""

import pytest

from desktop.domain.consent import OptIn, Source
from desktop.domain.phones import NotAPhone
from desktop.domain.problems import NotFound
from desktop.services.contacts import ReasonNeeded
from tests.services.desk import PRIYA, Desk


async def test_no_to_yes_needs_a_reason_and_the_history_grows_only(desk: Desk) -> None:
    priya = await desk.contact(PRIYA)
    service = desk.app.contacts
    await service.set_opt_in(priya, OptIn.YES, desk.agent)
    await service.set_opt_in(priya, OptIn.YES, desk.agent)
    await service.set_opt_in(priya, OptIn.NO, desk.agent)
    for value in (OptIn.YES, OptIn.NONE):
        with pytest.raises(ReasonNeeded) as refused:
            await service.set_opt_in(priya, value, desk.supervisor, " ")
        assert refused.value.field == "reason"
    await service.set_opt_in(priya, OptIn.YES, desk.supervisor, "She signed the form")
    told = [
        (event.value, event.source, event.user_name, event.reason) for event in await service.history(priya)
    ]
    assert told == [
        ("yes", Source.AGENT, desk.agent.name, ""),
        ("no", Source.AGENT, desk.agent.name, ""),
        ("yes", Source.AGENT, desk.supervisor.name, "She signed the form"),
    ]
    one = await service.get(priya)
    assert (one.opt_in, one.facts.consent_event_id) == (OptIn.YES, (await service.history(priya))[-1].id)


async def test_a_number_is_added_once_whatever_its_form(desk: Desk) -> None:
    service = desk.app.contacts
    first = await service.add("Priya", "(604) 555-0142", "CA", desk.agent)
    assert await service.add("Priya again", PRIYA, "", desk.agent) == first
    brazil = await service.add("Ana", "+55 11 98765-4321", "", desk.agent)
    assert await service.add("Ana", "+55 11 8765-4321", "", desk.agent) == brazil
    assert (await service.get(first)).opt_in is OptIn.NONE
    assert await service.count() == 2
    with pytest.raises(NotAPhone):
        await service.add("Nobody", "12", "CA", desk.agent)


async def test_tags(desk: Desk) -> None:
    priya = await desk.contact(PRIYA)
    service = desk.app.contacts
    for name in ("VIP", "vip", "Wholesale"):
        await service.add_tag(priya, name, desk.agent)
    assert (await service.get(priya)).tags == ("VIP", "Wholesale")
    await service.remove_tag(priya, "ViP", desk.agent)
    assert (await service.get(priya)).tags == ("Wholesale",)
    assert await service.tag_names() == ["VIP", "Wholesale"]


async def test_nobody(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.app.contacts.get(4_711)
    with pytest.raises(NotFound):
        await desk.app.contacts.set_opt_in(4_711, OptIn.YES, desk.agent)
