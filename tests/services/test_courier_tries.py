"""Outgoing webhooks as the engine delivers them: how often one is tried, what a failing address costs, kills, the log."""

import json
from datetime import timedelta

import pytest
from aiohttp import web
from keyring.errors import KeyringLocked
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool

from desktop.domain.consent import OptIn, Source
from desktop.domain.messages import Status
from desktop.domain.problems import NotFound, Problem
from desktop.domain.public_ids import public_id
from desktop.domain.subscriptions import (
    MOST_WAITING,
    PAUSED_AFTER_FAILED,
    TRIED_AFTER,
    DeliveryStatus,
    Event,
    SubscriptionDraft,
    SubscriptionStatus,
)
from desktop.services import courier as courier_module
from desktop.services import delivery_log
from desktop.services.carrying import POSTS_AT_ONCE, SILENT_S
from desktop.services.courier import Courier
from desktop.services.signing import NAME, Signing
from desktop.services.subscriptions import Subscriptions
from desktop.store import consent, conversations, feed, opening, settings, tables
from desktop.store.engine import Store, Tx
from desktop.system.http import open_web
from desktop.system.secrets import Secrets
from tests.clock import FakeClock
from tests.databases import read, write
from tests.receiver import Receiver, open_receiver
from tests.ring import Ring
from tests.services.post import ADMIN, KEY, NUMBER, Post


async def test_five_attempts_with_growing_delays_of_the_same_bytes(post: Post) -> None:
    one = await post.subscribe(Event.OPT_IN_UPDATED)
    post.receiver.answer = lambda _one: web.Response(status=503, text="too much\n to do")
    post.says(post.contact(), OptIn.NO)
    await post.courier.round()
    post.clock.move(timedelta(seconds=1))
    await post.courier.round()
    for attempt, wait in enumerate(TRIED_AFTER, 1):
        post.clock.move(wait)
        await post.courier.round()
        await post.courier.posted()
        (delivery,) = await post.log(one)
        assert (delivery.attempt_count, len(post.receiver.posts)) == (attempt, attempt)
        assert (delivery.http_status, delivery.trouble) == (
            503,
            "Service Unavailable: too much to do",
        )
    assert (delivery.status, delivery.due_at) == (DeliveryStatus.FAILED, None)
    assert len({(one.raw, one.mark) for one in post.receiver.posts}) == 1
    assert (await post.now(one)).failing_since is not None
    assert (await post.now(one)).day.failed_count == 1

    post.clock.move(timedelta(days=1))
    await post.works()
    assert len(post.receiver.posts) == len(TRIED_AFTER)


async def test_while_it_fails_one_is_tried_at_a_time_and_then_all_arrive_once(post: Post) -> None:
    one = await post.subscribe(Event.OPT_IN_UPDATED)
    ana = post.contact()
    post.receiver.refuse()
    for _ in range(40):
        post.says(ana, OptIn.NO)
    await post.works()
    first = len(post.receiver.posts)
    assert POSTS_AT_ONCE <= first <= POSTS_AT_ONCE + 4
    now = await post.now(one)
    assert (now.waiting_count, now.failing_since is not None) == (40, True)
    assert now.status is SubscriptionStatus.ACTIVE

    post.receiver.take()
    for _ in range(4):
        post.clock.move(timedelta(minutes=2))
        await post.works()
    now = await post.now(one)
    assert (now.waiting_count, now.failing_since) == (0, None)
    assert (now.day.delivered_count, now.day.retried_count > 0) == (40, True)
    taken = post.receiver.posts[first:]
    assert len(taken) == len({one.mark for one in taken}) == 40


async def test_one_that_is_never_taken_holds_up_nobody_for_long(post: Post) -> None:
    one = await post.subscribe(Event.MESSAGE_RECEIVED)
    ana = post.contact()
    post.receiver.answer = lambda got: web.Response(status=400 if "poison" in got.raw.decode() else 200)
    for number in range(30):
        post.writes(ana, "poison" if number == 3 else "Hi")
    for _ in range(3):
        post.clock.move(timedelta(seconds=61))
        await post.works()
    found = await post.log(one)
    assert sum(one.status is DeliveryStatus.DELIVERED for one in found) == 29
    assert (await post.now(one)).status is SubscriptionStatus.ACTIVE


