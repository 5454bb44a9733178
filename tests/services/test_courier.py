"""Outgoing webhooks as the engine tells them: which happenings, in which words."""

from datetime import timedelta

from sqlalchemy import select

from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.keys import Scope
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.public_ids import public_id
from desktop.domain.subscriptions import (
    Event,
    Shape,
    Subscription,
    SubscriptionDraft,
)
from desktop.domain.templates import TemplateStatus
from desktop.services import sending
from desktop.services.keys import Keys
from desktop.store import (
    attempts,
    claims,
    consent,
    contacts,
    conversations,
    tables,
    templates,
)
from desktop.store.engine import Tx
from tests.databases import write
from tests.services.post import ADMIN, Post
from tests.store.world import ENGINE_ID, accepted, add_template


async def secret_of(post: Post, one: Subscription) -> str:
    return await post.kept.secret(one.id, ADMIN)


async def test_a_message_from_taken_to_read_is_told_signed(post: Post) -> None:
    one = await post.subscribe(Event.MESSAGE_SENT, Event.MESSAGE_STATUS)
    ana = post.contact()
    sent = post.sends(ana)
    for status in (Status.SENT, Status.DELIVERED, Status.READ):
        post.clock.move(timedelta(seconds=1))
        post.reports(sent, status)
    await post.works()

    told = post.receiver.posts
    assert sorted(one.event for one in told) == ["Message.Send"] + 3 * ["Message.WA.Status.Received"]
    secret = await secret_of(post, one)
    assert all(one.is_signed(secret) and not one.is_signed("x") for one in told)
    assert len({one.mark for one in told}) == 4
    statuses = sorted(post.receiver.of("Message.WA.Status.Received"), key=lambda one: one["timestamp"])
    assert [one["status"] for one in statuses] == ["sent", "delivered", "read"]
    assert {one["id"] for one in statuses} == {public_id(sent)}
    (taken,) = post.receiver.of("Message.Send")
    assert taken["whatsapp"]["to"] == "16045550100"
    assert taken["whatsapp"]["template"]["name"] == "news"
    assert taken["context"]["medium"] == "api"


async def test_a_status_that_overtook_the_answer_still_says_that_it_was_sent(post: Post) -> None:
    await post.subscribe(Event.MESSAGE_SENT)
    ana = post.contact()

    def run(tx: Tx) -> int:
        add_template(tx, "news", Category.UTILITY)
        wanted = Submission(
            ana, Path.API, "template", "", Lane.API, content={"values": {"1": "A"}}, template_id=1
        )
        done = sending.submit(tx, wanted, None)
        assert done.message_id is not None
        return done.message_id

    id = write(post.store, run)
    claimed = write(post.store, lambda tx: claims.claim(tx, 32, ENGINE_ID)).claimed
    post.reports(id, Status.DELIVERED)
    write(post.store, lambda tx: attempts.settle(tx, [accepted(one) for one in claimed]))
    await post.works()
    assert post.receiver.events() == ["Message.Send"]


async def test_a_no_is_told_as_failed_with_the_reason(post: Post) -> None:
    await post.subscribe(Event.MESSAGE_FAILED)
    no = post.contact(opt_in=OptIn.NO)
    failed = post.sends(no, marketing=True)
    await post.works()
    (told,) = post.receiver.of("Message.WA.Status.Failed")
    at = int(told["timestamp"])
    assert told == {
        "id": public_id(failed),
        "status": "failed",
        "timestamp": str(at),
        "errors": [
            {
                "code": 131050,
                "title": told["errors"][0]["title"],
                "message": told["errors"][0]["title"],
                "reason": "OPTED_OUT",
                "error_data": {"details": told["errors"][0]["error_data"]["details"]},
                "time": told["errors"][0]["time"],
            }
        ],
        "message": {"recipient_id": "16045550100"},
        "recipient_id": "16045550100",
        "localMessageId": public_id(failed),
    }
    assert told["errors"][0]["title"]


