"""What each role may do, in words made from the rights themselves."""

from collections.abc import Sequence
from datetime import datetime

from desktop.domain.keys import ApiKey
from desktop.domain.people import Account, Given, Right, Role, User, may
from desktop.ui.parts import when

_STEPS = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)


def holds(role: Role, right: Right, given: Given) -> bool:
    """True if a person of this role may."""
    return may(User(0, "", role), right, given)


def role_words(role: Role, given: Given) -> str:
    """'May write to customers, …'; above an agent only what is more."""
    below = _STEPS[: _STEPS.index(role)]
    mine = [right for right in Right if holds(role, right, given)]
    new = [right.value for right in mine if not any(holds(one, right, given) for one in below)]
    if not below:
        return f"May {_joined(new)}." if new else "May look only."
    least = "an agent" if role is Role.SUPERVISOR else "a supervisor"
    return f"What {least} may, and: {_joined(new)}." if new else f"What {least} may."


def right_words(right: Right) -> str:
    """The right as the heading of a line: 'Write to customers'."""
    return right.value[0].upper() + right.value[1:]


def no_password_words(accounts: Sequence[Account]) -> str:
    """'Arun Das and Lina Haddad have no password yet: …'; "" when everybody who works here can sign in."""
    names = [one.user.name for one in accounts if one.active and not one.can_sign_in]
    if not names:
        return ""
    if len(names) == 1:
        return f"{names[0]} has no password yet: they cannot come in until somebody sets one."
    return f"{_joined(names)} have no password yet: they cannot come in until somebody sets one."


def keys_words(keys: Sequence[ApiKey], user_id: int) -> str:
    """What becomes of the keys that this person made once they are no admin here; "" if they made none that work."""
    count = sum(one.created_by == user_id and one.revoked_at is None and not one.creator_left for one in keys)
    if not count:
        return ""
    return "The API key they made stops." if count == 1 else f"The {count:,} API keys they made stop."


def seen_words(account: Account, now: datetime) -> str:
    """When the person was last here, or why not."""
    if not account.active:
        closed = account.deactivated_at
        return f"since {when.stamp(closed, now)}" if closed is not None else ""
    if not account.can_sign_in:
        return "No password yet"
    if account.last_signed_in_at is None:
        return "Never signed in"
    return f"Signed in {when.stamp(account.last_signed_in_at, now)}"


def seen_tooltip(account: Account) -> str:
    """The full time of `seen_words`, with its zone; "" if it tells none."""
    at = account.last_signed_in_at if account.active else account.deactivated_at
    return when.full(at) if at is not None and (account.can_sign_in or not account.active) else ""


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
