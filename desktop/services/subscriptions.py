"""Outgoing webhooks as a person keeps them: add, change, pause, look at the log, send one again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.keys import ApiKey
from desktop.domain.people import Right, User
from desktop.domain.problems import NotFound, Problem
from desktop.domain.subscriptions import (
    Delivery,
    DeliveryStatus,
    Shape,
    Subscription,
    SubscriptionDraft,
    SubscriptionStatus,
)
from desktop.services.happenings import sources_of
from desktop.services.posting import post
from desktop.services.rights import allow
from desktop.services.signing import Signing, mark_of, new_salt
from desktop.store import activity, deliveries, horizon, keys, subscriptions
from desktop.store.deliveries import Due, Made
from desktop.store.engine import Store, Tx
from desktop.system.http import checked_url, open_web
from desktop.system.secrets import Secrets

_DAY: Final = timedelta(hours=24)
TEST_EVENT: Final = "Test"
MOST: Final = 50
"""Webhooks of a workspace: each is looked after by itself."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new subscription, and the secret that its deliveries are signed with: shown, never kept in the store."""

    subscription: Subscription
    secret: str = field(repr=False)


class Subscriptions:
    """The verbs on outgoing webhooks."""

    def __init__(self, store: Store, secrets: Secrets, *, is_sandbox: bool) -> None:
        """is_sandbox: addresses on this machine are allowed, so that a flow can be tried without a server."""
        self._store = store
        self._is_sandbox = is_sandbox
        self.signing = Signing(store, secrets, is_sandbox=is_sandbox)

    async def every(self) -> list[Subscription]:
        """All of them, in the order in which they were made, with the figures of the last 24 hours.

        Counting takes a quarter of a second where 300,000 were delivered: a screen asks every few seconds.
        """
        return await self._store.read(lambda tx: subscriptions.every(tx, since=tx.now - _DAY), people=True)

    async def get(self, id: int) -> Subscription:
        """One of them, with its figures. Raises NotFound."""
        return await self._store.read(lambda tx: subscriptions.get(tx, id, since=tx.now - _DAY), people=True)

    async def add(self, draft: SubscriptionDraft, user: User) -> Added:
        """Tell an address from now on. Raises NotAllowed, or a Problem of url, events or api_key_id."""
        kept = self.checked(draft)
        await self._store.read(lambda tx: allow(tx, user, Right.KEYS), people=True)
        salt = new_salt()
        secret = await self.signing.new_secret(salt)

        def write(tx: Tx) -> Subscription:
            allow(tx, user, Right.KEYS)
            return add_in(tx, kept, salt, secret, user)

        return Added(await self._store.write(write), secret)

    async def change(self, id: int, draft: SubscriptionDraft, user: User) -> None:
        """Other events or another address; what waits goes to the new one. Raises NotAllowed, NotFound, Problem."""
        kept = self.checked(draft)

        def write(tx: Tx) -> None:
            allow(tx, user, Right.KEYS)
            change_in(tx, id, kept, user)

        await self._store.write(write)

    async def remove(self, id: int, user: User) -> None:
        """Stop telling; what waits is dropped, the log too. Raises NotAllowed, NotFound."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.KEYS)
            remove_in(tx, id, user)

        await self._store.write(write)

    async def pause(self, id: int, user: User) -> None:
        """Deliver nothing until `resume()`; nothing is lost meanwhile. Raises NotAllowed, NotFound."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.KEYS)
            pause_in(tx, id, user)

        await self._store.write(write)

    async def resume(self, id: int, user: User, *, from_now: bool = False) -> None:
        """Go on where it stopped, or from now, leaving out what happened meanwhile. Raises NotAllowed, NotFound."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.KEYS)
            resume_in(tx, id, user, from_now=from_now)

        await self._store.write(write)

    async def secret(self, id: int, user: User) -> str:
        """The signing secret once more. Raises NotAllowed, NotFound, or a Problem where this machine has none."""

        def write(tx: Tx) -> tuple[str, str]:
            allow(tx, user, Right.KEYS)
            found = subscriptions.told(tx, id)
            activity.log(tx, user, Deed.SUBSCRIPTION_SECRET_SEEN, subject_of(found.url))
            return found.salt, found.secret_mark

        return await self.signing.secret(*await self._store.write(write))

    async def log(
        self, id: int, *, before_id: int | None = None, most_count: int = 50, tried_only: bool = False
    ) -> list[Delivery]:
        """Deliveries of the last seven days, newest first, a page at a time. Raises NotFound.

        tried_only: without those that wait for their first attempt.
        """

        def read(tx: Tx) -> list[Delivery]:
            subscriptions.get(tx, id)
            return deliveries.log(tx, id, before_id=before_id, most_count=most_count, tried_only=tried_only)

        return await self._store.read(read, people=True)

    async def replay(self, delivery_id: int, user: User) -> None:
        """Deliver the same body again, as a delivery of its own; one that waits is due now instead.

        Raises NotAllowed, NotFound.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.KEYS)
            one = deliveries.get(tx, delivery_id)
            if one.status is DeliveryStatus.WAITING:
                deliveries.hurry_one(tx, one)
            else:
                deliveries.again(tx, delivery_id)

        await self._store.write(write)

    async def send_test(self, id: int, user: User) -> Delivery:
        """Post a small test event now and tell how that went. Raises NotAllowed, NotFound, OtherRoot."""

        def read(tx: Tx) -> tuple[subscriptions.Told, Made]:
            allow(tx, user, Right.KEYS)
            found = subscriptions.told(tx, id)
            body = {"event": TEST_EVENT, "at": tx.now.isoformat(), "message": "A test from Assent."}
            return found, Made(TEST_EVENT, json.dumps(body), tx.now)

        told, made = await self._store.read(read, people=True)
        secret = await self.signing.secret(told.salt, told.secret_mark)
        async with open_web(allow_loopback=self._is_sandbox) as web:
            due = Due(0, made.event, made.body, 0, made.at)
            outcome = await post(web, told.url, told.shape, secret, due)

        def write(tx: Tx) -> Delivery:
            subscriptions.get(tx, id)
            if outcome.is_delivered and told.failing_since is not None:
                # It works again: everything that waits is tried, not one after the other.
                subscriptions.set_failing(tx, id, None)
                deliveries.hurry(tx, id)
            return deliveries.add_ended(tx, id, made, outcome)

        return await self._store.write(write)

    def checked(self, draft: SubscriptionDraft) -> SubscriptionDraft:
        """The draft as it is kept. Raises a Problem of url, events or api_key_id."""
        url = checked_url(draft.url, allow_loopback=self._is_sandbox)
        if draft.shape is Shape.GALLABOX and not draft.events:
            raise Problem("No events", "Choose what this address is told of: one event at least.", "events")
        if draft.shape is Shape.META and draft.api_key_id is None:
            raise Problem("No key", "Choose the key whose messages this address is told of.", "api_key_id")
        if draft.shape is Shape.META:
            return replace(draft, url=url, events=frozenset())
        return replace(draft, url=url, api_key_id=None)


