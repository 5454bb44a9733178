"""The compose box: a text, or a template in its place, and the banner above it about the contact."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.compose import MAX_TEXT_LENGTH, ComposeState
from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.templates import Template
from desktop.ui.conversations import consent_words, words
from desktop.ui.conversations.compose_parts import ComposeFrame, GrowingText
from desktop.ui.conversations.picker import TemplatePicker
from desktop.ui.conversations.template_card import TemplateCard
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

PAD_PX = 14
TOOLS_GAP_PX = 14
FLOW_TIP = "Have a bot go on from here (Ctrl+B)"


class ComposeBox(QWidget):
    """Shows a ComposeState. What a person does is told, and nothing is decided here."""

    text_edited = Signal(str)
    template_chosen = Signal(object)
    template_dropped = Signal()
    value_edited = Signal(str, str)
    send_requested = Signal()
    history_requested = Signal()
    why_requested = Signal()
    flow_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picking = False
        self._state = ComposeState()
        self._shown: tuple[ComposeState, datetime, Contact, tuple[Template, ...]] | None = None
        self._history: Sequence[ConsentEvent] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 16)
        column.setSpacing(0)
        self.banner = Banner(theme, "danger", "", attached=True, name="compose_banner")
        self.banner.action_requested.connect(self.history_requested)
        self.why = Button(theme, "Why?", "banner-danger", name="compose_why")
        self.why.setToolTip("Why marketing would not simply go out, step by step")
        self.why.clicked.connect(self.why_requested)
        row = self.banner.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.count() - 1, self.why, 0, Qt.AlignmentFlag.AlignVCenter)
        self.banner.hide()
        column.addWidget(self.banner)
        self.frame = ComposeFrame(theme)
        column.addWidget(self.frame)
        inner = QVBoxLayout(self.frame)
        inner.setContentsMargins(PAD_PX, 12, PAD_PX, 12)
        inner.setSpacing(10)
        inner.addWidget(self._note_row())
        self.card = TemplateCard(theme)
        self.card.dropped.connect(self.template_dropped)
        self.card.value_edited.connect(self.value_edited)
        self.card.send_requested.connect(self.send_requested)
        inner.addWidget(self.card)
        self.picker = TemplatePicker(theme)
        self.picker.chosen.connect(self._picked)
        self.picker.closed.connect(self._stop_picking)
        inner.addWidget(self.picker)
        self.text = GrowingText(theme)
        self.text.textChanged.connect(self._typed)
        self.text.send_requested.connect(self.send_requested)
        inner.addWidget(self.text)
        self.problem = Label("", "muted", color="danger", wrap=True, name="compose_problem")
        self.problem.hide()
        inner.addWidget(self.problem)
        self.missing = Label("", "muted", wrap=True, tight=True, name="compose_missing")
        self.missing.hide()
        inner.addWidget(self.missing)
        inner.addLayout(self._tools())
        named(self, "compose_box", "Write to the contact")

    def show_state(
        self,
        state: ComposeState,
        now: datetime,
        contact: Contact,
        history: Sequence[ConsentEvent],
        templates: Sequence[Template],
        *,
        anew: bool = False,
    ) -> None:
        """Show a draft. anew: of another conversation, so that nothing of the last one stays open."""
        if anew:
            self._picking = False
            self.picker.forget()
            self.show_problem("")
        had_focus = self._writes()
        self._state = state
        closed = state.needs_template(now)
        self.banner.setVisible(state.shows_banner)
        self.frame.attach(state.shows_banner)
        if state.shows_banner:
            self.banner.show_banner(
                "danger", consent_words.banner_html(contact, history, now), "View history"
            )
        self._note_box.setVisible(bool(state.note))
        self.note.setText(f"Came back: {state.note}" if state.note else "")
        picking = self._picking or (closed and state.template is None)
        if state.template is not None:
            self.card.show_state(state.template, state.values)
        self.card.setVisible(state.template is not None and not picking)
        bare = closed and state.template is None
        if bare and self.picker.isHidden():  # nobody opened it: what was looked for last is of another time
            self.picker.forget()
        self.picker.setVisible(picking)
        if picking:
            why = words.window_closed(contact.first_name, contact.last_inbound_at, now) if bare else ""
            self.picker.show_state(templates, contact, why)
        self._shown, self._history = (state, now, contact, tuple(templates)), history
        self.text.setVisible(state.template is None and not picking)
        self.text.setPlaceholderText(f"Write to {contact.first_name}")
        if self.text.toPlainText() != state.text:
            self.text.show_text(state.text)
        self.template_button.setVisible(not picking)
        self.flow_button.setVisible(not picking or bare)
        self.hint.setText("Enter to send · Shift+Enter new line")
        self._fit_hint()
        self.send.setVisible(not picking)
        blocked = state.blocked_by(now)
        self.send.setToolTip(blocked or "Send (Enter)")
        self.send.setEnabled(not blocked)
        self.missing.setText(blocked)
        self.missing.setVisible(bool(blocked) and state.template is not None and not picking)
        if len(state.text) > MAX_TEXT_LENGTH or (self.problem.isVisible() and not blocked):
            self.show_problem(blocked)
        if had_focus and not self._writes():
            self.focus_writing()  # what took the place of the text takes the keyboard, too

    def _writes(self) -> bool:
        """True while the text has the keyboard and can be seen."""
        return self.text.hasFocus() and self.text.isVisible()

    def show_problem(self, sentence: str) -> None:
        """Why it was not sent, beside what caused it; "" takes it away."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.text.setAccessibleDescription(sentence)

    def show_bot(self, refused: str) -> None:
        """refused: why no flow can be started here now; "" where one can."""
        self.flow_button.setEnabled(not refused)
        self.flow_button.setToolTip(refused or FLOW_TIP)
        self.flow_button.setAccessibleDescription(refused)

    def focus_writing(self) -> None:
        """Give the focus to what the person would fill next."""
        if self.card.isVisible():
            self.card.focus_first_missing()
            if self.send.isEnabled():  # with its ring: Enter has brought one here, and Enter sends
                self.send.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.picker.isVisible():
            self.picker.focus_search()
        else:
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note_row(self) -> QWidget:
        self._note_box = QWidget()
        row = QHBoxLayout(self._note_box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(self._theme, "arrow-u-up-left", "warn", 16), 0, Qt.AlignmentFlag.AlignTop)
        self.note = Label("", color="warn", wrap=True, tight=True, name="compose_note")
        row.addWidget(self.note, 1)
        return self._note_box

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(TOOLS_GAP_PX)
        row.setContentsMargins(-8, 0, 0, 0)  # the quiet button's own padding: its icon stands under the text
        self.template_button = Button(
            self._theme, "Template", "quiet", icon="file-text", name="compose_template_button"
        )
        self.template_button.setToolTip("Choose a template (Ctrl+T)")
        self.template_button.setShortcut("Ctrl+T")
        self.template_button.clicked.connect(self._start_picking)
        row.addWidget(self.template_button)
        self.flow_button = Button(
            self._theme, "Start a flow…", "quiet", icon="robot", name="compose_flow_button"
        )
        self.flow_button.setShortcut("Ctrl+B")
        self.flow_button.clicked.connect(self.flow_requested)
        self.show_bot("")
        row.addWidget(self.flow_button)
        row.addStretch(1)
        self.hint = Label("", "muted", name="compose_hint")
        self.hint.setMinimumWidth(1)  # it goes when there is no room, and must not make any
        row.addWidget(self.hint)
        self.send = Button(
            self._theme, "Send ", "primary", icon="paper-plane-right-fill", name="compose_send"
        )
        flipped = not self.isRightToLeft()  # the plane stands after the word
        self.send.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if flipped else Qt.LayoutDirection.LeftToRight
        )
        self.send.clicked.connect(self.send_requested)
        row.addWidget(self.send)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_hint()

    def _fit_hint(self) -> None:
        """The hint is the first to go where it is narrow."""
        picking = self.picker.isVisibleTo(self)
        whole = (self.template_button, self.flow_button, self.hint, self.send)
        needed_px = sum(widget.sizeHint().width() for widget in whole) + 4 * TOOLS_GAP_PX
        self.hint.setVisible(not picking and needed_px <= self.frame.width() - 2 * PAD_PX)

    def _typed(self) -> None:
        text = self.text.toPlainText()
        if text != self._state.text:
            self.text_edited.emit(text)

    def _start_picking(self) -> None:
        self._picking = True
        self._again()
        self.picker.focus_search()

    def _stop_picking(self) -> None:
        self._picking = False
        self._again()
        self.focus_writing()

    def _again(self) -> None:
        if self._shown is None:
            return
        state, now, contact, templates = self._shown
        self.show_state(state, now, contact, self._history, templates)

    def _picked(self, template: object) -> None:
        self._picking = False
        self.template_chosen.emit(template)
