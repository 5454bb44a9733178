"""What stands above the text in the compose box: what came meanwhile, the message that is answered, the file."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.domain.compose import Answered
from desktop.domain.meanwhile import Kind, Meanwhile, News, shortened
from desktop.domain.outgoing_files import OutgoingFile, size_words
from desktop.ui.parts import when
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Inset
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

MOST_LINES = 3
THUMB_PX = 44
_ICONS = {"image": "image", "video": "video-camera", "audio": "microphone", "document": "file-text"}


def news_line(news: News) -> str:
    """One thing that came, as rich text: 'Lina replied at 10:42: “…”'."""
    who, at = escape(news.who), when.clock(news.at)
    said = escape(shortened(news.text))
    if news.kind is Kind.CUSTOMER:
        return f"<b>{who}</b> wrote while you were writing: “{said}”"
    if news.kind is Kind.COLLEAGUE:
        return f"<b>{who}</b> replied at {at}: “{said}”"
    by = f" ({escape(news.origin)})" if news.origin else ""
    if news.kind is Kind.OPTED_OUT:
        return f"<b>{who} opted out</b> at {at}{by}"
    if news.kind is Kind.OPTED_IN:
        return f"<b>{who}</b> opted in at {at}{by}"
    return f"The choice of <b>{who}</b> was taken back at {at}{by}"


class NewsStrip(QFrame):
    """`anyway_requested()` and `keep_requested()`; gone while nothing came."""

    anyway_requested = Signal()
    keep_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "banner-warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(10)
        row.addWidget(Glyph(theme, "warning-fill", "warn", 16), 0, Qt.AlignmentFlag.AlignTop)
        self.text = Label("", wrap=True, rich=True, tight=True, name="compose_news_text")
        row.addWidget(self.text, 1)
        self.anyway = Button(theme, "Send anyway", "banner-warn", name="compose_news_anyway")
        self.anyway.setToolTip("Send although this came (Ctrl+Enter)")
        self.anyway.clicked.connect(self.anyway_requested)
        row.addWidget(self.anyway, 0, Qt.AlignmentFlag.AlignVCenter)
        self.keep = Button(theme, "Keep editing", "banner-warn", name="compose_news_keep")
        self.keep.setToolTip("You have seen it; go on writing")
        self.keep.clicked.connect(self.keep_requested)
        row.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignVCenter)
        named(self, "compose_news", "What came meanwhile")
        self.hide()

    def show_news(self, came: Meanwhile) -> None:
        """Show the newest few lines; nothing hides the strip."""
        lines = [news_line(one) for one in came.news[-MOST_LINES:]]
        more = len(came.news) - len(lines)
        if more > 0:
            lines.insert(0, f"{more} more in the thread above.")
        self.text.setText("<br>".join(lines))
        self.setAccessibleDescription(plain(came))
        self.setVisible(bool(came))


def plain(came: Meanwhile) -> str:
    """The strip for a screen reader."""
    lines = [news_line(one).replace("<b>", "").replace("</b>", "") for one in came.news]
    return ". ".join(lines)


class QuoteStrip(Inset):
    """The message that is answered. `dropped()`."""

    dropped = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="compose_quote")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Glyph(theme, "arrow-bend-up-left", "accent", 16), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(1)
        self.who = ElidedLabel("", "strong", color="accent", name="compose_quote_who")
        self.text = ElidedLabel("", "soft", name="compose_quote_text")
        column.addWidget(self.who)
        column.addWidget(self.text)
        row.addLayout(column, 1)
        self.drop = _cross(theme, "Do not answer this message (Esc)", "compose_quote_drop")
        self.drop.clicked.connect(self.dropped)
        row.addWidget(self.drop, 0, Qt.AlignmentFlag.AlignTop)
        self.body.setContentsMargins(10, 6, 10, 6)
        self.body.addLayout(row)
        self.hide()

    def show_answered(self, answered: Answered | None) -> None:
        self.setVisible(answered is not None)
        if answered is not None:
            self.who.setText(answered.who)
            self.text.setText(answered.text)
            self.setAccessibleName(f"Answers {answered.who}: {answered.text}")


class FileStrip(Inset):
    """The file that goes with the text as its caption. `dropped()`."""

    dropped = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="compose_file")
        self._theme = theme
        self._picture: QImage | None = None
        row = QHBoxLayout()
        row.setSpacing(10)
        self.glyph = Glyph(theme, "file-text", "accent", 22)
        row.addWidget(self.glyph)
        self.thumb = named(QLabel(), "compose_file_thumb", "Picture")
        row.addWidget(self.thumb)
        column = QVBoxLayout()
        column.setSpacing(1)
        self.name = ElidedLabel("", "strong", mode=Qt.TextElideMode.ElideMiddle, name="compose_file_name")
        self.about = Label("", "muted", name="compose_file_size")
        column.addWidget(self.name)
        column.addWidget(self.about)
        row.addLayout(column, 1)
        self.drop = _cross(theme, "Remove the file", "compose_file_drop")
        self.drop.clicked.connect(self.dropped)
        row.addWidget(self.drop, 0, Qt.AlignmentFlag.AlignTop)
        self.body.setContentsMargins(10, 8, 10, 8)
        self.body.addLayout(row)
        self.hide()
        theme.changed.connect(self._draw)

    def show_file(self, file: OutgoingFile | None) -> None:
        self.setVisible(file is not None)
        if file is None:
            self.show_picture(None)
            return
        self.glyph.show_icon(_ICONS[file.kind], "accent")
        self.name.setText(file.name)
        words = f"{file.kind.capitalize()} · {size_words(file.size_bytes)}"
        self.about.setText(words)
        self.setAccessibleName(f"{file.name}, {words}")

    def show_picture(self, picture: QImage | None) -> None:
        """The picture itself, made small already, in place of the icon."""
        self._picture = picture if picture is not None and not picture.isNull() else None
        self._draw()

    def _draw(self) -> None:
        there = self._picture is not None
        self.thumb.setVisible(there)
        self.glyph.setVisible(not there)
        if self._picture is not None:
            side_px = self._theme.px(THUMB_PX)
            small = self._picture.scaled(
                side_px,
                side_px,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self.thumb.setPixmap(QPixmap.fromImage(small))


def _cross(theme: Theme, words: str, name: str) -> IconButton:
    made = IconButton(theme, "x", words, name=name)
    made.setProperty("kind", "chip-cross")
    made.set_icon_px(14)
    return made


def note_heading(theme: Theme) -> tuple[QWidget, Button]:
    """What stands above a note, and the way back to the reply."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(Glyph(theme, "note-pencil", "warn", 16))
    row.addWidget(
        Label(
            "A note for colleagues; customers never see it. Name somebody with @.",
            "muted",
            color="warn",
            wrap=True,
            tight=True,
            name="compose_note_heading",
        ),
        1,
    )
    back = Button(theme, "Back to the reply", "banner-warn", name="compose_note_back")
    back.setToolTip("Back to the reply (Ctrl+Shift+N)")
    row.addWidget(back)
    return box, back
