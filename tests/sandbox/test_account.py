"""What Meta thinks of the number and does to the account, on the number's page and by webhook."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.harness import NUMBER, Client, Receiver

FIELDS = "quality_rating,whatsapp_business_manager_messaging_limit"


async def page(client: Client) -> tuple[str, str]:
    status, found = await client.call("GET", f"/v25.0/{NUMBER}?fields={FIELDS}")
    assert status == 200
    return found["quality_rating"], found["whatsapp_business_manager_messaging_limit"]


def told(receiver: Receiver, field: str) -> list[dict[str, Any]]:
    changes = [one for body in receiver.bodies for entry in body["entry"] for one in entry["changes"]]
    return [one["value"] for one in changes if one["field"] == field]


async def test_the_number_has_the_quality_and_limit_that_were_asked_for(
    hooked: Client, receiver: Receiver
) -> None:
    assert await page(hooked) == ("GREEN", "TIER_UNLIMITED")
    await hooked.control("number", {"quality": "RED"})
    await hooked.settled()
    assert told(receiver, "phone_number_quality_update") == [], "Meta tells nobody of a rating"
    assert await page(hooked) == ("RED", "TIER_UNLIMITED")
    shown = await hooked.control("number", {"limit": "TIER_10K", "expects_webhooks": True})
    assert shown == {"quality": "RED", "limit": "TIER_10K", "expects_webhooks": True}
    await hooked.settled()
    (change,) = told(receiver, "phone_number_quality_update")
    assert (change["event"], change["current_limit"]) == ("THROUGHPUT_UPGRADE", "TIER_10K")
    await hooked.control("reset", {})
    assert await page(hooked) == ("GREEN", "TIER_UNLIMITED")


async def test_what_happens_to_the_account_is_told(hooked: Client, receiver: Receiver) -> None:
    kinds = ["RESTRICTED_BIZ_INITIATED_MESSAGING"]
    await hooked.control("account", {"event": "ACCOUNT_RESTRICTION", "restrictions": kinds})
    await hooked.control("account", {"event": "DISABLED_UPDATE", "ban_state": "SCHEDULE_FOR_DISABLE"})
    await hooked.settled()
    restricted, banned = told(receiver, "account_update")
    assert restricted["restriction_info"][0]["restriction_type"] == kinds[0]
    assert restricted["restriction_info"][0]["expiration"].isdecimal()
    assert banned == {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("number", {"quality": "PURPLE"}),
        ("number", {"limit": "TIER_3"}),
        ("account", {}),
        ("account", {"event": "ACCOUNT_RESTRICTION", "restrictions": "all"}),
    ],
)
async def test_what_meta_does_not_have_is_refused(client: Client, path: str, body: dict[str, Any]) -> None:
    status, answer = await client.call("POST", f"/_control/{path}", body)
    assert status == 400
    assert answer["error"]
