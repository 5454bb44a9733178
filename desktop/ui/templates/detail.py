"""One template: what to know of it, how the customer sees it, its facts, and where it is used."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout

from desktop.domain.template_notices import day, notices
from desktop.domain.template_uses import TemplateUse
from desktop.domain.templates import Template, example_values
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card, Inset
from desktop.ui.parts.frame import Body
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.templates import words
from desktop.ui.templates.facts import FactsCard
from desktop.ui.templates.message_bubble import MessageBubble
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.templates.uses import UsesCard
from desktop.ui.theme import Theme

SIDE_BY_SIDE_PX = 660
BUBBLE_PX = 400
_NOTES = {
    "examples": "With the examples that WhatsApp was given.",
    "variables": "As it was written: {{1}} and the like are filled when it is sent.",
}


class TemplateDetail(Body):
    """`new_broadcast_requested(template id)`, `broadcast_requested(broadcast id)`, `sequence_requested(its id)`,
    `flow_requested(its id)`.
    """

    new_broadcast_requested = Signal(int)
    broadcast_requested = Signal(int)
    sequence_requested = Signal(int)
    flow_requested = Signal(int)

    def __init__(self, theme: Theme, now: Callable[[], datetime], on_copied: Callable[[], object]) -> None:
        super().__init__(name="template_detail")
        self._theme, self._now = theme, now
        self._template: Template | None = None
        self.notices = NoticeBanners(theme, name="template_notices")
        self.bubble = MessageBubble(theme, name="template_bubble")
        self.facts = FactsCard(theme, on_copied)
        self.uses = UsesCard(theme, now)
        self.uses.broadcast_requested.connect(self.broadcast_requested)
        self.uses.sequence_requested.connect(self.sequence_requested)
        self.uses.flow_requested.connect(self.flow_requested)
        self.column.addLayout(self._head())
        self.column.addWidget(self.notices)
        self.columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.columns.setSpacing(16)
        self.columns.addWidget(self._preview(), 1, Qt.AlignmentFlag.AlignTop)
        right = QVBoxLayout()
        right.setSpacing(16)
        right.addWidget(self.facts)
        self.columns.addLayout(right, 1)
        right.addStretch(1)
        self.column.addLayout(self.columns)
        self.column.addWidget(self.uses)
        self.column.addStretch(1)
        self.setAccessibleName("Template")

    @property
    def template(self) -> Template | None:
        """What is shown."""
        return self._template

    def show_template(self, template: Template, *, may_not: str) -> None:
        """may_not: why the person who sits here may not launch broadcasts, "" when they may."""
        other = self._template is None or self._template.id != template.id
        self._template = template
        now = self._now()
        self.title.setText(template.name)
        self.category.show_badge(*words.CATEGORY[template.effective_category])
        self.language.show_badge(template.language, BadgeKind.NEUTRAL)
        self.status.show_badge(*words.STATUS[template.status])
        found = notices(template, now)
        self.notices.show_notices(found)
        against = next((one.label for one in found if one.blocks), "")
        self.new.setVisible(not against)
        self.new.setEnabled(not may_not)
        self.new.setToolTip(may_not or "Begin a broadcast that sends this template")
        self.facts.show_template(template, changed_on(template, now))
        self.mode.setVisible(bool(template.variables))
        if other:
            self.uses.show_loading()
            self.verticalScrollBar().setValue(0)
        self._show_message()

    def show_uses(self, uses: Sequence[TemplateUse]) -> None:
        """Where the shown template is used."""
        self.uses.show_uses(uses)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room_px = self.viewport().width()
        wide = room_px >= self._theme.px(SIDE_BY_SIDE_PX)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self.columns.direction() != direction:
            self.columns.setDirection(direction)

    def _head(self) -> QHBoxLayout:
        theme = self._theme
        self.title = ElidedLabel("", "h2", name="template_name", mode=Qt.TextElideMode.ElideMiddle)
        self.category = Badge(theme, "", name="template_badge_category")
        self.language = Badge(theme, "", name="template_badge_language")
        self.status = Badge(theme, "", name="template_badge_status")
        self.new = Button(theme, "New broadcast with it", icon="megaphone", name="template_new_broadcast")
        self.new.clicked.connect(self._new_clicked)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.title)
        for badge in (self.category, self.language, self.status):
            row.addWidget(badge)
        row.addStretch(1)
        row.addWidget(self.new)
        return row

    def _preview(self) -> Card:
        card = Card("As the customer sees it", name="template_preview_card")
        tabs = (Tab("examples", "Examples"), Tab("variables", "Variables"))
        self.mode = Tabs(self._theme, tabs, label="What stands for the variables", name="template_mode")
        self.mode.chosen.connect(self._show_message)
        card.body.addWidget(self.mode)
        ground = Inset(name="template_ground")
        ground.body.setContentsMargins(14, 14, 14, 14)
        row = QHBoxLayout()
        row.addWidget(self.bubble, 100)
        row.addStretch(1)
        ground.body.addLayout(row)
        card.body.addWidget(ground)
        self.note = Label("", "muted", wrap=True, tight=True, name="template_mode_note")
        card.body.addWidget(self.note)
        self._theme.changed.connect(self._rescale)
        self._rescale()
        return card

    def _rescale(self) -> None:
        self.bubble.setMaximumWidth(self._theme.px(BUBBLE_PX))

    def _show_message(self) -> None:
        template = self._template
        if template is None:
            return
        filled = self.mode.current == "examples"
        self.bubble.show_template(template, example_values(template) if filled else {})
        self.note.setText(_NOTES[self.mode.current] if template.variables else "")
        self.note.setVisible(bool(template.variables))

    def _new_clicked(self) -> None:
        if self._template is not None:
            self.new_broadcast_requested.emit(self._template.id)


def changed_on(template: Template, now: datetime) -> str:
    """When its category was changed: '3 Nov'; "" where nobody knows."""
    return day(template.category_changed_at, now) if template.category_changed_at else ""
