"""The foot of the compose box: what can be put into a message, and Send."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme

GAP_PX: Final = 6
FLOW_TIP: Final = "Have a bot go on from here (Ctrl+B)"
HINT: Final = "Enter to send · Shift+Enter new line"
NOTE_HINT: Final = "Enter to keep · Shift+Enter new line"


class ComposeTools(QWidget):
    """The buttons, to be connected by the box. Where it is narrow the hint goes first, then words give way to icons."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sends = True
        self._row = row = QHBoxLayout(self)
        row.setSpacing(GAP_PX)
        row.setContentsMargins(0, 0, 0, 0)
        self.template = self._quiet(
            "Template", "file-text", "compose_template_button", "Choose a template", "Ctrl+T"
        )
        self.quick = self._quiet(
            "Quick reply",
            "lightning",
            "compose_quick_button",
            "Put in a quick reply; or write / at the start of a line",
            "Ctrl+/",
        )
        self.attach = IconButton(
            theme, "paperclip", "Attach a file (Ctrl+Shift+A)", name="compose_attach_button"
        )
        self.attach.setShortcut("Ctrl+Shift+A")
        self.emoji = IconButton(theme, "smiley", "Emoji (Ctrl+E)", name="compose_emoji_button")
        self.emoji.setShortcut("Ctrl+E")
        self.note = self._quiet(
            "Note", "note-pencil", "compose_note_button", "Write a note for colleagues", "Ctrl+Shift+N"
        )
        self.flow = self._quiet("Start a flow…", "robot", "compose_flow_button", "", "Ctrl+B")
        self._worded = {one: one.text() for one in (self.flow, self.note, self.quick, self.template)}
        for widget in (self.template, self.quick, self.attach, self.emoji, self.note, self.flow):
            row.addWidget(widget)
        row.addStretch(1)
        self.hint = Label(HINT, "muted", name="compose_hint")
        self.hint.setMinimumWidth(1)  # it goes when there is no room, and must not make any
        row.addWidget(self.hint)
        self.send = Button(theme, "Send ", "primary", icon="paper-plane-right-fill", name="compose_send")
        flipped = not self.isRightToLeft()  # the plane stands after the word
        self.send.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if flipped else Qt.LayoutDirection.LeftToRight
        )
        row.addWidget(self.send)

    def show_state(self, *, picking: bool, bare: bool, noting: bool, texting: bool) -> None:
        """picking: the picker stands where the text would; bare: because the reply window is closed.

        texting: there is a text that something can be put into.
        """
        self.quick.setEnabled(texting)
        self.emoji.setEnabled(texting)
        for one in (self.quick, self.attach):
            one.setVisible(not picking and not noting)
        self.template.setVisible(not picking and not noting)
        self.emoji.setVisible(not picking or noting)
        self.flow.setVisible((not picking or bare) and not noting)
        self.note.setVisible(not picking or bare or noting)
        self._worded[self.note] = "Reply" if noting else "Note"
        self.note.set_icon("arrow-bend-up-left" if noting else "note-pencil")
        self.note.setToolTip(
            f"{'Back to the reply' if noting else 'Write a note for colleagues'} (Ctrl+Shift+N)"
        )
        self._sends = not picking or noting
        self.send.setVisible(self._sends)
        self.send.setText("Add note " if noting else "Send ")
        self.send.set_icon("check" if noting else "paper-plane-right-fill")
        self.send.setAccessibleName("Add note" if noting else "Send")
        self.hint.setText(NOTE_HINT if noting else HINT)
        self.fit()

    def mark_begun(self, note: bool, reply: bool) -> None:
        """What is begun on the other side stands marked: it is not forgotten."""
        words = self._worded[self.note].removesuffix(" •")
        begun = reply if words == "Reply" else note
        self._worded[self.note] = f"{words} •" if begun else words
        self.note.setAccessibleName(f"{words}, begun" if begun else words)
        self.fit()

    def show_flow(self, refused: str) -> None:
        """refused: why no flow can be started here now; "" where one can."""
        self.flow.setEnabled(not refused)
        self.flow.setToolTip(refused or FLOW_TIP)
        self.flow.setAccessibleDescription(refused)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Where it is narrow the flow's words give way to the hint; then the hint goes, then one word after the other."""
        room_px = self.width()
        for button, words in self._worded.items():
            self._say(button, words)
        if self._needed_px(self.hint) > room_px:
            self._say(self.flow, "")
        hinted = self._sends and self._needed_px(self.hint) <= room_px
        self.hint.setVisible(hinted)
        if not hinted:
            self._say(self.flow, self._worded[self.flow])
            for button in self._worded:
                if self._needed_px() <= room_px:
                    break
                self._say(button, "")

    def _say(self, button: Button, words: str) -> None:
        if button.text() != words:
            keys = button.shortcut()
            button.setText(words)
            button.setShortcut(keys)  # other words take it away

    def _needed_px(self, *more: QWidget) -> int:
        shown = [self.template, self.quick, self.attach, self.emoji, self.note, self.flow, self.send]
        there = [one for one in shown if not one.isHidden()] + list(more)
        return sum(one.sizeHint().width() for one in there) + GAP_PX * (len(there) + 1)

    def _quiet(self, words: str, icon: str, name: str, tip: str, keys: str) -> Button:
        made = Button(self._theme, words, "quiet", icon=icon, name=name)
        made.setToolTip(f"{tip} ({keys})")
        made.setShortcut(keys)
        return made
