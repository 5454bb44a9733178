"""Who did what: one line for each thing a person did that others may ask about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Deed(StrEnum):
    """What was done; `label` says it in words."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PERSON_DEACTIVATED = "person_deactivated"
    PERSON_REACTIVATED = "person_reactivated"
    PASSWORD_SET = "password_set"
    SETTINGS_CHANGED = "settings_changed"
    IMPORTED = "imported"
    EXPORTED = "exported"
    BULK_CHANGED = "bulk_changed"
    UNDONE = "undone"
    MERGED = "merged"
    CONTACT_ADDED = "contact_added"
    CONTACT_EDITED = "contact_edited"
    OPT_IN_CHANGED = "opt_in_changed"
    OPT_OUT_OVERRIDDEN = "opt_out_overridden"
    FIELD_DEFINED = "field_defined"
    SEGMENT_SAVED = "segment_saved"
    SEGMENT_DELETED = "segment_deleted"
    BROADCAST_LAUNCHED = "broadcast_launched"
    BROADCAST_PAUSED = "broadcast_paused"
    BROADCAST_RESUMED = "broadcast_resumed"
    BROADCAST_STOPPED = "broadcast_stopped"
    BROADCAST_SCHEDULED = "broadcast_scheduled"
    BROADCAST_TAKEN_BACK = "broadcast_taken_back"
    BROADCAST_GONE_ON = "broadcast_gone_on"
    BROADCAST_RETRIED = "broadcast_retried"
    BROADCAST_TESTED = "broadcast_tested"
    BROADCAST_ARCHIVED = "broadcast_archived"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_DECIDED = "approval_decided"
    LIST_CHANGED = "list_changed"
    SEQUENCE_ACTIVATED = "sequence_activated"
    SEQUENCE_CHANGED = "sequence_changed"
    SEQUENCE_PAUSED = "sequence_paused"
    SEQUENCE_RESUMED = "sequence_resumed"
    SEQUENCE_DELETED = "sequence_deleted"
    FLOW_CHANGED = "flow_changed"
    FLOW_PUBLISHED = "flow_published"
    FLOW_DELETED = "flow_deleted"
    ENROLLED = "enrolled"
    TAKEN_OUT = "taken_out"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    SUBSCRIPTION_MADE = "subscription_made"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    SUBSCRIPTION_PAUSED = "subscription_paused"
    SUBSCRIPTION_RESUMED = "subscription_resumed"
    SUBSCRIPTION_REMOVED = "subscription_removed"
    SUBSCRIPTION_SECRET_SEEN = "subscription_secret_seen"
    STARTED_OVER = "started_over"

    @property
    def label(self) -> str:
        return _LABELS.get(self, self.value.replace("_", " ").capitalize())


NAMELESS: Final = "A contact without a name"
"""The subject of a deed to somebody of whom only a number is known: numbers are not kept in the log."""

_LABELS: Final = {
    Deed.SIGN_IN_FAILED: "Sign-in refused",
    Deed.BULK_CHANGED: "Changed many contacts",
    Deed.OPT_IN_CHANGED: "Opt-in changed",
    Deed.OPT_OUT_OVERRIDDEN: "Sent despite an opt-out",
    Deed.PERSON_CHANGED: "Person’s role changed",
    Deed.FIELD_DEFINED: "Contact field defined",
    Deed.BROADCAST_TAKEN_BACK: "Launch taken back",
    Deed.BROADCAST_GONE_ON: "Held broadcast went on",
    Deed.BROADCAST_RETRIED: "Failed messages tried again",
    Deed.BROADCAST_TESTED: "Test sent",
    Deed.LIST_CHANGED: "List of contacts changed",
    Deed.ENROLLED: "Put into a sequence",
    Deed.TAKEN_OUT: "Taken out of a sequence",
    Deed.KEY_MADE: "API key made",
    Deed.KEY_REVOKED: "API key revoked",
    Deed.SUBSCRIPTION_MADE: "Webhook made",
    Deed.SUBSCRIPTION_CHANGED: "Webhook changed",
    Deed.SUBSCRIPTION_PAUSED: "Webhook paused",
    Deed.SUBSCRIPTION_RESUMED: "Webhook resumed",
    Deed.SUBSCRIPTION_REMOVED: "Webhook removed",
    Deed.SUBSCRIPTION_SECRET_SEEN: "Webhook’s secret shown",
    Deed.STARTED_OVER: "Sandbox started over",
}


@dataclass(frozen=True, slots=True)
class Activity:
    """One line. user_id None: the program itself. subject: to what ('Priya Sharma', 'november_leads.xlsx')."""

    id: int
    at: datetime
    user_id: int | None
    user_name: str
    deed: Deed
    subject: str
    details: str = ""