@pytest.mark.slow
async def test_so_many_wait_and_the_rest_stays_where_it_happened(post: Post) -> None:
    one = await post.subscribe(Event.OPT_IN_UPDATED)
    ana = post.contact()
    post.receiver.refuse()

    def often(tx: Tx) -> None:
        for _ in range(MOST_WAITING + 30):
            consent.record(tx, ana, OptIn.NO, Source.KEYWORD)

    write(post.store, often)
    for _ in range(3):
        await post.works()
        assert (await post.now(one)).waiting_count <= MOST_WAITING
    assert (await post.now(one)).waiting_count > MOST_WAITING - courier_module.PAGE_COUNT
    tried = len(post.receiver.posts)
    post.receiver.take()
    for _ in range(3):
        post.clock.move(timedelta(minutes=2))
        await post.works()
    taken = post.receiver.posts[tried:]
    assert len(taken) == len({one.mark for one in taken}) == MOST_WAITING + 30
    assert (await post.now(one)).waiting_count == 0


async def test_a_dead_address_is_paused_and_goes_on_where_it_stopped(post: Post) -> None:
    one = await post.subscribe(Event.OPT_IN_UPDATED)
    ana = post.contact()
    post.receiver.refuse()
    for _ in range(PAUSED_AFTER_FAILED + 10):
        post.says(ana, OptIn.NO)
    for _ in range(200):
        await post.works()
        post.clock.move(timedelta(minutes=30))
        now = await post.now(one)
        if now.status is SubscriptionStatus.PAUSED:
            break
    assert now.status is SubscriptionStatus.PAUSED
    assert f"{PAUSED_AFTER_FAILED} deliveries in a row" in now.paused_because
    found = await post.log(one)
    assert sum(one.status is DeliveryStatus.FAILED for one in found) == PAUSED_AFTER_FAILED
    tried = len(post.receiver.posts)
    await post.works()
    assert len(post.receiver.posts) == tried

    post.receiver.take()
    await post.kept.resume(one.id, ADMIN)
    post.says(ana, OptIn.NO)
    await post.works()
    taken = post.receiver.posts[tried:]
    assert len(taken) == len({one.mark for one in taken}) == 11
    assert (await post.now(one)).waiting_count == 0


async def test_from_now_leaves_out_what_happened_meanwhile(post: Post) -> None:
    one = await post.subscribe(Event.MESSAGE_RECEIVED)
    ana = post.contact()
    await post.kept.pause(one.id, ADMIN)
    post.writes(ana, "Meanwhile")
    await post.works()
    await post.kept.resume(one.id, ADMIN, from_now=True)
    post.writes(ana, "Now")
    await post.works()
    assert [told["whatsapp"]["text"]["body"] for told in post.receiver.of("Message.Received")] == ["Now"]


async def test_what_happened_to_a_conversation_outlasts_a_long_pause(post: Post) -> None:
    """The change table is emptied of what is old, but not of what somebody still has to be told."""
    one = await post.subscribe(Event.CONVERSATION_RESOLVED)
    ana = post.contact()
    post.writes(ana)
    await post.kept.pause(one.id, ADMIN)
    write(post.store, lambda tx: conversations.set_open(tx, ana, False))
    for _ in range(3):
        post.clock.move(timedelta(days=2))
        post.contact(post.clock.now().day)
        write(post.store, feed.forget_old)
    await post.kept.resume(one.id, ADMIN)
    await post.works()
    assert post.receiver.events() == ["Conversation.Resolve"]
    assert len(read(post.store, lambda tx: tx.rows(select(tables.change)))) < 20


async def test_one_slow_address_does_not_hold_up_another(post: Post) -> None:
    async with open_receiver() as other:
        await post.subscribe(Event.MESSAGE_RECEIVED, url="http://127.0.0.1:1/nobody")
        await post.subscribe(Event.MESSAGE_RECEIVED, url=other.url)
        post.writes(post.contact())
        await post.works()
        assert other.events() == ["Message.Received"]
        dead, well = await post.kept.every()
        assert (dead.failing_since is not None, well.failing_since) == (True, None)
        assert (await post.log(dead))[0].trouble == "the connection was refused"


