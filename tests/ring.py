"""A keyring of this machine that does what a test says. Import the fixture into a folder's conftest."""

from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

__all__ = ["Ring", "no_ring", "ring"]


class Ring(KeyringBackend):
    """A keyring in memory. trouble: what happens before it answers."""

    priority = -1  # never chosen by itself

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[str, str] = {}
        self.trouble: Callable[[], object] = lambda: None

    def get_password(self, service: str, username: str) -> str | None:
        self.trouble()
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.trouble()
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    """As on a server without a keyring."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)
