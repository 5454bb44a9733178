"""Which WhatsApp this workspace talks to: the form in the settings, its secrets, and its test."""

import asyncio
import secrets as random_secrets
from dataclasses import dataclass

from desktop.domain.people import Right, User, require
from desktop.system.machine import Machine
from desktop.system.secrets import Secrets
from desktop.whatsapp.connection import GRAPH_URL, Connection


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """What the settings show of the connection. Secrets are only said to be there or not."""

    is_sandbox: bool
    base_url: str
    phone_number_id: str
    waba_id: str
    version: str
    has_token: bool
    has_app_secret: bool
    verify_token: str
    webhook_path: str


class Connecting:
    """Reads and keeps a real connection: ids in the machine's settings, secrets in the keyring."""

    def __init__(self, machine: Machine, secrets: Secrets) -> None:
        self._machine = machine
        self._secrets = secrets

    async def real(self) -> Connection:
        """The connection to WhatsApp itself. Raises BadConnection naming the field that is missing."""
        kept = self._machine.settings
        token = await asyncio.to_thread(self._secrets.get, "token")
        app_secret = await asyncio.to_thread(self._secrets.get, "app_secret")
        return Connection(
            kept.base_url or GRAPH_URL, kept.phone_number_id, kept.waba_id, token, app_secret, kept.version
        )

    async def form(self, webhook_path: str) -> ConnectionForm:
        kept = self._machine.settings
        return ConnectionForm(
            kept.is_sandbox,
            kept.base_url or GRAPH_URL,
            kept.phone_number_id,
            kept.waba_id,
            kept.version,
            bool(await asyncio.to_thread(self._secrets.get, "token")),
            bool(await asyncio.to_thread(self._secrets.get, "app_secret")),
            self.verify_token(),
            webhook_path,
        )

    def verify_token(self) -> str:
        """The word that WhatsApp repeats at the handshake; made once."""
        kept = self._machine.settings.verify_token
        return kept or self._machine.save(verify_token=random_secrets.token_urlsafe(18)).verify_token

    async def save(self, form: ConnectionForm, token: str | None, app_secret: str | None, user: User) -> bool:
        """Keep a changed form; token and app_secret None: as they are.

        Returns False if a secret could not be put into a keyring and lasts for this session only. Raises
        BadConnection for a wrong field, NotAllowed by role.
        """
        require(user, Right.SETTINGS)
        known = await asyncio.to_thread(self._secrets.get, "token")
        filled = form.phone_number_id or form.waba_id or token
        if filled or not form.is_sandbox:
            # Made only to be checked: it refuses what cannot be used, and names the field.
            Connection(
                form.base_url,
                form.phone_number_id,
                form.waba_id,
                token or known,
                app_secret or "",
                form.version,
            )
        self._machine.save(
            is_sandbox=form.is_sandbox,
            base_url=form.base_url,
            phone_number_id=form.phone_number_id,
            waba_id=form.waba_id,
            version=form.version,
            verify_token=form.verify_token or self.verify_token(),
        )
        kept = True
        for name, value in (("token", token), ("app_secret", app_secret)):
            if value:
                kept = await asyncio.to_thread(self._secrets.put, name, value) and kept
        return kept
