"""The conversation list, its boxes and counts, the thread, and drafts."""

from datetime import timedelta
from typing import Any

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.conversations import Box, BoxCounts
from desktop.domain.inbox import Wanted
from desktop.domain.messages import Lane, Status
from desktop.domain.reasons import Reason
from desktop.store import (
    attempts,
    consent,
    contacts,
    conversations,
    drafts,
    inbox_rows,
)
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.world import (
    accepted,
    add_contact,
    add_contacts,
    add_person,
    add_template,
    claim,
    run_broadcast,
    submit,
)


def write_in(tx: Tx, contact_id: int, text: str = "Hi", **more: Any) -> int:
    given: dict[str, Any] = {
        "wamid": f"in.{contact_id}.{tx.now.isoformat()}.{text}",
        "kind": "text",
        "content": {},
    }
    return conversations.add_inbound(tx, contact_id, text=text, context_wamid="", **given | more)


def listed(store: Store, box: Box, user_id: int = 1, search: str = "") -> list[int]:
    found = read(store, lambda tx: inbox_rows.page(tx, Wanted(box), user_id, search=search))
    return [one.contact_id for one in found]


def test_a_customers_message_opens_the_window_and_moves_up(store: Store, clock: FakeClock) -> None:
    first, second = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.NO))
    write(store, lambda tx: write_in(tx, first, "Where is my order?"))
    clock.move(timedelta(minutes=1))
    write(store, lambda tx: write_in(tx, second))
    assert listed(store, Box.ALL) == [second, first]

    clock.move(timedelta(minutes=1))
    write(store, lambda tx: write_in(tx, first, "Hello?"))
    assert listed(store, Box.ALL) == [first, second]
    row = read(store, lambda tx: inbox_rows.page(tx, Wanted(Box.ALL), 1))[0]
    assert (row.name, row.phone, row.opt_in, row.unread_count) == ("Ana Bell", "+16045550100", OptIn.YES, 2)
    assert (row.last_text, row.last_status, row.last_kind) == ("Hello?", None, "text")
    assert row.last_at == row.last_inbound_at == clock.now()
    assert read(store, lambda tx: contacts.get(tx, first)).last_inbound_at == clock.now()


def test_the_last_message_shows_why_it_was_stopped(store: Store) -> None:
    def make(tx: Tx) -> None:
        says_no = add_contact(tx, opt_in=OptIn.NO)
        consent.record(tx, says_no, True, Source.WHATSAPP)
        queued = submit(tx, says_no, Path.COMPOSE, template=add_template(tx), lane=Lane.PEOPLE)
        conversations.happened(tx, says_no, queued, inbound=False)
        claim(tx)

    write(store, make)
    (row,) = read(store, lambda tx: inbox_rows.page(tx, Wanted(Box.ALL), 1))
    assert (row.opt_in, row.stopped_in_whatsapp, row.unread_count) == (OptIn.NO, True, 0)
    assert (row.last_status, row.last_reason) == (Status.LEFT_OUT, Reason.STOPPED_IN_WHATSAPP)


def test_each_box_holds_and_counts_its_own(store: Store) -> None:
    def make(tx: Tx) -> tuple[list[int], int, int]:
        ids = add_contacts(tx, *[OptIn.YES] * 5)
        for one in ids:
            write_in(tx, one)
        meera, other = add_person(tx), add_person(tx, "Jo Blum")
        conversations.assign(tx, ids[0], meera)
        conversations.assign(tx, ids[1], other)
        for one in (ids[0], ids[2]):
            conversations.assign(tx, one, meera)
        conversations.set_open(tx, ids[2], False)
        return ids, meera, other

    ids, meera, other = write(store, make)
    assert listed(store, Box.MINE, meera) == [ids[0]]
    assert listed(store, Box.MINE, other) == [ids[1]]
    assert listed(store, Box.UNASSIGNED, meera) == [ids[3], ids[4]]
    assert listed(store, Box.ALL, meera) == [ids[0], ids[1], ids[3], ids[4]]
    assert listed(store, Box.CLOSED, meera) == [ids[2]]
    assert read(store, lambda tx: inbox_rows.counts(tx, meera)) == BoxCounts(1, 2, 4, 1)
    assert read(store, lambda tx: inbox_rows.counts(tx, other)) == BoxCounts(1, 2, 4, 1)
    one = read(store, lambda tx: inbox_rows.row(tx, ids[2], meera))
    assert one is not None
    assert (one.contact_id, one.open, one.assigned_to) == (ids[2], False, meera)


def test_no_conversations_are_counted_as_none(store: Store) -> None:
    assert read(store, lambda tx: inbox_rows.counts(tx, 1)) == BoxCounts()
    assert listed(store, Box.ALL) == []


