"""WhatsApp's webhook calls: the handshake, the signature, and the updates inside.

Deliveries come twice, late and in any order, up to 1,000 updates in one. Check the signature over the raw
bytes first, then `parse()` them.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from desktop.domain.problems import Problem
from desktop.whatsapp import webhook_account, webhook_messages
from desktop.whatsapp.reading import LONGEST_ID, as_json, clean, identifier, mapping, mappings
from desktop.whatsapp.reading import time as moment
from desktop.whatsapp.updates import BadUpdate, Delivery, Unknown, Update

LARGEST_BODY_BYTES: Final = 3 * 1024 * 1024
"""Meta's limit for a webhook call."""
_PREFIX: Final = b"sha256="


class NotAWebhook(Problem):
    """The body of a webhook call is not JSON."""


def verify_signature(raw: bytes, header: str | None, app_secret: str) -> bool:
    """True if X-Hub-Signature-256 was made over exactly these bytes with the app's secret.

    Compared in constant time. An empty secret verifies nothing.
    """
    if not header or not app_secret:
        return False
    made = _PREFIX + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest().encode("ascii")
    return hmac.compare_digest(made, header.strip().lower().encode("utf-8", "replace"))


def handshake(query: Mapping[str, str], verify_token: str) -> str | None:
    """The challenge to answer a subscription with (200, text/plain), or None: answer 403."""
    given = query.get("hub.verify_token", "")
    if not verify_token or query.get("hub.mode") != "subscribe":
        return None
    if not hmac.compare_digest(given.encode("utf-8", "replace"), verify_token.encode("utf-8", "replace")):
        return None
    return clean(query.get("hub.challenge"), LONGEST_ID) or None


def parse(raw: bytes) -> Delivery:
    """Every update of a call. One that cannot be read is in `bad`, the rest is not held up by it.

    Raises NotAWebhook if the body is not JSON, and nothing else.
    """
    try:
        envelope = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as wrong:
        raise NotAWebhook("Not a webhook", "The body of the call is not JSON.") from wrong
    if not isinstance(envelope, dict) or not isinstance(envelope.get("entry"), list | dict):
        return Delivery(bad=(BadUpdate("The call carries no entry.", as_json(envelope)),))
    updates: list[Update] = []
    bad: list[BadUpdate] = []
    for entry in mappings(envelope["entry"]):
        for change in mappings(entry.get("changes")):
            for read, item in _readings(entry, change):
                try:
                    updates.append(read())
                except Exception as wrong:  # whatever is odd about one update must not cost the others
                    bad.append(BadUpdate(_why(wrong), as_json(item)))
    return Delivery(tuple(updates), tuple(bad))


def _no_constant(_name: str) -> None:
    """NaN and Infinity are no JSON; they count as missing."""


def _why(wrong: Exception) -> str:
    return clean(str(wrong), 500) or type(wrong).__name__


_Reading = tuple[Callable[[], Update], object]


def _readings(entry: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[_Reading]:
    """One reading for each update of a change, with the item it is about."""
    field = clean(change.get("field"), 128).strip().lower()
    value = mapping(change.get("value"))
    where: dict[str, Any] = {
        "waba_id": identifier(entry.get("id")),
        "phone_number_id": identifier(mapping(value.get("metadata")).get("phone_number_id")),
    }
    known = webhook_messages.readers(field, value, where)
    if known is None:
        where["at"] = moment(entry.get("time"))  # about nobody in particular: the entry has the time
        known = webhook_account.readers(field, value, where)
    if known is None:
        yield (lambda: Unknown(field=field, raw=as_json(change), **where)), change
        return
    yield from known
