"""Secrets: in the system's keyring, else in the environment or for this session only. Never in a file."""

import json
import os
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Final

import keyring
from keyring.backend import get_all_keyring
from keyring.errors import KeyringError, NoKeyringError

_SERVICE: Final = "assent"
_PATIENCE_S: Final = 5.0
"""A locked keyring can wait for a person for ever; the program does not."""
ENVIRONMENT: Final = {
    "token": "ASSENT_TOKEN",
    "app_secret": "ASSENT_APP_SECRET",
    "webhook_secret": "ASSENT_WEBHOOK_SECRET",
}


BOT: Final = "bot:"
"""Stands before the name of a secret that a bot's request has in a header; see `environment_name()`."""


def environment_name(name: str) -> str:
    """Where the environment may give a secret; "" where it cannot. 'bot:shop key' is ASSENT_BOT_SECRET_SHOP_KEY."""
    if name.startswith(BOT):
        letters = (one if one.isascii() and one.isalnum() else "_" for one in name.removeprefix(BOT).strip())
        return "ASSENT_BOT_SECRET_" + "".join(letters).upper()
    return ENVIRONMENT.get(name, "")


class Secrets:
    """The WhatsApp token, the app secret, the root of the webhooks' secrets and those of bots, of this machine.

    Calls block: use them in a thread.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, *, patience_s: float = _PATIENCE_S
    ) -> None:
        """patience_s: how long a keyring may take for one answer."""
        self._environment = environment
        self._patience_s = patience_s
        self._session: dict[str, str] = {}
        self._guard = threading.Lock()

    def get(self, name: str) -> str:
        """The secret, or "" if there is none, or none to be had now. The environment wins, so that a server needs
        no keyring.
        """
        return self.asked(name) or ""

    def asked(self, name: str) -> str | None:
        """The same where the difference matters: "" if there is none, None if the keyring is locked or silent."""
        given = self._environment.get(environment_name(name), "")
        if given:
            return given
        with self._guard:
            if name in self._session:
                return self._session[name]
        return _patiently(lambda: _kept(name), self._patience_s)

    def put(self, name: str, value: str) -> bool:
        """Keep a secret; returns False if no keyring took it and it is kept for this session only."""
        with self._guard:
            self._session[name] = value

        def keep() -> str:
            keyring.set_password(_SERVICE, name, value)
            return "kept"

        return _patiently(keep, self._patience_s) == "kept"


def backends() -> list[str]:
    """The names of the keyrings that could be used here, the best first. Blocks: call it in a thread."""

    def ask() -> str:
        found = sorted(get_all_keyring(), key=lambda one: -one.priority)
        return json.dumps([one.name for one in found])

    return list(json.loads(_patiently(ask, _PATIENCE_S) or "[]"))


def _kept(name: str) -> str:
    try:
        return keyring.get_password(_SERVICE, name) or ""
    except NoKeyringError:
        return ""


def _patiently(call: Callable[[], str], patience_s: float) -> str | None:
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
        return answers.get(timeout=patience_s)
    except queue.Empty:
        return None
