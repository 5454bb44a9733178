"""The message as the customer will see it, the values of its variables underlined."""

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.templates import Button, Template, placeholders
from desktop.ui.parts.bubble import Mark, plain, runs
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.templates import words
from desktop.ui.theme import Theme

RADIUS_PX = 10
MEDIA_PX = 104
# Private-use characters that stand for the ends of a value until the text has become HTML.
_OPEN, _CLOSE = "\ue000", "\ue001"
_TAGS = {Mark.BOLD: "b", Mark.ITALIC: "i", Mark.STRIKE: "s", Mark.MONO: "code"}


def underlined(text: str, values: Mapping[str, str], prefix: str = "") -> str:
    """The text as HTML: variables filled and underlined, WhatsApp's formatting kept."""
    for name in placeholders(text):
        value = values.get(prefix + name, "")
        for written in (f"{{{{{name}}}}}", f"{{{{ {name} }}}}"):
            text = text.replace(written, f"{_OPEN}{value}{_CLOSE}" if value.strip() else written)
    html = ""
    for run in runs(text):
        piece = escape(run.text)
        for mark, tag in _TAGS.items():
            if mark in run.marks:
                piece = f"<{tag}>{piece}</{tag}>"
        html += piece
    return html.replace(_OPEN, "<u>").replace(_CLOSE, "</u>").replace("\n", "<br>")


def filled_plain(text: str, values: Mapping[str, str], prefix: str = "") -> str:
    """The same as plain words, for a screen reader."""
    for name in placeholders(text):
        text = text.replace(f"{{{{{name}}}}}", values.get(prefix + name) or f"{{{{{name}}}}}")
    return plain(text)


class MessageBubble(QFrame):
    """A template in a green bubble: picture or header, body, footer, and its buttons below."""

    def __init__(self, theme: Theme, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self._buttons: tuple[Button, ...] = ()
        self.media = MediaPlace(theme, name=f"{name}_media")
        self.header = Label("", wrap=True, rich=True, name=f"{name}_header")
        self.body = Label("", wrap=True, rich=True, name=f"{name}_body")
        self.footer = Label("", "muted", wrap=True, tight=True, name=f"{name}_footer")
        self.footer.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.buttons = QWidget()
        self._button_column = QVBoxLayout(self.buttons)
        self._button_column.setContentsMargins(0, 6, 0, 0)
        self._button_column.setSpacing(0)
        named(self.buttons, f"{name}_buttons", "Buttons")
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 9, 13, 9)
        column.setSpacing(3)
        for part in (self.media, self.header, self.body, self.footer, self.buttons):
            column.addWidget(part)
        self.media.hide()
        named(self, name, "Message preview")

    def show_template(self, template: Template | None, values: Mapping[str, str]) -> None:
        """The template with these values; a variable without one keeps its braces."""
        if template is None:
            for part in (self.media, self.header, self.footer, self.buttons):
                part.hide()
            self.body.setText("Choose a template to see it here.")
            return
        pictured = template.header_kind not in ("", "text")
        self.media.setVisible(pictured)
        if pictured:
            self.media.show_kind(template.header_kind, dict(template.other_examples).get("header", ""))
        header = "" if pictured else underlined(template.header_text, values, "header:")
        self.header.setText(f"<b>{header}</b>" if header else "")
        self.header.setVisible(bool(header))
        self.body.setContentsMargins(0, 6 if pictured else 0, 0, 0)
        self.body.setText(underlined(template.body, values))
        self.footer.setText(template.footer)
        self.footer.setVisible(bool(template.footer))
        self._show_buttons(template.buttons)
        self.setAccessibleDescription(filled_plain(template.body, values))

    def _show_buttons(self, buttons: tuple[Button, ...]) -> None:
        self.buttons.setVisible(bool(buttons))
        if buttons == self._buttons:
            return
        self._buttons = buttons
        while (item := self._button_column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, button in enumerate(buttons):
            self._button_column.addWidget(
                ButtonLine(self._theme, button, name=f"{self._name}_button_{at + 1}")
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("bubble_out"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_PX, RADIUS_PX)


class MediaPlace(QFrame):
    """Where the picture, the film or the file will stand; `file` is the name of the example."""

    def __init__(self, theme: Theme, *, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.glyph = Glyph(theme, "image", "muted", 32)
        self.kind = Label("", "strong", name=f"{name}_kind")
        self.file = Label("", "muted", wrap=True, tight=True, name=f"{name}_file")
        self.file.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 8, 10)
        column.setSpacing(2)
        column.addStretch(1)
        column.addWidget(self.glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.kind, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.file)
        column.addStretch(1)
        self.setProperty("kind", "code")
        theme.changed.connect(self._rescale)
        self._rescale()
        named(self, name)

    def show_kind(self, kind: str, file: str) -> None:
        text, icon = words.HEADERS.get(kind, (kind.capitalize(), "file"))
        self.glyph.show_icon(icon)
        self.kind.setText(text)
        self.file.setText(file)
        self.file.setVisible(bool(file))
        self.setAccessibleName(f"{text} {file}".strip())

    def _rescale(self) -> None:
        self.setMinimumHeight(self._theme.px(MEDIA_PX))


class ButtonLine(QWidget):
    """One button as WhatsApp shows it: a line above, a sign and words in the middle, where it leads below."""

    def __init__(self, theme: Theme, button: Button, *, name: str) -> None:
        super().__init__()
        self._theme = theme
        text, note = words.button_text(button), words.button_note(button)
        self.text = Label(text, "strong", color="accent", wrap=True, tight=True, name=f"{name}_text")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # As wide as its words where there is room: a label that may wrap asks for less.
        natural_px = self.text.fontMetrics().horizontalAdvance(text) + theme.px(12)
        self.text.setMinimumWidth(min(natural_px, theme.px(200)))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch(1)
        row.addWidget(Glyph(theme, words.button_icon(button), "accent", 15), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 7)
        column.setSpacing(0)
        column.addLayout(row)
        if note:
            said = Label(note, "muted", wrap=True, tight=True, name=f"{name}_note")
            said.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(said)
        self.setToolTip(words.button_tooltip(button))
        named(self, name, f"{text}, {words.button_tooltip(button)}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shade = self._theme.color("muted")
        shade.setAlphaF(0.3)
        painter.fillRect(0, 0, self.width(), 1, shade)
