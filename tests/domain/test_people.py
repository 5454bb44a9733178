"""What each person may do."""

import pytest

from desktop.domain.people import Right, Role, User, may, require
from desktop.domain.problems import NotAllowed

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
    Right.IMPORT: LEADERS,
    Right.START_OVER: LEADERS,
    Right.SETTINGS: {Role.ADMIN},
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
    assert not may(AGENT, right, frozenset({Role.ADMIN}))
    assert not may(SUPERVISOR, right, frozenset({Role.ADMIN}))
    assert may(ADMIN, right, frozenset({Role.ADMIN}))
    assert not may(ADMIN, right, frozenset())


def test_the_override_setting_gives_nobody_a_right_of_a_higher_role() -> None:
    assert not may(AGENT, Right.BROADCAST_TO_OPTED_OUT, frozenset({Role.AGENT}))


@pytest.mark.parametrize("right", [one for one in Right if one not in OVERRIDES])
def test_the_override_setting_concerns_overrides_only(right: Right) -> None:
    assert may(ADMIN, right, frozenset())


@pytest.mark.parametrize(
    ("name", "first"), [("Maya Chen", "Maya"), ("Ravi", "Ravi"), ("", ""), (" Al B", "Al")]
)
def test_a_first_name(name: str, first: str) -> None:
    assert User(1, name, Role.AGENT).first_name == first
