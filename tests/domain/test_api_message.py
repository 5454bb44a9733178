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


@pytest.mark.parametrize("kind", ["image", "video", "document", "location", "carousel"])
def test_a_header_that_is_a_file_is_refused_rather_than_left_out(kind: str) -> None:
    template = Template(4, "photo", "en", Category.MARKETING, "Hello", header_kind=kind)
    with pytest.raises(Mismatch):
        content_for(template, TemplateWanted("photo"))


@pytest.mark.parametrize("text", ["16045550142", "+16045550142", "+1 604 555 0142", " 0016045550142 "])
def test_a_number_has_its_country_code_with_or_without_a_plus(text: str) -> None:
    assert phone_of(text, "recipient.phone") == "+16045550142"


@pytest.mark.parametrize("text", ["", "abc", "16045550", "9" * 40, "+"])
def test_what_is_no_number_names_its_field(text: str) -> None:
    with pytest.raises(NotAPhone) as wrong:
        phone_of(text, "recipient.phone")
    assert wrong.value.field == "recipient.phone"
