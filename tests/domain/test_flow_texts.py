"""Names between braces: what is filled in, and what it cannot do where it stands."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.domain.flow_texts import fill, fill_header, fill_json, fill_url, names_in

FIELDS = {"name": "Ana Silva", "first_name": "Ana", "attribute:City": "Halifax", "attribute:order": "old"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{first_name}}, {{ City }}!", "Hi Ana, Halifax!"),
        ("{{attribute:City}}", "Halifax"),
        ("{{order}}", "4468"),
        ("{{attribute:order}}", "old"),
        ("{{blank}}|{{unknown}}|", "||"),
        ("{{secret:key}}", "{{secret:key}}"),
        ("{City} {{}} {{a}", "{City} {{}} {{a}"),
        ("{{sly}}", "{{name}}"),
    ],
)
def test_answers_go_before_fields(text: str, filled: str) -> None:
    assert fill(text, {"order": "4468", "blank": "", "sly": "{{name}}"}, FIELDS) == filled


def test_names_each_once() -> None:
    assert names_in("{{b}} {{ a }} {{b}} {{secret:x}}") == ("b", "a", "secret:x")


@example("..")
@example("/../x?y#z")
@given(st.text(max_size=30))
def test_an_answer_stays_in_its_part_of_an_address(value: str) -> None:
    made = fill_url(
        "https://shop.test/orders/{{x}}/lines?y={{x}}", {"x": value.encode("utf-8", "ignore").decode()}, {}
    )
    head, _, rest = made.partition("https://shop.test/orders/")
    assert head == ""
    assert rest.count("/") == 1
    assert made.count("?") == 1
    assert "#" not in made
    assert rest.split("/")[0] not in (".", "..")


def test_an_answer_stays_in_its_string() -> None:
    body = fill_json('{"x": "{{x}}", "n": "{{City}}"}', {"x": '", "admin": true, "y": "\n{{City}}'}, FIELDS)
    assert json.loads(body) == {"x": '", "admin": true, "y": "\n{{City}}', "n": "Halifax"}


def test_an_answer_stays_on_its_line_and_names_no_secret() -> None:
    assert fill_header("a {{x}} {{secret:k}}", {"x": "1\r\nHost: y {{secret:k}}"}, {}) == (
        "a 1 Host: y secret:k {{secret:k}}"
    )
