"""Broadcasts through the API: who gets them, what is answered, and what is recorded of the key that asked."""

from typing import Any

import pytest

from desktop.domain.activity import Deed
from desktop.domain.consent import OptIn
from desktop.domain.filters import EVERYONE, Condition, Filter, Op
from desktop.domain.keys import Scope
from desktop.domain.messages import Status
from desktop.domain.public_ids import own_id, public_id
from desktop.store import segments, settings
from tests.server.api import Shop, key_of
from tests.services.desk import ARJUN, LUCIA, PRIYA, TUNDE, US

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

BROADCASTS = "/devapi/accounts/64f0/broadcasts"
NAMED = {"1": "{{{contact.first_name|there}}}", "2": "50%", "3": "Sunday"}
POSTER = {
    "name": "poster",
    "language": "en",
    "category": "MARKETING",
    "components": [
        {
            "type": "HEADER",
            "format": "IMAGE",
            "example": {"header_handle": ["https://shop.example/poster.png"]},
        },
        {"type": "BODY", "text": "The sale is on."},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Tell me more"}]},
    ],
}


async def segment(shop: Shop, name: str = "Everyone", wanted: Filter = EVERYONE) -> str:
    return public_id(await shop.desk.app.segments.save(None, name, wanted, shop.desk.admin))


async def body(shop: Shop, **more: Any) -> dict[str, Any]:
    """A broadcast as in Gallabox's description, to everyone."""
    wanted = {
        "name": "Winter clearance",
        "schduledType": "NOW",
        "templateName": "winter_clearance",
        "sendMessageOnlyOptIn": True,
        "source": "CONTACT",
        "bodyValues": NAMED,
    }
    return wanted | ({} if "segments" in more else {"segments": [await segment(shop)]}) | more


async def launched(shop: Shop, **more: Any) -> Any:
    answer = await shop.ask("POST", BROADCASTS, await body(shop, **more))
    assert answer.status == 200, answer.body
    return answer.body


async def ended(shop: Shop, id: str) -> Any:
    """The broadcast once it is through and every status has come."""
    await shop.desk.ended(own_id(id) or 0)
    await shop.desk.settled()
    answer = await shop.ask("GET", f"{BROADCASTS}/{id}")
    assert answer.status == 200, answer.body
    return answer.body


async def test_those_who_opted_out_are_left_out_with_the_reason(shop: Shop) -> None:
    await shop.desk.crowd(yes=27, no=3, none=6)
    told = await launched(shop)
    assert (told["contactCount"], told["selectedCount"]) == (33, 36)
    assert (told["isDelete"], told["ignoreLimit"], told["amountSpent"]) == (False, False, 0)
    assert (told["schduledType"], told["sendMessageOnlyOptIn"], told["source"]) == ("NOW", True, "CONTACT")
    assert told["bodyValues"] == NAMED
    assert [one["name"] for one in told["segments"]] == ["Everyone"]
    out = {"reason": "OPTED_OUT", "label": "Opted out of marketing", "count": 3, "code": None}
    assert told["leftOut"] == [out]
    assert sum(told["now"].values()) == 36
    after = await ended(shop, told["id"])
    assert (after["status"], after["contactCount"], after["leftOut"]) == ("DONE", 33, [out])
    assert after["reached"]["delivered"] == 33
    assert (after["now"]["leftOut"], after["now"]["queued"]) == (3, 0)
    assert sum(after["now"].values()) == 36
    assert len(set(await shop.desk.sent_to())) == 33
    assert {key: after[key] for key in ("segments", "bodyValues")} == {
        key: told[key] for key in ("segments", "bodyValues")
    }


async def test_values_are_the_contacts_own(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.YES, name="Priya Sharma")
    await shop.desk.contact(ARJUN, OptIn.YES, name="")
    told = await launched(shop)
    await ended(shop, told["id"])
    rows = await shop.desk.rows(own_id(told["id"]) or 0)
    assert rows[PRIYA].text.startswith("Hi Priya,")
    assert rows[ARJUN].text.startswith("Hi there,")


async def test_several_segments_are_joined_and_nobody_gets_it_twice(shop: Shop) -> None:
    for phone, name in ((PRIYA, "Priya"), (ARJUN, "Arjun"), (LUCIA, "Lucía"), (TUNDE, "Tunde")):
        await shop.desk.contact(phone, OptIn.YES, name=name)

    def named(*names: str) -> Filter:
        return Filter(tuple(Condition("name", Op.IS, (one,)) for one in names), match_all=False)

    first = await segment(shop, "First", named("Priya", "Arjun"))
    second = await segment(shop, "Second", named("Arjun", "Tunde"))
    told = await launched(shop, segments=[first, second])
    assert (told["contactCount"], [one["id"] for one in told["segments"]]) == (3, [first, second])
    (rule, _) = told["segments"][0]["contactFilter"]["rules"]
    assert (told["segments"][0]["contactFilter"]["condition"], rule["property"], rule["values"]) == (
        "or",
        "name",
        ["Priya"],
    )
    await ended(shop, told["id"])
    assert sorted(await shop.desk.sent_to()) == sorted((PRIYA, ARJUN, TUNDE))


