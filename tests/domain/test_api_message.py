"""How the values of a request fill a template: every variable once, nothing left over, each fault named."""

import pytest

from desktop.domain.api_message import ButtonValue, Mismatch, TemplateWanted, content_for, phone_of
from desktop.domain.consent import Category
from desktop.domain.phones import NotAPhone
from desktop.domain.templates import Button, Template

NUMBERED = Template(1, "order", "en", Category.UTILITY, "Hi {{2}}, {{1}} is here.")
NAMED = Template(2, "order", "en", Category.UTILITY, "Hi {{name}}, {{order}} is here.", named=True)
BUTTONS = (
    Button("quick_reply", "Yes"),
    Button("url", "Track", "https://shop.example/{{1}}"),
    Button("quick_reply", "No"),
    Button("copy_code", "Copy"),
)
FULL = Template(
    3,
    "full",
    "en",
    Category.MARKETING,
    "Hello",
    header_kind="text",
    header_text="News for {{1}}",
    buttons=BUTTONS,
)


def values(template: Template, **body: str) -> object:
    named = {name.removeprefix("_"): value for name, value in body.items()}
    return content_for(template, TemplateWanted("order", body=named))["values"]


def test_numbered_values_go_to_their_numbers() -> None:
    assert values(NUMBERED, _1="A-991", _2="Priya") == {"1": "A-991", "2": "Priya"}


def test_named_values_go_by_name_or_by_their_place_in_the_text() -> None:
    filled = {"name": "Priya", "order": "A-991"}
    assert values(NAMED, name="Priya", order="A-991") == filled
    assert values(NAMED, _1="Priya", _2="A-991") == filled


@pytest.mark.parametrize(
    ("template", "body", "field"),
    [
        (NUMBERED, {"1": "A-991"}, "bodyValues.2"),
        (NUMBERED, {"1": "A-991", "2": "  "}, "bodyValues.2"),
        (NUMBERED, {"1": "A-991", "2": "Priya", "3": "x"}, "bodyValues.3"),
        (NUMBERED, {"CustomerName": "Priya"}, "bodyValues.CustomerName"),
        (NAMED, {"1": "Priya", "name": "Priya", "order": "A-991"}, "bodyValues.name"),
        (NAMED, {"name": "Priya"}, "bodyValues.order"),
    ],
)
def test_a_value_that_does_not_fit_is_named(template: Template, body: dict[str, str], field: str) -> None:
    with pytest.raises(Mismatch) as wrong:
        content_for(template, TemplateWanted("order", body=body))
    assert wrong.value.field == f"whatsapp.template.{field}"


def filled(*buttons: ButtonValue, **header: str) -> TemplateWanted:
    return TemplateWanted("full", header={"1": "Priya"} | header, buttons=buttons)


URL, CODE = ButtonValue(1, "url", "A-991"), ButtonValue(3, "COPY_CODE", "WINTER20")


def test_header_and_buttons_are_filled() -> None:
    content = content_for(FULL, filled(URL, ButtonValue(2, "quick_reply", "no-thanks"), CODE))
    assert content == {
        "values": {"header:1": "Priya", "button1:1": "A-991", "button3:code": "WINTER20"},
        "payloads": ["", "no-thanks"],
    }


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (filled(CODE), "buttonValues"),
        (filled(URL), "buttonValues"),
        (filled(URL, CODE, ButtonValue(4, "url", "x")), "buttonValues.2.index"),
        (filled(URL, CODE, ButtonValue(0, "url", "x")), "buttonValues.2.sub_type"),
        (filled(URL, CODE, ButtonValue(0, "flow", "x")), "buttonValues.2.sub_type"),
        (filled(URL, CODE, mediaUrl="https://shop.example/a.png"), "headerValues.mediaUrl"),
        (TemplateWanted("full", buttons=(URL, CODE)), "headerValues.1"),
    ],
)
def test_what_is_missing_or_too_much_is_named(wanted: TemplateWanted, field: str) -> None:
    with pytest.raises(Mismatch) as wrong:
        content_for(FULL, wanted)
    assert wrong.value.field == f"whatsapp.template.{field}"


def begins_with(kind: str) -> Template:
    return Template(4, "photo", "en", Category.MARKETING, "Hello", header_kind=kind)


FILE = {"mediaUrl": "https://shop.example/menus/winter.pdf", "mediaName": "Our menu"}
SHOP = {"latitude": "49.28", "longitude": "-123.12", "name": "Store no. 7"}


