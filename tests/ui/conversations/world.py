"""A store with a few people who talk, and a window around the page: everything is real but the clock's hands."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from sqlalchemy import select, update

from desktop.app import App
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.filters import Kind
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import Role, User
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.settings import Settings
from desktop.domain.templates import Button, Template, TemplateStatus
from desktop.services.broadcasts import Broadcasts
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.services.feed import Feed
from desktop.services.sending import Sending, submit
from desktop.services.templates import Templates
from desktop.services.workspace import Workspace
from desktop.store import (
    broadcasts,
    consent,
    contacts,
    conversations,
    outbox,
    people,
    settings,
    tables,
    templates,
)
from desktop.store.engine import Store, Tx
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.desk import Desk
from desktop.ui.live import Live
from desktop.ui.parts.toasts import Toasts
from desktop.ui.tasks import Tasks
from desktop.ui.theme import Theme

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
        templates=Templates(store, clock, fetch),
        is_sandbox=True,
    )
    world = World(app, clock)
    staff = [("Meera Rao", Role.AGENT), ("Tom Abel", Role.SUPERVISOR), ("Ines Faro", Role.ADMIN)]
    await world.write(lambda tx: people.add(tx, staff))
    world.users = await app.workspace.people()
    await app.templates.refresh()
    return world


def arrives(
    world: World, contact_id: int, text: str, kind: str = "text", **content: Any
) -> Callable[[Tx], int]:
    """The customer's message, and what it says about marketing."""

    def write(tx: Tx) -> int:
        made = conversations.add_inbound(
            tx, contact_id, wamid="", kind=kind, text=text, content=content, context_wamid=""
        )
        if text == "STOP":
            consent.record(tx, contact_id, OptIn.NO, Source.KEYWORD, evidence="STOP")
        return made

    return write


def leaves(
    contact_id: int, text: str, *, status: Status = Status.DELIVERED, user: User | None = None,
    error_code: int | None = None, buttons: tuple[str, ...] = (), broadcast: str = "",
    reason: Reason | None = None,
) -> Callable[[Tx], int]:  # fmt: skip
    """A message of ours as it stands after its life so far."""

    def write(tx: Tx) -> int:
        path = Path.COMPOSE if user else Path.AUTOMATIC
        wanted = Submission(
            contact_id, path, "interactive" if buttons else "text", text, Lane.PEOPLE,
            {"buttons": [[str(at), title] for at, title in enumerate(buttons)]} if buttons else {},
            author_id=user.id if user else None,
        )  # fmt: skip
        done = submit(tx, wanted, user)
        made = done.message_id
        assert made is not None
        values: dict[str, Any] = {"status": status.value, "error_code": error_code}
        if reason:
            values["reason"] = reason.value
        if broadcast:
            values["broadcast_id"] = broadcasts.save_draft(tx, None, BroadcastDraft(broadcast), None)
            values["path"] = Path.BROADCAST.value
        tx.conn.execute(update(tables.message).where(tables.message.c.id == made).values(**values))
        outbox.touch(tx, contact_id, None)
        return made

    return write


async def populate(world: World) -> None:
    """The people of the first mockup, with what they said."""
    meera = world.users[0]
    priya = await world.person("Priya Sharma", "+16045550142", tags=("VIP", "Mumbai"))
    await world.at(9, 0, lambda tx: consent.record(
        tx, priya, OptIn.YES, Source.IMPORT, evidence="spring list"), 255)  # fmt: skip
    attributes = {"City": "Mumbai", "Last order": "#4468", "Language": "English"}
    for key, value in attributes.items():
        await world.write(
            lambda tx, key=key, value=value: contacts.set_attribute(
                tx, priya, contacts.make_attribute(tx, key, Kind.TEXT), value
            )
        )
    await world.at(10, 20, arrives(world, priya, "Hello!"), 300)
    sale = "Hi Priya, our Diwali sale starts Friday. Early access for members: 20% off everything. 🪔"
    await world.at(10, 0, lambda tx: conversations.mark_read(tx, priya))
    await world.write(
        lambda tx: tx.conn.execute(
            update(tables.contact).where(tables.contact.c.id == priya).values(last_inbound_at=tx.now)
        )
    )
    await world.at(10, 31, leaves(priya, sale, broadcast="Diwali early access"))
    await world.at(10, 42, arrives(world, priya, "STOP"))
    confirmation = "Got it, Priya. We won’t send you offers any more. Order updates will still reach you."
    await world.at(10, 42, leaves(priya, confirmation, buttons=("Subscribe",)))
    await world.at(10, 44, arrives(world, priya, "One more thing: can you resend my invoice for order 4468?"))
    await _others(world, meera)
    for name in ("Priya", "Arjun", "Lucía", "Tunde", "Sofia", "+13065550191"):
        await world.write(lambda tx, name=name: conversations.assign(tx, world.ids[name], meera.id))


