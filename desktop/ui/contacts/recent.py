"""Recent changes of many contacts: a card that lists them, and the sentence about one that was interrupted."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.bulk import Bulk, BulkKind, BulkStatus
from desktop.domain.people import Right
from desktop.ui.contacts.bulk_dialogs import contacts_words
from desktop.ui.contacts.tall_area import TallArea
from desktop.ui.dialog import CardDialog
from desktop.ui.parts import when
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WIDTH_PX, MOST_PX = 720, 460
_ICONS = {
    BulkKind.IMPORT: "download-simple",
    BulkKind.TAGS: "tag",
    BulkKind.ATTRIBUTE: "list-bullets",
    BulkKind.OPT_IN: "megaphone",
}
_STATUS = {
    BulkStatus.RUNNING: ("Running", BadgeKind.RUNNING),
    BulkStatus.INTERRUPTED: ("Interrupted", BadgeKind.WARN),
    BulkStatus.UNDOING: ("Undoing", BadgeKind.RUNNING),
    BulkStatus.UNDONE: ("Undone", BadgeKind.NEUTRAL),
}


UNDO_IMPORT = (
    "Contacts that the import added are removed again, the others are as they were before. What was said or "
    "done since stays."
)
UNDO_CHANGE = "What stood before is brought back. What was said or changed since stays."


def written_count(bulk: Bulk) -> int:
    """How many contacts the change has touched."""
    counts = bulk.counts
    return counts["changed"] if "changed" in counts else counts.get("new", 0) + counts.get("known", 0)


def right_to_undo(bulk: Bulk) -> Right:
    """Who may bring back what stood before: whoever may do such a change."""
    return Right.IMPORT if bulk.kind is BulkKind.IMPORT else Right.CHANGE_MANY


def what_words(bulk: Bulk) -> str:
    """'Import of november_leads.xlsx', 'Tag “VIP” added'."""
    return f"Import of {bulk.title}" if bulk.kind is BulkKind.IMPORT else bulk.title


def undo_question(bulk: Bulk) -> tuple[str, str]:
    """The title and the text that ask before an Undo: what it is, of how many, and what becomes of them."""
    count = written_count(bulk)
    what = what_words(bulk) + (f" · {contacts_words(count)}" if count else "")
    if bulk.kind is BulkKind.IMPORT:
        return "Undo the whole import?", f"{what}. {UNDO_IMPORT}"
    return "Undo this change?", f"{what}. {UNDO_CHANGE}"


def interrupted_html(bulk: Bulk) -> str:
    """'The import of november_leads.xlsx was interrupted: 4,000 contacts were written.'"""
    count = written_count(bulk)
    what = escape(bulk.title)
    subject = f"The import of {what}" if bulk.kind is BulkKind.IMPORT else f"The change “{what}”"
    so_far = (
        f"{contacts_words(count)} {'was' if count == 1 else 'were'} written" if count else "some were written"
    )
    if is_half_undone(bulk):
        back = contacts_words(sum(bulk.counts.get(one, 0) for one in ("restored", "removed", "kept")))
        return f"<b>Taking it back was interrupted:</b> {subject} is half undone, {back} so far."
    return f"<b>{subject} was interrupted:</b> {so_far}."


def is_half_undone(bulk: Bulk) -> bool:
    """True if it was the undo that was interrupted."""
    return bulk.status is BulkStatus.INTERRUPTED and "restored" in bulk.counts


class InterruptedBanner(QWidget):
    """`undo_requested(bulk id)` and `keep_requested(bulk id)`."""

    undo_requested = Signal(int)
    keep_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._bulk_id = 0
        self.banner = Banner(theme, "warn", "", action="Undo it", name="contacts_interrupted")
        self.keep = Button(theme, "Keep them", "banner-warn", name="contacts_interrupted-keep")
        row = self.banner.layout()
        assert isinstance(row, QHBoxLayout)
        row.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 0)
        column.addWidget(self.banner)
        self.banner.action_requested.connect(lambda: self.undo_requested.emit(self._bulk_id))
        self.keep.clicked.connect(lambda: self.keep_requested.emit(self._bulk_id))
        self.hide()

    def show_bulk(self, bulk: Bulk | None, refusal: str) -> None:
        """None: nothing was interrupted. refusal: why this person may not decide; "" when they may."""
        self.setVisible(bulk is not None)
        if bulk is None:
            return
        self._bulk_id = bulk.id
        half = is_half_undone(bulk)
        self.banner.show_banner("warn", interrupted_html(bulk), "Go on undoing" if half else "Undo it")
        self.keep.setText("Leave it so" if half else "Keep them")
        for button in (self.banner.action, self.keep):
            button.setEnabled(not refusal)
            button.setToolTip(refusal)


class RecentDialog(CardDialog):
    """What was done, by whom, when. `undo_id` is set when it ends by an Undo."""

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        changes: Sequence[Bulk],
        now: datetime,
        refusal: Callable[[Right], str],
    ) -> None:
        """refusal: why this person may not, by right; "" when they may."""
        super().__init__(theme, window, "Recent changes", width_px=WIDTH_PX, name="recent")
        self.undo_id: int | None = None
        if not changes:
            self.add_text(
                "Imports and changes of many contacts are listed here, each with an Undo.", muted=True
            )
        else:
            self.add_text(
                "An Undo brings back what stood before; what was said or changed since stays.", muted=True
            )
            inside = QWidget()
            grid = QGridLayout(inside)
            grid.setContentsMargins(0, 0, theme.px(6), 0)
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(10)
            grid.setColumnStretch(1, 1)
            for line, bulk in enumerate(changes):
                self._line(theme, grid, line, bulk, now, refusal(right_to_undo(bulk)))
            grid.setRowStretch(len(changes), 1)
            self.body.addWidget(TallArea(inside, theme.px(MOST_PX)))
        self.add_button("Close", result=0, safe=True, name="recent_close")

    def _line(
        self, theme: Theme, grid: QGridLayout, line: int, bulk: Bulk, now: datetime, refusal: str
    ) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(
            Label(what_words(bulk), "strong", wrap=True, tight=True, name=f"recent_what_{bulk.id}")
        )
        who = f" by {bulk.user_name}" if bulk.user_name else ""
        count = written_count(bulk)
        size = f" · {contacts_words(count)}" if count else ""
        small = Label(f"{when.short(bulk.started_at, now)}{who}{size}", "muted", wrap=True, tight=True)
        small.setToolTip(when.full(bulk.started_at))
        texts.addWidget(small)
        grid.addWidget(Glyph(theme, _ICONS[bulk.kind], "muted", 18), line, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addLayout(texts, line, 1)
        if bulk.status in _STATUS:
            badge = Badge(theme, *_STATUS[bulk.status], name=f"recent_status_{bulk.id}")
            grid.addWidget(badge, line, 2, Qt.AlignmentFlag.AlignCenter)
        if bulk.undoable:
            undo = Button(theme, "Undo", tooltip=refusal, name=f"recent_undo_{bulk.id}")
            named(undo, "", f"Undo {what_words(bulk)}")
            undo.setEnabled(not refusal)
            undo.clicked.connect(lambda: self._undo(bulk.id))
            grid.addWidget(undo, line, 3, Qt.AlignmentFlag.AlignCenter)

    def _undo(self, bulk_id: int) -> None:
        self.undo_id = bulk_id
        self.done(1)
