"""May they? Asked in the transaction that does it, of the store and not of what a window remembers."""

from desktop.domain.people import Right, User, require
from desktop.domain.problems import NotAllowed
from desktop.store import people, settings
from desktop.store.engine import Tx


def allow(tx: Tx, user: User, right: Right) -> None:
    """Raise NotAllowed, with a sentence, unless this person may now.

    A role that was changed and an account that was closed meanwhile count at once. User 0 is the shell.
    """
    known = user if user.id == 0 else people.find(tx, user.id)
    if known is None:
        raise closed(user)
    require(known, right, settings.load(tx).given)


def closed(user: User) -> NotAllowed:
    """Why somebody whose account is closed may nothing."""
    return NotAllowed("Not allowed", f"The account of {user.name} is closed. Ask an admin to open it again.")
