"""Templates in a table to choose one from: its cells, and rows of which some cannot be chosen."""

from PySide6.QtCore import Qt

from desktop.domain.template_notices import blocking, not_sendable, spoken, warnings
from desktop.domain.templates import Template
from desktop.domain.text import fold
from desktop.ui.parts.rows import ROW, Cell, Index, Rows
from desktop.ui.templates import words


class ChoiceRows(Rows[Template]):
    """Templates that WhatsApp does not accept are shown, but cannot be chosen."""

    def flags(self, index: Index) -> Qt.ItemFlag:
        template = index.data(ROW)
        if isinstance(template, Template) and not_sendable(template):
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)


def name_cell(template: Template) -> Cell:
    against = bool(not_sendable(template))
    return Cell(template.name, color="muted" if against else "text", bold=not against, tooltip=template.body)


def category_cell(template: Template) -> Cell:
    text, kind = words.CATEGORY[template.effective_category]
    turned = tuple(one for one in warnings(template) if not one.blocks)
    return Cell(text, kind, tooltip=spoken(turned))


def status_cell(template: Template) -> Cell:
    text, kind = words.STATUS[template.status]
    found = blocking(template)
    return Cell(text, kind, tooltip=found.sentence if found else "")


def quality_cell(template: Template) -> Cell:
    text, color = words.QUALITY[template.quality]
    return Cell(text, icon="circle-fill" if text != "–" else "", color=color)


def reason_cell(template: Template) -> Cell:
    found = warnings(template)
    return Cell(found[0].label if found else "", color="muted", small=True, tooltip=spoken(found))


def has_words(template: Template, wanted: str) -> bool:
    """True if its name or its text contains what was typed."""
    return fold(wanted) in fold(f"{template.name} {template.name.replace('_', ' ')} {template.body}")
