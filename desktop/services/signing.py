"""The secrets that outgoing webhooks are signed with: made of a secret of this machine, and kept nowhere.

A real workspace's root is a secret of the machine, made at its first use. In the store are a salt and a mark of each
signing secret, so another machine's root is noticed before anything is signed wrongly. A sandbox's root is made of
the store itself: what it signs is made up, and it works on a machine without a keyring.
"""

import asyncio
import hashlib
import hmac
import secrets as randoms
from typing import Final

from desktop.domain.problems import Problem
from desktop.store import settings
from desktop.store.engine import Store
from desktop.system.secrets import ENVIRONMENT, Secrets

NAME: Final = "webhook_secret"
_VARIABLE: Final = ENVIRONMENT[NAME]
_ROOT_BYTES: Final = 32
_SALT_BYTES: Final = 16
_MARK_LENGTH: Final = 16


class OtherRoot(Problem):
    """This machine cannot make the secret that a webhook was set up with."""


class RootSilent(Problem):
    """Nobody knows now whether it can: the keyring is locked, or does not answer. Ask again later."""


def new_salt() -> str:
    """What tells one webhook's secret from another's."""
    return randoms.token_hex(_SALT_BYTES)


def mark_of(secret: str) -> str:
    """What is kept of a signing secret, to know it again."""
    return hashlib.sha256(secret.encode()).hexdigest()[:_MARK_LENGTH]


class Signing:
    """Makes the signing secrets."""

    def __init__(self, store: Store, secrets: Secrets, *, is_sandbox: bool) -> None:
        self._store = store
        self._secrets = secrets
        self._is_sandbox = is_sandbox
        self._root = ""
        self._one_root = asyncio.Lock()

    async def new_secret(self, salt: str) -> str:
        """The secret of a new webhook. Raises RootSilent, or a Problem where this machine keeps no root for the next
        start.
        """
        async with self._one_root:  # two first webhooks at once have the same one
            return _derived(await self._root_of() or await self._make_root(), salt)

    async def secret(self, salt: str, mark: str) -> str:
        """The secret of a webhook that was set up before. Raises OtherRoot, RootSilent."""
        root = await self._root_of()
        found = _derived(root, salt)
        if root and hmac.compare_digest(mark_of(found), mark):
            return found
        self._root = ""  # asked again: a keyring may have been opened meanwhile
        raise OtherRoot(
            "Another machine’s secret",
            f"It was set up with the secret of another machine. Start Assent here with the same {_VARIABLE},"
            " or remove the webhook and make it anew.",
        )

    async def _root_of(self) -> str:
        if not self._root:
            self._root = await (self._of_store() if self._is_sandbox else self._kept())
        return self._root

    async def _of_store(self) -> str:
        key = await self._store.read(lambda tx: settings.meta(tx, "key"))
        return hashlib.sha256(f"assent sandbox {key}".encode()).hexdigest() if key else ""

    async def _kept(self) -> str:
        kept = await asyncio.to_thread(self._secrets.asked, NAME)
        if kept is None:
            raise RootSilent(
                "The keyring does not answer",
                f"Unlock this machine’s keyring, then try again; or start with {_VARIABLE}.",
            )
        return kept

    async def _make_root(self) -> str:
        made = randoms.token_hex(_ROOT_BYTES)
        if not await asyncio.to_thread(self._secrets.put, NAME, made):
            # Kept for this session only: after the next start everything would be signed with another one.
            await asyncio.to_thread(self._secrets.put, NAME, "")
            raise Problem(
                "No place for the secret",
                f"This machine has no keyring. Set {_VARIABLE} to 64 random letters and digits, start again,"
                " and keep them: receivers know the webhooks by it.",
            )
        self._root = made
        return made


def _derived(root: str, salt: str) -> str:
    return hmac.new(root.encode(), salt.encode(), hashlib.sha256).hexdigest()
