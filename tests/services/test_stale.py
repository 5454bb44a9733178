"""What came since a person began to write stops their message at the door, until they have seen it."""

from datetime import timedelta
from functools import partial

import pytest

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.meanwhile import Kind, Meanwhile, Seen, Stale
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.people import User
from desktop.services.conversations import Conversations
from desktop.services.sending import Sending, Submitted
from desktop.store import consent, drafts, meanwhile
from tests.databases import read, write
from tests.services.talk import Talk


async def begins(talk: Talk, contact_id: int, user: User) -> Seen:
    """What the person sees when they begin."""
    return (await Conversations(talk.store).open(contact_id, user)).seen


async def sends(talk: Talk, contact_id: int, user: User, seen: Seen | None, text: str = "Hello") -> Submitted:
    wanted = Submission(contact_id, Path.COMPOSE, "text", text, Lane.PEOPLE, author_id=user.id)
    return await Sending(talk.store, lambda: None).submit(wanted, user, seen)


def came(talk: Talk, contact_id: int, seen: Seen, user: User) -> Meanwhile:
    return read(talk.store, lambda tx: meanwhile.since(tx, contact_id, seen, user.id))


async def stopped(talk: Talk, contact_id: int, user: User, seen: Seen) -> Meanwhile:
    """The message does not go, nothing of it is kept, and what came is told."""
    before = read(talk.store, lambda tx: meanwhile.newest(tx, contact_id))
    with pytest.raises(Stale) as told:
        await sends(talk, contact_id, user, seen)
    assert read(talk.store, lambda tx: meanwhile.newest(tx, contact_id)) == before
    return told.value.meanwhile


async def test_nothing_came_and_it_goes(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    assert (await sends(talk, ana, lina, seen)).message_id is not None


async def test_the_customers_message_stops_it_once(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    await talk.says("Never mind, I found it")
    told = await stopped(talk, ana, lina, seen)
    (one,) = told.news
    assert (one.kind, one.who, one.text) == (Kind.CUSTOMER, "Ana", "Never mind, I found it")
    assert (await sends(talk, ana, lina, told.seen)).message_id is not None


async def test_a_colleagues_reply_stops_it_and_ones_own_does_not(talk: Talk) -> None:
    ana, lina, tom = talk.contact(), talk.person(), talk.person("Tom Abel")
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    await sends(talk, ana, lina, seen, "One moment")
    assert not came(talk, ana, seen, lina), "what one sends oneself is no news"
    await sends(talk, ana, tom, None, "I have it")
    told = await stopped(talk, ana, lina, seen)
    assert [(one.kind, one.who, one.text) for one in told.news] == [(Kind.COLLEAGUE, "Tom", "I have it")]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(OptIn.NO, Kind.OPTED_OUT), (OptIn.YES, Kind.OPTED_IN), (True, Kind.OPTED_OUT)],
)
async def test_a_change_of_the_opt_in_stops_it(talk: Talk, value: OptIn | bool, kind: Kind) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    write(talk.store, lambda tx: consent.record(tx, ana, value, Source.WHATSAPP))
    told = await stopped(talk, ana, lina, seen)
    (one,) = told.news
    assert (one.kind, one.who, one.origin) == (kind, "Ana", "in WhatsApp")


async def test_ones_own_change_of_the_opt_in_is_no_news(talk: Talk) -> None:
    ana, lina, tom = talk.contact(), talk.person(), talk.person("Tom Abel")
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    write(talk.store, lambda tx: consent.record(tx, ana, OptIn.NO, Source.AGENT, user_id=lina.id))
    assert not came(talk, ana, seen, lina)
    assert [one.kind for one in came(talk, ana, seen, tom).news] == [Kind.OPTED_OUT]


async def test_a_reaction_is_no_message(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    await talk.sends({"type": "reaction", "reaction": {"message_id": "wamid.in1", "emoji": "👍"}})
    assert not came(talk, ana, seen, lina)


async def test_what_came_stands_in_the_order_of_time_and_newer_things_are_news_again(talk: Talk) -> None:
    ana, lina, tom = talk.contact(), talk.person(), talk.person("Tom Abel")
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    for step in (
        partial(sends, talk, ana, tom, None, "I have it"),
        partial(talk.says, "Thanks"),
        partial(talk.says, "STOP"),
    ):
        talk.clock.move(timedelta(minutes=1))
        await step()
    told = await stopped(talk, ana, lina, seen)
    assert [one.kind for one in told.news][:2] == [Kind.COLLEAGUE, Kind.CUSTOMER]
    assert {one.kind for one in told.news[2:]} == {Kind.CUSTOMER, Kind.OPTED_OUT}
    await talk.says("Are you there?")
    assert [one.text for one in (await stopped(talk, ana, lina, told.seen)).news] == ["Are you there?"]


async def test_the_draft_stays_when_it_is_stopped_and_its_note_when_it_goes(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Hi")
    seen = await begins(talk, ana, lina)
    body = {"text": "Hello", "note_text": "Ask @Tom"}
    await Conversations(talk.store).save_draft(ana, lina, body)
    await talk.says("One more thing")
    told = await stopped(talk, ana, lina, seen)
    assert read(talk.store, lambda tx: drafts.load(tx, ana, lina.id)) == body
    await sends(talk, ana, lina, told.seen)
    kept = read(talk.store, lambda tx: drafts.load(tx, ana, lina.id))
    assert kept is not None
    assert (kept["text"], kept["note_text"]) == ("", "Ask @Tom")
