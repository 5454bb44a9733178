"""Webhooks as they come: opt-outs in every spelling and from every name, late and doubled, poisoned."""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from desktop.domain.consent import OptIn, Source
from desktop.domain.messages import Status
from desktop.services.bodies import SUBSCRIBE_ID, callback_data
from desktop.services.inbound import Inbound
from desktop.store import api_answers, contacts, settings, webhooks
from desktop.store.api_answers import KeptAnswer
from desktop.store.engine import Store
from tests.clock import FakeClock
from tests.databases import PATIENCE_S, write
from tests.services.desk import ARJUN, LUCIA, PRIYA, TUNDE, Desk

WABA, NUMBER = "102290000000001", "106500000000001"


def envelope(*values: Mapping[str, Any], field: str = "messages") -> dict[str, Any]:
    """A webhook with one change per value."""
    metadata = {"display_phone_number": "12365550100", "phone_number_id": NUMBER}
    changes = [
        {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        for value in values
    ]
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": changes}]}


def text(body: str, wamid: str = "wamid.in1", sender: str | None = PRIYA, **more: Any) -> dict[str, Any]:
    item = {"id": wamid, "type": "text", "text": {"body": body}, **more}
    return item | ({"from": sender.lstrip("+")} if sender else {})


def status(wamid: str, name: str, callback: str = "", **more: Any) -> dict[str, Any]:
    item = {"id": wamid, "status": name, "timestamp": "1790000000", **more}
    return item | ({"biz_opaque_callback_data": callback} if callback else {})


async def automatic(desk: Desk, contact_id: int) -> list[Any]:
    """The automatic messages of a thread."""
    return [one for one in await desk.thread(contact_id) if one.path == "automatic"]


# Opting out and in.


@pytest.mark.parametrize(
    "said",
    ["STOP", "stop", " Stop. ", "S.T.O.P", "s t o p!", "ＳＴＯＰ", "“Stop”", "stop\n", "UNSUBSCRIBE",
     "opt-out", "Stop promotions!!", "STOP\u200b", "sToP 🛑"],
)  # fmt: skip
@pytest.mark.sampled(4)
async def test_stop_in_many_spellings(desk: Desk, said: str) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.says(PRIYA, said)
    one = await desk.app.contacts.get(priya)
    assert one.opt_in is OptIn.NO
    last = (await desk.app.contacts.history(priya))[-1]
    assert (last.source, last.evidence) == (Source.KEYWORD, said.strip())


@pytest.mark.parametrize(
    "said", ["please stop by at five", "don't stop", "stop it", "STOPP", "non-stop", "🛑", "", "unstop"]
)
@pytest.mark.sampled(3)
async def test_what_only_contains_stop_changes_nothing(desk: Desk, said: str) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    assert await desk.webhook(envelope({"messages": [text(said)]})) == 200
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.YES
    assert await automatic(desk, priya) == []


@pytest.mark.parametrize(
    "pressed",
    [
        {"type": "button", "button": {"text": "Stop offers", "payload": "Stop offers"}},
        {"type": "button", "button": {"text": "No more, thanks", "payload": "STOP"}},
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "x1", "title": "Stop"}}},
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "stop", "title": "Enough"}}},
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "7", "title": "Unsubscribe"}}},
    ],
    ids=["template button", "its payload", "reply title", "reply id", "list row"],
)  # fmt: skip
async def test_buttons_opt_out_too(desk: Desk, pressed: dict[str, Any]) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    item = {"id": "wamid.in1", "timestamp": "1790000000", "from": PRIYA.lstrip("+"), **pressed}
    assert await desk.webhook(envelope({"messages": [item]})) == 200
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO
    assert (await desk.app.contacts.history(priya))[-1].source is Source.BUTTON


