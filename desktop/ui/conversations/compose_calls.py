"""The lists that a slash and an @ call while one writes: quick replies and colleagues."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

from PySide6.QtCore import QObject, Signal

from desktop.domain.compose import OPEN_VARIABLE
from desktop.domain.people import User
from desktop.domain.quick_replies import QuickReply, filled, matching
from desktop.domain.text import fold
from desktop.domain.typed import mention_in, slash_in
from desktop.ui.conversations.compose_parts import GrowingText
from desktop.ui.conversations.suggestions import Suggestion, Suggestions
from desktop.ui.theme import Theme


class Calls(QObject):
    """`quick` and `people` stand in the box, above the texts they write into.

    `quick_wanted()`: the list of quick replies was called; `show_quick_replies()` answers. `edit_requested()`: the
    person wants to change them.
    """

    quick_wanted = Signal()
    edit_requested = Signal()

    def __init__(self, theme: Theme, text: GrowingText, note: GrowingText) -> None:
        super().__init__(text)
        self._theme, self._text, self._note = theme, text, note
        self._replies: Sequence[QuickReply] = ()
        self._values: Mapping[str, str] = {}
        self._staff: Sequence[User] = ()
        self._forced: tuple[int, int] | None = None
        self._refused = ""
        self.quick = Suggestions(
            theme,
            "quick_replies",
            "Quick replies",
            footer="Add or change quick replies…",
            nothing="No quick reply",
        )
        self.people = Suggestions(theme, "mentions", "Colleagues", nothing="Nobody is called")
        self.quick.chosen.connect(self._fill)
        self.quick.footer_requested.connect(self.edit_requested)
        self.people.chosen.connect(self._mention)
        self._serve(text, self.quick, self._look_quick, self._fill)
        self._serve(note, self.people, self._look_people, self._mention)

    def _serve(
        self,
        text: GrowingText,
        listed: Suggestions,
        look: Callable[[], None],
        take: Callable[[Suggestion], None],
    ) -> None:
        text.cursorPositionChanged.connect(look)
        text.textChanged.connect(look)
        text.stepped.connect(listed.step)

        def taken() -> None:
            current = listed.current()
            if current is not None:
                take(current)
            elif listed is self.quick:
                self.edit_requested.emit()

        text.taken.connect(taken)
        if text is self._note:
            text.dismissed.connect(self.put_away)

    def show_people(self, staff: Sequence[User], me: User) -> None:
        self._staff = [one for one in staff if one.id != me.id]

    def show_quick_replies(self, replies: Sequence[QuickReply], values: Mapping[str, str]) -> None:
        """values: what their variables are filled with, as of `quick_replies.values_of`."""
        self._replies, self._values = replies, values
        if not self.quick.isHidden():
            self._show_quick(self._typed() or "")

    def call_quick(self) -> None:
        """Open the list where the cursor stands; what is typed next narrows it."""
        before = self._text.before()
        if slash_in(before) is None:
            self._forced = (self._text.textCursor().blockNumber(), len(before))
            self._text.put("/")
        self._refused = ""
        self._look_quick()

    def put_away(self) -> bool:
        """Close what is open; whether there was something. What was typed stays, but for a slash we put there."""
        was_open = not (self.quick.isHidden() and self.people.isHidden())
        if not self.quick.isHidden():
            typed = self._typed()
            self._refused = self._text.before()
            if self._forced is not None and typed == "":
                self._forced = None
                self._text.put("", "/")
        self._forced = None
        self._close(self.quick, self._text)
        self._close(self.people, self._note)
        return was_open

    # Quick replies.

    def _typed(self) -> str | None:
        cursor = self._text.textCursor()
        forced = self._forced[1] if self._forced and self._forced[0] == cursor.blockNumber() else None
        return slash_in(self._text.before(), forced)

    def _look_quick(self) -> None:
        typed = self._typed() if self._text.isVisible() and not self._text.isReadOnly() else None
        before = self._text.before()
        if self._refused and not before.startswith(self._refused):
            self._refused = ""
        if typed is None or self._refused:
            self._forced = None if typed is None else self._forced
            self._close(self.quick, self._text)
            return
        if self.quick.isHidden():
            self.quick_wanted.emit()
        self._show_quick(typed)

    def _show_quick(self, typed: str) -> None:
        tokens = self._theme.tokens
        found = []
        for one in matching(self._replies, typed):
            text = filled(one, self._values).text
            line = " ".join(text.split())
            found.append(Suggestion(one.id, f"/{one.shortcut}", line, _marked(text, tokens.danger), one))
        self.quick.show_rows(found, typed)
        self.quick.show()
        self._text.suggesting = True

    def _fill(self, suggestion: Suggestion) -> None:
        typed = self._typed()
        if typed is None or not isinstance(suggestion.value, QuickReply):
            return
        made = filled(suggestion.value, self._values)
        begin = len(self._before_cursor()) - len(typed) - 1
        self._forced = None
        self._close(self.quick, self._text)
        self._text.put(made.text, f"/{typed}")
        self._text.setFocus()
        open_one = OPEN_VARIABLE.search(made.text)
        if open_one is not None:
            self._text.select(begin + open_one.start(), begin + open_one.end())
        self._close(self.quick, self._text)

    def _before_cursor(self) -> str:
        """The whole text up to the cursor."""
        text, at = self._text.toPlainText(), self._text.textCursor().position()
        return text.encode("utf-16-le", "surrogatepass")[: 2 * at].decode("utf-16-le", "surrogatepass")

    # Colleagues.

    def _look_people(self) -> None:
        typed = mention_in(self._note.before()) if self._note.isVisible() else None
        wanted = fold(typed or "")
        found = [one for one in self._staff if fold(one.name).startswith(wanted)]
        found += [one for one in self._staff if one not in found and wanted and wanted in fold(one.name)]
        if typed is None or not found or any(fold(one.name) == wanted for one in found):
            self._close(self.people, self._note)
            return
        self.people.show_rows(
            [Suggestion(one.id, one.name, one.role.value.title(), "", one) for one in found], typed
        )
        self.people.show()
        self._note.suggesting = True

    def _mention(self, suggestion: Suggestion) -> None:
        typed = mention_in(self._note.before())
        if typed is not None:
            self._note.put(f"@{suggestion.title} ", f"@{typed}")
        self._close(self.people, self._note)
        self._note.setFocus()

    def _close(self, listed: Suggestions, text: GrowingText) -> None:
        listed.hide()
        text.suggesting = False


def _marked(text: str, ink: str) -> str:
    """What would be put in, as rich text; what nobody has filled stands in its own ink."""
    marked = re.sub(
        OPEN_VARIABLE, lambda one: f'<span style="color: {ink}">{one.group(0)}</span>', escape(text)
    )
    return marked.replace("\n", "<br>")
