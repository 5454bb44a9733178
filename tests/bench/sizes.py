"""How large a bench is, and where its files lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Sizes:
    """send_count: messages of one broadcast. contact_count: of the counted store. repeat_count: of each
    filter. stall_s: how long ticks are watched, at least. conversation_count, message_count: of the store with an inbox."""

    name: str
    send_count: int
    contact_count: int
    filter_count: int
    repeat_count: int
    stall_s: float
    conversation_count: int
    message_count: int


FULL: Final = Sizes("full", 100_000, 1_000_000, 200, 3, 60.0, 200_000, 2_000_000)
QUICK: Final = Sizes("quick", 8_000, 50_000, 200, 2, 6.0, 10_000, 100_000)
TINY: Final = Sizes("tiny", 200, 1_000, 40, 2, 0.3, 100, 1_500)
"""For trying the plumbing; its figures say nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """sizes, the folder of this run, and the folder of prepared stores, kept between runs."""

    sizes: Sizes
    folder: Path
    cache: Path