# The same in a transaction, for whoever may: a person above, a key of the API elsewhere.


def add_in(
    tx: Tx, draft: SubscriptionDraft, salt: str, secret: str, by: User, key_id: int | None = None
) -> Subscription:
    """Keep a checked draft. by: for the log. key_id: of the key that asks for it, with which it ends.

    Raises a Problem of url (too many) or api_key_id (unknown, revoked).
    """
    _check_key(tx, draft)
    if subscriptions.count(tx) >= MOST:
        raise Problem("Too many", f"A workspace has at most {MOST} webhooks. Remove one first.", "url")
    made = subscriptions.add(tx, draft, salt, mark_of(secret), horizon.here(tx), by.id or None, key_id)
    activity.log(tx, by, Deed.SUBSCRIPTION_MADE, subject_of(draft.url), _told_in_log(draft))
    return made


def change_in(tx: Tx, id: int, draft: SubscriptionDraft, by: User, key_id: int | None = None) -> None:
    """Keep a checked draft in place of another. What is told only from now on is told from now on.

    Who chooses the address answers for it: key_id, or a person where it is None.
    """
    known = subscriptions.told(tx, id, lock=True)
    if draft.api_key_id != known.api_key_id:
        _check_key(tx, draft)
    before = SubscriptionDraft(known.url, known.events, known.shape, known.api_key_id)
    if draft == before:
        return
    new = sources_of(draft.shape, draft.events) - sources_of(known.shape, known.events)
    if draft.shape is not known.shape or draft.api_key_id != known.api_key_id:
        new = sources_of(draft.shape, draft.events)
    reached = known.reached.beside(horizon.here(tx), new) if new else known.reached
    subscriptions.change(tx, id, draft, reached)
    if draft.url != known.url:
        subscriptions.hand_over(tx, id, key_id)
    activity.log(tx, by, Deed.SUBSCRIPTION_CHANGED, subject_of(draft.url), _told_in_log(draft))


