"""Whose clock counts: the workspace's, or the one that a number names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from desktop.domain import zones
from desktop.domain.problems import Problem
from desktop.domain.sequence import ZoneOf

TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("phone", "name"),
    [
        ("+16045550142", "America/Vancouver"),
        ("+14165550117", "America/Toronto"),
        ("+15145550163", "America/Toronto"),
        ("+19025550128", "America/Halifax"),
        ("+13065550191", "America/Regina"),
        ("+12365550100", "America/Vancouver"),
        ("+12125550123", "America/New_York"),
        ("+919876543210", "Asia/Calcutta"),
        ("+4915112345678", "Europe/Berlin"),
    ],
)
def test_a_number_names_its_zone(phone: str, name: str) -> None:
    found = zones.of_phone(phone)
    assert found is not None
    assert found.key == name


@pytest.mark.parametrize(
    ("phone", "name"), [("+447400123456", "Europe/London"), ("+393123456789", "Europe/Rome")]
)
def test_zones_whose_clocks_agree_are_one(phone: str, name: str) -> None:
    """British mobile numbers are Jersey's, too, and Italian ones the Vatican's."""
    found = zones.of_phone(phone)
    assert found is not None
    assert found.key == name


@pytest.mark.parametrize(
    ("phone", "why"),
    [
        ("+61412345678", "a mobile number of a wide country"),
        ("+79161234567", "a mobile number of a wide country"),
        ("+351912345678", "Lisbon or the Azores"),
        ("+18005550199", "free of charge, from everywhere"),
        ("+447700900123", "nobody's"),
        ("+99912345678", "no country's"),
        ("604 555 0142", "without a country code"),
        ("", "none"),
    ],
)
def test_a_number_that_names_no_one_zone(phone: str, why: str) -> None:
    assert zones.of_phone(phone) is None, why
    assert zones.zone_of(ZoneOf.CONTACT, phone, TORONTO) is TORONTO


def test_whose_clock_counts() -> None:
    vancouver = zones.zone_of(ZoneOf.CONTACT, "+16045550142", TORONTO)
    assert vancouver.key == "America/Vancouver"
    assert zones.zone_of(ZoneOf.WORKSPACE, "+16045550142", TORONTO) is TORONTO
    assert zones.zone_of(ZoneOf.CONTACT, None, TORONTO) is TORONTO


def test_names_are_places_that_exist_and_utc() -> None:
    names = zones.names()
    assert len(names) == len(set(names)) > 400
    assert {"America/Toronto", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin"} < set(names)
    assert {"Europe/Amsterdam", "America/Argentina/Buenos_Aires", "UTC"} < set(names)
    assert not {"US/Eastern", "EST", "Asia/Calcutta", "Etc/GMT+5", "Factory", "posixrules"} & set(names)
    assert list(names[:-1]) == sorted(names[:-1])
    assert [zones.zone(name).key for name in names] == list(names)


@pytest.mark.parametrize("name", ["US/Eastern", "Asia/Calcutta", "Etc/UTC"])
def test_an_old_name_is_a_zone_all_the_same(name: str) -> None:
    assert zones.zone(name).key == name


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime", "America", "a\0b"])
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(Problem, match="is no time zone") as raised:
        zones.zone(name)
    assert raised.value.field == "time_zone"


@pytest.mark.parametrize(
    ("name", "at", "words"),
    [
        ("America/Toronto", "2026-11-23T12:00Z", "UTC−05:00"),
        ("America/Toronto", "2026-07-23T12:00Z", "UTC−04:00"),
        ("Asia/Kolkata", "2026-11-23T12:00Z", "UTC+05:30"),
        ("America/St_Johns", "2026-11-23T12:00Z", "UTC−03:30"),
        ("Europe/London", "2026-11-23T12:00Z", "UTC"),
        ("Europe/London", "2026-07-23T12:00Z", "UTC+01:00"),
    ],
)
def test_the_present_offset_in_words(name: str, at: str, words: str) -> None:
    assert zones.offset_words(datetime.fromisoformat(at).astimezone(UTC), ZoneInfo(name)) == words
