"""Contacts through the API, and what it says and takes of their opt-in."""

from typing import Any

import pytest

from desktop.domain.consent import OptIn, Source
from desktop.domain.fields import KINDS
from desktop.domain.filters import Kind
from desktop.domain.public_ids import own_id
from desktop.store import consent, contacts
from tests.server.api import Shop
from tests.services.desk import PRIYA

ANY = "/devapi/accounts/64f0c2/contacts"


async def upsert(shop: Shop, **wanted: Any) -> Any:
    answer = await shop.ask("POST", "/devapi/contacts/upsert", {"phone": ["16045550142"]} | wanted)
    assert answer.status == 200, answer.body
    return answer.body


async def test_a_contact_is_made_and_found_again(shop: Shop) -> None:
    wanted = {
        "name": "Priya Sharma",
        "phone": ["16045550142"],
        "email": ["priya@shop.example"],
        "tags": [{"name": "VIP"}],
    }
    made = await shop.ask("POST", ANY, wanted)
    assert made.status == 201, made.body
    body = made.body
    assert body["name"] == "Priya Sharma"
    assert body["phone"] == ["16045550142"]
    assert body["email"] == ["priya@shop.example"]
    assert [one["name"] for one in body["tags"]] == ["VIP"]
    assert body["formattedPhone"] == [{"countryCode": "1", "phoneNumber": "6045550142"}]
    assert (body["optIn"], body["marketingOptIn"], body["messageOptIn"]) == ("none", True, True)
    assert len(body["id"]) == 24
    assert body["creatorId"] is None
    assert (await shop.ask("GET", f"{ANY}/{body['id']}")).body == body
    assert (await shop.ask("GET", ANY, params={"phone": "+1 604 555 0142"})).body == [body]
    assert (await shop.ask("GET", f"{ANY}/search", params={"search": "sharma"})).body == [body]
    assert (await shop.ask("GET", f"{ANY}/counts")).body == {"count": 1}


async def test_a_number_that_is_known_is_409(shop: Shop) -> None:
    await shop.desk.contact(PRIYA)
    again = await shop.ask("POST", ANY, {"name": "Priya", "phone": "16045550142"})
    assert (again.status, again.body["status"], again.body["field"]) == (409, "CONFLICT", "phone")


async def test_upsert_changes_what_it_says_and_leaves_the_rest(shop: Shop) -> None:
    await shop.desk.app.store.write(lambda tx: contacts.make_attribute(tx, "City", Kind.TEXT))
    first = await upsert(shop, name="Priya", fieldValues={"city": "Mumbai"}, tags=[{"name": "VIP"}])
    second = await upsert(shop, tags=[{"name": "Winter"}])
    assert second["id"] == first["id"]
    assert second["name"] == "Priya"
    assert [one["name"] for one in second["tags"]] == ["VIP", "Winter"]
    assert [(one["name"], one["value"]) for one in second["fieldValues"]] == [("City", "Mumbai")]
    assert await shop.desk.app.contacts.count() == 1
    assert len(KINDS) > 1


async def test_a_repeated_create_makes_one_contact(shop: Shop) -> None:
    wanted, headers = {"phone": "16045550142"}, {"Idempotency-Key": "new-priya"}
    first = await shop.ask("POST", ANY, wanted, headers=headers)
    again = await shop.ask("POST", ANY, wanted, headers=headers)
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert await shop.desk.app.contacts.count() == 1


# The opt-in.


async def test_the_opt_in_is_recorded_with_the_key_that_said_it(shop: Shop) -> None:
    told = await upsert(shop, optIn="no")
    assert (told["optIn"], told["marketingOptIn"]) == ("no", False)
    (event,) = await shop.desk.app.contacts.history(own_id(told["id"]) or 0)
    assert (event.value, event.source, event.evidence) == ("no", Source.API, "shop-sync")
    history = await shop.ask("GET", f"{ANY}/{told['id']}/optIn")
    assert [(one["fact"], one["value"], one["source"]) for one in history.body] == [("opt_in", "no", "api")]


@pytest.mark.parametrize("value", ["yes", "none"])
async def test_a_no_is_not_lifted_without_saying_why(shop: Shop, value: str) -> None:
    await shop.desk.contact(PRIYA, OptIn.NO)
    wanted = {"phone": "16045550142", "name": "Priya", "optIn": value, "tags": [{"name": "VIP"}]}
    refused = await shop.ask("POST", "/devapi/contacts/upsert", wanted)
    assert (refused.status, refused.body["field"]) == (422, "optInReason")
    (contact,) = (await shop.ask("GET", ANY, params={"phone": "16045550142"})).body
    assert (contact["optIn"], contact["tags"]) == ("no", [])  # nothing is half done
    told = await upsert(shop, optIn=value, optInReason="Ticked the box at the checkout")
    assert told["optIn"] == value


async def test_whatsapps_stop_stands_whatever_the_api_says(shop: Shop) -> None:
    at = await shop.desk.contact(PRIYA, stopped=True)
    told = await upsert(shop, optIn="yes")
    assert (told["optIn"], told["stoppedInWhatsApp"], told["marketingOptIn"]) == ("yes", True, False)
    _, facts = await shop.desk.app.store.read(lambda tx: consent.facts_of(tx, at))
    assert facts.says_no


async def test_none_reads_true_and_under_strict_false(shop: Shop) -> None:
    assert (await upsert(shop))["marketingOptIn"] is True
    await shop.desk.settings(strict=True)
    told = await upsert(shop)
    assert (told["marketingOptIn"], told["optIn"]) == (False, "none")
    assert (await upsert(shop, optIn="yes"))["marketingOptIn"] is True


async def test_the_same_yes_again_is_no_news(shop: Shop) -> None:
    told = await upsert(shop, optIn="yes")
    await upsert(shop, optIn="yes")
    assert len(await shop.desk.app.contacts.history(own_id(told["id"]) or 0)) == 1


async def test_search_pages_by_name(shop: Shop) -> None:
    for number in range(5):
        await shop.desk.contact(f"+1604555012{number}", name=f"Person {number}")
    first = await shop.ask("GET", f"{ANY}/search", params={"limit": "2", "page": "1"})
    last = await shop.ask("GET", f"{ANY}/search", params={"limit": "2", "page": "3"})
    assert [one["name"] for one in first.body] == ["Person 0", "Person 1"]
    assert [one["name"] for one in last.body] == ["Person 4"]
    assert (await shop.ask("GET", f"{ANY}/search", params={"page": "9"})).body == []


async def test_templates_are_listed_with_what_they_need(shop: Shop) -> None:
    every = (await shop.ask("GET", "/devapi/accounts/1/whatsappTemplates")).body
    shipped = next(one for one in every if one["name"] == "order_shipped")
    assert (shipped["category"], shipped["status"]) == ("UTILITY", "approved")
    assert shipped["variables"] == ["1", "2", "3"]
    assert (await shop.ask("GET", f"/devapi/whatsappTemplates/{shipped['id']}")).body == shipped