@pytest.mark.parametrize(
    ("kind", "wanted", "header"),
    [
        ("image", TemplateWanted("photo", header=FILE), {"link": FILE["mediaUrl"]}),
        (
            "document",
            TemplateWanted("photo", header=FILE),
            {"link": FILE["mediaUrl"], "filename": "Our menu.pdf"},
        ),
        ("video", TemplateWanted("photo", header_file={"id": "77"}), {"id": "77"}),
        (
            "location",
            TemplateWanted("photo", header=SHOP),
            {"latitude": 49.28, "longitude": -123.12, "name": "Store no. 7"},
        ),
    ],
)
def test_a_header_that_is_a_file_or_a_place_is_kept_as_whatsapp_takes_it(
    kind: str, wanted: TemplateWanted, header: dict[str, object]
) -> None:
    content = content_for(begins_with(kind), wanted)
    assert content == {"values": {}, "header": {"type": kind, kind: header}}


@pytest.mark.parametrize(
    ("kind", "header", "field"),
    [
        ("image", {}, "headerValues.mediaUrl"),
        ("image", {"mediaUrl": "menu.png"}, "headerValues.mediaUrl"),
        ("image", {"mediaUrl": "https:///menu.png"}, "headerValues.mediaUrl"),
        ("image", {"mediaUrl": "https://shop.example/my menu.png"}, "headerValues.mediaUrl"),
        ("image", {"mediaUrl": "javascript:alert(1)"}, "headerValues.mediaUrl"),
        ("image", FILE | {"1": "Priya"}, "headerValues.1"),
        ("document", FILE | {"mediaName": "x" * 241}, "headerValues.mediaName"),
        ("location", FILE, "headerValues.mediaUrl"),
        ("location", SHOP | {"latitude": "91"}, "headerValues.latitude"),
        ("location", SHOP | {"longitude": "nan"}, "headerValues.longitude"),
        ("location", {"latitude": "1"}, "headerValues.longitude"),
        ("carousel", FILE, "headerValues"),
    ],
)
def test_a_header_that_does_not_fit_is_named(kind: str, header: dict[str, str], field: str) -> None:
    with pytest.raises(Mismatch) as wrong:
        content_for(begins_with(kind), TemplateWanted("photo", header=header))
    assert wrong.value.field == f"whatsapp.template.{field}"


def test_a_file_for_a_template_that_begins_with_words_is_refused() -> None:
    with pytest.raises(Mismatch) as wrong:
        content_for(NUMBERED, TemplateWanted("order", body={"1": "a", "2": "b"}, header_file={"id": "77"}))
    assert wrong.value.field == "whatsapp.template.headerValues"


def test_nothing_is_left_over_beside_a_file() -> None:
    with pytest.raises(Mismatch) as wrong:
        content_for(begins_with("image"), TemplateWanted("photo", header={"1": "x"}, header_file={"id": "7"}))
    assert wrong.value.field == "whatsapp.template.headerValues.1"


LOGIN = Template(
    5,
    "login",
    "en",
    Category.AUTHENTICATION,
    "Your code is {{1}}.",
    buttons=(Button("url", "Copy code", "https://www.whatsapp.com/otp/code/?code=otp{{1}}"),),
)


def test_a_login_code_needs_to_be_said_once_under_any_name() -> None:
    content = content_for(LOGIN, TemplateWanted("login", body={"otp": "481516"}))
    assert content["values"] == {"1": "481516", "button0:1": "481516"}


SHOWCASE = Template(
    6,
    "showcase",
    "en",
    Category.MARKETING,
    "See",
    buttons=(Button("mpm", "Items"), Button("flow", "Sign up"), Button("catalog", "Catalogue")),
)


def test_a_button_that_opens_something_takes_whatsapps_own_object() -> None:
    products = {"thumbnail_product_retailer_id": "1004", "sections": [{"title": "Breakfast"}]}
    mpm = ButtonValue(0, "mpm", "", products)
    content = content_for(SHOWCASE, TemplateWanted("showcase", buttons=(mpm,)))
    assert content == {"values": {}, "actions": {"0": products}}
    with pytest.raises(Mismatch) as wrong:
        content_for(SHOWCASE, TemplateWanted("showcase", buttons=(ButtonValue(1, "flow", "", {"a": "b"}),)))
    assert wrong.value.field == "whatsapp.template.buttonValues"


def test_a_text_that_its_values_make_too_long_is_refused() -> None:
    values = {"1": "A" * 1_003, "2": "Priya"}
    assert content_for(NUMBERED, TemplateWanted("order", body=values))
    with pytest.raises(Mismatch) as wrong:
        content_for(NUMBERED, TemplateWanted("order", body=values | {"2": "Priyanka"}))
    assert wrong.value.field == "whatsapp.template.bodyValues"


@pytest.mark.parametrize("text", ["16045550142", "+16045550142", "+1 604 555 0142", " 0016045550142 "])
def test_a_number_has_its_country_code_with_or_without_a_plus(text: str) -> None:
    assert phone_of(text, "recipient.phone") == "+16045550142"


@pytest.mark.parametrize("text", ["", "abc", "16045550", "9" * 40, "+"])
def test_what_is_no_number_names_its_field(text: str) -> None:
    with pytest.raises(NotAPhone) as wrong:
        phone_of(text, "recipient.phone")
    assert wrong.value.field == "recipient.phone"
