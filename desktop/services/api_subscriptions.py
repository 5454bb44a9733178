"""Outgoing webhooks that other programs set up for themselves. Addresses, events and limits are as in the window."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from desktop.domain.keys import MAY_WRITE, Caller
from desktop.domain.problems import NotFound, Problem
from desktop.domain.public_ids import public_id
from desktop.domain.subscriptions import (
    Event,
    Shape,
    Subscription,
    SubscriptionDraft,
    SubscriptionStatus,
)
from desktop.services.api_answers import Once, once, written
from desktop.services.api_broadcasts import acting
from desktop.services.api_contact_shown import moment
from desktop.services.signing import OtherRoot, new_salt
from desktop.services.subscriptions import (
    Subscriptions,
    add_in,
    change_in,
    pause_in,
    remove_in,
    resume_in,
    subject_of,
)
from desktop.store import subscriptions
from desktop.store.engine import Store, Tx

_MADE: Final = 201
_DONE: Final = 200
_DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ChangeWanted:
    """What is to be different. None: not said, so it stays."""

    url: str | None = None
    events: frozenset[Event] | None = None
    status: SubscriptionStatus | None = None
    from_now: bool = False


class ApiSubscriptions:
    """The API's verbs on outgoing webhooks. Answers are JSON values."""

    def __init__(self, store: Store, kept: Subscriptions) -> None:
        """kept: the same verbs for people, which know what an address may be."""
        self._store = store
        self._kept = kept

    async def create(self, draft: SubscriptionDraft, caller: Caller, asked: Once) -> dict[str, Any]:
        """Tell an address from now on; the answer has the secret, this once. Raises a Problem that names the field.

        In WhatsApp's shape without a key: the caller's own. Asked again under the same Idempotency-Key, it has the
        secret again, which is kept nowhere: None where the webhook was removed meanwhile.
        """
        if draft.shape is Shape.META and draft.api_key_id is None:
            draft = replace(draft, api_key_id=caller.id)
        checked = self._kept.checked(draft)
        salt = new_salt()
        secret = await self._kept.signing.new_secret(salt)

        def do(tx: Tx) -> dict[str, Any]:
            try:
                return shown(add_in(tx, checked, salt, secret, acting(caller), caller.id))
            except Problem as wrong:
                if wrong.field != "api_key_id":
                    raise
                raise Problem(wrong.title, wrong.sentence, "apiKeyId") from wrong

        answer = await written(self._store, lambda tx: once(tx, caller, asked, _MADE, lambda: do(tx)))
        return answer | {"secret": await self._secret_of(answer["id"])}

    async def _secret_of(self, id: str) -> str | None:
        try:
            told = await self._store.read(lambda tx: subscriptions.told(tx, int(id, 16)))
            return await self._kept.signing.secret(told.salt, told.secret_mark)
        except (NotFound, OtherRoot):
            return None

    async def every(self, caller: Caller) -> list[dict[str, Any]]:
        """All of them, with the figures of the last 24 hours."""
        kept = await self._store.read(lambda tx: subscriptions.every(tx, since=tx.now - _DAY), listing=True)
        return [_shown_to(caller, shown(one)) for one in kept]

    async def get(self, id: int, caller: Caller) -> dict[str, Any]:
        """One of them. Raises NotFound."""
        return _shown_to(caller, await self._store.read(lambda tx: _shown(tx, id), listing=True))

    async def change(self, id: int, wanted: ChangeWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Another address, other events, paused or going on. Raises NotFound, or a Problem that names the field."""

        def do(tx: Tx) -> dict[str, Any]:
            # Read here and held, so that of two changes at once neither undoes the other.
            known = subscriptions.told(tx, id, lock=True)
            draft = SubscriptionDraft(
                known.url if wanted.url is None else wanted.url,
                known.events if wanted.events is None else wanted.events,
                known.shape,
                known.api_key_id,
            )
            change_in(tx, id, self._kept.checked(draft), acting(caller), caller.id)
            if wanted.status is SubscriptionStatus.PAUSED:
                pause_in(tx, id, acting(caller))
            elif wanted.status is SubscriptionStatus.ACTIVE:
                resume_in(tx, id, acting(caller), from_now=wanted.from_now, key_id=caller.id)
            return shown(subscriptions.get(tx, id))

        answer = await self._once(caller, asked, do)
        # Counted by a reader: where much was sent it takes longer than all that was written.
        return answer | await self._store.read(lambda tx: _figures(tx, id), listing=True)

    async def remove(self, id: int, caller: Caller, asked: Once) -> dict[str, Any]:
        """Stop telling; what waits is dropped, the log too. Raises NotFound."""

        def do(tx: Tx) -> dict[str, Any]:
            remove_in(tx, id, acting(caller))
            return {"id": public_id(id), "isDelete": True}

        return await self._once(caller, asked, do)

    async def _once(self, caller: Caller, asked: Once, do: Callable[[Tx], dict[str, Any]]) -> dict[str, Any]:
        return await written(self._store, lambda tx: once(tx, caller, asked, _DONE, lambda: do(tx)))


def _shown_to(caller: Caller, told: dict[str, Any]) -> dict[str, Any]:
    """What may hold a password is for keys that could change it."""
    if caller.scope in MAY_WRITE:
        return told
    bare = subject_of(told["url"])
    return told if bare == told["url"] else told | {"url": f"{bare}?…"}


def _shown(tx: Tx, id: int) -> dict[str, Any]:
    return shown(subscriptions.get(tx, id, since=tx.now - _DAY))


def _figures(tx: Tx, id: int) -> dict[str, Any]:
    """What is counted; nothing of one that is gone."""
    try:
        known = _shown(tx, id)
    except NotFound:
        return {}
    return {name: known[name] for name in ("waitingCount", "day")}


def shown(one: Subscription) -> dict[str, Any]:
    """A webhook as the API tells it, without its secret. Pure."""
    return {
        "id": public_id(one.id),
        "url": one.url,
        "events": sorted(event.value for event in one.events),
        "shape": one.shape.value,
        "apiKeyId": public_id(one.api_key_id) if one.api_key_id is not None else None,
        "status": one.status.value,
        "pausedBecause": one.paused_because,
        "failingSince": moment(one.failing_since) if one.failing_since else None,
        "createdAt": moment(one.created_at),
        "waitingCount": one.waiting_count,
        "day": {
            "deliveredCount": one.day.delivered_count,
            "retriedCount": one.day.retried_count,
            "failedCount": one.day.failed_count,
        },
    }
