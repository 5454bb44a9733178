"""Templates on the wire: reading one from WhatsApp's list, and filling one into a message.

Source of the shapes: the Cloud API's pages on template components and on sending templates.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from desktop.domain.consent import Category
from desktop.domain.templates import Button, Quality, Template, TemplateStatus, placeholders
from desktop.whatsapp.payloads import Attachment, Body, CannotBuild, Envelope
from desktop.whatsapp.reading import clean, identifier, mapping, mappings

FIELDS: Final = (
    "id,name,language,status,rejected_reason,category,correct_category,previous_category,parameter_format,"
    "components,quality_score"
)
"""What is asked of WhatsApp for each template."""

_STATUSES: Final = {
    "APPROVED": TemplateStatus.APPROVED,
    "REINSTATED": TemplateStatus.APPROVED,
    "PENDING": TemplateStatus.PENDING,
    "REJECTED": TemplateStatus.REJECTED,
    "PAUSED": TemplateStatus.PAUSED,
    "DISABLED": TemplateStatus.DISABLED,
    "DELETED": TemplateStatus.GONE,
    "PENDING_DELETION": TemplateStatus.GONE,
}
_MEDIA_HEADERS: Final = frozenset({"image", "video", "document"})


class UnreadableTemplate(ValueError):
    """An item of the list that lacks a name, a language or a body."""


def category(value: object) -> Category:
    """A category as WhatsApp writes it. One that is unknown here counts as marketing: ask rather than not."""
    try:
        return Category(clean(value).strip().lower())
    except ValueError:
        return Category.MARKETING


def category_or_none(value: object) -> Category | None:
    """As `category()`, with None for a missing or empty value."""
    return category(value) if clean(value).strip() else None


def status(value: object) -> TemplateStatus:
    """A status or event name in any casing; what is unknown here is OTHER, which cannot be sent."""
    return _STATUSES.get(clean(value).strip().upper(), TemplateStatus.OTHER)


def quality(value: object) -> Quality:
    """A quality score in any casing; UNKNOWN for anything else."""
    try:
        return Quality(clean(value).strip().lower())
    except ValueError:
        return Quality.UNKNOWN


def language(value: object) -> str:
    """A language code with an underscore: WhatsApp also prints en-US for en_US."""
    first, *rest = re.split(r"[-_]", clean(value, 64).strip())
    return "_".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def template_from_graph(item: Mapping[str, Any], fetched_at: datetime) -> Template:
    """One item of the template list. Its id and revision are the store's to give.

    Raises UnreadableTemplate if it has no name, language or body.
    """
    parts = {clean(part.get("type")).upper(): part for part in mappings(item.get("components"))}
    name, code = clean(item.get("name"), 512), language(item.get("language"))
    body, header = mapping(parts.get("BODY")), mapping(parts.get("HEADER"))
    if not (name and code and clean(body.get("text"))):
        raise UnreadableTemplate(f"template “{name or item.get('id')}” has no name, language or body")
    header_kind = (clean(header.get("format"), 32) or "text").lower() if header else ""
    if "CAROUSEL" in parts:
        header_kind = "carousel"
    now_is, before = category(item.get("category")), category_or_none(item.get("previous_category"))
    rejected = clean(item.get("rejected_reason"), 512)
    return Template(
        id=0,
        name=name,
        language=code,
        category=now_is,
        body=clean(body.get("text")),
        status=status(item.get("status")),
        correct_category=category_or_none(item.get("correct_category")),
        quality=quality(mapping(item.get("quality_score")).get("score")),
        header_kind=header_kind,
        header_text=clean(header.get("text")) if header_kind == "text" else "",
        footer=clean(mapping(parts.get("FOOTER")).get("text")),
        buttons=tuple(_buttons(mapping(parts.get("BUTTONS")))),
        named=_is_named(item, clean(body.get("text"))),
        examples=_examples(mapping(body.get("example"))),
        fetched_at=fetched_at,
        whatsapp_id=identifier(item.get("id")),
        category_before=before if before is not now_is else None,
        other_examples=tuple(_other_examples(parts, header_kind)),
        status_reason="" if rejected.upper() == "NONE" else rejected,
    )


def _is_named(item: Mapping[str, Any], body: str) -> bool:
    """Some answers leave parameter_format out; the variables then tell."""
    told = clean(item.get("parameter_format")).upper()
    if told in ("NAMED", "POSITIONAL"):
        return told == "NAMED"
    return any(not name.isdecimal() for name in placeholders(body))


def _buttons(part: Mapping[str, Any]) -> Iterator[Button]:
    for button in mappings(part.get("buttons")):
        yield Button(
            clean(button.get("type"), 64).lower(),
            clean(button.get("text"), 256),
            clean(button.get("url"), 2_048),
            clean(button.get("phone_number"), 64),
        )


def _examples(example: Mapping[str, Any]) -> tuple[str, ...]:
    """The body's example values: a list of lists by position, or a list of named ones."""
    named = tuple(clean(one.get("example")) for one in mappings(example.get("body_text_named_params")))
    if named:
        return named
    texts = example.get("body_text")
    row = texts[0] if isinstance(texts, list) and texts else []
    return tuple(clean(value) for value in row) if isinstance(row, list) else ()


