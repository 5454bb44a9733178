"""The form of an HTTP request: what is asked, and what is kept of the answer."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_nodes import Request, Take
from desktop.ui.bots.forms.boxes import Insertable, LineBox
from desktop.ui.bots.forms.form import Form
from desktop.ui.bots.forms.place import Place
from desktop.ui.bots.forms.rows import Parted, Problem, Row, detail
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

METHODS: Final = tuple((one, one) for one in ("GET", "POST", "PUT", "PATCH", "DELETE"))
SECRETS: Final = (
    "{{secret:name}} in a value is a secret of this machine, from ASSENT_BOT_SECRET_NAME or the keyring. It stands neither "
    "in the flow nor in an exported file."
)  # fmt: skip
BODY_HELP: Final = "JSON. Answers and fields in {{…}} are written so that it stays JSON."
TAKES_HELP: Final = "From an answer {“order”: {“lines”: [{“date”: …}]}} the path order.lines.0.date takes the date of the first line."
AGAIN: Final = "Any answer from 200 to 299 goes on; everything else, and none, leaves by “Failed”."
PUBLIC: Final = "Only public https addresses are asked."
HERE: Final = (
    "Only public https addresses are asked; on a sandbox also http://127.0.0.1, which is this machine."
)
SECRET_EXAMPLE: Final = "{{secret:name}}"
Pair = tuple[str, str]


class PairLine(QFrame):
    """Two texts one below the other. `edited(at)`, `removed()`."""

    edited = Signal(int)
    removed = Signal()

    def __init__(
        self, theme: Theme, name: str, labels: Pair, hints: Pair, word: str, *, insertable: bool
    ) -> None:
        """insertable: names can stand in the second one."""
        super().__init__()
        self.setProperty("kind", "inset")
        self.boxes = tuple(
            LineBox(hint=hint, name=f"{name}_{part}", label=label, ltr=True)
            for part, label, hint in zip(("first", "second"), labels, hints, strict=True)
        )
        for at, box in enumerate(self.boxes):
            box.edited.connect(lambda _, at=at: self.edited.emit(at))
        self.cross = IconButton(theme, "x", f"Remove this {word}", name=f"{name}_remove")
        self.cross.clicked.connect(self.removed)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.boxes[0], 1)
        head.addWidget(self.cross)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 6, 8)
        column.setSpacing(4)
        self.insertable = Insertable(theme, self.boxes[1]) if insertable else None
        if self.insertable is not None:
            self.insertable.more = lambda: ((SECRET_EXAMPLE, "A secret of this machine"),)
        self.problem = Problem(f"{name}_problem")
        column.addLayout(head)
        column.addWidget(self.insertable or self.boxes[1])
        column.addWidget(self.problem)
        named(self, name, word.capitalize())

    def pair(self) -> Pair:
        return self.boxes[0].text(), self.boxes[1].text()

    def show_pair(self, pair: Pair) -> None:
        for box, text in zip(self.boxes, pair, strict=True):
            box.show_text(text)


class Pairs(Parted):
    """A list of them. `pairs_changed(pairs, joint)`."""

    pairs_changed = Signal(object, str)

    def __init__(
        self, theme: Theme, name: str, word: str, labels: Pair, hints: Pair, *, insertable: bool = False
    ) -> None:
        """insertable: names can stand in the second one of each pair."""
        super().__init__()
        self._insertable = insertable
        self._theme, self._name, self._word, self._labels, self._hints = theme, name, word, labels, hints
        self._place = Place()
        self.lines: list[PairLine] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.add = Button(theme, f"Add {word}", "link", icon="plus", name=f"{name}_add")
        self.add.clicked.connect(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._list)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeading)
        named(self, f"node_{name}s", f"{word.capitalize()}s")

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """Those of one pair, by its place from 0, in it; returns the others."""
        for at, line in enumerate(self.lines):
            line.problem.show_findings([one for one in findings if detail(one.part) == str(at)])
            line.boxes[0].setAccessibleDescription(line.problem.text())
        places = {str(at) for at in range(len(self.lines))}
        return tuple(one for one in findings if detail(one.part) not in places)

    def input_of(self, which: str) -> QWidget | None:
        return next((line.boxes[0] for at, line in enumerate(self.lines) if str(at) == which), None)

    def show_pairs(self, pairs: Sequence[Pair], place: Place | None = None) -> None:
        """Without telling. place: what can be named."""
        self._place = place or self._place
        while len(self.lines) > len(pairs):
            old = self.lines.pop()
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        while len(self.lines) < len(pairs):
            self._append()
        for line, pair in zip(self.lines, pairs, strict=True):
            line.show_pair(pair)
            if line.insertable is not None:
                line.insertable.show_text(pair[1], self._place)

    def _append(self) -> None:
        at = len(self.lines)
        name = f"{self._name}_{at + 1}"
        line = PairLine(self._theme, name, self._labels, self._hints, self._word, insertable=self._insertable)
        line.edited.connect(lambda part: self._tell(f"{self._name}:{at}:{part}"))
        line.removed.connect(lambda: self._remove(at))
        self.lines.append(line)
        self._list.addWidget(line)

    def _tell(self, joint: str = "") -> None:
        self.pairs_changed.emit(tuple(line.pair() for line in self.lines), joint)

    def _add(self) -> None:
        self._append()
        self._tell()
        self.lines[-1].boxes[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, at: int) -> None:
        left = [line.pair() for place, line in enumerate(self.lines) if place != at]
        self.show_pairs(left)
        self._tell()
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)


class RequestForm(Form[Request]):
    def make(self) -> None:
        _, self.method = self.add_choice("method", "Method")
        self.url_row, self.url = self.add_line(
            "url", "Address", hint="https://…", ltr=True, help_text=f"{AGAIN} {PUBLIC}"
        )
        self.headers = Pairs(
            self.theme,
            "header",
            "header",
            ("Header: name", "Header: value"),
            ("Name", "Value"),
            insertable=True,
        )
        self.headers.pairs_changed.connect(lambda pairs, joint: self.set(joint, headers=pairs))
        self.add(Row("Headers", self.headers, name="node_headers", part="headers", help_text=SECRETS))
        self.body_row, self.body = self.add_text(
            "body", "Body", hint='{"order": "{{order}}"}', help_text=BODY_HELP
        )
        self.body.box.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.takes = Pairs(
            self.theme, "take", "value to keep", ("Path in the answer", "Keep it as"), ("order.date", "Name of the answer")
        )  # fmt: skip
        self.takes.pairs_changed.connect(self._takes_changed)
        self.add(
            Row("Keep from the answer", self.takes, name="node_takes", part="takes", help_text=TAKES_HELP)
        )
        self.note = Label(
            "Sent once: after a crash, a GET is asked again, anything else leaves by “Failed”.", "muted", wrap=True,
            tight=True, name="node_once",
        )  # fmt: skip
        self.column.addWidget(self.note)

    def show_fields(self) -> None:
        does = self.does
        self.method.show_entries(METHODS, does.method)
        self.url.show_text(does.url, self.place)
        self.url_row.show_help(f"{AGAIN} {HERE if self.place.known.asks_here else PUBLIC}")
        self.headers.show_pairs(does.headers, self.place)
        self.body.show_text(does.body, self.place)
        self.body_row.setVisible(does.method not in ("GET", "DELETE") or bool(does.body))
        self.takes.show_pairs([(one.path, one.answer) for one in does.takes])

    def _takes_changed(self, pairs: Sequence[Pair], joint: str) -> None:
        self.set(joint, takes=tuple(Take(name, path) for path, name in pairs))
