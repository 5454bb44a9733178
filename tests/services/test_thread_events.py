"""What the thread tells of: who took, gave away, closed, opened and tagged, by whatever way it was done."""

from datetime import timedelta

import pytest

from desktop.domain.consent import Path
from desktop.domain.flow_nodes import Assign, SetTags
from desktop.domain.keys import Caller, Scope
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.public_ids import public_id
from desktop.services import sending
from desktop.services.api_answers import Once
from desktop.services.api_conversations import ApiConversations, AssignWanted, Whose
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.store import thread_events
from tests.databases import read, write
from tests.services.talk import Talk, flow

SHOP = Caller(1, "Shop sync", Scope.ALL)


def told(talk: Talk, contact_id: int) -> list[str]:
    return [one.sentence for one in read(talk.store, lambda tx: thread_events.of_contact(tx, contact_id))]


async def test_people_give_close_and_open(talk: Talk) -> None:
    ana, lina, omar = talk.contact(), talk.person(), talk.person("Omar Aziz")
    verbs = Conversations(talk.store)
    await talk.says("Good day")
    assert told(talk, ana) == []
    await verbs.assign(ana, lina, lina)
    await verbs.assign(ana, lina, lina)  # nothing changes
    await verbs.assign(ana, omar, lina)
    await verbs.assign(ana, None, omar)
    await verbs.close(ana, omar)
    await verbs.close(ana, lina)
    await verbs.reopen(ana, lina)
    assert told(talk, ana) == [
        "Lina Haddad took this",
        "Lina Haddad assigned this to Omar Aziz",
        "Omar Aziz moved this to Unassigned",
        "Closed by Omar Aziz",
        "Opened again by Lina Haddad",
    ]


async def test_a_customer_who_writes_opens_it_again(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Good day")
    await Conversations(talk.store).close(ana, lina)
    await talk.says("One more thing")
    await talk.says("And another")
    assert told(talk, ana) == ["Closed by Lina Haddad", "Opened again: the customer wrote"]


async def test_a_reply_takes_it_and_opens_it(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Good day")
    await Conversations(talk.store).close(ana, lina)
    wanted = Submission(ana, Path.COMPOSE, "text", "I am here", Lane.PEOPLE, author_id=lina.id)
    for _ in range(2):
        write(talk.store, lambda tx: sending.submit(tx, wanted, lina))
    assert told(talk, ana) == [
        "Closed by Lina Haddad",
        "Opened again by Lina Haddad",
        "Lina Haddad took this",
    ]


async def test_tags_are_told_once_and_only_where_there_is_a_thread(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    verbs = Contacts(talk.store)
    await verbs.add_tag(ana, "Early", lina)
    assert told(talk, ana) == []
    await talk.says("Good day")
    await verbs.add_tag(ana, "Wholesale", lina)
    await verbs.add_tag(ana, " wholesale ", lina)  # they have it
    await verbs.remove_tag(ana, "WHOLESALE", lina)
    await verbs.remove_tag(ana, "Wholesale", lina)  # gone already
    assert told(talk, ana) == [
        "Lina Haddad added the tag Wholesale",
        "Lina Haddad took away the tag WHOLESALE",
    ]


async def test_programs_are_told_by_the_name_of_their_key(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    verbs = ApiConversations(talk.store)
    await talk.says("Good day")
    await verbs.assign(Whose(ana), AssignWanted(public_id(lina.id)), SHOP, Once())
    await verbs.assign(Whose(ana), AssignWanted(""), SHOP, Once())
    await verbs.tag(Whose(ana), ("VIP", "New"), (), SHOP, Once())
    await verbs.tag(Whose(ana), ("vip",), ("new", "Never had"), SHOP, Once())
    await verbs.set_open(Whose(ana), False, SHOP, Once())
    await verbs.set_open(Whose(ana), True, SHOP, Once())
    assert told(talk, ana) == [
        "Shop sync assigned this to Lina Haddad",
        "Shop sync moved this to Unassigned",
        "Shop sync added the tag VIP",
        "Shop sync added the tag New",
        "Shop sync took away the tag new",
        "Closed by Shop sync",
        "Opened again by Shop sync",
    ]


async def test_a_flow_is_told_by_its_name(talk: Talk) -> None:
    lina = talk.person()
    ana = talk.contact()
    talk.flow(flow({"t": SetTags(add=("Asked",)), "a": Assign(user_id=lina.id)}), "Front desk")
    await talk.says("hello")
    await talk.works()
    assert told(talk, ana) == [
        "“Front desk” added the tag Asked",
        "“Front desk” assigned this to Lina Haddad",
    ]


async def test_taking_over_from_a_bot_is_told(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Good day")
    await talk.bots.stop(ana, lina)
    assert told(talk, ana) == ["Lina Haddad took this"]


async def test_a_line_keeps_its_time(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Good day")
    at = talk.clock.now()
    await Conversations(talk.store).assign(ana, lina, lina)
    talk.clock.move(timedelta(hours=1))
    (line,) = read(talk.store, lambda tx: thread_events.of_contact(tx, ana))
    assert (line.at, line.by_name, line.subject) == (at, "Lina Haddad", "Lina Haddad")


@pytest.mark.parametrize("name", ["Priya \x00Nul", "  Spaces  "])
async def test_any_name_of_a_tag_can_be_told(talk: Talk, name: str) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Good day")
    await Contacts(talk.store).add_tag(ana, name, lina)
    (line,) = told(talk, ana)
    assert line.startswith("Lina Haddad added the tag ")
    assert "\x00" not in line
