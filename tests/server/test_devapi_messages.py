"""Messages through the API: what is taken in, what fails and why, and that nothing goes twice."""

import asyncio
from typing import Any

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from desktop.domain.messages import Status
from desktop.domain.public_ids import own_id
from tests.server.api import MESSAGES, Shop, key_of, template, text
from tests.services.desk import ARJUN, PRIYA, US, Desk

WINTER = {"1": "Priya", "2": "50%", "3": "Sunday"}


BACK_IN_STOCK = {
    "name": "back_in_stock",
    "language": "en",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "News for {{1}}", "example": {"header_text": ["Ana"]}},
        {"type": "BODY", "text": "It is back."},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {
                    "type": "URL",
                    "text": "See it",
                    "url": "https://shop.example/{{1}}",
                    "example": ["https://shop.example/a"],
                },
            ],
        },
    ],
}


def marketing(phone: str = "16045550142") -> dict[str, Any]:
    return template(phone, "winter_clearance", WINTER)


async def test_a_template_is_taken_in_sent_and_followed(shop: Shop) -> None:
    id = await shop.send(template())
    told = await shop.arrives(id)
    assert told["recipient_id"] == told["message"]["recipient_id"] == "16045550142"
    assert told["status"] in ("delivered", "read")
    assert told["timestamp"].isdecimal()
    assert "errors" not in told
    (sent,) = await shop.desk.sends()
    assert sent["to"].lstrip("+") == "16045550142"
    (contact,) = (await shop.ask("GET", "/devapi/contacts", params={"phone": "16045550142"})).body
    assert (contact["name"], contact["optIn"]) == ("Priya Sharma", "none")


async def test_the_account_in_the_path_changes_nothing(shop: Shop) -> None:
    answer = await shop.ask("POST", "/devapi/accounts/any-account/messages/whatsapp", template())
    assert answer.status == 202
    await shop.arrives(answer.body["id"])


async def test_marketing_to_a_no_is_taken_in_and_fails_with_its_reason(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.NO)
    id = await shop.send(marketing())
    told = await shop.status(id)
    assert told["status"] == "failed"
    (error,) = told["errors"]
    assert (error["code"], error["reason"]) == (131050, "OPTED_OUT")
    assert "opted out" in error["error_data"]["details"]
    assert await shop.desk.sends() == []
    message = await shop.desk.message(own_id(id) or 0)
    assert (message.status, message.api_key_name) == (Status.FAILED, "shop-sync")


async def test_who_stops_in_whatsapp_is_no_too_and_utility_still_goes(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.YES, stopped=True)
    told = await shop.status(await shop.send(marketing()))
    assert told["errors"][0]["reason"] == "STOPPED_IN_WHATSAPP"
    await shop.arrives(await shop.send(template()))


async def test_without_a_choice_it_goes_and_under_strict_it_fails(shop: Shop) -> None:
    await shop.arrives(await shop.send(marketing()))
    await shop.desk.settings(strict=True)
    told = await shop.status(await shop.send(marketing()))
    assert told["errors"][0]["reason"] == "NO_CHOICE"


async def test_a_text_goes_inside_the_window_and_fails_outside(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, wrote=True)
    await shop.arrives(await shop.send(text("On its way")))
    late = await shop.send(text("Hello?", "14165550117"))
    await shop.desk.until_status(own_id(late) or 0, Status.FAILED)
    told = await shop.status(late)
    assert (told["errors"][0]["code"], told["errors"][0]["reason"]) == (131047, "WINDOW_CLOSED")


async def test_tags_and_a_name_are_kept_and_a_known_name_stays(shop: Shop) -> None:
    known = await shop.desk.contact(PRIYA, name="Priya S")
    wanted = template()
    wanted["recipient"] |= {"name": "Somebody Else", "tags": [{"name": "VIP"}]}
    await shop.send(wanted)
    contact = await shop.desk.app.contacts.get(known)
    assert (contact.name, contact.tags) == ("Priya S", ("VIP",))


# Idempotency.


async def test_the_same_key_and_body_get_the_same_answer_and_nothing_again(shop: Shop) -> None:
    headers = {"Idempotency-Key": "order-991"}
    first = await shop.ask("POST", MESSAGES, template(), headers=headers)
    answers = await asyncio.gather(
        *(shop.ask("POST", MESSAGES, template(), headers=headers) for _ in range(10))
    )
    assert {one.status for one in answers} == {202}
    assert all(one.body == first.body for one in answers)
    with_account = await shop.ask("POST", "/devapi/accounts/7/messages/whatsapp", template(), headers=headers)
    assert with_account.body == first.body
    await shop.arrives(first.body["id"])
    assert len(await shop.desk.sends()) == 1


async def test_the_same_key_with_another_body_is_409(shop: Shop) -> None:
    headers = {"Idempotency-Key": "order-991"}
    await shop.ask("POST", MESSAGES, template(), headers=headers)
    other = await shop.ask("POST", MESSAGES, template("14165550117"), headers=headers)
    assert (other.status, other.body["field"]) == (409, "Idempotency-Key")
    assert await shop.desk.app.contacts.count() == 1


async def test_another_key_has_words_of_its_own(shop: Shop) -> None:
    first = await shop.send(template(), **{"Idempotency-Key": "1"})
    crm = Shop(shop.desk, shop.session, await key_of(shop.desk, name="crm"))
    assert await crm.send(template(), **{"Idempotency-Key": "1"}) != first


async def test_what_was_refused_can_be_mended_under_the_same_word(shop: Shop) -> None:
    headers = {"Idempotency-Key": "order-991"}
    wrong = await shop.ask("POST", MESSAGES, template(values={"1": "Priya"}), headers=headers)
    assert wrong.status == 422
    assert (await shop.ask("POST", MESSAGES, template(), headers=headers)).status == 202


