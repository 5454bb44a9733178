"""Contacts by a filter, what can be asked for, and segments."""

import asyncio
import threading
from typing import Any

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.domain.keys import Scope
from desktop.domain.public_ids import public_id
from desktop.store import contacts
from tests.server.api import Shop, key_of, template
from tests.services.desk import WAIT_S

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

CONTACTS = "/devapi/accounts/64f0c2/contacts"
ANA, BEN, CAI = "+16045550142", "+14165550117", "+15145550163"


def rule(property: str, operator: str, *values: Any, **more: Any) -> dict[str, Any]:
    """A rule as in Gallabox's description."""
    return {
        "type": "TEXT",
        "property": property,
        "propertyLabel": property,
        "operator": operator,
        "values": list(values),
        "valueLabels": list(values),
        "meta": {},
    } | more


async def three(shop: Shop) -> None:
    """Ana said yes and stopped in WhatsApp, Ben said no, Cai nothing."""
    ana = await shop.desk.contact(ANA, OptIn.YES, stopped=True, name="Ana Lopez")
    await shop.desk.contact(BEN, OptIn.NO, name="Ben Okoye")
    await shop.desk.contact(CAI, name="Cai Nunez")

    def write(tx: Any) -> None:
        contacts.add_tags(tx, [ana], ["VIP"])
        contacts.set_attribute(tx, ana, contacts.make_attribute(tx, "Orders", Kind.NUMBER), "3")

    await shop.desk.app.store.write(write)


async def names(shop: Shop, *rules: dict[str, Any], condition: str = "and", **more: Any) -> list[str]:
    wanted = {"searchQuery": "", "filter": {"condition": condition, "rules": rules}} | more
    answer = await shop.ask("PATCH", CONTACTS, wanted)
    assert answer.status == 200, answer.body
    return [one["name"] for one in answer.body]


async def test_contacts_are_listed_by_a_filter(shop: Shop) -> None:
    await three(shop)
    assert await names(shop) == ["Ana Lopez", "Ben Okoye", "Cai Nunez"]
    assert await names(shop, rule("name", "Ends with", "ez")) == ["Ana Lopez", "Cai Nunez"]
    assert await names(shop, rule("tags", "Contains", "VIP", type="LOOKUP")) == ["Ana Lopez"]
    assert await names(shop, rule("Orders", "≥", 3, type="NUMBER")) == ["Ana Lopez"]
    either = (rule("tags", "Contains", "VIP"), rule("phone", "Starts with", "+1416"))
    assert await names(shop, *either, condition="OR") == ["Ana Lopez", "Ben Okoye"]
    assert await names(shop, *either) == []
    assert await names(shop, searchQuery="okoye") == ["Ben Okoye"]
    assert await names(shop, limit=2, page=2) == ["Cai Nunez"]


async def test_a_tag_is_asked_for_by_its_id_as_it_is_told(shop: Shop) -> None:
    await three(shop)
    (ana,) = (await shop.ask("GET", CONTACTS, params={"phone": ANA})).body
    assert await names(shop, rule("tags", "Contains", ana["tags"][0]["id"])) == ["Ana Lopez"]


async def test_who_reads_as_opted_in_is_who_is_listed_as_opted_in(shop: Shop) -> None:
    await three(shop)
    for strict in (False, True):
        await shop.desk.settings(strict=strict)
        every = (await shop.ask("PATCH", CONTACTS, {})).body
        for value in (True, False):
            wanted = [one["name"] for one in every if one["marketingOptIn"] is value]
            assert await names(shop, rule("marketingOptIn", "Is", value)) == wanted
            assert wanted if value is not strict else True
    assert await names(shop, rule("optIn", "Contains", "no")) == ["Ben Okoye"]


