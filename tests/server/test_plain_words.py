"""What is wrong with a request is said in words that need no knowledge of what Assent is made of."""

from typing import Any

import pytest

from tests.server.api import MESSAGES, Shop, template, text

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

ME = {"phone": "16045550142"}
WRONG: list[tuple[Any, str, str]] = [
    ({"recipient": {"phone": " "}, "whatsapp": text("Hi")["whatsapp"]}, "recipient.phone", "This is empty."),
    ({"recipient": ME, "whatsapp": "Hi"}, "whatsapp", "This must be an object, in { }."),
    ({"recipient": ME}, "whatsapp", "This is missing."),
    (template() | {"replyTo": {"assigneeId": "x" * 257}}, "replyTo.assigneeId", "at most 256 characters"),
    (text("Hi") | {"channelType": "sms"}, "channelType", "This must be 'whatsapp'."),
    (
        {"recipient": ME, "whatsapp": {"type": "contacts", "contacts": []}},
        "whatsapp.contacts",
        "This is missing or empty.",
    ),
]


@pytest.mark.parametrize(("body", "field", "words"), WRONG)
async def test_a_wrong_field_is_told_in_plain_words(shop: Shop, body: Any, field: str, words: str) -> None:
    answer = await shop.ask("POST", MESSAGES, body)
    assert (answer.status, answer.body["field"]) == (422, field), answer.body
    assert words in answer.body["message"]


async def test_an_unknown_segment_may_never_have_existed(shop: Shop) -> None:
    answer = await shop.ask("GET", f"/devapi/segments/{9:024x}")
    assert answer.status == 404
    assert "meanwhile" not in answer.body["message"]


async def test_the_description_says_which_headers_go_together_and_shows_a_webhook(shop: Shop) -> None:
    told = (await shop.ask("GET", "/openapi.json")).body
    both = {"apiKey", "apiSecret"}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            ways = [set(one) for one in operation.get("security", ())]
            assert ways in ([both, {"bearer"}], []), (method, path)
            assert ways or not path.startswith("/devapi"), path
    content = told["paths"]["/devapi/webhooks"]["post"]["requestBody"]["content"]["application/json"]
    assert content["examples"]
