"""When a report's four records are compared: once it rests, again after a change, and never for most of the time."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, OnProblem

LOOK_MS: Final = 3_000
"""How soon after a change; a large broadcast is compared more rarely, see `REST_FACTOR`."""
REST_FACTOR: Final = 5
"""At the most a sixth of the time is spent on comparing, however large the broadcast."""


class LedgerCheck(QObject):
    """`checked(faults)` for the broadcast of begin(); no faults: they agree. `looked` every LOOK_MS, for what nothing else tells.

    rests(): it may be compared now; otherwise it is at the next look.
    """

    checked = Signal(object)
    looked = Signal()

    def __init__(
        self, desk: Desk, owner: QObject, rests: Callable[[], bool], on_problem: OnProblem | None = None
    ) -> None:
        super().__init__(owner)
        self._desk, self._rests = desk, rests
        self._id = 0
        self._stale = False
        self._not_before_s = 0.0
        self._work = Latest(desk.tasks, self, on_problem)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def begin(self, broadcast_id: int) -> None:
        """Look after a broadcast from now on; another one than before is compared soon."""
        if broadcast_id != self._id:
            self._work.cancel()
            self._id, self._stale, self._not_before_s = broadcast_id, True, 0.0
        self._timer.start()

    def changed(self) -> None:
        """Something of the broadcast is other than when it was compared."""
        self._stale = True

    def leave(self) -> None:
        """Nobody looks any more; what was not compared to the end is when somebody does again."""
        self._timer.stop()
        if self._work.running:
            self._work.cancel()
            self._stale = True

    def look(self) -> None:
        """Compare, if there is a reason to and it is time."""
        now_s = self._desk.app.clock.monotonic_s()
        if self._stale and now_s >= self._not_before_s and not self._work.running and self._rests():
            self._stale = False
            self._work.start(self._compare(self._id))
        self.looked.emit()

    async def _compare(self, broadcast_id: int) -> None:
        clock = self._desk.app.clock
        began_s = clock.monotonic_s()
        try:
            result = await self._desk.app.broadcasts.verify(broadcast_id)
        finally:
            if broadcast_id == self._id:
                ended_s = clock.monotonic_s()
                self._not_before_s = ended_s + REST_FACTOR * (ended_s - began_s)
        if broadcast_id == self._id:
            self.checked.emit(result.faults)
