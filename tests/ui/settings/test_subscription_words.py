"""Webhooks in words."""

from datetime import UTC, datetime, timedelta

import pytest

from desktop.domain.subscriptions import (
    DayFigures,
    Delivery,
    DeliveryStatus,
    Event,
    Shape,
    Subscription,
    SubscriptionStatus,
)
from desktop.ui.settings.subscription_words import (
    EXPLAINED,
    GROUPS,
    answer_said,
    attempts_said,
    day_said,
    delivery_said,
    events_said,
    moment,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).astimezone()
NOON = NOW.replace(day=22, hour=12, minute=0)


def hook(status: SubscriptionStatus = SubscriptionStatus.ACTIVE, **more: object) -> Subscription:
    values: dict[str, object] = {
        "id": 1,
        "url": "https://shop.example/hooks/wa",
        "events": frozenset({Event.OPT_IN_UPDATED, Event.MESSAGE_STATUS}),
        "shape": Shape.GALLABOX,
        "status": status,
        "created_at": NOON,
    }
    return Subscription(**(values | more))  # type: ignore[arg-type]


def sent(status: DeliveryStatus, **more: object) -> Delivery:
    values: dict[str, object] = {
        "id": 1, "subscription_id": 1, "event": "Contact.Updated", "body": "{}", "status": status, "created_at": NOON,
    }  # fmt: skip
    return Delivery(**(values | more))  # type: ignore[arg-type]


def test_every_event_stands_in_one_group_and_is_explained() -> None:
    grouped = [event for _, events in GROUPS for event in events]
    assert sorted(grouped) == sorted(Event)
    assert set(EXPLAINED) == set(Event)


def test_what_a_webhook_hears() -> None:
    assert events_said(hook(), {}) == "message status, opt-in updated"
    meta = hook(shape=Shape.META, api_key_id=4, events=frozenset())
    assert events_said(meta, {4: "shop-sync"}) == "WhatsApp’s own shape · shop-sync"
    assert events_said(meta, {}) == "WhatsApp’s own shape · a key"
    assert events_said(hook(events=frozenset(Event)), {}) == "everything"


@pytest.mark.parametrize(
    ("one", "text", "color"),
    [
        (hook(), "nothing yet", "muted"),
        (hook(day=DayFigures(12_410, 3, 0)), "12,410 delivered · 3 tried again", "accent"),
        (hook(day=DayFigures(9, 0, 2), waiting_count=1), "9 delivered · 2 failed · 1 waiting", "accent"),
        (hook(waiting_count=3), "0 delivered · 3 waiting", "accent"),
        (
            hook(failing_since=NOON.replace(hour=10, minute=51), waiting_count=44, day=DayFigures(5)),
            "failing since 10:51 · 44 waiting",
            "danger",
        ),
        (hook(SubscriptionStatus.PAUSED, waiting_count=44), "paused · 44 waiting", "muted"),
        (
            hook(SubscriptionStatus.PAUSED, paused_because="Nobody answers.", failing_since=NOON),
            "paused · Nobody answers.",
            "danger",
        ),
    ],
)
def test_how_the_day_went(one: Subscription, text: str, color: str) -> None:
    said = day_said(one, NOON)
    assert (said.text, said.color) == (text, color)


def test_a_moment_of_another_day_says_its_day() -> None:
    assert moment(NOON, NOON) == "12:00"
    assert moment(NOON - timedelta(days=1), NOON) == "21 Nov 12:00"


def test_one_delivery() -> None:
    soon = NOON + timedelta(minutes=10)
    cases = [
        (
            sent(DeliveryStatus.DELIVERED, attempt_count=1, http_status=200),
            ("delivered", "accent"),
            "1",
            "200",
        ),
        (sent(DeliveryStatus.DELIVERED, attempt_count=2), ("delivered", "accent"), "2 of 5", "–"),
        (
            sent(DeliveryStatus.FAILED, attempt_count=5, http_status=500, trouble="Server Error"),
            ("failed", "danger"),
            "5 of 5",
            "500 Server Error",
        ),
        (
            sent(DeliveryStatus.WAITING, attempt_count=3, due_at=soon, trouble="No answer within 10 s"),
            ("next at 12:10", "warn"),
            "3 of 5",
            "No answer within 10 s",
        ),
        (sent(DeliveryStatus.WAITING, due_at=NOON), ("waiting", "muted"), "–", "–"),
    ]
    for one, state, attempts, answer in cases:
        assert delivery_said(one, NOON) == state
        assert attempts_said(one) == attempts
        assert answer_said(one) == answer
