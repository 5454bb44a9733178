"""Templates are read from WhatsApp's list and filled into messages."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.consent import Category
from desktop.domain.templates import Button, Quality, Template, TemplateStatus
from desktop.whatsapp import templates
from desktop.whatsapp.payloads import Attachment, CannotBuild, Envelope
from desktop.whatsapp.templates import UnreadableTemplate, template_from_graph

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
ANA = Envelope("+16045550142", callback_data="row-9")

SALE: dict[str, Any] = {
    "id": "920070352646140",
    "name": "autumn_sale",
    "language": "en-US",
    "status": "APPROVED",
    "category": "MARKETING",
    "parameter_format": "POSITIONAL",
    "quality_score": {"score": "GREEN", "date": 1790000000},
    "components": [
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "Only {{1}}",
            "example": {"header_text": ["this week"]},
        },
        {
            "type": "BODY",
            "text": "Dear {{1}}, take {{2}} off.",
            "example": {"body_text": [["Ana", "20 %"]]},
        },
        {"type": "FOOTER", "text": "Reply STOP to end offers"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Shop",
                    "url": "https://example.org/s?c={{1}}",
                    "example": ["https://example.org/s?c=fall"],
                },
                {"type": "QUICK_REPLY", "text": "Stop offers"},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+16045550100"},
            ],
        },
    ],
}
VALUES = {"header:1": "today", "1": "Ana", "2": "20 %", "button0:1": "fall 2026/é&x"}


def sale(**changes: Any) -> Template:
    return template_from_graph(SALE | changes, NOW)


def test_reading_an_item() -> None:
    assert sale() == Template(
        id=0,
        name="autumn_sale",
        language="en_US",
        category=Category.MARKETING,
        body="Dear {{1}}, take {{2}} off.",
        status=TemplateStatus.APPROVED,
        quality=Quality.GREEN,
        header_kind="text",
        header_text="Only {{1}}",
        footer="Reply STOP to end offers",
        buttons=(
            Button("url", "Shop", "https://example.org/s?c={{1}}"),
            Button("quick_reply", "Stop offers"),
            Button("phone_number", "Call", phone="+16045550100"),
        ),
        examples=("Ana", "20 %"),
        fetched_at=NOW,
        whatsapp_id="920070352646140",
        other_examples=(("header:1", "this week"), ("button0:1", "fall")),
    )


@pytest.mark.parametrize(
    ("component", "kind", "other"),
    [
        (
            {"format": "IMAGE", "example": {"header_handle": ["https://cdn.example/a%20b/poster.jpg?oe=6"]}},
            "image",
            (("header", "poster.jpg"),),
        ),
        ({"format": "DOCUMENT", "example": {"header_handle": ["4::aW1hZ2UvanBlZw==:ARb"]}}, "document", ()),
        ({"format": "VIDEO"}, "video", ()),
        ({"format": "LOCATION"}, "location", ()),
    ],
)
def test_a_media_header_shows_the_name_of_its_example(
    component: dict[str, Any], kind: str, other: tuple[tuple[str, str], ...]
) -> None:
    read = sale(components=[{"type": "HEADER", **component}, {"type": "BODY", "text": "Look."}])
    assert (read.header_kind, read.header_text, read.other_examples) == (kind, "", other)


def test_cards_a_code_and_what_whatsapp_decided_are_read() -> None:
    cards = {"type": "CAROUSEL", "cards": [{"components": []}, {"components": []}]}
    read = sale(components=[{"type": "BODY", "text": "Look."}, cards])
    assert (read.header_kind, read.other_examples) == ("carousel", (("header", "2 cards"),))
    code = {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy", "example": "25OFF"}]}
    coded = sale(components=[{"type": "BODY", "text": "Look."}, code])
    assert coded.other_examples == (("button0:code", "25OFF"),)
    decided = sale(
        category="MARKETING", previous_category="UTILITY", status="REJECTED", rejected_reason="SCAM"
    )
    assert (decided.category_before, decided.status_reason) == (Category.UTILITY, "SCAM")
    same = sale(previous_category="MARKETING", rejected_reason="NONE")
    assert (same.category_before, same.status_reason) == (None, "")


def test_category_about_to_become_marketing_counts_at_once() -> None:
    assert sale(category="UTILITY", correct_category="MARKETING").is_marketing
    assert not sale(category="UTILITY", correct_category="").is_marketing


@pytest.mark.parametrize("category", [None, "", "PROMOTION", 7])
def test_category_that_nobody_knows_asks_for_consent(category: object) -> None:
    assert sale(category=category).is_marketing


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("approved", TemplateStatus.APPROVED),
        ("PAUSED", TemplateStatus.PAUSED),
        ("PENDING_DELETION", TemplateStatus.GONE),
        ("ARCHIVED", TemplateStatus.OTHER),
        (None, TemplateStatus.OTHER),
    ],
)
def test_status(told: object, status: TemplateStatus) -> None:
    assert sale(status=told).status is status


NAMED = {
    "type": "BODY",
    "text": "Dear {{first_name}}",
    "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]},
}


def test_named_is_told_or_seen() -> None:
    assert sale(components=[NAMED], parameter_format="NAMED").named
    assert sale(components=[NAMED], parameter_format=None).named
    assert not sale(parameter_format=None).named
    assert sale(components=[NAMED]).examples == ("Ana",)


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"language": None}, {"components": []}, {"components": [{"type": "BODY"}]}]
)
def test_item_without_the_needful_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableTemplate):
        sale(**changes)


@given(
    st.dictionaries(
        st.sampled_from(sorted(SALE)),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["type", "text", "example", "buttons", "score"]), inner)
            ),
            max_leaves=6,
        ),
    )
)
def test_odd_items_are_read_or_unreadable(changes: dict[str, Any]) -> None:
    try:
        assert sale(**changes).fetched_at == NOW
    except UnreadableTemplate:
        assert changes


def test_filling_by_position() -> None:
    body = templates.template(ANA, sale(), VALUES, payloads=["OPT_OUT"])
    assert body["biz_opaque_callback_data"] == "row-9"
    assert body["template"] == {
        "name": "autumn_sale",
        "language": {"code": "en_US"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "today"}]},
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "20 %"}],
            },
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "fall%202026%2F%C3%A9%26x"}],
            },
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "1",
                "parameters": [{"type": "payload", "payload": "OPT_OUT"}],
            },
        ],
    }


def test_positions_follow_their_numbers_not_their_places() -> None:
    swapped = replace(sale(), body="{{2}} off for {{1}}, {{2}}!", header_text="", buttons=())
    body = templates.template(ANA, swapped, {"1": "Ana", "2": "20 %"})
    assert body["template"]["components"][0]["parameters"] == [
        {"type": "text", "text": "Ana"},
        {"type": "text", "text": "20 %"},
    ]


def test_filling_by_name() -> None:
    body = templates.template(ANA, sale(components=[NAMED], parameter_format="NAMED"), {"first_name": "Ana"})
    assert body["template"]["components"] == [
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ana"}]}
    ]


def test_template_without_variables_has_no_components() -> None:
    plain = replace(sale(), body="Hello", header_text="", buttons=())
    assert "components" not in templates.template(ANA, plain, {})["template"]


@pytest.mark.parametrize("missing", sorted(VALUES))
def test_missing_value_is_named(missing: str) -> None:
    with pytest.raises(CannotBuild) as refused:
        templates.template(ANA, sale(), VALUES | {missing: "  "})
    assert refused.value.field == missing


@pytest.mark.parametrize("kind", ["image", "video", "document"])
def test_media_header(kind: str) -> None:
    shown = replace(sale(), header_kind=kind, header_text="", body="Hello", buttons=())
    body = templates.template(ANA, shown, {}, header=Attachment(kind, id="77"))
    assert body["template"]["components"] == [
        {"type": "header", "parameters": [{"type": kind, kind: {"id": "77"}}]}
    ]
    for wrong in (None, Attachment("audio", id="1")):
        with pytest.raises(CannotBuild) as refused:
            templates.template(ANA, shown, {}, header=wrong)
        assert refused.value.field == "header"


def test_location_header() -> None:
    place = {"latitude": 49.28, "longitude": -123.12, "name": "Shop", "address": "1 Main Street"}
    shown = replace(sale(), header_kind="location", header_text="", body="Hello", buttons=())
    body = templates.template(ANA, shown, {}, header=place)
    assert body["template"]["components"][0]["parameters"] == [{"type": "location", "location": place}]


def test_copy_code() -> None:
    coupon = replace(sale(), header_text="", body="Hello", buttons=(Button("copy_code", "Copy"),))
    body = templates.template(ANA, coupon, {"button0:code": "FALL20"})
    assert body["template"]["components"][0]["parameters"] == [
        {"type": "coupon_code", "coupon_code": "FALL20"}
    ]
    with pytest.raises(CannotBuild):
        templates.template(ANA, coupon, {})


def test_slash_stays_in_a_path() -> None:
    order = replace(
        sale(), header_text="", body="Hi", buttons=(Button("url", "See", "https://example.org/{{1}}"),)
    )
    body = templates.template(ANA, order, {"button0:1": "orders/A 1"})
    assert body["template"]["components"][0]["parameters"][0]["text"] == "orders/A%201"


@given(st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable()))
def test_url_values_survive_encoding(value: str) -> None:
    values = VALUES | {"button0:1": value}
    sent = templates.template(ANA, sale(), values)["template"]["components"][2]["parameters"][0]["text"]
    assert sent.isascii()
    assert unquote(sent) == value.strip()


def test_values_lose_line_breaks_and_runs_of_blanks() -> None:
    assert templates.one_line(" a\n\tb      c\u2028d ") == "a b    c d"


def test_login_code_needs_a_phone() -> None:
    code = replace(sale(), category=Category.AUTHENTICATION, header_text="", body="{{1}}", buttons=())
    with pytest.raises(CannotBuild):
        templates.template(Envelope(user_id="CA.551"), code, {"1": "4711"})


@pytest.mark.parametrize(
    ("told", "language"),
    [("en-US", "en_US"), ("en_us", "en_US"), ("PT-br", "pt_BR"), ("fil", "fil"), (None, "")],
)
def test_language(told: object, language: str) -> None:
    assert templates.language(told) == language