async def test_whatsapps_own_failure_has_its_code(post: Post) -> None:
    await post.subscribe(Event.MESSAGE_FAILED)
    sent = post.sends(post.contact())
    post.reports(sent, Status.FAILED, 131026)
    await post.works()
    (told,) = post.receiver.of("Message.WA.Status.Failed")
    assert told["errors"][0]["code"] == 131026
    assert told["errors"][0]["error_data"] == {"details": "Message Undeliverable."}


async def test_an_opt_in_is_told_from_what_to_what_and_from_where(post: Post) -> None:
    ana = post.contact(opt_in=OptIn.YES)
    await post.subscribe(Event.OPT_IN_UPDATED)
    post.says(ana, OptIn.NO)
    write(post.store, lambda tx: consent.record(tx, ana, True, Source.WHATSAPP))
    await post.works()
    ours, whatsapp = sorted(post.receiver.of("Contact.OptIn.Updated"), key=lambda one: one["fact"])
    parts = ("fact", "from", "to", "source", "evidence")
    assert [ours[name] for name in parts] == ["opt_in", "yes", "no", "keyword", "STOP"]
    assert [whatsapp[name] for name in parts] == ["whatsapp", "resume", "stop", "whatsapp", ""]
    assert (ours["id"], ours["optIn"], ours["marketingOptIn"]) == (public_id(ana), "no", False)
    assert ours["at"].endswith("Z")


async def test_contacts_are_told_once_made_and_once_for_each_change(post: Post) -> None:
    await post.subscribe(Event.CONTACT_CREATED, Event.CONTACT_UPDATED)
    ana = post.contact(0)
    await post.works()
    write(post.store, lambda tx: contacts.rename(tx, ana, "Ana Maria Bell"))
    post.clock.move(timedelta(milliseconds=10))
    write(post.store, lambda tx: contacts.add_tags(tx, [ana], ["VIP"]))
    await post.works()
    await post.works()
    assert post.receiver.events() == ["Contact.Created", "Contact.Updated"]
    (changed,) = post.receiver.of("Contact.Updated")
    assert (changed["name"], [one["name"] for one in changed["tags"]]) == ("Ana Maria Bell", ["VIP"])


async def test_a_contact_that_was_changed_at_once_is_told_as_made(post: Post) -> None:
    """However soon the change comes after the making, and wherever a look falls between."""
    await post.subscribe(Event.CONTACT_CREATED)
    ana = post.contact(0)
    post.clock.move(timedelta(milliseconds=500))
    write(post.store, lambda tx: contacts.rename(tx, ana, "Ana Maria Bell"))
    await post.works()
    assert post.receiver.events() == ["Contact.Created"]


async def test_conversations_and_templates(post: Post) -> None:
    await post.subscribe(
        Event.CONVERSATION_CREATED,
        Event.CONVERSATION_UPDATED,
        Event.CONVERSATION_RESOLVED,
        Event.TEMPLATE_STATUS,
    )
    ana = post.contact()
    post.writes(ana)
    for run in (
        lambda tx: conversations.assign(tx, ana, None),  # nothing new
        lambda tx: conversations.mark_read(tx, ana),
        lambda tx: conversations.set_open(tx, ana, True),
        lambda tx: conversations.set_open(tx, ana, False),
        lambda tx: conversations.set_open(tx, ana, False),
        lambda tx: add_template(tx, "news"),
        lambda tx: templates.change(
            tx, "news", "en", status=TemplateStatus.PAUSED, status_reason="Low quality"
        ),
        lambda tx: templates.change(
            tx, "news", "en", status=TemplateStatus.PAUSED, status_reason="Low quality"
        ),
    ):
        write(post.store, run)
    post.writes(ana, "One more thing")
    await post.works()
    assert sorted(post.receiver.events()) == [
        "Conversation.Create",
        "Conversation.Resolve",
        "Conversation.Update",  # the customer's message opened it again
        "Template.Status",
    ]
    (paused,) = post.receiver.of("Template.Status")
    assert (paused["name"], paused["status"], paused["reason"]) == ("news", "PAUSED", "Low quality")
    assert post.receiver.of("Conversation.Create")[0]["contactId"] == public_id(ana)


