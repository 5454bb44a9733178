"""The words of the reports' tables."""

from datetime import timedelta

from desktop.domain.consent import Source
from desktop.domain.report import OptedOut, Refusal
from desktop.ui.reports import words
from tests.clock import START


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
