"""People and what each may do. Checked in the services; buttons only follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.text import clean, fold


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


_ARTICLE: Final = {Role.AGENT: "an ", Role.SUPERVISOR: "a ", Role.ADMIN: "an "}


class Right(StrEnum):
    """One thing a person can be allowed; the value completes the sentence "may …"."""

    REPLY = "write to customers"
    CHANGE_OPT_IN = "change a contact's opt-in"
    OVERRIDE_OPT_OUT = "send marketing to someone who opted out"
    BROADCAST = "launch and stop broadcasts"
    BROADCAST_TO_OPTED_OUT = "send a broadcast to contacts who opted out"
    SEQUENCES = "set up sequences and put contacts into them"
    BOTS = "build and publish bots"
    IMPORT = "import contacts"
    EXPORT = "export contacts and reports"
    EDIT_CONTACTS = "add and change contacts"
    CHANGE_MANY = "change many contacts at once"
    MERGE = "merge contacts"
    SEGMENTS = "save and delete segments"
    FIELDS = "define contact fields"
    PEOPLE = "add people and change what they may do"
    SEE_ACTIVITY = "see who did what"
    SETTINGS = "change the workspace settings"
    KEYS = "set up the API, its keys and webhooks"
    START_OVER = "start the sandbox over"


Given = Mapping[Right, frozenset[Role]]
"""Rights that the workspace gives by its own settings: who has each."""

_AGENT: Final = frozenset({Right.REPLY, Right.CHANGE_OPT_IN, Right.OVERRIDE_OPT_OUT, Right.EDIT_CONTACTS})
_SUPERVISOR: Final = _AGENT | {
    Right.BROADCAST,
    Right.BROADCAST_TO_OPTED_OUT,
    Right.SEQUENCES,
    Right.BOTS,
    Right.IMPORT,
    Right.EXPORT,
    Right.CHANGE_MANY,
    Right.MERGE,
    Right.SEGMENTS,
    Right.FIELDS,
    Right.SEE_ACTIVITY,
    Right.START_OVER,
}
_RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: _SUPERVISOR | {Right.SETTINGS, Right.PEOPLE, Right.KEYS},
}


@dataclass(frozen=True, slots=True)
class User:
    """A person who works in Assent. id is the store's; 0 is whoever holds the file itself, at the shell."""

    id: int
    name: str
    role: Role

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


def may(user: User, right: Right, given: Given = MappingProxyType({})) -> bool:
    """True if the role includes the right; given: `Settings.given`, which decides alone about what it names."""
    if right in given:
        return user.role in given[right]
    return right in _RIGHTS[user.role]


def _whom_to_ask(right: Right, given: Given) -> str:
    able = [role for role in Role if may(User(0, "", role), right, given)]
    if not able:
        return "Nobody may, as the workspace is set."
    return f"Ask {' or '.join(_ARTICLE[role] + role.value for role in able)}."


def require(user: User, right: Right, given: Given = MappingProxyType({})) -> None:
    """Raise NotAllowed, with a sentence, unless the person may."""
    if not may(user, right, given):
        raise NotAllowed(
            "Not allowed",
            f"{user.name} ({user.role.value.title()}) may not {right.value}. {_whom_to_ask(right, given)}",
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the list of people shows them. has_password: they can sign in."""

    user: User
    sign_in_name: str = ""
    active: bool = True
    has_password: bool = False
    created_at: datetime | None = None
    deactivated_at: datetime | None = None
    last_signed_in_at: datetime | None = None

    @property
    def can_sign_in(self) -> bool:
        return self.active and self.has_password and bool(self.sign_in_name)


LONGEST_NAME: Final = 80
SIGN_IN_NAME_LENGTHS: Final = (3, 64)
PASSWORD_LENGTHS: Final = (10, 200)
"""Letters. The lower bound is what people choose from; the upper one keeps a pasted book out."""


def checked_name(name: str) -> str:
    """The name as it is kept. Raises a Problem of the field name."""
    kept = " ".join(clean(name).split())
    if not 1 <= len(kept) <= LONGEST_NAME:
        raise Problem("No name", f"Write the person’s name, at most {LONGEST_NAME} letters.", "name")
    return kept


def checked_sign_in_name(sign_in_name: str) -> str:
    """The sign-in name as it is kept, folded. Raises a Problem of the field sign_in_name."""
    kept = fold(clean(sign_in_name))
    least, most = SIGN_IN_NAME_LENGTHS
    if not least <= len(kept) <= most:
        raise Problem(
            "Sign-in name",
            f"Choose a name of {least} to {most} letters to sign in with; an e-mail address is fine.",
            "sign_in_name",
        )
    return kept


def check_password(password: str, name: str, sign_in_name: str) -> None:
    """Raise a Problem of the field password for one that is too short, too long, or the name."""
    least, most = PASSWORD_LENGTHS
    if not least <= len(password) <= most:
        raise Problem("Password", f"Choose a password of {least} to {most} letters.", "password")
    if fold(password) in (fold(name), fold(sign_in_name)):
        raise Problem("Password", "The password must not be the name.", "password")


FREE_TRIES: Final = 5
LONGEST_WAIT: Final = timedelta(minutes=5)


def wait_after(wrong_tries: int) -> timedelta:
    """How long to wait before the next try: nothing up to four, then 2 s, 4 s, 8 s … up to five minutes."""
    if wrong_tries < FREE_TRIES:
        return timedelta()
    return min(timedelta(seconds=2.0 ** min(wrong_tries - FREE_TRIES + 1, 20)), LONGEST_WAIT)
