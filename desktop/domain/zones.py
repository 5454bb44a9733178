"""Whose time of day counts: the workspace's zone, or the one that a contact's number names."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as number_zones

from desktop.domain.problems import Problem
from desktop.domain.sequence import ZoneOf

UTC: Final = ZoneInfo("UTC")


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises a Problem of the field time_zone for one that is unknown."""
    found = _known(name)
    if found is None:
        raise Problem(
            "Unknown time zone", f"“{name}” is no time zone. Choose one such as America/Toronto.", "time_zone"
        )
    return found


def _known(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Every zone that a person can choose, sorted: the places of the time zone database, and UTC.

    Without its old names and links, of which nobody would know which to take (Asia/Calcutta, US/Eastern); a
    setting may be one of those all the same.
    """
    return (*sorted(_places("zone.tab")), "UTC")


def _places(table: str) -> frozenset[str]:
    """The names in a table of the database: country codes, coordinates and name, with tabs between them."""
    text = resources.files("tzdata.zoneinfo").joinpath(table).read_text("utf-8")
    return frozenset(line.split("\t")[2] for line in text.splitlines() if line and line[0] != "#")


def offset_words(at: datetime, of: ZoneInfo) -> str:
    """How far the zone is from UTC at a moment (aware): 'UTC−05:00', 'UTC+05:30', 'UTC'."""
    minutes = int((at.astimezone(of).utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours:02}:{rest:02}"


@lru_cache(maxsize=65_536)
def of_phone(phone: str) -> ZoneInfo | None:
    """The zone of a number (E.164) if it names exactly one time; a mobile number of a wide country names many.

    Zones whose clocks always agree are one: a British mobile number is London's, Jersey's and Guernsey's.
    """
    try:
        found = number_zones.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return None
    return _one_of(tuple(found))


@lru_cache(maxsize=4_096)
def _one_of(found: Sequence[str]) -> ZoneInfo | None:
    zones = [_known(name) for name in found if name != number_zones.UNKNOWN_TIMEZONE]
    known = [one for one in zones if one is not None]
    if not known or len(known) < len(found) or not all(_agree(known[0], other) for other in known[1:]):
        return None
    if len(known) == 1:
        return known[0]
    main = _places("zone1970.tab")
    return next((one for one in known if one.key in main), known[0])


def _agree(one: ZoneInfo, other: ZoneInfo) -> bool:
    """True if both always show the same time: the database has one set of rules for the two names."""
    return _rules(one) == _rules(other)


def _rules(of: ZoneInfo) -> bytes:
    return resources.files("tzdata.zoneinfo").joinpath(of.key).read_bytes()


def zone_of(whose: ZoneOf, phone: str | None, workspace: ZoneInfo) -> ZoneInfo:
    """The zone that counts for a contact; the workspace's where their number names none."""
    if whose is ZoneOf.CONTACT and phone:
        return of_phone(phone) or workspace
    return workspace
