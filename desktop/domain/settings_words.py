"""What a change of the settings was, in words: for the log of who did what."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

from desktop.domain.people import Role
from desktop.domain.settings import Settings
from desktop.domain.words import Words

LONGEST: Final = 80
"""Letters of a value in the log."""
NAMES: Final = {
    "strict": "Strict opt-in",
    "bots_ask": "Bots ask consent too",
    "words": "Words",
    "opt_out_text": "Answer to an opt-out",
    "opt_in_text": "Answer to an opt-in",
    "subscribe_button": "Subscribe button",
    "override_roles": "May send despite an opt-out",
    "launch_roles": "May launch broadcasts",
    "export_roles": "May export contacts",
    "sign_in": "Ask people to sign in",
    "pace_per_s": "Pace",
    "default_country": "Default country",
    "business_name": "Business name",
    "time_zone": "Time zone",
    "api_on": "HTTP API",
    "api_per_minute": "Calls a key may make in a minute",
    "second_approval": "A second person approves broadcasts to who opted out",
    "drift_percent": "Change in opt-outs that holds a broadcast",
    "catch_up_minutes": "Minutes without webhooks that hold marketing",
}
"""Each setting as people call it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting, and what stood there before and after, in words of at most LONGEST letters."""

    setting: str
    before: str
    after: str


def differences(before: Settings, after: Settings) -> list[Difference]:
    """The settings that differ, in the order of Settings."""
    found = []
    for one in fields(Settings):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old != new:
            found.append(Difference(NAMES[one.name], _said(one.name, old), _said(one.name, new)))
    return found


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        words = "on" if value else "off"
    elif isinstance(value, Words):
        words = f"{', '.join(value.opt_out)} / {', '.join(value.opt_in)}"
    elif isinstance(value, frozenset):
        words = _roles(value)
    elif name == "pace_per_s":
        words = "unlimited" if value is None else f"{value} a second"
    elif isinstance(value, int):
        words = f"{value:,}"
    else:
        words = " ".join(str(value).split()) or "nothing"
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _roles(ticked: Iterable[Role]) -> str:
    return ", ".join(role.value for role in Role if role in set(ticked)) or "nobody"