async def test_stop_is_confirmed_once_and_subscribe_undoes_it(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.says(PRIYA, "STOP")
    await desk.app.quiet()
    (confirmation,) = await automatic(desk, priya)
    assert "Priya" in confirmation.text
    assert confirmation.content["buttons"] == [[SUBSCRIBE_ID, "Subscribe"]]
    (sent,) = await desk.sends()
    assert (sent["to"], sent["type"]) == (PRIYA, "interactive")
    await desk.client.control(f"customers/{PRIYA}/interactive", {"id": SUBSCRIBE_ID, "title": "Subscribe"})
    await desk.settled()
    await desk.app.quiet()
    one = await desk.app.contacts.get(priya)
    assert one.opt_in is OptIn.YES
    said = [(event.value, event.source) for event in await desk.app.contacts.history(priya)]
    assert said[-2:] == [("no", Source.KEYWORD), ("yes", Source.BUTTON)]
    assert [one["type"] for one in await desk.sends()] == ["interactive", "text"]


async def test_stop_repeated_by_whatsapp_is_one_event_and_one_answer(desk: Desk) -> None:
    """The same webhook ten times, and the same message in two of one batch."""
    priya = await desk.contact(PRIYA, OptIn.YES)
    body = envelope({"messages": [text("STOP")]}, {"messages": [text("STOP")]})
    assert {await desk.webhook(body) for _ in range(10)} == {200}
    await desk.app.quiet()
    assert len(await desk.app.contacts.history(priya)) == 2
    assert len(await automatic(desk, priya)) == 1
    assert len([one for one in await desk.thread(priya) if not one.outgoing]) == 1


async def test_a_stop_from_a_number_nobody_knows_is_kept(desk: Desk) -> None:
    assert await desk.webhook(envelope({"messages": [text("STOP", sender=ARJUN)]})) == 200
    (arjun,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=ARJUN))
    assert (await desk.app.contacts.get(arjun)).opt_in is OptIn.NO


async def test_writing_to_us_is_no_opt_in(desk: Desk) -> None:
    assert await desk.webhook(envelope({"messages": [text("Hello", sender=ARJUN)]})) == 200
    (arjun,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=ARJUN))
    assert (await desk.app.contacts.get(arjun)).opt_in is OptIn.NONE


async def test_the_words_are_the_workspaces(desk: Desk) -> None:
    words = (await desk.app.workspace.settings()).words
    await desk.settings(words=type(words)(("बंद करो",), ("शुरू",)))
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.says(PRIYA, "STOP")
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.YES
    await desk.says(PRIYA, "बंद करो!")
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO
    await desk.says(PRIYA, "शुरू")
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.YES


# Who it is.


async def test_known_by_user_id_only(desk: Desk) -> None:
    """No phone in the webhook: the business-scoped id finds the contact, and the answer goes to it."""
    priya = await desk.contact(None, OptIn.YES, user_id="CA.77101")
    item = text("STOP", sender=None, from_user_id="CA.77101")
    assert await desk.webhook(envelope({"messages": [item]})) == 200
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO


async def test_a_stop_from_an_unknown_user_id_is_shown_to_a_person(desk: Desk) -> None:
    item = text("STOP", sender=None, from_user_id="CA.99999")
    assert await desk.webhook(envelope({"messages": [item]})) == 200
    (why,) = await desk.quarantined()
    assert "opt-out from someone unknown" in why
    (stranger,) = await desk.app.store.read(lambda tx: contacts.find(tx, user_id="CA.99999"))
    assert (await desk.app.contacts.get(stranger)).opt_in is OptIn.NO


@pytest.mark.parametrize(
    ("known", "named"),
    [
        ("+5511987654321", "551187654321"),
        ("+551187654321", "5511987654321"),
        ("+525512345678", "5215512345678"),
        ("+5491123456789", "541123456789"),
    ],
    ids=["Brazil old", "Brazil new", "Mexico", "Argentina"],
)
async def test_old_and_new_forms_are_one_person(desk: Desk, known: str, named: str) -> None:
    one = await desk.contact(known, OptIn.YES)
    assert await desk.webhook(envelope({"messages": [text("STOP", sender="+" + named)]})) == 200
    assert (await desk.app.contacts.get(one)).opt_in is OptIn.NO
    assert await desk.app.contacts.count() == 1


async def test_another_wa_id_is_learned_from_the_answer_of_a_send(desk: Desk) -> None:
    """WhatsApp answers with digits that are no form of the number: a STOP from them finds the contact."""
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.client.control(f"customers/{PRIYA}/wa_id", {"wa_id": "16045550199"})
    sent = await desk.send(priya, template="order_shipped")
    await desk.until_status(sent, Status.DELIVERED, Status.READ)
    assert await desk.webhook(envelope({"messages": [text("STOP", sender="+16045550199")]})) == 200
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO
    assert await desk.app.contacts.count() == 1


