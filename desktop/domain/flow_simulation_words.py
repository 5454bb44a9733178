"""What a try of a flow shows: messages as the customer reads them, and what was done beside them. Pure."""

from datetime import timedelta

from desktop.domain.consent import OptIn
from desktop.domain.flow_findings import Known
from desktop.domain.flow_session import (
    AskProgram,
    ChangeAttribute,
    ChangeOptIn,
    ChangeTags,
    Effect,
    EnrolIn,
    GiveTo,
    KeepAnswer,
    Send,
    StartFlow,
)
from desktop.domain.templates import Template, preview

GONE = "A template that is gone"


def text_of(effect: Send, template: Template | None) -> str:
    """What the customer reads."""
    if effect.kind == "template":
        return preview(template, effect.content.get("values", {})) if template is not None else GONE
    if effect.kind in ("text", "interactive"):
        return effect.text
    link = str(effect.content.get("object", {}).get("link", ""))
    return "\n".join(one for one in (f"{effect.kind.capitalize()}: {link}", effect.text) if one)


def buttons_of(effect: Send, template: Template | None) -> tuple[tuple[str, str], ...]:
    """What the customer can press: payload and title. A template's quick reply gives its own text."""
    if template is not None:
        return tuple((one.text, one.text) for one in template.buttons if one.kind == "quick_reply")
    if effect.kind != "interactive":
        return ()
    action = effect.content.get("object", {}).get("action", {})
    replies = [one["reply"] for one in action.get("buttons", ())]
    rows = [row for section in action.get("sections", ()) for row in section.get("rows", ())]
    return tuple((str(one["id"]), str(one["title"])) for one in (*replies, *rows))


def note_of(effect: Effect, known: Known) -> str:
    """What was done beside messages, "" for what is no note."""
    if isinstance(effect, KeepAnswer):
        return f"{effect.name} = {effect.value}"
    if isinstance(effect, AskProgram):
        return f"Asks {effect.request.method} {effect.request.url}"
    if isinstance(effect, EnrolIn):
        return f"Into the sequence “{known.sequences.get(effect.sequence_id, 'that is gone')}”"
    if isinstance(effect, GiveTo):
        whom = "whoever takes it" if effect.user_id is None else known.people.get(effect.user_id, "nobody")
        return f"The conversation goes to {whom}"
    if isinstance(effect, StartFlow):
        return f"Goes on with the flow “{known.flows.get(effect.flow_id, 'that is gone')}”"
    return _of_contact(effect)


def _of_contact(effect: Effect) -> str:
    if isinstance(effect, ChangeAttribute):
        return f"{effect.attribute}: {effect.value or 'emptied'}"
    if isinstance(effect, ChangeOptIn):
        value = "Yes" if effect.value is OptIn.YES else "No"
        return f"Marketing opt-in: {value}, because of “{effect.evidence}”"
    if isinstance(effect, ChangeTags):
        told = [*(f"+{one}" for one in effect.add), *(f"−{one}" for one in effect.remove)]
        return f"Tags: {', '.join(told)}"
    return ""


def span_words(span: timedelta) -> str:
    """'15 minutes', '2 hours', '3 days', rounded down to the largest that fits."""
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "A moment"
