"""Passwords: hashed with argon2id, in a thread, and made up for those who begin."""

import asyncio
import secrets
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without l and 1, o and 0, i: a start password is read aloud and typed from paper."""
_GROUPS, _GROUP_LENGTH = 4, 4


class Passwords:
    """Hashes and compares. The usual costs are argon2-cffi's, RFC 9106's second choice: 64 MiB, 3 passes."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """What is kept instead of the password, its parameters and salt included."""
        return await asyncio.to_thread(self._hasher.hash, _octets(password))

    async def matches(self, kept: str, password: str) -> bool:
        """True if `kept` is a hash of it. kept "": nobody's; it takes as long and is False."""
        return await asyncio.to_thread(self._matches, kept, _octets(password))

    def is_outdated(self, kept: str) -> bool:
        """True if today's costs are others than those of the hash."""
        return self._hasher.check_needs_rehash(kept)

    def _matches(self, kept: str, octets: bytes) -> bool:
        if not kept and not self._nobody:
            self._nobody = self._hasher.hash(secrets.token_bytes(16))
        try:
            self._hasher.verify(kept or self._nobody, octets)
            return bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def _octets(password: str) -> bytes:
    """The same on every keyboard: composed letters as one (RFC 8265, section 4.2.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def start_password() -> str:
    """A new one to hand over, such as 'k7mq-29xt-hv4p-w8rn': 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)
