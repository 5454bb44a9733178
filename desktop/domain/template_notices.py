"""What a person should know of a template before using it: one place with the sentences, for every screen.

Source of the rules: the Cloud API's pages on template status, quality and categories.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from desktop.domain.consent import Category
from desktop.domain.templates import Quality, Template, TemplateStatus


class Severity(StrEnum):
    """DANGER: nothing can be sent with it. WARN: it is sent, but not as before. INFO: good to know."""

    DANGER = "danger"
    WARN = "warn"
    INFO = "info"


class NoticeKind(StrEnum):
    """What was noticed."""

    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    GONE = "gone"
    NOT_READY = "not_ready"
    NEEDS_FILE = "needs_file"
    NEEDS_CODE = "needs_code"
    TURNING_MARKETING = "turning_marketing"
    TURNED_MARKETING = "turned_marketing"
    TURNED = "turned"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know. label: a few words for a row; sentence: what happened, and what to do."""

    kind: NoticeKind
    severity: Severity
    label: str
    sentence: str

    @property
    def blocks(self) -> bool:
        """True if nothing can be sent with the template as long as this holds."""
        return self.kind in _BLOCKING


_BLOCKING: Final = frozenset(
    {
        NoticeKind.PENDING, NoticeKind.REJECTED, NoticeKind.PAUSED, NoticeKind.DISABLED, NoticeKind.GONE,
        NoticeKind.NOT_READY, NoticeKind.NEEDS_FILE, NoticeKind.NEEDS_CODE,
    }
)  # fmt: skip


def notices(template: Template, now: datetime | None = None) -> tuple[Notice, ...]:
    """All there is to know, the worst first. now: leaves the year of a date out where it is this one."""
    found = (
        _of_status(template, now),
        *_of_parts(template),
        _of_category(template, now),
        _of_quality(template),
    )
    order = list(Severity)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: order.index(one.severity)))


def warnings(template: Template, now: datetime | None = None) -> tuple[Notice, ...]:
    """What is worth a sign on everything that uses the template: all but what is only good to know."""
    return tuple(one for one in notices(template, now) if one.blocks or one.severity is not Severity.INFO)


def blocking(template: Template, now: datetime | None = None) -> Notice | None:
    """What stands against sending with it, or None."""
    return next((one for one in notices(template, now) if one.blocks), None)


def not_sendable(template: Template) -> str:
    """Why nothing can be sent with it, in a few words; "" when it can."""
    found = blocking(template)
    return found.label if found else ""


def spoken(found: tuple[Notice, ...]) -> str:
    """All of them as text, a line each: for tooltips."""
    return "\n".join(one.sentence for one in found)


def _of_status(template: Template, now: datetime | None) -> Notice | None:
    status = template.status
    if status is TemplateStatus.APPROVED:
        return None
    if status is TemplateStatus.PAUSED:
        return _paused(template, now)
    if status is TemplateStatus.REJECTED:
        why = f" ({_plain(template.status_reason)})" if template.status_reason else ""
        sentence = (
            f"WhatsApp rejected this template{why}. Nothing can be sent with it. Change it in WhatsApp "
            "Manager, or choose another one."
        )
        return Notice(NoticeKind.REJECTED, Severity.DANGER, "Rejected by WhatsApp", sentence)
    kind, severity, label, sentence = _STATUS[status]
    return Notice(kind, severity, label, sentence)


_CODE: Final = re.compile(r"\b[A-Z]{4,}(?:_[A-Z]+)*\b")


def _plain(reason: str) -> str:
    """WhatsApp's reason with its codes as words: 'invalid format' for INVALID_FORMAT."""
    return _CODE.sub(lambda found: found[0].replace("_", " ").lower(), reason)


def _paused(template: Template, now: datetime | None) -> Notice:
    ends = template.paused_until
    if ends is None or (now is not None and ends <= now):
        until = "Nothing can be sent with it until WhatsApp accepts it again."
    else:
        until = f"Nothing can be sent with it until about {day(ends, now)} {ends.astimezone():%H:%M}."
    sentence = f"WhatsApp paused this template: too many people blocked or reported it. {until}"
    return Notice(NoticeKind.PAUSED, Severity.DANGER, "Paused by WhatsApp for its quality", sentence)


