"""What WhatsApp told of the number and the account last: quality, limit, restriction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select

from desktop.domain.account_state import AccountNow, is_tier, quality_of, tier_count
from desktop.domain.changes import Topic
from desktop.domain.consent import Category
from desktop.store import tables
from desktop.store.engine import Tx

_QUALITY: Final = "quality"
_TIER: Final = "tier"
_RESTRICTION: Final = "restriction"
_state = tables.account_state.c


def now(tx: Tx) -> AccountNow:
    """What is known now; a restriction whose end has passed is none."""
    kept = {row.key: row.value for row in tx.rows(select(_state.key, _state.value))}
    limit = kept.get(_TIER, {}).get("limit", "")
    restriction = kept.get(_RESTRICTION, {})
    until = datetime.fromisoformat(restriction["until"]) if restriction.get("until") else None
    over = until is not None and until <= tx.now
    return AccountNow(
        quality_of(kept.get(_QUALITY, {}).get("rating", "")),
        tier_count(limit),
        is_tier(limit),
        "" if over else restriction.get("words", ""),
        None if over else until,
        () if over else tuple(Category(one) for one in restriction.get("refuses", ())),
    )


def differs(tx: Tx, rating: str, limit: str) -> bool:
    """True if the number's rating or the portfolio's limit would be news."""
    known = now(tx)
    new_rating, new_count = quality_of(rating), tier_count(limit)
    is_new_tier = is_tier(limit) and (new_count != known.tier_count or not known.is_known)
    return (bool(new_rating) and new_rating != known.quality) or is_new_tier


def set_quality(tx: Tx, rating: str) -> bool:
    """Keep the number's rating; False if it is known so, or WhatsApp does not know it either."""
    return bool(quality_of(rating)) and _keep(tx, _QUALITY, {"rating": quality_of(rating)})


def set_tier(tx: Tx, limit: str) -> bool:
    """Keep the portfolio's limit in WhatsApp's word; False if it is known so, or says nothing."""
    return is_tier(limit) and _keep(tx, _TIER, {"limit": limit.strip().upper()})


def set_restriction(tx: Tx, words: str, until: datetime | None, refuses: Sequence[Category] = ()) -> bool:
    """Keep what WhatsApp says of the account; "": it may send again. False if it is known so.

    refuses: templates of these categories are not sent until then.
    """
    kept = {"words": words, "until": until.isoformat() if until else None}
    return _keep(tx, _RESTRICTION, kept | ({"refuses": [one.value for one in refuses]} if refuses else {}))


def _keep(tx: Tx, key: str, value: Mapping[str, Any]) -> bool:
    if tx.conn.scalar(select(_state.value).where(_state.key == key)) == value:
        return False
    tx.conn.execute(delete(tables.account_state).where(_state.key == key))
    tx.conn.execute(insert(tables.account_state).values(key=key, value=dict(value), at=tx.now))
    tx.touch(Topic.SETTINGS)
    return True
