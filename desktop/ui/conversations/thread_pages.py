"""Which part of a long thread is read and laid out: little at first, more on scrolling, never more than 300 rows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject

from desktop.domain.conversations import NEWEST, MessageView, Place
from desktop.domain.people import User
from desktop.domain.templates import Template
from desktop.services.conversations import OpenConversation
from desktop.ui.conversations import entries
from desktop.ui.conversations.thread import ThreadView
from desktop.ui.conversations.thread_rows import Talk, build

FIRST_ROWS: Final = 60
"""Rows laid out when a conversation opens, more than fit on a screen; all 300 at once would stall the window."""
STEP_ROWS: Final = 20
"""Rows laid out more at a time while scrolling: a frame does not wait for them."""
BEFORE_ROWS: Final = 20
"""Of those, how many stand above the message that is jumped to."""


class ThreadPages(QObject):
    """Fills `view`. `reload` reads again, with `place`, when the part that was read is used up.

    A part overlaps with its neighbour by half, so that the message in sight stays in sight.
    """

    def __init__(self, view: ThreadView, reload: Callable[[], object]) -> None:
        super().__init__(view)
        self._view, self._reload = view, reload
        self._place = NEWEST
        self._target_id: int | None = None
        self._turning = self._to_end = False
        self._rows: list[entries.Entry] = []
        self._first_key = self._last_key = ""
        self._unread: tuple[int, int] | None = None
        self._shown: OpenConversation | None = None
        view.older_requested.connect(self._older)
        view.newer_requested.connect(self._newer)
        view.latest_requested.connect(self._latest)
        view.quoted_requested.connect(self.show_message)

    @property
    def place(self) -> Place:
        """What to read."""
        return self._place

    def begin(self, message_id: int | None = None) -> None:
        """Another conversation is being opened: at this message, else at its first unread one."""
        self._target_id = message_id
        self._place = Place(around_id=message_id) if message_id is not None else Place(unread=True)
        self._turning = self._to_end = False

    def restart(self) -> None:
        """Go to the newest message with the next read."""
        self._place, self._target_id = NEWEST, None
        self._turning, self._to_end = False, True

    def show_message(self, message_id: int) -> None:
        """Scroll to a message of the conversation that is shown, and mark it; read the part around it if need be."""
        key = _key(message_id)
        at = next((row for row, entry in enumerate(self._rows) if entry.key == key), None)
        if at is None:
            self._target_id, self._place = message_id, Place(around_id=message_id)
            self._turn()
            return
        laid_out = {entry.key for entry in self._view.entries()}
        if key not in laid_out:
            self._lay_out(*_around(at, len(self._rows)), at_key=key)
        self._view.go_to_message(key)

    def show_state(
        self,
        opened: OpenConversation,
        templates: Sequence[Template],
        now: datetime,
        *,
        anew: bool,
        people: Sequence[User] = (),
    ) -> None:
        """Show what was read. anew: another conversation; else the place read stays."""
        turned, self._turning = self._turning, False
        if anew:
            row = opened.row
            unread = row is not None and row.unread_count and row.first_unread_id is not None
            self._unread = (row.first_unread_id or 0, row.unread_count) if row and unread else None
        self._shown = opened
        self._rows = build(self._talk(opened, people), now, _buttons_of(templates))
        self._settle_place(opened)
        target, self._target_id = self._target_id, None
        to_end, self._to_end = self._to_end, False
        if anew or target is not None:
            self._open_at(target, anew)
        elif to_end:
            self._lay_out(*self._end(), at_end=True)
        elif turned:
            self._lay_out(*self._around_sight())
        else:
            self._lay_out(*self._same())

    def _talk(self, opened: OpenConversation, people: Sequence[User]) -> Talk:
        unread_id, unread_count = self._unread or (None, 0)
        return Talk(
            opened.messages,
            opened.history,
            opened.bots,
            opened.notes,
            opened.events,
            {one.id: one.name for one in people},
            opened.contact.first_name,
            opened.has_older,
            opened.has_newer,
            unread_id,
            unread_count,
        )

    def _settle_place(self, opened: OpenConversation) -> None:
        """Where the next read begins: a part that ends with the newest message follows what is new."""
        if not opened.has_newer:
            self._place = NEWEST
        elif self._place.unread and self._unread is not None:
            self._place = Place(around_id=self._unread[0])

    # Which rows are laid out: from the first to before the last, both counted from 0.

    def _open_at(self, target_id: int | None, anew: bool) -> None:
        keys = [entry.key for entry in self._rows]
        wanted = _key(target_id) if target_id is not None else "unread"
        if wanted not in keys:
            self._lay_out(*self._end(), anew=anew, at_end=True)
            return
        self._lay_out(*_around(keys.index(wanted), len(keys)), anew=anew, at_key=wanted)
        if target_id is not None:
            self._view.go_to_message(wanted)

    def _end(self) -> tuple[int, int]:
        return max(0, len(self._rows) - FIRST_ROWS), len(self._rows)

    def _around_sight(self) -> tuple[int, int]:
        """A neighbouring part was read: the rows about the one that is in sight."""
        at = self._index(self._view.first_key())
        if at is None:
            return self._end()
        return max(0, at - STEP_ROWS), min(len(self._rows), at + FIRST_ROWS)

    def _same(self) -> tuple[int, int]:
        """The rows as they were, and those that came below."""
        count = len(self._rows)
        first, last = self._index(self._first_key), self._index(self._last_key)
        end = count if not self._last_key or last is None else last + 1
        start = max(0, end - FIRST_ROWS) if first is None else first
        return max(start, end - entries.MOST_ROWS), end

    def _index(self, key: str) -> int | None:
        return next((row for row, entry in enumerate(self._rows) if entry.key == key), None)

    def _lay_out(
        self, start: int, end: int, *, anew: bool = False, at_key: str = "", at_end: bool = False
    ) -> None:
        assert self._shown is not None
        rows = self._rows[start:end]
        is_end = end >= len(self._rows)
        self._first_key = rows[0].key if rows else ""
        self._last_key = "" if is_end or not rows else rows[-1].key
        self._view.show_entries(
            rows,
            has_older=start > 0 or self._shown.has_older,
            has_newer=not is_end or self._shown.has_newer,
            anew=anew,
            at_key=at_key,
        )
        if at_end:
            self._view.go_to_bottom()

    # Scrolling.

    def _older(self) -> None:
        start, end = self._same()
        if start > 0:
            start = max(0, start - STEP_ROWS)
            self._lay_out(start, min(end, start + entries.MOST_ROWS))
        elif self._shown is not None and self._shown.has_older and not self._turning:
            self._place = Place(before_id=self._middle())
            self._turn()

    def _newer(self) -> None:
        start, end = self._same()
        if end < len(self._rows):
            end = min(len(self._rows), end + STEP_ROWS)
            self._lay_out(max(start, end - entries.MOST_ROWS), end)
        elif self._shown is not None and self._shown.has_newer and not self._turning:
            self._place = Place(after_id=self._middle())
            self._turn()

    def _latest(self) -> None:
        if self._shown is None or self._shown.has_newer:
            self.restart()
            self._reload()
        else:
            self._lay_out(*self._end(), at_end=True)

    def _middle(self) -> int | None:
        """The message in the middle of what was read: what lies beyond it overlaps with what is shown."""
        messages = self._shown.messages if self._shown is not None else ()
        return messages[len(messages) // 2].id if messages else None

    def _turn(self) -> None:
        self._turning = True
        self._reload()


def _key(message_id: int) -> str:
    return f"message:{message_id}"


def _around(at: int, count: int) -> tuple[int, int]:
    end = min(count, at + FIRST_ROWS)
    return max(0, min(at - BEFORE_ROWS, end - FIRST_ROWS)), end


def _buttons_of(templates: Sequence[Template]) -> entries.ButtonsOf:
    buttons = {one.name: tuple(button.text for button in one.buttons) for one in templates}

    def buttons_of(message: MessageView) -> tuple[str, ...]:
        if message.kind == "template":
            return buttons.get(message.template_name, ())
        return entries.buttons_in(message)

    return buttons_of
