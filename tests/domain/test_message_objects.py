"""Messages of every kind against WhatsApp's limits: what is kept can be sent, what cannot is named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import interactive
from desktop.domain.attachments import told
from desktop.domain.given import Mismatch
from desktop.domain.message_objects import KINDS, checked
from desktop.sandbox.message_rules import check_content

LINK = "https://shop.example/menus/winter%20menu.png"
BODY = {"text": "Shall we deliver today?"}
YES = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
NO = {"type": "reply", "reply": {"id": "no", "title": "No"}}
BUTTONS = {"type": "button", "body": BODY, "action": {"buttons": [YES, NO]}}
ROW = {"id": "s1", "title": "09:00", "description": "Van A"}
LIST = {
    "type": "list",
    "body": BODY,
    "footer": {"text": "Reply STOP to opt out"},
    "action": {"button": "Slots", "sections": [{"title": "Morning", "rows": [ROW]}]},
}
PRODUCT = {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "a-1"}}
PRODUCTS = {
    "type": "product_list",
    "header": {"type": "text", "text": "Breakfast"},
    "body": BODY,
    "action": {"catalog_id": "1", "sections": [{"product_items": [{"product_retailer_id": "a-1"}]}]},
}
SHOP = {
    "type": "cta_url",
    "header": {"type": "image", "image": {"link": LINK}},
    "body": BODY,
    "action": {"name": "cta_url", "parameters": {"display_text": "See it", "url": "https://shop.example"}},
}
WHERE = {"type": "location_request_message", "body": BODY, "action": {"name": "send_location"}}
CARD = {
    "name": {"formatted_name": "Priya Sharma", "first_name": "Priya"},
    "phones": [{"phone": "+16045550142", "type": "WORK", "wa_id": "16045550142"}],
    "org": {"company": "Shop"},
    "birthday": "1983-09-14",
}
PLACE = {"latitude": 49.28, "longitude": -123.12, "name": "Store no. 7", "address": "Main Street"}

GOOD: list[tuple[str, Any, str]] = [
    ("image", {"link": LINK}, "Photo · winter menu.png"),
    ("image", {"id": "77"}, "Photo"),
    ("video", {"link": "https://shop.example/", "caption": "Look"}, "Look"),
    ("document", {"link": LINK, "filename": "Menu.pdf"}, "Document · Menu.pdf"),
    ("audio", {"link": "https://shop.example/a.mp3"}, "Audio · a.mp3"),
    ("audio", {"id": "77", "voice": True}, "Voice message"),
    ("sticker", {"link": "https://shop.example/a.webp"}, "Sticker · a.webp"),
    ("location", PLACE, "Location · Store no. 7"),
    ("location", {"latitude": 49.28, "longitude": -123.12}, "Location · 49.28, -123.12"),
    ("contacts", [CARD], "Contact card · Priya Sharma"),
    ("reaction", {"message_id": "wamid.X", "emoji": "👍"}, "👍"),
    ("reaction", {"message_id": "wamid.X", "emoji": ""}, "Reaction removed"),
    ("interactive", BUTTONS, "Shall we deliver today?"),
    ("interactive", LIST, "Shall we deliver today?"),
    ("interactive", PRODUCT, "Product"),
    ("interactive", PRODUCTS, "Shall we deliver today?"),
    ("interactive", SHOP, "Shall we deliver today?"),
    ("interactive", WHERE, "Shall we deliver today?"),
]


@pytest.mark.parametrize(("kind", "value", "text"), GOOD)
def test_what_whatsapp_takes_is_kept_as_it_is(kind: str, value: Any, text: str) -> None:
    wanted = checked(kind, value, kind)
    assert (wanted.kind, wanted.object, wanted.text) == (kind, value, text)
    check_content(kind, wanted.object)


def test_what_whatsapp_does_not_know_is_left_out() -> None:
    """Its own display fields in a request would be refused by WhatsApp as unexpected."""
    asked = PRODUCT | {"product": {"name": "Tea", "price": "₹1.00"}, "products": []}
    assert checked("interactive", asked, "x").object == PRODUCT
    file = {"path": LINK, "mimeType": "image/png", "caption": ""}
    assert checked("image", file, "x", link="path").object == {"link": LINK}


def test_texts_are_cleaned_and_numbers_are_taken_for_texts() -> None:
    made = checked("interactive", BUTTONS | {"body": {"text": "A\x00B\ud800"}}, "x")
    assert made.text == "AB"
    number = {"type": "reply", "reply": {"id": 7, "title": 7}}
    (button,) = checked("interactive", BUTTONS | {"action": {"buttons": [number]}}, "x").object["action"][
        "buttons"
    ]
    assert button["reply"] == {"id": "7", "title": "7"}


def action(**parts: Any) -> dict[str, Any]:
    return BUTTONS | {"action": parts}


def rows(*found: Any, title: str = "Morning") -> dict[str, Any]:
    return LIST | {"action": {"button": "Slots", "sections": [{"title": title, "rows": list(found)}]}}


MANY = [ROW | {"id": str(number)} for number in range(6)]
BAD: list[tuple[str, Any, str]] = [
    ("image", None, "image"),
    ("image", [], "image"),
    ("image", {}, "image.link"),
    ("image", {"link": LINK, "id": "77"}, "image.link"),
    ("image", {"link": "shop.example/a.png"}, "image.link"),
    ("image", {"link": "https://"}, "image.link"),
    ("image", {"link": "https://[::1"}, "image.link"),
    ("image", {"link": "https://shop.example/" + "x" * 2_048}, "image.link"),
    ("image", {"link": LINK, "caption": "x" * 1_025}, "image.caption"),
    ("audio", {"link": LINK, "caption": "Listen"}, "audio.caption"),
    ("document", {"id": "7", "filename": ["a"]}, "document.filename"),
    ("location", PLACE | {"latitude": 90.1}, "location.latitude"),
    ("location", PLACE | {"longitude": True}, "location.longitude"),
    ("location", PLACE | {"longitude": float("nan")}, "location.longitude"),
    ("location", PLACE | {"longitude": 10**400}, "location.longitude"),
    ("location", {"latitude": 1}, "location.longitude"),
    ("contacts", [], "contacts"),
    ("contacts", [{}], "contacts.0.name"),
    ("contacts", [CARD, {"name": {"first_name": "Priya"}}], "contacts.1.name.formatted_name"),
    ("contacts", [CARD | {"phones": "1"}], "contacts.0.phones"),
    ("reaction", {"emoji": "👍"}, "reaction.message_id"),
    ("poll", {}, "poll"),
    ("interactive", BUTTONS | {"type": "voice_call"}, "interactive.type"),
    ("interactive", BUTTONS | {"body": None}, "interactive.body"),
    ("interactive", BUTTONS | {"body": {"text": " "}}, "interactive.body.text"),
    ("interactive", BUTTONS | {"body": {"text": "x" * 4_097}}, "interactive.body.text"),
    ("interactive", PRODUCTS | {"body": {"text": "x" * 1_025}}, "interactive.body.text"),
    ("interactive", BUTTONS | {"footer": {"text": "x" * 61}}, "interactive.footer.text"),
    ("interactive", BUTTONS | {"header": {"type": "text", "text": "x" * 61}}, "interactive.header.text"),
    ("interactive", BUTTONS | {"header": {"type": "sticker"}}, "interactive.header.type"),
    ("interactive", BUTTONS | {"header": {"type": "image", "image": {}}}, "interactive.header.image.link"),
    ("interactive", LIST | {"header": {"type": "image", "image": {"id": "7"}}}, "interactive.header.type"),
    ("interactive", action(), "interactive.action.buttons"),
    ("interactive", action(buttons=[YES] * 4), "interactive.action.buttons"),
    ("interactive", action(buttons=[YES, YES]), "interactive.action.buttons"),
    ("interactive", action(buttons=[{"type": "reply"}]), "interactive.action.buttons.0.reply"),
    (
        "interactive",
        action(buttons=[{"reply": {"id": "a", "title": "x" * 21}}]),
        "interactive.action.buttons.0.reply.title",
    ),
    ("interactive", rows(), "interactive.action.sections.0.rows"),
    ("interactive", rows(ROW, ROW), "interactive.action.sections"),
    ("interactive", rows(ROW | {"title": "x" * 25}), "interactive.action.sections.0.rows.0.title"),
    (
        "interactive",
        rows(ROW | {"description": "x" * 73}),
        "interactive.action.sections.0.rows.0.description",
    ),
    (
        "interactive",
        LIST | {"action": {"button": "Slots", "sections": [{"rows": [ROW]}, {"rows": [ROW | {"id": "2"}]}]}},
        "interactive.action.sections.0.title",
    ),
    (
        "interactive",
        LIST
        | {
            "action": {
                "button": "Slots",
                "sections": [
                    {"title": "A", "rows": MANY},
                    {"title": "B", "rows": [one | {"id": f"b{one['id']}"} for one in MANY]},
                ],
            }
        },
        "interactive.action.sections",
    ),
    ("interactive", PRODUCTS | {"header": None}, "interactive.header"),
    ("interactive", PRODUCT | {"action": {"catalog_id": "1"}}, "interactive.action.product_retailer_id"),
    (
        "interactive",
        SHOP | {"action": {"parameters": {"url": "x", "display_text": "See"}}},
        "interactive.action.parameters.url",
    ),
    ("interactive", WHERE | {"action": {}}, "interactive.action.name"),
    ("interactive", WHERE | {"action": {"name": "a", "x": float("inf")}}, "interactive.action.x"),
]


@pytest.mark.parametrize(("kind", "value", "field"), BAD)
def test_what_whatsapp_does_not_take_names_its_place(kind: str, value: Any, field: str) -> None:
    with pytest.raises(Mismatch) as wrong:
        checked(kind, value, kind)
    assert wrong.value.field == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "body", "text", "action", "buttons", "name", "link", "rows", "sections"]
            ),
            inside,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(KINDS), JSON)
def test_any_value_is_refused_with_its_place_or_can_be_sent(kind: str, value: Any) -> None:
    where, wanted = "here", None
    try:
        wanted = checked(kind, value, "here")
    except Mismatch as wrong:
        where = wrong.field
    assert where.startswith("here")
    if wanted is not None:
        json.dumps(wanted.object, allow_nan=False)
        wanted.text.encode()
        check_content(kind, wanted.object)


def test_buttons_are_told_by_what_stands_on_them() -> None:
    assert interactive.choices(BUTTONS) == ("Yes", "No")
    assert interactive.choices(LIST) == ("Slots",)
    assert interactive.choices(SHOP) == ("See it",)
    assert interactive.choices(PRODUCT) == ()


@pytest.mark.parametrize(
    ("link", "line"),
    [
        ("https://shop.example", "Photo"),
        ("https://[", "Photo"),
        ("https://a.example/%00", "Photo"),
        ("", "Photo"),
    ],
)
def test_an_address_without_a_name_is_only_its_kind(link: str, line: str) -> None:
    assert told("image", {"link": link}) == line
