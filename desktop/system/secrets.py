"""Secrets: in the system's keyring, else in the environment or for this session only. Never in a file."""

import json
import os
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Final

import keyring
from keyring.backend import get_all_keyring
from keyring.errors import KeyringError

_SERVICE: Final = "assent"
_PATIENCE_S: Final = 5.0
"""A locked keyring can wait for a person for ever; the program does not."""
ENVIRONMENT: Final = {
    "token": "ASSENT_TOKEN",
    "app_secret": "ASSENT_APP_SECRET",
    "webhook_secret": "ASSENT_WEBHOOK_SECRET",
}


class Secrets:
    """The WhatsApp token, the app secret and the root of the webhooks' secrets, of this machine. Calls block: use them in a thread."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._session: dict[str, str] = {}
        self._guard = threading.Lock()

    def get(self, name: str) -> str:
        """The secret, or "" if there is none. The environment wins, so that a server needs no keyring."""
        given = self._environment.get(ENVIRONMENT.get(name, ""), "")
        if given:
            return given
        with self._guard:
            if name in self._session:
                return self._session[name]
        return _patiently(lambda: keyring.get_password(_SERVICE, name)) or ""

    def put(self, name: str, value: str) -> bool:
        """Keep a secret; returns False if no keyring took it and it is kept for this session only."""
        with self._guard:
            self._session[name] = value

        def keep() -> str:
            keyring.set_password(_SERVICE, name, value)
            return "kept"

        return _patiently(keep) == "kept"


def backends() -> list[str]:
    """The names of the keyrings that could be used here, the best first. Blocks: call it in a thread."""

    def ask() -> str:
        found = sorted(get_all_keyring(), key=lambda one: -one.priority)
        return json.dumps([one.name for one in found])

    return list(json.loads(_patiently(ask) or "[]"))


def _patiently(call: Callable[[], str | None]) -> str | None:
    """The call's answer, or None if the keyring fails or does not answer in time.

    In a daemon thread: a keyring that waits for its unlocking must not hold up the program's end.
    """
    answers: queue.Queue[str | None] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(call())
        except (KeyringError, RuntimeError, OSError):
            answers.put(None)

    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        return answers.get(timeout=_PATIENCE_S)
    except queue.Empty:
        return None
