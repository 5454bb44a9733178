"""What every page works with: the program, the person at it, and the window's common pieces."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop.app import App
from desktop.domain.people import User
from desktop.ui.live import Live
from desktop.ui.parts.toasts import Toasts
from desktop.ui.tasks import Tasks
from desktop.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to each page's constructor. user(): who sits here now; the sandbox switches with one click."""

    app: App
    theme: Theme
    tasks: Tasks
    toasts: Toasts
    live: Live
    user: Callable[[], User]
