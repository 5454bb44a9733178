"""The words of templates in a conversation: values to begin with, and the preview whose variables can be pressed."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from desktop.domain.consent import Category
from desktop.domain.contacts import Contact
from desktop.domain.templates import Template, example_values, placeholders

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def initial_values(template: Template, contact: Contact) -> dict[str, str]:
    """Values to begin with: the first variable of the body is the first name, the others their examples."""
    first = contact.name.split()[0] if contact.name.split() else ""
    if template.category is Category.AUTHENTICATION:
        return dict.fromkeys(template.variables, "")  # a code is never an example, nor a name
    body = placeholders(template.body)
    shown = example_values(template)  # the body's alone: what ends an address is never an example
    values = {name: shown.get(name, "") if name in body else "" for name in template.variables}
    if body:
        values[body[0]] = first
    for name in body:
        if name in ("first_name", "name"):
            values[name] = first if name == "first_name" else contact.name
    return values


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