# What would happen.


async def test_explain_says_what_would_happen_and_sends_nothing(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.NO)
    answer = await shop.ask("POST", f"{MESSAGES}/explain", marketing())
    assert answer.status == 200
    told = answer.body
    assert (told["wouldSend"], told["status"], told["reason"]) == (False, "FAILED", "OPTED_OUT")
    assert told["category"] == "marketing"
    assert any("import" in step for step in told["steps"])
    utility = (await shop.ask("POST", f"{MESSAGES}/explain", template())).body
    assert (utility["wouldSend"], utility["reason"]) == (True, "NOT_MARKETING")
    assert await shop.desk.sends() == []


async def test_explain_makes_no_contact(shop: Shop) -> None:
    told = (await shop.ask("POST", f"{MESSAGES}/explain", marketing())).body
    assert (told["wouldSend"], told["contactId"]) == (True, None)
    us = (await shop.ask("POST", f"{MESSAGES}/explain", marketing(US))).body
    assert (us["wouldSend"], us["reason"]) == (False, "US_NUMBER")
    closed = (await shop.ask("POST", f"{MESSAGES}/explain", text("Hello"))).body
    assert (closed["wouldSend"], closed["reason"]) == (False, "WINDOW_CLOSED")
    assert await shop.desk.app.contacts.count() == 0


async def test_explain_says_what_send_then_does(shop: Shop) -> None:
    """The same facts, the same answer: for every choice, strict or not."""
    for number, opt_in in enumerate(OptIn):
        await shop.desk.contact(f"+1604555012{number}", opt_in, name=opt_in.value)
    for strict in (False, True):
        await shop.desk.settings(strict=strict)
        for number, _ in enumerate(OptIn):
            body = marketing(f"1604555012{number}")
            told = (await shop.ask("POST", f"{MESSAGES}/explain", body)).body
            status = await shop.status(await shop.send(body))
            assert (status["status"] != "failed") is told["wouldSend"], (strict, number)


# Scopes.


@pytest.mark.parametrize(
    ("scope", "may_send", "may_read"),
    [(Scope.ALL, True, True), (Scope.READ, False, True), (Scope.RESTRICTED, True, False)],
)
async def test_a_key_opens_what_its_scope_says(
    shop: Shop, scope: Scope, may_send: bool, may_read: bool
) -> None:
    one = Shop(shop.desk, shop.session, await key_of(shop.desk, scope, scope.value))
    assert (await one.ask("POST", MESSAGES, template())).status == (202 if may_send else 403)
    assert (await one.ask("GET", "/devapi/contacts/counts")).status == (200 if may_read else 403)
    assert (await one.ask("GET", "/devapi/test")).status == 200
    assert (await one.ask("GET", "/devapi/me")).body["scope"] == scope.value


async def test_every_key_may_ask_what_would_happen_and_is_told_what_it_may_know(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.NO)
    full = (await shop.ask("POST", f"{MESSAGES}/explain", marketing())).body
    told = {}
    for scope in (Scope.READ, Scope.RESTRICTED):
        one = Shop(shop.desk, shop.session, await key_of(shop.desk, scope, scope.value))
        answer = await one.ask("POST", f"{MESSAGES}/explain", marketing())
        assert answer.status == 200
        told[scope] = answer.body
    assert set(told[Scope.READ]) == set(full)
    assert told[Scope.READ]["contactId"] == full["contactId"] is not None
    assert told[Scope.RESTRICTED] == {
        "wouldSend": False,
        "status": "FAILED",
        "reason": "OPTED_OUT",
        "category": "marketing",
    }


async def test_a_restricted_key_finds_its_own_messages_only(shop: Shop) -> None:
    others = await shop.send(template())
    restricted = Shop(shop.desk, shop.session, await key_of(shop.desk, Scope.RESTRICTED, "till"))
    own = await restricted.send(template())
    assert (await restricted.status(own))["id"] == own
    assert (await restricted.ask("GET", f"/devapi/messages/{others}/status")).status == 404
    assert (await shop.status(own))["id"] == own


async def test_without_a_key_nothing_is_looked_at(shop: Shop) -> None:
    nobody = Shop(shop.desk, shop.session, {})
    for path in (MESSAGES, f"{MESSAGES}/explain"):
        assert (await nobody.ask("POST", path, template())).status == 401
    assert (await nobody.ask("POST", MESSAGES, data=b"{")).status == 401
    assert await shop.desk.app.contacts.count() == 0


async def test_a_received_message_has_no_status_to_ask_for(shop: Shop, desk: Desk) -> None:
    at = await desk.contact(ARJUN, wrote=True)
    (received,) = await desk.thread(at)
    answer = await shop.ask("GET", f"/devapi/messages/{received.id:024x}/status")
    assert (answer.status, answer.body["status"]) == (404, "NOT_FOUND")


async def test_header_buttons_and_replies_reach_whatsapp_as_they_were_given(shop: Shop) -> None:
    await shop.desk.client.control("templates", {"templates": [BACK_IN_STOCK]})
    await shop.desk.app.templates.refresh()
    id = await shop.send(
        template(
            name="back_in_stock",
            values={},
            headerValues={"1": "Priya"},
            buttonValues=[
                {"index": 0, "sub_type": "quick_reply", "parameters": {"type": "payload", "payload": "ty-1"}},
                {"index": 1, "sub_type": "url", "parameters": {"type": "text", "text": "p/991"}},
            ],
        )
    )
    await shop.arrives(id)
    (call,) = await shop.desk.app.whys.exchanges(own_id(id) or 0)
    for said in ("Priya", "ty-1", "p/991"):
        assert f'"{said}"' in call.request
