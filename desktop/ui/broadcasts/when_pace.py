"""How fast it goes, and over how many days."""

from datetime import datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from desktop.domain.broadcast_when import When
from desktop.services.limits import LimitsNow
from desktop.ui.broadcasts import words
from desktop.ui.parts.card import Card
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.theme import Theme

FASTEST_PER_S, MOST_PER_DAY = 1_000, 1_000_000


def pace_words(to_send_count: int | None, pace_per_s: int | None) -> str:
    """'13 s at 80 / s'."""
    if pace_per_s is None:
        return "as fast as it goes"
    if to_send_count is None:
        return f"– at {pace_per_s:,} / s"
    return f"{words.duration(to_send_count / pace_per_s)} at {pace_per_s:,} / s"


def pace_of(when: When, own_per_s: int | None) -> int | None:
    """The slower of the broadcast's and the number's; None: no limit (a sandbox)."""
    known = [one for one in (when.pace_per_s, own_per_s) if one is not None]
    return min(known) if known else None


def takes_words(count: int | None, when: When, own_per_s: int | None, limits: LimitsNow | None) -> str:
    """'13 s at 80 / s', '4 days at most 5,000 a day'; others that are running go before it and are counted."""
    if count is not None and when.per_day_count and (days := when.days_for(count)) > 1:
        if when.first_day_count is not None:
            return f"{days} days: {split_words(when)}"
        return f"{days} days, at most {when.per_day_count:,} a day"
    if count is not None and limits is not None and (days := _days_at_limit(count, when, limits)) > 1:
        return f"{days} days, at WhatsApp’s limit"
    per_s = pace_of(when, own_per_s)
    if limits is None or count is None or per_s is None:
        return pace_words(count, per_s)
    return f"{words.duration(limits.takes_s)} at {per_s:,} / s"


def split_words(when: When) -> str:
    """'23 today, then 1,000 a day'; 'first' in place of 'today' where it begins later."""
    first = "first" if when.at is not None else "today"
    begins = f"{when.begins_with_count:,}" if when.begins_with_count else "none"
    return f"{begins} {first}, then {when.per_day_count or 0:,} a day"


def _days_at_limit(count: int, when: When, limits: LimitsNow) -> int:
    """How long it takes if it waits for the next day each time that the limit is reached."""
    return limits.split(when).days_for(count) if limits.is_too_small(count, when) else 1


def ends_words(count: int | None, when: When, limits: LimitsNow | None, now: datetime) -> str:
    """'about 10:43', 'about 26 Nov 09:00'; "" where it cannot be said."""
    if limits is None or not count:
        return ""
    starts = max(now, when.at) if when.at is not None else now
    days = max(when.days_for(count), _days_at_limit(count, when, limits)) - 1
    takes = timedelta(days=days) if days else timedelta(seconds=limits.takes_s)
    return f"about {words.when(starts + takes, now)}"


class PaceChoice(Card):
    """`pace_requested(per second or None)` and `per_day_requested(count or None)`."""

    pace_requested = Signal(object)
    per_day_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("How fast?", name="wizard_when_pace")
        slower, split = "Slower: at most", "Over several days: at most"
        self.slower = named(QCheckBox(slower), "wizard_when_slower", slower)
        self.per_s = NumberField(
            theme, 1, FASTEST_PER_S, 20, suffix=" / s", label="Messages a second", name="wizard_when_per_s"
        )
        self.split = named(QCheckBox(split), "wizard_when_split", split)
        self.per_day = NumberField(
            theme, 1, MOST_PER_DAY, 1_000, suffix=" a day", label="Messages a day",
            name="wizard_when_per_day",
        )  # fmt: skip
        self.limit = KeyValue(theme, "Pace of this workspace", "–", name="wizard_when_limit")
        self.takes = KeyValue(theme, "Takes about", "–", name="wizard_when_takes")
        self.ends = KeyValue(theme, "Ends", "–", name="wizard_when_ends")
        self.body.addWidget(self.limit)
        self.body.addWidget(_pair(self.slower, self.per_s))
        self.body.addWidget(_pair(self.split, self.per_day))
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(self.takes)
        told.addWidget(self.ends)
        self.body.addLayout(told)
        note = "A reply that a colleague writes goes before the broadcast’s next messages."
        self.body.addWidget(Label(note, "muted", wrap=True))
        self.body.addStretch(1)
        self.slower.clicked.connect(self._pace_told)
        self.per_s.valueChanged.connect(self._pace_told)
        self.split.clicked.connect(self._split_told)
        self.per_day.valueChanged.connect(self._split_told)

    def show_when(
        self, when: When, count: int | None, own_per_s: int | None, limits: LimitsNow | None, now: datetime
    ) -> None:
        limit = "no limit (sandbox)" if own_per_s is None else f"{own_per_s:,} messages a second"
        self.limit.show_value(limit)
        _show(self.slower, self.per_s, when.pace_per_s)
        _show(self.split, self.per_day, when.per_day_count)
        self.takes.show_value(takes_words(count, when, own_per_s, limits))
        self.ends.show_value(ends_words(count, when, limits, now) or "–")

    def _pace_told(self, *_: object) -> None:
        self.pace_requested.emit(self.per_s.value() if self.slower.isChecked() else None)

    def _split_told(self, *_: object) -> None:
        self.per_day_requested.emit(self.per_day.value() if self.split.isChecked() else None)


def _pair(box: QCheckBox, field: QWidget) -> QWidget:
    """Side by side, or below each other where there is no room."""
    holder = QWidget()
    flow = FlowLayout(holder, spacing_px=8, line_spacing_px=4)
    flow.addWidget(box)
    flow.addWidget(field)
    return holder


def _show(box: QCheckBox, field: NumberField, value: int | None) -> None:
    box.setChecked(value is not None)
    field.setEnabled(value is not None)
    if value is not None and field.value() != value:
        field.blockSignals(True)
        field.setValue(value)
        field.blockSignals(False)
