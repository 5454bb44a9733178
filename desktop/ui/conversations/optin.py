"""The card about a contact's marketing opt-in: what it is, since when, from where, and the one click that changes it."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.contacts import ConsentEvent, Contact, Fact
from desktop.ui.conversations import consent_words
from desktop.ui.parts import when
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label, Rule, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

_BADGES = {
    OptIn.YES: ("Yes", BadgeKind.IN),
    OptIn.NO: ("No", BadgeKind.OUT),
    OptIn.NONE: ("No choice", BadgeKind.NEUTRAL),
}
SHOWN_EVENTS = 20
"""Lines of history on the card, the newest; the contact's own page has all of them."""


FLASH_MS = 1_500
"""How long the history stays lifted out: long enough to be found, too short to be in the way."""


class OptInHead(QWidget):
    """The heading with its links at the far end, or below it where both do not fit."""

    def __init__(self, links: Sequence[Button]) -> None:
        super().__init__()
        # What lies about in one line must not make the panel wider than it is.
        self.setMinimumWidth(1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._title = SectionLabel("Marketing opt-in")
        self._links = QWidget()
        inner = QHBoxLayout(self._links)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        for link in links:
            inner.addWidget(link)
        inner.addStretch(1)
        self._row.addWidget(self._title, 1)
        self._row.addWidget(self._links)

    def fit(self) -> None:
        """Choose between one line and two."""
        needed_px = self._title.sizeHint().width() + self._row.spacing() + self._links.sizeHint().width()
        side = QBoxLayout.Direction.LeftToRight
        below = QBoxLayout.Direction.TopToBottom
        wanted = side if needed_px <= self.width() else below
        if self._row.direction() is not wanted:
            self._row.setDirection(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:  # other links, or another size of text
            self.fit()
        return done


class OptInCard(Card):
    """`change_requested(OptIn value)` when a person wants another answer recorded."""

    change_requested = Signal(str)

    def __init__(
        self, theme: Theme, *, most_events: int | None = SHOWN_EVENTS, parent: QWidget | None = None
    ) -> None:
        """most_events: how many lines of history, the newest; None for all."""
        super().__init__(spacing_px=6, pad_px=12, name="optin_card", parent=parent)
        self._theme, self._most_events = theme, most_events
        self.setAccessibleName("Marketing opt-in")
        self.opt_in = self._link("Opt in", OptIn.YES)
        self.opt_out = self._link("Opt out", OptIn.NO)
        self.body.addWidget(OptInHead((self.opt_in, self.opt_out)))
        line = QWidget()
        flow = FlowLayout(line, spacing_px=8, line_spacing_px=4)
        self.badge = Badge(theme, "No choice", name="optin_badge")
        self.since = Label("", "muted", name="optin_since")
        flow.addWidget(self.badge)
        flow.addWidget(self.since)
        self.body.addWidget(line)
        self.source = Label("", "muted", wrap=True, name="optin_source")
        self.stopped = Label("", "muted", color="danger", wrap=True, name="optin_stopped")
        self.body.addWidget(self.source)
        self.body.addWidget(self.stopped)
        self.rule = Rule()
        self.body.addWidget(self.rule)
        self.history = QWidget()
        self.history.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        named(self.history, "optin_history", "History of the opt-in")
        self._lines = QVBoxLayout(self.history)
        self._lines.setContentsMargins(0, 2, 0, 0)
        self._lines.setSpacing(1)
        self.body.addWidget(self.history)
        self._contact_id = 0
        self._state: tuple[Sequence[ConsentEvent], datetime] = ((), datetime.now().astimezone())
        self._marked_id = 0
        """The entry that somebody asked for: lifted out, with its number, until another contact is shown."""
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(FLASH_MS)
        self._flash.timeout.connect(self.update)

    def show_state(
        self, contact: Contact, history: Sequence[ConsentEvent], now: datetime, *, may_change: bool
    ) -> None:
        """Show the facts and their history, oldest first."""
        if contact.id != self._contact_id:
            self._contact_id, self._marked_id = contact.id, 0
        self._state = (tuple(history), now)
        value = contact.opt_in
        self.badge.show_badge(*_BADGES[value])
        ours = [one for one in history if one.fact is Fact.OPT_IN]
        last = ours[-1] if ours else None
        self.since.setText(f"since {when.stamp(last.at, now)}" if last else "nobody has recorded one")
        self.since.setToolTip(when.full(last.at) if last else "")
        self.source.setText(f"Source: {last.origin}" if last else "")
        self.source.setVisible(last is not None)
        stop = [one for one in history if one.fact is Fact.WHATSAPP]
        since = f" on {when.stamp(stop[-1].at, now, ', ')}" if stop else ""
        self.stopped.setText(f"Stopped promotions in WhatsApp{since}. Only the contact can resume them.")
        self.stopped.setVisible(contact.facts.stopped_in_whatsapp)
        for button, to in ((self.opt_in, OptIn.YES), (self.opt_out, OptIn.NO)):
            button.setVisible(value is not to)
            button.setEnabled(may_change)
        self._show_history(history, now)

    def mark_event(self, event_id: int) -> QWidget | None:
        """Lift one entry of the history out and show its number; its line, None if it is not there."""
        self._marked_id = event_id
        self._show_history(*self._state)
        self.update()
        return self._line(event_id)

    def _line(self, event_id: int) -> QWidget | None:
        found = (self._lines.itemAt(at) for at in range(self._lines.count()))
        lines = [item.widget() for item in found if item is not None]
        name = f"optin_event_{event_id}"
        return next((one for one in lines if one is not None and one.objectName() == name), None)

    def flash_history(self) -> None:
        """Lift the history out for a moment, and give it the focus."""
        self._flash.start()
        self.update()
        self.history.setFocus(Qt.FocusReason.OtherFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._flash.isActive():
            spot = self.history.geometry() if self.history.isVisible() else self.rect().adjusted(6, 6, -6, -6)
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent"), 1.5))
            painter.setBrush(self._theme.color("accent_weak"))
            painter.drawRoundedRect(QRectF(spot).adjusted(-5, -1, 5, 4), 6, 6)
        marked = self._line(self._marked_id) if self._marked_id else None
        if marked is not None:
            spot = marked.geometry().translated(self.history.pos())
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("warn_line"), 1))
            painter.setBrush(self._theme.color("warn_bg"))
            painter.drawRoundedRect(QRectF(spot).adjusted(-5, -1, 5, 1), 5, 5)

    def _shown_events(self, history: Sequence[ConsentEvent]) -> Sequence[ConsentEvent]:
        """The newest; the marked one also when it is older."""
        if self._most_events is None:
            return history
        newest = history[-self._most_events :]
        older = [one for one in history[: -self._most_events] if one.id == self._marked_id]
        return [*older, *newest]

    def _show_history(self, history: Sequence[ConsentEvent], now: datetime) -> None:
        history = self._shown_events(history)
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for event in history:
            number = f" · event {event.id}" if event.id == self._marked_id else ""
            label = Label(f"{consent_words.history_line(event, now)}{number}", "muted", wrap=True, tight=True)
            label.setToolTip(when.full(event.at))
            named(label, f"optin_event_{event.id}")
            self._lines.addWidget(label)
        self.rule.setVisible(bool(history))
        self.history.setVisible(bool(history))

    def _link(self, text: str, to: OptIn) -> Button:
        kind = "link-danger" if to is OptIn.NO else "link"
        button = Button(self._theme, text, kind, name=f"optin_to_{to.value}")  # type: ignore[arg-type]
        said = "out of" if to is OptIn.NO else "in to"
        button.setToolTip(f"Record that the contact opted {said} marketing")
        button.clicked.connect(lambda: self.change_requested.emit(to.value))
        return button
