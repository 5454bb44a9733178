"""The checks see what they are for: each planted fault is found by the same round that the program passes."""

from pathlib import Path

import pytest

from tests.faults.arena import Arena, Judge, Patch, faulty_copy

CALL_BEFORE_CLAIM = (
    Patch(
        "services/dispatcher.py",
        "            claimed = claims.claim(tx, wanted, self._engine_id, self._turns, claimed_at_s)\n",
        """            claimed = claims.claim(tx, wanted, self._engine_id, self._turns, claimed_at_s)
        ones = [_OnTheWay(one, self._clock.monotonic_s()) for one in claimed.claimed]
        self._on_the_way |= {one.claimed.message_id: one for one in ones}
        calls = [asyncio.run_coroutine_threadsafe(self._call(one), self._loop) for one in ones]
        for call in calls:
            call.result()
""",
    ),
    Patch(
        "services/dispatcher.py",
        "        self._start_calls(result",
        "        lambda: self._start_calls(result",
    ),
    Patch(
        "services/dispatcher.py",
        "        self._news = asyncio.Event()\n",
        "        self._news = asyncio.Event()\n        self._loop = asyncio.get_running_loop()\n",
    ),
)
UNKNOWN_SENT_AGAIN = (
    Patch(
        "store/outbox.py",
        "Status.UNKNOWN, ENGINE, reason=Reason.ANSWER_LOST)",
        "Status.QUEUED, ENGINE, reason=Reason.ANSWER_LOST)",
    ),
)
OLD_CONSENT = (
    Patch(
        "store/claims.py",
        "        facts.unpack(person.facts, person.consent_event_id),\n",
        "        consent.Facts(consent.OptIn.YES, consent_event_id=row.consent_event_id)\n"
        "        if broadcast else facts.unpack(person.facts, person.consent_event_id),\n",
    ),
)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("patches", "crash_at", "expected"),
    [
        ((), "after_call:40", ""),
        (CALL_BEFORE_CLAIM, "after_call:40", "times"),
        (UNKNOWN_SENT_AGAIN, "after_call:40", "times"),
        (OLD_CONSENT, "before_settle:2", "said no and got send"),
    ],
    ids=["as it is", "the call before the claim", "unknown sent again", "consent read before the claim"],
)
def test_a_planted_fault_is_found(
    judge: Judge, tmp_path: Path, patches: tuple[Patch, ...], crash_at: str, expected: str
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    arena = Arena(tmp_path, judge, faulty_copy(source, patches))
    arena.prepare(120, 5)
    arena.wait_until_killed(arena.broadcast(crash_at))
    arena.opt_out_waiting(20)
    arena.finish()
    found = arena.violations()
    if expected:
        assert any(expected in fault for fault in found), found
    else:
        assert found == []
