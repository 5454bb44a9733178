"""The filter row: five menus that answer at once, the search, and the way back to everything."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.consent import Category, Path
from desktop.domain.messages import Status
from desktop.domain.report import Cell, Choice, Cube
from desktop.ui.parts.button import Button
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.reports import words
from desktop.ui.reports.choosing import ChoiceButton, Entry
from desktop.ui.theme import Theme

PARTS: Final = {
    "paths": "Path",
    "categories": "Category",
    "template_ids": "Template",
    "statuses": "Status",
    "causes": "Reason",
}
NO_TEMPLATE: Final = "No template"


class FilterRow(QWidget):
    """`part_requested(part of Choice, frozenset)`, `search_requested(text)`, `clear_requested()`,
    `anyone_requested()`: of all contacts again."""

    part_requested = Signal(str, object)
    search_requested = Signal(str)
    clear_requested = Signal()
    anyone_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._cube, self._choice = Cube(), Choice()
        self._templates: Mapping[int, str] = {}
        self._who = ""
        self._chip: Chip | None = None
        self._left = QWidget()
        self._flow = FlowLayout(self._left, spacing_px=8, line_spacing_px=8)
        self.buttons: dict[str, ChoiceButton[Any]] = {}
        for part, title in PARTS.items():
            button: ChoiceButton[Any] = ChoiceButton(
                theme, title, partial(self._entries, part), partial(self.part_requested.emit, part),
                name=f"reports_{title.lower()}",
            )  # fmt: skip
            self.buttons[part] = button
            self._flow.addWidget(button)
        self.search = SearchField(
            theme, "Contact, broadcast, sequence, flow, id", hint="Ctrl F", name="reports_search"
        )
        self.search.setToolTip(
            "Search by contact, phone, the name of a broadcast, sequence or flow, or a message’s id (Ctrl+F); "
            "↓ or F6 leads to the list"
        )
        self.search.search_requested.connect(self.search_requested)
        self.clear = Button(theme, "Clear", "link", tooltip="Take every filter away", name="reports_clear")
        self.clear.clicked.connect(self.clear_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        right = QHBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.search, 1)
        right.addWidget(self.clear)
        row.addWidget(self._left)
        row.addLayout(right, 1)
        row.setAlignment(right, Qt.AlignmentFlag.AlignTop)  # the menus may need two lines
        self.clear.hide()
        self._rescale()
        theme.changed.connect(self._rescale)
        named(self, "reports_filters", "Filters")

    def show_filters(
        self, cube: Cube, choice: Choice, templates: Mapping[int, str], *, search: str, who: str, narrowed: bool
    ) -> None:  # fmt: skip
        """who: the one contact whose messages these are; "" for all."""
        self._cube, self._choice, self._templates = cube, choice, templates
        for part, button in self.buttons.items():
            chosen: frozenset[Any] = getattr(choice, part)
            button.show_chosen(chosen, [self._short(part, key) for key in self._order(part, chosen)])
        if self.search.text().strip() != search.strip():
            self.search.setText(search)
        self.clear.setVisible(narrowed)
        self._show_who(who)

    def _show_who(self, who: str) -> None:
        if who == self._who:
            return
        self._who = who
        if self._chip is not None:
            self._flow.removeWidget(self._chip)
            self._chip.deleteLater()
            self._chip = None
        if who:
            self._chip = Chip(self._theme, who, removable=True, name="reports_contact")
            self._chip.removed.connect(self.anyone_requested)
            self._flow.addWidget(self._chip)
            self._chip.show()

    def _entries(self, part: str) -> list[Entry[Any]]:
        """Counted with its own part open; what is chosen stays there, whatever its count."""
        counts = _counts(self._cube.chosen(self._choice.without(part)), part)
        chosen: frozenset[Any] = getattr(self._choice, part)
        keys = self._order(part, set(counts) | chosen)
        return [Entry(key, self._word(part, key), counts.get(key, 0)) for key in keys]

    def _order(self, part: str, keys: frozenset[Any] | set[Any]) -> list[Any]:
        """Paths, categories and statuses as they are defined; templates and reasons by name."""
        fixed: dict[str, tuple[Any, ...]] = {
            "paths": tuple(Path),
            "categories": tuple(Category),
            "statuses": tuple(Status),
        }
        if part in fixed:
            return [one for one in fixed[part] if one in keys]
        return sorted(keys, key=lambda one: (one is None, self._word(part, one).casefold()))

    def _short(self, part: str, key: Any) -> str:
        """As it stands on the button."""
        if part == "causes":
            return words.cause_label(key)
        return self._word(part, key).lower() if part == "statuses" else self._word(part, key)

    def _word(self, part: str, key: Any) -> str:
        if part == "paths":
            return words.PATH[key]
        if part == "categories":
            return words.CATEGORY[key]
        if part == "statuses":
            return words.status(key)
        if part == "causes":
            return words.cause_words(key)
        return NO_TEMPLATE if key is None else self._templates.get(key, f"Template {key}, gone")

    def _rescale(self) -> None:
        self.search.setMinimumWidth(self.search.whole_px())


def _counts(cube: Cube, part: str) -> dict[Any, int]:
    reads: dict[str, Callable[[Cell], Any]] = {
        "paths": lambda cell: cell.path,
        "categories": lambda cell: cell.category,
        "template_ids": lambda cell: cell.template_id,
        "statuses": lambda cell: cell.status,
        "causes": lambda cell: cell.cause,
    }
    read = reads[part]
    found: dict[Any, int] = {}
    for cell in cube.cells:
        found[read(cell)] = found.get(read(cell), 0) + cell.count
    return found
