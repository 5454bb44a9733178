"""The right column of the wizard: to whom, how fast, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.broadcast_when import When
from desktop.domain.templates import Quality, Template
from desktop.services.limits import LimitsNow
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.count_card import CountCard
from desktop.ui.broadcasts.when_pace import ends_words, split_words, takes_words
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Dot
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.templates import words as template_words
from desktop.ui.templates.message_bubble import MessageBubble
from desktop.ui.theme import Theme

WIDTH_PX = 340
_GROWTH = 0.4


@dataclass(frozen=True, slots=True)
class NumberInfo:
    """What is known of the number that sends. limit: WhatsApp's tier, 'TIER_10K'; "" where it is not known."""

    phone: str = ""
    quality: Quality = Quality.UNKNOWN
    limit: str = ""


class PaceCard(Card):
    """NUMBER AND PACE; what is not known is a dash. `split_requested(When)` where the limit is too small."""

    split_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=0, pad_px=20, name="wizard_pace")
        self.number = KeyValue(theme, "From", "–", name="wizard_from")
        self.quality_dot = Dot(theme, "muted")
        self.quality = Label("–", name="wizard_quality")
        self.limit = KeyValue(theme, "24 h limit", name="wizard_limit")
        self.takes = KeyValue(theme, "Takes about", "–", name="wizard_takes")
        self.ends = KeyValue(theme, "Ends", "", name="wizard_ends")
        self.before = Label("", "muted", wrap=True, name="wizard_pace_before")
        self.too_many = Label("", wrap=True, color="warn", name="wizard_too_many")
        self.restricted = Label("", wrap=True, color="danger", name="wizard_restricted")
        self.split = Button(theme, "Split over days", "link", name="wizard_split")
        self._split = When()
        self.split.clicked.connect(lambda: self.split_requested.emit(self._split))
        self._tier = ""
        heading = SectionLabel("Number and pace")
        heading.setContentsMargins(0, 0, 0, 8)
        row = QHBoxLayout()
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(6)
        row.addWidget(Label("Quality", "muted"))
        row.addStretch(1)
        row.addWidget(self.quality_dot, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.quality)
        self.body.addWidget(heading)
        self.body.addWidget(self.number)
        self.body.addLayout(row)
        self.body.addWidget(self.limit)
        self.limit.hide()  # until it is known
        self.body.addWidget(self.takes)
        self.body.addWidget(self.ends)
        for label in (self.restricted, self.before, self.too_many):
            label.setContentsMargins(0, 8, 0, 0)
            self.body.addWidget(label)
        self.body.addWidget(self.split, 0, Qt.AlignmentFlag.AlignLeading)
        for widget in (self.restricted, self.before, self.too_many, self.split):
            widget.hide()
        self.ends.hide()

    def show_number(self, number: NumberInfo) -> None:
        self.number.show_value(number.phone or "–")
        self._show_quality(number.quality)
        self._tier = words.daily_limit(number.limit)
        self._show_limit(None)

    def show_restriction(self, sentence: str) -> None:
        """What WhatsApp says of the account, and what to do; "": nothing."""
        self.restricted.setText(sentence)
        self.restricted.setVisible(bool(sentence))

    def _show_quality(self, quality: Quality) -> None:
        text, color = template_words.QUALITY[quality]
        self.quality.setText(text)
        self.quality.set_color(color)
        self.quality.setAccessibleName(f"Quality: {text}")
        self.quality_dot.set_color(color)
        self.quality_dot.setVisible(quality is not Quality.UNKNOWN)

    def show_pace(
        self, count: int | None, when: When, pace_per_s: int | None, limits: LimitsNow | None, now: datetime,
        *, known: bool = True,
    ) -> None:  # fmt: skip
        """count: messages that will leave, None: not counted yet. known: the workspace's pace has been read."""
        self.takes.show_value(takes_words(count, when, pace_per_s, limits) if known else "–")
        ends = ends_words(count, when, limits, now) if known else ""
        self.ends.show_value(ends)
        self.ends.setVisible(bool(ends))
        self._show_limit(limits)
        if limits is not None and limits.quality:
            # What the guard compares with, not what was heard when the wizard was opened.
            self._show_quality(Quality(limits.quality.lower()))
        waiting = limits.running_count if limits else 0
        self.before.setText(f"{waiting:,} messages of other broadcasts go before it.")
        self.before.setVisible(bool(waiting))
        self._show_too_many(count or 0, when, limits)

    def _show_limit(self, limits: LimitsNow | None) -> None:
        if limits is not None and limits.tier_count is not None and limits.left_count is not None:
            self.limit.key.setText("24 h limit left")
            self.limit.show_value(f"{limits.left_count:,} of {limits.tier_count:,}")
        else:
            self.limit.key.setText("24 h limit")
            self.limit.show_value(self._tier)
        self.limit.setVisible(bool(self.limit.value.text()))

    def _show_too_many(self, count: int, when: When, limits: LimitsNow | None) -> None:
        """More than the limit leaves: split it, or it is held when the limit is reached."""
        over = limits is not None and limits.is_too_small(count, when)
        self.too_many.setVisible(over)
        self.split.setVisible(over)
        if not over or limits is None:
            return
        self._split = limits.split(when)
        new_count = count if limits.new_count is None else limits.new_count
        who = f"{new_count:,}" if new_count == count else f"{new_count:,} who were not written to today"
        left = f"{limits.left_at_start_count or 0:,} that WhatsApp’s limit leaves {'then' if when.at else 'today'}"
        self.too_many.setText(
            f"{who} are more than the {left}. At the limit it is held, and a person says how it goes on; or split it:"
        )
        self.split.setText(f"{split_words(self._split)}: {self._split.days_for(count):,} days")
        self.split.setAccessibleName(self.split.text())


