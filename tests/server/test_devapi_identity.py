"""Who is who: numbers and e-mail addresses that name one person, two, or somebody who has another number now."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import insert

from desktop.domain.consent import OptIn, Source
from desktop.domain.filters import Kind
from desktop.domain.public_ids import own_id, public_id
from desktop.store import contacts, tables
from tests.server.api import MESSAGES, Answer, Shop, template
from tests.server.cloud import Cloud, cloud_of
from tests.server.cloud import template as cloud_template
from tests.server.test_devapi_enrolment import sequence
from tests.services.desk import ARJUN, PRIYA

UPSERT = "/devapi/contacts/upsert"
MAIL = "info@shop.example"
ANA, BEN = "16045550142", "14165550117"
WINTER = {"1": "Priya", "2": "50%", "3": "Sunday"}


@pytest.fixture
async def cloud(shop: Shop) -> AsyncIterator[Cloud]:
    async with ClientSession() as session:
        yield await cloud_of(shop.desk, session)


async def upsert(shop: Shop, **wanted: Any) -> Answer:
    return await shop.ask("POST", UPSERT, wanted)


async def done(shop: Shop, **wanted: Any) -> Any:
    answer = await upsert(shop, **wanted)
    assert answer.status == 200, answer.body
    return answer.body


async def explained(shop: Shop, body: Any) -> Answer:
    return await shop.ask("POST", f"{MESSAGES}/explain", body)


def winter(phone: str = ANA) -> dict[str, Any]:
    return template(phone, "winter_clearance", WINTER)


# A number and an address.


@pytest.mark.parametrize("opt_in", ["no", "yes"])
async def test_who_had_no_number_is_the_one_with_the_number(shop: Shop, opt_in: str) -> None:
    without = await done(shop, email=MAIL, optIn=opt_in, tags=[{"name": "Letter"}])
    known = await shop.desk.contact(PRIYA, name="Ana")
    told = await done(shop, phone=ANA, email=MAIL)
    assert (told["id"], told["name"], told["email"]) == (public_id(known), "Ana", [MAIL])
    assert (told["optIn"], [one["name"] for one in told["tags"]]) == (opt_in, ["Letter"])
    assert await shop.desk.app.contacts.count() == 1
    assert (await shop.ask("GET", f"/devapi/contacts/{without['id']}")).body == told
    *_, event = await shop.desk.app.contacts.history(known)
    assert (event.value, event.source) == (opt_in, Source.MERGE)
    status = await shop.status(await shop.send(winter()))
    assert (status["status"] == "failed") is (opt_in == "no")


async def test_a_no_under_the_address_is_not_overruled_in_the_same_request(shop: Shop) -> None:
    await done(shop, email=MAIL, optIn="no")
    await shop.desk.contact(PRIYA)
    refused = await upsert(shop, phone=ANA, email=MAIL, optIn="yes")
    assert (refused.status, refused.body["field"]) == (422, "optInReason")
    assert await shop.desk.app.contacts.count() == 2  # nothing is half done


async def test_the_address_as_a_field_is_the_address(shop: Shop) -> None:
    await done(shop, email=MAIL, optIn="no")
    await shop.desk.contact(PRIYA)
    told = await done(shop, phone=ANA, fieldValues={"email": MAIL})
    assert (told["optIn"], told["email"]) == ("no", [MAIL])
    assert await shop.desk.app.contacts.count() == 1


async def test_an_address_without_a_number_is_not_made_again_with_one(shop: Shop) -> None:
    await done(shop, email=MAIL, optIn="no")
    refused = await shop.ask("POST", "/devapi/contacts", {"phone": ANA, "email": MAIL})
    assert (refused.status, refused.body["field"]) == (409, "email")
    assert (await done(shop, phone=ANA, email=MAIL))["optIn"] == "no"


async def test_an_address_never_replaces_a_number(shop: Shop) -> None:
    ana = await done(shop, phone=ANA, email=MAIL, name="Ana")
    refused = await upsert(shop, phone=BEN, email=MAIL, name="Ben")
    assert (refused.status, refused.body["field"]) == (409, "email")
    assert await shop.desk.app.contacts.count() == 1
    ben = await done(shop, phone=BEN, name="Ben")
    refused = await upsert(shop, phone=BEN, email=MAIL, tags=[{"name": "VIP"}])
    assert (refused.status, refused.body["field"]) == (409, "email")
    for one in (ana, ben):
        assert (await shop.ask("GET", f"/devapi/contacts/{one['id']}")).body == one
    for phone in (ANA, BEN):
        assert (await shop.arrives(await shop.send(template(phone))))["recipient_id"] == phone


async def test_two_customers_who_share_an_address_stay_two(shop: Shop) -> None:
    await done(shop, phone=ANA, email=MAIL, name="Ana")
    made = await shop.ask("POST", "/devapi/contacts", {"phone": BEN, "email": MAIL, "name": "Ben"})
    assert made.status == 201
    for number in range(3):
        more = {"phone": f"1604555012{number}", "email": MAIL}
        assert (await shop.ask("POST", "/devapi/contacts", more)).status == 201
    for phone, name in ((ANA, "Ana Lopez"), (BEN, "Ben Lopez")):
        told = await done(shop, phone=phone, email=MAIL, name=name)
        assert (told["phone"], told["name"]) == ([phone], name)
    last = await done(shop, phone="16045550122", email=" Info@Shop.example ", name="Last")
    assert (last["phone"], last["name"]) == (["16045550122"], "Last")
    assert await shop.desk.app.contacts.count() == 5


async def test_an_address_that_several_have_is_given_to_nobody_else(shop: Shop) -> None:
    field = await shop.desk.app.store.write(lambda tx: contacts.make_attribute(tx, "Email", Kind.TEXT))
    for name in ("One", "Two"):
        at = await shop.desk.contact(None, OptIn.NO, name=name)
        await shop.desk.app.store.write(lambda tx, at=at: contacts.set_attribute(tx, at, field, MAIL))  # type: ignore[misc]
    refused = await upsert(shop, phone=ANA, email=MAIL)
    assert (refused.status, refused.body["field"]) == (409, "email")
    assert await shop.desk.app.contacts.count() == 2


# A number that is not theirs any more.


async def moved(shop: Shop, how: str) -> int:
    """Ana, who is known by PRIYA's number and is reached at ARJUN's."""
    at = await shop.desk.contact(PRIYA, OptIn.YES, name="Ana")
    if how == "merged":
        other = await shop.desk.contact(ARJUN, name="Ana")
        await shop.desk.app.contacts.merge(other, [at], shop.desk.admin)
        return other
    await shop.desk.app.store.write(lambda tx: contacts.set_phone(tx, at, ARJUN))
    return at


@pytest.mark.parametrize("how", ["merged", "changed"])
@pytest.mark.sampled(1)
async def test_nothing_goes_to_another_number_than_was_asked(shop: Shop, cloud: Cloud, how: str) -> None:
    at = await moved(shop, how)
    for answer in (
        await shop.ask("POST", MESSAGES, template()),
        await explained(shop, template()),
    ):
        assert (answer.status, answer.body["field"]) == (422, "recipient.phone"), answer.body
        assert ARJUN.lstrip("+") not in answer.body["message"].replace(" ", "")  # not for every key to know
    status, code, details = await cloud.refused(cloud_template(to=PRIYA))
    assert (status, code) == (400, 131026)
    assert "to" in details
    assert await shop.desk.thread(at) == []
    await shop.arrives(await shop.send(template(ARJUN.lstrip("+"))))
    assert await shop.desk.sent_to() == [ARJUN]


async def test_an_old_number_by_address_names_its_field(shop: Shop) -> None:
    await moved(shop, "changed")
    params = {"p": ANA, "t": "template", "templateName": "order_shipped"}
    values = {f"bodyValues_{name}": one for name, one in {"1": "a", "2": "b", "3": "c"}.items()}
    answer = await shop.ask("GET", MESSAGES, params=params | values)
    assert (answer.status, answer.body["field"]) == (422, "p")


async def test_an_old_number_puts_nobody_into_a_sequence(shop: Shop) -> None:
    await moved(shop, "changed")
    path = f"/devapi/sequences/{await sequence(shop)}/enrol"
    answer = await shop.ask("POST", path, {"phone": ANA})
    assert (answer.status, answer.body["field"]) == (422, "phone")


async def test_the_other_form_of_a_number_is_the_same_number(shop: Shop) -> None:
    await shop.desk.contact("+5511987654321")
    old = "551187654321"
    assert (await explained(shop, template(old))).status == 200
    assert (await shop.ask("POST", MESSAGES, template(old))).status == 202
    assert await shop.desk.app.contacts.count() == 1


# What is foreseen, and what then happens.


async def test_explain_refuses_the_name_that_send_refuses(shop: Shop) -> None:
    body = template()
    body["recipient"]["name"] = "x" * 201
    for path in (MESSAGES, f"{MESSAGES}/explain"):
        answer = await shop.ask("POST", path, body)
        assert (answer.status, answer.body["field"]) == (422, "recipient.name"), path
    # Of who has a name already, another is not taken, so it is not looked at.
    await shop.desk.contact(PRIYA, name="Ana")
    assert (await explained(shop, body)).status == 200
    assert (await shop.ask("POST", MESSAGES, body)).status == 202


@pytest.mark.parametrize("says_no", [0, 1])
async def test_explain_hears_the_no_of_every_form(shop: Shop, says_no: int) -> None:
    """Two contacts that are known under two forms of one number are one person."""
    forms = ["+5511987654321", "+551187654321"]
    ids = [
        await shop.desk.contact(None, OptIn.NO if place == says_no else OptIn.YES, name=form)
        for place, form in enumerate(forms)
    ]
    for id, form in zip(ids, forms, strict=True):
        row = {"kind": "phone", "value": form, "contact_id": id}
        await shop.desk.app.store.write(lambda tx, row=row: tx.conn.execute(insert(tables.identity), row))  # type: ignore[misc]
    body = winter("5511987654321")
    told = (await explained(shop, body)).body
    assert (told["wouldSend"], told["reason"]) == (False, "OPTED_OUT")
    status = await shop.status(await shop.send(body))
    assert (status["status"], status["errors"][0]["reason"]) == ("failed", "OPTED_OUT")


async def test_explain_knows_that_sending_gives_the_number_back(shop: Shop) -> None:
    at = await shop.desk.contact(PRIYA, name="Ana")
    await shop.desk.app.store.write(lambda tx: contacts.set_phone(tx, at, None))
    told = (await explained(shop, template())).body
    assert (told["wouldSend"], told["contactId"]) == (True, public_id(at))
    assert (await shop.desk.app.contacts.get(at)).phone == ""
    status = await shop.arrives(await shop.send(template()))
    assert status["recipient_id"] == ANA
    assert own_id(told["contactId"]) == at
