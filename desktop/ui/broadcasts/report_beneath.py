"""What stands beneath a report's ledger: another number than on the button, and what the toggle being off came to."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.broadcast_report import GOT_IT_DESPITE, Override
from desktop.services.broadcasts import Report
from desktop.ui.broadcasts import report_words
from desktop.ui.broadcasts.report_cards import approved_words
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


class Beneath(QWidget):
    """`opened(Chosen)` when who got it despite an opt-out are to be shown."""

    opened = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._override: Override | None = None
        self.approved = Label("", "muted", wrap=True, tight=True, color="warn", name="report_approved")
        self.despite = Label(
            "", "muted", wrap=True, tight=True, rich=True, color="danger", name="report_despite"
        )
        self.despite.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.despite.linkActivated.connect(lambda _: self.opened.emit(GOT_IT_DESPITE))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for label in (self.approved, self.despite):
            column.addWidget(label)
            label.hide()
        named(self, "report_beneath")

    def show_report(self, report: Report) -> None:
        told = approved_words(report.record, report.figures, report.reasons)
        self.approved.setText(told)
        self.approved.setVisible(bool(told))
        self._fit()

    def show_override(self, record: BroadcastRecord | None, found: Override | None) -> None:
        """None: the toggle was on, or it is not known yet."""
        self._override = found
        self.despite.setVisible(record is not None and found is not None)
        if record is not None and found is not None:
            plain = report_words.override_words(record, found)
            if self.despite.accessibleName() != plain:  # a link that has the keyboard keeps it
                link = report_words.despite_words(found)
                color = self._theme.color("danger").name()
                html = f'<a href="despite" style="color: {color}">{link}</a>' if found.got_count else link
                self.despite.setText(escape(plain).replace(link, html, 1))
                self.despite.setAccessibleName(plain)
        self._fit()

    def _fit(self) -> None:
        self.setVisible(not (self.approved.isHidden() and self.despite.isHidden()))
