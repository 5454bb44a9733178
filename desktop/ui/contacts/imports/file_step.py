"""The first step: a file, dropped or chosen, and what it needs."""

from html import escape
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

ENDINGS: Final = (".csv", ".txt", ".tsv", ".xlsx", ".xls")
PAD_PX = 30
RADIUS_PX = 12
NEEDS: Final = (
    "A first row of headings and a column of <b>phone numbers</b>, written with + or all of one country.",
    "If there is a column for the <b>marketing opt-in</b>: TRUE, FALSE or blank. A file never turns a No "
    "into a Yes.",
)


def dropped_file(data: QMimeData) -> Path | None:
    """The one table that is dragged, None if it is something else."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix.lower() in ENDINGS else None


class DropArea(QWidget):
    """`file_requested(path)` for a file that is dropped, `choose_requested()` for the button."""

    file_requested = Signal(object)
    choose_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._over = theme, False
        self.setAcceptDrops(True)
        self.title = Label("Drop a file here", "title", name="import_drop_title")
        self.kinds = Label("CSV or Excel: .csv, .txt, .tsv, .xlsx or .xls", "soft")
        self.choose = Button(theme, "Choose a file…", "primary", name="import_choose")
        self.choose.clicked.connect(self.choose_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, PAD_PX)
        column.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Glyph(theme, "file-arrow-up", "accent", 36), 0, middle)
        column.addWidget(self.title, 0, middle)
        column.addWidget(self.kinds, 0, middle)
        column.addSpacing(6)
        column.addWidget(self.choose, 0, middle)
        named(self, "import_drop", "Drop a file here")

    def show_looking(self, file_name: str) -> None:
        """A file is being opened; "" when none is."""
        self.title.setText(f"Looking at {file_name}…" if file_name else "Drop a file here")
        self.choose.setEnabled(not file_name)
        self.setAcceptDrops(not file_name)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._lift(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._lift(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._lift(False)
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.file_requested.emit(path)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setBrush(theme.color("accent_weak" if self._over else "bg"))
        painter.setPen(QPen(theme.color("accent" if self._over else "line"), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)

    def _lift(self, over: bool) -> None:
        self._over = over
        self.update()


class FileStep(QWidget):
    """The drop area, what was wrong with the last file, and what a file needs."""

    example_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drop = DropArea(theme)
        self.problem = Banner(theme, "danger", "", name="import_file_problem")
        self.example = Button(
            theme, "Save an example file…", "link", icon="download-simple", name="import_example"
        )
        self.example.clicked.connect(self.example_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.drop)
        column.addWidget(self.problem)
        self.problem.hide()
        column.addWidget(Label("What a file needs", "strong"))
        needs = QVBoxLayout()
        needs.setSpacing(6)
        for sentence in NEEDS:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(Glyph(theme, "check", "accent", 16), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(sentence, "soft", wrap=True, rich=True), 1)
            needs.addLayout(row)
        column.addLayout(needs)
        link = QHBoxLayout()
        link.addWidget(self.example)
        link.addStretch(1)
        column.addLayout(link)

    def show_looking(self, file_name: str) -> None:
        self.drop.show_looking(file_name)
        if file_name:
            self.problem.hide()

    def show_problem(self, problem: Problem) -> None:
        """Why the file cannot be imported; another one can be chosen."""
        self.drop.show_looking("")
        self.problem.show_banner("danger", f"<b>{escape(problem.title)}.</b> {escape(problem.sentence)}")
        self.problem.show()
