"""The words of templates: values to begin with, names of fields, the preview, why one cannot be sent."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from desktop.domain.consent import Category
from desktop.domain.contacts import Contact
from desktop.domain.templates import Template, TemplateStatus, placeholders

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def initial_values(template: Template, contact: Contact) -> dict[str, str]:
    """Values to begin with: the first variable of the body is the first name, the others their examples."""
    first = contact.name.split()[0] if contact.name.split() else ""
    if template.category is Category.AUTHENTICATION:
        return dict.fromkeys(template.variables, "")  # a code is never an example, nor a name
    body = placeholders(template.body)
    shown = dict(zip(body, template.examples, strict=False))
    values = {name: shown.get(name, "") for name in template.variables}
    if body:
        values[body[0]] = first
    for name in body:
        if name in ("first_name", "name"):
            values[name] = first if name == "first_name" else contact.name
    return values


def variable_label(template: Template, name: str) -> str:
    """What the field of a variable is called: 'Variable 1', 'Header', 'Button “Track”', 'order number'."""
    part, _, inner = name.rpartition(":")
    if part == "header":
        return "Header" if len(placeholders(template.header_text)) == 1 else f"Header {inner}"
    if part.startswith("button"):
        index = int(part.removeprefix("button"))
        return f"Button “{template.buttons[index].text}”" if index < len(template.buttons) else name
    return f"Variable {name}" if name.isdecimal() else name.replace("_", " ")


def preview_html(template: Template, values: Mapping[str, str], ink: str, missing_ink: str) -> str:
    """The template as rich text with its variables underlined; an empty one keeps its {{…}} in its own ink.

    Each variable is a link whose address is its name. ink, missing_ink: '#RRGGBB'.
    """

    def filled(text: str, prefix: str = "") -> str:
        def link(found: re.Match[str]) -> str:
            value = values.get(prefix + found[1], "").strip()
            color = ink if value else missing_ink
            return f'<a href="{prefix}{found[1]}" style="color: {color}">{escape(value) or found[0]}</a>'

        return _PLACEHOLDER.sub(link, escape(text)).replace("\n", "<br>")

    parts = [f"<b>{filled(template.header_text, 'header:')}</b>"] if template.header_text else []
    parts.append(filled(template.body))
    if template.footer:
        parts.append(escape(template.footer))
    return "<br>".join(parts)


def not_sendable(template: Template) -> str:
    """Why a template cannot be chosen; "" when it can."""
    if template.sendable and template.header_kind not in ("", "text"):
        return f"Its header needs a file ({template.header_kind}), which cannot be added here yet"
    if template.sendable and any(button.kind == "copy_code" for button in template.buttons):
        return "Its button needs a code, which cannot be given here yet"
    return {
        TemplateStatus.APPROVED: "",
        TemplateStatus.PENDING: "Waiting for WhatsApp’s review",
        TemplateStatus.REJECTED: "Rejected by WhatsApp",
        TemplateStatus.PAUSED: "Paused by WhatsApp for its quality",
        TemplateStatus.DISABLED: "Disabled by WhatsApp",
        TemplateStatus.GONE: "No longer in WhatsApp",
        TemplateStatus.OTHER: "In a state not known here",
    }[template.status]
