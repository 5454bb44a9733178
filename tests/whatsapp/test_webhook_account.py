"""Updates about templates, the number and the account."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desktop.domain.consent import Category
from desktop.domain.templates import Quality, TemplateStatus
from desktop.whatsapp.updates import (
    AccountChanged,
    PhoneQualityChanged,
    TemplateCategoryChanged,
    TemplateContentChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
    Update,
)
from desktop.whatsapp.webhooks import parse
from tests.whatsapp.shapes import AN_HOUR_LATER_S, AT_S, call, template_change

AT = datetime.fromtimestamp(AT_S, UTC)
LATER = datetime.fromtimestamp(AN_HOUR_LATER_S, UTC)


def only(change: dict[str, Any], time_s: int = AT_S) -> Update:
    delivery = parse(call(change, time_s=time_s))
    assert delivery.bad == ()
    (one,) = delivery.updates
    return one


def template_status(**value: Any) -> TemplateStatusChanged:
    one = only(template_change("message_template_status_update", **value))
    assert isinstance(one, TemplateStatusChanged)
    return one


def test_rejected_template() -> None:
    one = template_status(
        event="REJECTED",
        reason="INVALID_FORMAT",
        message_template_category="MARKETING",
        rejection_info={"reason": "Adjacent parameters", "recommendation": "Put text between them."},
    )
    assert (one.name, one.language, one.whatsapp_id) == ("autumn_sale", "en_US", "1689556908129835")
    assert (one.event, one.status, one.category) == ("REJECTED", TemplateStatus.REJECTED, Category.MARKETING)
    assert one.reason == "INVALID_FORMAT. Adjacent parameters. Put text between them"
    assert one.at == AT
    assert one.dedupe_key == f"autumn_sale|en_US|REJECTED|{AT_S}"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("APPROVED", TemplateStatus.APPROVED),
        ("paused", TemplateStatus.PAUSED),
        ("PENDING_DELETION", TemplateStatus.GONE),
        ("DELETED", TemplateStatus.GONE),
        ("REINSTATED", TemplateStatus.APPROVED),
        ("DISABLED", TemplateStatus.DISABLED),
        ("LOCKED", TemplateStatus.OTHER),
        ("ARCHIVED", TemplateStatus.OTHER),
        ("FLAGGED", None),
        ("UNARCHIVED", None),
    ],
)
def test_template_events(event: str, status: TemplateStatus | None) -> None:
    assert template_status(event=event, reason=None).status is status


@pytest.mark.parametrize(
    ("title", "paused_for"),
    [
        ("FIRST_PAUSE", timedelta(hours=3)),
        ("SECOND_PAUSE", timedelta(hours=6)),
        ("RATE_LIMITING_PAUSE", None),
    ],
)
def test_how_long_a_pause_takes(title: str, paused_for: timedelta | None) -> None:
    assert template_status(event="PAUSED", other_info={"title": title}).paused_for == paused_for


def test_reason_none_is_no_reason() -> None:
    told = {"title": "FIRST_PAUSE", "description": "Low quality"}
    assert (
        template_status(event="PAUSED", reason="NONE", other_info=told).reason == "FIRST_PAUSE. Low quality"
    )
    assert template_status(event="PAUSED", reason=None).category is None


@pytest.mark.parametrize("stamp", [AN_HOUR_LATER_S, str(AN_HOUR_LATER_S)])
def test_category_warning(stamp: object) -> None:
    one = only(
        template_change(
            "template_category_update",
            new_category="UTILITY",
            correct_category="MARKETING",
            category_update_timestamp=stamp,
        )
    )
    assert isinstance(one, TemplateCategoryChanged)
    assert (one.event, one.new_category, one.correct_category) == (
        "WARNING",
        Category.UTILITY,
        Category.MARKETING,
    )
    assert one.effective_at == LATER
    assert one.language == "en_US"


def test_category_changed() -> None:
    one = only(
        template_change("template_category_update", previous_category="UTILITY", new_category="MARKETING")
    )
    assert isinstance(one, TemplateCategoryChanged)
    assert (one.event, one.new_category, one.previous_category) == (
        "CHANGED",
        Category.MARKETING,
        Category.UTILITY,
    )
    assert (one.correct_category, one.effective_at) == (None, None)


def test_template_quality() -> None:
    one = only(
        template_change(
            "message_template_quality_update", previous_quality_score="GREEN", new_quality_score="yellow"
        )
    )
    assert isinstance(one, TemplateQualityChanged)
    assert (one.quality, one.previous) == (Quality.YELLOW, Quality.GREEN)


def test_template_content() -> None:
    assert isinstance(only(template_change("message_template_components_update")), TemplateContentChanged)


@pytest.mark.parametrize(
    "change",
    [
        {"field": "template_category_update", "value": {"new_category": "MARKETING"}},
        {"field": "message_template_status_update", "value": None},
        template_change("message_template_status_update"),
    ],
)
def test_template_update_without_the_needful_is_bad(change: dict[str, Any]) -> None:
    delivery = parse(call(change))
    assert delivery.updates == ()
    assert len(delivery.bad) == 1


def test_phone_quality() -> None:
    value = {
        "display_phone_number": "+1 604-555-0100",
        "event": "THROUGHPUT_UPGRADE",
        "current_limit": "TIER_10K",
        "max_daily_conversations_per_business": "TIER_UNLIMITED",
    }
    one = only({"field": "phone_number_quality_update", "value": value})
    assert isinstance(one, PhoneQualityChanged)
    assert (one.display_phone, one.event, one.limit) == (
        "+16045550100",
        "THROUGHPUT_UPGRADE",
        "TIER_UNLIMITED",
    )


@pytest.mark.parametrize(("limit", "read"), [(2000, "2000"), (-1, "-1"), ("tier_2k", "TIER_2K"), (None, "")])
def test_capability(limit: object, read: str) -> None:
    value = {"max_daily_conversations_per_business": limit, "max_phone_numbers_per_waba": 25}
    one = only({"field": "business_capability_update", "value": value})
    assert isinstance(one, AccountChanged)
    assert (one.event, one.daily_limit) == ("CAPABILITY", read)


@pytest.mark.parametrize("expiration", [AN_HOUR_LATER_S, str(AN_HOUR_LATER_S)])
def test_restriction(expiration: object) -> None:
    value = {
        "event": "ACCOUNT_RESTRICTION",
        "violation_info": {"violation_type": "SPAM"},
        "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": expiration},
            {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"},
        ],
    }
    one = only({"field": "account_update", "value": value})
    assert isinstance(one, AccountChanged)
    assert one.restrictions == ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_ADD_PHONE_NUMBER_ACTION")
    assert (one.event, one.details, one.expires_at) == ("ACCOUNT_RESTRICTION", "SPAM", LATER)


def test_ban() -> None:
    ban = {"waba_ban_state": "DISABLE", "waba_ban_date": "October 1, 2026"}
    one = only({"field": "account_update", "value": {"event": "DISABLED_UPDATE", "ban_info": ban}})
    assert isinstance(one, AccountChanged)
    assert one.details == "DISABLE October 1, 2026"


def test_the_same_alert_of_another_day_is_another_update() -> None:
    change = {
        "field": "account_alerts",
        "value": {"alert_type": "LOW_QUALITY", "alert_description": "Watch out"},
    }
    first, again, later = only(change), only(change), only(change, AN_HOUR_LATER_S)
    assert isinstance(first, AccountChanged)
    assert (first.event, first.details) == ("LOW_QUALITY", "Watch out")
    assert first.dedupe_key == again.dedupe_key != later.dedupe_key
