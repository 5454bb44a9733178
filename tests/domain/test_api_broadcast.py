"""The values of a broadcast that another program asks for: texts for everybody, or fields of the contact."""

import pytest

from desktop.domain.api_broadcast import filled, variable
from desktop.domain.api_message import ButtonValue, Mismatch, TemplateWanted
from desktop.domain.consent import Category
from desktop.domain.templates import Button, Template, Variable

SALE = Template(
    1,
    "sale",
    "en",
    Category.MARKETING,
    "Hi {{1}}, {{2}} off until {{3}}.",
    header_kind="text",
    header_text="News for {{1}}",
    buttons=(
        Button("quick_reply", "Thanks"),
        Button("url", "Shop", "https://shop.example/{{1}}"),
        Button("copy_code", "Copy"),
    ),
)
FIELDS = ("City", "Email")


def wanted(
    body: dict[str, str] | None = None, url: str = "sale", payload: str = "thanks", header: str = "you"
) -> TemplateWanted:
    return TemplateWanted(
        "sale",
        "",
        {"1": "{{{contact.name}}}", "2": "50%", "3": "Sunday"} if body is None else body,
        {"1": header},
        (
            ButtonValue(0, "quick_reply", payload),
            ButtonValue(1, "url", url),
            ButtonValue(2, "COPY_CODE", "SAVE10"),
        ),
    )


def test_fields_and_texts_become_variables_and_the_rest_is_for_everybody() -> None:
    made = filled(SALE, wanted(url="{{{ contact.City | all }}}"), FIELDS)
    assert {one.name: (one.field, one.text) for one in made.variables} == {
        "1": ("name", ""),
        "2": ("", "50%"),
        "3": ("", "Sunday"),
        "header:1": ("", "you"),
        "button1:1": ("attribute:City", "all"),
        "button2:code": ("", "SAVE10"),
    }
    assert made.content == {"payloads": ["thanks"]}


@pytest.mark.parametrize(
    ("text", "field", "otherwise"),
    [
        ("{{{contact.name}}}", "name", ""),
        ("{{{ contact.firstName }}}", "first_name", ""),
        ("{{{contact.first_name|there}}}", "first_name", "there"),
        ("{{{contact.phone}}}", "phone", ""),
        ("{{{contact.email}}}", "attribute:Email", ""),
        ("{{{contact.fieldValues.city}}}", "attribute:City", ""),
        ("{{{City}}}", "attribute:City", ""),
        (" plain {text} ", "", "plain {text}"),
    ],
)
def test_how_a_field_is_named(text: str, field: str, otherwise: str) -> None:
    known = {name.casefold(): name for name in FIELDS}
    assert variable("1", text, known, "bodyValues.1") == Variable("1", field, otherwise)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (wanted({"1": "{{{contact.shoe_size}}}", "2": "a", "3": "b"}), "bodyValues.1"),
        (wanted({"1": "Dear {{{contact.name}}}", "2": "a", "3": "b"}), "bodyValues.1"),
        (wanted({"1": "{{name}}", "2": "a", "3": "b"}), "bodyValues.1"),
        (wanted({"1": "{{{contact.name}}} {{{contact.City}}}", "2": "a", "3": "b"}), "bodyValues.1"),
        (wanted({"1": "a", "2": "b"}), "bodyValues.3"),
        (wanted({"1": "a", "2": "b", "3": "c", "4": "d"}), "bodyValues.4"),
        (wanted(header="{{{contact.shoe_size}}}"), "headerValues.1"),
        (wanted(url="{{{contact.shoe_size}}}"), "buttonValues"),
        (wanted(payload="{{{contact.name}}}"), "buttonValues"),
    ],
)
def test_what_does_not_fit_is_named(given: TemplateWanted, field: str) -> None:
    with pytest.raises(Mismatch) as wrong:
        filled(SALE, given, FIELDS)
    assert wrong.value.field == field
