"""API keys: made and revoked by an admin, and asked at every call who it is that asks.

A secret is 256 random bits, kept as SHA-256: nothing can be tried against it that is not as long as the secret
itself, so a slow hash would only cost time. A refusal takes the same time whatever was wrong.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.keys import KEY_PREFIX, ApiKey, Caller, Scope, checked_key_name
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.services.rights import allow
from desktop.services.subscriptions import pause_with_key
from desktop.services.together import Together
from desktop.store import activity, keys
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.keys import KeptKey

_KEY_BYTES: Final = 15
"""20 letters of base64url."""
_SECRET_BYTES: Final = 32
_NOTED_EVERY: Final = timedelta(minutes=1)
_DAY: Final = timedelta(hours=24)
_MOST_AT_ONCE: Final = 64
_Found = tuple[KeptKey | None, datetime]
_NO_HASH: Final = "0" * 64
"""What the secret of an unknown key is compared with: nothing has this hash."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key with its secrets, which are shown this once and kept nowhere."""

    api_key: ApiKey
    api_secret: str = field(repr=False)
    bearer: str = field(repr=False)


class Keys:
    """The workspace's API keys."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: dict[int, datetime] = {}
        self._asked = Together("keys", _MOST_AT_ONCE, self._looked_up)

    async def create(self, name: str, scope: Scope, user: User) -> NewKey:
        """Make a key. Raises NotAllowed, or a Problem of the field name (missing, too long, taken)."""
        kept_name = checked_key_name(name)
        key_id = KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
        api_secret = secrets.token_urlsafe(_SECRET_BYTES)
        bearer_secret = secrets.token_urlsafe(_SECRET_BYTES)

        def write(tx: Tx) -> ApiKey:
            allow(tx, user, Right.KEYS)
            if keys.is_taken(tx, kept_name):
                raise Problem(
                    "Name taken", f"There is a key called “{kept_name}”. Choose another name.", "name"
                )
            made = keys.add(
                tx,
                kept_name,
                key_id,
                scope,
                secret_hash=_hash(api_secret),
                bearer_hash=_hash(bearer_secret),
                created_by=user.id or None,
            )
            activity.log(tx, user, Deed.KEY_MADE, kept_name, f"{scope.label}, {made.short}")
            return made

        made = await self._store.write(write)
        return NewKey(made, api_secret, f"{key_id}.{bearer_secret}")

    async def every(self) -> list[ApiKey]:
        """All keys with the figures of the last 24 hours; those that were revoked come last."""
        return await self._store.read(lambda tx: keys.every(tx, since=tx.now - _DAY), people=True)

    async def named(self, name: str) -> ApiKey:
        """The key that works with this name, or with this public half. Raises NotFound."""
        return await self._store.read(lambda tx: keys.named(tx, clean(name)), people=True)

    async def revoke(self, id: int, user: User) -> None:
        """The key opens nothing from now on, and the webhooks that it set up are paused.

        Raises NotAllowed, NotFound; nothing happens a second time.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.KEYS)
            found = keys.get(tx, id)
            if found.revoked_at is None:
                keys.revoke(tx, id)
                activity.log(tx, user, Deed.KEY_REVOKED, found.name, found.short)
                pause_with_key(tx, found, user)

        await self._store.write(write)

    async def caller(self, key_id: str, secret: str) -> Caller | None:
        """Who asks with this key and secret; None if one is wrong, or the key was revoked, or who made it is no admin
        here any more."""
        return await self._checked(key_id, secret, lambda kept: kept.secret_hash)

    async def bearer(self, token: str) -> Caller | None:
        """Who asks with this bearer token, which is the key and its second secret with a dot between."""
        key_id, _, secret = token.partition(".")
        return await self._checked(key_id, secret, lambda kept: kept.bearer_hash)

    async def _checked(self, key_id: str, secret: str, hash_of: Callable[[KeptKey], str]) -> Caller | None:
        found, now = await self._asked.ask(clean(key_id))
        # Hashed and compared to the end in every case: how long a refusal takes says nothing.
        is_right = hmac.compare_digest(_hash(secret), hash_of(found) if found else _NO_HASH)
        if found is None or not is_right or found.is_revoked or found.creator_left:
            return None
        await self._note(found, now)
        return found.caller

    async def _looked_up(self, key_ids: list[str]) -> list[_Found]:
        """What is kept of each key, and when it was read: after everybody here asked, so a revoked key is found so."""

        def read(tx: Tx) -> list[_Found]:
            kept = {one: keys.kept(tx, one) for one in set(key_ids)}
            return [(kept[one], tx.now) for one in key_ids]

        return await self._store.read(read)

    async def _note(self, found: KeptKey, now: datetime) -> None:
        """Keep when it was used, at most once a minute however many calls come at once."""
        known = self._noted.get(found.caller.id, found.last_used_at)
        if known is not None and now - known < _NOTED_EVERY:
            return
        self._noted[found.caller.id] = now
        note = partial(keys.note_used, id=found.caller.id, unless_since=now - _NOTED_EVERY)
        await self._store.write(note, WriteLane.STATUS)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
