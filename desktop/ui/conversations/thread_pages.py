"""Which part of a long thread is read and laid out: little at first, more on scrolling, never more than 300 rows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject

from desktop.domain.conversations import MessageView
from desktop.domain.templates import Template
from desktop.services.conversations import OpenConversation
from desktop.ui.conversations import entries
from desktop.ui.conversations.thread import ThreadView

PAGE: Final = 300
"""Messages that one read brings (desktop.store.conversations.thread)."""
FIRST_ROWS: Final = 60
"""Rows laid out when a conversation opens, more than fit on a screen; all 300 at once would stall the window."""


class ThreadPages(QObject):
    """Fills `view`. `reload` reads again, with `before_id`, when the part that was read is used up.

    A part overlaps with its neighbour by half, so that the message in sight stays in sight.
    """

    def __init__(self, view: ThreadView, reload: Callable[[], object]) -> None:
        super().__init__(view)
        self._view, self._reload = view, reload
        self._before: list[int | None] = [None]
        self._turning = False
        self._depth = FIRST_ROWS
        self._deeper = False
        self._shown: tuple[OpenConversation, Sequence[Template], datetime] | None = None
        view.older_requested.connect(self._older)
        view.newer_requested.connect(self._newer)

    @property
    def before_id(self) -> int | None:
        """What to read: the messages older than this one; None for the newest."""
        return self._before[-1]

    def restart(self) -> None:
        """Begin at the newest message."""
        self._before = [None]
        self._turning = False

    def show_state(
        self, opened: OpenConversation, templates: Sequence[Template], now: datetime, *, anew: bool
    ) -> None:
        """Show what was read. anew: another conversation; else the place read stays."""
        keep = not anew and not self._turning
        self._turning = False
        if anew:
            self._depth = FIRST_ROWS
        self._shown = (opened, templates, now)
        self._fill(anew=anew, keep=keep)

    def _fill(self, *, anew: bool = False, keep: bool = False) -> None:
        """Lay the rows out. keep: from the row on that is the first one now."""
        assert self._shown is not None
        opened, templates, now = self._shown
        buttons = {one.name: tuple(button.text for button in one.buttons) for one in templates}

        def buttons_of(message: MessageView) -> tuple[str, ...]:
            if message.kind == "template":
                return buttons.get(message.template_name, ())
            return entries.buttons_in(message)

        has_newer = self.before_id is not None
        history, bots = opened.history, opened.bots
        if has_newer and opened.messages:
            last_at = opened.messages[-1].at
            history = tuple(one for one in history if one.at <= last_at)
            bots = tuple(one for one in bots if one.started_at <= last_at)
        rows = entries.build(opened.messages, history, opened.contact.first_name, now, buttons_of, bots)
        rows = rows[self._start(rows, keep) :]
        first = next((row for row in rows if isinstance(row, entries.BubbleEntry)), None)
        cut = first is not None and first.message.id != opened.messages[0].id
        self._deeper = cut and self._depth < entries.MOST_ROWS
        has_older = cut or len(opened.messages) >= PAGE
        self._view.show_entries(rows, has_older=has_older, has_newer=has_newer, anew=anew)

    def _start(self, rows: Sequence[entries.Entry], keep: bool) -> int:
        """The first row to lay out: the one that was first, so that new ones are only added below."""
        shown = self._view.entries()
        if keep and shown:
            keys = [row.key for row in rows]
            if shown[0].key in keys:
                self._depth = len(rows) - keys.index(shown[0].key)
        return max(0, len(rows) - self._depth)

    def _older(self) -> None:
        if self._deeper:
            self._depth += FIRST_ROWS
            self._fill()
            return
        middle = self._view.middle_message_id()
        if middle is not None and not self._turning:
            self._before.append(middle)
            self._depth = entries.MOST_ROWS
            self._turn()

    def _newer(self) -> None:
        if len(self._before) > 1 and not self._turning:
            self._before.pop()
            self._turn()

    def _turn(self) -> None:
        self._turning = True
        self._reload()
