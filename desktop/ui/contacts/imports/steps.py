"""Where an import stands, in one line: '1 File — 2 Columns — 3 Check — 4 Done'."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme

TITLES: Final = ("File", "Columns", "Check", "Done")


class StepWords(Label):
    """The present step is bold; `step_requested(index)` for one that a person may go back to."""

    step_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", "muted", rich=True, name="import_steps", parent=parent)
        self._theme = theme
        self._now, self._back, self._instead = 0, frozenset[int](), ""
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.linkActivated.connect(lambda link: self.step_requested.emit(int(link)))
        theme.changed.connect(self._say)
        self._say()

    def show_step(self, now: int, back: frozenset[int] = frozenset()) -> None:
        """`now` counts from 0; `back`: the steps that a click leads back to."""
        self._now, self._back, self._instead = now, back, ""
        self._say()

    def show_instead(self, words: str) -> None:
        """Something that is no step of the four: 'Undo'."""
        self._back, self._instead = frozenset(), words
        self._say()

    def _say(self) -> None:
        if self._instead:
            self.setText(self._bold(self._instead))
            self.setAccessibleName(self._instead)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            return
        self.setText(" — ".join(self._step(at) for at in range(len(TITLES))))
        self.setAccessibleName(f"Step {self._now + 1} of {len(TITLES)}: {TITLES[self._now]}")
        focus = Qt.FocusPolicy.TabFocus if self._back else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(focus)

    def _step(self, at: int) -> str:
        words = f"{at + 1}&nbsp;{TITLES[at]}"
        if at == self._now:
            return self._bold(words)
        if at in self._back:
            ink = self._theme.color("muted").name()
            return f'<a href="{at}" style="color: {ink}; text-decoration: none">{words}</a>'
        return words

    def _bold(self, words: str) -> str:
        ink = self._theme.color("text").name()
        return f'<span style="font-weight: 600; color: {ink}">{words}</span>'