async def test_with_another_machines_secret_nothing_is_signed(
    store: Store, clock: FakeClock, receiver: Receiver
) -> None:
    kept = Subscriptions(store, Secrets({"ASSENT_WEBHOOK_SECRET": "a" * 64}), is_sandbox=False)
    draft = SubscriptionDraft("https://shop.example/hooks", frozenset({Event.OPT_IN_UPDATED}))
    one = (await kept.add(draft, ADMIN)).subscription
    elsewhere = Signing(store, Secrets({"ASSENT_WEBHOOK_SECRET": "b" * 64}), is_sandbox=False)
    async with open_web(allow_loopback=True) as way:
        courier = Courier(store, clock, way, elsewhere, lambda: NUMBER)
        post = Post(store, clock, kept, courier, receiver, way)
        post.says(post.contact(), OptIn.NO)
        await post.works()
    now = await post.now(one)
    assert now.status is SubscriptionStatus.PAUSED
    assert "ASSENT_WEBHOOK_SECRET" in now.paused_because
    assert (now.waiting_count, (await post.log(one))[0].attempt_count) == (1, 0)


async def test_while_the_keyring_does_not_answer_what_there_is_waits(
    store: Store, clock: FakeClock, receiver: Receiver, ring: Ring
) -> None:
    kept = Subscriptions(store, Secrets({}), is_sandbox=False)
    draft = SubscriptionDraft("https://shop.example/hooks", frozenset({Event.OPT_IN_UPDATED}))
    one = (await kept.add(draft, ADMIN)).subscription
    ring.trouble = locked
    async with open_web(allow_loopback=True) as way:
        courier = Courier(store, clock, way, Signing(store, Secrets({}), is_sandbox=False), lambda: NUMBER)
        post = Post(store, clock, kept, courier, receiver, way)
        post.says(post.contact(), OptIn.NO)
        await post.works()
        now = await post.now(one)
        assert (now.status, now.waiting_count) == (SubscriptionStatus.ACTIVE, 1)
        assert (await post.log(one))[0].attempt_count == 0
        ring.trouble = lambda: None
        clock.move(timedelta(seconds=SILENT_S))
        await post.works()
        assert (await post.log(one))[0].attempt_count > 0


def locked() -> None:
    raise KeyringLocked


async def test_what_cannot_be_told_holds_up_nothing_behind_it(post: Post) -> None:
    """A newer version of the program wrote it, or the row is damaged."""
    await post.subscribe(
        Event.CONTACT_CREATED, Event.CONTACT_UPDATED, Event.OPT_IN_UPDATED, Event.MESSAGE_FAILED
    )
    bad, good = post.contact(0), post.contact(1)
    failed = [post.sends(id) for id in (bad, good)]
    for id in failed:
        post.reports(id, Status.FAILED, 131026)
    run_sql(
        post.store, f"UPDATE message SET kind = 'text', reason = 'of_a_newer_version' WHERE id = {failed[0]}"
    )
    post.clock.move(timedelta(seconds=1))
    for id in (bad, good):
        post.says(id, OptIn.NO)
    run_sql(post.store, f"UPDATE contact SET facts = 3 WHERE id = {bad}")
    await post.works()
    for event in ("Contact.Created", "Contact.Updated", "Contact.OptIn.Updated"):
        assert {told["id"] for told in post.receiver.of(event)} == {public_id(good)}
    assert [told["id"] for told in post.receiver.of("Message.WA.Status.Failed")] == [public_id(failed[1])]


# Kills, other writers, the log.


async def test_after_a_kill_nothing_is_made_twice_and_nothing_is_missing(post: Post) -> None:
    one = await post.subscribe(Event.OPT_IN_UPDATED, Event.CONTACT_UPDATED)
    people = [post.contact(number) for number in range(20)]
    post.clock.move(timedelta(seconds=1))
    for number, contact_id in enumerate(people):
        post.says(contact_id, OptIn.NO)
        post.clock.move(timedelta(seconds=1))
        await (await post.again()).round()  # killed while it posts
        if number % 5 == 0:
            await post.courier.posted()
    await post.works()
    consents = {told["id"] for told in post.receiver.of("Contact.OptIn.Updated")}
    assert consents == {public_id(id) for id in people}
    found = await post.log(one)
    made = [one.body for one in found if one.event == "Contact.OptIn.Updated"]
    assert len(made) == len(set(made)) == 20
    changed = [json.loads(one.body)["id"] for one in found if one.event == "Contact.Updated"]
    assert sorted(changed) == sorted(consents)
    assert all(one.status is DeliveryStatus.DELIVERED for one in found)


def run_sql(store: Store, statement: str) -> None:
    def run(tx: Tx) -> None:
        tx.conn.exec_driver_sql(statement)

    write(store, run)


