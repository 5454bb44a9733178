"""What every page works with: the program, the person at it, and the window's common pieces."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop.app import App
from desktop.domain.people import Given, Right, User, require
from desktop.domain.problems import NotAllowed
from desktop.domain.settings import Settings
from desktop.ui.live import Live
from desktop.ui.parts.toasts import Toasts
from desktop.ui.tasks import Tasks
from desktop.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to each page's constructor.

    user(): who sits here now; the sandbox switches with one click. given(): the rights that the workspace
    gives by its settings, as last read.
    """

    app: App
    theme: Theme
    tasks: Tasks
    toasts: Toasts
    live: Live
    user: Callable[[], User]
    given: Callable[[], Given] = lambda: Settings().given

    def refusal(self, right: Right) -> str:
        """Why the person who sits here may not, in a sentence; "" when they may. The services ask again."""
        try:
            require(self.user(), right, self.given())
        except NotAllowed as no:
            return no.sentence
        return ""
