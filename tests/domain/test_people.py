"""What each person may do."""

import pytest

from desktop.domain.people import Right, Role, User, may, require
from desktop.domain.problems import NotAllowed
from desktop.domain.settings import Settings

AGENT, SUPERVISOR, ADMIN = (User(number, f"Dana {role.value}", role) for number, role in enumerate(Role, 1))
OVERRIDES = (Right.OVERRIDE_OPT_OUT, Right.BROADCAST_TO_OPTED_OUT)

EVERYONE = {Role.AGENT, Role.SUPERVISOR, Role.ADMIN}
LEADERS = {Role.SUPERVISOR, Role.ADMIN}
WHO_MAY = {
    Right.REPLY: EVERYONE,
    Right.CHANGE_OPT_IN: EVERYONE,
    Right.OVERRIDE_OPT_OUT: EVERYONE,
    Right.BROADCAST: LEADERS,
    Right.BROADCAST_TO_OPTED_OUT: LEADERS,
    Right.SEQUENCES: LEADERS,
    Right.BOTS: LEADERS,
    Right.IMPORT: LEADERS,
    Right.START_OVER: LEADERS,
    Right.EXPORT: LEADERS,
    Right.EDIT_CONTACTS: EVERYONE,
    Right.CHANGE_MANY: LEADERS,
    Right.MERGE: LEADERS,
    Right.SEGMENTS: LEADERS,
    Right.FIELDS: LEADERS,
    Right.SEE_ACTIVITY: LEADERS,
    Right.SETTINGS: {Role.ADMIN},
    Right.KEYS: {Role.ADMIN},
    Right.PEOPLE: {Role.ADMIN},
}


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("user", [AGENT, SUPERVISOR, ADMIN], ids=lambda one: one.role.value)
def test_who_may_what(user: User, right: Right) -> None:
    allowed = user.role in WHO_MAY[right]

    assert may(user, right) is allowed
    if allowed:
        require(user, right)
    else:
        with pytest.raises(NotAllowed, match=right.value) as refused:
            require(user, right)
        assert user.name in refused.value.sentence


@pytest.mark.parametrize("right", OVERRIDES)
def test_the_workspace_may_take_the_override_away(right: Right) -> None:
    given = Settings(override_roles=frozenset({Role.ADMIN})).given
    assert not may(AGENT, right, given)
    assert not may(SUPERVISOR, right, given)
    assert may(ADMIN, right, given)
    assert not may(ADMIN, right, Settings(override_roles=frozenset()).given)


def test_the_override_setting_gives_nobody_the_right_to_launch() -> None:
    assert not may(
        AGENT, Right.BROADCAST_TO_OPTED_OUT, Settings(override_roles=frozenset({Role.AGENT})).given
    )


@pytest.mark.parametrize(
    ("right", "set_to"),
    [
        (Right.BROADCAST, Settings(launch_roles=frozenset({Role.AGENT}))),
        (Right.EXPORT, Settings(export_roles=frozenset({Role.AGENT}))),
    ],
)
def test_the_workspace_says_who_launches_and_who_exports(right: Right, set_to: Settings) -> None:
    assert not may(AGENT, right, Settings().given)
    assert may(SUPERVISOR, right, Settings().given)
    assert may(AGENT, right, set_to.given)
    assert not may(ADMIN, right, set_to.given)


@pytest.mark.parametrize("right", [one for one in Right if one not in Settings().given])
def test_the_other_rights_are_the_roles_alone(right: Right) -> None:
    nobody = Settings(override_roles=frozenset(), launch_roles=frozenset(), export_roles=frozenset()).given
    assert may(ADMIN, right, nobody)


@pytest.mark.parametrize(
    ("name", "first"), [("Maya Chen", "Maya"), ("Ravi", "Ravi"), ("", ""), (" Al B", "Al")]
)
def test_a_first_name(name: str, first: str) -> None:
    assert User(1, name, Role.AGENT).first_name == first
