"""What WhatsApp tells of the number and the account: kept, and marketing is held where a person should look first."""

from typing import Final

from desktop.domain.account_state import lifts, refused, restriction_words, restricts
from desktop.domain.drift import Cause
from desktop.services import guard
from desktop.store import account_state, holds
from desktop.store.engine import Tx
from desktop.whatsapp.updates import AccountChanged, PhoneQualityChanged

_RATINGS: Final = {"FLAGGED": "RED", "UNFLAGGED": "GREEN"}
"""What the events of older payloads say of the rating; Meta has dropped them, others may not have."""


def apply(tx: Tx, update: PhoneQualityChanged | AccountChanged) -> None:
    """Keep it, and hold what drifted by it, in the same transaction: nothing more is claimed once it is known."""
    if isinstance(update, PhoneQualityChanged):
        _number(tx, update)
    else:
        _account(tx, update)


def _number(tx: Tx, update: PhoneQualityChanged) -> None:
    account_state.set_tier(tx, update.limit)
    if account_state.set_quality(tx, _RATINGS.get(update.event, "")):
        guard.hold_drifted(tx)


def _account(tx: Tx, update: AccountChanged) -> None:
    account_state.set_tier(tx, update.daily_limit)
    if lifts(update.event, update.details):
        account_state.set_restriction(tx, "", None)
    elif restricts(update.event, update.restrictions, update.details):
        words = restriction_words(update.event, update.restrictions, update.details, update.expires_at)
        refuses = refused(update.event, update.restrictions, update.details)
        # A warning that comes beside a restriction does not end it.
        if refuses or not account_state.now(tx).refuses:
            account_state.set_restriction(tx, words, update.expires_at, refuses)
        holds.hold_marketing(tx, Cause.ACCOUNT, f"WhatsApp says of the account: {words}.")
        guard.hold_drifted(tx)
