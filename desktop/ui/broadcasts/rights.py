"""Why the person who sits here may not go on, in a sentence. The services ask the same again."""

from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.people import Right, User, require
from desktop.domain.problems import NotAllowed
from desktop.domain.settings import Settings


def why_not_launch(user: User, settings: Settings | None, state: WizardState) -> str:
    """Why `user` may not launch this broadcast, "" when they may. settings None: not read yet."""
    try:
        given = (settings or Settings()).given
        require(user, Right.BROADCAST, given)
        if state.shows_toggle and not state.draft.only_opted_in:
            require(user, Right.BROADCAST_TO_OPTED_OUT, given)
    except NotAllowed as refused:
        return refused.sentence
    return ""


def why_not_save(user: User, settings: Settings | None) -> str:
    """Why `user` may not keep a draft, "" when they may. settings None: not read yet."""
    try:
        require(user, Right.BROADCAST, (settings or Settings()).given)
    except NotAllowed as refused:
        return refused.sentence
    return ""