async def test_a_user_id_is_learned_from_a_message(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    assert await desk.webhook(envelope({"messages": [text("Hello", from_user_id="CA.1")]})) == 200
    item = text("STOP", "wamid.in2", sender=None, from_user_id="CA.1")
    assert await desk.webhook(envelope({"messages": [item]})) == 200
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO


async def test_two_contacts_that_turn_out_to_be_one_keep_no(desk: Desk) -> None:
    """One known by phone (YES), one by user id (NO): a message that names both joins them."""
    by_phone = await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(None, OptIn.NO, user_id="CA.1")
    assert await desk.webhook(envelope({"messages": [text("Hello", from_user_id="CA.1")]})) == 200
    assert await desk.app.contacts.count() == 1
    one = await desk.app.contacts.get(by_phone)
    assert (one.opt_in, one.phone) == (OptIn.NO, PRIYA)
    assert (await desk.app.contacts.history(by_phone))[-1].source is Source.MERGE


async def test_a_changed_number_takes_the_choice_along(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    await desk.client.control(f"customers/{PRIYA}/change_number", {"new_phone": LUCIA})
    await desk.settled()
    one = await desk.app.contacts.get(priya)
    assert (one.phone, one.opt_in) == (LUCIA, OptIn.NO)
    await desk.app.move_clock(timedelta(seconds=1))  # WhatsApp tells whole seconds
    await desk.says(LUCIA, "START")
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.YES


async def test_a_changed_number_that_somebody_has_joins_the_two(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(LUCIA, OptIn.NO, name="Lucía")
    await desk.client.control(f"customers/{PRIYA}/change_number", {"new_phone": LUCIA})
    await desk.settled()
    one = await desk.app.contacts.get(priya)
    assert (one.phone, one.opt_in) == (LUCIA, OptIn.NO)
    assert await desk.app.contacts.count() == 1


@pytest.mark.parametrize("order", [("STOP", "START"), ("START", "STOP")])
async def test_a_yes_that_comes_late_does_not_lift_a_newer_no(desk: Desk, order: tuple[str, str]) -> None:
    """Written first, delivered last: what counts is when it was written."""
    priya = await desk.contact(PRIYA)
    now_s = int(desk.clock.now().timestamp())
    at = {"START": now_s - 600, "STOP": now_s - 300}
    for number, word in enumerate(order):
        item = text(word, f"wamid.in{number}", timestamp=str(at[word]))
        assert await desk.webhook(envelope({"messages": [item]})) == 200
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO


async def test_what_happens_to_a_merged_contact_counts_for_the_one_that_is_kept(mute: Desk) -> None:
    """A broadcast's row stays with the contact that was selected; WhatsApp's stop about it is the person's."""
    desk = mute
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(ARJUN, OptIn.YES)
    launched = await desk.launch()
    await desk.until_counts(launched, accepted=2)
    await desk.client.control(f"customers/{ARJUN}/change_number", {"new_phone": PRIYA})
    await desk.settled()
    (person,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=PRIYA))
    rows = await desk.app.broadcasts.messages(launched)
    (of_merged,) = [one for one in rows if one.contact_id != person]
    failed = status(of_merged.wamid, "failed", errors=[{"code": 131050}], recipient_user_id="CA.5")
    assert await desk.webhook(envelope({"statuses": [failed]})) == 200
    await desk.settled()
    assert (await desk.app.contacts.get(person)).facts.stopped_in_whatsapp
    item = text("STOP", "wamid.in9", sender=None, from_user_id="CA.5")
    assert await desk.webhook(envelope({"messages": [item]})) == 200
    assert (await desk.app.contacts.get(person)).opt_in is OptIn.NO


# WhatsApp's own stop.


async def test_user_preferences_stop_and_resume(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    for act, stopped in (("stop", True), ("stop", True), ("resume", False)):
        await desk.app.move_clock(timedelta(seconds=1))  # WhatsApp tells whole seconds
        await desk.client.control(f"customers/{PRIYA}/{act}", {})
        await desk.settled()
        one = await desk.app.contacts.get(priya)
        assert (one.opt_in, one.facts.stopped_in_whatsapp) == (OptIn.YES, stopped)
    assert [event.value for event in await desk.app.contacts.history(priya)] == ["yes", "stop", "resume"]


async def test_a_keyword_does_not_lift_whatsapps_stop(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES, stopped=True)
    await desk.says(PRIYA, "START")
    await desk.app.contacts.set_opt_in(priya, OptIn.NO, desk.agent)
    await desk.app.contacts.set_opt_in(priya, OptIn.YES, desk.agent, "asked again")
    assert (await desk.app.contacts.get(priya)).facts.stopped_in_whatsapp


async def test_a_stop_of_someone_unknown_is_kept_for_the_import_to_come(desk: Desk) -> None:
    await desk.client.control(f"customers/{TUNDE}/stop", {})
    await desk.settled()
    (tunde,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=TUNDE))
    assert (await desk.app.contacts.get(tunde)).facts.stopped_in_whatsapp


# Statuses.


async def _accepted(desk: Desk) -> tuple[int, str, str]:
    """A message that WhatsApp accepted: our id, its wamid, our mark."""
    sent = await desk.send(await desk.contact(PRIYA, OptIn.YES), template="winter_clearance")
    seen = await desk.until_status(sent, Status.ACCEPTED)
    key = await desk.app.store.read(lambda tx: settings.meta(tx, "key"))
    return sent, seen.wamid, callback_data(key or "", sent)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.sampled(2)
async def test_shuffled_and_doubled_statuses_end_alike(mute: Desk, seed: int) -> None:
    """sent, delivered and read in any order, twice, in one webhook or several: read, and it stays read."""
    sent, wamid, _ = await _accepted(mute)
    names = ["sent", "delivered", "read"] * 2
    rng = random.Random(seed)
    rng.shuffle(names)
    cut = rng.randrange(len(names))
    for part in (names[:cut], names[cut:]):
        assert await mute.webhook(envelope({"statuses": [status(wamid, name) for name in part]})) == 200
    await mute.settled()
    assert (await mute.message(sent)).status is Status.READ


async def test_what_arrived_is_not_failed_by_a_late_report(mute: Desk) -> None:
    sent, wamid, _ = await _accepted(mute)
    failed = status(wamid, "failed", errors=[{"code": 131026, "title": "Undeliverable"}])
    for one in (status(wamid, "delivered"), failed):
        await mute.webhook(envelope({"statuses": [one]}))
    await mute.settled()
    assert (await mute.message(sent)).status is Status.DELIVERED


async def test_a_report_finds_its_message_by_our_mark_alone(mute: Desk) -> None:
    """And never by another store's mark, or one that is none."""
    sent, _, mark = await _accepted(mute)
    odd = ["assent:other:1", "assent::", "assent:other:" + "9" * 40, "x", f"{mark}0", f"{mark}\x00"]
    strangers = [status(f"wamid.else{number}", "read", one) for number, one in enumerate(odd)]
    await mute.webhook(envelope({"statuses": strangers}))
    await mute.settled()
    if (await mute.message(sent)).status is not Status.ACCEPTED:
        # A NUL is cleaned away at the edge, so that what is left is the mark itself.
        assert (await mute.message(sent)).status is Status.READ
    await mute.webhook(envelope({"statuses": [status("wamid.else", "read", mark)]}))
    await mute.settled()
    assert (await mute.message(sent)).status is Status.READ


async def test_a_thousand_updates_in_one_call(mute: Desk) -> None:
    await mute.crowd(yes=250)
    launched = await mute.launch()
    await mute.until_counts(launched, accepted=250)
    rows = await mute.rows(launched)
    items = [
        status(row.wamid, name) for row in rows.values() for name in ("read", "sent", "delivered", "sent")
    ]
    assert len(items) == 1_000
    assert await mute.webhook(envelope({"statuses": items})) == 200
    await mute.until_counts(launched, read=250)
    figures = (await mute.app.broadcasts.report(launched)).figures
    assert (figures.sent_count, figures.delivered_count, figures.read_count) == (250, 250, 250)
    await mute.green(launched)


async def test_statuses_before_a_restart_are_applied_after_it(mute: Desk) -> None:
    """The webhook was answered with 200 and kept: it is applied by whoever runs next."""
    sent, wamid, _ = await _accepted(mute)
    body = '{"entry":[{"id":"1","changes":[{"field":"messages","value":{"statuses":[%s]}}]}]}'
    kept = body % f'{{"id":"{wamid}","status":"delivered"}}'
    await mute.app.store.write(lambda tx: webhooks.keep(tx, kept, done=False))
    await mute.until_status(sent, Status.DELIVERED)


# Poison.


async def test_one_bad_update_costs_none_of_the_others(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    bad = [{"type": "text"}, 7, None, {"id": "wamid.x", "type": "system"}, {"id": None}, [], "STOP"]
    body = envelope({"messages": [*bad, text("STOP")], "statuses": [{"status": "read"}, 5]})
    assert await desk.webhook(body) == 200
    assert (await desk.app.contacts.get(priya)).opt_in is OptIn.NO
    assert len(await desk.quarantined()) >= 4


POISON = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff lone",
    "x" * 70_000,
    "🛑" * 5_000,
    "\u202e right to left",
    "'; DROP TABLE contact; --",
    "{name} {{1}} %s %(x)s",
]


@pytest.mark.parametrize("said", POISON, ids=range(len(POISON)))
@pytest.mark.sampled(3)
async def test_poisoned_texts_and_names_are_kept_clean(desk: Desk, said: str) -> None:
    contact = {"profile": {"name": said}, "wa_id": ARJUN.lstrip("+"), "user_id": said[:100]}
    item = text(said, "wamid." + said[:50], sender=ARJUN)
    assert await desk.webhook(envelope({"contacts": [contact], "messages": [item]})) == 200
    stop = text("STOP", "wamid.stop", sender=ARJUN)
    assert await desk.webhook(envelope({"contacts": [contact], "messages": [stop]})) == 200
    (arjun,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=ARJUN))
    one = await desk.app.contacts.get(arjun)
    assert one.opt_in is OptIn.NO
    for kept in (one.name, *(message.text for message in await desk.thread(arjun))):
        assert "\x00" not in kept
        kept.encode()
    await desk.app.quiet()


@pytest.mark.parametrize(
    "moment", ["0", "-1", "9" * 40, "NaN", 1e308, None, True, "1790000000000", {"a": 1}, "१७९०००००००"]
)
@pytest.mark.sampled(3)
async def test_odd_times_do_no_harm(desk: Desk, moment: object) -> None:
    item = text("STOP", sender=ARJUN) | {"timestamp": moment}
    assert await desk.webhook(envelope({"messages": [item]})) == 200
    (arjun,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=ARJUN))
    assert (await desk.app.contacts.get(arjun)).opt_in is OptIn.NO


