"""The people of the workspace: who may sign in, as what, and who did what."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from desktop.domain.activity import Activity, Deed
from desktop.domain.people import (
    Account,
    Right,
    Role,
    User,
    check_password,
    checked_name,
    checked_sign_in_name,
    wait_after,
)
from desktop.domain.problems import NotFound, Problem
from desktop.domain.text import clean, fold
from desktop.services.rights import allow, closed
from desktop.services.sittings import Sittings
from desktop.store import activity, opening, people, settings
from desktop.store.engine import Store, Tx
from desktop.store.people import Credentials
from desktop.system.passwords import Passwords, start_password

_MOST_STRANGERS: Final = 1_000


class TooManyTries(Problem):
    """Wrong passwords: the next try has to wait."""


class WrongPassword(Problem):
    """The present password is another one."""


@dataclass(frozen=True, slots=True)
class _Stranger:
    """Tries with a name that nobody has: they wait like others, so that waiting tells nothing."""

    tries: int
    tried_at: datetime


class Accounts:
    """The verbs on people."""

    def __init__(
        self, store: Store, passwords: Passwords | None = None, sittings: Sittings | None = None
    ) -> None:
        """sittings: who proved in this process who they are."""
        self._store = store
        self._passwords = passwords or Passwords()
        self.sittings = sittings or Sittings()
        self._strangers: dict[str, _Stranger] = {}

    async def every(self) -> list[Account]:
        """Everyone, those whose account is closed last."""
        return await self._store.read(people.accounts, people=True)

    # Signing in and out.

    async def sign_in(self, sign_in_name: str, password: str) -> User:
        """Who this is. Raises a Problem that does not say which of the two was wrong; slows down guessing."""
        folded = fold(clean(sign_in_name))
        found = await self._store.write(lambda tx: self._begin_try(tx, folded))
        right = await self._passwords.matches(found.hash if found else "", password)
        if found is None or not (right and found.active):
            subject = found.user.name if found is not None else "A name that nobody has"
            # What was typed is not kept: it may be a password in the wrong field.
            await self._store.write(lambda tx: activity.log(tx, None, Deed.SIGN_IN_FAILED, subject))
            raise _refused()
        outdated = self._passwords.is_outdated(found.hash)
        better = await self._passwords.hash(password) if outdated else None
        user = await self._store.write(lambda tx: _let_in(tx, found, better))
        self.sittings.prove(user.id, better or found.hash)
        return user

    async def sign_out(self, user: User) -> None:
        """The person leaves; recorded of those who had proved here who they are."""
        if self.sittings.knows(user.id):
            self.rise(user)
            await self._store.write(lambda tx: activity.log(tx, user, Deed.SIGNED_OUT, user.name))

    def rise(self, user: User) -> None:
        """The person makes room for another one: what they proved here no longer counts."""
        self.sittings.end(user.id)

    async def why_out(self, user: User) -> str:
        """Why this person may not sit in this process any more, in a sentence; "" while they may.

        Where people sign in, a sitting lasts while the account is open and the password is the one that was
        proved here. A hash that a sign-in elsewhere renewed at newer costs ends it, too: nothing that is kept
        tells it from another password.
        """

        def read(tx: Tx) -> str:
            if not settings.load(tx).sign_in:
                return ""
            if people.find(tx, user.id) is None:
                return f"The account of {user.name} was closed. Ask an admin to open it again."
            if not self.sittings.knows(user.id):
                return "Signing in is on now. Please sign in."
            if not self.sittings.holds(user.id, people.credentials(tx, user.id).hash):
                return f"The password of {user.name} was renewed. Please sign in with the new one."
            return ""

        return await self._store.read(read, people=True)

    def _begin_try(self, tx: Tx, folded: str) -> Credentials | None:
        """Count a try; whom it is for, if anybody. Raises TooManyTries."""
        found = people.by_sign_in_name(tx, folded)
        if found is not None:
            _may_try(tx, found.tries, found.tried_at)
            people.note_try(tx, found.user.id)
            return found
        before = self._strangers.pop(folded, None)
        if before is None:
            before = _Stranger(0, tx.now)
        try:
            _may_try(tx, before.tries, before.tried_at)
            before = _Stranger(before.tries + 1, tx.now)
        finally:
            self._strangers[folded] = before
            if len(self._strangers) > _MOST_STRANGERS:
                del self._strangers[next(iter(self._strangers))]
        return None

    # Changing people.

    async def add(self, name: str, role: Role, sign_in_name: str, password: str, user: User) -> int:
        """Open an account; returns its id. Raises NotAllowed, or a Problem naming the field.

        On a real number the second person turns signing in on; who adds them needs a password first
        (field own_password).
        """
        await self._store.read(lambda tx: allow(tx, user, Right.PEOPLE), people=True)
        kept_name, kept_sign_in = checked_name(name), checked_sign_in_name(sign_in_name)
        check_password(password, kept_name, kept_sign_in)
        hash = await self._passwords.hash(password)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.PEOPLE)
            _check_free(tx, kept_sign_in, None)
            _ask_to_sign_in(tx, user, self.sittings)
            id = people.create(tx, kept_name, role, kept_sign_in, hash)
            activity.log(tx, user, Deed.PERSON_ADDED, kept_name, role.value.title())
            return id

        return await self._store.write(write)

    async def set_role(self, person_id: int, role: Role, user: User) -> None:
        """Raises NotAllowed, or a Problem: the last admin stays one."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.PEOPLE)
            person = people.credentials(tx, person_id).user
            if person.role is role:
                return
            _keep_an_admin(tx, person)
            people.set_role(tx, person_id, role)
            told = f"{person.role.value.title()} → {role.value.title()}"
            activity.log(tx, user, Deed.PERSON_CHANGED, person.name, told)

        await self._store.write(write)

    async def set_password(
        self,
        person_id: int,
        password: str,
        user: User,
        *,
        present_password: str = "",
        sign_in_name: str | None = None,
    ) -> None:
        """One's own needs the present one, if there is one; an admin sets others'. Raises NotAllowed, Problem.

        It ends the person's sittings, except the one in this process if it is their own (see `why_out`).

        sign_in_name: a new one; None: as it is. Somebody who has none yet needs one. Fields: password,
        sign_in_name, present_password.
        """
        own = person_id == user.id
        known = await self._store.read(lambda tx: _whose(tx, person_id, user), people=True)
        kept_sign_in = checked_sign_in_name(known.sign_in_name if sign_in_name is None else sign_in_name)
        check_password(password, known.user.name, kept_sign_in)
        if own and known.hash:
            await self._check_present(known, present_password)
        hash = await self._passwords.hash(password)
        if own and self.sittings.knows(person_id):
            self.sittings.prove(person_id, hash)  # before anybody can hear of it: who sits here stays

        def write(tx: Tx) -> None:
            now = _whose(tx, person_id, user)
            if own and now.hash != known.hash:
                raise Problem(
                    "Changed meanwhile", "The password was changed meanwhile. Try again.", "password"
                )
            _check_free(tx, kept_sign_in, person_id)
            people.set_password(tx, person_id, kept_sign_in, hash)
            activity.log(tx, user, Deed.PASSWORD_SET, known.user.name, "" if own else "By an admin")

        await self._store.write(write)

    async def give_start_password(self, sign_in_name: str, user: User) -> str:
        """A new password for whoever signs in with this name; returned this once. Raises NotAllowed, NotFound."""
        folded = fold(clean(sign_in_name))
        found = await self._store.read(lambda tx: people.by_sign_in_name(tx, folded), people=True)
        if found is None:
            raise NotFound("Nobody found", "Nobody here signs in with this name.")
        made = start_password()
        await self.set_password(found.user.id, made, user)
        return made

    async def _check_present(self, known: Credentials, present_password: str) -> None:
        """Wrong tries count as they do when signing in: the chair may be somebody else's."""

        def begin(tx: Tx) -> None:
            now = people.credentials(tx, known.user.id)
            _may_try(tx, now.tries, now.tried_at, "present_password")
            people.note_try(tx, known.user.id)

        await self._store.write(begin)
        if not await self._passwords.matches(known.hash, present_password):
            raise WrongPassword("Wrong password", "This is not your present password.", "present_password")
        await self._store.write(lambda tx: people.forget_tries(tx, known.user.id))

    async def deactivate(self, person_id: int, user: User) -> None:
        """Close an account; what the person did stays. Their conversations become unassigned.

        Raises NotAllowed, or a Problem: the last admin stays.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.PEOPLE)
            known = people.credentials(tx, person_id)
            if not known.active:
                return
            _keep_an_admin(tx, known.user)
            people.set_active(tx, person_id, False)
            activity.log(tx, user, Deed.PERSON_DEACTIVATED, known.user.name)

        await self._store.write(write)

    async def reactivate(self, person_id: int, user: User) -> None:
        """Open a closed account again. Raises NotAllowed, or a Problem as `add` does."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.PEOPLE)
            known = people.credentials(tx, person_id)
            if known.active:
                return
            _ask_to_sign_in(tx, user, self.sittings)
            people.set_active(tx, person_id, True)
            activity.log(tx, user, Deed.PERSON_REACTIVATED, known.user.name)

        await self._store.write(write)

    # Looking back.

    async def activity(
        self,
        user: User,
        *,
        person_id: int | None = None,
        deed: Deed | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[Activity]:
        """Who did what, newest first. Raises NotAllowed."""

        def read(tx: Tx) -> list[Activity]:
            allow(tx, user, Right.SEE_ACTIVITY)
            return activity.newest(tx, user_id=person_id, deed=deed, before_id=before_id, limit=limit)

        return await self._store.read(read, people=True)


def _refused() -> Problem:
    return Problem(
        "Not signed in", "The name or the password is wrong, or the account is closed.", "password"
    )


def _may_try(tx: Tx, tries: int, tried_at: datetime | None, field: str = "password") -> None:
    """Raise TooManyTries while the last wrong one is too fresh."""
    if tried_at is None:
        return
    left = wait_after(tries) - (tx.now - tried_at)
    if left > timedelta():
        raise TooManyTries(
            "Too many wrong passwords", f"Try again in {_said(left)}, at {_clock(tx.now + left)}.", field
        )


def _said(left: timedelta) -> str:
    """'8 seconds', '3 minutes': never less than what is left."""
    seconds = -int(-left.total_seconds() // 1)
    if seconds <= 90:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"


def _let_in(tx: Tx, found: Credentials, better: str | None) -> User:
    now = people.credentials(tx, found.user.id)
    if not now.active or now.hash != found.hash:
        raise _refused()  # closed, or another password, since it was compared
    people.note_signed_in(tx, now.user.id, better)
    activity.log(tx, now.user, Deed.SIGNED_IN, now.user.name)
    return now.user


def _whose(tx: Tx, person_id: int, user: User) -> Credentials:
    """Whose password it is. Raises NotAllowed unless it is one's own, or one may change people."""
    known = people.credentials(tx, person_id)
    if person_id != user.id:
        allow(tx, user, Right.PEOPLE)
    elif not known.active:
        raise closed(user)
    return known


def _check_free(tx: Tx, sign_in_name: str, person_id: int | None) -> None:
    holder = people.by_sign_in_name(tx, sign_in_name)
    if holder is not None and holder.user.id != person_id:
        raise Problem("Name taken", f"{holder.user.name} signs in with this name.", "sign_in_name")


def _keep_an_admin(tx: Tx, person: User) -> None:
    """Raise a Problem if nobody could change people any more without this one."""
    asked = settings.load(tx).sign_in
    left = set(people.admins(tx, who_can_sign_in=asked)) - {person.id}
    if person.id in people.admins(tx) and not left:
        raise Problem(
            "The last admin",
            f"{person.name} is the only admin{' who can sign in' if asked else ''}. "
            "Make somebody else an admin first.",
        )


def _ask_to_sign_in(tx: Tx, user: User, sittings: Sittings) -> None:
    """One more person on a real number: from then on everybody says who they are; who adds them has."""
    kept = settings.load(tx)
    if kept.sign_in or settings.meta(tx, "stamp") in (None, opening.SANDBOX) or not people.every(tx):
        return
    able = people.can_sign_in(tx, user.id) if user.id else bool(people.admins(tx, who_can_sign_in=True))
    if not able:
        raise Problem(
            "Your own password first",
            "With two people everybody signs in. Set your own password first, or nobody could come in as an admin.",
            "own_password",
        )
    settings.save(tx, replace(kept, sign_in=True), user.id or None)
    if user.id:
        sittings.prove(user.id, people.credentials(tx, user.id).hash)
    activity.log(tx, user, Deed.SETTINGS_CHANGED, "Ask people to sign in", "off → on")
