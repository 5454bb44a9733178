"""Request bodies have the shapes and keep the limits of the Cloud API."""

from collections.abc import Callable

import pytest

from desktop.whatsapp import payloads
from desktop.whatsapp.payloads import Attachment, Body, CannotBuild, Envelope, ReplyButton

ANA = Envelope("+16045550142")


def test_text_with_everything() -> None:
    envelope = Envelope("+16045550142", user_id="CA.551", reply_to="wamid.IN4", callback_data="row-9")
    assert payloads.text(envelope, "See https://example.org", preview_url=True) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+16045550142",
        "type": "text",
        "text": {"body": "See https://example.org", "preview_url": True},
        "context": {"message_id": "wamid.IN4"},
        "biz_opaque_callback_data": "row-9",
    }


def test_user_id_is_used_without_a_phone() -> None:
    body = payloads.text(Envelope(user_id="CA.551"), "Hello")
    assert body["recipient"] == "CA.551"
    assert "to" not in body
    assert "context" not in body
    assert "biz_opaque_callback_data" not in body


def test_buttons() -> None:
    choices = (ReplyButton("yes", "Yes"), ReplyButton("no", "No"))
    body = payloads.buttons(ANA, "Shall we call?", choices, header="A question", footer="Thank you")
    assert body["type"] == "interactive"
    assert body["interactive"] == {
        "type": "button",
        "header": {"type": "text", "text": "A question"},
        "body": {"text": "Shall we call?"},
        "footer": {"text": "Thank you"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "yes", "title": "Yes"}},
                {"type": "reply", "reply": {"id": "no", "title": "No"}},
            ]
        },
    }


def test_stop_confirmation_offers_to_subscribe() -> None:
    body = payloads.stop_confirmation(ANA, "You will get no more offers.")
    assert body["interactive"]["action"]["buttons"] == [
        {"type": "reply", "reply": {"id": "SUBSCRIBE", "title": "Subscribe"}}
    ]
    assert "header" not in body["interactive"]


@pytest.mark.parametrize(
    ("attachment", "caption", "content"),
    [
        (Attachment("image", id="77"), "A view", {"id": "77", "caption": "A view"}),
        (Attachment("video", link="https://example.org/v.mp4"), "", {"link": "https://example.org/v.mp4"}),
        (
            Attachment("document", id="78", filename="offer.pdf"),
            "The offer",
            {"id": "78", "filename": "offer.pdf", "caption": "The offer"},
        ),
        (Attachment("audio", id="79", voice=True), "", {"id": "79", "voice": True}),
        (Attachment("sticker", id="80", filename="unused", voice=True), "", {"id": "80"}),
    ],
)
def test_media(attachment: Attachment, caption: str, content: Body) -> None:
    body = payloads.media(ANA, attachment, caption)
    assert body["type"] == attachment.kind
    assert body[attachment.kind] == content


def test_reaction() -> None:
    assert payloads.reaction(ANA, "wamid.IN4", "")["reaction"] == {"message_id": "wamid.IN4", "emoji": ""}


def test_read_receipt() -> None:
    assert payloads.read_receipt("wamid.IN4") == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN4",
    }
    assert payloads.read_receipt("wamid.IN4", typing=True)["typing_indicator"] == {"type": "text"}


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: payloads.text(ANA, "x" * 4_097), "text"),
        (lambda: payloads.text(ANA, " \n "), "text"),
        (lambda: payloads.text(Envelope(), "x"), "phone"),
        (lambda: payloads.text(Envelope("16045550142"), "x"), "phone"),
        (lambda: payloads.text(Envelope("+1 604 555 0142"), "x"), "phone"),
        (lambda: payloads.text(Envelope("+16045550142", callback_data="x" * 513), "x"), "callback_data"),
        (lambda: payloads.media(ANA, Attachment("image")), "media"),
        (lambda: payloads.media(ANA, Attachment("image", id="1", link="https://x")), "media"),
        (lambda: payloads.media(ANA, Attachment("song", id="1")), "media"),
        (lambda: payloads.media(ANA, Attachment("audio", id="1"), "words"), "text"),
        (lambda: payloads.media(ANA, Attachment("image", id="1"), "x" * 1_025), "text"),
        (lambda: payloads.buttons(ANA, "x", ()), "buttons"),
        (lambda: payloads.buttons(ANA, "x", [ReplyButton(str(n), "B") for n in range(4)]), "buttons"),
        (lambda: payloads.buttons(ANA, "x", [ReplyButton("a", "B"), ReplyButton("a", "C")]), "buttons"),
        (lambda: payloads.buttons(ANA, "x", [ReplyButton("a", "B" * 21)]), "buttons"),
        (lambda: payloads.buttons(ANA, "x", [ReplyButton("a" * 257, "B")]), "buttons"),
        (lambda: payloads.buttons(ANA, "x" * 1_025, [ReplyButton("a", "B")]), "text"),
        (lambda: payloads.buttons(ANA, "x", [ReplyButton("a", "B")], header="x" * 61), "header"),
        (lambda: payloads.buttons(ANA, "x", [ReplyButton("a", "B")], footer="x" * 61), "footer"),
    ],
)
def test_what_breaks_a_limit_is_named(build: Callable[[], Body], field: str) -> None:
    with pytest.raises(CannotBuild) as refused:
        build()
    assert refused.value.field == field


def test_longest_text_passes() -> None:
    assert len(payloads.text(ANA, "x" * 4_096)["text"]["body"]) == 4_096
