"""What a broadcast's report counts: each message in one state now, and what it reached at least once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.domain.messages import Status
from desktop.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """One line of *Why messages failed or were left out*."""

    status: Status
    reason: Reason
    error_code: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Two kinds of count, never mixed. now: one state each, adds up to selected. reached: at least once."""

    selected_count: int = 0
    now: Mapping[Status, int] = field(default_factory=dict)
    sent_count: int = 0
    delivered_count: int = 0
    read_count: int = 0
    opted_out_since_count: int = 0

    def count(self, status: Status) -> int:
        return self.now.get(status, 0)

    @property
    def waiting_count(self) -> int:
        return self.count(Status.QUEUED) + self.count(Status.SENDING)

    @property
    def left_out_count(self) -> int:
        return self.count(Status.LEFT_OUT)

    @property
    def to_send_count(self) -> int:
        """Selected less left out: what the progress bar counts to."""
        return self.selected_count - self.left_out_count

    @property
    def gone_count(self) -> int:
        """Messages whose call has been made and answered, one way or another."""
        return self.to_send_count - self.waiting_count - self.count(Status.CANCELLED)

    @property
    def adds_up(self) -> bool:
        return sum(self.now.values()) == self.selected_count

    @property
    def sentence(self) -> str:
        """The ledger line: 'Now: 268 waiting + 57 sent + … = 1,000 selected'."""
        parts = [
            f"{count:,} {words}"
            for words, count in (
                ("waiting", self.waiting_count),
                ("accepted", self.count(Status.ACCEPTED)),
                ("sent", self.count(Status.SENT)),
                ("delivered", self.count(Status.DELIVERED)),
                ("read", self.count(Status.READ)),
                ("failed", self.count(Status.FAILED)),
                ("left out", self.count(Status.LEFT_OUT)),
                ("cancelled", self.count(Status.CANCELLED)),
                ("not certain", self.count(Status.UNKNOWN)),
            )
            if count
        ]
        return f"Now: {' + '.join(parts) or '0'} = {self.selected_count:,} selected"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop left behind: the three add up to those who were to get it. never_count: taken out of the queue.

    Final when no call is on the way any more; until then what is on the way goes over into one of the others.
    """

    gone_count: int
    on_the_way_count: int
    never_count: int

    @classmethod
    def of(cls, figures: Figures) -> "Stopped":
        """From the figures of a stopped broadcast: what still waits is cancelled in the next moments."""
        never_count = figures.count(Status.QUEUED) + figures.count(Status.CANCELLED)
        return cls(figures.gone_count, figures.count(Status.SENDING), never_count)

    @property
    def is_final(self) -> bool:
        return self.on_the_way_count == 0

    @property
    def sentence(self) -> str:
        """'712 gone, 14 on the way, 264 will never go'."""
        on_the_way = f"{self.on_the_way_count:,} on the way, " if self.on_the_way_count else ""
        return f"{self.gone_count:,} gone, {on_the_way}{self.never_count:,} will never go"
