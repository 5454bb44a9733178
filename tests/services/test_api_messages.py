"""What the API says of a message that we stopped."""

import pytest

from desktop.domain.conversations import MessageView
from desktop.domain.known import REFUSALS
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.services.api_messages import error_shown
from tests.clock import START


@pytest.mark.parametrize("reason", sorted(REFUSALS))
def test_every_refusal_has_the_number_by_which_whatsapp_refuses(reason: Reason) -> None:
    """Clients branch on it: 131050 stops marketing to a customer, 131049 is Meta's own limit."""
    stopped = MessageView(1, 2, True, Status.FAILED, "template", "Hello", START, START, reason=reason)
    told = error_shown(stopped)
    assert told["code"] == (131049 if reason is Reason.US_NUMBER else 131050)
    assert (told["reason"], told["error_data"]["details"]) == (reason.value.upper(), reason.sentence)