class MessageCard(Card):
    """MESSAGE: the bubble with one recipient's values, and the way to the next one."""

    step_requested = Signal(int)

    def __init__(self, theme: Theme, *, name: str = "wizard_message", paging: bool = False) -> None:
        super().__init__(spacing_px=10, pad_px=20, name=name)
        self.bubble = MessageBubble(theme, name=f"{name}_bubble")
        self.who = Label("", "muted", wrap=True, tight=True, name=f"{name}_who")
        left, right = "caret-left", "caret-right"
        back, ahead = (right, left) if self.isRightToLeft() else (left, right)
        self.back = IconButton(theme, back, "Previous recipient (Alt+Left)", name=f"{name}_back")
        self.next = IconButton(theme, ahead, "Next recipient (Alt+Right)", name=f"{name}_next")
        self.back.clicked.connect(lambda: self.step_requested.emit(-1))
        self.next.clicked.connect(lambda: self.step_requested.emit(1))
        if paging:
            self.back.setShortcut("Alt+Left")
            self.next.setShortcut("Alt+Right")
        self.body.addWidget(SectionLabel("Message"))
        self.body.addWidget(self.bubble)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.who, 1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        if paging:
            self.body.addLayout(row)
        else:
            for widget in (self.who, self.back, self.next):
                widget.setParent(self)
                widget.hide()

    def show_message(
        self, template: Template | None, values: Mapping[str, str], who: str = "", at: int = 0, count: int = 0
    ) -> None:
        self.bubble.show_template(template, values)
        self.who.setText(
            f"As {who} gets it · {at + 1:,} of the first {count:,}" if who else "No recipient yet"
        )
        self.back.setEnabled(at > 0)
        self.next.setEnabled(at + 1 < count)


def column_px(theme: Theme) -> int:
    """The width of the right column: it grows less than the text, whose lines wrap."""
    return round(WIDTH_PX + (theme.px(WIDTH_PX) - WIDTH_PX) * _GROWTH)


class SummaryColumn(QWidget):
    """The three cards."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.counts = CountCard(theme)
        self.pace = PaceCard(theme)
        self.message = MessageCard(theme)
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for card in (self.counts, self.pace, self.message):
            column.addWidget(card)
        column.addStretch(1)
        theme.changed.connect(self._rescale)
        self._rescale()
        named(self, "wizard_summary", "Summary")

    def _rescale(self) -> None:
        self.setFixedWidth(column_px(self._theme))
