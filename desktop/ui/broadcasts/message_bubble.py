"""The message as the customer will see it, the values of its variables underlined."""

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.domain.templates import Template, placeholders
from desktop.ui.parts.bubble import Mark, plain, runs
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

RADIUS_PX = 10
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
    """A template in a green bubble: header, body, footer, and its buttons below."""

    def __init__(self, theme: Theme, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.header = Label("", wrap=True, rich=True, name=f"{name}_header")
        self.body = Label("", wrap=True, rich=True, name=f"{name}_body")
        self.footer = Label("", "muted", wrap=True, tight=True, name=f"{name}_footer")
        self.footer.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.buttons = Label("", wrap=True, tight=True, color="accent", name=f"{name}_buttons")
        self.buttons.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 9, 13, 9)
        column.setSpacing(3)
        for label in (self.header, self.body, self.footer, self.buttons):
            column.addWidget(label)
        named(self, name, "Message preview")

    def show_template(self, template: Template | None, values: Mapping[str, str]) -> None:
        """The template with these values; a variable without one keeps its braces."""
        if template is None:
            self.header.hide()
            self.footer.hide()
            self.buttons.hide()
            self.body.setText("Choose a template to see it here.")
            return
        header = underlined(template.header_text, values, "header:")
        if template.header_kind not in ("", "text"):
            header = f"[{escape(template.header_kind)}]"
        self.header.setText(f"<b>{header}</b>" if header else "")
        self.header.setVisible(bool(header))
        self.body.setText(underlined(template.body, values))
        self.footer.setText(template.footer)
        self.footer.setVisible(bool(template.footer))
        self.buttons.setText("\n".join(button.text for button in template.buttons))
        self.buttons.setVisible(bool(template.buttons))
        self.setAccessibleDescription(filled_plain(template.body, values))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("bubble_out"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_PX, RADIUS_PX)
