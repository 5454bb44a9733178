"""Named points at which the engine can be made to die, for tests and the sandbox's *Crash here*.

ASSENT_CRASH_AT=point or point:n kills the process with SIGKILL the n-th time it reaches the point.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class CrashPoint(StrEnum):
    AFTER_CLAIM = "after_claim"
    AFTER_CALL = "after_call"
    BEFORE_SETTLE = "before_settle"
    AFTER_ENROLMENT_CLAIM = "after_enrolment_claim"
    AFTER_STEP_SUBMIT = "after_step_submit"
    AFTER_BOT_EFFECT = "after_bot_effect"
    BEFORE_BOT_COMMIT = "before_bot_commit"
    AFTER_BOT_REQUEST = "after_bot_request"
    BEFORE_SNAPSHOT = "before_snapshot"
    AFTER_SNAPSHOT = "after_snapshot"
    AFTER_PLAN = "after_plan"
    AFTER_CANCEL = "after_cancel"


@dataclass(slots=True)
class Faults:
    """Where to die; nowhere by default."""

    point: str = ""
    at_count: int = 1
    reached_count: dict[str, int] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Faults":
        """Read ASSENT_CRASH_AT."""
        point, _, count = environment.get("ASSENT_CRASH_AT", "").partition(":")
        return cls(point, int(count) if count.isdecimal() else 1)

    def reach(self, point: CrashPoint) -> None:
        """Die here if this is the place and the time."""
        if self.point != point:
            return
        self.reached_count[point] = self.reached_count.get(point, 0) + 1
        if self.reached_count[point] == self.at_count:
            os.kill(os.getpid(), signal.SIGKILL)
