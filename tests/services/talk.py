"""Bots on a store of a test's own: customers write, the engine's rounds, the real claim, and an end for each call."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import select

from desktop.domain.consent import Category, OptIn
from desktop.domain.flow import START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_answers import payload
from desktop.domain.flow_nodes import Choice, Does
from desktop.domain.messages import Status
from desktop.domain.outbox import Claimed, Settled
from desktop.domain.people import Role, User
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template
from desktop.services.bot_engine import BotEngine
from desktop.services.bots import Bots
from desktop.services.inbound import Inbound
from desktop.store import (
    attempts,
    claims,
    conversations,
    flows,
    people,
    session_work,
    sessions,
    settings,
    tables,
    templates,
)
from desktop.store.engine import Store, Tx
from desktop.store.sessions import Session
from desktop.system.faults import Faults
from desktop.system.http import Web
from desktop.system.secrets import Secrets
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import ENGINE_ID, accepted, add_contact, add_template, phone

MOST_ROUNDS: Final = 300
HELLO: Final = Trigger(TriggerKind.KEYWORD, ("hello",))
SHOP_SECRET: Final = "s3cret-of-the-shop"
Edges = Mapping[tuple[str, str], str]


def flow(
    nodes: Mapping[str, Does],
    edges: Edges | None = None,
    *triggers: Trigger,
    timeout_minutes: int = 15,
) -> FlowDefinition:
    """A flow that begins at the first node. edges: by node and exit; none: each node leads to the one after it."""
    ids = list(nodes)
    if edges is None:
        edges = {(one, "next"): after for one, after in pairwise(ids)}
    joined = {(START, "next"): ids[0], **edges}
    return FlowDefinition(
        triggers or (HELLO,),
        tuple(Node(id, does) for id, does in nodes.items()),
        tuple(Edge(from_id, exit, to_id) for (from_id, exit), to_id in joined.items()),
        timeout_minutes,
    )


class Talk:
    """One store, its flows, its customers, and the engine that works on them."""

    def __init__(self, store: Store, clock: FakeClock, web: Web, environment: Mapping[str, str]) -> None:
        self.store = store
        self.clock = clock
        self._web = web
        self._environment = environment
        self.bots = Bots(store)
        self._count = 0
        self.hears_within_s, self.elapsed_s = 0.0, 0.0
        """Of the engine that begins next: how long answers may still come, and the machine's time."""
        self.begins(Faults())

    def begins(self, faults: Faults) -> None:
        """The program begins, or begins again: what it had in hand is forgotten."""
        secrets = Secrets(self._environment)
        self.engine = BotEngine(
            self.store,
            self._web,
            secrets,
            lambda: None,
            faults,
            hears_within_s=self.hears_within_s,
            elapsed_s=lambda: self.elapsed_s,
        )
        self.inbound = Inbound(
            self.store, store_key="k", wake=lambda: None, refresh_templates=lambda: None, faults=faults
        )

    # Making things.

    def contact(self, number: int = 0, opt_in: OptIn = OptIn.NONE, **more: Any) -> int:
        return write(self.store, lambda tx: add_contact(tx, number, opt_in, **more))

    def person(self, name: str = "Lina Haddad", role: Role = Role.AGENT) -> User:
        id = write(self.store, lambda tx: people.add(tx, [(name, role)])[0])
        return User(id, name, role)

    def template(self, name: str = "sale", category: Category = Category.MARKETING, **more: Any) -> Template:
        return write(self.store, lambda tx: add_template(tx, name, category, **{"body": "Sale!", **more}))

    def flow(self, definition: FlowDefinition, name: str = "Greeting") -> int:
        """A published flow; returns its id."""

        def run(tx: Tx) -> int:
            known = flows.id_of(tx, name)
            if known is None:
                known = flows.create(tx, name, definition, None)
            else:
                flows.save_draft(tx, known, definition)
            return flows.publish(tx, flows.get(tx, known), "", None).id

        return write(self.store, run)

    def settings(self, **changes: Any) -> None:
        write(self.store, lambda tx: settings.save(tx, replace(settings.load(tx), **changes), None))

    def passes(self, **by: float) -> None:
        """Time goes on, and the templates are read anew."""
        self.clock.move(timedelta(**by))

        def run(tx: Tx) -> None:
            templates.replace_all(tx, [replace(one, fetched_at=tx.now) for one in templates.every(tx)])

        write(self.store, run)

    # Customers.

    async def says(self, text: str, number: int = 0, *, at: datetime | None = None, **more: Any) -> None:
        """A customer writes; the webhook is taken."""
        await self.sends({"type": "text", "text": {"body": text}, **more}, number, at=at)

    async def presses(
        self, node_id: str, choice_id: str, title: str, number: int = 0, *, at: datetime | None = None
    ) -> None:
        """A customer presses a button of the session that runs, or that ran last."""
        row = tables.bot_session.c
        mine = tables.contact.c.phone == phone(number)
        joined = select(row.id).join(tables.contact, tables.contact.c.id == row.contact_id).where(mine)
        newest = self.rows(joined.order_by(row.id.desc()).limit(1))
        made = read(self.store, lambda tx: sessions.get(tx, newest[0].id)) if newest else None
        id = payload(node_id, Choice(choice_id, title), made.mark if made is not None else "none")
        await self.presses_old(id, title, number, at=at)

    async def presses_old(
        self, payload: str, title: str, number: int = 0, *, at: datetime | None = None
    ) -> None:
        """A customer presses any button that is still in the conversation."""
        reply = {"type": "button_reply", "button_reply": {"id": payload, "title": title}}
        await self.sends({"type": "interactive", "interactive": reply}, number, at=at)

    async def sends(self, item: Mapping[str, Any], number: int = 0, *, at: datetime | None = None) -> None:
        """A customer sends anything; the webhook is taken."""
        self._count += 1
        when = int((at or self.clock.now()).timestamp())
        sender = phone(number).removeprefix("+")
        told = {"id": f"wamid.in{self._count}", "from": sender, "timestamp": str(when), **item}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "12365550100", "phone_number_id": "106500000000001"},
            "messages": [told],
        }
        entry = [{"id": "102290000000001", "changes": [{"field": "messages", "value": value}]}]
        await self.inbound.receive(
            json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
        )

    # Working.

    async def rounds(self) -> None:
        """The engine's part of bots, until it has nothing to do; nothing is claimed."""
        for _ in range(MOST_ROUNDS):
            more = await self.engine.round()
            await self.engine.asked()
            if not more and not read(self.store, lambda tx: session_work.look(tx, 10).request_ids):
                return
        raise AssertionError("it never rests")

    async def works(self, end: Callable[[Claimed], Settled] = accepted) -> list[Claimed]:
        """Rounds, claims and calls until nothing is to do; returns what was called."""
        called: list[Claimed] = []
        for _ in range(MOST_ROUNDS):
            await self.rounds()
            result = write(self.store, lambda tx: claims.claim(tx, 32, ENGINE_ID))
            assert not result.stale_template_ids
            ended = [end(one) for one in result.claimed]
            self._settle(ended)
            called += result.claimed
            if not result.claimed and not result.stopped_count and not result.more:
                return called
        raise AssertionError("it never rests")

    def _settle(self, ended: Sequence[Settled]) -> None:
        write(self.store, lambda tx: attempts.settle(tx, ended))

    # Looking.

    def said(self, contact_id: int) -> list[str]:
        """What the bot said, in order."""
        return [one.text for one in self.thread(contact_id) if one.path == "bot"]

    def thread(self, contact_id: int) -> Sequence[Any]:
        return read(self.store, lambda tx: conversations.thread(tx, contact_id))

    def marks(self, contact_id: int) -> list[tuple[Status | None, Reason | None]]:
        """Status and reason of what the bot said, in order."""
        return [(one.status, one.reason) for one in self.thread(contact_id) if one.path == "bot"]

    def sessions_of(self, contact_id: int) -> list[Session]:
        def run(tx: Tx) -> list[Session]:
            row = tables.bot_session.c
            ids = list(tx.conn.scalars(select(row.id).where(row.contact_id == contact_id).order_by(row.id)))
            found = [sessions.get(tx, id) for id in ids]
            return [one for one in found if one is not None]

        return read(self.store, run)

    def session(self, contact_id: int) -> Session:
        """The newest one."""
        return self.sessions_of(contact_id)[-1]

    def stands(self, contact_id: int) -> tuple[str, str]:
        """Status and node of the newest session."""
        state = self.session(contact_id).state
        return state.status.value, state.node_id

    def steps(self, session_id: int) -> list[tuple[str, str]]:
        """The nodes that a session left, with the exits."""
        row = tables.bot_step.c
        asked = select(row.node_id, row.exit).where(row.session_id == session_id).order_by(row.number)
        return [(one.node_id, one.exit) for one in self.rows(asked)]

    def answers(self, contact_id: int) -> list[tuple[str, str]]:
        row, session = tables.bot_answer.c, tables.bot_session.c
        asked = (
            select(row.name, row.value)
            .join(tables.bot_session, session.id == row.session_id)
            .where(session.contact_id == contact_id)
            .order_by(row.id)
        )
        return [(one.name, one.value) for one in self.rows(asked)]

    def conversation(self, contact_id: int) -> Any:
        row = tables.conversation
        return self.rows(select(row).where(row.c.contact_id == contact_id))[0]

    def rows(self, asked: Any) -> list[Any]:
        return read(self.store, lambda tx: tx.rows(asked))
