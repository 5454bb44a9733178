"""The call that *Try a message* shows, and its answer in words."""

import json
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from desktop.domain.api_message import content_for
from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.known import ConsentSaid, Known
from desktop.domain.reasons import Reason
from desktop.domain.templates import Button, Template
from desktop.server.devapi.message_models import MessageAsked
from desktop.ui.settings.try_words import body_of, curl_of, message_wanted, outcome_said, refused_said

NOW = datetime(2026, 11, 22, 18, 46, tzinfo=UTC)
AT = datetime(2026, 11, 22, 12, 42, tzinfo=UTC).astimezone().replace(day=22, hour=10)
SALE = Template(
    7,
    "winter_clearance",
    "en",
    Category.MARKETING,
    "Hi {{1}}, until {{2}}",
    header_kind="text",
    header_text="For {{1}}",
    buttons=(Button("url", "Look", "https://shop.example/{{1}}"), Button("copy_code", "Copy")),
    examples=("Ana", "it's Sunday"),
)
FILES = tuple(
    replace(SALE, header_kind=kind, header_text="") for kind in ("image", "video", "document", "location")
)
PLAIN = Template(8, "hello", "en", Category.UTILITY, "Good morning")


def known(reason: Reason, **more: object) -> Known:
    values: dict[str, object] = {
        "path": Path.API, "category": Category.MARKETING, "status": None, "now": NOW, "reason": reason,
        "contact_name": "Priya Sharma",
    }  # fmt: skip
    return Known(**(values | more))  # type: ignore[arg-type]


def test_the_call_can_be_typed_at_a_shell_and_is_what_the_api_takes() -> None:
    for template in (SALE, PLAIN, *FILES, None):
        line = curl_of("http://127.0.0.1:8787", "+1 604 555 0142", template)
        words = shlex.split(line)
        assert words[:4] == ["curl", "-X", "POST", "http://127.0.0.1:8787/devapi/messages/whatsapp/explain"]
        assert {"apiKey: …", "apiSecret: …"} <= set(words), "no secret"
        body = json.loads(words[words.index("-d") + 1])
        assert body == body_of("+1 604 555 0142", template)
        assert body["recipient"] == {"phone": "16045550142"}
        asked = MessageAsked.model_validate(body).wanted()
        assert asked.phone == "16045550142"
        if template is not None:
            assert asked.template is not None
            assert content_for(template, asked.template) == _content(template)
        else:
            assert asked.text == message_wanted("", None).text


def _content(template: Template) -> dict[str, Any]:
    asked = message_wanted("+16045550142", template).template
    assert asked is not None
    return content_for(template, asked)


def test_examples_fill_a_template_and_names_stand_where_there_is_none() -> None:
    assert _content(SALE)["values"] == {
        "1": "Ana",
        "2": "it's Sunday",
        "header:1": "1",
        "button0:1": "1",
        "button1:code": "SAVE10",
    }
    assert _content(PLAIN)["values"] == {}


def test_without_an_address_and_a_number_it_is_an_example() -> None:
    line = curl_of("", "", PLAIN)
    assert line.startswith("curl -X POST …/devapi/messages/whatsapp/explain -H ")
    assert '{"phone": "16045550142"}' in line


def test_an_opt_out_is_said_with_its_time_and_word() -> None:
    said = ConsentSaid(5, Source.KEYWORD, AT, "STOP")
    text, color = outcome_said(known(Reason.OPTED_OUT, verdict=Reason.OPTED_OUT, opt_in=OptIn.NO, said=said))
    first, after = text.split("\n")
    stamp = f"22 Nov 10:{AT:%M}"
    assert first == f"→ would fail: Priya Sharma opted out of marketing on {stamp} (keyword “STOP”)"
    assert after.strip()
    assert color == "danger"


def test_each_other_answer_reads_as_a_sentence() -> None:
    for reason in (
        Reason.OPTED_OUT, Reason.STOPPED_IN_WHATSAPP, Reason.NO_CHOICE, Reason.US_NUMBER, Reason.WINDOW_CLOSED,
        Reason.TEMPLATE_NOT_APPROVED, Reason.NO_PHONE,
    ):  # fmt: skip
        text, color = outcome_said(known(reason))
        assert text.startswith("→ would fail: ")
        assert not text.split("\n")[0].endswith(".")
        assert color == "danger"
    for reason in (Reason.OPTED_IN, Reason.NO_CHOICE_PASSES, Reason.NOT_MARKETING):
        text, color = outcome_said(known(reason))
        assert text.startswith("→ would be sent: ")
        assert color == "accent"


def test_what_the_api_would_not_take_names_the_field() -> None:
    said = refused_said("Value missing", "The variable “1” has no value.", "whatsapp.template.bodyValues.1")
    assert said == (
        "→ would be refused (422): Value missing. The variable “1” has no value. [whatsapp.template.bodyValues.1]"
    )
