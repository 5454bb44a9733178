"""Messages of every kind through the API: bodies as Gallabox documents them, what WhatsApp then gets, what is shown."""

import json
from typing import Any

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box
from desktop.domain.messages import Status
from desktop.domain.people import Role, User
from desktop.domain.public_ids import own_id, public_id
from tests.server.api import MESSAGES, Shop, template
from tests.services.desk import ARJUN, PRIYA

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

FILE = "https://shop.example/files/"
BUTTONS = {
    "type": "button",
    "body": {"text": "Shall we deliver today?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "ok", "title": "Ok"}}]},
}
LIST = {
    "type": "list",
    "body": {"text": "Pick a slot"},
    "action": {"button": "Slots", "sections": [{"rows": [{"id": "s1", "title": "09:00"}]}]},
}
PRODUCT = {
    "type": "product",
    "product": {"fbProductId": "9", "name": "Tea", "price": "1.00"},
    "body": {"text": "Our tea"},
    "action": {"product_retailer_id": "a-1", "catalog_id": "1"},
}
CARD = {
    "addresses": [{"street": "Main Street", "countryCode": "CA", "type": "HOME"}],
    "name": {"formattedName": "Arjun Rao", "firstName": "Arjun"},
    "phones": [{"phone": "14165550117", "type": "WORK", "waId": "14165550117"}],
}
CARD_SENT = {
    "addresses": [{"street": "Main Street", "country_code": "CA", "type": "HOME"}],
    "name": {"formatted_name": "Arjun Rao", "first_name": "Arjun"},
    "phones": [{"phone": "14165550117", "type": "WORK", "wa_id": "14165550117"}],
}


def message(kind: str, content: Any, phone: str = "16045550142") -> dict[str, Any]:
    return {
        "channelId": "61a87f1e",
        "channelType": "whatsapp",
        "recipient": {"name": "Priya Sharma", "phone": phone},
        "whatsapp": {"type": kind, kind: content},
    }


def said(request: str) -> Any:
    """The body of a call, without its head."""
    return json.loads(request[request.index("{") :])


KINDS: list[tuple[str, Any, Any, str]] = [
    (
        "image",
        {"caption": "Sample", "path": FILE + "card.png", "mimeType": "image/png"},
        {"link": FILE + "card.png", "caption": "Sample"},
        "Sample",
    ),
    ("video", {"path": FILE + "film.mp4"}, {"link": FILE + "film.mp4"}, "Video · film.mp4"),
    (
        "document",
        {"path": FILE + "menu%20card.pdf", "mimeType": "application/pdf"},
        {"link": FILE + "menu%20card.pdf", "filename": "menu card.pdf"},
        "Document · menu card.pdf",
    ),
    (
        "audio",
        {"path": FILE + "a.mp3", "mimeType": "audio/mpeg"},
        {"link": FILE + "a.mp3"},
        "Audio · a.mp3",
    ),
    (
        "sticker",
        {"path": FILE + "s.webp", "mimeType": "image/webp"},
        {"link": FILE + "s.webp"},
        "Sticker · s.webp",
    ),
    (
        "location",
        {"latitude": "49.28", "longitude": -123.12, "name": "Store no. 7"},
        {"latitude": 49.28, "longitude": -123.12, "name": "Store no. 7"},
        "Location · Store no. 7",
    ),
    ("contacts", [CARD], [CARD_SENT], "Contact card · Arjun Rao"),
    ("interactive", BUTTONS, BUTTONS, "Shall we deliver today?"),
    ("interactive", LIST, LIST, "Pick a slot"),
    ("interactive", PRODUCT, {name: PRODUCT[name] for name in ("type", "body", "action")}, "Our tea"),
]


async def test_every_kind_is_taken_in_and_reaches_whatsapp_in_its_own_words(shop: Shop) -> None:
    at = await shop.desk.contact(PRIYA, wrote=True)
    for kind, asked, sent, text in KINDS:
        told = (await shop.ask("POST", f"{MESSAGES}/explain", message(kind, asked))).body
        assert (told["wouldSend"], told["category"]) == (True, "service"), told
        id = await shop.send(message(kind, asked))
        await shop.arrives(id)
        (call,) = await shop.desk.app.whys.exchanges(own_id(id) or 0)
        body = said(call.request)
        assert (body["type"], body[kind]) == (kind, sent)
        shown = await shop.desk.message(own_id(id) or 0)
        assert (shown.kind, shown.text) == (kind, text)
    assert len(await shop.desk.thread(at)) == len(KINDS) + 1


@pytest.mark.parametrize(("kind", "content"), [("image", {"path": FILE + "a.png"}), ("interactive", LIST)])
async def test_outside_the_window_every_kind_fails_with_its_reason(
    shop: Shop, kind: str, content: Any
) -> None:
    told = (await shop.ask("POST", f"{MESSAGES}/explain", message(kind, content))).body
    assert (told["wouldSend"], told["reason"]) == (False, "WINDOW_CLOSED")
    id = await shop.send(message(kind, content))
    await shop.desk.until_status(own_id(id) or 0, Status.FAILED)
    assert (await shop.status(id))["errors"][0]["code"] == 131047
    assert await shop.desk.sends() == []


# Templates that begin with a file or a place.


def beginning_with(kind: str) -> dict[str, Any]:
    return {
        "name": f"begins_with_{kind}",
        "language": "en",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": kind.upper(), "example": {"header_handle": ["4::aW1hZ2U="]}},
            {"type": "BODY", "text": "Thank you, {{1}}.", "example": {"body_text": [["Ana"]]}},
        ],
    }


HEADERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("image", {"mediaUrl": FILE + "card.png", "mediaName": "Card"}, {"link": FILE + "card.png"}),
    ("video", {"mediaUrl": FILE + "film.mp4"}, {"link": FILE + "film.mp4"}),
    (
        "document",
        {"mediaUrl": FILE + "intro.pdf", "mediaName": "Intro"},
        {"link": FILE + "intro.pdf", "filename": "Intro.pdf"},
    ),
    (
        "location",
        {"latitude": 49.28, "longitude": "-123.12", "name": "Store no. 7", "address": "Main Street"},
        {"latitude": 49.28, "longitude": -123.12, "name": "Store no. 7", "address": "Main Street"},
    ),
]


async def test_a_template_that_begins_with_a_file_or_a_place_gets_it(shop: Shop) -> None:
    await shop.desk.client.control(
        "templates", {"templates": [beginning_with(kind) for kind, _, _ in HEADERS]}
    )
    await shop.desk.app.templates.refresh()
    for kind, values, sent in HEADERS:
        body = template(name=f"begins_with_{kind}", values={"1": "Priya"}, headerValues=values)
        id = await shop.send(body)
        await shop.arrives(id)
        (call,) = await shop.desk.app.whys.exchanges(own_id(id) or 0)
        header = said(call.request)["template"]["components"][0]
        assert header == {"type": "header", "parameters": [{"type": kind, kind: sent}]}
        without = await shop.ask(
            "POST", MESSAGES, template(name=f"begins_with_{kind}", values={"1": "Priya"})
        )
        assert (without.status, without.body["field"].rpartition(".")[0]) == (
            422,
            "whatsapp.template.headerValues",
        )


# Who answers the replies.


async def test_who_answers_gets_the_conversation_and_nobody_loses_it_unasked(shop: Shop) -> None:
    agent, admin = shop.desk.agent, shop.desk.admin

    async def assigned(phone: str) -> Any:
        """Whoever has the conversation, None for nobody; "" where there is none yet."""
        rows = await shop.desk.app.conversations.rows(Box.ALL, admin, search=phone)
        return rows[0].assigned_to if rows else ""

    notification = template() | {"context": {"type": "notification"}}
    await shop.arrives(await shop.send(notification))
    assert await assigned(PRIYA) == ""

    def answered_by(user_id: int, **more: bool) -> dict[str, Any]:
        return template() | {"replyTo": {"assigneeType": "user", "assigneeId": public_id(user_id)} | more}

    await shop.send(answered_by(agent.id))
    assert await assigned(PRIYA) == agent.id
    await shop.send(answered_by(admin.id))
    assert await assigned(PRIYA) == agent.id
    await shop.send(answered_by(admin.id, overrideAssignment=True))
    assert await assigned(PRIYA) == admin.id


async def test_who_answers_may_be_told_by_their_e_mail_address(shop: Shop) -> None:
    desk = shop.desk
    lina_id = await desk.app.accounts.add(
        "Lina Moreau", Role.AGENT, "lina@shop.example", "correct horse battery", desk.admin
    )
    body = template(ARJUN[1:]) | {"replyTo": {"assigneeType": "user", "assigneeId": "LINA@shop.example"}}
    explained = await shop.ask("POST", f"{MESSAGES}/explain", body)
    assert explained.status == 200, explained.body
    await shop.send(body)
    (row,) = await desk.app.conversations.rows(Box.MINE, User(lina_id, "Lina Moreau", Role.AGENT))
    assert row.assigned_to == lina_id


async def test_a_failed_message_assigns_as_well(shop: Shop) -> None:
    """The colleague sees in the conversation why nothing went out."""
    await shop.desk.contact(PRIYA, OptIn.NO)
    body = template(name="winter_clearance", values={"1": "Priya", "2": "50%", "3": "Sunday"})
    body["replyTo"] = {"assigneeType": "user", "assigneeId": public_id(shop.desk.agent.id)}
    assert (await shop.status(await shop.send(body)))["status"] == "failed"
    (row,) = await shop.desk.app.conversations.rows(Box.MINE, shop.desk.agent)
    assert row.last_status is Status.FAILED
