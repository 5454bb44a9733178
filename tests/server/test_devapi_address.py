"""A template sent by opening an address: the key stands in it, and nothing repeats it anywhere."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from tests.server.api import MESSAGES, Answer, Shop, key_of
from tests.services.desk import PRIYA

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

SHIPPED = {"bodyValues_1": "Priya", "bodyValues_2": "A-991", "bodyValues_3": "Thursday"}
ASKED = {
    "c": "61a87f1e",
    "p": "16045550142",
    "n": "Priya Sharma",
    "t": "template",
    "templateName": "order_shipped",
}


async def opened(
    shop: Shop,
    query: Mapping[str, str],
    key: Mapping[str, str] | None = None,
    path: str = MESSAGES,
    **more: Any,
) -> Answer:
    """Open the address with the key in it, and with no header that has one."""
    used = shop.headers if key is None else key
    named = {name.lower(): value for name, value in used.items()}
    nobody = Shop(shop.desk, shop.session, {})
    return await nobody.ask("GET", f"{path}?{urlencode(dict(query) | named)}", **more)


async def test_opening_the_address_sends_the_template(shop: Shop) -> None:
    answer = await opened(shop, ASKED | SHIPPED)
    assert (answer.status, answer.body["status"]) == (202, "ACCEPTED"), answer.body
    await shop.arrives(answer.body["id"])
    (contact,) = (await shop.ask("GET", "/devapi/contacts", params={"phone": "16045550142"})).body
    assert contact["name"] == "Priya Sharma"
    account = await opened(shop, ASKED | SHIPPED, path="/devapi/accounts/64f0/messages/whatsapp")
    assert account.status == 202


async def test_marketing_to_a_no_fails_here_as_well(shop: Shop) -> None:
    await shop.desk.contact(PRIYA, OptIn.NO)
    answer = await opened(shop, ASKED | SHIPPED | {"templateName": "winter_clearance"})
    assert (await shop.status(answer.body["id"]))["errors"][0]["code"] == 131050
    assert await shop.desk.sends() == []


async def test_the_key_is_looked_at_as_everywhere(shop: Shop) -> None:
    known = {name.lower(): value for name, value in shop.headers.items()}
    wrong: list[dict[str, str]] = [
        {},
        known | {"apisecret": "wrong"},
        known | {"apisecret": "\N{GRINNING FACE}"},
        {"apikey": known["apikey"]},
    ]
    for key in wrong:
        assert (await opened(shop, ASKED | SHIPPED, key)).status == 401
    reader = await key_of(shop.desk, Scope.READ, "reader")
    assert (await opened(shop, ASKED | SHIPPED, reader)).status == 403
    headed = await shop.ask("GET", f"{MESSAGES}?{urlencode(ASKED | SHIPPED | known | {'apisecret': 'x'})}")
    assert headed.status == 202, "a header that is right is not undone by the address"
    assert len((await shop.ask("GET", "/devapi/contacts/search")).body) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/devapi/me"),
        ("GET", "/devapi/contacts/counts"),
        ("GET", MESSAGES + "/"),
        ("GET", MESSAGES + "/explain"),
        ("POST", MESSAGES),
    ],
)
async def test_no_other_call_takes_the_key_from_its_address(shop: Shop, method: str, path: str) -> None:
    known = {name.lower(): value for name, value in shop.headers.items()}
    nobody = Shop(shop.desk, shop.session, {})
    answer = await nobody.ask(method, f"{path}?{urlencode(known)}")
    assert answer.status == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"p": "call me"}, "p"),
        ({"p": ""}, "p"),
        ({"n": "x" * 257}, "n"),
        ({"t": "text"}, "t"),
        ({"templateName": "no_such_template"}, "templateName"),
        ({"bodyValues_3": ""}, "bodyValues_3"),
        ({"bodyValues_4": "x"}, "bodyValues_4"),
        ({"bodyValues_3": "x" * 1_025}, "bodyValues_3"),
    ],
)
async def test_what_is_wrong_is_named_as_in_the_address(
    shop: Shop, change: dict[str, str], field: str
) -> None:
    answer = await opened(shop, ASKED | SHIPPED | change)
    assert (answer.status, answer.body["field"]) == (422, field), answer.body
    assert await shop.desk.app.contacts.count() == 0


async def test_an_idempotency_key_belongs_to_all_that_the_address_asks(shop: Shop) -> None:
    headers = {"Idempotency-Key": "order-991"}
    first = await opened(shop, ASKED | SHIPPED, headers=headers)
    again = await opened(shop, ASKED | SHIPPED, headers=headers)
    assert (again.status, again.body) == (202, first.body)
    other = await opened(shop, ASKED | SHIPPED | {"p": "14165550117"}, headers=headers)
    assert (other.status, other.body["field"]) == (409, "Idempotency-Key")


async def test_neither_the_log_nor_an_answer_repeats_the_key(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "assent")  # whoever started a log before left it at INFO
    asked: list[dict[str, str]] = [ASKED | SHIPPED, ASKED, {}, {"p": "x" * 300}]
    told = [await opened(shop, query) for query in asked]
    told.append(await opened(shop, ASKED, path=MESSAGES + "/"))
    assert [one.status for one in told] == [202, 422, 422, 422, 401]
    logging.getLogger("assent.api").debug("the log is read")
    assert "the log is read" in caplog.messages
    # The client of this test, which has to know the address, is in the same process.
    ours = [one for one in caplog.records if not one.name.startswith("aiohttp.client")]
    said = [str((one.getMessage(), one.args, one.exc_text)) for one in ours]
    said += [str((one.body, one.headers)) for one in told]
    secret = shop.headers["apiSecret"]
    assert not [one for one in said if secret in one or "apisecret=" in one.lower()]


async def test_the_documentation_names_the_parts_of_the_address(shop: Shop) -> None:
    described = (await shop.ask("GET", "/openapi.json")).body["paths"][MESSAGES]["get"]
    named = {one["name"] for one in described["parameters"] if one["in"] == "query"}
    assert named == {"apikey", "apisecret", "c", "p", "n", "t", "templateName"}