@pytest.mark.parametrize("broken", ["INSERT ON delivery", "UPDATE OF told_to ON subscription"])
async def test_deliveries_and_how_far_they_reach_are_written_in_one_piece(
    sqlite_store: Store, clock: FakeClock, receiver: Receiver, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whichever of the two cannot be written, nothing is; and nothing is lost by it, or made twice."""
    store = sqlite_store
    write(store, lambda tx: settings.set_meta(tx, "key", KEY))
    kept = Subscriptions(store, Secrets({}), is_sandbox=True)
    async with open_web(allow_loopback=True) as way:
        post = Post(
            store, clock, kept, Courier(store, clock, way, kept.signing, lambda: NUMBER), receiver, way
        )
        one = await post.subscribe(Event.OPT_IN_UPDATED)
        post.says(post.contact(), OptIn.NO)
        trigger = f"CREATE TRIGGER broken BEFORE {broken} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        run_sql(store, trigger)
        await post.works()
        assert "a webhook failed" in caplog.text
        run_sql(store, "DROP TRIGGER broken")
        assert await post.log(one) == []
        await post.works()
        assert len(await post.log(one)) == len(receiver.posts) == 1


@pytest.mark.postgres
async def test_a_row_that_is_committed_behind_its_followers_is_told(
    postgres_store: Store, postgres_address: str, clock: FakeClock, receiver: Receiver
) -> None:
    store = postgres_store
    write(store, lambda tx: settings.set_meta(tx, "key", KEY))
    kept = Subscriptions(store, Secrets({}), is_sandbox=True)
    engine = create_engine(postgres_address, poolclass=NullPool)
    async with open_web(allow_loopback=True) as way:
        post = Post(
            store, clock, kept, Courier(store, clock, way, kept.signing, lambda: NUMBER), receiver, way
        )
        await post.subscribe(Event.OPT_IN_UPDATED, Event.CONTACT_UPDATED)
        late, soon = post.contact(0), post.contact(1)
        await post.works()
        with engine.connect() as conn:
            begun = conn.begin()
            consent.record(Tx(conn, clock.now()), late, OptIn.NO, Source.KEYWORD, evidence="late")
            for _ in range(3):
                post.says(soon, OptIn.NO, "soon")
                await post.works()
            begun.commit()
        await post.works()
        told = post.receiver.of("Contact.OptIn.Updated")
        assert sorted(one["evidence"] for one in told) == ["late", "soon", "soon", "soon"]
        assert public_id(late) in {one["id"] for one in post.receiver.of("Contact.Updated")}
    engine.dispose()


@pytest.mark.postgres
async def test_a_row_of_a_transaction_that_began_after_an_open_one_is_told(
    postgres_store: Store, postgres_address: str, clock: FakeClock, receiver: Receiver
) -> None:
    """The open one ends first. What a snapshot knows of numbers that were given out ends at those that ended."""
    store = postgres_store
    write(store, lambda tx: settings.set_meta(tx, "key", KEY))
    kept = Subscriptions(store, Secrets({}), is_sandbox=True)
    engine = create_engine(postgres_address, poolclass=NullPool)
    async with open_web(allow_loopback=True) as way:
        post = Post(
            store, clock, kept, Courier(store, clock, way, kept.signing, lambda: NUMBER), receiver, way
        )
        await post.subscribe(Event.OPT_IN_UPDATED)
        late, soon = post.contact(0), post.contact(1)
        await post.works()
        with engine.connect() as first, engine.connect() as second:
            begun = first.begin()
            first.execute(text("SELECT pg_current_xact_id()"))
            open_still = second.begin()
            consent.record(Tx(second, clock.now()), late, OptIn.NO, Source.KEYWORD, evidence="late")
            consent.record(Tx(first, clock.now()), soon, OptIn.NO, Source.KEYWORD, evidence="soon")
            begun.commit()
            await post.works()
            open_still.commit()
        await post.works()
        told = post.receiver.of("Contact.OptIn.Updated")
        assert sorted(one["evidence"] for one in told) == ["late", "soon"]
    engine.dispose()


async def test_a_delivery_is_replayed_with_the_same_body(post: Post) -> None:
    one = await post.subscribe(Event.MESSAGE_RECEIVED)
    post.writes(post.contact())
    await post.works()
    (first,) = await post.log(one)
    await post.kept.replay(first.id, ADMIN)
    await post.works()
    _, again = await post.log(one)
    assert (again.replay_of, again.body, again.status) == (first.id, first.body, DeliveryStatus.DELIVERED)
    before, after = post.receiver.posts
    assert (before.raw, before.mark != after.mark) == (after.raw, True)


async def test_the_log_is_kept_for_a_week(post: Post) -> None:
    one = await post.subscribe(Event.MESSAGE_RECEIVED)
    ana = post.contact()
    post.writes(ana)
    await post.works()
    post.clock.move(delivery_log.KEPT_FOR - timedelta(hours=1))
    post.writes(ana)
    await post.works()
    assert len(await post.log(one)) == 2
    post.clock.move(timedelta(hours=2))
    await post.works()
    assert len(await post.log(one)) == 1


async def test_bodies_of_what_arrived_are_kept_for_a_day_and_for_the_newest(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_log, "MOST_BODIES", 2)
    monkeypatch.setattr(delivery_log, "CHUNK_COUNT", 2)
    one = await post.subscribe(Event.MESSAGE_RECEIVED)
    ana = post.contact()
    for number in range(5):
        post.receiver.answer = lambda got: web.Response(status=400 if "poison" in got.raw.decode() else 200)
        post.writes(ana, "poison" if number == 1 else "Hi")
        await post.works()
    post.clock.move(timedelta(hours=2))
    for _ in range(3):
        await post.works()
    assert [bool(found.body) for found in await post.log(one)] == [False, True, False, True, True]
    with pytest.raises(Problem, match="for a day"):
        await post.kept.replay((await post.log(one))[0].id, ADMIN)
    post.clock.move(delivery_log.BODIES_FOR)
    for _ in range(4):
        await post.works()
    assert [bool(found.body) for found in await post.log(one)] == [False, True, False, False, False]


async def test_the_log_is_emptied_one_small_step_in_a_round(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_log, "CHUNK_COUNT", 2)
    one = await post.subscribe(Event.MESSAGE_RECEIVED)
    ana = post.contact()
    for _ in range(5):
        post.writes(ana)
    await post.works()
    post.clock.move(delivery_log.KEPT_FOR + timedelta(hours=1))
    for left in (3, 1, 0, 0):
        await post.courier.round()
        assert len(await post.log(one)) == left


async def test_one_that_is_removed_is_gone_at_once_and_its_log_in_small_steps(post: Post) -> None:
    one, other = await post.subscribe(Event.MESSAGE_RECEIVED), await post.subscribe(Event.MESSAGE_RECEIVED)
    post.writes(post.contact())
    await post.works()
    (first,) = await post.log(one)
    await post.kept.remove(one.id, ADMIN)
    assert [found.id for found in await post.kept.every()] == [other.id]
    for call in (post.kept.log(one.id), post.kept.replay(first.id, ADMIN), post.kept.remove(one.id, ADMIN)):
        with pytest.raises(NotFound):
            await call
    post.clock.move(timedelta(hours=1))
    await post.works()
    rows = read(post.store, lambda tx: tx.rows(select(tables.delivery)))
    assert {row.subscription_id for row in rows} == {other.id}
    assert len(read(post.store, lambda tx: tx.rows(select(tables.subscription)))) == 1


async def test_starting_over_keeps_the_webhooks_and_tells_what_comes_after(post: Post) -> None:
    """The numbers of rows may begin anew: what is told then is not held up until they are passed."""
    write(post.store, lambda tx: opening.stamp(tx, opening.SANDBOX))
    one = await post.subscribe(Event.CONTACT_CREATED, Event.OPT_IN_UPDATED)
    for number in range(3):
        post.says(post.contact(number), OptIn.NO)
    await post.works()
    before = len(post.receiver.posts)
    post.receiver.answer = lambda _: web.Response(status=500)
    post.says(post.contact(4), OptIn.NO)
    await post.works()
    assert (await post.now(one)).waiting_count
    write(post.store, opening.wipe)
    post.receiver.answer = lambda _: web.Response()
    tried = len(post.receiver.posts)

    kept = await post.now(one)
    assert (kept.url, kept.events, kept.status, kept.failing_since) == (
        one.url,
        one.events,
        SubscriptionStatus.ACTIVE,
        None,
    )
    assert (kept.waiting_count, await post.log(one)) == (0, [])
    post.says(post.contact(7), OptIn.YES)
    await post.works()
    assert before < tried
    told = sorted(one_post.event for one_post in post.receiver.posts[tried:])
    assert told == ["Contact.Created", "Contact.OptIn.Updated"]


async def test_the_root_is_asked_by_its_name() -> None:
    assert Secrets({"ASSENT_WEBHOOK_SECRET": "x"}).get(NAME) == "x"
