"""*Over time*: the messages by hour, day, week or month, their groups on top of each other."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.report import Bucket, Group
from desktop.domain.report_page import Step
from desktop.ui.parts.bars import Segment
from desktop.ui.parts.card import Card
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.glyph import Dot
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.reports import words
from desktop.ui.reports.plot import Bar, Columns
from desktop.ui.theme import Theme


class OverTimeCard(Card):
    """`bucket_requested(since, until)`: a column was followed."""

    bucket_requested = Signal(object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, name="reports_over_time")
        self._buckets: tuple[Bucket, ...] = ()
        self.step = Label("", "muted", name="reports_over_time_step")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(Label("Over time", "strong"))
        head.addWidget(self.step)
        head.addStretch(1)
        self.body.addLayout(head)
        self.plot = Columns(theme, label="Messages over time", name="reports_plot")
        self.plot.bar_requested.connect(self._followed)
        self.body.addWidget(self.plot, 1)
        # One line for both: the legend, or the figures of the column that is pointed at.
        self.said = ElidedLabel("", "muted", name="reports_plot_said")
        self.said.hide()
        self.body.addWidget(self.said)
        self._legend = QWidget()
        flow = FlowLayout(self._legend, spacing_px=12, line_spacing_px=2)
        self._entries: dict[Group, QWidget] = {}
        for group, (text, color) in words.GROUP.items():
            entry = QWidget()
            row = QHBoxLayout(entry)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(5)
            row.addWidget(Dot(theme, color, 8))
            row.addWidget(Label(text, "muted"))
            flow.addWidget(entry)
            self._entries[group] = entry
        self.body.addWidget(self._legend)
        self.plot.pointed.connect(self._pointed)
        named(self, "reports_over_time", "Over time")

    def show_buckets(self, buckets: Sequence[Bucket], step: Step, zone: ZoneInfo) -> None:
        self._buckets = tuple(buckets)
        self.step.setText(words.STEP[step])
        self.step.setToolTip(f"In the workspace’s time zone, {zone.key}")
        present = {group for one in buckets for group, count in one.counts.items() if count}
        for group, entry in self._entries.items():
            entry.setVisible(group in present)
        self.plot.show_bars(
            [
                Bar(
                    words.bucket(one.since, one.until, step, zone),
                    words.axis(one.since, step, zone),
                    tuple(Segment(words.GROUP[group][0], one.counts.get(group, 0), words.GROUP[group][1]) for group in words.GROUP),
                )
                for one in buckets
            ]
        )  # fmt: skip

    def show_nothing(self) -> None:
        """No message is chosen."""
        self._buckets = ()
        self.step.setText("")
        for entry in self._entries.values():
            entry.hide()
        self.plot.show_bars([])

    def _followed(self, position: int) -> None:
        one = self._buckets[position]
        self.bucket_requested.emit(one.since, one.until)

    def _pointed(self, said: str) -> None:
        """In the legend's place, as high as it was: the plot must not move under the mouse."""
        height_px = self._legend.height() if self._legend.isVisible() else self.said.height()
        self.said.setMinimumHeight(height_px)
        self.said.setText(said)
        self.said.setVisible(bool(said))
        self._legend.setVisible(not said)
