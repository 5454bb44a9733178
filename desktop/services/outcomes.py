"""What an answer of WhatsApp means for the message, its broadcast and the pace. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop.domain.consent import Path
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled
from desktop.domain.reasons import Reason
from desktop.whatsapp.answers import Accepted, Answer, Lost, NotStarted, Refused, Withdrawn
from desktop.whatsapp.error_rules import ErrorRule, Retry, Stops

_MOST_CONNECTION_TRIES = 30
_LONGEST_CONNECTION_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """settled: for the message. slow_down_s: wait of the whole number after a throttle. pause_s: of the
    whole account. hold_because: the broadcast or sequence stops until a person has looked ("" goes on).
    refuses_all: WhatsApp refuses not only this one: all marketing stops with it. opted_out: the customer stopped
    marketing in WhatsApp."""

    settled: Settled
    slow_down_s: float | None = None
    pause_s: float | None = None
    hold_because: str = ""
    opted_out: bool = False
    refuses_all: bool = False


def outcome_of(claimed: Claimed, answer: Answer, now: datetime) -> Outcome:
    """What becomes of a claimed message after its call."""
    if isinstance(answer, Accepted):
        # Only what is news is learned: mostly WhatsApp knows the person by the number we wrote to.
        known = answer.phone == claimed.phone
        return Outcome(
            _settled(
                claimed,
                answer,
                AttemptOutcome.ACCEPTED,
                Status.ACCEPTED,
                wamid=answer.wamid,
                wa_id=None if known else answer.wa_id or None,
                user_id=answer.user_id or None,
            )
        )
    if isinstance(answer, Refused):
        return _refused(claimed, answer, now)
    if isinstance(answer, Lost):
        return Outcome(
            _settled(
                claimed,
                answer,
                AttemptOutcome.LOST,
                Status.UNKNOWN,
                reason=Reason.ANSWER_LOST,
                error_details=answer.why,
            )
        )
    if isinstance(answer, NotStarted):
        return _not_started(claimed, answer, now)
    assert isinstance(answer, Withdrawn)
    return Outcome(_settled(claimed, answer, AttemptOutcome.WITHDRAWN, Status.QUEUED, due_at=now))


def _settled(
    claimed: Claimed,
    answer: Answer,
    outcome: AttemptOutcome,
    status: Status,
    *,
    reason: Reason | None = None,
    error_code: int | None = None,
    error_details: str = "",
    wamid: str | None = None,
    wa_id: str | None = None,
    user_id: str | None = None,
    due_at: datetime | None = None,
) -> Settled:
    return Settled(
        claimed.message_id,
        claimed.attempt_number,
        outcome,
        status,
        reason,
        error_code,
        error_details,
        wamid,
        wa_id,
        user_id,
        due_at,
        *_kept(claimed, answer),
    )


def _kept(claimed: Claimed, answer: Answer) -> tuple[str | None, int | None, str | None]:
    """What is kept of the wire: request, HTTP status, answer.

    Of what a broadcast or a sequence got accepted only the status is: a million of them would be a million copies
    of one template, and the message row has its values and WhatsApp's id.
    """
    wire = None if isinstance(answer, Withdrawn) else answer.wire
    if wire is None:
        return None, None, None
    of_many = claimed.broadcast_id is not None or claimed.path is Path.SEQUENCE
    if of_many and isinstance(answer, Accepted):
        return None, wire.http_status, None
    return wire.request_text, wire.http_status, wire.answer_text if wire.http_status is not None else None


def _refused(claimed: Claimed, answer: Refused, now: datetime) -> Outcome:
    rule = answer.rule
    hold = _hold(claimed, rule)
    delay_s = rule.delay_s(claimed.attempt_number)
    if hold:
        # The broadcast waits for a person; this recipient waits with the others.
        delay_s = 0.0 if delay_s is None else delay_s
    queued = delay_s is not None
    settled = _settled(
        claimed,
        answer,
        AttemptOutcome.REFUSED,
        Status.QUEUED if queued else Status.FAILED,
        reason=Reason.WHATSAPP_ERROR,
        error_code=answer.code,
        error_details=answer.details,
        due_at=now + timedelta(seconds=delay_s) if delay_s is not None else None,
    )
    return Outcome(
        settled,
        slow_down_s=delay_s if rule.retry is Retry.PACE else None,
        pause_s=delay_s if rule.retry is Retry.ACCOUNT_PAUSE else None,
        hold_because=hold,
        opted_out=rule.opts_out,
        refuses_all=rule.stops is Stops.ACCOUNT,
    )


def _hold(claimed: Claimed, rule: ErrorRule) -> str:
    """A broadcast waits for its template; of a sequence, one step fails and the others go on."""
    broadcast = claimed.broadcast_id is not None
    waits = rule.stops is Stops.ACCOUNT and (broadcast or claimed.path is Path.SEQUENCE)
    return rule.explanation if waits or (broadcast and rule.stops is Stops.TEMPLATE) else ""


def _not_started(claimed: Claimed, answer: NotStarted, now: datetime) -> Outcome:
    # A person's message waits, too: it is asked again at each try, and what may no longer go is their draft again.
    waits = claimed.broadcast_id is not None or claimed.path in (Path.SEQUENCE, Path.COMPOSE)
    if claimed.attempt_number >= _MOST_CONNECTION_TRIES and not waits:
        return Outcome(
            _settled(
                claimed,
                answer,
                AttemptOutcome.NOT_STARTED,
                Status.FAILED,
                reason=Reason.NOT_REACHED,
                error_details=answer.why,
            )
        )
    wait_s = min(_LONGEST_CONNECTION_WAIT_S, 2.0 ** min(claimed.attempt_number - 1, 5))
    settled = _settled(
        claimed,
        answer,
        AttemptOutcome.NOT_STARTED,
        Status.QUEUED,
        reason=Reason.NOT_REACHED,
        error_details=answer.why,
        due_at=now + timedelta(seconds=wait_s),
    )
    # The line is down for everyone: the others wait too instead of being tried and put back.
    return Outcome(settled, pause_s=min(wait_s, 5.0))