_STATUS: Final = {
    TemplateStatus.PENDING: (
        NoticeKind.PENDING,
        Severity.INFO,
        "Waiting for WhatsApp’s review",
        "WhatsApp is still reviewing this template. It can be sent once it is approved.",
    ),
    TemplateStatus.DISABLED: (
        NoticeKind.DISABLED,
        Severity.DANGER,
        "Disabled by WhatsApp for good",
        "WhatsApp disabled this template for good. Nothing can be sent with it; make a new one in WhatsApp "
        "Manager.",
    ),
    TemplateStatus.GONE: (
        NoticeKind.GONE,
        Severity.DANGER,
        "No longer in WhatsApp",
        "This template no longer exists in WhatsApp. Choose another one, or make it again in WhatsApp Manager.",
    ),
    TemplateStatus.OTHER: (
        NoticeKind.NOT_READY,
        Severity.DANGER,
        "Not accepted by WhatsApp now",
        "WhatsApp does not accept this template now. Its state there is one that is not known here.",
    ),
}


def _of_parts(template: Template) -> tuple[Notice, ...]:
    """Parts that a message would have to bring and that cannot be given here yet."""
    if template.status is not TemplateStatus.APPROVED:
        return ()
    if template.header_kind not in ("", "text"):
        kind = template.header_kind
        label = f"Its header needs a file ({kind}), which cannot be added here yet"
        if kind in ("location", "carousel"):
            label = f"It has a {kind}, which cannot be filled here yet"
        return (Notice(NoticeKind.NEEDS_FILE, Severity.INFO, label, f"{label}."),)
    if any(button.kind == "copy_code" for button in template.buttons):
        label = "Its button needs a code, which cannot be given here yet"
        return (Notice(NoticeKind.NEEDS_CODE, Severity.INFO, label, f"{label}."),)
    return ()


def _of_category(template: Template, now: datetime | None) -> Notice | None:
    coming, before = template.correct_category, template.category_before
    if coming is not None and coming is not template.category:
        if coming is Category.MARKETING:
            return Notice(
                NoticeKind.TURNING_MARKETING,
                Severity.WARN,
                "WhatsApp is turning it into marketing",
                f"WhatsApp is turning this template from {template.category} into marketing: opt-in is asked "
                "from now on.",
            )
        sentence = f"WhatsApp is turning this template from {template.category} into {coming}."
        return Notice(NoticeKind.TURNED, Severity.INFO, f"WhatsApp is turning it into {coming}", sentence)
    if before is None or before is template.category:
        return None
    changed = template.category_changed_at
    on = f" on {day(changed, now)}" if changed else ""
    turned = f"WhatsApp turned this template from {before} into {template.category}{on}"
    if template.category is Category.MARKETING:
        return Notice(
            NoticeKind.TURNED_MARKETING,
            Severity.WARN,
            f"Turned into marketing{on}",
            f"{turned}: opt-in is asked now.",
        )
    asked = ": opt-in is no longer asked." if before is Category.MARKETING else "."
    return Notice(NoticeKind.TURNED, Severity.INFO, f"Turned into {template.category}{on}", turned + asked)


def _of_quality(template: Template) -> Notice | None:
    if template.status is not TemplateStatus.APPROVED:
        return None
    if template.quality is Quality.RED:
        return Notice(
            NoticeKind.QUALITY,
            Severity.WARN,
            "Low quality",
            "Its quality is low: many people block or report it. WhatsApp may pause it.",
        )
    if template.quality is Quality.YELLOW:
        return Notice(
            NoticeKind.QUALITY,
            Severity.INFO,
            "Medium quality",
            "Its quality is medium: some people block or report it.",
        )
    return None


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(at: datetime, now: datetime | None) -> str:
    """'3 Nov' in the machine's zone, with the year unless it is that of now."""
    here = at.astimezone()
    same = now is not None and now.astimezone().year == here.year
    return f"{here.day} {_MONTHS[here.month - 1]}" + ("" if same else f" {here.year}")
