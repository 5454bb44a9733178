"""What WhatsApp tells us: messages and preferences at once, statuses a moment later.

Messages and preferences are applied in the transaction that stores the webhook, before the 200: from that
moment an opt-out counts. Statuses may wait; they are applied in batches behind people's work.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from desktop.domain.consent import Source
from desktop.domain.contacts import Fact
from desktop.domain.messages import Status
from desktop.domain.problems import Problem
from desktop.domain.words import Wish
from desktop.services import bot_hearing, inbound_account, replies_to_broadcasts
from desktop.services.bodies import message_id_of
from desktop.services.wishes import grant, wish_of, words_of, wrote_at
from desktop.store import (
    api_answers,
    consent,
    contacts,
    conversations,
    outbox,
    reactions,
    sessions,
    settings,
    webhooks,
)
from desktop.store import templates as template_store
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed, Tx, WriteLane, is_trouble
from desktop.system.faults import Faults
from desktop.whatsapp import errors
from desktop.whatsapp.updates import (
    AccountChanged,
    BadUpdate,
    InboundMessage,
    NumberChanged,
    PhoneQualityChanged,
    PreferenceChange,
    StatusUpdate,
    TemplateCategoryChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
    TemplateUpdate,
    Update,
    UserIdChanged,
)
from desktop.whatsapp.webhooks import parse

_log = logging.getLogger("assent.inbound")
_STATUSES_PER_WRITE: Final = 100
_IDLE_POLL_S: Final = 1.0
_FORGET_EVERY_S: Final = 3_600.0
_LONGEST_ITEM: Final = 16_384


class Inbound:
    """Takes webhooks. `run()` applies the statuses that wait."""

    def __init__(
        self,
        store: Store,
        *,
        store_key: str,
        wake: Callable[[], None],
        refresh_templates: Callable[[], None],
        forget_every_s: float = _FORGET_EVERY_S,
        faults: Faults | None = None,
    ) -> None:
        """wake: there may be something to send. refresh_templates: one changed in a way that needs a read.

        forget_every_s: how often what cannot come again is dropped, first when `run()` has begun.
        """
        self._store = store
        self._store_key = store_key
        self._wake = wake
        self._refresh_templates = refresh_templates
        self._faults = faults or Faults()
        self._news = asyncio.Event()
        self._forget_every_s = forget_every_s
        self._forget_at_s = 0.0

    async def receive(self, raw: bytes) -> None:
        """Store one webhook and apply what must not wait; on return it may be answered with 200.

        The signature has been checked. Raises NotAWebhook if it cannot be read at all.
        """
        delivery = parse(raw)
        urgent = [one for one in delivery.updates if not isinstance(one, StatusUpdate)]
        statuses = len(urgent) < len(delivery.updates)

        def write(tx: Tx) -> None:
            webhooks.keep(tx, raw.decode("utf-8", "replace"), done=not statuses)
            _quarantine(tx, delivery.bad)
            for update in urgent:
                _apply_or_quarantine(tx, update, self._faults)

        await self._store.write(write, WriteLane.CONSENT if urgent else WriteLane.STATUS)
        if any(isinstance(one, TemplateUpdate) for one in urgent):
            self._refresh_templates()
        if statuses:
            self._news.set()
        if urgent:
            self._wake()

    async def run(self) -> None:
        """Apply waiting statuses until cancelled; what waited at a crash is applied at the next start."""
        while True:
            self._news.clear()
            try:
                is_busy = await self._apply_waiting()
                await self._forget_old()
                if not is_busy:
                    async with asyncio.timeout(_IDLE_POLL_S):
                        await self._news.wait()
            except TimeoutError:
                continue
            except StoreClosed:
                return

    async def _forget_old(self) -> None:
        """Once in a long while drop what WhatsApp, and who asks the API, cannot repeat any more."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._forget_at_s:
            return
        self._forget_at_s = now_s + self._forget_every_s
        try:
            await self._store.write(webhooks.forget_old, WriteLane.BULK)
            while await self._store.write(api_answers.forget_old, WriteLane.BULK):
                pass  # in small steps, so that nobody waits
        except (StoreBusy, StoreBroken) as trouble:
            _log.warning("what is old could not be dropped now: %s", trouble)

    async def _apply_waiting(self) -> bool:
        waiting = await self._store.read(webhooks.waiting)
        for id, body in waiting:
            try:
                await self._apply_one(id, body)
            except Problem:
                raise
            except Exception as wrong:
                # One webhook that cannot be applied must not stop those behind it, now or after a restart.
                _log.exception("statuses could not be applied")
                why = f"{type(wrong).__name__}: {wrong}"
                await self._store.write(
                    lambda tx, id=id, body=body, why=why: _set_aside(tx, id, why, body),  # type: ignore[misc]
                    WriteLane.STATUS,
                )
        return bool(waiting)

    async def _apply_one(self, id: int, body: str) -> None:
        statuses = [one for one in parse(body.encode()).updates if isinstance(one, StatusUpdate)]
        for start in range(0, len(statuses), _STATUSES_PER_WRITE):
            batch = statuses[start : start + _STATUSES_PER_WRITE]
            await self._store.write(
                lambda tx, batch=batch: apply_statuses(tx, batch, self._store_key),  # type: ignore[misc]
                WriteLane.STATUS,
            )
        await self._store.write(lambda tx: webhooks.finish(tx, [id]), WriteLane.STATUS)


