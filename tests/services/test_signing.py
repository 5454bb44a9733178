"""The secrets that webhooks are signed with, where the keyring is slow, locked or asked twice at once."""

import asyncio

import pytest
from keyring.errors import KeyringLocked

from desktop.services.signing import RootSilent, Signing, mark_of
from desktop.store.engine import Store
from desktop.system.secrets import Secrets
from tests.ring import Ring


def signing(store: Store) -> Signing:
    """As after a start."""
    return Signing(store, Secrets({}, patience_s=0.2), is_sandbox=False)


def locked() -> None:
    raise KeyringLocked


async def test_a_keyring_that_does_not_answer_keeps_its_root(sqlite_store: Store, ring: Ring) -> None:
    secret = await signing(sqlite_store).new_secret("old")
    kept = dict(ring.kept)
    ring.trouble = locked
    later = signing(sqlite_store)
    for call in (later.new_secret("new"), later.secret("old", mark_of(secret))):
        with pytest.raises(RootSilent, match="ASSENT_WEBHOOK_SECRET"):
            await call
    assert ring.kept == kept
    ring.trouble = lambda: None
    assert await later.secret("old", mark_of(secret)) == secret


async def test_two_first_webhooks_at_once_have_one_root(sqlite_store: Store, ring: Ring) -> None:
    asked = signing(sqlite_store)
    first, second = await asyncio.gather(asked.new_secret("first"), asked.new_secret("second"))
    later = signing(sqlite_store)
    assert await later.secret("first", mark_of(first)) == first
    assert await later.secret("second", mark_of(second)) == second
