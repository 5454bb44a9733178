"""The keys of the editor, each with what it does; the canvas and the list of cards have the same."""

from typing import Final

from PySide6.QtGui import QKeyEvent, QKeySequence

CARDS: Final[dict[str, str]] = {
    "Return": "settings", "Enter": "settings", "F2": "settings",
    "Ins": "add", "Del": "remove", "Backspace": "remove",
    "Ctrl+J": "join", "J": "join", "Menu": "join", "Shift+F10": "join",
    "Ctrl+Up": "exit_before", "Ctrl+Down": "exit_after",
    "Ctrl+C": "copy", "Ctrl+X": "cut", "Ctrl+V": "paste", "Ctrl+A": "all", "Ctrl+D": "double",
    "Alt+Left": "move_left", "Alt+Right": "move_right", "Alt+Up": "move_up", "Alt+Down": "move_down",
}  # fmt: skip
"""Where the keyboard is at the cards."""
EVERYWHERE: Final[dict[str, str]] = {
    "Ctrl+K": "add", "Ctrl+F": "search", "F8": "problem", "Ctrl+L": "lay_out",
    "Ctrl+Z": "undo", "Ctrl+Shift+Z": "redo", "Ctrl+Y": "redo",
    "Ctrl++": "zoom_in", "Ctrl+Shift++": "zoom_in", "Ctrl+=": "zoom_in", "Ctrl+-": "zoom_out", "Ctrl+0": "zoom_whole", "Ctrl+9": "fit",
    "Ctrl+T": "test", "Ctrl+Return": "publish", "F6": "around", "Alt+1": "build", "Alt+2": "report", "F5": "read",
}  # fmt: skip
"""Wherever it is in the editor, unless a field wants them for itself."""
ARROWS: Final[dict[str, str]] = {
    "Left": "left", "Right": "right", "Up": "up", "Down": "down", "Tab": "next", "Backtab": "before",
    "Shift+Tab": "before", "Shift+Backtab": "before",
    "Shift+Left": "more_left", "Shift+Right": "more_right", "Shift+Up": "more_up", "Shift+Down": "more_down",
}  # fmt: skip
"""On the canvas, from card to card."""


def verb_in(table: dict[str, str], event: QKeyEvent) -> str:
    """What the pressed keys ask for; "" for nothing."""
    pressed = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
    return table.get(pressed.replace("Num+", ""), "")
