"""What a person may change about a contact, and what the history keeps of it."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from desktop.domain.activity import Deed
from desktop.domain.audience import Line
from desktop.domain.consent import Facts, OptIn, Source
from desktop.domain.contacts import Contact
from desktop.domain.conversations import Box
from desktop.domain.filters import Kind
from desktop.domain.merging import merged, sentences
from desktop.domain.phones import NotAPhone
from desktop.domain.problems import NotAllowed, NotFound, Overtaken, Problem
from desktop.services.contacts import ContactEdit, ReasonNeeded
from desktop.store import activity, contacts
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, LUCIA, PRIYA, US, Desk


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


# Adding and editing.


async def log(desk: Desk) -> list[tuple[Deed, str, str]]:
    found = await desk.app.store.read(activity.newest)
    return [(one.deed, one.subject, one.details) for one in found]


async def fields(desk: Desk) -> None:
    choices = ("Gold", "Silver")
    for name, kind in (("City", Kind.TEXT), ("Points", Kind.NUMBER), ("Birthday", Kind.DATE)):
        await desk.app.fields.define(name, kind, (), desk.supervisor)
    await desk.app.fields.define("Level", Kind.CHOICE, choices, desk.supervisor)
    await desk.app.fields.define("Likes", Kind.CHOICES, choices, desk.supervisor)
    await desk.app.fields.define("News", Kind.YES_NO, (), desk.supervisor)
    await desk.app.fields.define("Owner", Kind.USER, (), desk.supervisor)


async def test_an_edit_writes_what_differs_and_says_so(desk: Desk) -> None:
    await fields(desk)
    priya = await desk.contact(opt_in=OptIn.NO)
    wanted = {
        "City": " Moncton ",
        "Points": "12.5",
        "Birthday": "2001-02-03",
        "Level": "gold",
        "Likes": "silver|GOLD|Silver",
        "News": "TRUE",
        "Owner": desk.agent.name.upper(),
    }
    edit = ContactEdit(" Priya  Rao ", "(416) 555-0117", wanted)
    one = await desk.app.contacts.edit(priya, edit, "CA", desk.agent)
    assert (one.name, one.phone, one.opt_in) == ("Priya Rao", ARJUN, OptIn.NO)
    assert one.attributes == {
        "City": "Moncton",
        "Points": "12.5",
        "Birthday": "2001-02-03",
        "Level": "Gold",
        "Likes": "Silver|Gold",
        "News": "yes",
        "Owner": desk.agent.name,
    }
    assert (await log(desk))[0] == (
        Deed.CONTACT_EDITED,
        "Priya Rao",
        "name, number, City, Points, Birthday, Level, Likes, News, Owner",
    )
    # A reply from the old number still finds them.
    assert await desk.app.contacts.add("Somebody", PRIYA, "", desk.agent) == priya
    before = await log(desk)
    again = ContactEdit("Priya Rao", ARJUN, dict(one.attributes))
    assert await desk.app.contacts.edit(priya, again, "", desk.agent) == one
    assert await log(desk) == before
    bare = await desk.app.contacts.edit(priya, ContactEdit("", "", {"City": ""}), "", desk.agent)
    assert (bare.name, bare.phone, "City" in bare.attributes) == ("", "", False)
    back = await desk.app.contacts.edit(priya, ContactEdit("", PRIYA), "", desk.agent)
    assert back.phone == PRIYA


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Points", "many"),
        ("Points", "nan"),
        ("Birthday", "3 May"),
        ("Birthday", "2001-02-30"),
        ("Level", "Bronze"),
        ("Likes", "Gold|Bronze"),
        ("News", "maybe"),
        ("Owner", "Nobody"),
        ("City", "x" * 2_001),
        ("Shoe size", "9"),
    ],
)
@pytest.mark.sampled(4)
async def test_a_value_that_does_not_fit_is_said_beside_it(desk: Desk, name: str, text: str) -> None:
    await fields(desk)
    priya = await desk.contact()
    edit = ContactEdit("Changed", PRIYA, {"News": "yes", name: text})
    with pytest.raises(Problem) as refused:
        await desk.app.contacts.edit(priya, edit, "", desk.agent)
    assert refused.value.field == f"attribute:{name}"
    one = await desk.app.contacts.get(priya)
    assert (one.name, one.attributes) == ("Priya Sharma", {})


async def test_a_number_that_somebody_has_names_them(desk: Desk) -> None:
    priya = await desk.contact()
    await desk.contact(ARJUN, name="Arjun Kapoor")
    with pytest.raises(Problem) as refused:
        await desk.app.contacts.edit(priya, ContactEdit("Priya", "416 555 0117"), "CA", desk.agent)
    assert refused.value.field == "phone"
    assert "Arjun Kapoor" in refused.value.sentence
    assert "merge" in refused.value.sentence
    for wrong, field in ((ContactEdit("Priya", "12"), "phone"), (ContactEdit("x" * 201, PRIYA), "name")):
        with pytest.raises(Problem) as refused:
            await desk.app.contacts.edit(priya, wrong, "CA", desk.agent)
        assert refused.value.field == field
    assert (await desk.app.contacts.get(priya)).name == "Priya Sharma"


# Merging.


async def crowd_to_merge(desk: Desk) -> tuple[int, int, int]:
    """One without a number and a name, one who said no, one who stopped in WhatsApp."""
    await fields(desk)
    keep = await desk.contact(None, OptIn.YES, name="", user_id="CA.1")
    no = await desk.contact(PRIYA, OptIn.NO, wrote=True, name="Priya Sharma")
    stopped = await desk.contact(US, stopped=True, name="P. Sharma")

    def fill(tx: Tx) -> None:
        known = contacts.known_attributes(tx)
        contacts.add_tags(tx, [keep, no], ["VIP"])
        contacts.add_tags(tx, [stopped], ["Wholesale"])
        contacts.set_attribute(tx, keep, known["City"], "Moncton")
        contacts.set_attribute(tx, no, known["City"], "Halifax")
        contacts.set_attribute(tx, no, known["Points"], "7")
        contacts.set_attribute(tx, stopped, known["Points"], "9")

    await desk.app.store.write(fill)
    return keep, no, stopped


async def test_a_merge_gives_what_its_preview_showed(desk: Desk) -> None:
    keep, no, stopped = await crowd_to_merge(desk)
    service = desk.app.contacts
    before = [await service.get(one) for one in (keep, no, stopped)]
    preview = await service.merge_preview(keep, [stopped, no, stopped])
    assert [await service.get(one) for one in (keep, no, stopped)] == before
    assert (preview.kept, preview.dropped) == (before[0], (before[1], before[2]))

    done = await service.merge(keep, [stopped, no], desk.supervisor)

    newest = done.facts.consent_event_id
    facts = replace(preview.merged.facts, consent_event_id=newest)
    assert done == replace(preview.merged, facts=facts)
    assert (done.opt_in, done.facts.stopped_in_whatsapp) == (OptIn.NO, True)
    assert (done.phone, done.tags) == (PRIYA, ("VIP", "Wholesale"))
    assert done.attributes == {"City": "Moncton", "Points": "7"}
    assert done.last_inbound_at == before[1].last_inbound_at
    assert await service.count() == 1
    told = " ".join(preview.sentences)
    for said in ("Opt-in becomes No: Priya Sharma opted out on", "stopped in WhatsApp", "Wholesale", "7"):
        assert said in told
    assert (await log(desk))[0] == (Deed.MERGED, "Priya Sharma", "with Priya Sharma, P. Sharma")
    rows = await desk.app.conversations.rows(Box.ALL, desk.agent)
    assert [(row.contact_id, row.unread_count) for row in rows] == [(keep, 1)]


@pytest.mark.parametrize("opt_ins", list(product(OptIn, repeat=3)))
def test_the_preview_keeps_no_of_any_of_them(opt_ins: tuple[OptIn, ...]) -> None:
    people = [
        Contact(id, f"Ana {id}", "", Facts(one, stopped_in_whatsapp=id == 3), datetime.now(UTC))
        for id, one in enumerate(opt_ins, 1)
    ]
    result = merged(people[0], people[1:])
    assert result.facts.stopped_in_whatsapp
    if OptIn.NO in opt_ins:
        assert result.opt_in is OptIn.NO
    assert sentences(people[0], people[1:], {})[0].startswith("Opt-in")


async def test_a_merge_is_refused_by_role_and_for_who_is_gone(desk: Desk) -> None:
    first, second = await desk.contact(), await desk.contact(ARJUN, name="Arjun Kapoor")
    service = desk.app.contacts
    with pytest.raises(NotAllowed):
        await service.merge(first, [second], desk.agent)
    with pytest.raises(Problem, match="at least two"):
        await service.merge_preview(first, [first])
    with pytest.raises(NotFound):
        await service.merge(first, [4_711], desk.supervisor)
    await service.merge(first, [second], desk.supervisor)
    with pytest.raises(Overtaken, match="Priya Sharma"):
        await service.merge(second, [first], desk.supervisor)
    with pytest.raises(Overtaken):
        await service.edit(second, ContactEdit("Arjun", ""), "", desk.agent)
    # What a page that is still open says of the one who is gone, is said of the one who was kept.
    await service.set_opt_in(second, OptIn.NO, desk.agent)
    assert (await service.get(first)).opt_in is OptIn.NO


async def test_who_may_be_the_same_person(desk: Desk) -> None:
    priya = await desk.contact()
    service = desk.app.contacts
    same_name = await service.add("PRIYA  sharma", ARJUN, "", desk.agent)
    same_number = await service.add("P", "+916045550142", "", desk.agent)
    await service.add("Priya", LUCIA, "", desk.agent)
    assert [one.id for one in await service.duplicates(priya)] == [same_name, same_number]
    nameless = await desk.contact(None, name="", user_id="CA.9")
    await desk.contact(None, name="", user_id="CA.10")
    assert await service.duplicates(nameless) == []
    for number in range(30):
        await desk.contact(None, user_id=f"CA.{100 + number}")
    assert len(await service.duplicates(priya)) == 20


async def test_the_broadcasts_of_a_contact_and_of_who_was_merged_into_it(desk: Desk) -> None:
    yes, no = await desk.contact(opt_in=OptIn.YES), await desk.contact(ARJUN, OptIn.NO, name="Arjun")
    first, second = await desk.launch(), await desk.launch()
    for one in (first, second):
        await desk.ended(one)
    found = await desk.app.contacts.broadcasts(yes)
    assert [(one.broadcast_id, one.line) for one in found] == [
        (second, Line.WILL_OPTED_IN),
        (first, Line.WILL_OPTED_IN),
    ]
    assert all(one.message is not None and one.message.contact_id == yes for one in found)
    assert {one.line for one in await desk.app.contacts.broadcasts(no)} == {Line.OPTED_OUT}
    await desk.app.contacts.merge(yes, [no], desk.supervisor)
    assert len(await desk.app.contacts.broadcasts(yes)) == 4
