"""The log's words for a change of the settings."""

from dataclasses import fields, replace

from desktop.domain.people import Role
from desktop.domain.settings import Settings
from desktop.domain.settings_words import LONGEST, NAMES, Difference, differences


def test_every_setting_has_a_name_of_its_own() -> None:
    assert list(NAMES) == [one.name for one in fields(Settings)]
    assert len(set(NAMES.values())) == len(NAMES)


def test_what_did_not_change_is_not_told() -> None:
    assert differences(Settings(), Settings()) == []


def test_values_are_words() -> None:
    wanted = replace(
        Settings(),
        pace_per_s=None,
        override_roles=frozenset({Role.ADMIN}),
        business_name="",
        opt_in_text="x" * 200,
    )
    told = {one.setting: one for one in differences(Settings(), wanted)}
    assert told["Pace"] == Difference("Pace", "80 a second", "unlimited")
    assert told["May send despite an opt-out"].after == "admin"
    assert told["Business name"].after == "nothing"
    long = told["Answer to an opt-in"].after
    assert (len(long), long[-1]) == (LONGEST, "…")
