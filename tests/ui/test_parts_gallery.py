"""All parts on one page: nothing is cut off in any mode, at any size, in any direction."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.ui.theme import Mode, Theme
from tests.looks.checks import clipped_texts, differs, overlaps
from tests.looks.gallery import Gallery

LTR, RTL = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


@pytest.mark.parametrize(
    ("mode", "percent", "direction"),
    [("light", 80, LTR), ("light", 100, LTR), ("dark", 130, LTR), ("light", 150, LTR), ("light", 130, RTL)],
)
def test_nothing_is_cut_off(
    app: QApplication, mode: Mode, percent: int, direction: Qt.LayoutDirection
) -> None:
    app.setLayoutDirection(direction)
    theme = Theme(mode, percent, motion=False)
    theme.apply(app)
    gallery = Gallery(theme)
    gallery.show()
    gallery.toasts.show_toast("Draft saved", "done", action="Undo")
    gallery.open_dialog()
    app.processEvents()
    assert clipped_texts(gallery) == []
    assert overlaps(gallery) == []


def settle(app: QApplication) -> None:
    """A change of fonts reaches nested layouts in a second round of events."""
    for _ in range(3):
        app.processEvents()


def test_a_change_of_mode_and_scale_while_shown(app: QApplication, theme: Theme) -> None:
    gallery = Gallery(theme)
    gallery.resize(1700, 1600)
    gallery.show()
    settle(app)
    light = gallery.grab().toImage()
    theme.set_mode("dark")
    theme.set_text_scale(130)
    theme.apply(app)
    settle(app)
    assert clipped_texts(gallery) == []
    theme.set_mode("light")
    theme.set_text_scale(100)
    theme.apply(app)
    settle(app)
    again = gallery.grab().toImage()
    assert differs(light, again) < 0.001
