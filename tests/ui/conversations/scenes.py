"""People who talk: what arrives, what leaves, and the six of the first mockup."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import update

from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.filters import Kind
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import User
from desktop.domain.reasons import Reason
from desktop.services.sending import submit
from desktop.store import broadcasts, consent, contacts, conversations, outbox, tables
from desktop.store.engine import Tx
from tests.ui.conversations.world import World


def arrives(contact_id: int, text: str, kind: str = "text", **content: Any) -> Callable[[Tx], int]:
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


def wrote_before(contact_id: int) -> Callable[[Tx], None]:
    """The reply window is open although the message that opened it is not shown."""

    def write(tx: Tx) -> None:
        row = tables.contact
        tx.conn.execute(update(row).where(row.c.id == contact_id).values(last_inbound_at=tx.now))

    return write


def attribute(tx: Tx, *, contact_id: int, name: str, value: str) -> None:
    contacts.set_attribute(tx, contact_id, contacts.make_attribute(tx, name, Kind.TEXT), value)


async def populate(world: World) -> None:
    """The people of the first mockup, with what they said."""
    meera = world.users[0]
    priya = await world.person("Priya Sharma", "+16045550142", tags=("VIP", "Mumbai"))
    await world.at(9, 0, lambda tx: consent.record(
        tx, priya, OptIn.YES, Source.IMPORT, evidence="spring list"), 255)  # fmt: skip
    attributes = {"City": "Mumbai", "Last order": "#4468", "Language": "English"}
    for key, value in attributes.items():
        await world.write(partial(attribute, contact_id=priya, name=key, value=value))
    sale = "Hi Priya, our Diwali sale starts Friday. Early access for members: 20% off everything. 🪔"
    await world.write(wrote_before(priya))
    await world.at(10, 31, leaves(priya, sale, broadcast="Diwali early access"))
    await world.at(10, 42, arrives(priya, "STOP"))
    confirmation = "Got it, Priya. We won’t send you offers any more. Order updates will still reach you."
    await world.at(10, 42, leaves(priya, confirmation, buttons=("Subscribe",)))
    await world.at(10, 44, arrives(priya, "One more thing: can you resend my invoice for order 4468?"))
    await _others(world, meera)
    for name in ("Priya", "Arjun", "Lucía", "Tunde", "Sofia", "+13065550191"):
        await world.at(8, 0, partial(conversations.assign, contact_id=world.ids[name], user_id=meera.id), 30)


async def _others(world: World, meera: User) -> None:
    arjun = await world.person("Arjun Kapoor", "+14165550117")
    await world.at(9, 0, lambda tx: consent.record(tx, arjun, OptIn.YES, Source.AGENT, user_id=meera.id), 3)
    await world.at(10, 37, arrives(arjun, "Hi there"))
    await world.at(10, 38, arrives(arjun, "Is the blue one back in stock?"))
    lucia = await world.person("Lucía Morales", "+15145550163")
    await world.at(9, 50, arrives(lucia, "Where is my order?"))
    await world.at(9, 57, leaves(lucia, "Your order #4471 has shipped 🚚", user=meera, status=Status.READ))
    tunde = await world.person("Tunde Nwosu", "+19025550128")
    await world.at(9, 5, arrives(tunde, "Call me"))
    await world.at(9, 12, leaves(tunde, "We tried to reach you", user=meera, status=Status.FAILED,
                                 error_code=131026, reason=Reason.WHATSAPP_ERROR))  # fmt: skip
    sofia = await world.person("Sofia Greco", "+15145550164")
    await world.at(16, 0, arrives(sofia, "Thanks, that solved it!"), 1)
    await world.at(11, 0, lambda tx: conversations.mark_read(tx, sofia))
    photo = await world.person("", "+13065550191")
    await world.at(15, 0, arrives(photo, "", "image", media={"id": "1", "filename": ""}), 1)
    for contact_id in (lucia, tunde, photo):
        await world.write(partial(conversations.mark_read, contact_id=contact_id))
