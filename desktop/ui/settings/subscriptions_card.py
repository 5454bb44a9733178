"""Outgoing webhooks: whom events are sent to, which, and how the last day went."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.domain.subscriptions import Subscription, SubscriptionStatus
from desktop.ui.parts import when
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Dot
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.menu import drop
from desktop.ui.parts.naming import named
from desktop.ui.settings.linegrid import LineGrid
from desktop.ui.settings.subscription_words import DaySaid, day_said, events_said
from desktop.ui.theme import Theme

COLUMNS: Final = ("Sends to", "Events", "Last 24 h", "")
NO_WEBHOOKS: Final = "No webhooks yet. A shop or a CRM gets one to hear what becomes of its messages."
_SHARES: Final = (6, 6, 6, 0)


class Wish(StrEnum):
    """What a person can ask of one webhook; the value is the words in its menu."""

    LOG = "Log"
    EDIT = "Edit…"
    PAUSE = "Pause"
    RESUME = "Resume…"
    TEST = "Send a test event"
    SECRET = "Show the signing secret"
    REMOVE = "Remove…"


class SubscriptionsCard(Card):
    """`new_requested()` and `wish_requested(Wish, Subscription)`."""

    new_requested = Signal()
    wish_requested = Signal(object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Webhooks", name="webhooks_card")
        self._theme = theme
        self.new = Button(theme, "New webhook", icon="plus", name="webhooks_new")
        self.new.clicked.connect(self.new_requested)
        self.header.addWidget(self.new)
        self.none = Label(NO_WEBHOOKS, "soft", wrap=True, name="webhooks_none")
        self.lines = LineGrid(
            theme, COLUMNS, _SHARES, before=self.new, name="webhooks_list", label="Webhooks"
        )
        for part in (self.lines, self.none):
            self.body.addWidget(part)
            part.hide()

    def show_subscriptions(
        self, found: Sequence[Subscription], key_names: Mapping[int, str], now: datetime, refusal: str
    ) -> None:
        """key_names: by the key's id. refusal: "" or the sentence why this person may not change them."""
        self.new.setEnabled(not refusal)
        self.new.setToolTip(refusal)
        self.none.setVisible(not found)
        self.lines.show_lines([self._cells(one, key_names, now, refusal) for one in found])

    def _cells(
        self, one: Subscription, key_names: Mapping[int, str], now: datetime, refusal: str
    ) -> list[QWidget]:
        name = f"webhook_{one.id}"
        paused = one.status is SubscriptionStatus.PAUSED
        # Its end tells two addresses of one shop apart.
        url = ElidedLabel(
            one.url, "soft" if paused else "strong", mode=Qt.TextElideMode.ElideMiddle, name=f"{name}_url"
        )
        return [
            url,
            ElidedLabel(events_said(one, key_names), name=f"{name}_events"),
            self._day(one, day_said(one, now), f"{name}_day"),
            self._ends(one, name, refusal),
        ]

    def _day(self, one: Subscription, said: DaySaid, name: str) -> QWidget:
        cell = named(QWidget(), name, said.text)
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addWidget(Dot(self._theme, said.color, 9), 0, Qt.AlignmentFlag.AlignVCenter)
        head = Label(said.head, color=said.color, name=f"{name}_head")
        if one.failing_since is not None:
            head.setToolTip(when.full(one.failing_since))
        row.addWidget(head)
        if said.tail:
            row.addWidget(ElidedLabel(f"· {said.tail}", name=f"{name}_tail"), 1)
        else:
            row.addStretch(1)
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        if said.sentence:
            column.setContentsMargins(0, 4, 0, 4)
            column.addWidget(Label(said.sentence, "muted", wrap=True, tight=True, name=f"{name}_sentence"))
        return cell

    def _ends(self, one: Subscription, name: str, refusal: str) -> QWidget:
        cell = QWidget()
        row = QHBoxLayout(cell)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        if one.status is SubscriptionStatus.PAUSED:
            resume = Button(self._theme, "Resume", "link", tooltip=refusal, name=f"{name}_resume")
            resume.setAccessibleName(f"Resume {one.url}")
            resume.setEnabled(not refusal)
            resume.clicked.connect(partial(self.wish_requested.emit, Wish.RESUME, one))
            row.addWidget(resume)
        log = Button(self._theme, "Log", "link", name=f"{name}_log")
        log.setAccessibleName(f"Log of {one.url}")
        log.clicked.connect(partial(self.wish_requested.emit, Wish.LOG, one))
        row.addWidget(log)
        more = IconButton(self._theme, "dots-three", f"More for {one.url}", name=f"{name}_more")
        more.setEnabled(not refusal)
        if refusal:
            more.setToolTip(refusal)
        more.clicked.connect(partial(self._open_menu, one, more))
        row.addWidget(more)
        return cell

    def _open_menu(self, one: Subscription, button: QWidget) -> None:
        menu = named(QMenu(self), f"webhook_{one.id}_menu", f"More for {one.url}")
        paused = one.status is SubscriptionStatus.PAUSED
        wishes = (
            Wish.EDIT, Wish.RESUME if paused else Wish.PAUSE, Wish.TEST, Wish.SECRET, None, Wish.REMOVE,
        )  # fmt: skip
        for wish in wishes:
            if wish is None:
                menu.addSeparator()
                continue
            action = menu.addAction(wish.value)
            action.setObjectName(f"webhook_{wish.name.lower()}")
            action.triggered.connect(partial(self.wish_requested.emit, wish, one))
        drop(menu, button)
