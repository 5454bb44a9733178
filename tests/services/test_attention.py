"""What calls for a person's attention: whose messages, since when, and how much waits."""

from datetime import datetime, timedelta

from desktop.domain.flow_nodes import Question
from desktop.domain.people import User
from desktop.services.attention import Attention
from desktop.services.conversations import Conversations
from desktop.services.notes import Notes
from desktop.services.reminders import Reminders
from desktop.store import conversations
from tests.databases import write
from tests.services.talk import Talk, flow

MINUTE = timedelta(minutes=1)


async def said(talk: Talk, user: User, since: datetime) -> list[tuple[str, str]]:
    return [(one.contact_name, one.text) for one in await Attention(talk.store).news(user, since)]


async def test_news_are_unread_open_and_of_the_person_or_of_nobody(talk: Talk) -> None:
    lina, omar = talk.person(), talk.person("Omar Aziz")
    mine, nobodys, his, read, closed = (talk.contact(number, name=f"C{number}") for number in range(5))
    verbs, began = Conversations(talk.store), talk.clock.now()
    await talk.says("Before", 0)
    talk.clock.move(MINUTE)
    for number in range(5):
        await talk.says(f"Hello from {number}", number)
    await verbs.assign(mine, lina, lina)
    await verbs.assign(his, omar, omar)
    await verbs.mark_read(read, lina)
    await verbs.close(closed, omar)
    await talk.says("And again", 0)
    assert nobodys
    since = began + MINUTE
    of_lina = await said(talk, lina, since)
    assert of_lina == [("C0", "Hello from 0"), ("C1", "Hello from 1"), ("C0", "And again")]
    assert await said(talk, omar, since) == [("C1", "Hello from 1"), ("C2", "Hello from 2")]
    assert await said(talk, lina, since + MINUTE) == []
    await verbs.reopen(closed, lina)
    assert ("C4", "Hello from 4") in await said(talk, lina, since)


async def test_a_customer_who_talks_with_a_bot_is_nobodys_news(talk: Talk) -> None:
    lina, ana = talk.person(), talk.contact()
    talk.flow(flow({"q": Question(text="Which order?", answer="order")}))
    await talk.says("hello")
    await talk.works()
    since = talk.clock.now() - MINUTE
    assert await said(talk, lina, since) == []
    await talk.bots.stop(ana, lina)
    assert await said(talk, lina, since) == [("Ana Bell", "hello")]


async def test_how_much_waits(talk: Talk) -> None:
    lina, omar = talk.person(), talk.person("Omar Aziz")
    ana, bo = talk.contact(), talk.contact(1)
    asks, verbs, notes = Attention(talk.store), Conversations(talk.store), Notes(talk.store)
    await talk.says("One")
    await talk.says("Two")
    await talk.says("Three", 1)
    assert (await asks.for_you(lina)).waiting_count == 0
    await verbs.assign(ana, lina, lina)
    assert (await asks.for_you(lina)).waiting_count == 1  # conversations, not messages
    await notes.add(bo, "@Lina Haddad, you know her", omar)
    await Reminders(talk.store).put(bo, talk.clock.now() + MINUTE, lina)
    found = await asks.for_you(lina)
    assert (found.waiting_count, found.bell_count(talk.clock.now())) == (2, 1)
    assert found.bell_count(talk.clock.now() + MINUTE) == 2
    assert [one.contact_name for one in found.mentions] == ["Ana Bell"]
    await notes.mark_seen(bo, lina)
    await verbs.mark_read(ana, lina)
    assert (await asks.for_you(lina)).waiting_count == 0
    write(talk.store, lambda tx: conversations.assign(tx, bo, lina.id))
    await verbs.close(bo, lina)
    assert (await asks.for_you(lina)).waiting_count == 0