async def test_a_message_opens_the_window_for_a_day(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, wrote=True)
    assert (await desk.app.contacts.get(priya)).last_inbound_at is not None
    await desk.app.move_clock(timedelta(hours=23))
    sent = await desk.send(priya, text="Still open")
    await desk.until_status(sent, Status.DELIVERED, Status.READ)
    await desk.app.move_clock(timedelta(hours=1))
    late = await desk.send(priya, text="Closed")
    assert (await desk.until_status(late, Status.FAILED)).reason == "window_closed"


async def test_unknown_kinds_are_shown_and_never_refused(desk: Desk) -> None:
    await desk.client.control(f"customers/{PRIYA}/unsupported", {})
    await desk.client.control(f"customers/{PRIYA}/location", {})
    await desk.client.control(f"customers/{PRIYA}/media", {"type": "document", "caption": "My invoice"})
    await desk.client.control(f"customers/{PRIYA}/reaction", {"message_id": "wamid.none", "emoji": "👍"})
    await desk.settled()
    (priya,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=PRIYA))
    assert [one.kind for one in await desk.thread(priya)] == ["unsupported", "location", "document"]
    assert await desk.quarantined() == []


async def test_a_reaction_stands_on_its_message_and_can_be_taken_back(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.says(PRIYA, "Hello")
    await desk.settled()
    sent = await desk.send(priya, text="Good morning")
    wamid = (await desk.until_status(sent, Status.DELIVERED, Status.READ)).wamid

    async def reaction() -> str:
        opened = await desk.app.conversations.open(priya, desk.agent)
        assert [one.kind for one in opened.messages] == ["text", "text"]
        assert opened.row is not None
        assert opened.row.unread_count == 1
        return opened.messages[1].reaction

    await desk.client.control(f"customers/{PRIYA}/reaction", {"message_id": wamid, "emoji": "👍"})
    await desk.settled()
    assert await reaction() == "👍"
    await desk.client.control(f"customers/{PRIYA}/reaction", {"message_id": wamid})
    await desk.settled()
    assert await reaction() == ""
    assert await desk.quarantined() == []


async def test_what_cannot_come_again_is_dropped_soon_after_the_start_and_by_time(
    store: Store, clock: FakeClock
) -> None:
    """However busy it is; not by how often nothing was to do."""

    def keep() -> None:
        kept = KeptAnswer("hash", 202, {})
        write(store, lambda tx: api_answers.keep(tx, 1, "order-991", kept))
        clock.move(api_answers.KEEP_FOR + timedelta(seconds=1))

    async def is_forgotten() -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await store.read(lambda tx: api_answers.find(tx, 1, "order-991")):
                pass

    keep()
    inbound = Inbound(
        store,
        store_key="0badcafe",
        wake=lambda: None,
        refresh_templates=lambda: None,
        forget_every_s=0.05,
    )
    running = asyncio.create_task(inbound.run())
    await is_forgotten()
    keep()
    await is_forgotten()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