def remove_in(tx: Tx, id: int, by: User) -> None:
    """With its log. Raises NotFound."""
    found = subscriptions.get(tx, id)
    subscriptions.remove(tx, id)
    activity.log(tx, by, Deed.SUBSCRIPTION_REMOVED, subject_of(found.url))


def pause_in(tx: Tx, id: int, by: User | None, because: str = "") -> None:
    """by None: the program itself, because of something. Nothing happens a second time. Raises NotFound."""
    found = subscriptions.told(tx, id, lock=True)
    if subscriptions.is_active(tx, id):
        subscriptions.set_status(tx, id, SubscriptionStatus.PAUSED, because)
        activity.log(tx, by, Deed.SUBSCRIPTION_PAUSED, subject_of(found.url), because)


def pause_with_key(tx: Tx, key: ApiKey, by: User) -> None:
    """Pause what a key that is revoked has set up, and what tells of its messages."""
    for id in subscriptions.active_of_key(tx, key.id):
        pause_in(tx, id, by, f"The key “{key.name}” was revoked, and it set this up or was told of here.")


def resume_in(tx: Tx, id: int, by: User, *, from_now: bool = False, key_id: int | None = None) -> None:
    """What waits is due at once; from_now: it is dropped. Nothing happens if it is not paused. Raises NotFound.

    Where the key that set it up opens nothing any more, it hangs on who resumes it: key_id, or a person.
    """
    found = subscriptions.told(tx, id, lock=True)
    if subscriptions.is_active(tx, id):
        return
    subscriptions.set_status(tx, id, SubscriptionStatus.ACTIVE)
    if found.made_by_key_id is not None and keys.is_shut(tx, found.made_by_key_id):
        subscriptions.hand_over(tx, id, key_id)
    told = "From where it stopped"
    if from_now:
        dropped = deliveries.drop_waiting(tx, id)
        subscriptions.set_reached(tx, id, horizon.here(tx))
        told = f"From now on; {dropped:,} that waited were dropped"
    else:
        deliveries.hurry(tx, id)
    activity.log(tx, by, Deed.SUBSCRIPTION_RESUMED, subject_of(found.url), told)


def _check_key(tx: Tx, draft: SubscriptionDraft) -> None:
    if draft.api_key_id is None:
        return
    try:
        found = keys.get(tx, draft.api_key_id)
    except NotFound as wrong:
        raise Problem(wrong.title, wrong.sentence, "api_key_id") from wrong
    if found.revoked_at is not None:
        raise Problem("Key revoked", "This key was revoked. Choose one that works.", "api_key_id")


def subject_of(url: str) -> str:
    """An address for the log: without what may hold a password."""
    return url.partition("?")[0].partition("#")[0]


def _told_in_log(draft: SubscriptionDraft) -> str:
    if draft.shape is Shape.META:
        return "In WhatsApp’s own shape"
    return ", ".join(_labels(draft))


def _labels(draft: SubscriptionDraft) -> Iterable[str]:
    return (one.label for one in sorted(draft.events, key=lambda one: one.value))
