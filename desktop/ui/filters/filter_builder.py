"""The filter, line by line: Where … and … or …, with a group of conditions one level down."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.filters import EVERYONE, Condition, Filter
from desktop.ui.filters.condition_row import ConditionRow, Vocabulary
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

TYPING_MS = 200


class Group(QWidget):
    """Conditions joined by all or any; the outer one may hold groups."""

    changed = Signal(bool)
    removed = Signal()

    def __init__(
        self, theme: Theme, vocabulary: Vocabulary, name: str, *, inner: bool = False, narrow: bool = False
    ) -> None:
        super().__init__()
        self._theme, self._vocabulary, self._name, self._inner = theme, vocabulary, name, inner
        self._narrow = narrow
        self._made = 0
        self.rows: list[ConditionRow | Group] = []
        self.prefix = Label("", "muted", name=f"{name}_prefix")
        self.match = Tabs(
            theme, [Tab("all", "All of these"), Tab("any", "Any of these")],
            label="Which conditions must hold", name=f"{name}_match",
        )  # fmt: skip
        self.match.chosen.connect(self._match_chosen)
        self.add = Button(theme, "Add condition", "link", icon="plus", name=f"{name}_add")
        self.add.clicked.connect(self._add_clicked)
        self.add_group = Button(theme, "Add group", "link", icon="plus", name=f"{name}_add_group")
        self.add_group.clicked.connect(self._add_group_clicked)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        foot = QHBoxLayout()
        foot.setSpacing(18)
        foot.addWidget(self.add)
        foot.addWidget(self.add_group)
        foot.addStretch(1)
        whole = QVBoxLayout()
        whole.setSpacing(8)
        if narrow:
            whole.addWidget(self.match)
        else:
            foot.addWidget(self.match)
        whole.addLayout(self._column)
        whole.addLayout(foot)
        self._lay_out(whole)
        # In its place first: shown without a parent it would flash as a window of its own.
        self.add_group.setVisible(not inner)
        named(self, name, "Group of conditions" if inner else "Filter")
        self._renumber()

    def _lay_out(self, whole: QVBoxLayout) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        if not self._inner:
            row.addLayout(whole)
            return
        frame = QFrame()
        frame.setProperty("kind", "inset")
        whole.setContentsMargins(12, 10, 8, 10)
        frame.setLayout(whole)
        cross = IconButton(self._theme, "x", "Remove this group", name=f"{self._name}_remove")
        cross.clicked.connect(self.removed)
        if self._narrow:
            whole.setContentsMargins(8, 8, 6, 8)
            head = QHBoxLayout()
            head.addWidget(self.prefix, 1)
            head.addWidget(cross)
            whole.insertLayout(0, head)
            row.addWidget(frame, 1)
            return
        self.prefix.setMinimumSize(self._theme.px(60), self._theme.px(34))
        row.addWidget(self.prefix, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(frame, 1)
        row.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)

    def add_row(self, wanted: Condition | None = None) -> ConditionRow:
        self._made += 1
        name = f"{self._name}_{self._made}"
        row = ConditionRow(self._theme, self._vocabulary, name, wanted, narrow=self._narrow)
        self._take(row)
        return row

    def add_inner(self, wanted: Filter | None = None) -> "Group":
        self._made += 1
        name = f"{self._name}_{self._made}"
        group = Group(self._theme, self._vocabulary, name, inner=True, narrow=self._narrow)
        if wanted is None:
            group.match.choose("any")
            group.add_row()
        else:
            group.show_filter(wanted)
        self._take(group)
        return group

    def show_filter(self, wanted: Filter) -> None:
        """Show another filter without telling."""
        for row in list(self.rows):
            self._drop(row)
        self.match.choose("all" if wanted.match_all else "any")
        for item in wanted.items:
            if isinstance(item, Filter):
                self.add_inner(item)
            else:
                self.add_row(item)
        self._renumber()

    def filter(self) -> Filter:
        """The finished conditions; unfinished ones are left out (see `unfinished_count`)."""
        items: list[Condition | Filter] = []
        for row in self.rows:
            made = row.filter() if isinstance(row, Group) else row.condition()
            if made is not None and not (isinstance(made, Filter) and made.selects_everyone):
                items.append(made)
        return Filter(tuple(items), self.match.current == "all")

    def whole(self) -> Filter:
        """Every condition, those that still need a value without one: such a filter does not pass the check."""
        items = tuple(row.whole() if isinstance(row, Group) else row.as_it_is() for row in self.rows)
        return Filter(
            tuple(one for one in items if not (isinstance(one, Filter) and one.selects_everyone)),
            self.match.current == "all",
        )

    def unfinished(self) -> "list[ConditionRow]":
        """The conditions that still need a value, from above."""
        found: list[ConditionRow] = []
        for row in self.rows:
            if isinstance(row, Group):
                found += row.unfinished()
            elif row.condition() is None:
                found.append(row)
        return found

    def finish(self) -> None:
        """Keep what is still being typed into a value."""
        for row in self.rows:
            (row if isinstance(row, Group) else row.value).finish()

    @property
    def unfinished_count(self) -> int:
        """Conditions that still need a value."""
        return len(self.unfinished())

    def show_problem(self, field: str, sentence: str) -> None:
        """Beside the conditions on that field."""
        for row in self.rows:
            if isinstance(row, Group):
                row.show_problem(field, sentence)
            else:
                row.show_problem(sentence if row.field.currentData() == field else "")

    def _take(self, row: "ConditionRow | Group") -> None:
        self.rows.append(row)
        self._column.addWidget(row)
        row.changed.connect(self.changed)
        row.removed.connect(partial(self._remove, row))
        self._renumber()

    def _remove(self, row: "ConditionRow | Group") -> None:
        self._drop(row)
        self._renumber()
        self.add.setFocus()
        self.changed.emit(False)

    def _drop(self, row: "ConditionRow | Group") -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _add_clicked(self) -> None:
        self.add_row().field.setFocus()
        self.changed.emit(False)

    def _add_group_clicked(self) -> None:
        self.add_inner()
        self.changed.emit(False)

    def _match_chosen(self, key: str) -> None:
        self._renumber()
        self.changed.emit(False)

    def _renumber(self) -> None:
        joint = "and" if self.match.current == "all" else "or"
        for position, row in enumerate(self.rows):
            row.prefix.setText("Where" if not position else joint)
        self.match.setVisible(len(self.rows) > 1)


class FilterBuilder(QWidget):
    """`filter_changed(filter)` after each change; while a text is typed, when the typing pauses."""

    filter_changed = Signal(object)

    def __init__(
        self, theme: Theme, *, label: str = "Who should get it?", name: str = "filter", narrow: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """name: what its controls' names begin with, where several stand on one page. narrow: for a panel at the
        side.
        """
        super().__init__(parent)
        self._theme, self._name, self._narrow = theme, name, narrow
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.group = Group(theme, Vocabulary(), name, narrow=narrow)
        self._column.addWidget(self.group)
        self._told: Filter = EVERYONE
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self.flush)
        named(self, f"{name}_builder", label)

    def show_filter(self, wanted: Filter, vocabulary: Vocabulary) -> None:
        """Show another filter with what can be asked, without telling."""
        self._typing.stop()
        self._column.removeWidget(self.group)
        self.group.hide()
        self.group.deleteLater()
        self.group = Group(self._theme, vocabulary, self._name, narrow=self._narrow)
        self.group.show_filter(wanted)
        self.group.changed.connect(self._changed)
        self._column.addWidget(self.group)
        self._told = self.group.filter()

    @property
    def unfinished_count(self) -> int:
        return self.group.unfinished_count

    def unfinished_words(self) -> str:
        """What the first condition without a value lacks, in a sentence that names it; "" when all have theirs."""
        found = self.group.unfinished()
        return f"“{found[0].said} …” has no value yet. Give it one, or remove it." if found else ""

    def finish(self) -> None:
        """Keep what is being typed, and tell it now."""
        self.group.finish()
        self.flush_typing()

    def flush(self) -> None:
        """Tell what has been typed so far now."""
        self._typing.stop()
        self._told = self.group.filter()
        self.filter_changed.emit(self._told)

    def flush_typing(self) -> None:
        """Tell only if a text is still being typed."""
        if self._typing.isActive():
            self.flush()

    def _changed(self, typing: bool) -> None:
        if typing:
            self._typing.start()
        else:
            self.flush()
