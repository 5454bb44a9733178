"""What a person should know of a template: the sentences, which of them matter, and the worst first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from desktop.domain.consent import Category
from desktop.domain.template_notices import (
    NoticeKind,
    Severity,
    blocking,
    not_sendable,
    notices,
    spoken,
    warnings,
)
from desktop.domain.templates import Button, Quality, Template, TemplateStatus

NOW = datetime(2026, 11, 22, 18, 46, tzinfo=UTC)
ORDER = Template(1, "order", "en", Category.UTILITY, "Hi {{1}}.", quality=Quality.GREEN)
TURNED = replace(
    ORDER,
    category=Category.MARKETING,
    category_before=Category.UTILITY,
    category_changed_at=datetime(2026, 11, 3, 20, tzinfo=UTC),
)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of the sentences are those of the machine; here it stands in Greenwich."""
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_nothing_to_say_of_a_good_one() -> None:
    assert notices(ORDER, NOW) == ()
    assert (blocking(ORDER), not_sendable(ORDER), spoken(warnings(ORDER))) == (None, "", "")


def test_a_turn_into_marketing_says_from_what_and_when() -> None:
    (notice,) = notices(TURNED, NOW)
    assert notice.sentence == (
        "WhatsApp turned this template from utility into marketing on 3 Nov: opt-in is asked now."
    )
    assert (notice.kind, notice.severity, notice.blocks) == (
        NoticeKind.TURNED_MARKETING,
        Severity.WARN,
        False,
    )
    assert "on 3 Nov 2026:" in notices(TURNED)[0].sentence
    assert "into marketing: opt-in" in notices(replace(TURNED, category_changed_at=None))[0].sentence


def test_a_turn_that_is_announced_counts_already() -> None:
    (notice,) = warnings(replace(ORDER, correct_category=Category.MARKETING))
    assert notice.kind is NoticeKind.TURNING_MARKETING
    assert "from utility into marketing: opt-in is asked from now on" in notice.sentence
    assert not notice.blocks


def test_a_turn_out_of_marketing_is_only_good_to_know() -> None:
    back = replace(TURNED, category=Category.UTILITY, category_before=Category.MARKETING)
    assert "opt-in is no longer asked" in notices(back, NOW)[0].sentence
    assert warnings(back, NOW) == ()


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"status": TemplateStatus.PAUSED}, NoticeKind.PAUSED, "until WhatsApp accepts it again"),
        (
            {"status": TemplateStatus.PAUSED, "paused_until": datetime(2026, 11, 22, 21, 40, tzinfo=UTC)},
            NoticeKind.PAUSED,
            "until about 22 Nov 21:40.",
        ),
        (
            {"status": TemplateStatus.PAUSED, "paused_until": datetime(2026, 11, 22, 9, tzinfo=UTC)},
            NoticeKind.PAUSED,
            "until WhatsApp accepts it again",
        ),
        (
            {"status": TemplateStatus.REJECTED, "status_reason": "INVALID_FORMAT. Adjacent parameters"},
            NoticeKind.REJECTED,
            "(invalid format. Adjacent parameters)",
        ),
        ({"status": TemplateStatus.DISABLED}, NoticeKind.DISABLED, "for good"),
        ({"status": TemplateStatus.GONE}, NoticeKind.GONE, "no longer exists in WhatsApp"),
        ({"status": TemplateStatus.PENDING}, NoticeKind.PENDING, "still reviewing"),
        ({"status": TemplateStatus.OTHER}, NoticeKind.NOT_READY, "does not accept"),
        ({"header_kind": "image"}, NoticeKind.NEEDS_FILE, "needs a file (image)"),
        ({"header_kind": "carousel"}, NoticeKind.NEEDS_FILE, "has a carousel"),
        ({"buttons": (Button("copy_code", ""),)}, NoticeKind.NEEDS_CODE, "needs a code"),
    ],
)
def test_what_stands_against_sending(changes: dict[str, Any], kind: NoticeKind, says: str) -> None:
    template = replace(ORDER, **changes)
    found = blocking(template, NOW)
    assert found is not None
    assert found.kind is kind
    assert says in found.sentence
    assert not_sendable(template) == found.label
    assert found in warnings(template, NOW), "it is told wherever the template is used"


def test_a_low_quality_is_a_warning_a_medium_one_is_not() -> None:
    assert [one.kind for one in warnings(replace(ORDER, quality=Quality.RED))] == [NoticeKind.QUALITY]
    assert warnings(replace(ORDER, quality=Quality.YELLOW)) == ()
    assert "some people" in notices(replace(ORDER, quality=Quality.YELLOW))[0].sentence


def test_the_worst_comes_first() -> None:
    both = replace(TURNED, status=TemplateStatus.PAUSED)
    assert [one.kind for one in notices(both, NOW)] == [NoticeKind.PAUSED, NoticeKind.TURNED_MARKETING]
    assert spoken(notices(both, NOW)).count("\n") == 1
