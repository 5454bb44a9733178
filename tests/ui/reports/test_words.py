"""Where a message came from, in the words of a report, its file and the thread."""

from dataclasses import replace

from desktop.domain.consent import Path
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.report_words import of_words
from desktop.ui.conversations.words import origin
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
