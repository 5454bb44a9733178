"""What the admission refuses in Meta's words: keys, fields, templates, paths, and too much of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from desktop.domain.public_ids import public_user_id
from desktop.options import SANDBOX_NUMBER_ID
from desktop.server.sizes import LARGEST_BYTES
from tests.server.api import Shop
from tests.server.cloud import MARKETING, SENDING, SHIPPED, Cloud, cloud_of, template, text, told, winter
from tests.services.desk import PRIYA, Desk

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case


@pytest.fixture
async def cloud(desk: Desk) -> AsyncIterator[Cloud]:
    async with ClientSession() as session:
        yield await cloud_of(desk, session)


async def test_nobody_known_is_190(cloud: Cloud) -> None:
    for said in ("", "Bearer ak_nobody.secret", "Basic YTpi"):
        stranger = Shop(cloud.desk, cloud.shop.session, {"Authorization": said} if said else {})
        for path in (SENDING, f"/v25.0/{SANDBOX_NUMBER_ID}", "/v25.0/anything/at/all"):
            answer = await stranger.ask("POST", path, text())
            assert told(answer)[:2] == (401, 190)
            assert answer.headers["X-RateLimit-Limit"]
    assert await cloud.desk.app.contacts.count() == 0


async def test_a_revoked_key_is_190(cloud: Cloud) -> None:
    (key,) = await cloud.desk.app.keys.every()
    await cloud.desk.app.keys.revoke(key.id, cloud.desk.admin)
    assert (await cloud.refused(template()))[:2] == (401, 190)


async def test_a_key_that_may_only_read_does_not_send(cloud: Cloud) -> None:
    reader = await cloud_of(cloud.desk, cloud.shop.session, Scope.READ, "reader")
    status, code, details = await reader.refused(template())
    assert (status, code) == (403, 10)
    assert "reader" in details
    restricted = await cloud_of(cloud.desk, cloud.shop.session, Scope.RESTRICTED, "restricted")
    await restricted.arrives(await restricted.send(template()))


async def test_too_many_calls_are_130429(cloud: Cloud) -> None:
    await cloud.desk.settings(api_per_minute=60)
    path = f"/v25.0/{SANDBOX_NUMBER_ID}"

    async def limit() -> bool:
        answer = await cloud.shop.ask("GET", path)
        return answer.headers["X-RateLimit-Limit"] == "60"

    await cloud.desk.until(limit)
    answers = [await cloud.shop.ask("GET", path) for _ in range(61)]
    assert told(answers[-1])[:2] == (429, 130429)
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_the_switch_is_2(cloud: Cloud) -> None:
    await cloud.desk.settings(api_on=False)

    async def refused() -> bool:
        return (await cloud.shop.ask("GET", f"/v25.0/{SANDBOX_NUMBER_ID}")).status == 503

    await cloud.desk.until(refused)
    assert (await cloud.refused(template()))[:2] == (503, 2)


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"messaging_product": "telegram"}, 100, "messaging_product"),
    ({"to": None}, 100, "The parameter to is required."),
    ({"to": "12"}, 100, "to"),
    ({"recipient_type": "group"}, 100, "recipient_type"),
    ({"type": "poll"}, 100, "type"),
    ({"type": "image"}, 100, "The parameter image is required."),
    ({"type": "image", "image": {"caption": "x"}}, 100, "image"),
    ({"type": "image", "image": {"link": "menu.png"}}, 100, "image.link"),
    ({"type": "audio", "audio": {"link": "https://a.example/a", "caption": "x"}}, 100, "audio.caption"),
    ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 100, "location.latitude"),
    ({"type": "contacts", "contacts": [{}]}, 100, "contacts.0.name"),
    (
        {"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}}},
        100,
        "interactive.action",
    ),
    ({"text": {"body": " "}}, 100, "text.body"),
    ({"text": {"body": "x" * 4097}}, 100, "text.body"),
    ({"type": "reaction", "reaction": {"emoji": "👍"}}, 100, "reaction.message_id"),
    ({"context": {}}, 100, "context.message_id"),
    ({"biz_opaque_callback_data": "x" * 513}, 100, "biz_opaque_callback_data"),
    ({"category": "utility"}, 100, "category"),
    ({"status": "read"}, 100, "message_id"),
]


async def test_a_wrong_field_is_named_and_nothing_is_done(cloud: Cloud) -> None:
    for changed, code, named in WRONG:
        status, said, details = await cloud.refused(text() | changed)
        assert (status, said) == (400, code), changed
        assert named in details, changed
    assert await cloud.desk.app.contacts.count() == 0


TEMPLATES: list[tuple[dict[str, Any], str, tuple[int, int]]] = [
    (template("nothing_like_it"), SENDING, (404, 132001)),
    (template(language="fr"), SENDING, (404, 132001)),
    (template(values=("Priya",)), SENDING, (400, 132000)),
    (template(values=(*SHIPPED, "more")), SENDING, (400, 132000)),
    (template(values=("Priya", " ", "Thursday")), SENDING, (400, 132012)),
    (
        template(
            components=[
                {
                    "type": "header",
                    "parameters": [{"type": "image", "image": {"link": "https://a.example/b"}}],
                }
            ]
        ),
        SENDING,
        (400, 132012),
    ),
    (template(components=[{"type": "carousel", "cards": []}]), SENDING, (400, 100)),
    (template(), MARKETING, (400, 134100)),
    (text(), MARKETING, (400, 131055)),
]


async def test_a_template_that_does_not_fit_has_metas_code(cloud: Cloud) -> None:
    for body, path, expected in TEMPLATES:
        assert (await cloud.refused(body, path))[:2] == expected, body
    assert await cloud.desk.app.contacts.count() == 0


async def test_a_paused_template_is_132015(cloud: Cloud) -> None:
    await cloud.desk.client.control("templates/order_shipped", {"status": "PAUSED"})

    async def paused() -> bool:
        return not (await cloud.desk.template("order_shipped")).sendable

    await cloud.desk.until(paused)
    assert (await cloud.refused(template()))[:2] == (400, 132015)


async def test_another_number_and_other_paths_are_100(cloud: Cloud) -> None:
    assert (await cloud.refused(text(), "/v25.0/106500000000009/messages"))[:2] == (400, 100)
    for method, path in (
        ("POST", f"/v25.0/{SANDBOX_NUMBER_ID}/register"),
        ("GET", f"/v25.0/{SANDBOX_NUMBER_ID}/messages"),
        ("DELETE", "/v25.0/123"),
    ):
        answer = await cloud.shop.ask(method, path)
        assert told(answer)[:2] == (400, 100)
        assert answer.body["error"]["error_subcode"] == 33


async def test_a_path_without_a_version_is_not_the_gates(cloud: Cloud) -> None:
    answer = await cloud.shop.ask("POST", f"/{SANDBOX_NUMBER_ID}/messages", text())
    assert answer.status == 404


async def test_a_body_that_cannot_be_read_is_100(cloud: Cloud) -> None:
    headers = {"Content-Type": "application/json"}
    for raw in (b"{", b"[]", b'"text"', b"\xff\xfe", b'{"to": "\\ud800"}', b""):
        answer = await cloud.shop.ask("POST", SENDING, data=raw, headers=headers)
        assert told(answer)[:2] == (400, 100), raw


async def test_a_body_that_is_too_large_is_413(cloud: Cloud) -> None:
    answer = await cloud.shop.ask("POST", SENDING, text("x" * LARGEST_BYTES, PRIYA))
    assert told(answer)[:2] == (413, 100)


async def test_a_user_id_that_nobody_has_is_refused_and_a_known_one_goes(cloud: Cloud) -> None:
    body = template() | {"to": None, "recipient": "CA.9912"}
    assert (await cloud.refused(body))[:2] == (400, 131026)
    await cloud.desk.contact(PRIYA, user_id="CA.9912")
    answer = await cloud.post(body)
    assert answer.body["contacts"] == [{"input": "CA.9912", "user_id": "CA.9912"}]
    await cloud.arrives(answer.body["messages"][0]["id"])
    ours = public_user_id(1, "CA", cloud.store_key)
    await cloud.arrives(await cloud.send(template() | {"to": None, "recipient": ours}))
    assert (await cloud.refused(body | {"recipient": public_user_id(17, "CA", cloud.store_key)}))[:2] == (
        400,
        131026,
    )


@pytest.mark.parametrize(
    ("content_type", "head"),
    [
        ("multipart/form-data; boundary=b", "name=file; filename*=utf-8''a; filename*0=b"),
        ("multipart/form-data; boundary*=utf-8''b; boundary*0=b", "name=file"),
        ("multipart/form-data; boundary=b", "name=file" + "; a=b" * 2_000),
    ],
)
async def test_a_form_whose_headers_cannot_be_read_is_refused(
    cloud: Cloud, content_type: str, head: str
) -> None:
    form = f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\nx\r\n--b--\r\n"
    answer = await cloud.shop.ask(
        "POST", "/v25.0/me/media", data=form.encode(), headers={"Content-Type": content_type}
    )
    assert told(answer)[:2] == (400, 100)


async def test_the_title_says_what_it_was_here(cloud: Cloud) -> None:
    await cloud.desk.contact(opt_in=OptIn.NO)
    error = (await cloud.post(winter())).body["error"]
    assert error["message"] == "(#131050) Opted out of marketing"
    unknown = Shop(cloud.desk, cloud.shop.session, {})
    error = (await unknown.ask("POST", SENDING, text())).body["error"]
    assert error["message"] == "(#190) No access token"
    await cloud.desk.settings(api_on=False)

    async def off() -> str | None:
        error = (await cloud.post(text())).body.get("error", {})
        return str(error["message"]) if error.get("code") == 2 else None

    assert await cloud.desk.until(off) == "(#2) The HTTP API is switched off"
