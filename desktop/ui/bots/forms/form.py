"""What the forms have in common."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_nodes import Does
from desktop.ui.bots.forms.boxes import Insertable, LineBox, TextBox
from desktop.ui.bots.forms.place import Place
from desktop.ui.bots.forms.rows import Choosing, Parted, Row, detail
from desktop.ui.bots.forms.taborder import takers
from desktop.ui.theme import Theme

D = TypeVar("D", bound=Does)


class Form(QWidget, Generic[D]):
    """`changed(does, joint)`: joint is the part that is being typed in, or "" for a change by itself.

    Fields that show what they are given already are left alone, so that nobody who types loses the caret.
    """

    changed = Signal(object, str)

    def __init__(self, theme: Theme, does: D) -> None:
        super().__init__()
        self.theme, self.does, self.place = theme, does, Place()
        self.rows: list[Row] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(14)
        self.make()

    def make(self) -> None:
        """Make the fields, once."""

    def show_fields(self) -> None:
        """Show `does` at `place`, without telling."""

    def finish(self) -> None:
        """Tell what is still being typed."""

    def show_does(self, does: D, place: Place) -> None:
        self.does, self.place = does, place
        self.show_fields()

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """Each beside its input. Returns those that belong to none."""
        taken: set[int] = set()
        for row in self.rows:
            mine = [at for at, one in enumerate(findings) if one.part.partition(":")[0] == row.part]
            row.show_findings([findings[at] for at in mine])
            if not row.isHidden():
                taken.update(mine)
        return tuple(one for at, one in enumerate(findings) if at not in taken)

    def input_of(self, part: str) -> QWidget | None:
        """Where a part is set; the first input for what has none of its own, None where there is none at all."""
        return input_of(self.rows, part)

    def set(self, joint: str = "", **changed: Any) -> None:
        """A person changed these."""
        does = replace(self.does, **changed)
        if does != self.does:
            self.does = does
            self.changed.emit(does, joint)

    # What most forms are made of.

    def add(self, row: Row) -> Row:
        self.rows.append(row)
        self.column.addWidget(row)
        return row

    def add_text(
        self,
        part: str,
        label: str,
        *,
        most: int = 0,
        hint: str = "",
        help_text: str = "",
        least_lines: int = 3,
    ) -> tuple[Row, Insertable]:
        """Several lines in which names can stand, kept as `part`."""
        box = TextBox(least_lines=least_lines, hint=hint, name=f"node_{part}", label=label)
        return self._insertable(part, label, box, most, help_text)

    def add_line(
        self, part: str, label: str, *, most: int = 0, hint: str = "", help_text: str = "", ltr: bool = False
    ) -> tuple[Row, Insertable]:
        """One line in which names can stand, kept as `part`."""
        box = LineBox(hint=hint, name=f"node_{part}", label=label, ltr=ltr)
        return self._insertable(part, label, box, most, help_text)

    def add_plain(
        self, part: str, label: str, *, most: int = 0, hint: str = "", help_text: str = "", ltr: bool = False
    ) -> tuple[Row, LineBox]:
        """One line, kept as `part`."""
        box = LineBox(hint=hint, name=f"node_{part}", label=label, ltr=ltr)
        row = self.add(Row(label, box, name=f"node_{part}", part=part, most=most, help_text=help_text))
        box.edited.connect(lambda text: self._typed(row, part, text))
        return row, box

    def add_choice(self, part: str, label: str, *, help_text: str = "") -> tuple[Row, Choosing]:
        """One of a list, kept as `part`."""
        combo = Choosing(name=f"node_{part}", label=label)
        row = self.add(Row(label, combo, name=f"node_{part}", part=part, help_text=help_text))
        combo.activated.connect(lambda _: self.set("", **{part: combo.value}))
        return row, combo

    def _insertable(
        self, part: str, label: str, box: TextBox | LineBox, most: int, help_text: str
    ) -> tuple[Row, Insertable]:
        field = Insertable(self.theme, box)
        row = self.add(Row(label, field, name=f"node_{part}", part=part, most=most, help_text=help_text))
        field.edited.connect(lambda text: self._typed(row, part, text))
        return row, field

    def _typed(self, row: Row, part: str, text: str) -> None:
        row.show_length(len(text))
        self.set(part, **{part: text})


def input_of(rows: Sequence[Row], part: str) -> QWidget | None:
    """The input of a part among these; the first one that can be seen for what has none."""
    shown = [row for row in rows if not row.isHidden()]
    row = next((one for one in shown if one.part == part.partition(":")[0]), None)
    if row is not None and isinstance(row.field, Parted):
        found = row.field.input_of(detail(part))
        if found is not None:
            return found
    within = [one for row in ([row] if row is not None else shown) for one in takers(row.field)]
    return within[0] if within else None
