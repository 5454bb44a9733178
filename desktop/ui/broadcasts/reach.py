"""Whom the wizard's draft reaches: the counts, the people page by page, who got it lately, and what the limit leaves.

All of it is read again as the draft changes; of each only the newest wish is told.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from desktop.app import App
from desktop.domain.audience import Breakdown, Lately, Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.selection import SourceKind
from desktop.services.limits import LimitsNow, Wanted
from desktop.ui.broadcasts.recipients import Recipient
from desktop.ui.loads import Latest, Reload
from desktop.ui.tasks import Tasks

RECOUNT_MS = 500
"""Changes that come from elsewhere are counted this long after each other at the least."""
PAGE_COUNT = 50


class Reach(QObject):
    """Counts and people are read side by side.

    state: the wizard as it stands when the reading begins. on_people is given the people that the search leaves.
    beside_read: `lately` or `limits` are other ones.
    """

    beside_read = Signal()

    def __init__(
        self, tasks: Tasks, owner: QObject, app: App, state: Callable[[], WizardState], *,
        on_counts: Callable[[Breakdown], None], on_people: Callable[[Sequence[Recipient]], None],
        on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._app, self._state = app, state
        self._on_counts, self._on_people = on_counts, on_people
        self.recipients: list[Recipient] = []
        self.at = 0
        self.lately: Lately | None = None
        self.limits: LimitsNow | None = None
        self._search = ""
        self._whole = False
        self._counts = Latest(tasks, self, on_problem)
        self._people = Latest(tasks, self, on_problem)
        self._lately = Latest(tasks, self, lambda _: None)
        self._limits = Latest(tasks, self, lambda _: None)
        self._again = Reload(tasks, self, self._count_again, wait_ms=RECOUNT_MS)

    @property
    def counting(self) -> bool:
        """True while the counts are being read."""
        return self._counts.running

    def count(self) -> None:
        """Read everything anew."""
        self._counts.start(self._load_counts())
        self._people.start(self._load_people())
        self._lately.start(self._load_lately())

    def count_soon(self) -> None:
        """Something changed elsewhere: count anew without greying the number."""
        self._again.soon()

    def look_at_limits(self) -> None:
        """What the limit leaves, for the number that was counted last and the pace that is chosen."""
        self._limits.start(self._load_limits())

    def turn(self, by: int) -> None:
        """To another one of the recipients; the next page is read when one comes near its end."""
        self.at = max(0, min(len(self.recipients) - 1, self.at + by))
        if by > 0 and not self._whole and not self._people.running and self.at + 2 >= len(self.recipients):
            self._people.start(self._load_more())

    def look_for(self, text: str) -> None:
        """Tell only people whose name or phone contains `text`; "" for all."""
        self._search = text
        self._people.start(self._load_people())

    async def people_of(self, line: Line | None, search: str, after_id: int, limit: int) -> list[Recipient]:
        """A page of the people of one line, or of all. Raises BadFilter."""
        template, draft = self._state().template, self._state().draft
        if template is None:
            return []
        return await self._app.broadcasts.people(
            draft.audience, template.effective_category, draft.only_opted_in, draft.variables,
            selection=draft.selection, line=line, after_id=after_id, search=search, limit=limit,
        )  # fmt: skip

    async def _load_counts(self) -> None:
        template, draft = self._state().template, self._state().draft
        if template is not None:
            counts = await self._app.broadcasts.count(
                draft.audience, template.effective_category, draft.only_opted_in, draft.variables,
                draft.selection,
            )  # fmt: skip
            self._on_counts(counts)
            self.look_at_limits()

    async def _load_people(self) -> None:
        if self._state().template is None:
            return
        rows = await self.people_of(None, "", 0, PAGE_COUNT)
        shown = await self.people_of(None, self._search, 0, PAGE_COUNT) if self._search.strip() else rows
        self._whole = len(rows) < PAGE_COUNT
        self.recipients = [row for row in rows if row[1].is_sent] or rows
        self.at = min(self.at, max(0, len(self.recipients) - 1))
        self._last_id = max((row[0].id for row in rows), default=0)
        self._on_people(shown)

    _last_id = 0

    async def _load_more(self) -> None:
        """The next page of those who get it."""
        rows = await self.people_of(None, "", self._last_id, PAGE_COUNT)
        self._whole = len(rows) < PAGE_COUNT
        self._last_id = max((row[0].id for row in rows), default=self._last_id)
        self.recipients += [row for row in rows if row[1].is_sent]
        self.beside_read.emit()

    async def _load_lately(self) -> None:
        template, draft = self._state().template, self._state().draft
        source = draft.selection.source
        nobody = source.kind is not SourceKind.EVERYONE and source.is_empty
        found = None
        if template is not None and not nobody:
            found = await self._app.broadcasts.lately(template.id, draft.audience, draft.selection)
        self.lately = found
        self.beside_read.emit()

    async def _load_limits(self) -> None:
        state = self._state()
        if state.breakdown is not None:
            draft, count = state.draft, state.breakdown.will_be_sent_count
            reached = None
            if state.template is not None:
                reached = Wanted(
                    draft.audience, state.template.effective_category, draft.only_opted_in, draft.variables,
                    draft.selection,
                )  # fmt: skip
            self.limits = await self._app.limits.look(
                count, draft.when.pace_per_s, wanted=reached, at=draft.when.at
            )
            self.beside_read.emit()

    async def _count_again(self) -> None:
        """A running count goes first."""
        if self._counts.running:
            self._again.soon()
        elif self._state().template is not None:
            self.count()
