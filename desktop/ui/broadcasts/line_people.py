"""The people of one line of the breakdown, or of all of them: searched and read a page at a time."""

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.audience import Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.broadcasts.launch_dialogs import contacts_words
from desktop.ui.broadcasts.reach import Reach
from desktop.ui.broadcasts.recipients import Recipient, recipient_columns
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.loads import Latest
from desktop.ui.parts.button import Button
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Rows
from desktop.ui.parts.searchfield import SearchField

PAGE_COUNT = 100
WIDTH_PX, TABLE_PX = 720, 340
CLOSE, OPEN = 0, 1

Read = Callable[[str, int, int], Awaitable[Sequence[Recipient]]]
"""search, the id after which to go on (0: from the start), how many at the most."""


class LinePeople(CardDialog):
    """`chosen` is the contact that was opened, when it ends with OPEN."""

    def __init__(self, desk: Desk, window: QWidget, line: Line, count: int, read: Read) -> None:
        title = f"{line.label}: {contacts_words(count)}"
        super().__init__(desk.theme, window, title, width_px=WIDTH_PX, name="line_people")
        self._read = read
        self.chosen: Recipient | None = None
        if not line.is_sent:
            self.add_text(line.reason.sentence, muted=True)
        self.search = SearchField(desk.theme, "Name or phone", name="line_people_search")
        self.search.search_requested.connect(lambda _: self._start())
        self.rows = Rows(recipient_columns())
        self.table = LowTable(desk.theme, self.rows, label=title, name="line_people_table")
        self.table.setMinimumHeight(desk.theme.px(TABLE_PX))
        self.table.activated.connect(self._opened)
        self.none = Label("Nobody on this line has this name or phone.", "soft", name="line_people_none")
        self.more = Button(desk.theme, "Show more", "link", name="line_people_more")
        self.more.clicked.connect(self._go_on)
        self.problem = Label("", color="danger", wrap=True, name="line_people_problem")
        self.shown = Label("", "muted", name="line_people_shown")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.shown)
        row.addWidget(self.more)
        row.addStretch(1)
        for widget in (self.search, self.problem, self.none, self.table):
            self.body.addWidget(widget)
        self.body.addLayout(row)
        for hidden in (self.none, self.more, self.shown, self.problem):
            hidden.hide()
        self.add_button("Close", result=CLOSE, name="line_people_close")
        self.focus_first(self.search)
        self._load = Latest(desk.tasks, self, self._failed)
        self._start()

    def _start(self) -> None:
        self._load.start(self._page(0))

    def _go_on(self) -> None:
        if self.rows.rows and not self._load.running:
            self._load.start(self._page(self.rows.rows[-1][0].id))

    async def _page(self, after_id: int) -> None:
        found = await self._read(self.search.text().strip(), after_id, PAGE_COUNT)
        self.problem.hide()
        if not after_id:
            self.rows.set_rows(found)
        else:
            self.rows.append(found)
        more = len(found) == PAGE_COUNT
        self.more.setVisible(more)
        self.shown.setVisible(more)
        self.shown.setText(f"The first {len(self.rows.rows):,} are shown.")
        self.none.setVisible(not self.rows.rows)
        self.table.setVisible(bool(self.rows.rows))

    def _failed(self, problem: Exception) -> None:
        self.problem.setText(str(problem))
        self.problem.show()

    def _opened(self) -> None:
        self.chosen = self.table.chosen_row()
        if self.chosen is not None:
            self.done(OPEN)


async def show_line(desk: Desk, window: QWidget, line: Line, count: int, read: Read) -> int | None:
    """Show the people of a line; returns the contact that was opened."""
    dialog = LinePeople(desk, window, line, count, read)
    opened = await ask(dialog) == OPEN
    return dialog.chosen[0].id if opened and dialog.chosen is not None else None


class LineOpener(QObject):
    """Opens the people of a line of what is chosen now; `contact_requested(contact id)` for the one that is opened."""

    contact_requested = Signal(int)

    def __init__(
        self, desk: Desk, owner: QWidget, reach: Reach, state: Callable[[], WizardState],
        on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._desk, self._owner, self._reach = desk, owner, reach
        self._state, self._on_problem = state, on_problem

    def open(self, line: Line) -> None:
        self._desk.tasks.spawn(self, self._show(line), on_problem=self._on_problem)

    async def _show(self, line: Line) -> None:
        counts = self._state().breakdown

        async def read(search: str, after_id: int, limit: int) -> Sequence[Recipient]:
            return await self._reach.people_of(line, search, after_id, limit)

        count = counts.count(line) if counts else 0
        contact_id = await show_line(self._desk, self._owner.window(), line, count, read)
        if contact_id is not None:
            self.contact_requested.emit(contact_id)
