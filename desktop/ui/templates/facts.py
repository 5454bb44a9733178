"""What WhatsApp knows of a template: category, state, quality, its id, and the variables with their examples."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.domain.compose import variable_label
from desktop.domain.templates import Template, example_values
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Rule, SectionLabel
from desktop.ui.templates import words
from desktop.ui.theme import Theme


class FactsCard(Card):
    """`on_copied` is called when the id was copied."""

    def __init__(self, theme: Theme, on_copied: Callable[[], object]) -> None:
        super().__init__("What WhatsApp knows", spacing_px=2, name="template_facts_card")
        self._theme, self._on_copied = theme, on_copied
        self.category = KeyValue(theme, "Category", name="template_category")
        self.before = KeyValue(theme, "Was", name="template_category_before")
        self.language = KeyValue(theme, "Language", name="template_language")
        self.status = KeyValue(theme, "State", name="template_status")
        self.quality = KeyValue(theme, "Quality", name="template_quality")
        self.revision = KeyValue(theme, "Revision", name="template_revision")
        self.revision.setToolTip("Grows with each change of what a customer sees; receipts name it.")
        self.id = KeyValue(theme, "WhatsApp id", name="template_whatsapp_id")
        self.copy = IconButton(theme, "copy", "Copy the WhatsApp id", name="template_copy_id")
        self.copy.set_kind("chip-cross")
        self.copy.set_icon_px(14)
        self.copy.clicked.connect(self._copy)
        self.body.addSpacing(4)
        for row in (self.category, self.before, self.language, self.status, self.quality, self.revision):
            self.body.addWidget(row)
        last = QHBoxLayout()
        last.setSpacing(6)
        last.addWidget(self.id, 1)
        last.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(last)
        self.rule = Rule()
        self.heading = SectionLabel("Variables and their examples")
        self.heading.setContentsMargins(0, 8, 0, 2)
        self.body.addSpacing(6)
        self.body.addWidget(self.rule)
        self.body.addWidget(self.heading)
        self._variables = QVBoxLayout()
        self._variables.setSpacing(0)
        self.body.addLayout(self._variables)
        self.variables: list[KeyValue] = []

    def show_template(self, template: Template, changed: str) -> None:
        """changed: when its category was changed, in words; "" when it was not, or nobody knows."""
        self.category.show_value(words.CATEGORY[template.category][0])
        before = template.category_before
        self.before.setVisible(before is not None)
        if before is not None:
            self.before.show_value(words.CATEGORY[before][0], note=f"until {changed}" if changed else "")
        self.language.show_value(template.language)
        self.status.show_value(words.STATUS[template.status][0])
        text, color = words.QUALITY[template.quality]
        self.quality.show_value(text, color=None if color in ("accent", "muted") else color)
        self.revision.show_value(f"{template.revision:,}")
        self.id.show_value(template.whatsapp_id or "–")
        self.copy.setVisible(bool(template.whatsapp_id))
        self._show_variables(template)

    def _show_variables(self, template: Template) -> None:
        for old in self.variables:
            self._variables.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.variables = []
        examples = example_values(template)
        for at, name in enumerate(template.variables):
            shown = f"{{{{{name}}}}}" if ":" not in name else variable_label(template, name)
            row = KeyValue(self._theme, shown, examples.get(name, "–"), name=f"template_variable_{at + 1}")
            self._variables.addWidget(row)
            self.variables.append(row)
        self.rule.setVisible(bool(template.variables))
        self.heading.setVisible(bool(template.variables))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.id.value.text())
        self._on_copied()
