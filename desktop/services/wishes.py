"""What customers ask about marketing: heard in their own words, and kept before anything else comes of them."""

import logging
from datetime import datetime, timedelta
from typing import Final

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.contacts import Fact
from desktop.domain.flow_answers import is_of_flows
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.problems import Problem
from desktop.domain.settings import Settings
from desktop.domain.words import Wish
from desktop.services import sending
from desktop.services.bodies import SUBSCRIBE_ID
from desktop.store import consent, contacts
from desktop.store.engine import Tx
from desktop.whatsapp.updates import InboundMessage, Update

_log = logging.getLogger("assent.inbound")
_PRESSED: Final = ("button", "interactive")
_SPOKEN: Final = ("text", "edit", *_PRESSED)


def wish_of(update: InboundMessage, kept: Settings) -> Wish | None:
    """What the whole message, or the pressed button, asks for.

    The words under a picture opt out, but never in; nor does a flow's own button: it is an answer to what the flow asks.
    """
    if update.button_payload == SUBSCRIBE_ID:
        return Wish.OPT_IN
    wish = kept.words.wish(words_of(update))
    if wish is None and update.button_payload:
        wish = kept.words.wish(update.button_payload)
    is_spoken = update.kind in _SPOKEN and bool(update.text or update.button_payload)
    if wish is Wish.OPT_IN and (not is_spoken or is_of_flows(update.button_payload)):
        return None
    return wish


def words_of(update: InboundMessage) -> str:
    return update.text or (update.media.caption if update.media else "")


def grant(tx: Tx, contact_id: int, wish: Wish, update: InboundMessage, kept: Settings) -> None:
    """Record the wish and confirm it with a service text inside the window that it opened."""
    source = Source.BUTTON if update.kind in _PRESSED else Source.KEYWORD
    value = OptIn.NO if wish is Wish.OPT_OUT else OptIn.YES
    at = wrote_at(tx, update)
    if value is OptIn.YES and consent.said_no_since(tx, contact_id, Fact.OPT_IN, at):
        return  # a yes that was under way while a newer no arrived
    _, known = consent.facts_of(tx, contact_id, lock=True)
    # A No is kept as often as it is said: whatever takes an older one back then finds that a newer one stands.
    if known.opt_in is not value or value is OptIn.NO:
        consent.record(tx, contact_id, value, source, evidence=words_of(update).strip()[:200], at=at)
    name = contacts.get(tx, contact_id)
    first = name.first_name if name.name else ""
    text = kept.opt_out_text if wish is Wish.OPT_OUT else kept.opt_in_text
    opting_out = wish is Wish.OPT_OUT
    answer = _address(text, first)
    if not answer:
        return
    _confirm(
        tx,
        Submission(
            contact_id=contact_id,
            path=Path.AUTOMATIC,
            kind="interactive" if opting_out else "text",
            text=answer,
            lane=Lane.AUTOMATIC,
            content={"buttons": [[SUBSCRIBE_ID, kept.subscribe_button]]} if opting_out else {},
        ),
    )


def _confirm(tx: Tx, wanted: Submission) -> None:
    """Send the confirmation; one that cannot be sent must not cost the wish itself."""
    try:
        sending.submit(tx, wanted, None)
    except Problem as problem:
        _log.warning("no confirmation: %s", problem)


def _address(text: str, first_name: str) -> str:
    """The text with {name} filled; without a name the comma before it goes as well."""
    if first_name:
        return text.replace("{name}", first_name)
    return text.replace(", {name}", "").replace("{name}", "").strip()


def wrote_at(tx: Tx, update: Update) -> datetime:
    """When the customer did it. WhatsApp tells whole seconds, so what came at once happened now."""
    late = update.at is not None and tx.now - update.at > _AT_ONCE
    return update.at if late and update.at is not None else tx.now


_AT_ONCE: Final = timedelta(seconds=2)
