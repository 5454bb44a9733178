"""The upper cards of a report: how far it is, its figures, the ledger. Each number opens its people."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures, ReasonCount
from desktop.domain.broadcast_report import Chosen, Milestone
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.services.broadcasts import Report
from desktop.ui.broadcasts import report_words, words
from desktop.ui.parts.bars import ProgressBar
from desktop.ui.parts.button import KEYBOARD, paint_ring
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.stat import Stat, TileRow
from desktop.ui.theme import Theme

RATE_OVER_S = 5.0


class Speed:
    """How fast messages leave, from what was seen during the last seconds of machine time."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def saw(self, gone_count: int, at_s: float) -> None:
        if self._seen and gone_count < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((at_s, gone_count))
        while len(self._seen) > 2 and at_s - self._seen[0][0] > RATE_OVER_S:
            self._seen.popleft()

    def forget(self) -> None:
        self._seen.clear()

    @property
    def per_s(self) -> float:
        """Messages a second; 0.0 while too little has been seen."""
        if len(self._seen) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        return (last - first) / (last_s - first_s) if last_s - first_s >= 0.2 else 0.0


class ProgressCard(Card):
    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=12, name="report_progress_card")
        self.doing = Label("", "strong", name="report_doing")
        self.text = Label("", "muted", wrap=True, tight=True, name="report_progress_text")
        self.who = Label("", "muted", name="report_launched")
        self.bar = ProgressBar(theme, label="Messages gone", name="report_progress")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.doing)
        row.addWidget(self.text, 1)
        row.addWidget(self.who)
        self.body.addLayout(row)
        self.body.addWidget(self.bar)

    def show_report(
        self,
        report: Report,
        per_s: float,
        now: datetime,
        planned_share: float = 0.0,
        zone: ZoneInfo | None = None,
    ) -> None:
        """zone: the workspace's, for when it was launched."""
        record, figures = report.record, report.figures
        self.doing.setText(report_words.doing_words(record.status))
        self.text.setText(report_words.progress_words(report, per_s, planned_share))
        if record.status is BroadcastStatus.PREPARING:
            self.bar.show_progress(round(planned_share * figures.selected_count), figures.selected_count)
        else:
            self.bar.show_progress(figures.gone_count, figures.to_send_count)
        self.who.setText(report_words.launched_words(record, now, zone))
        self.who.setToolTip(words.full(record.launched_at, zone))


class OpenStat(Stat):
    """A figure that opens its people: `opened` by a click, Enter or the space bar."""

    opened = Signal()

    def __init__(self, theme: Theme, label: str, *, name: str) -> None:
        super().__init__(label, "–", name=name)
        self._theme = theme
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Show these people")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._ring:
            paint_ring(QPainter(self), self._theme, QRectF(self.rect()).adjusted(2, 2, -2, -2), 8)


class Tiles(QWidget):
    """The eight figures; *sent*, *delivered*, *read* count who was reached at least once.

    `opened(Chosen)` when one is to show its people.
    """

    opened = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.selected = OpenStat(theme, "Selected", name="report_tile_selected")
        self.left_out = OpenStat(theme, "Left out", name="report_tile_left_out")
        self.sent = OpenStat(theme, "Sent", name="report_tile_sent")
        self.delivered = OpenStat(theme, "Delivered", name="report_tile_delivered")
        self.read = OpenStat(theme, "Read", name="report_tile_read")
        self.failed = OpenStat(theme, "Failed", name="report_tile_failed")
        self.unknown = OpenStat(theme, "Not certain", name="report_tile_not_certain")
        self.opted_out = OpenStat(theme, "Opted out since", name="report_tile_opted_out_since")
        opens = {
            self.selected: Chosen(),
            self.left_out: Chosen((Status.LEFT_OUT,)),
            self.sent: Chosen(reached=Milestone.SENT),
            self.delivered: Chosen(reached=Milestone.DELIVERED),
            self.read: Chosen(reached=Milestone.READ),
            self.failed: Chosen((Status.FAILED,)),
            self.unknown: Chosen((Status.UNKNOWN,)),
            self.opted_out: Chosen(reached=Milestone.OPTED_OUT_SINCE),
        }
        for tile, chosen in opens.items():
            tile.opened.connect(lambda chosen=chosen: self.opened.emit(chosen))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(TileRow(list(opens), name="report_tiles"))

    def show_report(self, report: Report) -> None:
        figures = report.figures
        if report.record.selected_count is None:
            for tile in self.findChildren(OpenStat):
                tile.show_value("–", "")
            if (then := report.record.at_yes) is not None:
                self.selected.show_value(f"{then.selected_count:,}", words.WHEN_LAUNCHED)
                self.left_out.show_value(f"{then.left_out_count:,}", words.WHEN_LAUNCHED)
            return
        left: dict[Reason, int] = {}
        for one in report.reasons:
            if one.status is Status.LEFT_OUT:
                left[one.reason] = left.get(one.reason, 0) + one.count
        sent = figures.sent_count
        self.selected.show_value(f"{figures.selected_count:,}")
        self.left_out.show_value(
            f"{figures.left_out_count:,}",
            words.left_out_note(left),
            color="danger" if figures.left_out_count else None,
        )
        self.sent.show_value(f"{sent:,}")
        self.delivered.show_value(
            f"{figures.delivered_count:,}", words.share(figures.delivered_count, sent, "sent")
        )
        self.read.show_value(f"{figures.read_count:,}", words.share(figures.read_count, sent, "sent"))
        failed, unknown = figures.count(Status.FAILED), figures.count(Status.UNKNOWN)
        self.failed.show_value(f"{failed:,}", color="warn" if failed else None)
        self.unknown.show_value(f"{unknown:,}")

    def show_opted_out(self, count: int | None) -> None:
        """How many said no since the launch; None: not read yet."""
        self.opted_out.show_value("–" if count is None else f"{count:,}")