async def test_the_toggle_off_needs_a_reason_which_is_recorded_in_the_keys_name(shop: Shop) -> None:
    at = await shop.desk.contact(PRIYA, OptIn.NO)
    await shop.desk.contact(ARJUN, OptIn.YES)
    await shop.desk.contact(US, OptIn.YES)
    everyone = [await segment(shop)]
    refused = await shop.ask(
        "POST", BROADCASTS, await body(shop, segments=everyone, sendMessageOnlyOptIn=False)
    )
    assert (refused.status, refused.body["field"]) == (422, "overrideReason")
    assert (await shop.ask("GET", BROADCASTS)).body == []
    told = await launched(
        shop, segments=everyone, sendMessageOnlyOptIn=False, overrideReason="A recall of the kettle"
    )
    assert (told["contactCount"], told["selectedCount"], told["despiteOptOutCount"]) == (2, 3, 1)
    assert told["overrideReason"] == "A recall of the kettle"
    assert [one["reason"] for one in told["leftOut"]] == ["US_NUMBER"]
    assert told["createdBy"] == "API · shop-sync"
    await ended(shop, told["id"])
    assert len(await shop.desk.sends()) == 2
    (done,) = await shop.desk.app.accounts.activity(shop.desk.admin, deed=Deed.BROADCAST_LAUNCHED)
    assert (done.user_name, done.subject) == ("API · shop-sync", "Winter clearance")
    assert "1 of them despite an opt-out: A recall of the kettle" in done.details
    (message,) = await shop.desk.thread(at)
    steps = [one.text for one in (await shop.desk.app.whys.of_message(message.id)).steps]
    assert any("The API key “shop-sync” gave a reason" in one for one in steps), steps


async def test_what_the_workspace_lets_nobody_do_no_key_does(shop: Shop) -> None:
    await shop.desk.settings(override_roles=frozenset())
    wanted = await body(shop, sendMessageOnlyOptIn=False, overrideReason="Because")
    refused = await shop.ask("POST", BROADCASTS, wanted)
    assert (refused.status, refused.body["status"]) == (403, "FORBIDDEN")
    assert (await shop.ask("GET", BROADCASTS)).body == []


async def test_a_real_number_proves_first_that_replies_come(shop: Shop) -> None:
    await shop.desk.app.store.write(lambda tx: settings.set_meta(tx, "stamp", "102290129340398"))
    everyone = [await segment(shop)]
    held = await shop.ask("POST", BROADCASTS, await body(shop, segments=everyone))
    assert held.status == 422
    assert "webhook" in held.body["message"]
    shipped = {"1": "Ana", "2": "A-991", "3": "Thursday"}
    utility = await body(shop, segments=everyone, templateName="order_shipped", bodyValues=shipped)
    assert (await shop.ask("POST", BROADCASTS, utility)).status == 200


async def test_the_toggle_says_nothing_about_what_is_not_marketing(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.NO)
    shipped = {"1": "Ana", "2": "A-991", "3": "Thursday"}
    told = await launched(shop, templateName="order_shipped", bodyValues=shipped, sendMessageOnlyOptIn=False)
    assert (told["contactCount"], told["leftOut"], told["sendMessageOnlyOptIn"]) == (1, [], True)


async def test_a_picture_and_a_replys_payload_come_with_every_message(shop: Shop) -> None:
    await shop.desk.client.control("templates", {"templates": [POSTER]})
    await shop.desk.app.templates.refresh()
    await shop.desk.contact(PRIYA, OptIn.YES)
    told = await launched(
        shop,
        templateName="poster",
        bodyValues={},
        headerValues={"mediaUrl": "https://shop.example/winter.png"},
        buttonValues=[
            {"index": 0, "sub_type": "quick_reply", "parameters": {"type": "payload", "payload": "more-7"}}
        ],
    )
    await ended(shop, told["id"])
    rows = await shop.desk.rows(own_id(told["id"]) or 0)
    assert rows[PRIYA].status in (Status.DELIVERED, Status.READ)
    (seen,) = (await shop.desk.client.control(f"customers/{PRIYA}/thread"))["thread"]
    # Without a picture WhatsApp would have refused it.
    assert [one["payload"] for one in seen["buttons"]] == ["more-7"]


