"""The words of templates in a conversation: the preview whose variables can be pressed, and what a field hints at."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from desktop.domain.templates import Template, example_values

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def hint(template: Template, name: str) -> str:
    """What stands greyed in the empty field of a variable: 'e.g. A-991', the example that WhatsApp was given."""
    example = example_values(template).get(name, "")
    return f"e.g. {example}" if example else "Needs a value"


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
