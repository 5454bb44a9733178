"""One attempt of one delivery: signed, posted, and how it ended."""

from typing import Final

from desktop.domain.subscriptions import Shape, meta_signature, signature
from desktop.store.deliveries import Due, Outcome
from desktop.system.http import BadAddress, NoAnswer, Web

EVENT_HEADER: Final = "x-event-name"
SIGNATURE_HEADER: Final = "x-gallabox-signature"
META_SIGNATURE_HEADER: Final = "X-Hub-Signature-256"
DELIVERY_HEADER: Final = "x-assent-delivery"


async def post(web: Web, url: str, shape: Shape, secret: str, due: Due) -> Outcome:
    """One attempt. Whatever goes wrong with the address or its answer is part of the outcome."""
    raw = due.body.encode()
    attempt_count = due.attempt_count + 1
    try:
        answer = await web.post(url, raw, headers(shape, secret, due.event, due.mark, raw))
    except BadAddress as wrong:
        return Outcome(due.id, attempt_count, None, wrong.sentence)
    except NoAnswer as wrong:
        return Outcome(due.id, attempt_count, None, wrong.sentence)
    trouble = "" if answer.is_success else answer.words or "not taken"
    return Outcome(due.id, attempt_count, answer.status, trouble)


def headers(shape: Shape, secret: str, event: str, mark: str, raw: bytes) -> dict[str, str]:
    """What goes with the raw bytes of a body; the signature is over exactly these."""
    told = {"Content-Type": "application/json", EVENT_HEADER: event, DELIVERY_HEADER: mark}
    if shape is Shape.META:
        return told | {META_SIGNATURE_HEADER: meta_signature(secret, raw)}
    return told | {SIGNATURE_HEADER: signature(secret, raw)}
