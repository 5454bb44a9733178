"""Contacts that are named by their e-mail address, and whose they are."""

from typing import Any

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.filters import Kind
from desktop.domain.people import Role
from desktop.domain.public_ids import own_id, public_id
from desktop.store import contacts, people
from tests.server.api import Answer, Shop
from tests.services.desk import PRIYA

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

ANY = "/devapi/accounts/64f0c2/contacts"
MAIL = "priya@shop.example"


async def upsert(shop: Shop, **wanted: Any) -> Answer:
    return await shop.ask("POST", "/devapi/contacts/upsert", wanted)


async def done(shop: Shop, **wanted: Any) -> Any:
    answer = await upsert(shop, **wanted)
    assert answer.status == 200, answer.body
    return answer.body


async def test_an_address_names_a_contact_however_it_is_written(shop: Shop) -> None:
    made = await done(shop, phone="16045550142", email=MAIL, name="Priya")
    again = await done(shop, email=[" Priya@Shop.example "], tags=[{"name": "VIP"}])
    assert (again["id"], again["phone"], [one["name"] for one in again["tags"]]) == (
        made["id"],
        ["16045550142"],
        ["VIP"],
    )
    assert await shop.desk.app.contacts.count() == 1


async def test_an_address_alone_makes_a_contact_without_a_number(shop: Shop) -> None:
    made = await done(shop, email=MAIL, name="Priya")
    assert (made["phone"], made["formattedPhone"], made["email"]) == ([], [], [MAIL])
    with_number = await done(shop, email=MAIL, phone="16045550142")
    assert (with_number["id"], with_number["phone"]) == (made["id"], ["16045550142"])
    assert (await shop.ask("GET", ANY, params={"phone": PRIYA})).body == [with_number]


async def test_a_no_goes_with_the_person_to_their_number(shop: Shop) -> None:
    made = await done(shop, email=MAIL, optIn="no")
    with_number = await done(shop, phone="16045550142", email=MAIL)
    assert (with_number["id"], with_number["phone"]) == (made["id"], ["16045550142"])
    assert with_number["optIn"] == "no"


async def test_the_number_comes_before_the_address(shop: Shop) -> None:
    ana = await done(shop, phone="16045550142", email="ana@shop.example")
    told = await done(shop, phone="16045550142", email="ana@home.example")
    assert (told["id"], told["email"]) == (ana["id"], ["ana@home.example"])


async def test_an_address_that_two_have_names_nobody(shop: Shop) -> None:
    ana = await done(shop, phone="16045550142", email=MAIL)
    made = await shop.ask("POST", ANY, {"phone": "14165550117", "email": MAIL})
    assert made.status == 201
    refused = await upsert(shop, email=MAIL, name="Who?", tags=[{"name": "VIP"}])
    assert (refused.status, refused.body["field"]) == (409, "email")
    for one in (ana, made.body):
        assert (await shop.ask("GET", f"{ANY}/{one['id']}")).body == one


async def test_an_address_that_is_known_is_409_on_create(shop: Shop) -> None:
    await done(shop, email=MAIL, phone="14165550117")
    again = await shop.ask("POST", ANY, {"email": MAIL})
    assert (again.status, again.body["field"]) == (409, "email")
    other = await shop.ask("POST", ANY, {"email": MAIL, "phone": "16045550142"})
    assert other.status == 201
    assert await shop.desk.app.contacts.count() == 2


async def test_a_repeated_upsert_by_address_makes_one_contact(shop: Shop) -> None:
    headers = {"Idempotency-Key": "new-priya"}
    one, two = [
        await shop.ask("POST", "/devapi/contacts/upsert", {"email": MAIL}, headers=headers) for _ in "12"
    ]
    assert (one.status, one.body) == (two.status, two.body) == (200, one.body)
    assert await shop.desk.app.contacts.count() == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "phone"),
    ({"phone": None, "email": None}, "phone"),
    ({"phone": "", "email": " "}, "phone"),
    ({"email": "priya"}, "email"),
    ({"email": "priya@", "phone": "16045550142"}, "email"),
    ({"email": "pri ya@shop.example"}, "email"),
    ({"email": {"work": MAIL}}, "email"),
    ({"email": MAIL, "contactOwnerId": "nobody@shop.example"}, "contactOwnerId"),
    ({"email": MAIL, "contactOwnerId": "f" * 24}, "contactOwnerId"),
    ({"email": MAIL, "contactOwnerId": ["x"]}, "contactOwnerId"),
]


