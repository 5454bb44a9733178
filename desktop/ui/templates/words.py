"""The words, colours and icons of templates, for every screen that shows one."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from desktop.domain import phones
from desktop.domain.consent import Category
from desktop.domain.template_notices import Severity
from desktop.domain.templates import Button, Quality, TemplateStatus
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.banner import BannerKind
from desktop.ui.theme import Color

CATEGORY: Final[dict[Category, tuple[str, BadgeKind]]] = {
    Category.MARKETING: ("Marketing", BadgeKind.MARKETING),
    Category.UTILITY: ("Utility", BadgeKind.UTILITY),
    Category.AUTHENTICATION: ("Authentication", BadgeKind.AUTHENTICATION),
    Category.SERVICE: ("Service", BadgeKind.NEUTRAL),
}
STATUS: Final[dict[TemplateStatus, tuple[str, BadgeKind]]] = {
    TemplateStatus.APPROVED: ("Approved", BadgeKind.DONE),
    TemplateStatus.PENDING: ("In review", BadgeKind.SCHEDULED),
    TemplateStatus.REJECTED: ("Rejected", BadgeKind.DANGER),
    TemplateStatus.PAUSED: ("Paused", BadgeKind.PAUSED),
    TemplateStatus.DISABLED: ("Disabled", BadgeKind.DANGER),
    TemplateStatus.GONE: ("Gone", BadgeKind.NEUTRAL),
    TemplateStatus.OTHER: ("Not ready", BadgeKind.NEUTRAL),
}
QUALITY: Final[dict[Quality, tuple[str, Color]]] = {
    Quality.GREEN: ("High", "accent"),
    Quality.YELLOW: ("Medium", "warn"),
    Quality.RED: ("Low", "danger"),
    Quality.UNKNOWN: ("–", "muted"),
}
BANNER: Final[dict[Severity, BannerKind]] = {
    Severity.DANGER: "danger",
    Severity.WARN: "warn",
    Severity.INFO: "info",
}
HEADERS: Final[dict[str, tuple[str, str]]] = {
    "image": ("Image", "image"),
    "gif": ("GIF", "gif"),
    "video": ("Video", "video-camera"),
    "document": ("Document", "file-text"),
    "location": ("Location", "map-pin"),
    "carousel": ("Carousel", "slideshow"),
}
"""What stands above the words, by the kind of header: its name and its icon."""
_BUTTON_ICONS: Final = {
    "quick_reply": "arrow-bend-up-left",
    "url": "arrow-square-out",
    "phone_number": "phone",
    "voice_call": "phone",
    "copy_code": "copy",
    "otp": "copy",
    "flow": "list-checks",
    "catalog": "storefront",
    "mpm": "storefront",
    "spm": "storefront",
}
_BUTTON_KINDS: Final = {
    "quick_reply": "Quick reply",
    "url": "Opens an address",
    "phone_number": "Calls a number",
    "voice_call": "Calls you in WhatsApp",
    "copy_code": "Copies a code",
    "otp": "Copies the code",
    "flow": "Opens a form",
}


def button_icon(button: Button) -> str:
    """The sign that WhatsApp puts before a button's words."""
    return _BUTTON_ICONS.get(button.kind, "cursor-click")


def button_text(button: Button) -> str:
    """The words on it; some kinds bring none of their own."""
    return button.text or {"copy_code": "Copy offer code", "otp": "Copy code"}.get(button.kind, "Button")


def button_note(button: Button) -> str:
    """Where it leads: the site, the number; "" where the words say all."""
    if button.kind == "url":
        return urlsplit(button.url).netloc
    return phones.pretty(button.phone) if button.phone.startswith("+") else button.phone


def button_tooltip(button: Button) -> str:
    """What pressing it does, with the whole address."""
    said = _BUTTON_KINDS.get(button.kind, button.kind.replace("_", " ").capitalize())
    return f"{said}: {button.url or button.phone}" if button.url or button.phone else said


_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


def refreshed(at: datetime | None, now: datetime) -> str:
    """'Refreshed 3 min ago'; a minute is the shortest time that is told."""
    if at is None:
        return "Not read from WhatsApp yet"
    passed_s = (now - at).total_seconds()
    if passed_s < _MINUTE_S:
        return "Refreshed just now"
    if passed_s < _HOUR_S:
        return f"Refreshed {int(passed_s) // _MINUTE_S} min ago"
    if passed_s < _DAY_S:
        return f"Refreshed {int(passed_s) // _HOUR_S} h ago"
    days = int(passed_s) // _DAY_S
    return "Refreshed 1 day ago" if days == 1 else f"Refreshed {days:,} days ago"
