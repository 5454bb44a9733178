"""The words of every reason: there, distinct, and in sentences."""

import pytest

from desktop.domain.reasons import Reason

CONSENT_SAYS_NO = [
    Reason.OPTED_OUT,
    Reason.OPTED_OUT_AFTER_LAUNCH,
    Reason.STOPPED_IN_WHATSAPP,
    Reason.NO_CHOICE,
    Reason.US_NUMBER,
]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_label_and_a_sentence(reason: Reason) -> None:
    assert 0 < len(reason.label) <= 40
    assert not reason.label.endswith(".")
    assert reason.sentence.endswith(".")
    assert reason.value == reason.name.lower()


def test_no_two_refusals_of_consent_read_alike() -> None:
    assert len({one.label for one in CONSENT_SAYS_NO}) == len(CONSENT_SAYS_NO)
    assert len({one.sentence for one in Reason}) == len(Reason)


def test_the_words_that_the_design_fixes() -> None:
    assert Reason.NO_CHOICE.label == "No choice recorded"
    assert Reason.OPTED_OUT_AFTER_LAUNCH.label == "Opted out after launch"
    assert Reason.BOT_NOT_ASKED.label == "Bot: consent not asked"
    assert Reason.DESPITE_OPT_OUT.label == "Sent despite opt-out"
    assert Reason.ANSWER_LOST.label == "Not certain"
