"""The people of the workspace: who may sign in, as what, and who did what."""

from desktop.domain.activity import Activity, Deed
from desktop.domain.people import Account, Role, User
from desktop.store.engine import Store


class Accounts:
    """The verbs on people."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[Account]:
        """Everyone, those whose account is closed last."""
        raise NotImplementedError

    async def sign_in(self, sign_in_name: str, password: str) -> User:
        """Who this is. Raises a Problem that does not say which of the two was wrong; slows down guessing."""
        raise NotImplementedError

    async def add(self, name: str, role: Role, sign_in_name: str, password: str, user: User) -> int:
        """Open an account; returns its id. Raises NotAllowed, or a Problem naming the field."""
        raise NotImplementedError

    async def set_role(self, person_id: int, role: Role, user: User) -> None:
        """Raises NotAllowed, or a Problem: the last admin stays one."""
        raise NotImplementedError

    async def set_password(
        self, person_id: int, password: str, user: User, *, present_password: str = ""
    ) -> None:
        """One's own needs the present one, if there is one; an admin sets others'. Raises NotAllowed, Problem."""
        raise NotImplementedError

    async def deactivate(self, person_id: int, user: User) -> None:
        """Close an account; what the person did stays. Their conversations become unassigned."""
        raise NotImplementedError

    async def reactivate(self, person_id: int, user: User) -> None:
        raise NotImplementedError

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
        raise NotImplementedError
