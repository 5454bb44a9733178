"""The program without its window, over a store of its own: everything is real but the clock's hands."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

from sqlalchemy import select

from desktop.app import App
from desktop.domain.consent import Category
from desktop.domain.people import Role, User
from desktop.domain.settings import Settings
from desktop.domain.templates import Button, Template, TemplateStatus
from desktop.services.broadcasts import Broadcasts
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.services.feed import Feed
from desktop.services.sending import Sending
from desktop.services.sequences import Sequences
from desktop.services.templates import Templates
from desktop.services.workspace import Workspace
from desktop.store import (
    contacts,
    people,
    settings,
    tables,
)
from desktop.store.engine import Tx
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock

SALE = Template(
    0, "winter_clearance", "en", Category.MARKETING,
    "Hi {{1}}, the winter clearance is on: up to {{2}} off until {{3}}.", examples=("Ana", "40%", "30 Nov"),
)  # fmt: skip
ORDER = Template(
    0, "order_update", "en", Category.UTILITY, "Hi {{1}}, your order {{2}} is on its way.",
    buttons=(Button("quick_reply", "Track it"),),
)  # fmt: skip
PAUSED = Template(0, "spring_list", "en", Category.MARKETING, "Spring!", status=TemplateStatus.PAUSED)
LOGIN = Template(0, "login_code", "fr", Category.AUTHENTICATION, "Votre code : {{1}}", examples=("123456",))


class Hands(SystemClock):
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


@dataclass
class World:
    """The program without its window, and who is in it by first name."""

    app: App
    clock: Hands
    users: list[User] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    async def write(self, run: Callable[[Tx], Any]) -> Any:
        return await self.app.store.write(run)

    async def at(self, hour: int, minute: int, run: Callable[[Tx], Any], days_ago: int = 0) -> Any:
        """Write as if it were that local time of the day the clock shows."""
        kept = self.clock.at
        day = kept.astimezone() - timedelta(days=days_ago)
        self.clock.at = day.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)
        try:
            return await self.write(run)
        finally:
            self.clock.at = kept

    async def person(self, name: str, phone: str, *, tags: tuple[str, ...] = ()) -> int:
        def write(tx: Tx) -> int:
            made = contacts.create(tx, name, phone)
            if tags:
                contacts.add_tags(tx, [made], tags)
            return made

        made: int = await self.write(write)
        self.ids[(name or phone).split()[0]] = made
        return made

    async def change_settings(self, **values: Any) -> None:
        await self.write(lambda tx: settings.save(tx, replace(Settings(), **values), None))

    async def messages(self, contact_id: int) -> list[Any]:
        """The stored rows of a contact, oldest first."""
        row = tables.message
        asked = select(row).where(row.c.contact_id == contact_id).order_by(row.c.id)
        return await self.app.store.read(lambda tx: tx.rows(asked))


async def open_world(folder: FilePath, at: datetime | None = None) -> World:
    """A store with three people at work, four templates and nobody to talk to."""
    clock = Hands(at or datetime(2026, 11, 22, 13, 40).astimezone(UTC))
    opened = await asyncio.to_thread(open_store, str(folder / "talk.db"), clock, "test")
    store = opened.store

    async def fetch() -> list[Template]:
        return [SALE, ORDER, PAUSED, LOGIN]

    app = App(
        store=store,
        clock=clock,
        feed=Feed(store),
        workspace=Workspace(store),
        contacts=Contacts(store),
        conversations=Conversations(store),
        sending=Sending(store, lambda: None),
        broadcasts=Broadcasts(store, lambda: None),
        sequences=Sequences(store, lambda: None),
        templates=Templates(store, clock, fetch),
        is_sandbox=True,
    )
    world = World(app, clock)
    staff = [("Meera Rao", Role.AGENT), ("Tom Abel", Role.SUPERVISOR), ("Ines Faro", Role.ADMIN)]
    await world.write(lambda tx: people.add(tx, staff))
    world.users = await app.workspace.people()
    await app.templates.refresh()
    return world
