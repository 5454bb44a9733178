"""Python's collector runs in the window's thread only.

A round starts in whichever thread makes an object, and destroys there what it finds: closed dialogs and ended loops
were destroyed by the store's threads, though Qt allows it in their own thread only
(https://doc.qt.io/qt-6/threads-qobject.html#accessing-qobject-subclasses-from-other-threads). Rarely, a process then
stood still for ever.
"""

import gc
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.system.memory import collect_due

_EVERY_MS: Final = 250


def collect_here(app: QApplication) -> None:
    """From now on a timer of `app` collects, and nothing else does. A second call changes nothing."""
    if not gc.isenabled():
        return
    gc.disable()
    timer = QTimer(app)
    timer.setObjectName("collector")
    timer.setInterval(_EVERY_MS)
    timer.timeout.connect(collect_due)
    timer.start()
