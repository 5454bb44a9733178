"""People and what each may do. Checked in the services; buttons only follow."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.domain.problems import NotAllowed


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
    IMPORT = "import contacts"
    SETTINGS = "change the workspace settings"
    START_OVER = "start the sandbox over"


_AGENT: Final = frozenset({Right.REPLY, Right.CHANGE_OPT_IN, Right.OVERRIDE_OPT_OUT})
_SUPERVISOR: Final = _AGENT | {Right.BROADCAST, Right.BROADCAST_TO_OPTED_OUT, Right.IMPORT, Right.START_OVER}
_RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: _SUPERVISOR | {Right.SETTINGS},
}


@dataclass(frozen=True, slots=True)
class User:
    """A person who works in Assent. id is the store's."""

    id: int
    name: str
    role: Role

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


def may(user: User, right: Right, override_roles: frozenset[Role] = frozenset(Role)) -> bool:
    """True if the role includes the right. override_roles: who may override an opt-out (a setting)."""
    if right in (Right.OVERRIDE_OPT_OUT, Right.BROADCAST_TO_OPTED_OUT) and user.role not in override_roles:
        return False
    return right in _RIGHTS[user.role]


def _whom_to_ask(right: Right, override_roles: frozenset[Role]) -> str:
    able = [role for role in Role if may(User(0, "", role), right, override_roles)]
    if not able:
        return "Nobody may, as the workspace is set."
    return f"Ask {' or '.join(_ARTICLE[role] + role.value for role in able)}."


def require(user: User, right: Right, override_roles: frozenset[Role] = frozenset(Role)) -> None:
    """Raise NotAllowed, with a sentence, unless the person may."""
    if not may(user, right, override_roles):
        raise NotAllowed(
            "Not allowed",
            f"{user.name} ({user.role.value.title()}) may not {right.value}. {_whom_to_ask(right, override_roles)}",
        )
