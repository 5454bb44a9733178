"""The workspace: its settings and its people."""

from dataclasses import replace

from desktop.domain import zones
from desktop.domain.activity import Deed
from desktop.domain.people import Right, Role, User
from desktop.domain.problems import Problem
from desktop.domain.settings import API_PER_MINUTE, Settings
from desktop.domain.settings_words import differences
from desktop.services.rights import allow
from desktop.services.sittings import Sittings
from desktop.store import activity, opening, people, settings
from desktop.store.engine import Store, Tx


class Workspace:
    """Settings and people of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.sittings = Sittings()
        """Whoever turns signing in on here proves by it who they are."""

    async def settings(self) -> Settings:
        return await self._store.read(settings.load, people=True)

    async def change_settings(self, wanted: Settings, user: User) -> None:
        """Keep new settings, logged. Raises NotAllowed, or a Problem that names the field."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.SETTINGS)
            before = settings.load(tx)
            _check(tx, wanted)
            if wanted.time_zone != before.time_zone:
                zones.zone(wanted.time_zone)
            _check_sign_in(tx, before, wanted, user)
            if wanted.sign_in and not before.sign_in and user.id:
                self.sittings.prove(user.id, people.credentials(tx, user.id).hash)
            _keep(tx, before, wanted, user)

        await self._store.write(write)

    async def change_api(
        self, user: User, *, is_on: bool | None = None, per_minute: int | None = None
    ) -> None:
        """Switch the HTTP API, or let each key make so many calls a minute; None: as it is. Logged.

        Raises NotAllowed, or a Problem of the field api_per_minute.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.KEYS)
            before = settings.load(tx)
            wanted = replace(
                before,
                api_on=before.api_on if is_on is None else is_on,
                api_per_minute=before.api_per_minute if per_minute is None else per_minute,
            )
            _check_api(wanted)
            _keep(tx, before, wanted, user)

        await self._store.write(write)

    async def ensure_admin(self, name: str) -> None:
        """A store that nobody works in gets its first admin: whoever sits at this computer."""

        def write(tx: Tx) -> None:
            if not people.every(tx):
                people.add(tx, [(name.title(), Role.ADMIN)])

        if not await self.people():
            await self._store.write(write)

    async def ensure_time_zone(self, name: str) -> None:
        """A store for which nobody chose a time zone gets the one of the machine that opens it first."""
        if not await self._store.read(lambda tx: settings.is_kept(tx, "time_zone")):
            await self._store.write(lambda tx: settings.set_if_missing(tx, "time_zone", name))

    async def people(self) -> list[User]:
        return await self._store.read(people.every, people=True)


def _keep(tx: Tx, before: Settings, wanted: Settings, user: User) -> None:
    """Save what differs, and tell it in the log of who did what."""
    settings.save(tx, wanted, user.id or None)
    told = differences(before, wanted)
    if told:
        changes = "; ".join(f"{one.setting}: {one.before} → {one.after}" for one in told)
        activity.log(tx, user, Deed.SETTINGS_CHANGED, ", ".join(one.setting for one in told), changes)


def _check_api(wanted: Settings) -> None:
    least, most = API_PER_MINUTE
    if not least <= wanted.api_per_minute <= most:
        raise Problem("Calls out of range", f"Choose {least:,} to {most:,} calls a minute.", "api_per_minute")


def _check(tx: Tx, wanted: Settings) -> None:
    _check_api(wanted)
    if not wanted.words.opt_out:
        raise Problem(
            "No opt-out word", "Keep at least one word with which customers can opt out.", "words_opt_out"
        )
    if not wanted.opt_out_text.strip():
        raise Problem("No confirmation", "Write what someone who opts out gets as an answer.", "opt_out_text")
    if not 1 <= len(wanted.subscribe_button.strip()) <= 20:
        raise Problem("Button too long", "WhatsApp takes 1 to 20 characters on a button.", "subscribe_button")
    if wanted.pace_per_s is None and settings.meta(tx, "stamp") != opening.SANDBOX:
        raise Problem("No pace", "A real number needs a pace: 80 messages a second is usual.", "pace_per_s")
    if wanted.pace_per_s is not None and not 1 <= wanted.pace_per_s <= 1000:
        raise Problem("Pace out of range", "Choose 1 to 1,000 messages a second.", "pace_per_s")


def _check_sign_in(tx: Tx, before: Settings, wanted: Settings, user: User) -> None:
    """Whoever turns signing in on can come in again; with several people on a real number it stays on."""
    if wanted.sign_in == before.sign_in:
        return
    if wanted.sign_in:
        able = people.can_sign_in(tx, user.id) if user.id else people.admins(tx, who_can_sign_in=True)
        if not able:
            raise Problem(
                "Your own password first",
                "Set your own password first (in the menu of your face), or you could not come in again.",
                "sign_in",
            )
    elif settings.meta(tx, "stamp") not in (None, opening.SANDBOX) and len(people.every(tx)) > 1:
        raise Problem(
            "Several people work here",
            "On a real number people sign in as soon as there are two of them.",
            "sign_in",
        )