def _set_aside(tx: Tx, id: int, why: str, body: str) -> None:
    webhooks.quarantine(tx, why, body)
    webhooks.finish(tx, [id])


def apply_statuses(tx: Tx, statuses: Sequence[StatusUpdate], store_key: str) -> None:
    """Apply a batch of status reports; one that fits no message of ours is passed over."""
    own = {id for one in statuses if (id := message_id_of(one.callback_data, store_key)) is not None}
    ids = outbox.find_for_status(tx, own, (one.wamid for one in statuses))
    rows = outbox.lock(tx, ids)
    by_wamid = {row.wamid: row.id for row in rows.values() if row.wamid}
    for one in statuses:
        id = message_id_of(one.callback_data, store_key)
        id = id if id in rows else by_wamid.get(one.wamid)
        if id is not None:
            _apply_status(tx, id, one)
        elif _opts_out(one):
            contact_id = _known(tx, one.recipient_phone, one.recipient_user_id)
            if contact_id is not None:
                _stop(tx, contact_id, True, f"error {one.errors[0].code}")


def _opts_out(one: StatusUpdate) -> bool:
    """True if the failure is the customer's STOP, whatever became of the message itself."""
    return one.status is Status.FAILED and bool(one.errors) and errors.rule(one.errors[0].code).opts_out


def _apply_status(tx: Tx, message_id: int, one: StatusUpdate) -> None:
    # Read anew: an earlier report of the same batch may have moved it.
    row = outbox.lock(tx, [message_id])[message_id]
    error = one.errors[0] if one.errors else None
    outbox.report(
        tx,
        row,
        one.status,
        wamid=one.wamid,
        error_code=error.code if error else None,
        error_details=(error.details or error.title) if error else "",
    )
    if one.recipient_user_id or one.recipient_phone:
        consent.unite(tx, row.contact_id, phone=one.recipient_phone, user_id=one.recipient_user_id)
    if error and _opts_out(one):
        _stop(tx, contacts.kept_id(tx, row.contact_id), True, f"error {error.code}")


def _stop(tx: Tx, contact_id: int, stop: bool, evidence: str, at: datetime | None = None) -> None:
    _, known = consent.facts_of(tx, contact_id, lock=True)
    if known.stopped_in_whatsapp is not stop:
        consent.record(tx, contact_id, stop, Source.WHATSAPP, evidence=evidence, at=at)


def _quarantine(tx: Tx, bad: Sequence[BadUpdate]) -> None:
    for one in bad:
        webhooks.quarantine(tx, one.why, one.raw)


def _apply_or_quarantine(tx: Tx, update: Update, faults: Faults) -> None:
    """One update that cannot be applied must not cost the others: it is kept for a person to look at."""
    point = tx.conn.begin_nested()
    try:
        if webhooks.first_time(tx, f"{type(update).__name__}|{update.dedupe_key}"):
            _apply(tx, update, faults)
        point.commit()
    except Exception as wrong:
        point.rollback()
        if is_trouble(wrong):
            raise  # not this update's fault: WhatsApp tries the whole webhook again
        _log.exception("an update could not be applied")
        webhooks.quarantine(tx, f"{type(wrong).__name__}: {wrong}", update.raw)


def _apply(tx: Tx, update: Update, faults: Faults) -> None:
    if isinstance(update, InboundMessage):
        if not update.group_id:
            _message(tx, update, faults)
    elif isinstance(update, PreferenceChange):
        _preference(tx, update)
    elif isinstance(update, NumberChanged):
        _number(tx, update)
    elif isinstance(update, UserIdChanged):
        contact_id = _known(tx, update.phone, update.old_user_id)
        if contact_id is not None:
            contacts.learn(tx, contact_id, user_id=update.new_user_id)
    elif isinstance(update, TemplateUpdate):
        _template(tx, update)
    elif isinstance(update, PhoneQualityChanged | AccountChanged):
        inbound_account.apply(tx, update)


