"""The workspace's settings: rows in the store, read in the transaction that decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from desktop.domain.consent import Policy
from desktop.domain.pacing import DEFAULT_PER_S
from desktop.domain.people import Given, Right, Role
from desktop.domain.words import Words

DEFAULT_OPT_OUT_TEXT = (
    "Got it, {name}. We won’t send you offers any more. Order updates will still reach you."
)
DEFAULT_OPT_IN_TEXT = "Welcome back, {name}! You will hear about our offers again."
API_PER_MINUTE = (60, 100_000)
"""The least and the most calls a minute that a workspace can give each key."""
DRIFT_PERCENT = (1, 100)
CATCH_UP_MINUTES = (1, 1_440)
_ROLES = ("override_roles", "launch_roles", "export_roles")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a workspace decides. pace_per_s None: unlimited, on a sandbox store only.

    sign_in: people say who they are with a password before the window opens. time_zone: an IANA name; whose
    days and hours count in sequences and reports. api_on: programs outside are answered; api_per_minute: calls that
    each key may make in 60 s. second_approval: a broadcast that reaches who opted out needs the yes of a second person.
    drift_percent: how far the number of those who said no may move between the yes to a broadcast and its messages, in
    percent of its audience. catch_up_minutes: after so long without webhooks, running marketing waits for a person.
    """

    strict: bool = False
    bots_ask: bool = False
    words: Words = field(default_factory=Words)
    opt_out_text: str = DEFAULT_OPT_OUT_TEXT
    opt_in_text: str = DEFAULT_OPT_IN_TEXT
    subscribe_button: str = "Subscribe"
    override_roles: frozenset[Role] = frozenset(Role)
    launch_roles: frozenset[Role] = frozenset({Role.SUPERVISOR, Role.ADMIN})
    export_roles: frozenset[Role] = frozenset({Role.SUPERVISOR, Role.ADMIN})
    sign_in: bool = False
    pace_per_s: int | None = DEFAULT_PER_S
    default_country: str = "CA"
    business_name: str = "Your Shop"
    time_zone: str = "UTC"
    api_on: bool = True
    api_per_minute: int = 600
    second_approval: bool = False
    drift_percent: int = 5
    catch_up_minutes: int = 10

    @property
    def policy(self) -> Policy:
        return Policy(self.strict, self.bots_ask)

    @property
    def given(self) -> Given:
        """The rights that are given here and not by the role alone."""
        return {
            Right.OVERRIDE_OPT_OUT: self.override_roles,
            Right.BROADCAST: self.launch_roles,
            Right.BROADCAST_TO_OPTED_OUT: self.launch_roles & self.override_roles,
            Right.SEQUENCES: self.launch_roles,
            Right.EXPORT: self.export_roles,
        }

    def to_json(self) -> dict[str, Any]:
        """One JSON value per setting, under the setting's own name."""
        rows: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        rows["words"] = {"opt_out": list(self.words.opt_out), "opt_in": list(self.words.opt_in)}
        for name in _ROLES:
            rows[name] = sorted(role.value for role in rows[name])
        return rows

    @classmethod
    def from_json(cls, rows: Mapping[str, Any]) -> "Settings":
        """Settings from stored rows; a missing one has its default, an unknown one is left alone."""
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in rows.items() if name in known}
        if "words" in values:
            words = values["words"]
            values["words"] = Words(tuple(words["opt_out"]), tuple(words["opt_in"]))
        for name in _ROLES:
            if name in values:
                values[name] = frozenset(Role(role) for role in values[name])
        return cls(**values)
