"""Step 4: when it leaves, how fast, who takes the replies, what is tried again, and a test before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.domain.broadcast_when import When
from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.settings import Settings
from desktop.domain.zones import zone
from desktop.services.limits import LimitsNow
from desktop.ui.broadcasts.trial_send import SendTestCard
from desktop.ui.broadcasts.when_after import RepliesCard, RetryCard
from desktop.ui.broadcasts.when_pace import PaceChoice
from desktop.ui.broadcasts.when_time import TimeCard
from desktop.ui.theme import Theme


class WhenStep(QWidget):
    """What a person changes is `when_requested(When)` and `afterwards_requested(Afterwards)`."""

    when_requested = Signal(object)
    afterwards_requested = Signal(object)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._when = When()
        self.time = TimeCard(theme)
        self.pace = PaceChoice(theme)
        self.replies = RepliesCard(theme)
        self.retry = RetryCard(theme)
        self.test = SendTestCard(theme)
        grid = QGridLayout()
        grid.setSpacing(16)
        for at, card in enumerate((self.time, self.pace, self.replies, self.retry)):
            grid.addWidget(card, at // 2, at % 2)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addLayout(grid)
        whole.addWidget(self.test)
        whole.addStretch(1)
        self.time.at_requested.connect(
            lambda at, each: self._ask(replace(self._when, at=at, in_each_zone=each))
        )
        self.pace.pace_requested.connect(lambda per_s: self._ask(replace(self._when, pace_per_s=per_s)))
        self.pace.per_day_requested.connect(
            lambda count: self._ask(replace(self._when, per_day_count=count, first_day_count=None))
        )
        self.replies.afterwards_requested.connect(self.afterwards_requested)
        self.retry.afterwards_requested.connect(self.afterwards_requested)

    def show_state(self, state: WizardState, settings: Settings | None, limits: LimitsNow | None) -> None:
        """settings None: not read yet; limits None: not known."""
        if settings is None:
            return
        when, now = state.draft.when, self._now()
        self._when = when
        self.time.show_zone(zone(settings.time_zone))
        self.time.show_when(when, now)
        count = state.breakdown.will_be_sent_count if state.breakdown else None
        self.pace.show_when(when, count, settings.pace_per_s, limits, now)
        self.replies.show_afterwards(state.draft.afterwards)
        self.retry.show_afterwards(state.draft.afterwards)

    def _ask(self, wanted: When) -> None:
        if wanted != self._when:
            self.when_requested.emit(wanted)