class LedgerText(Label):
    """The ledger in words, its numbers as links; text() is plain."""

    def __init__(self) -> None:
        super().__init__("", "muted", wrap=True, tight=True, rich=True, name="report_ledger")
        self._plain = ""
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)

    def text(self) -> str:
        return self._plain

    def show_linked(self, plain: str, html: str) -> None:
        """Only what is new is set: a link that has the keyboard keeps it."""
        if plain != self._plain:
            self._plain = plain
            self.setText(html)
            self.setAccessibleName(plain)


class LedgerLine(QWidget):
    """*Now: … = 1,000 selected*, with a check; red, with what is wrong, when the records disagree.

    `opened(Chosen)` when a part is to show its people.
    """

    opened = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.sign = Glyph(theme, "check", "muted", 14, label="Adds up", name="report_ledger_sign")
        self.text = LedgerText()
        self.text.linkActivated.connect(self._open)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        named(self, "report_ledger_line")

    def show_ledger(self, figures: Figures, faults: Sequence[str], verified: bool) -> None:
        """`verified`: the four records were compared; until then only the sum is known."""
        wrong = [] if figures.adds_up else ["The states do not add up to the number selected."]
        wrong += faults
        self.sign.show_icon("warning-circle-fill" if wrong else "check", "danger" if wrong else "muted")
        self.sign.setAccessibleName("Does not add up" if wrong else "Adds up")
        self.text.set_color("danger" if wrong else None)
        plain = " ".join([figures.sentence + ("." if wrong else ""), *wrong])
        self.text.show_linked(plain, self._linked(plain, "danger" if wrong else "muted"))
        told = "Four records were compared and agree: the selection, the states, the events, the attempts."
        self.text.setToolTip("" if wrong or not verified else told)

    def _linked(self, plain: str, ink: str) -> str:
        """Every 'number words' of the sentence as a link in the sentence's own colour."""
        color = self._theme.color("danger" if ink == "danger" else "muted").name()
        head, equals, tail = plain.partition(" = ")
        first, colon, parts = head.partition(": ")
        made = []
        for part in parts.split(" + "):
            key = next((key for key, told, _ in report_words.LEDGER_PARTS if part.endswith(f" {told}")), "")
            style = f"color: {color}; text-decoration: none"
            made.append(f'<a href="{key}" style="{style}">{part}</a>' if key else part)
        return first + colon + " + ".join(made) + equals + tail

    def _open(self, key: str) -> None:
        statuses = next(statuses for name, _, statuses in report_words.LEDGER_PARTS if name == key)
        self.opened.emit(Chosen(statuses))


def approved_words(record: BroadcastRecord, figures: Figures, reasons: Sequence[ReasonCount]) -> str:
    """One line when another number is to be sent than the one on the button; "" otherwise."""
    approved = record.approved_count
    unknown = record.selected_count is None or record.status is BroadcastStatus.PREPARING
    if approved is None or approved == figures.to_send_count or unknown:
        return ""
    since = sum(one.count for one in reasons if one.reason is Reason.OPTED_OUT_AFTER_LAUNCH)
    why = f": {since:,} opted out after launch" if since else ""
    return f"{approved:,} stood on the button, {figures.to_send_count:,} are to be sent{why}."