async def _others(world: World, meera: User) -> None:
    arjun = await world.person("Arjun Kapoor", "+14165550117")
    await world.at(9, 0, lambda tx: consent.record(tx, arjun, OptIn.YES, Source.AGENT, user_id=meera.id), 3)
    await world.at(10, 37, arrives(world, arjun, "Hi there"))
    await world.at(10, 38, arrives(world, arjun, "Is the blue one back in stock?"))
    lucia = await world.person("Lucía Morales", "+15145550163")
    await world.at(9, 50, arrives(world, lucia, "Where is my order?"))
    await world.at(9, 57, leaves(lucia, "Your order #4471 has shipped 🚚", user=meera, status=Status.READ))
    tunde = await world.person("Tunde Nwosu", "+19025550128")
    await world.at(9, 5, arrives(world, tunde, "Call me"))
    await world.at(9, 12, leaves(tunde, "We tried to reach you", user=meera, status=Status.FAILED,
                                 error_code=131026, reason=Reason.WHATSAPP_ERROR))  # fmt: skip
    sofia = await world.person("Sofia Greco", "+15145550164")
    await world.at(16, 0, arrives(world, sofia, "Thanks, that solved it!"), 1)
    await world.at(11, 0, lambda tx: conversations.mark_read(tx, sofia))
    photo = await world.person("", "+13065550191")
    await world.at(15, 0, arrives(world, photo, "", "image", media={"id": "1", "filename": ""}), 1)
    for contact_id in (lucia, tunde, photo):
        await world.write(lambda tx, contact_id=contact_id: conversations.mark_read(tx, contact_id))


class Bench:
    """The page in a window, driven as a person would."""

    def __init__(self, world: World, theme: Theme, *, rail_px: int = 0) -> None:
        self.world = world
        self.faults: list[Exception] = []
        self.window = QWidget()
        self.window.setObjectName("window")
        self.window.resize(1440, 900)
        self.tasks = Tasks(self.faults.append, Problem)
        self.toasts = Toasts(theme, self.window)
        self.user = world.users[0]
        self.desk = Desk(world.app, theme, self.tasks, self.toasts, Live(world.app.feed), lambda: self.user)
        self.page = ConversationsPage(self.desk)
        row = QHBoxLayout(self.window)
        row.setContentsMargins(rail_px, 0, 0, 0)
        row.addWidget(self.page)
        self.feeding = asyncio.get_running_loop().create_task(world.app.feed.run())

    async def show(self) -> None:
        self.window.show()
        self.window.activateWindow()
        await until(lambda: self.page.list.stack.currentIndex() > 0)

    async def open(self, name: str) -> None:
        contact_id = self.world.ids[name]
        self.page.open_contact(contact_id)
        await until(lambda: self.page.area.contact_id == contact_id)
        await self.tasks.drain()

    def find(self, name: str, kind: type[Any] = QWidget) -> Any:
        """The visible widget of that name. Raises LookupError."""
        found = [one for one in self.window.findChildren(kind, name) if one.isVisible()]
        if not found:
            raise LookupError(f"nothing visible is called {name}")
        return found[-1]

    def sees(self, name: str) -> bool:
        return any(one.isVisible() for one in self.window.findChildren(QWidget, name))

    def click(self, name: str) -> None:
        widget = self.find(name)
        assert widget.isEnabled(), f"{name} is disabled"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    async def close(self) -> None:
        await self.page.settle()
        self.window.close()
        await self.tasks.close()
        self.feeding.cancel()
        await asyncio.gather(self.feeding, return_exceptions=True)
        self.window.deleteLater()
        await asyncio.to_thread(self.world.app.store.close)
        assert not self.faults, self.faults


async def until(condition: Callable[[], bool]) -> None:
    """Let Qt and the loop have their turns until it is so; the test's time-out ends it otherwise."""
    while not condition():  # noqa: ASYNC110  # there is no event for what Qt does by itself
        await asyncio.sleep(0.002)


def store_of(world: World) -> Store:
    return world.app.store
