"""What was said to WhatsApp: each call with its request and answer, folded until somebody wants to see it."""

import json
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.services.why import Exchange
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

TITLE: Final = "What was said to WhatsApp"
MOST_LINES: Final = 14
PAD_PX: Final = 7
"""What the style sheet puts above and below the text of a box, its line included."""
NOT_KEPT: Final = "Not kept: of what a broadcast or a sequence got accepted only the status is, or this call was made before calls were kept."
OUTCOMES: Final = {
    "open": "no answer yet",
    "accepted": "accepted",
    "refused": "refused",
    "lost": "the answer was lost",
    "not_started": "no connection",
    "withdrawn": "withdrawn before the call",
}


def indented(text: str) -> str:
    """JSON with a line for each value; anything else, also what was cut, as it is."""
    head, blank, body = text.partition("\n\n")
    if not blank:
        head, body = "", text
    try:
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return text
    return f"{head}{blank}{body}"


def heading(one: Exchange) -> str:
    """'Call 1 · 22 Nov 11:04:02 · refused · HTTP 400 · 214 ms'."""
    at = one.started_at.astimezone()
    parts = [f"Call {one.number}", f"{at.day} {at:%b %H:%M:%S}", OUTCOMES.get(one.outcome, one.outcome)]
    if one.http_status is not None:
        parts.append(f"HTTP {one.http_status}")
    if one.ended_at is not None:
        parts.append(f"{max(0, round((one.ended_at - one.started_at).total_seconds() * 1000)):,} ms")
    return " · ".join(parts)


def as_text(exchanges: Sequence[Exchange]) -> str:
    """All calls, for the clipboard."""
    told = []
    for one in exchanges:
        answer = indented(one.answer) if one.answer else ""
        told.append("\n\n".join(part for part in (heading(one), indented(one.request), answer) if part))
    return "\n\n".join(told)


class CodeBox(QPlainTextEdit):
    """Text to read and to copy, as high as its lines up to MOST_LINES."""

    def __init__(self, theme: Theme, text: str, name: str, label: str) -> None:
        super().__init__(text)
        self._theme = theme
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("kind", "code")
        self._rescale()
        theme.changed.connect(self._rescale)
        named(self, name, label)

    def sizeHint(self) -> QSize:
        lines = min(MOST_LINES, self.blockCount())
        bar_px = self.horizontalScrollBar().sizeHint().height()
        margins_px = 2 * round(self.document().documentMargin()) + 2 * self.frameWidth()
        padding_px = 2 * self._theme.px(PAD_PX)
        height_px = lines * self.fontMetrics().lineSpacing() + margins_px + padding_px + bar_px
        return QSize(self._theme.px(320), height_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def _rescale(self) -> None:
        self.setFont(self._theme.font(12, mono=True))
        self.updateGeometry()


class WireView(QWidget):
    """The fold: a button, and the calls below it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._exchanges: tuple[Exchange, ...] = ()
        self.fold = Button(theme, TITLE, "link", icon="caret-right", color="accent", name="why_wire")
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._turn)
        self.copy = Button(theme, "Copy", "link", icon="copy", name="why_wire_copy")
        self.copy.setToolTip("Copy requests and answers; the token is masked")
        self.copy.clicked.connect(self._copy)
        head = QHBoxLayout()
        head.setContentsMargins(-4, 0, 0, 0)  # the link's own padding: its icon stands under the text
        head.addWidget(self.fold)
        head.addStretch(1)
        head.addWidget(self.copy)
        self.calls = QWidget()
        self._column = QVBoxLayout(self.calls)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.calls)
        self.calls.hide()
        self.copy.hide()
        named(self, "why_wire_view", TITLE)

    def show_exchanges(self, exchanges: Sequence[Exchange]) -> None:
        """Show the calls of a message; nothing at all for none."""
        shown = tuple(exchanges)
        self.setVisible(bool(shown))
        if shown == self._exchanges:
            return  # what somebody reads or has selected stays as it is
        self._exchanges = shown
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for one in shown:
            self._add(one)
        self.copy.setText("Copy")

    def fold_up(self) -> None:
        """As it begins: the calls are not seen."""
        self.fold.setChecked(False)

    def _add(self, one: Exchange) -> None:
        self._column.addWidget(Label(heading(one), "muted", wrap=True, name=f"why_call_{one.number}"))
        if not one.request and not one.answer:
            kept = NOT_KEPT if one.outcome not in ("open", "withdrawn") else ""
            if kept:
                self._column.addWidget(Label(kept, "muted", wrap=True))
            return
        number = one.number
        if one.request:
            request = indented(one.request)
            self._column.addWidget(
                CodeBox(self._theme, request, f"why_request_{number}", f"Request {number}")
            )
        answer = indented(one.answer) if one.answer else "(no answer)"
        self._column.addWidget(CodeBox(self._theme, answer, f"why_answer_{number}", f"Answer {number}"))

    def _turn(self, is_open: bool) -> None:
        self.fold.set_icon("caret-down" if is_open else "caret-right", "accent")
        self.calls.setVisible(is_open)
        self.copy.setVisible(is_open)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._exchanges))
        self.copy.setText("Copied")