def _other_examples(parts: Mapping[str, Any], header_kind: str) -> Iterator[tuple[str, str]]:
    """The examples of the header and of the buttons, by variable; 'header' is what fills a media header."""
    header = mapping(parts.get("HEADER"))
    example = mapping(header.get("example"))
    if header_kind == "carousel":
        cards = len(list(mappings(mapping(parts["CAROUSEL"]).get("cards"))))
        yield "header", "1 card" if cards == 1 else f"{cards:,} cards"
    elif header_kind == "text":
        named = [clean(one.get("example")) for one in mappings(example.get("header_text_named_params"))]
        texts = named or _texts(example.get("header_text"))
        yield from zip(
            (f"header:{one}" for one in placeholders(clean(header.get("text")))), texts, strict=False
        )
    elif file := _file_name(next(iter(_texts(example.get("header_handle"))), "")):
        yield "header", file
    for index, button in enumerate(mappings(mapping(parts.get("BUTTONS")).get("buttons"))):
        url, given = clean(button.get("url"), 2_048), button.get("example")
        first = next(iter(_texts(given)), "") or clean(given)
        if names := placeholders(url):
            # WhatsApp gives the whole address as the example; the variable is its end.
            yield f"button{index}:{names[0]}", first.removeprefix(url.split("{{")[0])
        elif clean(button.get("type")).upper() == "COPY_CODE" and first:
            yield f"button{index}:code", first


def _texts(value: object) -> list[str]:
    return [clean(one) for one in value] if isinstance(value, list) else []


def _file_name(address: str) -> str:
    """The end of an address, if it looks like the name of a file: an upload's handle does not."""
    name = unquote(urlsplit(address).path).rpartition("/")[2]
    return name if re.fullmatch(r"[^/\\\x00-\x1f]{1,120}\.[A-Za-z0-9]{2,5}", name) else ""


def template(
    envelope: Envelope,
    template: Template,
    values: Mapping[str, str],
    *,
    header: Attachment | Mapping[str, Any] | None = None,
    payloads: Sequence[str] = (),
    actions: Mapping[str, Body] = MappingProxyType({}),
) -> Body:
    """A template message.

    values: by the names of `Template.variables`; a copy-code button takes 'button0:code'. header: the file
    of an image, video or document header, or a location's latitude, longitude, name and address.
    payloads: what the quick replies send back, in their order (their own text where none is given).
    actions: by the index of a button, what a catalogue, product or form button opens.
    Raises CannotBuild if a value or the header is missing.
    """
    if template.category is Category.AUTHENTICATION and not envelope.phone:
        raise CannotBuild("Needs a phone number", "A login code cannot go to a user id alone.", "phone")
    components = [
        *_header(template, values, header),
        *_body(template, values),
        *_button_values(template, values, payloads, actions),
    ]
    content: Body = {"name": template.name, "language": {"code": template.language}}
    if components:
        content["components"] = components
    return envelope.body("template", content)


def _header(
    template: Template, values: Mapping[str, str], header: Attachment | Mapping[str, Any] | None
) -> Iterator[Body]:
    kind = template.header_kind
    if kind in ("", "text"):
        parameters = [_text(template, name, values, "header:") for name in placeholders(template.header_text)]
    elif kind in _MEDIA_HEADERS and isinstance(header, Attachment) and header.kind == kind:
        parameters = [{"type": kind, kind: header.content()}]
    elif kind == "location" and isinstance(header, Mapping):
        parameters = [{"type": kind, kind: dict(header)}]
    else:
        raise CannotBuild("Header missing", f"The template begins with a {kind}. Choose one.", "header")
    if parameters:
        yield {"type": "header", "parameters": parameters}


def _body(template: Template, values: Mapping[str, str]) -> Iterator[Body]:
    names = list(placeholders(template.body))
    if not template.named and all(name.isdecimal() for name in names):
        names.sort(key=int)  # the order of the parameters is {{1}}, {{2}} …, wherever they stand in the text
    if names:
        yield {"type": "body", "parameters": [_text(template, name, values) for name in names]}


def _text(template: Template, name: str, values: Mapping[str, str], prefix: str = "") -> Body:
    text = one_line(_value(values, prefix + name))
    if template.named:
        return {"type": "text", "parameter_name": name, "text": text}
    return {"type": "text", "text": text}


def _value(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value.strip():
        raise CannotBuild("Template parameter missing", f"The variable “{name}” has no value.", name)
    return value


def one_line(value: str) -> str:
    """A value without line breaks, tabs or more than four blanks in a row: WhatsApp refuses those."""
    return re.sub(r" {5,}", "    ", re.sub(r"\s*[\r\n\t\v\f\x85\u2028\u2029]\s*", " ", value)).strip()


def _button_values(
    template: Template, values: Mapping[str, str], payloads: Sequence[str], actions: Mapping[str, Body]
) -> Iterator[Body]:
    replies = iter(payloads)
    for index, button in enumerate(template.buttons):
        parameters: list[Body] = []
        sub_type = button.kind
        if sub_type == "url":
            parameters = [_url_value(button.url, name, values, index) for name in placeholders(button.url)]
        elif sub_type == "quick_reply":
            payload = next(replies, "")
            parameters = [{"type": "payload", "payload": payload}] if payload else []
        elif sub_type == "copy_code":
            parameters = [{"type": "coupon_code", "coupon_code": _value(values, f"button{index}:code")}]
        elif str(index) in actions:
            parameters = [{"type": "action", "action": actions[str(index)]}]
        if parameters:
            yield {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": parameters}


def _url_value(url: str, name: str, values: Mapping[str, str], index: int) -> Body:
    """The end of a button's address, percent-encoded (the send fails otherwise). A slash stays one in a
    path and is encoded in a query."""
    value = _value(values, f"button{index}:{name}").strip()
    return {"type": "text", "text": quote(value, safe="" if "?" in url else "/", errors="replace")}
