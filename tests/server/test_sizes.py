"""How large a request may be, and that what is large or deep does no harm."""

import json
from typing import Any

import pytest

from desktop.server.sizes import LARGEST_BYTES, MOST_PARTS, USUAL_BYTES, largest_bytes
from tests.server.api import MESSAGES, Shop, template

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

JSON = {"Content-Type": "application/json"}
CARD: dict[str, Any] = {
    "name": {"formattedName": "Priya Sharma", "firstName": "Priya", "lastName": "Sharma"},
    "org": {"company": "Northern Kettles", "department": "Sales", "title": "Head of sales"},
    "phones": [{"phone": "+1 604 555 0142", "type": "WORK", "waId": "16045550142"}] * 2,
    "emails": [{"email": "priya@shop.example", "type": "WORK"}] * 2,
    "urls": [{"url": "https://shop.example/priya", "type": "WORK"}],
    "addresses": [{"street": "1 Main Street", "city": "Vancouver", "country": "Canada", "type": "WORK"}],
}


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (MESSAGES, LARGEST_BYTES),
        ("/devapi/accounts/64f0/messages/whatsapp/explain", LARGEST_BYTES),
        ("/devapi/contacts", LARGEST_BYTES),
        ("/devapi/accounts//contacts/upsert", LARGEST_BYTES),
        ("/devapi/contacts/search", USUAL_BYTES),
        ("/devapi/broadcasts", USUAL_BYTES),
        ("/devapi/x/messages/whatsapp", USUAL_BYTES),
    ],
)
def test_messages_and_contacts_may_be_larger(path: str, most: int) -> None:
    assert largest_bytes(path) == most


@pytest.mark.parametrize("path", ["/devapi/webhooks", MESSAGES])
async def test_a_body_has_just_so_many_bytes(shop: Shop, path: str) -> None:
    most = largest_bytes(path)
    for size_bytes, refused in ((most, False), (most + 1, True)):
        raw = b'{"x": "' + b"x" * (size_bytes - 9) + b'"}'
        answer = await shop.ask("POST", path, data=raw, headers=JSON)
        assert answer.status == (413 if refused else 422), answer.body
        assert (f"{most:,} bytes" in answer.body["message"]) is refused


@pytest.mark.parametrize("path", [MESSAGES, "/v25.0/me/messages"])
async def test_a_body_has_just_so_many_lists_and_objects(shop: Shop, path: str) -> None:
    for parts, refused in ((MOST_PARTS, False), (MOST_PARTS + 1, True)):
        raw = b'{"x": [' + b",".join([b"[]"] * (parts - 2)) + b"]}"
        answer = await shop.ask("POST", path, data=raw, headers=JSON)
        assert (answer.status == 413) is refused, answer.body
        assert ("8,192 lists and objects" in json.dumps(answer.body)) is refused


async def test_as_many_full_cards_as_whatsapp_takes_are_taken(shop: Shop) -> None:
    body = {"recipient": {"phone": "16045550142"}, "whatsapp": {"type": "contacts", "contacts": [CARD] * 257}}
    await shop.send(body)


def nested(depth: int) -> bytes:
    """Not by json.dumps, which gives up earlier than the body's reader."""
    return b"[" * depth + b"1" + b"]" * depth


BUTTON = b'{"index": 0, "sub_type": "flow", "parameters": {"type": "action", "action": {"data": %b}}}'
DEEP = {
    "interactive": b'{"type": "interactive", "interactive": {"type": "button", "x": %b}}',
    "cards": b'{"type": "contacts", "contacts": [{"name": {"formattedName": %b}}]}',
    "a button": b'{"type": "template", "template": {"templateName": "order_shipped", "buttonValues": ['
    + BUTTON
    + b"]}}",
    "the context": b'{"type": "text", "text": {"body": "Hello"}}, "context": {"x": %b}, "y": {"y": 1}',
    "an unknown field": b'{"type": "text", "text": {"body": "Hello"}, "x": %b}',
}


async def test_what_is_nested_deep_makes_no_fault(shop: Shop) -> None:
    for what, content in DEEP.items():
        for depth in (60, 300, 900, 4_000):
            raw = b'{"recipient": {"phone": "16045550142"}, "whatsapp": ' + content % nested(depth) + b"}"
            answer = await shop.ask("POST", MESSAGES, data=raw, headers=JSON)
            assert answer.status in (202, 400, 422), (what, depth, answer.body)


async def test_the_context_is_small(shop: Shop) -> None:
    await shop.send(template() | {"context": {"type": "notification", "more": [{"a": 1}] * 20}})
    for wrong in ({"a": [1] * 1_000}, {"a": "x" * 2_048}, {"a": [[[{"b": "c"}]]] * 200}):
        answer = await shop.ask("POST", MESSAGES, template() | {"context": wrong})
        assert (answer.status, answer.body["field"]) == (422, "context"), answer.body
