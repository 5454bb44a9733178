"""WhatsApp's words about the account."""

from datetime import UTC, datetime

import pytest

from desktop.domain.account_state import lifts, restriction_words, restricts


@pytest.mark.parametrize(
    ("event", "restrictions", "details", "holds"),
    [
        ("ACCOUNT_RESTRICTION", ("RESTRICTED_BIZ_INITIATED_MESSAGING",), "", True),
        ("ACCOUNT_RESTRICTION", (), "", True),
        ("ACCOUNT_RESTRICTION", ("RESTRICTED_ADD_PHONE_NUMBER_ACTION",), "", False),
        ("ACCOUNT_VIOLATION", (), "SPAM", True),
        ("DISABLED_UPDATE", (), "SCHEDULE_FOR_DISABLE", True),
        ("DISABLED_UPDATE", (), "REINSTATE", False),
        ("REVIEW REJECTED", (), "", True),
        ("REVIEW APPROVED", (), "", False),
        ("AD_ACCOUNT_LINKED", (), "", False),
        ("CAPABILITY", (), "", False),
    ],
)
def test_what_a_person_should_look_at(
    event: str, restrictions: tuple[str, ...], details: str, holds: bool
) -> None:
    assert restricts(event, restrictions, details) is holds


def test_what_ends_it() -> None:
    assert lifts("ACCOUNT_RECONNECTED")
    assert lifts("DISABLED_UPDATE", "REINSTATE")
    assert not lifts("DISABLED_UPDATE", "DISABLE")


def test_it_is_said_in_words() -> None:
    until = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    kinds = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "NEW_KIND")
    assert restriction_words("ACCOUNT_RESTRICTION", kinds, "", until) == (
        "restricted: no message may open a conversation, new kind, until 2026-11-24 09:30 UTC"
    )
    assert restriction_words("ACCOUNT_VIOLATION", (), "SPAM", None) == "it broke a policy: spam"
