"""The people who work here, as other programs name them: by id or by e-mail address."""

from typing import Any

from desktop.domain.people import Account, User
from desktop.domain.problems import Problem
from desktop.domain.public_ids import own_id, public_id
from desktop.domain.text import clean, fold
from desktop.store import people
from desktop.store.engine import Store, Tx


class ApiPeople:
    """The API's verbs on people: looking. Answers are JSON values."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[dict[str, Any]]:
        """Those whose account is open."""
        return await self._store.read(lambda tx: [shown(one) for one in open_accounts(tx)])


def open_accounts(tx: Tx) -> list[Account]:
    """Those who can be given something."""
    return [one for one in people.accounts(tx) if one.active]


def found_person(tx: Tx, text: str, field: str) -> User:
    """Whoever has this public id, or signs in with this e-mail address. Raises a Problem of `field`."""
    wanted, id = fold(clean(text)), own_id(text.strip())
    for one in open_accounts(tx):
        if one.user.id == id or (wanted and fold(one.sign_in_name) == wanted):
            return one.user
    raise Problem("Nobody found", "Nobody with this id or e-mail address works here.", field)


def shown(account: Account) -> dict[str, Any]:
    """A person as the API tells it. email: the name they sign in with, where that is an address. Pure."""
    user, name = account.user, account.sign_in_name
    return {
        "id": public_id(user.id),
        "name": user.name,
        "email": name if "@" in name else "",
        "role": user.role.value,
    }


def reference(account: Account) -> dict[str, Any]:
    """A person where something else names them. Pure."""
    told = shown(account)
    return {key: told[key] for key in ("id", "name", "email")}
