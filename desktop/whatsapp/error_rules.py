"""What one WhatsApp error code means, and what follows from it: the shape of a row of the error table.

The rows are in `errors_account` and `errors_message`; `errors.rule()` looks one up.
"""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.pacing import pair_wait_s

DAY_S = 86_400
HOUR_S = 3_600


class Retry(StrEnum):
    """Whether and how the engine may try the same message again."""

    NEVER = "never"
    ONCE = "once"
    BACKOFF = "backoff"
    """Wait `delays_s` in turn (the caller adds jitter), then fail."""
    PAIR = "pair"
    """Hold this recipient alone, 4 to the power of the tries before."""
    PACE = "pace"
    """The shared rate is too high: hold and slow all sends of the number."""
    ACCOUNT_PAUSE = "account_pause"
    """Pause every call of the app, management calls included."""
    AFTER = "after"
    """One more try after a fixed wait."""


class Stops(StrEnum):
    """What must not go on by itself after the error."""

    NOTHING = "nothing"
    """This message alone."""
    RECIPIENT = "recipient"
    """Further messages to this recipient would meet the same answer."""
    TEMPLATE = "template"
    ACCOUNT = "account"
    """Every send of the account, until a person has looked."""


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """One code. label: a few words; sentence: what happened; advice: what to do about it.

    delays_s: waits in seconds before the second, third … try. max_tries: calls in all, the first included.
    opts_out: the error is the customer's STOP and must be recorded as one. person_may_retry_after_s:
    seconds before a person may send it again (0 at once, None never).
    """

    code: int
    label: str
    sentence: str
    advice: str
    retry: Retry = Retry.NEVER
    delays_s: tuple[float, ...] = ()
    max_tries: int = 1
    stops: Stops = Stops.NOTHING
    opts_out: bool = False
    person_may_retry_after_s: int | None = 0

    @property
    def retriable(self) -> bool:
        """True if the engine may call again by itself."""
        return self.retry is not Retry.NEVER

    def delay_s(self, tries_made: int) -> float | None:
        """Seconds to wait after `tries_made` (from 1) calls ended so; None: no further try."""
        if not self.retriable or tries_made < 1 or tries_made >= self.max_tries:
            return None
        if self.retry is Retry.PAIR:
            return pair_wait_s(tries_made - 1)
        return self.delays_s[min(tries_made, len(self.delays_s)) - 1]

    @property
    def explanation(self) -> str:
        """What happened and what to do, with the code, for a message's details."""
        named = f" (WhatsApp error {self.code})" if self.code >= 0 else ""
        return f"{self.sentence} {self.advice}{named}"
