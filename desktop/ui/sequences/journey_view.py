"""One contact's way through a sequence: who it is, each step with what became of it, and the ways out."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.sequence import EnrolmentStatus
from desktop.services.sequences import Journey
from desktop.ui.contacts.columns import opt_in_badge
from desktop.ui.parts import when
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.sequences.journey_words import JourneyLine, ended_sentence, journey_line
from desktop.ui.theme import Theme

LEAST_PX = 96
INDENT_PX = 22


class JourneyRow(QWidget):
    """'✓✓ Step 1 · welcome_note' with '18 Nov 09:00 · read' at the end, or below where both do not fit."""

    why_requested = Signal(int)

    def __init__(self, theme: Theme, line: JourneyLine) -> None:
        super().__init__()
        name = f"journey_step_{line.number}"
        self._theme = theme
        self._title = Label(line.title, "soft" if line.quiet else "body", name=f"{name}_title")
        self._end = Label(line.end, "muted", name=f"{name}_end")
        self._end.setToolTip(when.full(line.at) if line.at else "")
        # What lies about in one line must not make the card wider than it is.
        self.setMinimumWidth(1)
        self._both = QHBoxLayout()
        self._both.setSpacing(8)
        self._both.addWidget(self._title, 1)
        self._both.addWidget(self._end)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addLayout(self._both)
        if line.why:
            column.addLayout(self._make_why(line, name))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        top = Qt.AlignmentFlag.AlignTop
        glyph = QVBoxLayout()
        glyph.addSpacing(2)
        glyph.addWidget(Glyph(theme, line.icon, line.color, 15), 0, top)
        glyph.addStretch(1)
        row.addLayout(glyph)
        row.addLayout(column, 1)
        named(self, name, f"{line.title}, {line.end}", line.why)

    def _make_why(self, line: JourneyLine, name: str) -> QHBoxLayout:
        why = QHBoxLayout()
        why.setSpacing(6)
        why.addWidget(Label(line.why, "muted", wrap=True, tight=True, name=f"{name}_reason"), 1)
        if line.message_id is not None:
            ask = Button(self._theme, "Why?", "link", tooltip="The verdict, step by step", name=f"{name}_why")
            ask.clicked.connect(lambda: self.why_requested.emit(line.message_id))
            why.addWidget(ask, 0, Qt.AlignmentFlag.AlignTop)
        return why

    def minimumSizeHint(self) -> QSize:
        """As low as it is at this width; Qt would go by the narrowest one, at which words take more lines."""
        layout = self.layout()
        if layout is None or not layout.hasHeightForWidth() or self.width() < LEAST_PX:
            return super().minimumSizeHint()
        return QSize(1, layout.totalHeightForWidth(self.width()))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()
        room_px = self.width() - self._theme.px(INDENT_PX) - self._both.spacing()
        fits = self._title.sizeHint().width() + self._end.sizeHint().width() <= room_px
        wanted = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if self._both.direction() is not wanted:
            self._both.setDirection(wanted)
            self._title.setWordWrap(not fits)
            self._both.setSpacing(8 if fits else 0)


class Fitted(QScrollArea):
    """As high as what is in it, if there is room; else it scrolls."""

    def __init__(self, inner: QWidget, least_px: int) -> None:
        super().__init__()
        self._inner = inner
        inner.setProperty("surface", "none")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(least_px)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setWidget(inner)
        inner.installEventFilter(self)

    def sizeHint(self) -> QSize:
        width_px = max(1, self.width())
        layout = self._inner.layout()
        height_px = layout.totalHeightForWidth(width_px) if layout is not None else 0
        height_px = max(height_px, self._inner.minimumSizeHint().height(), self.minimumHeight())
        return QSize(super().sizeHint().width(), height_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._inner and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class JourneyView(Card):
    """`…_requested` for what a person can ask."""

    contact_requested = Signal(int)
    take_out_requested = Signal(object)
    why_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=10, pad_px=16, name="journey")
        self.setAccessibleName("The chosen contact’s way through")
        self._theme = theme
        self._journey: Journey | None = None
        self._shown: tuple[object, ...] = ()
        self.person = ElidedLabel("", "strong", name="journey_name")
        self.person.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.badge = Badge(theme, "No choice", name="journey_opt_in")
        self.talk = IconButton(theme, "chat-circle-dots", "Open conversation", name="journey_conversation")
        self.out = Button(theme, "Take out…", "link-danger", name="journey_take_out")
        self.talk.clicked.connect(self._talk)
        self.out.clicked.connect(self._take_out)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.person)
        head.addWidget(self.badge)
        head.addStretch(1)
        head.addWidget(self.talk)
        head.addWidget(self.out)
        self.body.addLayout(head)
        inner = QWidget()
        self._lines = QVBoxLayout(inner)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(9)
        self._lines.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.steps = Fitted(inner, theme.px(LEAST_PX))
        self.body.addWidget(self.steps)
        self.hide()

    @property
    def journey(self) -> Journey | None:
        """What is shown."""
        return self._journey

    def show_journey(
        self,
        journey: Journey,
        contact: Contact,
        history: Sequence[ConsentEvent],
        now: datetime,
        refusal: str,
    ) -> None:
        """refusal: why this person may not take anybody out; "" when they may."""
        run = journey.enrolment
        self._journey = journey
        self.person.setText(run.contact_name or contact.shown_name)
        self.badge.show_badge(*opt_in_words(contact))
        going = run.status is EnrolmentStatus.IN_PROGRESS
        self.out.setVisible(going)
        self.out.setEnabled(not refusal)
        self.out.setToolTip(refusal or "End this contact’s run")
        lines = [journey_line(step, run, history, now) for step in journey.steps]
        shown = (run.id, *lines, ended_sentence(run, now), version_words(journey))
        if shown != self._shown:
            self._shown = shown
            self._fill(lines, ended_sentence(run, now), version_words(journey))
        self.show()

    def clear(self) -> None:
        """Nobody is chosen."""
        self._journey, self._shown = None, ()
        self.hide()

    def _fill(self, lines: Sequence[JourneyLine], ended: str, version: str) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for line in lines:
            row = JourneyRow(self._theme, line)
            row.why_requested.connect(self.why_requested)
            self._lines.addWidget(row)
        for text, name in ((ended, "journey_ended"), (version, "journey_version")):
            if text:
                self._lines.addWidget(Label(text, "muted", wrap=True, tight=True, name=name))
        self.steps.updateGeometry()

    def _talk(self) -> None:
        if self._journey is not None:
            self.contact_requested.emit(self._journey.enrolment.contact_id)

    def _take_out(self) -> None:
        if self._journey is not None:
            self.take_out_requested.emit(self._journey.enrolment)


def opt_in_words(contact: Contact) -> tuple[str, BadgeKind]:
    """The badge beside the name: 'Opted out', 'Opted in', 'No choice'."""
    text, kind = opt_in_badge(contact)
    return {"Yes": "Opted in", "No": "Opted out"}.get(text, text), kind


def version_words(journey: Journey) -> str:
    """Which version the contact follows, where there are several."""
    number = journey.enrolment.version_number
    return f"Follows version {number}." if number > 1 else ""
