"""The words of the reports' tables, of their files and of the thread."""

from dataclasses import replace
from datetime import timedelta

from desktop.domain.consent import Path, Source
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.report import OptedOut, Refusal
from desktop.domain.report_words import of_words
from desktop.ui.conversations.words import origin
from desktop.ui.reports import words
from desktop.ui.reports.words import path_of
from tests.clock import START

SENT = MessageView(
    5, 1, True, Status.SENT, "template", "10% off", START, START, Path.API, api_key_name="shop-sync"
)


def test_a_message_of_the_api_names_its_key() -> None:
    assert path_of(SENT) == "API · shop-sync"
    assert of_words(SENT) == "shop-sync"
    assert origin(SENT) == "API · shop-sync"


def test_one_without_a_key_names_its_path_alone() -> None:
    plain = replace(SENT, api_key_name="")
    assert (path_of(plain), of_words(plain), origin(plain)) == ("API", "", "API")


def test_who_said_no_twice_has_both_answers_with_their_own_evidence() -> None:
    stop = Refusal(START + timedelta(hours=1), Source.WHATSAPP, "user stopped promotions", "", 8, True)
    one = OptedOut(1, "Omar Ali", "+16045550142", START, Source.KEYWORD, "STOP", "", 7, False, stop)
    assert words.answer_of(one) == "No, and stopped in WhatsApp"
    assert words.source_of(one) == "Keyword, WhatsApp"
    assert words.evidence_of(one) == "“STOP”; user stopped promotions"
    first, second = words.answers_told(one).splitlines()
    assert first.startswith("No: Keyword, ")
    assert first.endswith("“STOP”")
    assert second.startswith("Stopped in WhatsApp: WhatsApp, ")
    assert second.endswith("user stopped promotions")
