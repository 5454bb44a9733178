"""Something that many changes ask for, and that need not happen more often than the eye sees."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

PACE_MS: Final = 150
"""A burst of ticks is shown this often."""


class Pace(QObject):
    """Runs at once when it was quiet; what is asked for sooner than `every_ms` after that comes in one go."""

    def __init__(self, run: Callable[[], object], parent: QObject, every_ms: int = PACE_MS) -> None:
        super().__init__(parent)
        self._run, self._every_ms = run, every_ms
        self._since = QElapsedTimer()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._now)

    def ask(self) -> None:
        """Run now or within `every_ms`."""
        if self._later.isActive():
            return
        left_ms = self._every_ms - self._since.elapsed() if self._since.isValid() else 0
        if left_ms > 0:
            self._later.start(int(left_ms))
        else:
            self._now()

    def _now(self) -> None:
        self._since.start()
        self._run()