async def test_the_same_key_launches_once(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.YES)
    headers = {"Idempotency-Key": "winter"}
    wanted = await body(shop)
    first = await shop.ask("POST", BROADCASTS, wanted, headers=headers)
    again = await shop.ask("POST", "/devapi/broadcasts", wanted, headers=headers)
    assert (first.status, again.body) == (200, first.body)
    other = await shop.ask("POST", BROADCASTS, wanted | {"name": "Other"}, headers=headers)
    assert (other.status, other.body["field"]) == (409, "Idempotency-Key")
    assert len((await shop.ask("GET", BROADCASTS)).body) == 1
    await ended(shop, first.body["id"])
    assert len(await shop.desk.sends()) == 1


async def test_they_are_listed_newest_first_and_drafts_are_nobodys_business(shop: Shop) -> None:
    draft = await shop.desk.draft()
    assert (await shop.ask("GET", f"{BROADCASTS}/{public_id(draft)}")).status == 404
    by_hand = await shop.desk.launch()
    everyone = [await segment(shop)]
    mine = (await launched(shop, name="Mine", segments=everyone))["id"]
    listed = (await shop.ask("GET", BROADCASTS, params={"limit": "1"})).body
    assert [(one["id"], one["createdBy"]) for one in listed] == [(mine, "API · shop-sync")]
    listed = (await shop.ask("GET", BROADCASTS, params={"limit": "1", "page": "2"})).body
    assert [(one["id"], one["createdBy"]) for one in listed] == [(public_id(by_hand), "Arun Das")]
    assert (await shop.ask("GET", BROADCASTS, params={"limit": "1", "page": "3"})).body == []


async def test_only_a_key_that_opens_all_launches(shop: Shop) -> None:
    wanted = await body(shop)
    for scope, may_look in ((Scope.READ, True), (Scope.RESTRICTED, False)):
        one = Shop(shop.desk, shop.session, await key_of(shop.desk, scope, scope.value))
        assert (await one.ask("POST", BROADCASTS, wanted)).status == 403
        assert (await one.ask("GET", BROADCASTS)).status == (200 if may_look else 403)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"schduledType": "LATER"}, "schduledType"),
    ({"scheduledType": "LATER"}, "scheduledType"),
    ({"schduledAt": "2026-12-01T10:00:00Z"}, "schduledAt"),
    ({"source": "EXCEL"}, "source"),
    ({"segments": []}, "segments"),
    ({"segments": ["all"]}, "segments.0"),
    ({"segments": [public_id(77)]}, "segments.0"),
    ({"templateName": ""}, "templateName"),
    ({"templateName": "no_such"}, "templateName"),
    ({"templateId": "x"}, "templateId"),
    ({"templateId": public_id(77)}, "templateId"),
    ({"templateId": public_id(1), "templateName": "no_such"}, "templateName"),
    ({"language": "hi"}, "templateName"),
    ({"bodyValues": {"1": "Ana", "2": "50%"}}, "bodyValues.3"),
    ({"bodyValues": NAMED | {"4": "x"}}, "bodyValues.4"),
    ({"bodyValues": NAMED | {"1": "{{{contact.shoe_size}}}"}}, "bodyValues.1"),
    ({"bodyValues": NAMED | {"1": "Dear {{{contact.name}}}"}}, "bodyValues.1"),
    ({"headerValues": {"1": "x"}}, "headerValues.1"),
    ({"buttonValues": [{"index": 0, "sub_type": "url", "parameters": {"text": "x"}}]}, "buttonValues.0"),
    ({"sendMessageOnlyOptIn": "perhaps"}, "sendMessageOnlyOptIn"),
    ({"sendMessageOnlyOptIn": False, "overrideReason": "x" * 1_001}, "overrideReason"),
    ({"replyTo": {"assigneeType": "user"}}, "replyTo"),
]


async def test_a_wrong_broadcast_names_its_field(shop: Shop) -> None:
    everyone = [await segment(shop)]
    for wrong, field in WRONG:
        answer = await shop.ask("POST", BROADCASTS, await body(shop, **({"segments": everyone} | wrong)))
        assert answer.status == 422, (wrong, answer.body)
        assert answer.body["field"].startswith(field), (wrong, answer.body)
    assert (await shop.ask("GET", BROADCASTS)).body == []


async def test_a_segment_that_asks_for_a_field_that_is_gone_is_named(shop: Shop) -> None:
    gone = Filter((Condition("attribute:Shoe size", Op.IS, ("9",)),))
    kept = await shop.desk.app.store.write(lambda tx: segments.save(tx, None, "Feet", gone, None))
    answer = await shop.ask("POST", BROADCASTS, await body(shop, segments=[public_id(kept)]))
    assert (answer.status, answer.body["field"]) == (422, "segments")
    assert (await shop.ask("GET", BROADCASTS)).body == []
