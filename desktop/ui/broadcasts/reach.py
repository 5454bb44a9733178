"""Whom the wizard's draft reaches: the counts, and the first people of the list, read again as the draft changes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from desktop.domain.audience import Breakdown
from desktop.domain.broadcast_wizard import WizardState
from desktop.services.broadcasts import Broadcasts
from desktop.ui.broadcasts.step_audience import Recipient
from desktop.ui.loads import Latest, Reload
from desktop.ui.tasks import Tasks

RECOUNT_MS = 500
"""Changes that come from elsewhere are counted this long after each other at the least."""


class Reach(QObject):
    """Counts and people are read side by side; of each only the newest wish is told.

    state: the wizard as it stands when the reading begins. on_people is given the people that the search leaves.
    """

    def __init__(
        self, tasks: Tasks, owner: QObject, broadcasts: Broadcasts, state: Callable[[], WizardState], *,
        on_counts: Callable[[Breakdown], None], on_people: Callable[[Sequence[Recipient]], None],
        on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._broadcasts, self._state = broadcasts, state
        self._on_counts, self._on_people = on_counts, on_people
        self.recipients: list[Recipient] = []
        self.at = 0
        self._search = ""
        self._counts = Latest(tasks, self, on_problem)
        self._people = Latest(tasks, self, on_problem)
        self._again = Reload(tasks, self, self._count_again, wait_ms=RECOUNT_MS)

    @property
    def counting(self) -> bool:
        """True while the counts are being read."""
        return self._counts.running

    def count(self) -> None:
        """Read both anew."""
        self._counts.start(self._load_counts())
        self._people.start(self._load_people())

    def count_soon(self) -> None:
        """Something changed elsewhere: count anew without greying the number."""
        self._again.soon()

    def turn(self, by: int) -> None:
        """To another one of the recipients, as far as there are any."""
        self.at = max(0, min(len(self.recipients) - 1, self.at + by))

    def look_for(self, text: str) -> None:
        """Tell only people whose name or phone contains `text`; "" for all."""
        self._search = text
        self._people.start(self._load_people())

    async def _load_counts(self) -> None:
        template, draft = self._state().template, self._state().draft
        if template is not None:
            self._on_counts(
                await self._broadcasts.count(
                    draft.audience, template.effective_category, draft.only_opted_in, draft.variables
                )
            )

    async def _load_people(self) -> None:
        template, draft = self._state().template, self._state().draft
        if template is None:
            return
        asked = (draft.audience, template.effective_category, draft.only_opted_in, draft.variables)
        rows = await self._broadcasts.people(*asked)
        shown = await self._broadcasts.people(*asked, search=self._search) if self._search.strip() else rows
        self.recipients = [row for row in rows if row[1].is_sent] or rows
        self.at = min(self.at, max(0, len(self.recipients) - 1))
        self._on_people(shown)

    async def _count_again(self) -> None:
        """A running count goes first."""
        if self._counts.running:
            self._again.soon()
        elif self._state().template is not None:
            self.count()
