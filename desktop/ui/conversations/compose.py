"""The compose box: a text, or a template in its place, and the banner above it about the contact."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.compose import MAX_TEXT_LENGTH, OPEN_VARIABLE, ComposeState
from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.meanwhile import Meanwhile
from desktop.domain.templates import Template
from desktop.ui.conversations import consent_words, words
from desktop.ui.conversations.compose_calls import Calls
from desktop.ui.conversations.compose_parts import ComposeFrame, GrowingText
from desktop.ui.conversations.compose_strips import FileStrip, NewsStrip, QuoteStrip, note_heading
from desktop.ui.conversations.compose_tools import ComposeTools
from desktop.ui.conversations.emoji_panel import EmojiPanel
from desktop.ui.conversations.picker import TemplatePicker
from desktop.ui.conversations.template_card import TemplateCard
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

PAD_PX = 14


class ComposeBox(QWidget):
    """Shows a ComposeState. What a person does is told, and nothing is decided here."""

    text_edited = Signal(str)
    note_edited = Signal(str)
    template_chosen = Signal(object)
    template_dropped = Signal()
    value_edited = Signal(str, str)
    send_requested = Signal()
    anyway_requested = Signal()
    keep_requested = Signal()
    note_requested = Signal()
    history_requested = Signal()
    why_requested = Signal()
    flow_requested = Signal()
    attach_requested = Signal()
    files_given = Signal(object)
    picture_given = Signal(object)
    file_dropped = Signal()
    answer_dropped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picking = False
        self._noting = False
        self._number = ""
        self._state = ComposeState()
        self._shown: tuple[ComposeState, datetime, Contact, tuple[Template, ...]] | None = None
        self._history: Sequence[ConsentEvent] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 16)
        column.setSpacing(0)
        self.news = NewsStrip(theme)
        self.news.anyway_requested.connect(self.anyway_requested)
        self.news.keep_requested.connect(self.keep_requested)
        self._news_box = QWidget()
        news_column = QVBoxLayout(self._news_box)
        news_column.setContentsMargins(0, 0, 0, 8)
        news_column.addWidget(self.news)
        self._news_box.hide()
        column.addWidget(self._news_box)
        column.addWidget(self._banner())
        self.frame = ComposeFrame(theme)
        self.frame.files_given.connect(self.files_given)
        column.addWidget(self.frame)
        self._fill_frame()
        self._wire()
        named(self, "compose_box", "Write to the contact")

    def _banner(self) -> Banner:
        self.banner = Banner(self._theme, "danger", "", attached=True, name="compose_banner")
        self.banner.action_requested.connect(self.history_requested)
        self.why = Button(self._theme, "Why?", "banner-danger", name="compose_why")
        self.why.setToolTip("Why marketing would not simply go out, step by step")
        self.why.clicked.connect(self.why_requested)
        row = self.banner.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.count() - 1, self.why, 0, Qt.AlignmentFlag.AlignVCenter)
        self.banner.hide()
        return self.banner

    def _fill_frame(self) -> None:
        theme = self._theme
        inner = QVBoxLayout(self.frame)
        inner.setContentsMargins(PAD_PX, 12, PAD_PX, 12)
        inner.setSpacing(10)
        inner.addWidget(self._note_row())
        self.quote = QuoteStrip(theme)
        inner.addWidget(self.quote)
        self.card = TemplateCard(theme)
        inner.addWidget(self.card)
        self.picker = TemplatePicker(theme)
        inner.addWidget(self.picker)
        self.file = FileStrip(theme)
        inner.addWidget(self.file)
        self._note_heading, self.note_back = note_heading(theme)
        inner.addWidget(self._note_heading)
        self.text = GrowingText(theme)
        self.note_text = GrowingText(theme, "compose_note_text", "Note for colleagues")
        self.note_text.setPlaceholderText("Write a note")
        self.calls = Calls(theme, self.text, self.note_text)
        inner.addWidget(self.calls.quick)
        inner.addWidget(self.calls.people)
        self.emoji = EmojiPanel(theme)
        inner.addWidget(self.emoji)
        inner.addWidget(self.text)
        inner.addWidget(self.note_text)
        self.problem = Label("", "muted", color="danger", wrap=True, name="compose_problem")
        self.problem.hide()
        inner.addWidget(self.problem)
        self.missing = Label("", "muted", wrap=True, tight=True, name="compose_missing")
        self.missing.hide()
        inner.addWidget(self.missing)
        self.tools = ComposeTools(theme)
        inner.addWidget(self.tools)
        self.template_button, self.flow_button = self.tools.template, self.tools.flow
        self.hint, self.send = self.tools.hint, self.tools.send
        self.show_bot("")

    def _wire(self) -> None:
        self.quote.dropped.connect(self.answer_dropped)
        self.card.dropped.connect(self.template_dropped)
        self.card.value_edited.connect(self.value_edited)
        self.card.send_requested.connect(self.send_requested)
        self.picker.chosen.connect(self._picked)
        self.picker.closed.connect(self._stop_picking)
        self.file.dropped.connect(self.file_dropped)
        self.note_back.clicked.connect(self.turn_note)
        self.text.textChanged.connect(self._typed)
        self.text.send_requested.connect(self.send_requested)
        self.text.anyway_requested.connect(self.anyway_requested)
        self.text.dismissed.connect(self._dismissed)
        self.note_text.textChanged.connect(self._note_typed)
        self.note_text.send_requested.connect(self.note_requested)
        self.note_text.anyway_requested.connect(self.note_requested)
        for one in (self.text, self.note_text):
            one.files_given.connect(self.files_given)
            one.picture_given.connect(self.picture_given)
        self.emoji.chosen.connect(lambda sign: self._writing().put(sign))
        self.emoji.closed.connect(self._close_emoji)
        tools = self.tools
        tools.template.clicked.connect(self._start_picking)
        tools.quick.clicked.connect(self._call_quick)
        tools.attach.clicked.connect(self.attach_requested)
        tools.emoji.clicked.connect(self._turn_emoji)
        tools.note.clicked.connect(self.turn_note)
        tools.flow.clicked.connect(self.flow_requested)
        tools.send.clicked.connect(self._send)

    @property
    def noting(self) -> bool:
        """True while a note is written in the place of a reply."""
        return self._noting

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
            self._put_all_away()
        had_focus = self._writes()
        self._state = state
        closed = state.needs_template(now)
        banner = state.shows_banner and not self._noting
        self.banner.setVisible(banner)
        self.frame.attach(banner)
        self.frame.show_noting(self._noting)
        if banner:
            self.banner.show_banner(
                "danger", consent_words.banner_html(contact, history, now), "View history"
            )
        bare = closed and state.template is None
        picking = (self._picking or bare) and not self._noting
        self._shown, self._history = (state, now, contact, tuple(templates)), history
        self._show_above(state, picking)
        if bare and self.picker.isHidden():  # nobody opened it: what was looked for last is of another time
            self.picker.forget()
        self.picker.setVisible(picking)
        if picking:
            why = words.window_closed(contact.first_name, contact.last_inbound_at, now) if bare else ""
            self.picker.show_state(templates, contact, why)
        self._show_texts(state, contact, picking)
        texting = self._noting or (state.template is None and not picking)
        if not texting:
            self.emoji.hide()
        self.tools.show_state(picking=picking, bare=bare, noting=self._noting, texting=texting)
        self.tools.mark_begun(note=bool(state.note_text.strip()), reply=not state.is_empty)
        self._show_blocked(state, now, picking)
        if had_focus and not self._writes():
            self.focus_writing()  # what took the place of the text takes the keyboard, too

    def _show_above(self, state: ComposeState, picking: bool) -> None:
        """What stands above the text."""
        replying = not self._noting
        self._note_box.setVisible(bool(state.note) and replying)
        self.note.setText(f"Came back: {state.note}" if state.note else "")
        self._note_heading.setVisible(self._noting)
        self.quote.show_answered(state.answered if replying and not picking else None)
        self.file.show_file(state.file if replying and not picking and state.template is None else None)
        if state.template is not None:
            self.card.show_state(state.template, state.values)
        self.card.setVisible(state.template is not None and not picking and replying)

    def _show_texts(self, state: ComposeState, contact: Contact, picking: bool) -> None:
        self.text.setVisible(state.template is None and not picking and not self._noting)
        captioned = state.file is not None and state.file.takes_caption
        self.text.setPlaceholderText("Add a caption" if captioned else f"Write to {contact.first_name}")
        if self.text.toPlainText() != state.text:
            self.text.show_text(state.text)
        self.note_text.setVisible(self._noting)
        if self.note_text.toPlainText() != state.note_text:
            self.note_text.show_text(state.note_text)

    def _show_blocked(self, state: ComposeState, now: datetime, picking: bool) -> None:
        blocked = state.blocked_by(now)
        if self._noting:
            blocked = "" if state.note_text.strip() else "Write something first."
        leaves = f"Send from {self._number} (Enter)" if self._number else "Send (Enter)"
        self.send.setToolTip(blocked or ("Keep the note (Enter)" if self._noting else leaves))
        self.send.setEnabled(not blocked)
        self.missing.setText(blocked)
        self.missing.setVisible(
            bool(blocked) and state.template is not None and not picking and not self._noting
        )
        too_long = len(state.text) > MAX_TEXT_LENGTH and not self._noting
        if too_long or (self.problem.isVisible() and not blocked):
            self.show_problem(blocked)

    def show_news(self, came: Meanwhile) -> None:
        """What came since the person began to write; nothing takes the strip away."""
        self.news.show_news(came)
        self._news_box.setVisible(bool(came))

    def _writes(self) -> bool:
        """True while the text has the keyboard and can be seen."""
        return any(one.hasFocus() and one.isVisible() for one in (self.text, self.note_text))

    def show_problem(self, sentence: str) -> None:
        """Why it was not sent, beside what caused it; "" takes it away."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.text.setAccessibleDescription(sentence)

    def show_bot(self, refused: str) -> None:
        """refused: why no flow can be started here now; "" where one can."""
        self.tools.show_flow(refused)

    def show_number(self, number: str) -> None:
        """Which number of ours messages leave from."""
        self._number = number
        self.send.setAccessibleDescription(f"From {number}" if number else "")
        self._again()

    def focus_writing(self) -> None:
        """Give the focus to what the person would fill next."""
        if self._noting:
            self.note_text.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.card.isVisible():
            self.card.focus_first_missing()
            if self.send.isEnabled():  # with its ring: Enter has brought one here, and Enter sends
                self.send.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.picker.isVisible():
            self.picker.focus_search()
        else:
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_open_variable(self) -> bool:
        """Select the first {{…}} that nobody has filled; False where there is none."""
        found = OPEN_VARIABLE.search(self.text.toPlainText())
        if found is not None:
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)
            self.text.select(found.start(), found.end())
        return found is not None

    def turn_note(self) -> None:
        """To the note, and back to the reply; both keep what stands there."""
        self._noting = not self._noting
        self._picking = False
        self.emoji.hide()
        self.show_problem("")
        self._again()
        self.focus_writing()

    def _note_row(self) -> QWidget:
        self._note_box = QWidget()
        row = QHBoxLayout(self._note_box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(self._theme, "arrow-u-up-left", "warn", 16), 0, Qt.AlignmentFlag.AlignTop)
        self.note = Label("", color="warn", wrap=True, tight=True, name="compose_note")
        row.addWidget(self.note, 1)
        return self._note_box

    def _writing(self) -> GrowingText:
        return self.note_text if self._noting else self.text

    def _send(self) -> None:
        (self.note_requested if self._noting else self.send_requested).emit()

    def _put_all_away(self) -> None:
        self._picking = self._noting = False
        self.picker.forget()
        self.emoji.hide()
        self.calls.put_away()
        self.show_problem("")
        self.show_news(Meanwhile())

    def _typed(self) -> None:
        text = self.text.toPlainText()
        if text != self._state.text:
            self.text_edited.emit(text)

    def _note_typed(self) -> None:
        text = self.note_text.toPlainText()
        if text != self._state.note_text:
            self.note_edited.emit(text)

    def _dismissed(self) -> None:
        """Escape: first the list, then the quotation."""
        if not self.calls.put_away() and self._state.answered is not None:
            self.answer_dropped.emit()

    def _call_quick(self) -> None:
        self.emoji.hide()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)
        self.calls.call_quick()

    def _turn_emoji(self) -> None:
        if self.emoji.isVisible():
            self._close_emoji()
            return
        self.calls.put_away()
        self.emoji.open()

    def _close_emoji(self) -> None:
        self.emoji.hide()
        self._writing().setFocus(Qt.FocusReason.OtherFocusReason)

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