async def test_a_list_changes_nothing_and_a_key_that_may_only_read_gets_it(shop: Shop) -> None:
    await three(shop)
    reader = Shop(shop.desk, shop.session, await key_of(shop.desk, Scope.READ, "reader"))
    assert await names(reader) == ["Ana Lopez", "Ben Okoye", "Cai Nunez"]
    sender = Shop(shop.desk, shop.session, await key_of(shop.desk, Scope.RESTRICTED, "sender"))
    for path in ("contacts/filters", "segments", "users", "sequences"):
        assert (await sender.ask("GET", f"/devapi/{path}")).status == 403
    assert (await sender.ask("PATCH", CONTACTS, {})).status == 403


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"limit": 0}, "limit"),
    ({"limit": 101}, "limit"),
    ({"page": 0}, "page"),
    ({"searchQuery": ["x"]}, "searchQuery"),
    ({"filter": []}, "filter"),
    ({"filter": {"condition": "xor"}}, "filter.condition"),
    ({"filter": {"rules": [rule("name", "Is", "x")] * 21}}, "filter.rules"),
    (
        {"filter": {"rules": [rule("name", "Is", *["x"] * 51), rule("phone", "Is", *["1"] * 50)]}},
        "filter.rules",
    ),
    ({"filter": {"rules": [{"property": "name"}]}}, "filter.rules.0.operator"),
    (
        {"filter": {"rules": [rule("name", "Is", "x"), rule("Shoe", "Is", "9")]}},
        "filter.rules.1.property",
    ),
    ({"filter": {"rules": [rule("name", "Sounds like", "x")]}}, "filter.rules.0.operator"),
    ({"filter": {"rules": [rule("name", "Is")]}}, "filter.rules.0.values"),
    ({"filter": {"rules": [rule("name", "Is", "\x00")]}}, "filter.rules.0.values"),
    ({"filter": {"rules": [rule("name", "Is", {"a": 1})]}}, "filter.rules.0.values.0"),
    ({"filter": {"rules": [rule("createdAt", "Is", "soon")]}}, "filter.rules.0.values"),
]


async def test_a_wrong_list_names_its_field(shop: Shop) -> None:
    for wanted, field in WRONG:
        answer = await shop.ask("PATCH", CONTACTS, wanted)
        assert (answer.status, answer.body["field"]) == (422, field), answer.body


OPERATORS = ("Is", "Is not", "Contains", "Does not contain", "Starts with", "Ends with")


@pytest.mark.parametrize("condition", ["and", "or"])
@pytest.mark.parametrize(("rules", "values"), [(1, 100), (20, 5)])
async def test_as_many_values_as_there_may_be_are_answered(
    shop: Shop, rules: int, values: int, condition: str
) -> None:
    await three(shop)
    fields = ("name", "phone", "email")
    for operator in OPERATORS:
        asked = [
            rule(fields[place % 3], operator, *(f"{place}{number:03}" for number in range(values)))
            for place in range(rules)
        ]
        assert await names(shop, *asked, condition=condition) is not None


async def test_a_list_that_takes_its_time_holds_up_no_message_and_nobody_here(shop: Shop) -> None:
    desk, go_on = shop.desk, threading.Event()
    try:
        held = [desk.app.store.submit_read(lambda _: go_on.wait(WAIT_S), listing=True) for _ in range(3)]
        waiting = asyncio.create_task(names(shop))
        await shop.arrives(await shop.send(template()))
        assert (await shop.ask("GET", "/devapi/me")).status == 200
        assert await desk.app.contacts.count() == 1
        assert not waiting.done(), "other programs' lists take their turn"
    finally:
        go_on.set()
    assert await waiting == ["Priya Sharma"]
    assert all(one.result() for one in held)


async def test_every_property_that_is_told_can_be_asked_for(shop: Shop) -> None:
    await three(shop)
    told = (await shop.ask("GET", f"{CONTACTS}/filters")).body
    assert set(told["options"]) == {"TEXT", "NUMBER", "DATE", "SELECT", "LOOKUP"}
    for one in told["filters"]:
        assert await names(shop, rule(one["property"], "Is empty", type=one["type"])) is not None
    orders = next(one for one in told["filters"] if one["propertyLabel"] == "Orders")
    assert await names(shop, rule(orders["property"], "=", "3")) == ["Ana Lopez"]


async def test_segments_are_told_with_their_filters(shop: Shop) -> None:
    await three(shop)
    asked = Filter((Condition("tag", Op.ANY_OF, ("VIP",)), Condition("opt_in", Op.IS_NOT, ("no",))))
    id = await shop.desk.app.segments.save(None, "Regulars", asked, shop.desk.supervisor)
    (told,) = (await shop.ask("GET", "/devapi/segments")).body
    assert (told["id"], told["name"], "contactCount" in told) == (public_id(id), "Regulars", False)
    assert told["contactFilter"]["condition"] == "and"
    one = (await shop.ask("GET", f"/devapi/accounts/1/segments/{told['id']}")).body
    assert one == told | {"contactCount": 1}
    rules = told["contactFilter"]["rules"]
    assert await names(shop, *rules) == ["Ana Lopez"]
    assert (await shop.ask("GET", f"/devapi/segments/{public_id(id + 1)}")).status == 404
