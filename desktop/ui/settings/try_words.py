"""*Try a message* in words: the call another program would make, and what would become of it."""

import json
import shlex
from typing import Any, Final

from desktop.domain import phones
from desktop.domain.api_message import ButtonValue, MessageWanted, TemplateWanted
from desktop.domain.known import PASSES, UNASKED, Known
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template, example_values
from desktop.domain.why import origin
from desktop.domain.why_endings import change
from desktop.ui.parts import when
from desktop.ui.theme import Color

PATH: Final = "/devapi/messages/whatsapp/explain"
EXAMPLE_PHONE: Final = "16045550142"
TEXT: Final = "Your order is on its way."
_FILE: Final = "https://shop.example/{kind}"
_PLACE: Final = {"latitude": "49.28", "longitude": "-123.12", "name": "The shop"}


def values_of(template: Template) -> dict[str, str]:
    """Each variable with the example WhatsApp was given for it, or with its own name."""
    examples = example_values(template)
    values = {name: examples.get(name) or name.rpartition(":")[2] for name in template.variables}
    codes = [f"button{at}:code" for at, one in enumerate(template.buttons) if one.kind == "copy_code"]
    return values | {name: examples.get(name) or "SAVE10" for name in codes}


def template_wanted(template: Template) -> TemplateWanted:
    """The template with examples for everything that it needs."""
    values = values_of(template)
    return TemplateWanted(
        template.name,
        template.language,
        {name: value for name, value in values.items() if ":" not in name},
        {name[7:]: value for name, value in values.items() if name.startswith("header:")},
        tuple(_button(template, name, value) for name, value in values.items() if name.startswith("button")),
        _header_file(template),
    )


def message_wanted(phone: str, template: Template | None) -> MessageWanted:
    """What is asked. template None: a text."""
    if template is None:
        return MessageWanted(phone, text=TEXT)
    return MessageWanted(phone, template=template_wanted(template))


def body_of(phone: str, template: Template | None) -> dict[str, Any]:
    """The same as the body of the call, in Gallabox's shape."""
    recipient = {"phone": phones_digits(phone) or EXAMPLE_PHONE}
    if template is None:
        return {"recipient": recipient, "whatsapp": {"type": "text", "text": {"body": TEXT}}}
    wanted = template_wanted(template)
    told: dict[str, Any] = {"templateName": wanted.name, "language": wanted.language}
    if wanted.body:
        told["bodyValues"] = dict(wanted.body)
    if wanted.header or wanted.header_file:
        told["headerValues"] = dict(wanted.header) | _file_values(template, wanted)
    if wanted.buttons:
        told["buttonValues"] = [_button_body(one) for one in wanted.buttons]
    return {"recipient": recipient, "whatsapp": {"type": "template", "template": told}}


def curl_of(address: str, phone: str, template: Template | None) -> str:
    """The call as one types it at a shell, with … in place of what is secret. address: "…" if none is known."""
    body = json.dumps(body_of(phone, template), ensure_ascii=False)
    headers = " ".join(
        f"-H {shlex.quote(one)}" for one in ("apiKey: …", "apiSecret: …", "Content-Type: application/json")
    )
    return f"curl -X POST {address or '…'}{PATH} {headers} -d {shlex.quote(body)}"


def outcome_said(known: Known) -> tuple[str, Color]:
    """'→ would fail: Priya Sharma opted out of marketing on 22 Nov 10:42 (keyword “STOP”)', and what would help."""
    passes = known.reason in PASSES | UNASKED
    head = "would be sent" if passes else "would fail"
    after = change(known)
    lines = [f"→ {head}: {_why(known)}", *([f"   {after}"] if after else [])]
    return "\n".join(lines), "accent" if passes else "danger"


def refused_said(title: str, sentence: str, field: str) -> str:
    """A request that the API would not take in: '→ would be refused (422): …'."""
    return f"→ would be refused (422): {title}. {sentence}{f' [{field}]' if field else ''}"


def phones_digits(phone: str) -> str:
    """A number as programs write it: its digits with the country code."""
    return "".join(one for one in phone if one.isdecimal())


def _why(known: Known) -> str:
    who = known.contact_name or "the contact"
    who = phones.pretty(who) if who.startswith("+") else who
    said, stopped = known.said, known.stopped
    if known.reason is Reason.OPTED_OUT and said is not None:
        return f"{who} opted out of marketing on {when.stamp(said.at, known.now)} ({origin(said)})"
    if known.reason is Reason.OPTED_IN and said is not None:
        return f"{who} opted in to marketing on {when.stamp(said.at, known.now)} ({origin(said)})"
    if known.reason is Reason.STOPPED_IN_WHATSAPP and stopped is not None:
        return f"{who} stopped promotions from you in WhatsApp on {when.stamp(stopped.at, known.now)}"
    reason = known.reason or Reason.NOT_MARKETING
    sentence = reason.sentence.split(". ")[0].rstrip(".")
    return f"{sentence[:1].lower()}{sentence[1:]}" if not sentence.startswith("WhatsApp") else sentence


def _button(template: Template, name: str, value: str) -> ButtonValue:
    at = int(name[6:].partition(":")[0])
    return ButtonValue(at, template.buttons[at].kind, value)


def _button_body(one: ButtonValue) -> dict[str, Any]:
    is_code = one.kind == "copy_code"
    parameters = (
        {"type": "coupon_code", "coupon_code": one.value} if is_code else {"type": "text", "text": one.value}
    )
    return {"index": one.index, "sub_type": "COPY_CODE" if is_code else one.kind, "parameters": parameters}


def _header_file(template: Template) -> dict[str, Any]:
    if template.header_kind in ("image", "video", "document"):
        return {"link": _FILE.format(kind=template.header_kind)}
    return dict(_PLACE) if template.header_kind == "location" else {}


def _file_values(template: Template, wanted: TemplateWanted) -> dict[str, Any]:
    if "link" in wanted.header_file:
        return {"mediaUrl": wanted.header_file["link"]}
    return dict(wanted.header_file)
