"""Bubbles: what a line under a short text needs, it gets."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from desktop.domain.consent import Path
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.ui.conversations.bubble_delegate import META_PX, PAD_X_PX, BubbleDelegate
from desktop.ui.conversations.entries import bubble_entry
from desktop.ui.theme import Theme

NAMES = ("till", "crm", "shop-sync", "warehouse", "night run", "crm-loop")
CLOCKS = ("10:42", "09:11", "08:57", "11:11")


@pytest.mark.parametrize("scale_percent", [100, 130, 150])
def test_where_a_message_came_from_is_not_cut(theme: Theme, window: QWidget, scale_percent: int) -> None:
    theme.set_text_scale(scale_percent)
    at = datetime(2026, 11, 22, 18, 42, tzinfo=UTC)
    entry = bubble_entry(MessageView(1, 1, True, Status.SENT, "text", "Hi", at, at, path=Path.API), ())
    delegate = BubbleDelegate(theme, window)
    metrics = QFontMetrics(theme.font(META_PX))
    for number, meta in enumerate(f"API · {name}  {clock}" for name in NAMES for clock in CLOCKS):
        bubble = replace(entry, key=f"message:{number}", meta=meta, tick="")
        inner_px = delegate.bubble_rect(bubble, QRect(0, 0, 800, 60)).width() - 2 * theme.px(PAD_X_PX)
        assert metrics.elidedText(meta, Qt.TextElideMode.ElideMiddle, inner_px) == meta
