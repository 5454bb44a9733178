"""Conversations through the API: looked at, given to somebody, resolved, tagged; by id and by number."""

from typing import Any

import pytest

from desktop.domain.conversations import Box
from desktop.domain.inbox import Wanted
from desktop.domain.keys import Scope
from desktop.domain.people import Role
from desktop.domain.public_ids import public_id
from desktop.store import inbox_rows, people
from tests.server.api import Shop, key_of
from tests.services.desk import PRIYA

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

BY_PHONE = "/devapi/accounts/64f0c2/conversations/phone/16045550142"
ONE = "/devapi/conversations"


async def priya(shop: Shop) -> str:
    """She wrote; returns her conversation's id."""
    return public_id(await shop.desk.contact(PRIYA, wrote=True))


async def changed(shop: Shop, path: str, body: Any = None) -> Any:
    answer = await shop.ask("POST", path, body)
    assert answer.status == 200, answer.body
    return answer.body


async def row(shop: Shop) -> Any:
    """The conversation as the window has it."""
    found = await shop.desk.app.store.read(lambda tx: inbox_rows.page(tx, Wanted(Box.ALL), 0))
    closed = await shop.desk.app.store.read(lambda tx: inbox_rows.page(tx, Wanted(Box.CLOSED), 0))
    (one,) = found + closed
    return one


async def test_a_conversation_is_told_by_id_and_by_number(shop: Shop) -> None:
    id = await priya(shop)
    told = (await shop.ask("GET", f"{ONE}/{id}")).body
    assert (told["id"], told["contactId"], told["status"], told["unreadCount"]) == (id, id, "OPEN", 1)
    assert told["contact"] == {"id": id, "name": "Priya Sharma", "phone": ["16045550142"]}
    assert (told["assigneeId"], told["assignee"], told["tags"]) == (None, None, [])
    assert told["lastInboundAt"] < told["windowOpenUntil"]
    assert (await shop.ask("GET", BY_PHONE, params={"channelId": "61a87f1e"})).body == told


async def test_it_is_given_to_somebody_and_taken_away(shop: Shop) -> None:
    id = await priya(shop)
    agent = shop.desk.agent
    told = await changed(shop, f"{ONE}/{id}/assign", {"userId": public_id(agent.id)})
    assert told["assignee"] == {"id": public_id(agent.id), "name": agent.name, "email": ""}
    assert (await row(shop)).assigned_to == agent.id
    assert (await changed(shop, f"{BY_PHONE}/unassign"))["assigneeId"] is None
    assert (await row(shop)).assigned_to is None

    await shop.desk.app.store.write(lambda tx: people.create(tx, "Lina Roy", Role.AGENT, "lina@shop.example"))
    told = await changed(shop, f"{BY_PHONE}/assign", {"email": "lina@shop.example"})
    assert told["assignee"]["name"] == "Lina Roy"
    told = await changed(shop, f"{ONE}/{id}/assign", {"assignedTo": None})
    assert told["assigneeId"] is None


async def test_it_is_resolved_and_opened_again(shop: Shop) -> None:
    id = await priya(shop)
    assert (await changed(shop, f"{ONE}/{id}/resolve"))["status"] == "CLOSE"
    assert not (await row(shop)).open
    assert (await changed(shop, f"{BY_PHONE}/reopen"))["status"] == "OPEN"
    await changed(shop, f"{BY_PHONE}/resolve", {})
    await shop.desk.says(PRIYA, "One more thing")
    assert (await shop.ask("GET", f"{ONE}/{id}")).body["status"] == "OPEN"


async def test_tags_of_a_conversation_are_its_contacts(shop: Shop) -> None:
    id = await priya(shop)
    told = await changed(shop, f"{BY_PHONE}/tags", {"tags": [{"name": "Refund"}, {"name": "VIP"}]})
    assert [one["name"] for one in told["tags"]] == ["Refund", "VIP"]
    told = await changed(shop, f"{ONE}/{id}/tags", {"removeTags": [{"name": "refund"}]})
    contact = (await shop.ask("GET", f"/devapi/contacts/{id}")).body
    assert told["tags"] == contact["tags"]
    assert [one["name"] for one in contact["tags"]] == ["VIP"]


async def test_what_is_repeated_under_its_key_is_done_once(shop: Shop) -> None:
    id = await priya(shop)
    headers = {"Idempotency-Key": "resolve-1"}
    first = await shop.ask("POST", f"{ONE}/{id}/resolve", headers=headers)
    await changed(shop, f"{ONE}/{id}/reopen")
    again = await shop.ask("POST", f"/devapi/accounts/1/conversations/{id}/resolve", headers=headers)
    assert (again.status, again.body) == (200, first.body)
    assert (await row(shop)).open
    other = await shop.ask("POST", f"{ONE}/{id}/reopen", headers=headers)
    assert (other.status, other.body["field"]) == (409, "Idempotency-Key")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "userId"),
    ({"userId": "f" * 24}, "userId"),
    ({"assigneeId": "nobody@shop.example"}, "assigneeId"),
    ({"email": "nobody@shop.example"}, "email"),
    ({"userId": ["x"]}, "userId"),
    ({"teamId": "68e37da9"}, "teamId"),
    ({"botId": "68e37da9"}, "botId"),
]


async def test_a_wrong_assignment_names_its_field(shop: Shop) -> None:
    id = await priya(shop)
    await changed(shop, f"{ONE}/{id}/assign", {"userId": public_id(shop.desk.agent.id)})
    for body, field in WRONG:
        answer = await shop.ask("POST", f"{ONE}/{id}/assign", body)
        assert (answer.status, answer.body["field"]) == (422, field), answer.body
    assert (await row(shop)).assigned_to == shop.desk.agent.id


async def test_a_conversation_that_is_not_there_is_404(shop: Shop) -> None:
    quiet = public_id(await shop.desk.contact("+14165550117"))
    for path in (f"{ONE}/{quiet}", f"{ONE}/x", f"{ONE}/{'f' * 24}", f"{ONE}/phone/14165550117"):
        assert (await shop.ask("GET", path)).body["status"] == "NOT_FOUND"
        assert (await shop.ask("POST", f"{path}/resolve")).body["status"] == "NOT_FOUND"
        assert (await shop.ask("POST", f"{path}/assign", {"userId": None})).status == 404
    answer = await shop.ask("GET", f"{ONE}/phone/call-me")
    assert (answer.status, answer.body["field"]) == (422, "phoneNumber")


async def test_a_key_that_may_only_read_looks_and_changes_nothing(shop: Shop) -> None:
    id = await priya(shop)
    reader = Shop(shop.desk, shop.session, await key_of(shop.desk, Scope.READ, "reader"))
    assert (await reader.ask("GET", f"{ONE}/{id}")).status == 200
    for verb in ("assign", "unassign", "resolve", "reopen", "tags"):
        body = {"userId": None, "tags": [{"name": "VIP"}]}
        assert (await reader.ask("POST", f"{ONE}/{id}/{verb}", body)).status == 403
    assert (await row(shop)).open
