"""Every part on one page, to look at: python -m tests.looks.gallery writes build/shots/parts-*.png."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.dialog import CardDialog
from desktop.ui.parts.avatar import Avatar
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.bars import ProgressBar, Segment, StackBar
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Card, Inset, Panel
from desktop.ui.parts.chart import Line, LineChart
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import ElidedLabel, Label, Rule, SectionLabel
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.parts.rail import Rail, RailItem
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.stat import Stat, TileRow
from desktop.ui.parts.statusbar import StatusBar
from desktop.ui.parts.steps import Steps
from desktop.ui.parts.switch import Switch
from desktop.ui.parts.table import Table
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.parts.toasts import Toasts
from desktop.ui.theme import Color, Theme

SHOTS = Path("build/shots")
PEOPLE = [
    ("Arjun Kapoor", "+1 416 555 0117", Cell("Yes", BadgeKind.IN), Cell("Read", icon="checks", color="accent"), "11:03:12"),
    ("Priya Sharma", "+1 604 555 0142", Cell("No", BadgeKind.OUT), Cell("Left out", icon="prohibit", color="danger"), "11:02:00"),
    ("Sofia Greco", "+1 514 555 0163", Cell("No choice", BadgeKind.NEUTRAL), Cell("Failed", icon="warning-fill", color="warn"), "11:02:09"),
]  # fmt: skip
Person = tuple[str, str, Cell, Cell, str]


class Gallery(QMainWindow):
    """The parts as the pages use them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.resize(1440, 900)
        centre = QWidget()
        self.setCentralWidget(centre)
        across = QHBoxLayout(centre)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        pages = [("conversations", "chat-circle-dots"), ("contacts", "users"), ("broadcasts", "megaphone")]
        pages += [
            ("sequences", "list-numbers"),
            ("bots", "robot"),
            ("templates", "file-text"),
            ("reports", "chart-bar"),
        ]
        bottom = [RailItem("sandbox", "Sandbox", "flask"), RailItem("settings", "Settings", "gear")]
        items = [RailItem(key, key.title(), icon) for key, icon in pages]
        self.rail = Rail(theme, items, bottom, person="Meera Rao")
        self.rail.choose("broadcasts")
        self.rail.show_count("conversations", 3)
        across.addWidget(self.rail)
        down = QVBoxLayout()
        down.setSpacing(0)
        across.addLayout(down, 1)
        down.addWidget(self._header())
        columns = QHBoxLayout()
        columns.setContentsMargins(24, 24, 24, 12)
        columns.setSpacing(16)
        down.addLayout(columns, 1)
        down.addWidget(self._status())
        columns.addLayout(self._left(), 5)
        columns.addLayout(self._middle(), 4)
        columns.addLayout(self._right(), 3)
        self.toasts = Toasts(theme, self)

    def _header(self) -> QWidget:
        header = Panel("header", name="header")
        header.setMinimumHeight(self.theme.px(56))
        row = QHBoxLayout(header)
        row.setContentsMargins(24, 8, 24, 8)
        row.setSpacing(8)
        row.addWidget(Label("New broadcast", "h1"))
        row.addWidget(ElidedLabel("Winter clearance – Mumbai", "muted"))
        row.addWidget(Badge(self.theme, "Running", BadgeKind.RUNNING, icon=""))
        row.addStretch(1)
        self.steps = Steps(self.theme, ["Template", "Audience", "Message", "When", "Review"], 1, name="steps")
        row.addWidget(self.steps)
        return header

    def _status(self) -> StatusBar:
        bar = StatusBar(self.theme)
        bar.show_sandbox(True)
        bar.show_segment("engine", "Sending runs here", "accent")
        bar.show_segment("webhook", "Last webhook 10:44", "accent")
        bar.show_segment("api", "HTTP API off", "muted")
        return bar

    def _left(self) -> QVBoxLayout:
        theme, column = self.theme, QVBoxLayout()
        column.setSpacing(16)
        who = Card("Who should get it?")
        who.body.addWidget(
            Tabs(
                theme,
                [
                    Tab("filter", "Filter contacts"),
                    Tab("list", "Import a list"),
                    Tab("hand", "Pick by hand", 12),
                ],
            )
        )
        line = QHBoxLayout()
        combo = QComboBox()
        combo.addItems(["is any of", "is none of"])
        line.addWidget(Label("Where", "soft"))
        line.addWidget(combo)
        line.addWidget(QLineEdit("1 Aug 2026"), 1)
        line.addWidget(NumberField(theme, 1, 1000, 80, suffix=" / s", label="Pace"))
        line.addWidget(IconButton(theme, "x", "Remove condition"))
        who.body.addLayout(line)
        row = QHBoxLayout()
        row.addWidget(Button(theme, "Add condition", "link", icon="plus"))
        row.addStretch(1)
        who.body.addLayout(row)
        column.addWidget(who)
        toggle = Card(pad_px=18)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Switch(theme, "Send message to contacts who opted-in for marketing", checked=True))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label("Send message to contacts who opted-in for marketing", "title", wrap=True))
        words.addWidget(
            Label(
                "“winter_clearance” is a marketing template. Recommended: keep this on.", "muted", wrap=True
            )
        )
        row.addLayout(words, 1)
        row.addWidget(Switch(theme, "Off"))
        toggle.body.addLayout(row)
        warning = "<b>10 contacts who opted out will get this message.</b> Blocks and reports from them can lower the quality rating of your number."
        toggle.body.addWidget(Banner(theme, "warn", warning))
        column.addWidget(toggle)
        preview = Card("Preview of recipients", note="first 50")
        columns: list[Column[Person]] = [
            Column("Contact", lambda row: row[0]),
            Column("Phone", lambda row: row[1]),
            Column("Marketing opt-in", lambda row: row[2], 130),
            Column("Status", lambda row: row[3], 90),
            Column("Last change", lambda row: Cell(row[4], small=True, color="muted"), 84),
        ]
        table = Table(theme, Rows(columns, PEOPLE), label="Recipients", name="recipients")
        table.fit_rows()
        preview.body.addWidget(table)
        preview.body.addStretch(1)
        column.addWidget(preview, 1)
        return column

    def _middle(self) -> QVBoxLayout:
        theme, column = self.theme, QVBoxLayout()
        column.setSpacing(12)
        stats = [
            Stat("Selected", "1,000"),
            Stat("Left out", "12", "opted out", color="danger"),
            Stat("Read", "241", "34 % of 712 sent"),
        ]
        column.addWidget(TileRow(stats))
        over = Card("Over time")
        points = {"Sent": 712, "Delivered": 655, "Read": 241}
        tones: dict[str, Color] = {"Sent": "accent", "Delivered": "info", "Read": "warn"}
        lines = [
            Line(k, tones[k], tuple((x, v * x / 6 * (0.9 + x / 60)) for x in range(7)))
            for k, v in points.items()
        ]
        over.body.addWidget(LineChart(theme, lines, x_labels=[(0, "11:02"), (6, "11:03")]))
        column.addWidget(over, 1)
        badges = Card("Badges and chips")
        flow = FlowLayout()
        for each in BadgeKind:
            flow.addWidget(Badge(theme, each.name.title(), each))
        for tag in ("VIP", "Mumbai"):
            flow.addWidget(Chip(theme, tag, removable=True))
        flow.addWidget(Chip(theme, "en"))
        badges.body.addLayout(flow)
        faces = QHBoxLayout()
        for person in (
            "Priya Sharma",
            "Arjun Kapoor",
            "Lucía Morales",
            "Tunde Nwosu",
            "Sofia Greco",
            "+1 306 555 0191",
            "अर्जुन कपूर",
        ):
            faces.addWidget(Avatar(theme, person))
        faces.addStretch(1)
        badges.body.addLayout(faces)
        column.addWidget(badges)
        keys = Card("Buttons")
        row = FlowLayout(spacing_px=8)
        for kind, text, icon in (
            ("default", "Save draft", ""),
            ("primary", "Send", "paper-plane-right-fill"),
            ("danger", "Revoke", ""),
            ("link", "View history", ""),
            ("quiet", "Template", "file-text"),
        ):
            row.addWidget(Button(theme, text, kind, icon=icon))  # type: ignore[arg-type]
        off = Button(theme, "Send anyway")
        off.setEnabled(False)
        row.addWidget(off)
        off = Button(theme, "Continue", "primary", icon="check")
        off.setEnabled(False)
        row.addWidget(off)
        keys.body.addLayout(row)
        column.addWidget(keys)
        return column

    def _right(self) -> QVBoxLayout:
        theme, column = self.theme, QVBoxLayout()
        column.setSpacing(12)
        column.addWidget(SearchField(theme, "Search", hint="Ctrl F"))
        will = Card(spacing_px=4)
        will.body.addWidget(SectionLabel("Will be sent to"))
        figure = QHBoxLayout()
        figure.addWidget(Label("990", "figure", color="accent"))
        figure.addWidget(Label("of 1,000 selected", "muted"), 1, Qt.AlignmentFlag.AlignBottom)
        will.body.addLayout(figure)
        will.body.addWidget(
            StackBar(
                theme,
                [
                    Segment("Opted in", 970, "accent"),
                    Segment("No choice", 20, "info"),
                    Segment("Opted out", 10, "danger"),
                ],
            )
        )
        will.body.addWidget(KeyValue(theme, "Opted in", "970", dot="accent", strong=True))
        will.body.addWidget(KeyValue(theme, "Opted out", "10", note="left out", dot="danger", strong=True))
        will.body.addWidget(Rule())
        will.body.addWidget(
            Label(
                "Counted just now. Anyone who opts out before their message leaves is left out too.",
                "muted",
                wrap=True,
            )
        )
        will.body.addWidget(KeyValue(theme, "From", "+1 236 555 0100"))
        will.body.addWidget(KeyValue(theme, "Quality", "High", value_dot="accent", color="accent"))
        will.body.addWidget(ProgressBar(theme, 720, 988))
        column.addWidget(will)
        form = Card("Form")
        field = FormRow("Reason", QLineEdit(), help_text="Kept in the consent history.")
        field.show_problem("Give a reason to send anyway.")
        field.field.setPlaceholderText("Reason, needed to send anyway")  # type: ignore[attr-defined]
        form.body.addWidget(field)
        ticks = QHBoxLayout()
        for widget in (QCheckBox("Apply these"), QRadioButton("Now"), QRadioButton("Later")):
            widget.setChecked(widget.text() != "Later")
            ticks.addWidget(widget)
        ticks.addStretch(1)
        form.body.addLayout(ticks)
        column.addWidget(form)
        compose = QVBoxLayout()
        compose.setSpacing(0)
        compose.addWidget(
            Banner(
                theme,
                "danger",
                "<b>Priya opted out of marketing</b> on 22 Nov, 10:42.",
                action="View history",
                attached=True,
            )
        )
        box = Inset()
        box.body.addWidget(Label("winter_clearance", "strong"))
        text = QPlainTextEdit("Hi Priya 🪔")
        text.setFixedHeight(48)
        box.body.addWidget(text)
        compose.addWidget(box)
        column.addLayout(compose)
        column.addWidget(
            EmptyState(
                theme,
                "megaphone",
                "No broadcasts yet",
                "Choose a template and the people who should get it.",
                action="New broadcast",
            ),
            1,
        )
        return column

    def open_dialog(self) -> CardDialog:
        dialog = CardDialog(
            self.theme, self, "Priya opted out of marketing", icon="warning-fill", name="warning"
        )
        dialog.add_text(
            "“winter_clearance” is a <b>marketing</b> template. Priya replied “STOP” on 22 Nov at 10:42.",
            rich=True,
        )
        dialog.add_text(
            "Sending anyway may lead to a block or a report and lower this number’s quality rating. Your name and the reason are kept with the message and in the activity log.",
            muted=True,
        )
        reason = QLineEdit()
        reason.setPlaceholderText("Reason, needed to send anyway: e.g. “asked for it on the phone”")
        dialog.body.addWidget(reason)
        dialog.add_button("Send anyway", result=1, name="send-anyway").setEnabled(False)
        dialog.add_button("Don’t send", "primary", result=0, safe=True, name="dont-send")
        dialog.open()
        return dialog


def main() -> None:
    from tests.qt import application

    app = application()
    SHOTS.mkdir(parents=True, exist_ok=True)
    for mode, percent, mirrored in (
        ("light", 100, False),
        ("dark", 100, False),
        ("light", 130, False),
        ("light", 100, True),
    ):
        theme = Theme(mode, percent, motion=False)  # type: ignore[arg-type]
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
        theme.apply(app)
        window = Gallery(theme)
        window.show()
        window.toasts.show_toast("Draft saved", "done", action="Undo")
        app.processEvents()
        stem = f"parts-{mode}-{percent}" + ("-rtl" if mirrored else "")
        window.grab().save(str(SHOTS / f"{stem}.png"))
        dialog = window.open_dialog()
        app.processEvents()
        window.grab().save(str(SHOTS / f"{stem}-dialog.png"))
        dialog.reject()
        window.close()
        window.deleteLater()


if __name__ == "__main__":
    main()
