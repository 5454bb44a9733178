"""Notes: kept once with who is named in them, and gone from the draft in the same moment."""

import pytest

from desktop.domain.notes import LONGEST_NOTE
from desktop.domain.problems import Problem
from desktop.services.conversations import Conversations
from desktop.services.notes import Notes
from desktop.store import drafts
from tests.databases import read
from tests.services.talk import Talk


async def test_a_note_names_colleagues_who_see_it_until_they_look(talk: Talk) -> None:
    ana, lina, tom = talk.contact(), talk.person(), talk.person("Tom Abel")
    await talk.says("Hi")
    notes = Notes(talk.store)
    await notes.add(ana, "@tom abel, what do you think? @Lina Haddad", lina)
    (mention,) = await notes.mentions(tom)
    assert (mention.contact_name, mention.note.author_name) == ("Ana Bell", "Lina Haddad")
    assert await notes.mentions(lina) == [], "one does not name oneself"
    await notes.mark_seen(ana, tom)
    assert await notes.mentions(tom) == []
    opened = await Conversations(talk.store).open(ana, lina)
    (kept,) = opened.notes
    assert (kept.text, kept.mentioned_ids) == ("@tom abel, what do you think? @Lina Haddad", (tom.id,))


async def test_the_draft_of_a_note_is_gone_with_it_and_the_reply_stays(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Hi")
    verbs = Conversations(talk.store)
    await verbs.save_draft(ana, lina, {"text": "Hello", "note_text": "Ask Tom \n"})
    await Notes(talk.store).add(ana, "Ask Tom \n", lina)
    kept = read(talk.store, lambda tx: drafts.load(tx, ana, lina.id))
    assert kept == {"text": "Hello", "note_text": ""}
    await verbs.save_draft(ana, lina, {"text": "", "note_text": "Ask Tom"})
    await Notes(talk.store).add(ana, "Ask Tom", lina)
    assert read(talk.store, lambda tx: drafts.load(tx, ana, lina.id)) is None


async def test_another_note_begun_meanwhile_stays_a_draft(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    await talk.says("Hi")
    await Conversations(talk.store).save_draft(ana, lina, {"text": "", "note_text": "Another"})
    await Notes(talk.store).add(ana, "The first", lina)
    kept = read(talk.store, lambda tx: drafts.load(tx, ana, lina.id))
    assert kept is not None
    assert kept["note_text"] == "Another"


@pytest.mark.parametrize("text", ["", " \n", "x" * (LONGEST_NOTE + 1)])
async def test_nothing_and_too_much_are_refused(talk: Talk, text: str) -> None:
    ana, lina = talk.contact(), talk.person()
    with pytest.raises(Problem):
        await Notes(talk.store).add(ana, text, lina)
    assert (await Conversations(talk.store).open(ana, lina)).notes == ()