async def test_a_wrong_one_names_its_field(shop: Shop) -> None:
    for wanted, field in WRONG:
        for path in (ANY, "/devapi/contacts/upsert"):
            answer = await shop.ask("POST", path, wanted)
            assert (answer.status, answer.body["field"]) == (422, field), answer.body
    assert await shop.desk.app.contacts.count() == 0


# The owner.


async def lina(shop: Shop) -> str:
    """A colleague who signs in with an address; returns her id."""
    write = shop.desk.app.store.write
    return public_id(await write(lambda tx: people.create(tx, "Lina Roy", Role.AGENT, "lina@shop.example")))


async def test_a_contact_is_somebodys_by_id_or_address(shop: Shop) -> None:
    id = await lina(shop)
    told = await done(shop, phone="16045550142", contactOwnerId="Lina@shop.example")
    assert told["contactOwner"] == {"id": id, "name": "Lina Roy", "email": "lina@shop.example"}
    assert (told["contactOwnerId"], told["fieldValues"]) == (id, [])
    meera = public_id(shop.desk.admin.id)
    told = await done(shop, phone="16045550142", contactOwnerId=meera)
    assert told["contactOwner"] == {"id": meera, "name": "Meera Rao", "email": ""}
    asked = {"filter": {"rules": [{"property": "contactOwner", "operator": "Contains", "values": [meera]}]}}
    assert (await shop.ask("PATCH", ANY, asked)).body == [told]
    told = await done(shop, phone="16045550142", contactOwnerId="")
    assert (told["contactOwnerId"], told["contactOwner"]) == (None, None)


async def test_the_owner_is_a_field_that_the_window_shows(shop: Shop) -> None:
    told = await done(shop, phone="16045550142", contactOwnerId=await lina(shop))
    kept = await shop.desk.app.contacts.get(own_id(told["id"]) or 0)
    assert kept.attributes == {"Contact owner": "Lina Roy"}
    field = (await shop.desk.app.store.read(contacts.known_attributes))["Contact owner"]
    assert field.kind is Kind.USER


async def test_nobody_gets_a_contact_whose_account_is_closed(shop: Shop) -> None:
    id = await lina(shop)
    told = await done(shop, phone="16045550142", contactOwnerId=id)
    await shop.desk.app.store.write(lambda tx: people.set_active(tx, own_id(id) or 0, False))
    assert (await done(shop, phone="16045550142"))["contactOwnerId"] == told["contactOwnerId"]
    refused = await upsert(shop, phone="14165550117", contactOwnerId=id)
    assert (refused.status, refused.body["field"]) == (422, "contactOwnerId")


async def test_the_people_who_work_here(shop: Shop) -> None:
    id = await lina(shop)
    every = (await shop.ask("GET", "/devapi/accounts/1/users")).body
    assert [one["name"] for one in every] == ["Meera Rao", "Arun Das", "Lina Haddad", "Lina Roy"]
    assert every[-1] == {"id": id, "name": "Lina Roy", "email": "lina@shop.example", "role": "agent"}


# Tags.


async def test_tags_come_and_go(shop: Shop) -> None:
    at = public_id(await shop.desk.contact(PRIYA, OptIn.YES))
    path = f"{ANY}/{at}/tags"
    told = (await shop.ask("POST", path, {"tags": [{"name": "VIP"}, {"name": "New"}]})).body
    assert [one["name"] for one in told["tags"]] == ["New", "VIP"]
    told = (await shop.ask("POST", path, {"tags": [{"name": "vip"}], "removeTags": [{"name": "NEW"}]})).body
    assert [one["name"] for one in told["tags"]] == ["VIP"]
    assert (await shop.ask("POST", path, {"removeTags": [{"name": "Never"}]})).body == told
    assert (await shop.ask("POST", path, {})).body["field"] == "tags"
    assert (await shop.ask("POST", f"{ANY}/{'f' * 24}/tags", {"tags": [{"name": "VIP"}]})).status == 404
