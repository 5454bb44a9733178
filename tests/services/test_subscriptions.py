"""Outgoing webhooks as a person keeps them: who may, what is checked, what the secret is made of."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from desktop.domain.activity import Deed
from desktop.domain.keys import Scope
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.domain.subscriptions import (
    DayFigures,
    DeliveryStatus,
    Event,
    Shape,
    SubscriptionDraft,
    SubscriptionStatus,
)
from desktop.services.keys import Keys
from desktop.services.signing import OtherRoot
from desktop.services.subscriptions import MOST, Subscriptions
from desktop.store import activity, settings, subscriptions, tables
from desktop.store.engine import Store, Tx
from desktop.system.secrets import Secrets
from tests.clock import FakeClock
from tests.databases import read, write
from tests.receiver import Receiver
from tests.store.world import add_person

ADMIN = User(0, "the command line", Role.ADMIN)
ROOT = {"ASSENT_WEBHOOK_SECRET": "r" * 64}
URL = "https://shop.example/hooks/wa"
STATUS = SubscriptionDraft(URL, frozenset({Event.MESSAGE_STATUS, Event.OPT_IN_UPDATED}))


@pytest.fixture
def kept(store: Store) -> Subscriptions:
    """Of a real workspace, on a machine whose root is in its environment."""
    return Subscriptions(store, Secrets(ROOT), is_sandbox=False)


@pytest.fixture
def trial(store: Store) -> Subscriptions:
    """Of a sandbox, on a machine without any secret."""
    write(store, lambda tx: settings.set_meta(tx, "key", "0badcafe"))
    return Subscriptions(store, Secrets({}), is_sandbox=True)


def deeds(store: Store) -> list[Deed]:
    return [one.deed for one in read(store, activity.newest)][::-1]


async def test_a_new_one_is_listed_and_its_secret_can_be_made_again(
    store: Store, kept: Subscriptions
) -> None:
    first = await kept.add(STATUS, ADMIN)
    second = await kept.add(STATUS, ADMIN)
    assert re.fullmatch("[0-9a-f]{64}", first.secret)
    assert first.secret != second.secret
    assert await kept.secret(first.subscription.id, ADMIN) == first.secret
    one, _ = await kept.every()
    assert (one.url, one.events, one.shape, one.status) == (
        URL,
        STATUS.events,
        Shape.GALLABOX,
        SubscriptionStatus.ACTIVE,
    )
    assert deeds(store) == [Deed.SUBSCRIPTION_MADE] * 2 + [Deed.SUBSCRIPTION_SECRET_SEEN]
    assert first.secret not in repr(first)


async def test_nothing_of_the_secret_is_in_the_store(store: Store, kept: Subscriptions) -> None:
    made = await kept.add(STATUS, ADMIN)
    (row,) = read(store, lambda tx: tx.rows(select(tables.subscription)))
    assert made.secret not in repr(row)
    assert ROOT["ASSENT_WEBHOOK_SECRET"] not in repr(row)
    assert len(row.secret_mark) == 16


async def test_another_root_makes_no_secret(store: Store, kept: Subscriptions) -> None:
    made = await kept.add(STATUS, ADMIN)
    for environment in ({"ASSENT_WEBHOOK_SECRET": "s" * 64}, {}):
        elsewhere = Subscriptions(store, Secrets(environment), is_sandbox=False)
        with pytest.raises(OtherRoot, match="ASSENT_WEBHOOK_SECRET"):
            await elsewhere.secret(made.subscription.id, ADMIN)


@pytest.mark.usefixtures("no_ring")
async def test_without_a_place_for_the_root_none_is_made(store: Store) -> None:
    bare = Subscriptions(store, Secrets({}), is_sandbox=False)
    for _ in range(2):
        with pytest.raises(Problem, match="ASSENT_WEBHOOK_SECRET"):
            await bare.add(STATUS, ADMIN)
    assert await bare.every() == []


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (SubscriptionDraft("", STATUS.events), "url"),
        (SubscriptionDraft("http://shop.example", STATUS.events), "url"),
        (SubscriptionDraft("https://localhost:9/x", STATUS.events), "url"),
        (SubscriptionDraft("https://graph.facebook.com/x", STATUS.events), "url"),
        (SubscriptionDraft(URL), "events"),
        (SubscriptionDraft(URL, shape=Shape.META), "api_key_id"),
        (SubscriptionDraft(URL, shape=Shape.META, api_key_id=77), "api_key_id"),
    ],
)
async def test_what_is_wrong_is_named(kept: Subscriptions, draft: SubscriptionDraft, field: str) -> None:
    with pytest.raises(Problem) as wrong:
        await kept.add(draft, ADMIN)
    assert wrong.value.field == field
    made = await kept.add(STATUS, ADMIN)
    with pytest.raises(Problem) as wrong:
        await kept.change(made.subscription.id, draft, ADMIN)
    assert wrong.value.field == field


async def test_a_revoked_key_is_not_chosen(store: Store, kept: Subscriptions) -> None:
    keys = Keys(store)
    key = (await keys.create("shop", Scope.ALL, ADMIN)).api_key
    draft = SubscriptionDraft(URL, shape=Shape.META, api_key_id=key.id)
    made = (await kept.add(draft, ADMIN)).subscription
    await keys.revoke(key.id, ADMIN)
    with pytest.raises(Problem, match="revoked"):
        await kept.add(draft, ADMIN)
    await kept.change(made.id, SubscriptionDraft(URL + "2", shape=Shape.META, api_key_id=key.id), ADMIN)


async def test_there_is_an_end_to_them(store: Store, kept: Subscriptions) -> None:
    made = await kept.add(STATUS, ADMIN)

    def many(tx: Tx) -> None:
        row = dict(tx.rows(select(tables.subscription))[0]._mapping) | {"id": None}
        rows = [{name: value for name, value in row.items() if name != "id"} for _ in range(MOST - 1)]
        tx.conn.execute(insert(tables.subscription), rows)

    write(store, many)
    with pytest.raises(Problem, match=f"at most {MOST}"):
        await kept.add(STATUS, ADMIN)
    await kept.remove(made.subscription.id, ADMIN)
    await kept.add(STATUS, ADMIN)


async def test_only_who_may_keep_keys_may_keep_webhooks(store: Store, kept: Subscriptions) -> None:
    id = (await kept.add(STATUS, ADMIN)).subscription.id
    agent = User(write(store, lambda tx: add_person(tx, role=Role.SUPERVISOR)), "Arun Das", Role.ADMIN)
    for call in (
        lambda: kept.add(STATUS, agent),
        lambda: kept.change(id, STATUS, agent),
        lambda: kept.pause(id, agent),
        lambda: kept.resume(id, agent),
        lambda: kept.secret(id, agent),
        lambda: kept.send_test(id, agent),
        lambda: kept.replay(1, agent),
        lambda: kept.remove(id, agent),
    ):
        with pytest.raises(NotAllowed):
            await call()
    assert deeds(store) == [Deed.SUBSCRIPTION_MADE]


async def test_what_is_gone_is_not_found(kept: Subscriptions) -> None:
    for call in (
        lambda: kept.change(7, STATUS, ADMIN),
        lambda: kept.pause(7, ADMIN),
        lambda: kept.resume(7, ADMIN),
        lambda: kept.secret(7, ADMIN),
        lambda: kept.send_test(7, ADMIN),
        lambda: kept.log(7),
        lambda: kept.replay(7, ADMIN),
        lambda: kept.remove(7, ADMIN),
    ):
        with pytest.raises(NotFound):
            await call()


async def test_each_deed_is_logged_once_without_what_the_address_hides(
    store: Store, kept: Subscriptions
) -> None:
    hidden = SubscriptionDraft(URL + "?token=very-secret", STATUS.events)
    id = (await kept.add(hidden, ADMIN)).subscription.id
    for _ in range(2):
        await kept.change(id, STATUS, ADMIN)
        await kept.pause(id, ADMIN)
    for _ in range(2):
        await kept.resume(id, ADMIN)
    await kept.remove(id, ADMIN)
    assert deeds(store) == [
        Deed.SUBSCRIPTION_MADE,
        Deed.SUBSCRIPTION_CHANGED,
        Deed.SUBSCRIPTION_PAUSED,
        Deed.SUBSCRIPTION_RESUMED,
        Deed.SUBSCRIPTION_REMOVED,
    ]
    assert "very-secret" not in repr(read(store, activity.newest))


async def test_a_test_is_posted_at_once_and_told(
    store: Store, trial: Subscriptions, receiver: Receiver, clock: FakeClock
) -> None:
    draft = SubscriptionDraft(receiver.url, STATUS.events)
    made = await trial.add(draft, ADMIN)
    id = made.subscription.id
    done = await trial.send_test(id, ADMIN)
    assert (done.status, done.http_status, done.attempt_count, done.due_at) == (
        DeliveryStatus.DELIVERED,
        200,
        1,
        None,
    )
    (one,) = receiver.posts
    assert (one.event, one.is_signed(made.secret)) == ("Test", True)

    receiver.refuse(404)
    write(store, lambda tx: subscriptions.set_failing(tx, id, tx.now))
    done = await trial.send_test(id, ADMIN)
    assert (done.status, done.http_status) == (DeliveryStatus.FAILED, 404)
    receiver.take()
    assert (await trial.every())[0].failing_since is not None
    await trial.send_test(id, ADMIN)
    (found,) = await trial.every()
    assert (found.failing_since, found.day) == (None, DayFigures(2, 0, 1))
    assert [one.status for one in await trial.log(id, most_count=2)] == [
        DeliveryStatus.DELIVERED,
        DeliveryStatus.FAILED,
    ]
    older = await trial.log(id, before_id=done.id, most_count=2)
    assert len(older) == 1
    clock.move(timedelta(days=1, minutes=1))
    assert (await trial.every())[0].day == DayFigures()
