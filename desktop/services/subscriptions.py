"""Outgoing webhooks as a person keeps them: add, change, pause, look at the log, send one again."""

from dataclasses import dataclass, field

from desktop.domain.people import User
from desktop.domain.subscriptions import Delivery, Subscription, SubscriptionDraft
from desktop.store.engine import Store
from desktop.system.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Added:
    """A new subscription, and the secret that its deliveries are signed with: shown, never kept in the store."""

    subscription: Subscription
    secret: str = field(repr=False)


class Subscriptions:
    """The verbs on outgoing webhooks."""

    def __init__(self, store: Store, secrets: Secrets, *, is_sandbox: bool) -> None:
        """is_sandbox: addresses on this machine are allowed, so that a flow can be tried without a server."""
        self._store = store
        self._secrets = secrets
        self._is_sandbox = is_sandbox

    async def every(self) -> list[Subscription]:
        """All of them, in the order in which they were made, with the figures of the last 24 hours."""
        raise NotImplementedError

    async def add(self, draft: SubscriptionDraft, user: User) -> Added:
        """Tell an address from now on. Raises NotAllowed, or a Problem of url or events."""
        raise NotImplementedError

    async def change(self, id: int, draft: SubscriptionDraft, user: User) -> None:
        """Other events or another address; what waits goes to the new one. Raises NotAllowed, NotFound, Problem."""
        raise NotImplementedError

    async def remove(self, id: int, user: User) -> None:
        """Stop telling; what waits is dropped, the log too. Raises NotAllowed, NotFound."""
        raise NotImplementedError

    async def pause(self, id: int, user: User) -> None:
        """Deliver nothing until `resume()`; nothing is lost meanwhile. Raises NotAllowed, NotFound."""
        raise NotImplementedError

    async def resume(self, id: int, user: User, *, from_now: bool = False) -> None:
        """Go on where it stopped, or from now, leaving out what happened meanwhile. Raises NotAllowed, NotFound."""
        raise NotImplementedError

    async def secret(self, id: int, user: User) -> str:
        """The signing secret once more. Raises NotAllowed, NotFound, or a Problem where this machine has none."""
        raise NotImplementedError

    async def log(self, id: int, *, before_id: int | None = None, most_count: int = 50) -> list[Delivery]:
        """Deliveries of the last seven days, newest first, a page at a time. Raises NotFound."""
        raise NotImplementedError

    async def replay(self, delivery_id: int, user: User) -> None:
        """Deliver the same body again, as a delivery of its own. Raises NotAllowed, NotFound."""
        raise NotImplementedError

    async def send_test(self, id: int, user: User) -> Delivery:
        """Post a small test event now and tell how that went. Raises NotAllowed, NotFound."""
        raise NotImplementedError
