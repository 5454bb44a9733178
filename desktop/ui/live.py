"""Widgets hear of changes in one line and are forgotten when they go."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from desktop.domain.changes import Changes
from desktop.services.feed import Feed


class Live:
    """Connects widgets to the feed."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def follow(self, owner: QObject, heard: Callable[[Changes], object]) -> None:
        """Call `heard` with every change until `owner` is destroyed."""
        forget = self._feed.subscribe(lambda changes: _call(heard, changes))
        owner.destroyed.connect(forget)


def _call(heard: Callable[[Changes], object], changes: Changes) -> None:
    heard(changes)
