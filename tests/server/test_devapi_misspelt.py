"""A No that is written in other words than ours is refused, never passed over."""

import pytest

from tests.server.api import MESSAGES, Shop, template

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

CONTACTS = "/devapi/contacts"
PHONE = ["16045550142"]
NAMES = [
    "optin",
    "opt_in",
    "opt-in",
    "OptIn",
    "optedIn",
    "opted_out",
    "optOut",
    "marketing_opt_in",
    "messageOptIn",
    "marketingConsent",
    "isSubscribed",
    "unsubscribed",
    "optinreason",
]


@pytest.mark.parametrize("name", NAMES)
async def test_a_field_that_looks_like_an_opt_in_is_refused_by_its_name(shop: Shop, name: str) -> None:
    for path in (CONTACTS, f"{CONTACTS}/upsert"):
        answer = await shop.ask("POST", path, {"phone": PHONE, name: "no"})
        assert (answer.status, answer.body["field"]) == (422, name), answer.body
        assert "optIn" in answer.body["message"]
    body = template()
    body["recipient"][name] = False
    answer = await shop.ask("POST", MESSAGES, body)
    assert (answer.status, answer.body["field"]) == (422, f"recipient.{name}"), answer.body
    counted = await shop.ask("GET", f"{CONTACTS}/counts")
    assert counted.body == {"count": 0}, "nothing was made"


async def test_what_is_ours_and_what_has_nothing_to_do_with_it_is_taken(shop: Shop) -> None:
    body = {"phone": PHONE, "optIn": "no", "marketingOptIn": None, "nickname": "Pri", "options": 3}
    answer = await shop.ask("POST", CONTACTS, body)
    assert (answer.status, answer.body["optIn"]) == (201, "no"), answer.body


@pytest.mark.parametrize("given", ["false", 0, "no", 1, None])
async def test_whom_a_broadcast_goes_to_is_said_by_true_or_false(shop: Shop, given: object) -> None:
    body = {"name": "Sale", "templateName": "winter_clearance", "segments": ["0" * 23 + "1"]}
    answer = await shop.ask("POST", "/devapi/broadcasts", body | {"sendMessageOnlyOptIn": given})
    assert (answer.status, answer.body["field"]) == (422, "sendMessageOnlyOptIn"), answer.body
