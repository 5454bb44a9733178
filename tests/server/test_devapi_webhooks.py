"""Outgoing webhooks over HTTP, and the whole way: a program is told what became of what another one sent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from desktop.domain.people import Role, User
from desktop.domain.subscriptions import SubscriptionStatus
from desktop.store import tables
from tests.receiver import Receiver, open_receiver
from tests.server.api import Shop, key_of, template
from tests.services.desk import PRIYA, Desk

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

HOOKS = "/devapi/webhooks"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as found:
        yield found


async def made(shop: Shop, url: str, *events: str, **more: Any) -> Any:
    answer = await shop.ask("POST", HOOKS, {"url": url, "events": list(events), **more})
    assert answer.status == 201, answer.body
    return answer.body


async def test_a_webhook_is_made_changed_paused_and_removed(shop: Shop, receiver: Receiver) -> None:
    one = await made(shop, receiver.url, "Message.Received", "Contact.OptIn.Updated", "Message.Received")
    secret = one.pop("secret")
    assert len(secret) == 64
    assert (one["events"], one["status"]) == (["Contact.OptIn.Updated", "Message.Received"], "active")
    path = f"{HOOKS}/{one['id']}"
    assert (await shop.ask("GET", path)).body == one
    assert (await shop.ask("GET", f"/devapi/accounts/64f0/webhooks/{one['id']}")).body == one
    assert (await shop.ask("GET", HOOKS)).body == [one]

    changed = await shop.ask("PATCH", path, {"events": ["Template.Status"], "status": "paused"})
    assert changed.status == 200
    assert changed.body == one | {"events": ["Template.Status"], "status": "paused"}
    active = await shop.ask("PATCH", path, {"status": "active", "fromNow": True})
    assert active.body["status"] == "active"

    assert (await shop.ask("DELETE", path)).body == {"id": one["id"], "isDelete": True}
    for method in ("GET", "DELETE", "PATCH"):
        assert (await shop.ask(method, path, {} if method == "PATCH" else None)).status == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://shop.example/x"}, "url"),
        ({"url": "https://192.168.0.1/x"}, "url"),
        ({"url": "https://graph.facebook.com/x"}, "url"),
        ({"url": None}, "url"),
        ({"events": []}, "events"),
        ({"events": ["Message.Eaten"]}, "events.0"),
        ({"shape": "yours"}, "shape"),
        ({"shape": "meta", "apiKeyId": "77"}, "apiKeyId"),
        ({"shape": "meta", "apiKeyId": "0" * 23 + "9"}, "apiKeyId"),
    ],
)
async def test_what_is_wrong_is_a_422_that_names_it(shop: Shop, wrong: dict[str, Any], field: str) -> None:
    body = {"url": "https://shop.example/x", "events": ["Message.Received"], **wrong}
    answer = await shop.ask("POST", HOOKS, body)
    assert (answer.status, answer.body["field"]) == (422, field)
    assert (await shop.ask("GET", HOOKS)).body == []


async def test_scopes(desk: Desk, shop: Shop, receiver: Receiver) -> None:
    one = await made(shop, receiver.url, "Message.Received")
    async with ClientSession() as session:
        reader = Shop(desk, session, await key_of(desk, Scope.READ, "reader"))
        sender = Shop(desk, session, await key_of(desk, Scope.RESTRICTED, "sender"))
        assert (await reader.ask("GET", HOOKS)).status == 200
        assert (await sender.ask("GET", HOOKS)).status == 403
        for other in (reader, sender):
            assert (await other.ask("POST", HOOKS, {"url": receiver.url})).status == 403
            assert (await other.ask("DELETE", f"{HOOKS}/{one['id']}")).status == 403


async def test_asked_again_it_is_the_same_with_the_same_secret(
    desk: Desk, shop: Shop, receiver: Receiver
) -> None:
    body = {"url": receiver.url, "events": ["Message.Received"]}
    key = {"Idempotency-Key": "hook-1"}
    first = await shop.ask("POST", HOOKS, body, headers=key)
    again = await shop.ask("POST", HOOKS, body, headers=key)
    assert (again.status, again.body) == (201, first.body)
    assert len((await shop.ask("GET", HOOKS)).body) == 1
    kept = await desk.app.store.read(lambda tx: tx.rows(select(tables.api_answer)))
    assert first.body["secret"] not in repr(kept)


async def test_a_refused_marketing_message_is_told_with_its_reason(
    desk: Desk, shop: Shop, receiver: Receiver
) -> None:
    """The whole way: request, door, report, webhook."""
    one = await made(
        shop, receiver.url, "Message.WA.Status.Failed", "Contact.OptIn.Updated", "Contact.Created"
    )
    await desk.contact(PRIYA, OptIn.NO)
    values = {"1": "Priya", "2": "40%", "3": "Sunday"}
    id = await shop.send(template(name="winter_clearance", values=values))
    await receiver.until(lambda: len(receiver.posts) >= 3)
    (failed,) = receiver.of("Message.WA.Status.Failed")
    assert failed == await shop.status(id)
    assert failed["errors"][0]["reason"] == "OPTED_OUT"
    (opted,) = receiver.of("Contact.OptIn.Updated")
    assert (opted["from"], opted["to"], opted["source"]) == ("none", "no", "import")
    assert opted["creatorId"] is None
    assert all(one_post.is_signed(one["secret"]) for one_post in receiver.posts)


async def test_a_message_is_followed_until_it_is_read(desk: Desk, shop: Shop, receiver: Receiver) -> None:
    await made(shop, receiver.url, "Message.Send", "Message.WA.Status.Received", "Message.Received")
    id = await shop.send(template())
    await shop.arrives(id)
    await desk.says(PRIYA, "Thanks!")
    await receiver.until(lambda: receiver.of("Message.Received"))
    await receiver.until(lambda: {"sent", "delivered"} <= {one["status"] for one in statuses(receiver)})
    assert {one["id"] for one in statuses(receiver)} == {id}
    assert receiver.of("Message.Send")[0]["id"] == id
    assert receiver.of("Message.Received")[0]["whatsapp"]["text"]["body"] == "Thanks!"


def statuses(receiver: Receiver) -> list[Any]:
    return receiver.of("Message.WA.Status.Received")


async def test_in_whatsapps_shape_for_the_key_that_asks(desk: Desk, shop: Shop, receiver: Receiver) -> None:
    one = await made(shop, receiver.url, shape="meta")
    assert one["apiKeyId"] == (await shop.ask("GET", "/devapi/me")).body["id"]
    await shop.send(template())
    await receiver.until(lambda: receiver.posts)
    post = receiver.posts[0]
    assert post.is_signed_as_meta(one["secret"])
    value = post.body["entry"][0]["changes"][0]["value"]
    assert value["statuses"][0]["id"].startswith("wamid.")
    assert value["metadata"]["phone_number_id"]


async def test_a_webhook_is_logged_as_the_keys_deed(desk: Desk, shop: Shop, receiver: Receiver) -> None:
    await made(shop, receiver.url, "Message.Received")
    (one,) = await desk.app.subscriptions.every()
    assert one.status is SubscriptionStatus.ACTIVE
    (newest, *_) = await desk.app.accounts.activity(desk.admin)
    assert (newest.deed.label, newest.user_name) == ("Webhook made", "API · shop-sync")


async def test_one_word_for_a_change_and_a_removal_is_a_mix_up(shop: Shop, receiver: Receiver) -> None:
    """The same address and the same body, but another verb."""
    one = await made(shop, receiver.url, "Message.Received")
    path, key = f"{HOOKS}/{one['id']}", {"Idempotency-Key": "hook-2"}
    assert (await shop.ask("PATCH", path, {}, headers=key)).status == 200
    mixed = await shop.ask("DELETE", path, {}, headers=key)
    assert (mixed.status, mixed.body["field"]) == (409, "Idempotency-Key")
    assert (await shop.ask("GET", path)).status == 200


async def test_changes_at_once_are_all_kept(shop: Shop, receiver: Receiver) -> None:
    one = await made(shop, receiver.url, "Message.Received")
    path = f"{HOOKS}/{one['id']}"
    for number in range(5):
        other = f"{receiver.url}/{number}"
        wanted = (["Message.Send"], ["Message.Received"])[number % 2]
        both = await asyncio.gather(
            shop.ask("PATCH", path, {"url": other}), shop.ask("PATCH", path, {"events": wanted})
        )
        assert [answer.status for answer in both] == [200, 200]
        kept = (await shop.ask("GET", path)).body
        assert (kept["url"], kept["events"]) == (other, wanted)


async def test_a_change_asked_again_after_the_removal_is_answered_as_before(
    shop: Shop, receiver: Receiver
) -> None:
    one = await made(shop, receiver.url, "Message.Received")
    path, key = f"{HOOKS}/{one['id']}", {"Idempotency-Key": "hook-3"}
    first = await shop.ask("PATCH", path, {"status": "paused"}, headers=key)
    assert (await shop.ask("DELETE", path)).status == 200
    again = await shop.ask("PATCH", path, {"status": "paused"}, headers=key)
    assert (again.status, again.body) == (200, first.body)


async def test_what_may_hold_a_password_is_told_to_who_may_change_it_alone(
    desk: Desk, shop: Shop, receiver: Receiver
) -> None:
    whole = f"{receiver.url}?token=hunter2#there"
    one = await made(shop, whole, "Message.Received")
    reader = Shop(desk, shop.session, await key_of(desk, Scope.READ, "reader"))
    path = f"{HOOKS}/{one['id']}"
    assert [(await shop.ask("GET", path)).body["url"], (await shop.ask("GET", HOOKS)).body[0]["url"]] == [
        whole
    ] * 2
    masked = [(await reader.ask("GET", path)).body["url"], (await reader.ask("GET", HOOKS)).body[0]["url"]]
    assert masked == [f"{receiver.url}?…"] * 2


@pytest.mark.parametrize("more", [{"events": ["Message.Received"]}, {"shape": "meta"}])
async def test_what_a_key_set_up_is_paused_when_it_is_revoked(
    desk: Desk, shop: Shop, receiver: Receiver, more: dict[str, Any]
) -> None:
    other = Shop(desk, shop.session, await key_of(desk, Scope.ALL, "crm"))
    answer = await other.ask("POST", HOOKS, {"url": receiver.url, **more})
    await made(shop, receiver.url, "Message.Received")
    crm = next(one for one in await desk.app.keys.every() if one.name == "crm")
    await desk.app.keys.revoke(crm.id, desk.admin)
    theirs, ours = (await shop.ask("GET", HOOKS)).body
    assert theirs["id"] == answer.body["id"]
    assert (theirs["status"], ours["status"]) == ("paused", "active")
    assert "“crm” was revoked" in theirs["pausedBecause"]


@pytest.mark.parametrize("more", [{"events": ["Message.Received"]}, {"shape": "meta"}])
async def test_what_a_key_set_up_stops_with_the_account_behind_it(
    desk: Desk, shop: Shop, receiver: Receiver, more: dict[str, Any]
) -> None:
    add = desk.app.accounts.add
    meera = await add("Meera Rao", Role.ADMIN, "meera", "a long enough password", desk.admin)
    made_by = await desk.app.keys.create("crm", Scope.ALL, User(meera, "Meera Rao", Role.ADMIN))
    other = Shop(desk, shop.session, {"Authorization": f"Bearer {made_by.bearer}"})
    one = (await other.ask("POST", HOOKS, {"url": receiver.url, **more})).body
    await desk.app.accounts.deactivate(meera, desk.admin)
    await desk.says(PRIYA, "my secret")

    async def status() -> Any:
        return (await shop.ask("GET", f"{HOOKS}/{one['id']}")).body["status"]

    while await status() != "paused":
        await desk.app.store.read(lambda tx: None)
    assert receiver.posts == []


async def test_who_chooses_the_address_answers_for_it(desk: Desk, shop: Shop, receiver: Receiver) -> None:
    """A key that leads another's webhook elsewhere takes it with it when it goes; a person's stays."""
    one = await made(shop, receiver.url, "Message.Received")
    other = Shop(desk, shop.session, await key_of(desk, Scope.ALL, "crm"))
    path = f"{HOOKS}/{one['id']}"
    await other.ask("PATCH", path, {"url": f"{receiver.url}/elsewhere"})
    by_name = {key.name: key.id for key in await desk.app.keys.every()}
    third = Shop(desk, shop.session, await key_of(desk, Scope.ALL, "third"))
    await desk.app.keys.revoke(by_name["shop-sync"], desk.admin)
    assert (await third.ask("GET", path)).body["status"] == "active"
    await desk.app.keys.revoke(by_name["crm"], desk.admin)
    assert (await third.ask("GET", path)).body["status"] == "paused"
    assert (await third.ask("PATCH", path, {"status": "active"})).body["status"] == "active"
    (kept,) = await desk.app.subscriptions.every()
    third_id = next(key.id for key in await desk.app.keys.every() if key.name == "third")
    assert kept.made_by_key_id == third_id
