"""*By reason*: why messages did not go out, the most frequent first, with what to do about each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.report import Cause
from desktop.domain.report_page import ReportPage
from desktop.ui.broadcasts.words import share
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import ElidedLabel, Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.reports import words
from desktop.ui.reports.figure import Figure
from desktop.ui.theme import Theme

ROW_PX = 32


class ReasonLine(QWidget):
    """`figure_requested(Cause)`: by the figure, or a click on the words; the arrow unfolds what to do."""

    figure_requested = Signal(object)

    def __init__(self, theme: Theme, cause: Cause) -> None:
        super().__init__()
        self.cause = cause
        name = (
            f"reports_reason_{cause.error_code if cause.error_code is not None else cause.reason or 'none'}"
        )
        label, note = words.cause_label(cause), words.cause_note(cause)
        self.text = ElidedLabel(f"{label} · {note}" if note else label, name=f"{name}_text")
        self.text.setCursor(Qt.CursorShape.PointingHandCursor)
        self.count = Figure(theme, weight=600, name=name)
        self.more = IconButton(theme, "caret-down", f"What to do: {label}", name=f"{name}_more")
        self.more.setCheckable(True)
        self.more.set_icon_px(12)
        self.advice = Label("", "soft", wrap=True, tight=True, name=f"{name}_advice")
        self.advice.hide()
        self.sentence = words.cause_sentence(cause)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.text, 1)
        row.addWidget(self.count)
        row.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Rule())
        column.addLayout(row)
        column.addWidget(self.advice)
        self.setMinimumHeight(theme.px(ROW_PX))
        self.setToolTip(self.sentence)
        self.more.toggled.connect(self._unfold)
        self.count.clicked.connect(lambda: self.figure_requested.emit(cause))
        named(self, f"{name}_line", label, self.sentence)

    def show_count(self, count: int, total: int, page: ReportPage) -> None:
        label = words.cause_words(self.cause)
        part = share(count, total, "that did not go out or are not certain")
        marked = page.choice.causes == frozenset({self.cause})
        self.count.show_figure(f"{count:,}", f"{label}: {count:,}", part, marked=marked)
        self.advice.setText(f"{part}. {self.sentence}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._on_words(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._on_words(event):
            self.count.click()

    def _on_words(self, event: QMouseEvent) -> bool:
        left = event.button() is Qt.MouseButton.LeftButton
        return left and self.text.geometry().contains(event.position().toPoint())

    def _unfold(self, on: bool) -> None:
        self.advice.setVisible(on)
        self.more.set_icon("caret-up" if on else "caret-down")


class ByReasonCard(Card):
    """`cause_requested(Cause)`: a figure was followed."""

    cause_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, name="reports_by_reason")
        self._theme = theme
        self.body.addWidget(Label("By reason", "strong"))
        self.lines: dict[Cause, ReasonLine] = {}
        inner = QWidget()
        inner.setProperty("surface", "none")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        named(area, "reports_reasons", "Reasons")
        self._area = area
        self.body.addWidget(area, 1)
        self.none = Label("", "soft", wrap=True, name="reports_by_reason_none")
        self.none.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.none, 1)
        self.none.hide()
        named(self, "reports_by_reason", "By reason")

    def follow_in_tabs(self, before: QWidget) -> None:
        """Tab leads here from `before`: lines that are made later would else come after the whole page."""
        places = sorted(self.lines.values(), key=self._column.indexOf)
        for after in [part for line in places for part in (line.count, line.more)]:
            QWidget.setTabOrder(before, after)
            before = after

    def show_causes(self, causes: Sequence[tuple[Cause, int]], page: ReportPage) -> None:
        """Lines that stay keep their place on the screen and what is unfolded."""
        wanted = [cause for cause, _ in causes]
        for gone in [one for one in self.lines if one not in wanted]:
            line = self.lines.pop(gone)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        total = sum(count for _, count in causes)
        for position, (cause, count) in enumerate(causes):
            known = self.lines.get(cause)
            if known is None:
                known = ReasonLine(self._theme, cause)
                known.figure_requested.connect(self.cause_requested)
                self.lines[cause] = known
            if self._column.indexOf(known) != position:
                self._column.removeWidget(known)
                self._column.insertWidget(position, known)
            known.show_count(count, total, page)
        self._area.setVisible(bool(causes))
        self.none.setVisible(not causes)
        self.none.setText("Every message that matches went out, or is on its way.")