def _known(tx: Tx, phone: str | None, user_id: str | None, *, speaks: bool = False) -> int | None:
    """The contact under these names; several that turn out to be one person are merged, NO kept.

    speaks: a bot may hear it. Then its session is held before the contact, as all do who move sessions.
    """
    found = contacts.find(tx, phone=phone, user_id=user_id)
    if not found:
        return None
    if len(found) > 1:
        consent.merge(tx, found[0], found[1:])
    if speaks:
        sessions.hold_of(tx, found[0])
    contacts.learn(tx, found[0], phone=phone, user_id=user_id)
    return found[0]


def _message(tx: Tx, update: InboundMessage, faults: Faults) -> None:
    contact_id = _known(tx, update.phone, update.user_id, speaks=update.kind != "reaction")
    stranger = contact_id is None
    if contact_id is None:
        contact_id = contacts.create(tx, update.profile_name, update.phone, user_id=update.user_id)
    if update.kind == "reaction":
        if update.reaction is not None:
            reactions.react(tx, contact_id, update.reaction.wamid, update.reaction.emoji, update.at or tx.now)
        return
    was_open = conversations.is_open(tx, contact_id)
    message_id = conversations.add_inbound(
        tx,
        contact_id,
        wamid=update.wamid,
        kind=update.kind,
        text=words_of(update),
        content=_content(update),
        context_wamid=update.context_wamid,
        wrote_at=update.at,
    )
    at = wrote_at(tx, update)
    broadcast_id = replies_to_broadcasts.note(tx, contact_id, message_id, update.context_wamid, at)
    kept = settings.load(tx)
    wish = wish_of(update, kept)
    if wish is not None:
        grant(tx, contact_id, wish, update, kept)
    if wish is Wish.OPT_OUT and stranger and update.phone is None:
        webhooks.quarantine(
            tx, "An opt-out from someone unknown: find the contact whom it concerns.", update.raw
        )
    if wish is not None:
        return
    routed = broadcast_id is not None and replies_to_broadcasts.route(
        tx, contact_id, broadcast_id, at, faults, was_open=was_open
    )
    if not routed:
        bot_hearing.hear(tx, contact_id, update, at, kept.words, faults)


def _content(update: InboundMessage) -> dict[str, object]:
    content: dict[str, object] = {}
    if update.media:
        media = update.media
        content["media"] = {"id": media.id, "mime": media.mime, "filename": media.filename}
    if update.location:
        place = update.location
        content["location"] = {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "name": place.name,
            "address": place.address,
        }
    if update.referral:
        content["referral"] = {"url": update.referral.url, "headline": update.referral.headline}
    if (update.kind != "text" or update.referral) and 0 < len(update.raw) <= _LONGEST_ITEM:
        content["item"] = json.loads(update.raw)  # as it came, for the programs that it is passed on to
    return content


def _preference(tx: Tx, update: PreferenceChange) -> None:
    contact_id = _known(tx, update.phone, update.user_id)
    if contact_id is None:
        # Kept although nobody knows them yet: an import of this number must not undo it.
        contact_id = contacts.create(tx, "", update.phone, user_id=update.user_id)
        if update.phone is None:
            webhooks.quarantine(
                tx, "A stop from someone unknown: find the contact whom it concerns.", update.raw
            )
    if not update.stop and consent.said_no_since(tx, contact_id, Fact.WHATSAPP, wrote_at(tx, update)):
        return
    _stop(tx, contact_id, update.stop, "user preferences", wrote_at(tx, update))


def _number(tx: Tx, update: NumberChanged) -> None:
    contact_id = _known(tx, update.old_phone, update.old_user_id)
    if contact_id is None or update.new_phone is None:
        return
    others = [id for id in contacts.find(tx, phone=update.new_phone) if id != contact_id]
    if others:
        consent.merge(tx, contact_id, others)
    contacts.set_phone(tx, contact_id, update.new_phone)
    contacts.learn(tx, contact_id, user_id=update.new_user_id)


def _template(tx: Tx, update: TemplateUpdate) -> None:
    if isinstance(update, TemplateStatusChanged):
        since = update.at or tx.now
        template_store.change(
            tx,
            update.name,
            update.language,
            whatsapp_id=update.whatsapp_id,
            status=update.status,
            status_reason=update.reason,
            paused_until=since + update.paused_for if update.paused_for else None,
        )
    elif isinstance(update, TemplateCategoryChanged):
        template_store.change(
            tx,
            update.name,
            update.language,
            whatsapp_id=update.whatsapp_id,
            # A warning names the present category as the new one: what counts in it is the announced one.
            category=None if update.correct_category else update.new_category,
            correct_category=update.correct_category,
        )
    elif isinstance(update, TemplateQualityChanged):
        template_store.change(
            tx, update.name, update.language, whatsapp_id=update.whatsapp_id, quality=update.quality
        )
