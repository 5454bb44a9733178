"""Times and sentences of the conversation screen, as values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desktop.domain.consent import Category, Facts, OptIn, Path, Source
from desktop.domain.contacts import ConsentEvent, Contact, Fact
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.template_notices import not_sendable
from desktop.domain.templates import Button, Template, TemplateStatus
from desktop.ui.broadcasts.words import status_of
from desktop.ui.contacts.contact_view import _path, _status_and_reason
from desktop.ui.conversations import consent_words, template_words, words
from desktop.ui.conversations.entries import bubble_entry, buttons_in
from desktop.ui.parts import when

NOW = datetime(2026, 11, 22, 13, 40).astimezone(UTC)
AT = datetime(2026, 11, 22, 10, 42).astimezone(UTC)
SALE = Template(
    1, "sale", "en", Category.MARKETING, "Hi {{1}}, up to {{2}} off <now>", examples=("Ana", "40%")
)


def priya(facts: Facts) -> Contact:
    return Contact(1, "Priya <b>Sharma", "+16045550142", facts, NOW)


def event(value: str, source: Source, *, fact: Fact = Fact.OPT_IN, **said: str) -> ConsentEvent:
    return ConsentEvent(1, 1, fact, value, source, AT, **said)


@pytest.mark.parametrize(
    ("ago", "short", "title"),
    [
        (timedelta(0), "10:42", "Today"),
        (timedelta(days=1), "Yesterday", "Yesterday"),
        (timedelta(days=3), "19 Nov", "Thursday"),
        (timedelta(days=20), "2 Nov", "Monday, 2 November"),
        (timedelta(days=365), "22 Nov 2025", "Saturday, 22 November 2025"),
    ],
)
def test_times_carry_the_day_where_it_is_not_today(ago: timedelta, short: str, title: str) -> None:
    assert when.short(AT - ago, NOW) == short
    assert when.day_title(AT - ago, NOW) == title


def test_what_is_left_of_the_window_is_told_in_hours_then_minutes() -> None:
    assert words.window_line(AT, NOW) == "reply window open, 21 h left"
    assert words.window_line(NOW - timedelta(hours=23, minutes=20), NOW) == "reply window open, 40 min left"
    assert words.window_line(NOW - timedelta(hours=24), NOW) == "reply window closed"
    assert words.window_line(None, NOW) == "has not written yet"


@pytest.mark.parametrize(
    ("told", "banner", "warning"),
    [
        (
            event("no", Source.KEYWORD, evidence="STOP"),
            "by replying “STOP”",
            "Priya replied “STOP” on 22 Nov at 10:42.",
        ),
        (
            event("no", Source.AGENT, user_name="Meera Rao"),
            "(recorded by Meera Rao)",
            "Meera Rao recorded it on 22 Nov at 10:42.",
        ),
        (
            event("no", Source.IMPORT, evidence="spring list"),
            "(from the import “spring list”)",
            "The import “spring list” recorded it on 22 Nov at 10:42.",
        ),
        (
            event("no", Source.BUTTON, evidence="No offers"),
            "by pressing “No offers”",
            "Priya pressed “No offers” on 22 Nov at 10:42.",
        ),
    ],
)
def test_each_source_has_its_own_words(told: ConsentEvent, banner: str, warning: str) -> None:
    html = consent_words.banner_html(priya(Facts(OptIn.NO)), [told], NOW)
    assert (
        f"<b>Priya opted out of marketing</b> on 22 Nov, 10:42 {banner}. Utility templates are fine;" in html
    )
    assert consent_words.opted_out_at("Priya", told, NOW) == warning


def test_whatsapps_own_stop_is_said_beside_ours_or_alone() -> None:
    stop = event("stop", Source.WHATSAPP, fact=Fact.WHATSAPP)
    alone = consent_words.banner_html(priya(Facts(OptIn.YES, True)), [stop], NOW)
    assert "<b>Priya stopped promotions in WhatsApp</b> on 22 Nov, 10:42." in alone
    both = [event("no", Source.KEYWORD, evidence="STOP"), stop]
    assert "They also stopped promotions in WhatsApp itself." in consent_words.banner_html(
        priya(Facts(OptIn.NO, True)), both, NOW
    )


def test_the_preview_underlines_values_marks_the_missing_and_escapes() -> None:
    html = template_words.preview_html(SALE, {"1": "<Ana>"}, "#000000", "#FF0000")
    assert '<a href="1" style="color: #000000">&lt;Ana&gt;</a>' in html
    assert '<a href="2" style="color: #FF0000">{{2}}</a>' in html
    assert "&lt;now&gt;" in html


def test_an_empty_field_hints_at_the_example() -> None:
    assert template_words.hint(SALE, "2") == "e.g. 40%"
    assert template_words.hint(replace(SALE, examples=()), "2") == "Needs a value"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (SALE, ""),
        (Template(1, "a", "en", Category.UTILITY, "x", status=TemplateStatus.PAUSED), "Paused"),
        (
            Template(1, "a", "en", Category.UTILITY, "x", header_kind="image"),
            "Its header needs a file (image)",
        ),
        (Template(1, "a", "en", Category.UTILITY, "x", buttons=(Button("copy_code", "Copy"),)), "Its button"),
    ],
)
def test_a_template_that_cannot_be_sent_says_why(template: Template, why: str) -> None:
    assert not_sendable(template).startswith(why)
    assert bool(not_sendable(template)) is bool(why)


def test_a_failure_is_told_in_words_with_what_to_do() -> None:
    label, advice = words.failure(Reason.WHATSAPP_ERROR, 131026)
    assert label == "Not on WhatsApp"
    assert "Check the number" in advice
    assert words.failure(Reason.OPTED_OUT, None)[0] == "Opted out of marketing"
    assert words.lower_first("Opted out of marketing") == "opted out of marketing"
    assert words.lower_first("WhatsApp refused it") == "WhatsApp refused it"


def test_a_bubble_of_what_never_left_says_so_and_leaves_the_advice_to_why() -> None:
    at = datetime(2026, 11, 22, 18, 42, tzinfo=UTC)
    never = MessageView(1, 1, True, Status.FAILED, "template", "Hi", at, at, reason=Reason.OPTED_OUT)
    entry = bubble_entry(never, ())
    assert entry.stayed_here
    assert [(one.title, one.text) for one in entry.notes] == [("Not sent: opted out of marketing", "")]
    assert entry.spoken.endswith("Not sent")
    refused = bubble_entry(replace(never, reason=Reason.WHATSAPP_ERROR, error_code=131026), ())
    assert refused.notes[0].title == "Not delivered: not on WhatsApp (131026)"
    assert "Check the number" in refused.notes[0].text
    arrived = bubble_entry(replace(never, status=Status.DELIVERED, reason=Reason.OPTED_IN), ())
    assert not arrived.stayed_here
    assert status_of(never)[0] == "Not sent"
    assert status_of(refused.message)[0] == "Not delivered"
    assert status_of(arrived.message)[0] == "Delivered"


def sent_by_a_program(kind: str, text: str, content: object) -> MessageView:
    at = datetime(2026, 11, 22, 18, 42, tzinfo=UTC)
    return MessageView(
        1, 1, True, Status.DELIVERED, kind, text, at, at, path=Path.API, content={"object": content},
    )  # fmt: skip


def test_a_bubble_tells_what_another_program_sent() -> None:
    link = {"link": "https://shop.example/menu%20card.pdf", "filename": "Menu.pdf"}
    bare = bubble_entry(sent_by_a_program("document", "Document · Menu.pdf", link), ())
    assert (bare.media, bare.text) == (("file-text", "Document · Menu.pdf"), "")
    assert bare.spoken.startswith("Document · Menu.pdf. ")
    captioned = bubble_entry(sent_by_a_program("image", "Our menu", link | {"caption": "Our menu"}), ())
    assert (captioned.media, captioned.text) == (("camera", "Photo · Menu.pdf"), "Our menu")
    buttons = [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]
    asked = sent_by_a_program("interactive", "Today?", {"type": "button", "action": {"buttons": buttons}})
    assert (bubble_entry(asked, ()).media, buttons_in(asked)) == (None, ("Yes",))


def test_a_bubble_of_a_template_tells_the_file_at_its_beginning() -> None:
    at = datetime(2026, 11, 22, 18, 42, tzinfo=UTC)
    header = {"type": "image", "image": {"link": "https://shop.example/sale.png"}}
    sent = MessageView(1, 1, True, Status.SENT, "template", "Hi", at, at, content={"header": header})
    entry = bubble_entry(sent, ())
    assert (entry.media, entry.text) == (("camera", "Photo · sale.png"), "Hi")


def test_the_contacts_page_tells_path_step_and_what_was_sent_anyway() -> None:
    at = datetime(2026, 11, 22, 18, 42, tzinfo=UTC)
    anyway = MessageView(
        1, 1, True, Status.DELIVERED, "template", "Hi", at, at, path=Path.COMPOSE,
        reason=Reason.DESPITE_OPT_OUT, override_reason="asked on the phone", author_name="Meera Rao",
    )  # fmt: skip
    assert _status_and_reason(anyway).text == "Delivered – sent despite opt-out"
    assert _path(anyway).text == "Inbox"
    step = replace(anyway, path=Path.SEQUENCE, sequence_id=1, sequence_name="Welcome", step_number=2)
    assert _path(step).text == "Sequence · Welcome, step 2"


def test_a_kept_date_in_words() -> None:
    assert when.date_words("2026-11-13") == "13 Nov 2026"
    assert when.date_words("2026-03-02T00:00:00+00:00") == "2 Mar 2026"
    assert when.date_words("soon") == "soon"
