"""From what was kept to what is said to WhatsApp."""

from typing import Any

import pytest

from desktop.domain.api_message import ButtonValue, TemplateWanted, content_for
from desktop.domain.consent import Category, Outcome, Path, Verdict
from desktop.domain.messages import Lane
from desktop.domain.outbox import Claimed
from desktop.domain.reasons import Reason
from desktop.domain.templates import Button, Template
from desktop.services.bodies import body_for
from desktop.whatsapp.payloads import CannotBuild

PHONE = "+16045550142"


def claimed(
    kind: str, text: str = "", content: dict[str, Any] | None = None, template: Template | None = None
) -> Claimed:
    kept = content or {}
    verdict = Verdict(Outcome.SEND, Reason.NOT_MARKETING, asked=False)
    return Claimed(
        7,
        1,
        None,
        Lane.API,
        Path.API,
        PHONE,
        "",
        kind,
        text,
        kept,
        template,
        kept.get("values", {}),
        Category.UTILITY,
        verdict,
        1,
        "wamid.quoted",
    )


def test_an_object_goes_out_as_it_was_kept_with_our_mark_and_the_quote() -> None:
    place = {"latitude": 49.28, "longitude": -123.12}
    assert body_for(claimed("location", "Location", {"object": place}), "0badcafe") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": PHONE,
        "type": "location",
        "location": place,
        "context": {"message_id": "wamid.quoted"},
        "biz_opaque_callback_data": "assent:0badcafe:7",
    }


def begins_with(kind: str, *buttons: Button) -> Template:
    return Template(1, "menu", "en", Category.UTILITY, "Hello", header_kind=kind, buttons=buttons)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("image", {"link": "https://shop.example/a.png"}),
        ("video", {"id": "77"}),
        ("document", {"link": "https://shop.example/a.pdf", "filename": "Menu.pdf"}),
        ("location", {"latitude": 49.28, "longitude": -123.12, "name": "Store no. 7"}),
    ],
)
def test_a_template_begins_with_its_file_or_place(kind: str, given: dict[str, Any]) -> None:
    template = begins_with(kind)
    content = content_for(template, TemplateWanted("menu", header_file=given))
    body = body_for(claimed("template", "Hello", content, template), "0badcafe")
    (header,) = body["template"]["components"]
    assert header == {"type": "header", "parameters": [{"type": kind, kind: given}]}


def test_a_template_without_its_file_is_not_sent() -> None:
    """As when it got a file at its beginning after the message was taken in."""
    with pytest.raises(CannotBuild):
        body_for(claimed("template", "Hello", {"values": {}}, begins_with("image")), "0badcafe")


def test_buttons_that_open_something_get_their_object() -> None:
    template = begins_with(
        "", Button("quick_reply", "Yes"), Button("mpm", "Items"), Button("flow", "Sign up")
    )
    products = {"thumbnail_product_retailer_id": "1", "sections": [{"title": "Breakfast"}]}
    buttons = (ButtonValue(1, "mpm", "", products), ButtonValue(0, "quick_reply", "ty"))
    content = content_for(template, TemplateWanted("menu", buttons=buttons))
    components = body_for(claimed("template", "", content, template), "0badcafe")["template"]["components"]
    assert components == [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "ty"}],
        },
        {
            "type": "button",
            "sub_type": "mpm",
            "index": "1",
            "parameters": [{"type": "action", "action": products}],
        },
    ]
