"""Templates: listing, paging, creation, and what Meta does to them."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from desktop.sandbox.server import Sandbox
from tests.sandbox.harness import ANA, WABA, Client, Receiver, code, template

PATH = f"/v25.0/{WABA}/message_templates"
BEARER = {"Authorization": "Bearer sandbox-token"}


async def names(client: Client, query: str = "") -> list[str]:
    status, answer = await client.call("GET", PATH + query)
    assert status == 200, answer
    return [one["name"] for one in answer["data"]]


async def test_four_templates_are_there_from_the_start(client: Client) -> None:
    _, answer = await client.call(
        "GET", f"{PATH}?fields=name,category,status,language,quality_score,parameter_format"
    )
    told = {one["name"]: one for one in answer["data"]}
    assert {name: one["category"] for name, one in told.items()} == {
        "spring_sale": "MARKETING",
        "winter_clearance": "MARKETING",
        "order_shipped": "UTILITY",
        "login_code": "AUTHENTICATION",
    }
    for one in told.values():
        assert (one["status"], one["language"], one["parameter_format"]) == ("APPROVED", "en", "POSITIONAL")
        assert one["quality_score"]["score"] == "GREEN"
        assert set(one) == {
            "id",
            "name",
            "category",
            "status",
            "language",
            "quality_score",
            "parameter_format",
        }


async def test_components_are_as_described(client: Client) -> None:
    _, answer = await client.call("GET", f"{PATH}?name=spring_sale")
    body, footer, buttons = answer["data"][0]["components"]
    assert body["text"].startswith("Hi {{1}}, our spring sale starts {{2}}.")
    assert len(body["example"]["body_text"][0]) == 3
    assert footer == {"type": "FOOTER", "text": "Reply STOP to opt out"}
    assert buttons["buttons"] == [{"type": "QUICK_REPLY", "text": "Stop offers"}]


async def test_pages_follow_each_other_until_next_is_missing(client: Client) -> None:
    url, seen = f"{PATH}?limit=3&summary=total_count", []
    pages = 0
    while url:
        _, answer = await client.call("GET", url)
        assert answer["summary"] == {"total_count": 4}
        seen += [one["name"] for one in answer["data"]]
        url = answer["paging"].get("next", "").removeprefix(client.base_url)
        pages += 1
    assert (pages, len(seen), len(set(seen))) == (2, 4, 4)
    _, last = await client.call("GET", f"{PATH}?limit=3&after=" + answer["paging"]["cursors"]["after"])
    assert last == {"data": []}
    before = answer["paging"]["cursors"]["before"]
    assert await names(client, f"?limit=2&before={before}") == seen[1:3]


@pytest.mark.parametrize("query", ["?after=junk", "?limit=0", "?limit=x", "?after=MTIz"])
async def test_a_bad_page_is_refused(client: Client, query: str) -> None:
    status, answer = await client.call("GET", PATH + query)
    assert (status, code(answer)) == (400, 100)


async def test_lists_can_be_filtered(client: Client) -> None:
    await client.control("templates/winter_clearance", {"status": "PAUSED"})
    assert await names(client, "?status=PAUSED") == ["winter_clearance"]
    assert await names(client, "?category=UTILITY") == ["order_shipped"]
    assert await names(client, "?content=verification") == ["login_code"]
    assert await names(client, "?name_or_content=sale") == ["spring_sale"]
    assert await names(client, "?language=fr") == []


def wanted(**changes: Any) -> dict[str, Any]:
    body = {"type": "body", "text": "Hi {{1}}, come in.", "example": {"body_text": [["Ana"]]}}
    return {"name": "diwali", "language": "en", "category": "MARKETING", "components": [body]} | changes


async def test_a_new_template_waits_for_its_review(hooked: Client, receiver: Receiver) -> None:
    status, made = await hooked.call("POST", PATH, wanted())
    assert (status, made["status"], made["category"]) == (200, "PENDING", "MARKETING")
    _, answer = await hooked.send(ANA, **template("diwali", "Ana"))
    assert code(answer) == 132001
    await hooked.control("templates/diwali", {"status": "APPROVED"})
    await hooked.sent(ANA, **template("diwali", "Ana"))
    await hooked.settled()
    (value,) = receiver.values("message_template_status_update")
    assert (value["event"], value["message_template_id"]) == ("APPROVED", int(made["id"]))
    assert value["message_template_language"] == "en"
    entry = next(body["entry"][0] for body in receiver.bodies if "time" in body["entry"][0])
    assert entry["id"] == WABA
    _, again = await hooked.call("POST", PATH, wanted())
    assert code(again) == 100


async def test_the_review_can_be_automatic(session: ClientSession, receiver: Receiver) -> None:
    async with Sandbox(review_s=0.0) as sandbox:
        client = Client(session, sandbox.base_url)
        await receiver.aim(client)
        _, made = await client.call("POST", PATH, wanted())
        await receiver.until(lambda: bool(receiver.values("message_template_status_update")))
        _, told = await client.call("GET", f"/v25.0/{made['id']}")
        assert told["status"] == "APPROVED"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Diwali Sale"},
        {"category": "SPAM"},
        {"language": ""},
        {"components": []},
        {"components": [{"type": "BODY", "text": "{{1}} first", "example": {"body_text": [["Ana"]]}}]},
        {"components": [{"type": "BODY", "text": "Last is {{1}}", "example": {"body_text": [["Ana"]]}}]},
        {"components": [{"type": "BODY", "text": "Hi {{1}}, no example."}]},
        {"components": [{"type": "BODY", "text": "Hi {{2}}, gap.", "example": {"body_text": [["Ana"]]}}]},
        {"components": [{"type": "BODY", "text": "Hi {{1}} {{2}}!", "example": {"body_text": [["A", "B"]]}}]},
        {"components": [{"type": "BODY", "text": "Hi."}, {"type": "FOOTER", "text": "x" * 61}]},
        {"components": [{"type": "BODY", "text": "Hi."}, {"type": "HEADER", "format": "SONG"}]},
        {"components": [{"type": "BODY", "text": "Hi."}, {"type": "BUTTONS", "buttons": []}]},
        {
            "components": [
                {"type": "BODY", "text": "Hi."},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY"}]},
            ]
        },
    ],
)
async def test_a_bad_template_is_not_made(client: Client, changes: dict[str, Any]) -> None:
    status, answer = await client.call("POST", PATH, wanted(**changes))
    assert (status, code(answer)) == (400, 100)
    assert len(await names(client)) == 4


async def test_named_parameters_must_be_named(client: Client) -> None:
    example = {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}
    body = {"type": "BODY", "text": "Hi {{first_name}}, come in.", "example": example}
    await client.call("POST", PATH, wanted(parameter_format="named", components=[body]))
    await client.control("templates/diwali", {"status": "APPROVED"})
    content = template("diwali", "Ana")
    _, answer = await client.send(ANA, **content)
    assert code(answer) == 132000
    content["template"]["components"][0]["parameters"][0]["parameter_name"] = "first_name"
    await client.sent(ANA, **content)
    thread = (await client.control(f"customers/{ANA}/thread"))["thread"]
    assert thread[0]["text"] == "Hi Ana, come in."


async def test_headers_and_url_buttons_need_their_parameters(client: Client) -> None:
    parts = [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Look."},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open", "url": "https://example.com/{{1}}"}]},
    ]
    await client.call("POST", PATH, wanted(components=parts))
    await client.control("templates/diwali", {"status": "APPROVED"})
    image = {
        "type": "header",
        "parameters": [{"type": "image", "image": {"link": "https://example.com/a.png"}}],
    }
    words = {"type": "header", "parameters": [{"type": "text", "text": "no"}]}
    url = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "a"}]}

    async def tried(*components: dict[str, Any]) -> int:
        content = {"name": "diwali", "language": {"code": "en"}, "components": list(components)}
        status, answer = await client.send(ANA, type="template", template=content)
        return 0 if status == 200 else code(answer)

    assert await tried(image, url) == 0
    assert await tried(image) == 132000
    assert await tried(url) == 132000
    assert await tried(words, url) == 132012


async def test_edits_deletes_and_unpauses(client: Client) -> None:
    _, made = await client.call("POST", PATH, wanted())
    path = f"/v25.0/{made['id']}"
    edited = {"components": [{"type": "BODY", "text": "Hello."}]}
    assert await client.call("POST", path, edited) == (200, {"success": True})
    _, told = await client.call("GET", f"{path}?fields=components,status")
    assert told == {"id": made["id"], "status": "PENDING", "components": [{"type": "BODY", "text": "Hello."}]}
    await client.control("templates/diwali", {"status": "PAUSED"})
    assert await client.call("POST", f"{path}/unpause") == (200, {"success": True})
    assert await names(client, "?status=APPROVED&name=diwali") == ["diwali"]
    assert await client.call("DELETE", f"{PATH}?name=diwali") == (200, {"success": True})
    assert "diwali" not in await names(client)
    assert (await client.call("DELETE", f"{PATH}?name=diwali"))[0] == 400


async def test_a_second_pause_takes_longer_and_other_words_are_told(
    hooked: Client, receiver: Receiver
) -> None:
    await hooked.control("templates/spring_sale", {"status": "PAUSED", "pause": 2})
    told = await hooked.control("templates/order_shipped", {"body": "Hi {{1}}, {{2}} comes {{3}}."})
    await hooked.settled()
    (paused,) = receiver.values("message_template_status_update")
    assert paused["other_info"]["title"] == "SECOND_PAUSE"
    (changed,) = receiver.values("message_template_components_update")
    assert changed["message_template_name"] == "order_shipped"
    assert told["components"][0]["text"] == "Hi {{1}}, {{2}} comes {{3}}."
    assert told["components"][0]["example"], "the examples stay"


async def test_the_list_can_be_out_of_reach(client: Client) -> None:
    await client.control("trouble", {"kind": "templates_502", "count": 2})
    for _ in range(2):
        async with client.session.get(client.base_url + PATH, headers=BEARER) as answer:
            assert answer.status == 502
    assert len(await names(client)) == 4
    await client.sent(ANA, **template("order_shipped", "Ana", "A-1", "today"))


async def test_a_category_change_is_announced_then_done(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("templates/order_shipped", {"correct_category": "MARKETING"})
    _, told = await hooked.call("GET", f"{PATH}?name=order_shipped&fields=category,correct_category")
    assert (told["data"][0]["category"], told["data"][0]["correct_category"]) == ("UTILITY", "MARKETING")
    await hooked.control("clock", {"advance_s": 24 * 3600 + 1})
    await hooked.settled()
    warning, done = receiver.values("template_category_update")
    assert (warning["new_category"], warning["correct_category"]) == ("UTILITY", "MARKETING")
    assert isinstance(warning["category_update_timestamp"], int)
    assert (done["previous_category"], done["new_category"]) == ("UTILITY", "MARKETING")
    _, told = await hooked.call("GET", f"{PATH}?name=order_shipped&fields=category,correct_category")
    assert told["data"][0]["category"] == "MARKETING"
    assert "correct_category" not in told["data"][0]


async def test_quality_is_told(hooked: Client, receiver: Receiver) -> None:
    await hooked.control("templates/spring_sale", {"quality": "RED"})
    await hooked.settled()
    (value,) = receiver.values("message_template_quality_update")
    assert (value["previous_quality_score"], value["new_quality_score"]) == ("GREEN", "RED")
    assert value["message_template_name"] == "spring_sale"


@pytest.mark.parametrize(
    ("name", "body"), [("spring_sale", {"status": "TIRED"}), ("nothing", {"status": "PAUSED"})]
)
async def test_a_change_that_makes_no_sense_is_refused(
    client: Client, name: str, body: dict[str, Any]
) -> None:
    status, answer = await client.call("POST", f"/_control/templates/{name}", body)
    assert status == 400
    assert answer["error"]