async def test_what_customers_write_and_that_they_answer_a_broadcast(post: Post) -> None:
    await post.subscribe(Event.MESSAGE_RECEIVED, Event.BROADCAST_ENGAGED, Event.BROADCAST_STATUS)
    ana = post.contact()
    sent = post.sends(ana)

    def of_broadcast(tx: Tx) -> str:
        made = tx.conn.execute(
            tables.broadcast.insert().values(name="Spring", status="running", draft={}, created_at=tx.now)
        )
        key = made.inserted_primary_key
        assert key is not None
        row = tables.message.c
        tx.conn.execute(tables.message.update().where(row.id == sent).values(broadcast_id=key[0]))
        return str(tx.conn.scalar(select(row.wamid).where(row.id == sent)))

    wamid = write(post.store, of_broadcast)
    post.reports(sent, Status.READ)
    post.writes(ana, "Is it still there?", wamid)
    post.writes(ana, "Hello?")
    await post.works()
    assert sorted(post.receiver.events()) == [
        "Broadcast.WA.Message.Engaged.Received",
        "Broadcast.WA.Message.Status.Received",
        "Message.Received",
        "Message.Received",
    ]
    (engaged,) = post.receiver.of("Broadcast.WA.Message.Engaged.Received")
    assert engaged["whatsapp"]["text"] == {"body": "Is it still there?"}
    assert engaged["whatsapp"]["context"] == {"id": wamid, "messageId": public_id(sent)}
    (status,) = post.receiver.of("Broadcast.WA.Message.Status.Received")
    assert (status["status"], status["broadcast"]["name"]) == ("read", "Spring")


async def test_whatsapps_own_shape_tells_of_one_keys_messages_and_of_what_customers_write(post: Post) -> None:
    keys = Keys(post.store)
    shop = (await keys.create("shop", Scope.ALL, ADMIN)).api_key
    other = (await keys.create("other", Scope.ALL, ADMIN)).api_key
    one = await post.subscribe(shape=Shape.META, api_key_id=shop.id)
    ana = post.contact()
    mine, theirs = post.sends(ana, api_key_id=shop.id), post.sends(ana, api_key_id=other.id)
    post.reports(mine, Status.SENT)
    post.reports(theirs, Status.SENT)
    post.writes(ana, "Thanks")
    await post.works()
    secret = await secret_of(post, one)
    assert all(one.is_signed_as_meta(secret) for one in post.receiver.posts)
    values = [one.body["entry"][0]["changes"][0]["value"] for one in post.receiver.posts]
    statuses = [status for one in values for status in one.get("statuses", [])]
    written = [message for one in values for message in one.get("messages", [])]
    assert [(one["status"], one["recipient_id"]) for one in statuses] == [("sent", "16045550100")]
    assert [one["text"]["body"] for one in written] == ["Thanks"]

    await keys.revoke(shop.id, ADMIN)
    await post.works()
    assert "revoked" in (await post.now(one)).paused_because


async def test_only_what_comes_after_it_was_set_up_is_told(post: Post) -> None:
    ana = post.contact()
    post.says(ana, OptIn.NO)
    one = await post.subscribe(Event.OPT_IN_UPDATED)
    await post.works()
    assert post.receiver.posts == []
    post.writes(ana)
    await post.kept.change(
        one.id,
        SubscriptionDraft(post.receiver.url, frozenset({Event.OPT_IN_UPDATED, Event.MESSAGE_RECEIVED})),
        ADMIN,
    )
    post.writes(ana, "Now it counts")
    await post.works()
    (told,) = post.receiver.of("Message.Received")
    assert told["whatsapp"]["text"]["body"] == "Now it counts"
