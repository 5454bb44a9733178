"""Tests of windows: each begins with the light theme and leaves nothing on the screen."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from desktop.ui.theme import Theme


@pytest.fixture(autouse=True)
def clean_screen(app: QApplication) -> Iterator[None]:
    """Windows a test left open are closed and deleted after it; the direction of reading is put back."""
    yield
    for widget in QApplication.topLevelWidgets():
        widget.close()
        if not isinstance(
            widget, QAbstractItemView
        ):  # a completer's list goes with its field, else it is freed twice
            widget.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def window(app: QApplication, theme: Theme) -> QWidget:
    """An empty shown window of 900 × 600 for parts to stand in."""
    made = QWidget()
    made.setObjectName("window")
    made.resize(900, 600)
    made.show()
    return made
