"""Webhook updates about templates, the business number and the account."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from desktop.domain.templates import TemplateStatus
from desktop.whatsapp.reading import as_json, clean, first, identifier, mapping, mappings, phone
from desktop.whatsapp.reading import time as moment
from desktop.whatsapp.templates import category_or_none, language, quality, status
from desktop.whatsapp.updates import (
    AccountChanged,
    PhoneQualityChanged,
    TemplateCategoryChanged,
    TemplateContentChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
    Update,
)

Item = Mapping[str, Any]
Where = Mapping[str, Any]


class Unreadable(ValueError):
    """One update lacks what it cannot be used without."""


def readers(field: str, value: Item, where: Where) -> Iterator[tuple[Callable[[], Update], object]] | None:
    """The one reading of a change about a template or the account; None for any other field."""
    read = _READERS.get(field)
    return None if read is None else iter([(partial(read, value, where), value)])


def _capitals(value: object) -> str:
    return clean(value, 128).strip().upper()


def _named(value: Item, where: Where) -> dict[str, Any]:
    """What every template update says about its template."""
    name = clean(value.get("message_template_name"), 512)
    template_id = identifier(value.get("message_template_id"))
    if not name and not template_id:
        raise Unreadable("The update names no template.")
    return {
        "name": name,
        "language": language(value.get("message_template_language")),
        "whatsapp_id": template_id,
        "raw": as_json(value),
        **where,
    }


def _template_status(value: Item, where: Where) -> Update:
    event = _capitals(value.get("event"))
    if not event:
        raise Unreadable("The update names no event.")
    return TemplateStatusChanged(
        **_named(value, where),
        event=event,
        status=_status_after(event),
        category=category_or_none(value.get("message_template_category")),
        reason=_why(value),
        paused_for=_PAUSES.get(_capitals(mapping(value.get("other_info")).get("title"))),
    )


_PAUSES: Final = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}
"""Source: the Cloud API's page on template pausing. The third time a template is disabled."""


_LEAVE_STATUS: Final = frozenset({"FLAGGED", "UNARCHIVED", "UNPAUSED"})
"""A flagged template still goes out; what comes back from the archive has the status it had."""


def _status_after(event: str) -> TemplateStatus | None:
    return None if event in _LEAVE_STATUS else status(event)


def _why(value: Item) -> str:
    """The reason in WhatsApp's words, with its advice where it gives one."""
    rejected, other = mapping(value.get("rejection_info")), mapping(value.get("other_info"))
    parts = (
        value.get("reason") if _capitals(value.get("reason")) != "NONE" else "",
        rejected.get("reason"),
        rejected.get("recommendation"),
        other.get("title"),
        other.get("description"),
    )
    return ". ".join(text for text in (clean(part, 512).strip(" .") for part in parts) if text)


def _template_category(value: Item, where: Where) -> Update:
    pending = category_or_none(value.get("correct_category"))
    return TemplateCategoryChanged(
        **_named(value, where),
        event="WARNING" if pending else "CHANGED",
        new_category=category_or_none(value.get("new_category")),
        correct_category=pending,
        previous_category=category_or_none(value.get("previous_category")),
        effective_at=moment(value.get("category_update_timestamp")),
    )


def _template_quality(value: Item, where: Where) -> Update:
    score = quality(value.get("new_quality_score"))
    return TemplateQualityChanged(
        **_named(value, where),
        event=score.upper(),
        quality=score,
        previous=quality(value.get("previous_quality_score")),
    )


def _template_content(value: Item, where: Where) -> Update:
    return TemplateContentChanged(**_named(value, where), event="CONTENT")


def _phone_quality(value: Item, where: Where) -> Update:
    limit = value.get("max_daily_conversations_per_business") or value.get("current_limit")
    return PhoneQualityChanged(
        display_phone=phone("".join(filter(str.isdecimal, clean(value.get("display_phone_number"), 40)))),
        event=_capitals(value.get("event")),
        limit=_capitals(limit),
        raw=as_json(value),
        **where,
    )


def _account(value: Item, where: Where) -> Update:
    restrictions = list(mappings(value.get("restriction_info")))
    ends = [at for at in (moment(one.get("expiration")) for one in restrictions) if at]
    ban, broken = mapping(value.get("ban_info")), mapping(value.get("violation_info"))
    details = (broken.get("violation_type"), ban.get("waba_ban_state"), ban.get("waba_ban_date"))
    return AccountChanged(
        event=_capitals(value.get("event")) or "ACCOUNT",
        details=" ".join(text for text in (clean(part, 256) for part in details) if text),
        restrictions=tuple(_capitals(one.get("restriction_type")) for one in restrictions),
        expires_at=max(ends, default=None),
        raw=as_json(value),
        **where,
    )


def _capability(value: Item, where: Where) -> Update:
    limit = value.get("max_daily_conversations_per_business", value.get("max_daily_conversation_per_phone"))
    return AccountChanged(event="CAPABILITY", daily_limit=_capitals(limit), raw=as_json(value), **where)


def _alert(value: Item, where: Where) -> Update:
    alert = mapping(value.get("alert_info")) or first(value.get("alert_info")) or value
    return AccountChanged(
        event=_capitals(alert.get("alert_type")) or "ALERT",
        details=clean(alert.get("alert_description"), 1_024),
        raw=as_json(value),
        **where,
    )


def _review(value: Item, where: Where) -> Update:
    return AccountChanged(
        event=f"REVIEW {_capitals(value.get('decision'))}".strip(), raw=as_json(value), **where
    )


_READERS: Final[dict[str, Callable[[Item, Where], Update]]] = {
    "message_template_status_update": _template_status,
    "template_category_update": _template_category,
    "message_template_quality_update": _template_quality,
    "message_template_components_update": _template_content,
    "phone_number_quality_update": _phone_quality,
    "account_update": _account,
    "business_capability_update": _capability,
    "account_alerts": _alert,
    "account_review_update": _review,
}