def test_a_closed_conversation_opens_when_something_happens(store: Store) -> None:
    made = write(store, add_contact)
    write(store, lambda tx: write_in(tx, made))
    write(store, lambda tx: conversations.set_open(tx, made, False))
    write(store, lambda tx: write_in(tx, made, "Still there?"))

    assert listed(store, Box.ALL) == [made]


def test_the_list_is_searched(store: Store) -> None:
    def make(tx: Tx) -> tuple[int, int]:
        ana, zoe = add_contact(tx, 0), add_contact(tx, 142, name="Zoé Álvarez")
        contacts.add_tags(tx, [zoe], ["VIP", "New"])
        for one in (ana, zoe):
            write_in(tx, one)
        return ana, zoe

    ana, zoe = write(store, make)
    assert listed(store, Box.ALL, search="ÁLVAREZ") == [zoe]
    assert listed(store, Box.ALL, search="604 555 0100") == [ana]
    assert read(store, lambda tx: inbox_rows.page(tx, Wanted(Box.ALL), 1, search="zoé"))[0].tags == (
        "New",
        "VIP",
    )


def test_looking_marks_as_read_once(store: Store) -> None:
    made = write(store, add_contact)
    write(store, lambda tx: write_in(tx, made, wamid="in.1"))
    write(store, lambda tx: write_in(tx, made, wamid="in.2"))

    assert write(store, lambda tx: conversations.mark_read(tx, made)) == "in.2"
    assert write(store, lambda tx: conversations.mark_read(tx, made)) is None
    assert read(store, lambda tx: inbox_rows.page(tx, Wanted(Box.ALL), 1))[0].unread_count == 0


def test_the_thread_has_what_was_said_in_its_order(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> tuple[int, list[int]]:
        made = add_contact(tx, opt_in=OptIn.YES)
        meera = add_person(tx)
        asked = write_in(tx, made, "Is it in blue?", content={"media": {"id": "m1"}}, wamid="in.1")
        answer = submit(tx, made, Path.COMPOSE, text="It is.", lane=Lane.PEOPLE, author_id=meera)
        return made, [asked, answer]

    made, (asked, answer) = write(store, make)
    clock.move(timedelta(seconds=3))
    (one,) = write(store, claim)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    shown = read(store, lambda tx: conversations.thread(tx, made))

    assert [one.id for one in shown] == [asked, answer]
    question, reply = shown
    assert (question.outgoing, question.status, question.path, question.wamid) == (False, None, None, "in.1")
    assert question.content == {"media": {"id": "m1"}}
    assert (reply.status, reply.path, reply.author_name) == (Status.ACCEPTED, Path.COMPOSE, "Meera Rao")
    assert (reply.at, reply.changed_at) == (START, clock.now())


def test_the_thread_pages_back(store: Store) -> None:
    made = write(store, add_contact)
    ids = [write(store, lambda tx, n=n: write_in(tx, made, f"Number {n}")) for n in range(5)]  # type: ignore[misc]

    def page(before_id: int | None) -> list[int]:
        found = read(store, lambda tx: conversations.thread(tx, made, before_id=before_id, limit=2))
        return [one.id for one in found]

    assert [page(None), page(ids[3]), page(ids[1]), page(ids[0])] == [ids[3:], ids[1:3], ids[:1], []]


def test_the_thread_leaves_out_what_a_broadcast_never_sent(store: Store) -> None:
    def make(tx: Tx) -> list[int]:
        ids = add_contacts(tx, OptIn.YES, OptIn.NO)
        run_broadcast(tx, add_template(tx))
        return ids

    yes, no = write(store, make)
    assert read(store, lambda tx: conversations.thread(tx, yes)) == []
    write(store, claim)

    (sent,) = read(store, lambda tx: conversations.thread(tx, yes))
    assert (sent.text, sent.broadcast_name) == ("Hello Ana!", "Spring")
    assert read(store, lambda tx: conversations.thread(tx, no)) == []


# Drafts.


def test_drafts_are_kept_for_each_contact_and_person(store: Store) -> None:
    first, second = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.YES))
    body = {"text": "Hello 🙂", "template_id": None, "values": {"1": "Zoé"}, "note": ""}
    write(store, lambda tx: drafts.save(tx, first, 1, body))
    write(store, lambda tx: drafts.save(tx, first, 2, body | {"text": "Other"}))

    def kept() -> list[str | None]:
        def run(tx: Tx) -> list[str | None]:
            found = [
                drafts.load(tx, contact_id, user_id) for contact_id in (first, second) for user_id in (1, 2)
            ]
            return [one["text"] if one else None for one in found]

        return read(store, run)

    assert kept() == ["Hello 🙂", "Other", None, None]
    assert read(store, lambda tx: drafts.load(tx, first, 1)) == body
    write(store, lambda tx: drafts.save(tx, first, 1, body | {"text": "Hello again"}))
    write(store, lambda tx: drafts.save(tx, first, 2, None))
    assert kept() == ["Hello again", None, None, None]
